"""`verify_path`: one package, its folder or one PDF taken apart, and the verdict over it all.

Each part judges by itself and in a module of its own; whatever breaks one of them leaves that part
undecided and takes no word of the others back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from asn1crypto import x509

from evidence.errors import EvidenceError
from evidence.verify.attached import report_attached
from evidence.verify.circumstances import stated_package
from evidence.verify.container import Extent
from evidence.verify.guarding import broken_off, guarded
from evidence.verify.history import examine_history
from evidence.verify.identity import examine_identity
from evidence.verify.judgement import JudgementVerdict, examine_judgement
from evidence.verify.labels import examine_labels
from evidence.verify.material_facts import examine_facts
from evidence.verify.material_list import examine_list
from evidence.verify.material_opened import examine_opened
from evidence.verify.material_original import examine_originals
from evidence.verify.material_paper import CASE, LIST, RECEIPT, examine_papers
from evidence.verify.model import (
    Check,
    CompletenessReport,
    LedgerReport,
    Report,
    SignatureRow,
    conclude,
    note,
)
from evidence.verify.opening import starts_with_pdf
from evidence.verify.order import examine_order
from evidence.verify.package import Package
from evidence.verify.package_signature import PackageProof
from evidence.verify.parameters_used import examine_parameters
from evidence.verify.payment import PaymentPack, open_and_take
from evidence.verify.pdf.signatures import PdfVerdict
from evidence.verify.pdf.task import PdfJudge, PdfTask, judge_isolated
from evidence.verify.predecessors import Compared, Kept, compare, take_kept
from evidence.verify.receipt import ReceiptVerdict, examine_receipts, receipt_files
from evidence.verify.trust import TrustStore
from evidence.verify.trust_files import describe, fingerprint, read_trust
from evidence.verify.witness import Regulator, agency_of, read_regulator

COMPARE_FINGERPRINTS = "没有给出信任证书：请用电话等另外的渠道核对下列证书指纹，再用 --trust 指明该证书。"
_SIGNED = ("data/移交清单.pdf",)
_DOSSIER = "/卷宗.pdf"
_FIRST_PAGES = 3
"""A paper says on its first pages what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """What the reader brings: whom he trusts, when he looks, how PDFs are judged."""

    store: TrustStore
    regulator: Regulator
    now: datetime
    judge_pdfs: PdfJudge = judge_isolated


def verify_path(
    path: Path,
    *,
    trust: Sequence[bytes] = (),
    regulator: Sequence[bytes] = (),
    previous: Path | Sequence[Path] | None = None,
    at: datetime | None = None,
    judge_pdfs: PdfJudge = judge_isolated,
) -> Report:
    """Verify a package (zip or folder) or a single PDF; needs no workspace and no network.

    Args:
        path: what to verify.
        trust: PEM or DER files with the certificates to believe (and fresher revocation lists).
        regulator: the same for the regulator, whose receipts are witnesses.
        previous: packages of other weeks, from the reader's own copies.
        at: instant of verification; now when None.
        judge_pdfs: how PDFs are judged.

    Raises:
        InputError: the path does not exist, is neither package nor PDF, or a trust file is unreadable.
    """
    reader = read_reader(trust, regulator, at, judge_pdfs)
    kept = [previous] if isinstance(previous, Path) else list(previous or ())
    if path.is_file() and starts_with_pdf(path):
        return _verify_pdf(path, reader.store, reader.now, judge_pdfs)
    try:
        package = open_and_take(path, reader.store, reader.now)
        if isinstance(package, Check):
            return unreadable(path, reader.now, package)
        if isinstance(package, PaymentPack):
            return verify_payment(package, reader)
        return verify_package(package, reader, take_kept(kept, reader.store, reader.now))
    except EvidenceError:
        raise
    except Exception as error:  # a file may vanish or a disk fail half-way: no verdict, never a crash
        return unreadable(path, reader.now, broken_off("container.reading", error, path.name))


def read_reader(
    trust: Sequence[bytes], regulator: Sequence[bytes], at: datetime | None, judge_pdfs: PdfJudge
) -> Reader:
    """The reader from the files he gave.

    Raises:
        InputError: one of them is unreadable.
    """
    store = read_trust(trust)
    return Reader(
        store=store,
        regulator=read_regulator(regulator, store),
        now=at or datetime.now(UTC),
        judge_pdfs=judge_pdfs,
    )


def unreadable(path: Path, now: datetime, check: Check) -> Report:
    """The report about something that could not be taken apart."""
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


def verify_payment(pack: PaymentPack, reader: Reader) -> Report:
    """A payment pack: its bag, its signature, its lists; it carries neither ledger nor judgement."""
    package = pack.package
    identity = guarded(
        "signature.identity", lambda: examine_identity(package, reader.regulator, {}), lambda check: (check,)
    )
    checks = (*package.checks, *identity, *pack.about)
    if not reader.store.anchors:
        checks = (*checks, note("trust.compare", COMPARE_FINGERPRINTS))
    indication, sub = conclude(checks)
    return Report(
        subject=package.path.name,
        what="payment",
        at=reader.now,
        indication=indication,
        sub_indication=sub,
        evaluation_keys=package.proof.evaluation_keys,
        checks=checks,
        signatures=(package.proof.row,) if package.proof.row else (),
        fingerprints=_fingerprints(package.proof.certificates),
    )


def verify_package(package: Package, reader: Reader, kept: Kept) -> Report:
    """The verdict over one package that was taken apart, beside others that the reader kept."""
    now = reader.now
    tasks = _pdf_tasks(package, reader)
    verdicts = dict(zip((task.file for task in tasks), reader.judge_pdfs(tasks), strict=True))
    ours = [verdict for task, verdict in zip(tasks, verdicts.values(), strict=True) if task.ours]
    receipt = guarded(
        "ledger.receipt",
        lambda: _receipts(package, reader, kept, verdicts),
        lambda check: ReceiptVerdict(checks=(check,)),
    )
    judgement = guarded(
        "judgement.recomputed",
        lambda: _judgement(package),
        lambda check: JudgementVerdict(report=CompletenessReport(), checks=(check,)),
    )
    compared = [
        guarded(
            "ledger.previous",
            lambda each=each: compare(package, each, reader.regulator),  # type: ignore[misc]
            lambda check: Compared(checks=(check,)),
        )
        for each in kept.packages
    ]
    witnesses = (*receipt.witnesses, *(one for each in compared for one in each.witnesses))
    checks = (
        *package.checks,
        *(check for verdict in ours for check in verdict.checks),
        *_together(package, reader, verdicts),
        *kept.checks,
        *(check for one in compared for check in one.checks),
        *receipt.checks,
        *judgement.checks,
        *(report_attached(task.file, verdicts[task.file]) for task in tasks if _is_attached(task)),
        *_stated(package.proof, witnessed=bool(witnesses)),
    )
    indication, sub = conclude(checks)
    proof = package.proof
    return Report(
        subject=package.path.name,
        what="package",
        at=now,
        indication=indication,
        sub_indication=sub,
        evaluation_keys=proof.evaluation_keys or any(verdict.evaluation_keys for verdict in ours),
        checks=checks,
        signatures=_rows(proof, verdicts, receipt),
        ledger=package.ledger.report(witnesses) if package.ledger.package else LedgerReport(),
        completeness=judgement.report,
        package=stated_package(package.info),
        fingerprints=_fingerprints(_certificates(package, ours, verdicts)),
    )


def _together(package: Package, reader: Reader, verdicts: Mapping[str, PdfVerdict]) -> tuple[Check, ...]:
    """Whether the parts speak of the same thing, each question by itself."""
    if not package.info:
        return ()
    texts = {path: verdict.text for path, verdict in verdicts.items()}
    papers = {path: verdict.signers for path, verdict in verdicts.items() if _is_our_paper(path)}
    parts: tuple[tuple[str, Callable[[], tuple[Check, ...]]], ...] = (
        ("bag.info", lambda: examine_labels(package)),
        ("signature.identity", lambda: examine_identity(package, reader.regulator, papers)),
        ("ledger.history", lambda: examine_history(package)),
        ("ledger.order", lambda: examine_order(package)),
        ("judgement.parameters", lambda: examine_parameters(package)),
        ("material.facts", lambda: examine_facts(package)),
        ("material.original", lambda: examine_originals(package)),
        ("material.paper", lambda: examine_papers(package, texts)),
        ("material.list", lambda: examine_list(package, texts)),
        ("material.opened", lambda: examine_opened(package)),
    )
    return tuple(check for id, part in parts for check in guarded(id, part, lambda check: (check,)))


def _receipts(
    package: Package, reader: Reader, kept: Kept, verdicts: Mapping[str, PdfVerdict]
) -> ReceiptVerdict:
    if not package.ledger.text:
        return ReceiptVerdict()
    return examine_receipts(
        package,
        agency=agency_of(package, *kept.packages),
        regulator=reader.regulator,
        now=reader.now,
        pdfs=verdicts,
    )


def _judgement(package: Package) -> JudgementVerdict:
    if not package.info:
        return JudgementVerdict(report=CompletenessReport(), checks=())
    return examine_judgement(package.container, package.info)


def _rows(
    proof: PackageProof, verdicts: Mapping[str, PdfVerdict], receipt: ReceiptVerdict
) -> tuple[SignatureRow, ...]:
    rows: list[SignatureRow] = [proof.row] if proof.row else []
    rows += [row for verdict in verdicts.values() for row in verdict.rows]
    return (*rows, *(row for row in receipt.rows if row.file not in verdicts))


def _certificates(
    package: Package, ours: Sequence[PdfVerdict], verdicts: Mapping[str, PdfVerdict]
) -> tuple[bytes, ...]:
    """Everything whose fingerprint the reader may want to compare."""
    receipts = [verdicts[path] for path in receipt_files(package.container) if path in verdicts]
    rest = (der for verdict in (*ours, *receipts) for der in verdict.certificates)
    return (*package.proof.certificates, *rest)


def _pdf_tasks(package: Package, reader: Reader) -> list[PdfTask]:
    """PDFs that must carry our signature, and every other one that carries somebody's.

    A changed file gains nothing from the package's time stamp.
    """
    store = package.proof.store
    receipts = receipt_files(package.container)
    witnesses = replace(
        store.with_material(crls=reader.regulator.store.crls),
        anchors=(*store.anchors, *reader.regulator.store.anchors),
    )
    tasks: list[PdfTask] = []
    for path in sorted(package.container.files):
        ours = _is_our_paper(path)
        if ours or path == RECEIPT or package.digests[path].signed_pdf:
            tasks.append(
                PdfTask(
                    extent=package.container.files[path],
                    file=path,
                    store=witnesses if path in receipts else store,
                    now=reader.now,
                    proven_at=package.proof.proven_at if path in package.bag.sound else None,
                    ours=ours,
                    text=path in receipts or ours or path == RECEIPT,
                    text_pages=None if path in receipts or path == LIST else _FIRST_PAGES,
                    printed=path == LIST,
                    text_unless=CASE.pattern if path.endswith(_DOSSIER) else "",
                )
            )
    return tasks


def _is_our_paper(path: str) -> bool:
    """Whether the agency itself signs what lies there: the list, or a dossier."""
    return path in _SIGNED or (path.startswith("data/企业/") and path.endswith(_DOSSIER))


def _is_attached(task: PdfTask) -> bool:
    return not task.ours and not task.text


def _stated(proof: PackageProof, *, witnessed: bool) -> tuple[Check, ...]:
    """What the reader must know about the limits of this answer."""
    stated: list[Check] = []
    if not proof.store.anchors:
        stated.append(note("trust.compare", COMPARE_FINGERPRINTS))
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
