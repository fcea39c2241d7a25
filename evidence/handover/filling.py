"""What is written into the bag: dossiers with their originals, papers, judgement, ledger, certificates."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from evidence.bundles.appearance import seal_style
from evidence.bundles.assembly import assemble_all
from evidence.bundles.bag import BagWriter, Entry
from evidence.bundles.certificates import certificate_files
from evidence.bundles.dossier import DossierContent
from evidence.bundles.instructions import NAME as INSTRUCTIONS
from evidence.bundles.instructions import instructions
from evidence.bundles.names import component, split_suffix, unique
from evidence.bundles.pades import Level, PdfSigning, Place
from evidence.bundles.pdf_parts import joined, with_signature_field
from evidence.bundles.typesetting import Sheet, compose
from evidence.domain.document import BoxKind, Document
from evidence.domain.facts import CaseFacts
from evidence.domain.identifiers import CaseId, Number, Sha256, make_case_id, make_number
from evidence.domain.register import Package
from evidence.domain.week import Week, local_date
from evidence.handover.continuity import ledger_files
from evidence.handover.dossiers import Sent, dossier_content
from evidence.handover.footage import Film, add_film
from evidence.handover.office import Office
from evidence.handover.papers import (
    HandedOver,
    Signing,
    completeness_report,
    handover_table,
    list_values,
    plan_for,
    plan_sheet,
    real_time_note,
    receipt_values,
)
from evidence.handover.press import Paper, Wanted
from evidence.handover.week import Original, WeekWork, instant, originals_of, pretty
from evidence.handover.wording import in_order
from evidence.language import _
from evidence.ledger.checkpoint import fingerprint
from evidence.ledger.view import View
from evidence.rules.judge import RULESET_VERSION
from evidence.rules.sarif import to_sarif

FIELD = "Regulator"
"""Name of the receipt's empty signature field."""
_LIST_CODE, _RECEIPT_CODE = "YD", "HS"
_SEAL_PT = 120
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the person asked for."""

    week: Week
    at: datetime
    supplement: bool = False
    allow_incomplete: bool = False
    why: str = ""
    as_folder: bool = False
    with_footage: bool = False
    """The week's films go along, for those who must have them; else their register and digests only."""


@dataclass(kw_only=True)
class Bench:
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
    films: dict[CaseId, tuple[Film, ...]] = field(default_factory=dict)
    """Footage to hand over by case; empty unless it was asked for."""
    placed: dict[tuple[CaseId, Sha256], Entry] = field(default_factory=dict)
    """Originals in this bag by case."""

    @property
    def list_level(self) -> Level:
        """What the list's signature reaches."""
        return self.signing.reachable(Level(self.office.signer.list_level))

    @property
    def dossier_level(self) -> Level:
        """What each dossier's signature reaches."""
        return self.signing.reachable(Level(self.office.signer.dossier_level))


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """The two numbered papers of a package as they will be journalled."""

    list: Paper
    receipt: Paper


def fill_bag(bench: Bench) -> Papers:
    """Write every payload and tag file but the manifests."""
    work, bag = bench.work, bench.bag
    _add_cases(bench)
    bench.report(_("移交清单、回执和计划"))
    papers = _print(bench)
    bag.add_bytes("data/移交清单.pdf", _signed_list(bench, papers))
    table = handover_table(work, bench.rows, number=papers.list.number)
    bag.add_bytes("data/移交清单.xlsx", table)
    bag.add_bytes("data/接收回执.pdf", papers.receipt.pdf)
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
        evaluation=bench.signing.key.evaluation,
        ledger_fingerprint=fingerprint(work.checkpoint),
    )
    bag.add_bytes(INSTRUCTIONS, text.encode())
    return papers


def _print(bench: Bench) -> Papers:
    """List and receipt from their templates; the receipt gets its empty signature field."""
    work, names = bench.work, bench.office.names
    list_number, receipt_number = numbers(work.view, names.contract_code, work.week)
    wanted = (
        Wanted(
            form="handover-list",
            number=list_number,
            values=list_values(work, bench.rows, names=names, complete=bench.complete),
        ),
        Wanted(
            form="handover-receipt",
            number=receipt_number,
            values=receipt_values(work, bench.rows, names=names, list_number=list_number),
        ),
    )
    listed, receipt = bench.office.press.print(wanted, head=work.head, at=work.at)
    return Papers(list=listed, receipt=replace(receipt, pdf=_with_field(receipt, work)))


def _with_field(receipt: Paper, work: WeekWork) -> bytes:
    """An electronic signature may stand where the seal would."""
    page, seal = next((page, box) for page in receipt.pages for box in page.boxes if box.kind is BoxKind.SEAL)
    bottom = page.height - seal.y - seal.h
    return with_signature_field(
        receipt.pdf,
        name=FIELD,
        tip="接收单位电子签名",
        page=page.page - 1,
        box=(seal.x, bottom, seal.x + seal.w, bottom + seal.h),
        at=work.at,
    )


def _signed_list(bench: Bench, papers: Papers) -> bytes:
    """The list's own pages, the completeness report behind them, one signature over both."""
    work, names = bench.work, bench.office.names
    report = completeness_report(
        work,
        bench.rows,
        names=names,
        number=papers.list.number,
        signing=_signing_facts(bench),
        why_incomplete=bench.order.why,
        complete=bench.complete,
    )
    banner = compose("banner", {"text": notice}, at=work.at).pdf if (notice := _notice(bench)) else None
    whole = joined(
        [("移交清单", papers.list.pdf), ("完整性报告", report.pdf)],
        title=f"移交清单 {work.id}",
        author=names.agency,
        at=work.at,
        banner=banner,
    )
    place = _seal_place(bench, report, len(papers.list.pages))
    signed, _level = bench.signing.sign_bytes(
        whole, wanted=bench.list_level, reason=f"移交 {work.id}", place=place
    )
    return signed


def _add_cases(bench: Bench) -> None:
    """Every case's originals, its signed dossier and its rows of the list."""
    cases = bench.work.facts.cases
    contents = (_place_originals(bench, case) for case in cases)
    dossiers = assemble_all(contents, count=len(cases))
    for position, (case, unsigned) in enumerate(zip(cases, dossiers, strict=True), 1):
        bench.report(_("卷宗 {n}/{count}：{case}").format(n=position, count=len(cases), case=case.case.id))
        signed, _level = bench.signing.sign_bytes(
            unsigned, wanted=bench.dossier_level, reason=f"卷宗 {case.case.id}"
        )
        bench.bag.add_bytes(f"{_folder(bench, case)}/卷宗.pdf", signed)
        bench.rows += [_row(bench, case, document) for document in in_order(case.documents)]


def _folder(bench: Bench, case: CaseFacts) -> str:
    enterprise = bench.work.enterprise(case)
    return f"data/企业/{component(f'{enterprise.id}-{enterprise.short_name}')}/{component(case.case.id)}"


def _place_originals(bench: Bench, case: CaseFacts) -> DossierContent:
    """Copy what no earlier package carried, each file checked against its digest."""
    folder, taken = _folder(bench, case), set[str]()
    for original in originals_of(bench.work, case):
        if original.sha256 in bench.sent.package_of:
            continue
        name = unique(original_name(original), taken)
        taken.add(name)
        source = bench.office.originals.path(original.sha256)
        entry = bench.bag.add_file(f"{folder}/原件/{name}", source, sha256=original.sha256)
        bench.placed[case.case.id, original.sha256] = entry
    for film in bench.films.get(case.case.id, ()):
        name = unique(original_name(film.original), taken)
        taken.add(name)
        bench.report(_("录像 {name}").format(name=name))
        entry = add_film(bench.bag, f"{folder}/原件/{name}", film)
        bench.placed[case.case.id, film.original.sha256] = entry
    return dossier_content(
        bench.work,
        case,
        names=bench.office.names,
        originals=bench.office.originals,
        issued=bench.office.issued,
        sent=bench.sent,
        notice=_notice(bench),
        evaluation=bench.signing.key.evaluation,
    )


def _row(bench: Bench, case: CaseFacts, document: Document) -> HandedOver:
    digest = document.scans[0].sha256 if document.scans else Sha256("")
    entry = bench.placed.get((case.case.id, digest))
    return HandedOver(
        case=case,
        enterprise=bench.work.enterprise(case).name,
        document=document,
        file=entry.path.removeprefix("data/") if entry else bench.sent.package_of.get(digest, ""),
        sha256=digest,
        bytes=entry.bytes if entry else 0,
    )


def original_name(original: Original) -> str:
    """`A-20220401-0007-扫描.pdf`."""
    stem, suffix = split_suffix(original.name)
    return component(
        f"{original.arrival}-{stem}" if original.arrival else f"{original.sha256[:12]}-{stem}", suffix
    )


def _notice(bench: Bench) -> str:
    parts = []
    if bench.signing.key.evaluation:
        parts.append("EVALUATION ONLY　仅供试用，不作正式移交")
    if not bench.complete:
        parts.append(f"所在移交包不完整：{bench.order.why}")
    return "　".join(parts)


def _signing_facts(bench: Bench) -> Signing:
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


def _seal_place(bench: Bench, sheet: Sheet, before: int) -> Place:
    """Above the line that the report marks as `signature`; `before` pages stand before it."""
    mark = next(each for each in sheet.marks if each.key == "signature")
    bottom = round(841.89 - mark.y) + 2
    left = round(mark.x + (mark.w - _SEAL_PT) / 2)
    return Place(
        page=before + mark.page - 1,
        box=(left, bottom, left + _SEAL_PT, bottom + _SEAL_PT),
        style=seal_style(
            bench.office.names.agency, bench.signing.key, now=bench.now, scratch=bench.bag.folder.parent
        ),
    )


def _plan_pdf(bench: Bench) -> bytes:
    """The issued plan when there is one, else composed from its data."""
    plan = plan_for(bench.work)
    if plan is not None and plan.number:
        path = bench.office.issued.pdf_path(Number(plan.number))
        if path.is_file():
            return path.read_bytes()
    return plan_sheet(bench.work, plan, names=bench.office.names)


def labels(bench: Bench) -> dict[str, str]:
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


def numbers(view: View, contract: str, week: Week) -> tuple[Number, Number]:
    """The next numbers of handover list and receipt: always the same running number."""
    case = make_case_id(contract, week.year, 0)
    taken = [each.list_number for each in view.packages()]
    taken += [each.form.number for each in view.documents(None)]
    prefixes = tuple(f"{case}-{code}-" for code in (_LIST_CODE, _RECEIPT_CODE))
    running = max((int(each[-3:]) for each in taken if each.startswith(prefixes)), default=0) + 1
    return make_number(case, _LIST_CODE, running), make_number(case, _RECEIPT_CODE, running)


def sent_before(packages: Sequence[Package]) -> Sent:
    places: dict[Sha256, str] = {}
    for package in packages:
        for digest in package.originals:
            places.setdefault(digest, package.id)
    return Sent(package_of=places)
