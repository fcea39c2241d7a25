"""What happened to a PDF after each signature, and whether it was allowed (ISO 32000-2, 12.8.2.2)."""

from __future__ import annotations

from typing import BinaryIO

from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel
from pyhanko.sign.fields import MDPPerm, enumerate_sig_fields
from pyhanko.sign.validation import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from evidence.verify.model import failed, passed, review
from evidence.verify.pdf.examination import Examination, Reading, where_of
from evidence.verify.pdf.structure import size_of, unaccounted

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


def read_coverage(reading: Reading, stream: BinaryIO) -> None:
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
    if coverage is not SignatureCoverageLevel.ENTIRE_REVISION:
        reading.modifications = "other"
        return
    try:
        result = embedded.evaluate_modifications(DEFAULT_DIFF_POLICY)
    except Exception:  # an update that cannot be analysed is no harmless update
        reading.modifications = "unknown"
        return
    reading.modifications = (
        _MODIFICATIONS[result.modification_level] if isinstance(result, DiffResult) else "other"
    )


def judge_tail(pdf: Examination, stream: BinaryIO, reader: PdfFileReader, readings: list[Reading]) -> None:
    """The last signature or document time stamp covers the file, or only validation data follows."""
    for reading in readings:
        if reading.range.problem:
            pdf.checks.append(
                failed(
                    "pdf.coverage",
                    f"{reading.range.problem}。",
                    where_of(pdf, reading),
                    "FORMAT_FAILURE",
                )
            )
    usable = [reading for reading in readings if not reading.range.problem]
    if not usable:
        return
    last = max(usable, key=lambda reading: reading.range.end)
    size = size_of(stream)
    where = where_of(pdf, last)
    if last.range.end == size:
        pdf.checks.append(passed("pdf.coverage", "最后一个签名覆盖到文件末尾，其后没有增加内容。", where))
        return
    stream.seek(last.range.end)
    if not pdf.ours and size - last.range.end <= 2 and not stream.read(2).strip(b"\r\n"):
        pdf.checks.append(passed("pdf.coverage", "最后一个签名之后只有换行。", where))
        last.coverage, last.modifications = "entire_file", "none"
        return
    problem = ""
    if last.modifications != "lta_updates":
        problem = {
            "none": "签名之后追加了修订，看不出改动，也可能藏有内容",
            "form_filling": "签名之后填写过表单",
            "annotations": "签名之后加过批注",
        }.get(last.modifications, "签名之后内容被改动")
    else:
        problem = unaccounted(stream, reader, last.range.end, last.embedded.signed_revision)
    if problem and last.modifications in ("form_filling", "annotations") and not pdf.ours:
        # what a form is made for; a person must look at what was filled in
        text = f"{problem}，属签名所允许的改动，请核对填写的内容。"
        pdf.checks.append(review("pdf.coverage", text, where, "SIG_CONSTRAINTS_FAILURE"))
    elif problem:
        pdf.checks.append(failed("pdf.coverage", f"{problem}。", where, "HASH_FAILURE"))
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
        if reading.modifications == "other" and reading.coverage != "entire_file":
            pdf.checks.append(
                failed("pdf.modified", "签名之后内容被改动。", where_of(pdf, reading), "HASH_FAILURE")
            )
        elif reading.modifications == "unknown" and not reading.range.problem:
            pdf.checks.append(
                review(
                    "pdf.modified",
                    "签名之后的改动无法分析。",
                    where_of(pdf, reading),
                    "SIG_CONSTRAINTS_FAILURE",
                )
            )
        if level is None:
            continue
        if level is MDPPerm.NO_CHANGES and reading.modifications in ("form_filling", "annotations"):
            pdf.checks.append(
                failed(
                    "pdf.certification",
                    "认证签名不允许任何改动，之后仍有改动。",
                    where_of(pdf, reading),
                    "HASH_FAILURE",
                )
            )
        added = [
            later
            for later in readings[position + 1 :]
            if later.visible and _field_is_newer(later.embedded, reading.embedded)
        ]
        pdf.checks.extend(
            failed(
                "pdf.certification",
                "认证签名之后新增了可见的签名图样，可能遮盖原有内容。",
                where_of(pdf, later),
                "SIG_CONSTRAINTS_FAILURE",
            )
            for later in added
        )


def _transforms(embedded: EmbeddedPdfSignature) -> set[str]:
    """Names of the transform methods a signature refers to."""
    references = embedded.sig_object.get("/Reference", ())
    return {str(reference.get_object().get("/TransformMethod", "")) for reference in references}


def _field_is_newer(later: EmbeddedPdfSignature, certifying: EmbeddedPdfSignature) -> bool:
    """Whether the field of a later signature did not exist when the certifying one was made."""
    historical = later.reader.get_historical_resolver(certifying.signed_revision)
    names = {name for name, _, _ in enumerate_sig_fields(historical)}
    return later.field_name not in names
