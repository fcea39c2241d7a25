"""`verify_path`: one package, its folder or one PDF taken apart, and the verdict over it all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import x509

from evidence.errors import EvidenceError, InputError
from evidence.verify.attached import report_attached
from evidence.verify.bag import MANIFEST, SIGNATURE, TAGMANIFEST, Bag, examine_bag
from evidence.verify.container import Container, Extent, open_folder
from evidence.verify.continuity import LedgerPart, compare_with_previous, examine_ledger
from evidence.verify.digests import Digest, digest_all
from evidence.verify.judgement import JudgementVerdict, examine_judgement
from evidence.verify.model import (
    Check,
    CompletenessReport,
    LedgerReport,
    Report,
    SignatureRow,
    conclude,
    failed,
    note,
    review,
)
from evidence.verify.package_signature import PackageProof, gather_material, judge_signature
from evidence.verify.pdf.task import PdfJudge, PdfTask, judge_isolated
from evidence.verify.receipt import ReceiptVerdict, examine_receipt
from evidence.verify.trust import TrustStore
from evidence.verify.trust_files import describe, fingerprint, read_trust
from evidence.verify.zip_structure import NotAPackageZipError, open_zip

_SIGNED = ("data/移交清单.pdf",)
_DOSSIER = "/卷宗.pdf"
_RECEIPT = "data/ledger/receipt.pdf"


def verify_path(
    path: Path,
    *,
    trust: Sequence[bytes] = (),
    previous: Path | None = None,
    at: datetime | None = None,
    judge_pdfs: PdfJudge = judge_isolated,
) -> Report:
    """Verify a package (zip or folder) or a single PDF; needs no workspace and no network.

    Args:
        path: what to verify.
        trust: PEM or DER files with the certificates to believe (and fresher revocation lists).
        previous: the package before, from the reader's own copy.
        at: instant of verification; now when None.
        judge_pdfs: how PDFs are judged.

    Raises:
        InputError: the path does not exist, is neither package nor PDF, or a trust file is unreadable.
    """
    now = at or datetime.now(UTC)
    store = read_trust(trust)
    if path.is_file() and _starts_with_pdf(path):
        return _verify_pdf(path, store, now, judge_pdfs)
    container = open_container(path)
    if isinstance(container, Check):
        return _unreadable(path, now, container)
    try:
        return _verify_package(path, container, store, now, previous, judge_pdfs)
    except EvidenceError:
        raise
    except Exception as error:  # a file may vanish or a disk fail half-way: no verdict, never a crash
        text = f"读取中断（{type(error).__name__}：{error}），没有得出结论，请重试或换一份副本。"
        return _unreadable(path, now, review("container.reading", text, path.name))


def open_container(path: Path) -> Container | Check:
    """The package's files, or why a zip cannot be read.

    Raises:
        InputError: the path does not exist or is neither a folder nor a zip.
    """
    try:
        if path.is_dir():
            if not any((path / name).exists() for name in ("bagit.txt", MANIFEST, TAGMANIFEST, "data")):
                inner = next(path.glob("*/bagit.txt"), None)
                raise InputError(
                    "这个文件夹不是移交包。",
                    where=str(path),
                    remedy=f"请改为验证 {inner.parent}"
                    if inner
                    else "请给出移交包的 .zip 或解压后的文件夹。",
                )
            return open_folder(path)
        with path.open("rb") as stream:
            magic = stream.read(4)
        if magic[:2] != b"PK" and path.suffix.lower() != ".zip":
            raise InputError(
                "这既不是移交包，也不是 PDF。",
                where=str(path),
                remedy="请给出移交包的 .zip、解压后的文件夹，或一个 PDF 文件。",
            )
        return open_zip(path)
    except NotAPackageZipError as error:
        return failed("zip.structure", f"压缩包的目录无法读取（{error}）。", path.name)
    except OSError as error:
        raise InputError(
            f"打不开：{error.strerror}。", where=str(path), remedy="请检查路径和读取权限。"
        ) from error


def renewals_beside(path: Path) -> Path:
    """Where `evidence renew` puts the later time stamps of a package."""
    return path.parent / f"{path.name.removesuffix('.zip')}.renewals"


def _starts_with_pdf(path: Path) -> bool:
    """A PDF by its first bytes; what starts as a zip is one, even if a PDF hides behind."""
    try:
        with path.open("rb") as stream:
            head = stream.read(1024)
        return not head.startswith(b"PK") and (b"%PDF-" in head or path.suffix.lower() == ".pdf")
    except OSError:
        return False


def _unreadable(path: Path, now: datetime, check: Check) -> Report:
    indication, sub = conclude((check,))
    return Report(
        subject=path.name,
        what="package",
        at=now,
        indication=indication,
        sub_indication=sub,
        evaluation_keys=False,
        checks=(check,),
    )


def _verify_pdf(path: Path, store: TrustStore, now: datetime, judge_pdfs: PdfJudge) -> Report:
    extent = Extent(path=path, offset=0, size=path.stat().st_size)
    (verdict,) = judge_pdfs([PdfTask(extent=extent, file=path.name, store=store, now=now)])
    indication, sub = conclude(verdict.checks)
    return Report(
        subject=path.name,
        what="pdf",
        at=now,
        indication=indication,
        sub_indication=sub,
        evaluation_keys=verdict.evaluation_keys,
        checks=verdict.checks,
        signatures=verdict.rows,
        fingerprints=_fingerprints(verdict.certificates),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Previous:
    """What the reader's own copy of the package before says."""

    checks: tuple[Check, ...] = ()
    witnessed: bool = False


def _verify_package(
    path: Path,
    container: Container,
    store: TrustStore,
    now: datetime,
    previous: Path | None,
    judge_pdfs: PdfJudge,
) -> Report:
    digests = digest_all(container.files)
    bag = examine_bag(container, digests)
    package = bag.info.get("External-Identifier", "") or container.name
    proof = _prove(container, store, now, renewals_beside(path))
    tasks = _pdf_tasks(container, digests, bag, proof, now)
    verdicts = dict(zip((task.file for task in tasks), judge_pdfs(tasks), strict=True))
    ours = [verdict for task, verdict in zip(tasks, verdicts.values(), strict=True) if task.ours]
    signed_receipt = verdicts.get(_RECEIPT)
    ledger = examine_ledger(container, bag.info) if bag.info else LedgerPart(package=package)
    receipt = (
        examine_receipt(container, ledger, proof, now=now, pdf=signed_receipt)
        if ledger.text
        else ReceiptVerdict()
    )
    judgement = (
        examine_judgement(container, bag.info)
        if bag.info
        else JudgementVerdict(report=CompletenessReport(), checks=())
    )
    before = _compare(previous, ledger, bag, store, now) if previous else _Previous()
    witnessed = receipt.witnessed or before.witnessed
    checks = (
        *container.checks,
        *bag.checks,
        *proof.checks,
        *(check for verdict in ours for check in verdict.checks),
        *ledger.checks,
        *before.checks,
        *receipt.checks,
        *judgement.checks,
        *(report_attached(task.file, verdicts[task.file]) for task in tasks if _is_attached(task)),
        *_stated(proof, witnessed=witnessed),
    )
    indication, sub = conclude(checks)
    rows: list[SignatureRow] = [proof.row] if proof.row else []
    rows += [row for verdict in verdicts.values() for row in verdict.rows]
    rows += [row for row in receipt.rows if row.file != _RECEIPT]
    certificates = [*proof.certificates, *(der for verdict in ours for der in verdict.certificates)]
    if signed_receipt is not None:
        certificates += signed_receipt.certificates
    return Report(
        subject=path.name,
        what="package",
        at=now,
        indication=indication,
        sub_indication=sub,
        evaluation_keys=proof.evaluation_keys or any(verdict.evaluation_keys for verdict in ours),
        checks=checks,
        signatures=tuple(rows),
        ledger=ledger.report(witnessed=witnessed) if ledger.package else LedgerReport(),
        completeness=judgement.report,
        fingerprints=_fingerprints(certificates),
    )


def _prove(container: Container, store: TrustStore, now: datetime, renewals: Path) -> PackageProof:
    """The package's signature judged; whatever a malformed one breaks, the answer is never a pass."""
    try:
        material = gather_material(container, store)
        return judge_signature(container, material, now=now, renewals=renewals)
    except Exception as error:
        text = f"包的签名或证书无法解析（{type(error).__name__}）。"
        return PackageProof(checks=(failed("signature.cms", text, SIGNATURE),), store=store)


def _pdf_tasks(
    container: Container, digests: Mapping[str, Digest], bag: Bag, proof: PackageProof, now: datetime
) -> list[PdfTask]:
    """PDFs that must carry our signature, and every other one that carries somebody's.

    A changed file gains nothing from the package's time stamp.
    """
    tasks: list[PdfTask] = []
    for path in sorted(container.files):
        ours = path in _SIGNED or (path.startswith("data/企业/") and path.endswith(_DOSSIER))
        if ours or digests[path].signed_pdf:
            tasks.append(
                PdfTask(
                    extent=container.files[path],
                    file=path,
                    store=proof.store,
                    now=now,
                    proven_at=proof.proven_at if path in bag.sound else None,
                    ours=ours,
                    text=path == _RECEIPT,
                )
            )
    return tasks


def _is_attached(task: PdfTask) -> bool:
    return not task.ours and task.file != _RECEIPT


def _compare(previous: Path, part: LedgerPart, bag: Bag, store: TrustStore, now: datetime) -> _Previous:
    """Check the reader's own copy of the package before, then that this one continues it."""
    container = open_container(previous)
    if isinstance(container, Check):
        text = f"给出的上一包读不出来，不能作为见证：{container.message}"
        return _Previous(checks=(review("ledger.previous", text, previous.name, "FORMAT_FAILURE"),))
    earlier = examine_bag(container, digest_all(container.files))
    proof = _prove(container, store, now, renewals_beside(previous))
    earlier_part = examine_ledger(container, earlier.info)
    bad = [
        check
        for check in (*container.checks, *earlier.checks, *proof.checks, *earlier_part.checks)
        if check.kind == "fail"
    ]
    if bad:
        # damage to the reader's own copy says nothing against this package
        text = f"给出的上一包本身有问题，不能作为见证：{bad[0].message}"
        where = f"{previous.name} · {bad[0].location}"
        return _Previous(checks=(review("ledger.previous", text, where, bad[0].sub_indication),))
    checks = compare_with_previous(part, bag.info, container, earlier_part)
    witnessed = all(check.kind == "pass" for check in checks) and TAGMANIFEST in container.files
    return _Previous(checks=checks, witnessed=witnessed)


def _stated(proof: PackageProof, *, witnessed: bool) -> tuple[Check, ...]:
    """What the reader must know about the limits of this answer."""
    stated: list[Check] = []
    if not proof.store.anchors:
        stated.append(
            note(
                "trust.compare",
                "没有给出信任证书：请用电话等另外的渠道核对下列证书指纹，再用 --trust 指明该证书。",
            )
        )
    if not witnessed:
        stated.append(
            note(
                "ledger.witness",
                "没有监管部门的签名回执或自存的上一包作见证：账本的连续性只有机构自己的签名担保。",
            )
        )
    return tuple(stated)


def _fingerprints(certificates: Sequence[bytes]) -> tuple[tuple[str, str], ...]:
    """Roots first, since they are what one compares; then end entities."""
    found: list[tuple[bool, str, str]] = []
    for der in dict.fromkeys(certificates):
        try:
            certificate = x509.Certificate.load(der)
            is_root = certificate.subject.dump() == certificate.issuer.dump()
        except (ValueError, TypeError, KeyError):
            continue  # its signature has failed already
        found.append((not is_root, describe(certificate), fingerprint(der)))
    found.sort(key=lambda row: row[0])
    return tuple((subject, digest) for _, subject, digest in found)
