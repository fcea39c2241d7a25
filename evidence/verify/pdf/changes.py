"""What happened to a PDF after each signature, and whether it was allowed (ISO 32000-2, 12.8.2.2).

A page that shows something else is a failure, and so is what a certification forbids. An update that
the analysis cannot explain is left open with its reason: it is no proof of a change.
"""

from __future__ import annotations

import re
from typing import BinaryIO

from pyhanko.pdf_utils.misc import PdfStrictReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    DiffResult,
    ModificationLevel,
    StandardDiffPolicy,
    SuspiciousModification,
)
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from evidence.verify.model import CheckKind, failed, note, passed, review
from evidence.verify.pdf.examination import Examination, Reading, where_of
from evidence.verify.pdf.page_content import PageChanges, compare_pages
from evidence.verify.pdf.structure import Leftover, account_for, leftover, size_of, was_rewritten

_COVERAGE = {
    SignatureCoverageLevel.ENTIRE_FILE: "entire_file",
    SignatureCoverageLevel.ENTIRE_REVISION: "entire_revision",
    SignatureCoverageLevel.CONTIGUOUS_BLOCK_FROM_START: "partial",
    SignatureCoverageLevel.UNCLEAR: "unclear",
}
_MODIFICATIONS = {
    ModificationLevel.NONE: "none",
    ModificationLevel.LTA_UPDATES: "lta_updates",
    ModificationLevel.FORM_FILLING: "form_filling",
    ModificationLevel.ANNOTATIONS: "annotations",
    ModificationLevel.OTHER: "other",
}
_POLICY = StandardDiffPolicy(
    DEFAULT_DIFF_POLICY.global_rules, DEFAULT_DIFF_POLICY.form_rule, reject_object_freeing=False
)
"""pyHanko's own rules; a freed object is one change among others that they have to explain."""


def read_coverage(reading: Reading, stream: BinaryIO) -> None:
    """Fill in what a signature covers and what was changed after it.

    Raises:
        PdfStrictReadError: the file cannot be read strictly.
    """
    try:
        _read_coverage(reading, stream)
    except PdfStrictReadError:
        raise  # the whole is read again, leniently
    except Exception:  # an analysis that gives up proves nothing
        reading.modifications, reading.reason = "unknown", "其后的修订分析不出来"


def _read_coverage(reading: Reading, stream: BinaryIO) -> None:
    embedded = reading.embedded
    if reading.range.problem:
        reading.coverage, reading.modifications = "unclear", "unknown"
        return
    if reading.range.end == size_of(stream):
        reading.coverage, reading.modifications = "entire_file", "none"
        return
    coverage: SignatureCoverageLevel = embedded.evaluate_signature_coverage()
    embedded.coverage = coverage  # type: ignore[assignment]  # pyHanko declares it None
    reading.coverage = _COVERAGE[coverage]
    pages = _pages_changed(reading)
    if pages.content:
        reading.modifications, reading.reason = "other", pages.content
        return
    if coverage < SignatureCoverageLevel.ENTIRE_REVISION:
        reading.modifications, reading.reason = "unknown", "签名没有覆盖它所在的整个修订"
        if was_rewritten(embedded.reader, embedded.sig_field.raw_get("/V")):
            reading.modifications, reading.reason = "other", "签名字典在后来的修订中被改写"
        return
    reading.modifications, reading.reason = _classify(embedded, pages)


def _pages_changed(reading: Reading) -> PageChanges:
    """What the pages show now against the last revision that the byte range covers."""
    reader: PdfFileReader = reading.embedded.reader
    signed, last = _covered_revision(reading), reader.xrefs.total_revisions - 1
    if signed in (last, -1):
        return PageChanges()
    return compare_pages(reader.get_historical_resolver(signed), reader.get_historical_resolver(last))


def _covered_revision(reading: Reading) -> int:
    """The last revision that lies wholly within the byte range; -1 when none does."""
    xrefs = reading.embedded.reader.xrefs
    covered: int = xrefs.total_revisions - 1
    while covered >= 0 and xrefs.get_xref_container_info(covered).end_location > reading.range.end:
        covered -= 1
    return covered


def _classify(embedded: EmbeddedPdfSignature, pages: PageChanges) -> tuple[str, str]:
    """(modifications, reason in Chinese when they are not an allowed kind)."""
    try:
        result = embedded.evaluate_modifications(_POLICY)
    except PdfStrictReadError:
        raise
    except Exception as error:  # field names with periods, dangling references …
        named = "表单域的名称含有句点" if "periods" in str(error) else "其后的修订分析不出来"
        return ("annotations", "") if pages.annotations else ("unknown", named)
    if isinstance(result, DiffResult):
        return _MODIFICATIONS[result.modification_level], ""
    if "is locked" in str(result) and _is_rewritten(embedded, str(result)):
        return "other", "改动了签名锁定的表单域"
    if pages.annotations:
        return "annotations", pages.annotations
    return "unknown", _why_unexplained(result)


def _is_rewritten(embedded: EmbeddedPdfSignature, text: str) -> bool:
    """Whether the object that pyHanko names was written again; it blames some that were only reached."""
    named = re.search(r"idnum=(\d+)", text)
    xrefs = embedded.reader.xrefs
    later = range(embedded.signed_revision + 1, xrefs.total_revisions)
    written = {reference.idnum for number in later for reference in xrefs.explicit_refs_in_revision(number)}
    return named is not None and int(named[1]) in written


def _why_unexplained(result: SuspiciousModification) -> str:
    text = str(result)
    if "VRI" in text or "DSS" in text:
        return "其后的修订改写了原有的验证资料"
    if "freed" in text:
        return "其后的修订释放了对象"
    if "unexplained xrefs" in text:
        return "其后的修订改写了页面以外的对象"
    if "form field" in text or "Fields" in text or "field" in text:
        return "其后的修订改动了表单的结构"
    return "其后的修订不属于已知的种类"


def judge_byte_ranges(pdf: Examination, readings: list[Reading]) -> None:
    """What a byte range leaves out is a failure by itself."""
    for reading in readings:
        if reading.range.problem:
            text = f"{reading.range.problem}。"
            pdf.checks.append(failed("pdf.coverage", text, where_of(pdf, reading), "FORMAT_FAILURE"))


def judge_modifications(pdf: Examination, stream: BinaryIO, readings: list[Reading]) -> None:
    """One check for each signature after which something was changed, or may have been."""
    for reading in readings:
        if reading.range.problem or reading.coverage == "entire_file":
            continue
        where = where_of(pdf, reading)
        if reading.modifications == "other":
            text = f"签名之后内容被改动：{reading.reason}。"
            pdf.checks.append(failed("pdf.modified", text, where, "HASH_FAILURE"))
        elif reading.modifications == "unknown" and _trailing(stream, reading) is None:
            make = failed if pdf.ours else review
            text = f"签名之后的改动不能认定：{reading.reason}。"
            pdf.checks.append(make("pdf.modified", text, where, "SIG_CONSTRAINTS_FAILURE"))


def _trailing(stream: BinaryIO, reading: Reading) -> Leftover | None:
    """What follows a signature that covers the last revision; None when revisions follow."""
    reader: PdfFileReader = reading.embedded.reader
    newest = reader.xrefs.get_xref_container_info(reader.xrefs.total_revisions - 1)
    return leftover(stream, reading.range.end) if newest.end_location <= reading.range.end else None


def judge_tail(pdf: Examination, stream: BinaryIO, reader: PdfFileReader, readings: list[Reading]) -> None:
    """The last signature or document time stamp covers the file, or only validation data follows."""
    usable = [reading for reading in readings if not reading.range.problem]
    if not usable:
        return
    last = max(usable, key=lambda reading: reading.range.end)
    where = where_of(pdf, last)
    if last.range.end == size_of(stream):
        text = "最后一个签名覆盖到文件末尾，其后没有增加内容。"
        pdf.checks.append(passed("pdf.coverage", text, where))
        return
    behind = _trailing(stream, last)
    if behind is not None:
        _judge_trailing(pdf, stream, last, behind)
    elif last.modifications in ("form_filling", "annotations"):
        what = "填写过表单" if last.modifications == "form_filling" else "加过批注"
        make = failed if pdf.ours else review
        text = f"签名之后{what}，请核对加上的内容。"
        pdf.checks.append(make("pdf.coverage", text, where, "SIG_CONSTRAINTS_FAILURE"))
    elif last.modifications in ("none", "lta_updates"):
        _judge_update(pdf, stream, reader, last)
    elif not any(each.kind is CheckKind.FAIL for each in pdf.checks):
        _look_for_hidden(pdf, stream, reader, last)


def _look_for_hidden(pdf: Examination, stream: BinaryIO, reader: PdfFileReader, last: Reading) -> None:
    """An update that cannot be explained may still be seen to point where no update may."""
    made = reader.xrefs.get_introducing_revision(last.embedded.sig_field.raw_get("/V").reference)
    covered = _covered_revision(last)
    stream.seek(max(0, last.range.end - 16))
    if b"%%EOF" not in stream.read(16) or not made <= covered < reader.xrefs.total_revisions - 1:
        return  # the signature leaves out the end of its own revision
    update = account_for(stream, reader, last.range.end, covered)
    if update.hidden:
        pdf.checks.append(failed("pdf.coverage", f"{update.hidden}。", where_of(pdf, last), "HASH_FAILURE"))


def _judge_trailing(pdf: Examination, stream: BinaryIO, last: Reading, behind: Leftover) -> None:
    """Bytes behind the end of the file that belong to no revision."""
    where, count = where_of(pdf, last), size_of(stream) - last.range.end
    if behind is Leftover.HIDDEN or pdf.ours:
        text = f"最后一个签名之后另有 {count} 个字节，其中有不属于任何修订的对象。"
        last.modifications = "unknown"
        pdf.checks.append(failed("pdf.coverage", text, where, "HASH_FAILURE"))
        return
    if behind is Leftover.OTHER:
        text = f"文件结束之后另有 {count} 个字节，不是 PDF 的内容，不能认定。"
        last.modifications = "unknown"
        pdf.checks.append(review("pdf.coverage", text, where, "SIG_CONSTRAINTS_FAILURE"))
        return
    last.coverage, last.modifications = "entire_file", "none"
    text = f"文件结束之后有 {count} 个填充字节（换行、NUL 或 ^Z），没有内容。"
    pdf.checks += [
        passed("pdf.coverage", "最后一个签名覆盖全部内容。", where),
        note("pdf.coverage", text, where),
    ]


def _judge_update(pdf: Examination, stream: BinaryIO, reader: PdfFileReader, last: Reading) -> None:
    """An update of a permitted kind, accounted for byte by byte."""
    where = where_of(pdf, last)
    update = account_for(stream, reader, last.range.end, last.embedded.signed_revision)
    if update.hidden or (pdf.ours and (update.unknown or update.comments)):
        text = f"{update.hidden or update.unknown or '签名之后夹有注释'}。"
        pdf.checks.append(failed("pdf.coverage", text, where, "HASH_FAILURE"))
    elif update.unknown:
        text = f"{update.unknown}，页面没有改动。"
        pdf.checks.append(review("pdf.coverage", text, where, "SIG_CONSTRAINTS_FAILURE"))
    elif update.metadata and not pdf.ours:
        last.modifications = "metadata_updates"
        text = "签名之后只更新过文件信息（标题、作者等元数据）或验证资料，页面没有改动。"
        pdf.checks.append(passed("pdf.coverage", text, where))
    else:
        pdf.checks.append(passed("pdf.coverage", "最后一个签名之后只有验证资料（DSS）。", where))


def judge_certification(pdf: Examination, readings: list[Reading]) -> None:
    """What the certifying signature forbids, and visible additions that could cover what it certifies."""
    ordinary = [reading for reading in readings if not reading.is_stamp]
    if pdf.ours and ordinary and ordinary[0].embedded.docmdp_level is not MDPPerm.NO_CHANGES:
        text = "不是“不得改动”的认证签名（DocMDP 1），不合移交包的规定。"
        where = where_of(pdf, ordinary[0])
        pdf.checks.append(review("pdf.certification", text, where, "SIG_CONSTRAINTS_FAILURE"))
    for reading in ordinary[1:]:
        if "/DocMDP" in _transforms(reading.embedded):
            text = "认证签名不是文件的第一个签名，认证无效。"
            where = where_of(pdf, reading)
            pdf.checks.append(review("pdf.certification", text, where, "SIG_CONSTRAINTS_FAILURE"))
    for position, reading in enumerate(readings):
        level: MDPPerm | None = reading.embedded.docmdp_level
        if level is not None:
            _judge_permission(pdf, reading, level)
            _judge_visible_additions(pdf, reading, readings[position + 1 :])


def _judge_permission(pdf: Examination, reading: Reading, level: MDPPerm) -> None:
    where = where_of(pdf, reading)
    if level is MDPPerm.NO_CHANGES and reading.modifications in ("form_filling", "annotations"):
        text = "认证签名不允许任何改动，之后仍有改动。"
        pdf.checks.append(failed("pdf.certification", text, where, "HASH_FAILURE"))
    elif level is MDPPerm.FILL_FORMS and reading.modifications == "annotations":
        text = "认证签名只允许填写表单，之后加过批注。"
        pdf.checks.append(failed("pdf.certification", text, where, "HASH_FAILURE"))
    elif level is MDPPerm.NO_CHANGES and reading.modifications == "metadata_updates":
        text = "认证签名不允许任何改动，之后更新过文件信息。"
        pdf.checks.append(review("pdf.certification", text, where, "SIG_CONSTRAINTS_FAILURE"))


def _judge_visible_additions(pdf: Examination, certifying: Reading, later: list[Reading]) -> None:
    make = failed if pdf.ours else review
    for reading in later:
        if reading.visible and _field_is_newer(reading.embedded, certifying.embedded):
            text = "认证签名之后新增了可见的签名图样，请核对它是否遮盖原有内容。"
            where = where_of(pdf, reading)
            pdf.checks.append(make("pdf.certification", text, where, "SIG_CONSTRAINTS_FAILURE"))


def _transforms(embedded: EmbeddedPdfSignature) -> set[str]:
    """Names of the transform methods a signature refers to."""
    try:  # `get` would give the entry of an encrypted file as it stands there
        references = embedded.sig_object["/Reference"]
    except KeyError:
        return set()
    return {str(reference.get("/TransformMethod", "")) for reference in references}


def _field_is_newer(later: EmbeddedPdfSignature, certifying: EmbeddedPdfSignature) -> bool:
    """Whether the field of a later signature did not exist when the certifying one was made."""
    historical = later.reader.get_historical_resolver(certifying.signed_revision)
    names = {name for name, _, _ in enumerate_sig_fields(historical)}
    return later.field_name not in names
