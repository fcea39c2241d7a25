"""Build, sign and register one weekly package. Under its final name there is a whole one or none.

Everything is made in `archive/handover/.building`; only when the finished file is synced do the
journal's events follow, and only then the rename. A crash between the two is healed by the next run.
"""

from __future__ import annotations

import errno
import fcntl
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from evidence.bundles.appearance import seal_style
from evidence.bundles.bag import SIGNATURE, TAGMANIFEST, BagWriter, Entry
from evidence.bundles.certificates import certificate_files
from evidence.bundles.dossier import build_dossier
from evidence.bundles.instructions import NAME as INSTRUCTIONS
from evidence.bundles.instructions import instructions
from evidence.bundles.names import component, split_suffix, unique
from evidence.bundles.pades import Level, PdfSigning, Place
from evidence.bundles.revocation import read_revocation, refuse_revoked
from evidence.bundles.signers import Ask, open_key, read_certificates
from evidence.bundles.timestamp import open_authority
from evidence.bundles.typesetting import Sheet
from evidence.bundles.zipping import sync_directory, sync_folder, write_zip
from evidence.domain.facts import CaseFacts
from evidence.domain.identifiers import CaseId, Number, Sha256, make_case_id, make_number
from evidence.domain.register import Package
from evidence.domain.week import Week, local_date
from evidence.errors import EvidenceError, IncompleteError, MissingPartError, UndecidedError, UsageError
from evidence.handover.continuity import ledger_files
from evidence.handover.dossiers import Sent, dossier_content
from evidence.handover.office import Office
from evidence.handover.papers import (
    HandedOver,
    Signing,
    handover_list,
    handover_table,
    plan_for,
    plan_sheet,
    real_time_note,
    summary,
)
from evidence.handover.receipt_form import ReceiptForm, make_receipt
from evidence.handover.week import (
    Original,
    WeekWork,
    instant,
    made_checkpoint,
    originals_of,
    pretty,
    take_stock,
)
from evidence.handover.wording import in_order
from evidence.language import _
from evidence.ledger.checkpoint import fingerprint
from evidence.ledger.events import Event, FormIssued, PackageBuilt
from evidence.ledger.view import View
from evidence.rules.clause import Finding, Kind
from evidence.rules.judge import RULESET_VERSION
from evidence.rules.sarif import to_sarif
from evidence.rules.summary import blockers

BUILDING = ".building"
_LOCK = "lock"
_LIST_CODE, _RECEIPT_CODE = "YD", "HS"
_SEAL_PT = 120
Report = Callable[[str], None]


class DiskFullError(MissingPartError):
    """Not enough room to build the package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the person asked for."""

    week: Week
    at: datetime
    supplement: bool = False
    allow_incomplete: bool = False
    why: str = ""
    as_folder: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A finished package."""

    package: Package
    path: Path
    list_level: Level
    dossier_level: Level
    evaluation: bool
    blocking: tuple[Finding, ...] = ()


@dataclass(kw_only=True)
class _Bench:
    """What is at hand while one package is built."""

    office: Office
    order: Order
    work: WeekWork
    signing: PdfSigning
    bag: BagWriter
    complete: bool
    report: Report
    now: datetime
    rows: list[HandedOver] = field(default_factory=list)
    sent: Sent
    originals: list[Sha256] = field(default_factory=list)

    @property
    def list_level(self) -> Level:
        return self.signing.reachable(Level(self.office.signer.list_level))

    @property
    def dossier_level(self) -> Level:
        return self.signing.reachable(Level(self.office.signer.dossier_level))


def build_package(
    office: Office,
    order: Order,
    *,
    actor: str = "bundle",
    ask: Ask | None = None,
    report: Report = lambda line: None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Built:
    """Build one package.

    Args:
        office: everything wired together.
        order: week, instant and options.
        actor: account in the journal.
        ask: asks for the key's password when no file holds it.
        report: progress lines.
        clock: real time.

    Raises:
        UsageError: the week cannot be packed (packed already, a hole, no reason given).
        IncompleteError: something this package must contain is missing.
        UndecidedError: something this package must contain is undecided.
        MissingPartError: key, authority, font or disk space is missing.
    """
    if order.allow_incomplete and not order.why.strip():
        raise UsageError(_("移交不完整的包必须说明原因。"), remedy='--allow-incomplete --why "…"')
    with _only_builder(office):
        heal(office)
        return _build(office, order, actor=actor, ask=ask, report=report, clock=clock)


def _build(
    office: Office,
    order: Order,
    *,
    actor: str,
    ask: Ask | None,
    report: Report,
    clock: Callable[[], datetime],
) -> Built:
    work = take_stock(office, week=order.week, supplement=order.supplement, at=order.at)
    stopping = blockers(work.findings)
    if stopping and not order.allow_incomplete:
        raise _refusal(work, stopping)
    with open_key(office.signer, office.root, ask=ask, now=clock()) as key:
        known = read_revocation([office.root / path for path in office.signer.crls])
        refuse_revoked(key.certificate, known)
        signing = PdfSigning(
            key=key,
            authority=open_authority(office.timestamp, office.root),
            revocation=known,
            authority_chain=read_certificates(office.root / path for path in office.timestamp.chain),
            fetch=office.signer.fetch_revocation,
            clock=clock,
        )
        with _staging(office, work) as scratch:
            bench = _Bench(
                office=office,
                order=order,
                work=work,
                signing=signing,
                bag=BagWriter(scratch / work.id),
                complete=not stopping,
                report=report,
                now=clock(),
                sent=_sent(work.packages),
            )
            receipt, list_number = _fill(bench)
            tagmanifest = bench.bag.close(_labels(bench))
            (bench.bag.folder / SIGNATURE).write_bytes(signing.sign_detached(tagmanifest))
            return _publish(bench, scratch, receipt, list_number, tagmanifest, stopping, actor)


def _refusal(work: WeekWork, stopping: Sequence[Finding]) -> EvidenceError:
    """Exit 3 when something is missing, 5 when it is only undecided."""
    kind = UndecidedError if all(each.kind is Kind.REVIEW for each in stopping) else IncompleteError
    shown = [f"· {each.subject.document or each.subject.case} {each.message}" for each in stopping[:8]]
    if len(stopping) > 8:
        shown.append(_("……另有 {count} 项，见 evidence check").format(count=len(stopping) - 8))
    return kind(
        _("{package} 还不能移交：{count} 项必备材料缺失或待判定。").format(
            package=work.id, count=len(stopping)
        ),
        where="\n".join(shown),
        remedy=_(
            "请补齐后再次运行；确需先行移交的，用 --allow-incomplete --why 说明原因，包上会写明不完整。"
        ),
    )


def _fill(bench: _Bench) -> tuple[ReceiptForm, Number]:
    """Write every payload and tag file; returns the receipt and the list's number."""
    work, names, bag = bench.work, bench.office.names, bench.bag
    list_number, receipt_number = numbers(work.view, names.contract_code, work.week)
    taken: set[str] = set()
    for position, case in enumerate(work.facts.cases, 1):
        bench.report(
            _("卷宗 {n}/{count}：{case}").format(n=position, count=len(work.facts.cases), case=case.case.id)
        )
        _add_case(bench, case, taken)
    bench.report(_("移交清单、回执和计划"))
    signing = _signing_facts(bench)
    sheet = handover_list(
        work,
        bench.rows,
        names=names,
        number=list_number,
        receipt_number=receipt_number,
        signing=signing,
        why_incomplete=bench.order.why,
        complete=bench.complete,
    )
    signed, _level = bench.signing.sign_bytes(
        sheet.pdf, wanted=bench.list_level, reason=f"移交 {work.id}", place=_seal_place(bench, sheet)
    )
    bag.add_bytes("data/移交清单.pdf", signed)
    bag.add_bytes("data/移交清单.xlsx", handover_table(work, bench.rows, number=list_number))
    receipt = make_receipt(
        work,
        number=receipt_number,
        list_number=list_number,
        names=names,
        summary=summary(work, bench.rows, complete=bench.complete),
        evaluation=signing.evaluation,
    )
    bag.add_bytes("data/接收回执.pdf", receipt.pdf)
    bag.add_bytes("data/下周工作计划.pdf", _plan_pdf(bench))
    bag.add_bytes("data/facts.json", work.facts_json())
    bag.add_bytes("data/findings.json", work.findings_json())
    bag.add_bytes("data/findings.sarif", pretty(to_sarif(work.findings)))
    for each in ledger_files(bench.office, work):
        bag.add_bytes(f"data/ledger/{each.name}", each.data)
    for name, data in certificate_files(bench.signing):
        bag.add_bytes(f"certificates/{name}", data)
    text = instructions(
        work.id,
        signer_sha256=bench.signing.key.certificate.sha256,
        stamped=bench.signing.authority is not None,
        evaluation=signing.evaluation,
        ledger_fingerprint=fingerprint(work.checkpoint),
    )
    bag.add_bytes(INSTRUCTIONS, text.encode())
    return receipt, list_number


def _add_case(bench: _Bench, case: CaseFacts, taken: set[str]) -> None:
    """One case's originals and its signed dossier."""
    enterprise = bench.work.enterprise(case)
    folder = f"data/企业/{component(f'{enterprise.id}-{enterprise.short_name}')}/{component(case.case.id)}"
    placed: dict[Sha256, Entry] = {}
    for original in originals_of(bench.work, case):
        if original.sha256 in bench.sent.package_of:
            continue
        name = unique(original_name(original), taken)
        source = bench.office.originals.path(original.sha256)
        placed[original.sha256] = bench.bag.add_file(f"{folder}/原件/{name}", source, sha256=original.sha256)
        bench.originals.append(original.sha256)
    content = dossier_content(
        bench.work,
        case,
        names=bench.office.names,
        originals=bench.office.originals,
        issued=bench.office.issued,
        sent=bench.sent,
        notice=_notice(bench),
        evaluation=bench.signing.key.evaluation,
    )
    signed, _level = bench.signing.sign_bytes(
        build_dossier(content), wanted=bench.dossier_level, reason=f"卷宗 {case.case.id}"
    )
    bench.bag.add_bytes(f"{folder}/卷宗.pdf", signed)
    for document in in_order(case.documents):
        digest = document.scans[0].sha256 if document.scans else Sha256("")
        entry = placed.get(digest)
        file = entry.path.removeprefix("data/") if entry else bench.sent.package_of.get(digest, "")
        bench.rows.append(
            HandedOver(
                case=case,
                enterprise=enterprise.name,
                document=document,
                file=file,
                sha256=digest,
                bytes=entry.bytes if entry else 0,
            )
        )


def original_name(original: Original) -> str:
    """`A-20220401-0007-扫描.pdf`."""
    stem, suffix = split_suffix(original.name)
    return component(
        f"{original.arrival}-{stem}" if original.arrival else f"{original.sha256[:12]}-{stem}", suffix
    )


def _notice(bench: _Bench) -> str:
    parts = []
    if bench.signing.key.evaluation:
        parts.append("EVALUATION ONLY　仅供试用，不作正式移交")
    if not bench.complete:
        parts.append(f"所在移交包不完整：{bench.order.why}")
    return "\n".join(parts)


def _signing_facts(bench: _Bench) -> Signing:
    key, authority = bench.signing.key, bench.signing.authority
    chain = bench.signing.stamping_chain()
    return Signing(
        signer=key.name,
        fingerprint=key.certificate.sha256.hex(),
        list_level=bench.list_level,
        dossier_level=bench.dossier_level,
        authority=""
        if authority is None
        else str(chain[0].subject.native.get("common_name", ""))
        if chain
        else "",
        evaluation=key.evaluation,
    )


def _seal_place(bench: _Bench, sheet: Sheet) -> Place:
    """Above the line that the list marks as `signature`."""
    mark = next(each for each in sheet.marks if each.key == "signature")
    bottom = round(841.89 - mark.y) + 2
    left = round(mark.x + (mark.w - _SEAL_PT) / 2)
    return Place(
        page=mark.page - 1,
        box=(left, bottom, left + _SEAL_PT, bottom + _SEAL_PT),
        style=seal_style(
            bench.office.names.agency, bench.signing.key, now=bench.now, scratch=bench.bag.folder.parent
        ),
    )


def _plan_pdf(bench: _Bench) -> bytes:
    """The issued plan when there is one, else composed from its data."""
    plan = plan_for(bench.work)
    if plan is not None and plan.number:
        path = bench.office.issued.pdf_path(Number(plan.number))
        if path.is_file():
            return path.read_bytes()
    return plan_sheet(bench.work, plan, names=bench.office.names)


def _labels(bench: _Bench) -> dict[str, str]:
    """`bag-info.txt`, in the order of docs/package-format.md."""
    work, previous = bench.work, bench.work.previous
    packages = work.packages
    original = next((each for each in packages if each.week == str(work.week)), None)
    first = packages[0].week if packages else str(work.week)
    return {
        "Source-Organization": bench.office.names.agency,
        "External-Identifier": work.id,
        "Bag-Group-Identifier": bench.office.names.contract_code,
        "Bagging-Date": local_date(work.at).isoformat(),
        "Payload-Oxum": "",
        "Package-Format": "1",
        "Week": str(work.week),
        "As-Of": instant(work.at),
        "Ruleset": RULESET_VERSION,
        "Complete": "yes" if bench.complete else "no",
        "Incomplete-Why": "" if bench.complete else bench.order.why,
        "Evaluation-Keys": "yes" if bench.signing.key.evaluation else "",
        "Real-Time": real_time_note(work.at, bench.now),
        "Journal-Start": str(previous.tree_size if previous else 0),
        "Journal-End": str(work.size),
        "Checkpoint-Root": work.tree.root.hex(),
        "Checkpoint-Fingerprint": fingerprint(work.checkpoint),
        "Previous-Package": previous.id if previous else "",
        "Previous-Tagmanifest-SHA256": previous.tagmanifest if previous else "",
        "Supplement-Of": original.id if work.supplement and original else "",
        "Supplement-Of-Tagmanifest-SHA256": original.tagmanifest if work.supplement and original else "",
        "Service-Weeks": f"{first}/{work.week}",
    }


def _publish(
    bench: _Bench,
    scratch: Path,
    receipt: ReceiptForm,
    list_number: Number,
    tagmanifest: bytes,
    stopping: Sequence[Finding],
    actor: str,
) -> Built:
    """Sync, journal, rename; in this order."""
    office, work = bench.office, bench.work
    folder = bench.bag.folder
    if bench.order.as_folder:
        sync_folder(folder)
        finished, digest = folder, sha256(tagmanifest).hexdigest()
    else:
        bench.report(_("压成一个文件"))
        finished = scratch / f"{work.id}.zip"
        digest = write_zip(folder, finished)
    waiting = office.folder / BUILDING / finished.name
    _discard(waiting)
    finished.replace(waiting)
    sync_directory(waiting.parent)
    package = Package(
        id=work.id,
        week=str(work.week),
        supplement=work.supplement,
        built_at=work.at,
        sha256=Sha256(digest),
        complete=bench.complete,
        tree_size=work.size,
        root=work.tree.root.hex(),
        cases=tuple(CaseId(case.case.id) for case in work.facts.cases),
        documents=tuple(row.document.form.number for row in bench.rows),
        originals=tuple(dict.fromkeys(bench.originals)),
        why_incomplete="" if bench.complete else bench.order.why,
        list_number=list_number,
        tagmanifest=sha256(tagmanifest).hexdigest(),
    )
    office.issued.put(
        receipt.form.number, pdf=receipt.pdf, docx=b"", data=receipt.data, geometry=receipt.geometry
    )
    events: tuple[Event, ...] = (
        FormIssued(form=receipt.form),
        made_checkpoint(work),
        PackageBuilt(package=package),
    )

    def decide(view: View) -> Sequence[Event]:
        if view.packages() != work.packages or numbers(view, office.names.contract_code, work.week) != (
            list_number,
            receipt.form.number,
        ):
            raise UsageError(_("打包期间另一个任务登记了移交包，本次作废。"), remedy=_("请再运行一次。"))
        return events

    office.ledger.transact(actor, decide)
    final = office.folder / finished.name
    waiting.replace(final)
    sync_directory(office.folder)
    return Built(
        package=package,
        path=final,
        list_level=bench.list_level,
        dossier_level=bench.dossier_level,
        evaluation=bench.signing.key.evaluation,
        blocking=tuple(stopping),
    )


def heal(office: Office) -> None:
    """Give a package its name that was journalled but not yet renamed; sweep what never was.

    Only whoever builds may call it: a scratch folder found here belongs to a run that died.
    """
    building = office.folder / BUILDING
    for package in office.ledger.view.packages():
        for name in (f"{package.id}.zip", package.id):
            waiting, final = building / name, office.folder / name
            if waiting.exists() and not final.exists() and _digest_of(waiting) == package.sha256:
                waiting.replace(final)
                sync_directory(office.folder)
    for left in building.iterdir():
        if left.name != _LOCK:
            _discard(left)


@contextmanager
def _only_builder(office: Office) -> Iterator[None]:
    """One building process at a time.

    Raises:
        UsageError: another one is at work.
    """
    building = office.folder / BUILDING
    building.mkdir(parents=True, exist_ok=True)
    with (building / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                _("另一个打包任务正在进行。"), where=str(building), remedy=_("请等它完成后再试。")
            ) from error
        yield


def numbers(view: View, contract: str, week: Week) -> tuple[Number, Number]:
    """The next numbers of handover list and receipt: always the same running number."""
    case = make_case_id(contract, week.year, 0)
    taken = [each.list_number for each in view.packages()]
    taken += [each.form.number for each in view.documents(None)]
    prefixes = tuple(f"{case}-{code}-" for code in (_LIST_CODE, _RECEIPT_CODE))
    running = max((int(each[-3:]) for each in taken if each.startswith(prefixes)), default=0) + 1
    return make_number(case, _LIST_CODE, running), make_number(case, _RECEIPT_CODE, running)


@contextmanager
def _staging(office: Office, work: WeekWork) -> Iterator[Path]:
    """A scratch folder beside the packages; gone afterwards whatever happens.

    Raises:
        DiskFullError: no room.
    """
    building = office.folder / BUILDING
    _require_room(building, work)
    scratch = Path(tempfile.mkdtemp(prefix=f"{work.id}-", dir=building))
    try:
        yield scratch
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _full(building) from error
        raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _require_room(building: Path, work: WeekWork) -> None:
    """Originals once, dossiers of about their size, and the zip of both."""
    originals = sum(each.bytes for case in work.facts.cases for each in originals_of(work, case))
    if shutil.disk_usage(building).free < 4 * originals + (64 << 20):
        raise _full(building)


def _full(building: Path) -> DiskFullError:
    return DiskFullError(
        _("磁盘空间不足，移交包没有做成，也没有留下半成品。"),
        where=str(building),
        remedy=_("请腾出空间后再次运行。"),
    )


def _sent(packages: Sequence[Package]) -> Sent:
    places: dict[Sha256, str] = {}
    for package in packages:
        for digest in package.originals:
            places.setdefault(digest, package.id)
    return Sent(package_of=places)


def _digest_of(path: Path) -> str:
    import hashlib

    target = path / TAGMANIFEST if path.is_dir() else path
    with target.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _discard(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
