"""What is written into the bag: dossiers with their originals, papers, judgement, ledger, certificates."""

from __future__ import annotations

from dataclasses import dataclass, replace

from evidence.archive.issued import IssuedStore
from evidence.bundles.appearance import seal_style
from evidence.bundles.certificates import certificate_files
from evidence.bundles.instructions import NAME as INSTRUCTIONS
from evidence.bundles.instructions import instructions
from evidence.bundles.pades import Place
from evidence.bundles.pdf_parts import joined, with_signature_field
from evidence.bundles.typesetting import Sheet, compose
from evidence.domain.document import BoxKind
from evidence.domain.identifiers import Number, make_case_id, make_number
from evidence.domain.week import Week, local_date
from evidence.handover.casework import add_cases
from evidence.handover.completeness import Signing, completeness_report
from evidence.handover.continuity import ledger_files
from evidence.handover.form_printer import Paper, Wanted
from evidence.handover.handover_table import handover_table
from evidence.handover.listed import originals_index, stack_rows
from evidence.handover.package_build import PackageBuild
from evidence.handover.papers import list_values, plan_for, plan_sheet, real_time_note, receipt_values
from evidence.handover.sarif_files import places_in
from evidence.handover.week import WeekWork, instant, pretty
from evidence.language import _
from evidence.ledger.checkpoint import fingerprint
from evidence.ledger.view import View
from evidence.rules.judge import RULESET_VERSION
from evidence.rules.sarif import to_sarif

FIELD = "Regulator"
"""Name of the receipt's empty signature field."""
PACKAGE_FORMAT = "2"
"""docs/package-format.md; 2 since 2026-11-28: earlier lines, a proof a checkpoint, every receipt."""
_LIST_CODE, _RECEIPT_CODE = "YD", "HS"
_SEAL_PT = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Papers:
    """The two numbered papers of a package as they will be journalled."""

    list: Paper
    receipt: Paper


def fill_bag(build: PackageBuild) -> Papers:
    """Write every payload and tag file but the manifests."""
    work, bag = build.work, build.bag
    add_cases(build)
    build.rows += stack_rows(build)
    build.report(_("移交清单、回执和计划"))
    papers = _print(build)
    bag.add_bytes("data/移交清单.pdf", _signed_list(build, papers))
    table = handover_table(work, build.rows, number=papers.list.number)
    bag.add_bytes("data/移交清单.xlsx", table)
    bag.add_bytes("data/接收回执.pdf", papers.receipt.pdf)
    bag.add_bytes("data/下周工作计划.pdf", _plan_pdf(build))
    bag.add_bytes("data/facts.json", work.facts_json())
    bag.add_bytes("data/originals.json", pretty(originals_index(build)))
    bag.add_bytes("data/findings.json", work.findings_json())
    bag.add_bytes(
        "data/findings.sarif", pretty(to_sarif(work.findings, places_in(build), parameters=work.parameters))
    )
    for each in ledger_files(build.context, work):
        bag.add_bytes(f"data/ledger/{each.name}", each.data)
    for name, data in certificate_files(build.signing):
        bag.add_bytes(f"certificates/{name}", data)
    text = instructions(
        work.id,
        previous=work.previous.id if work.previous else "",
        stamped=build.signing.authority is not None,
        evaluation=build.signing.key.evaluation,
    )
    bag.add_bytes(INSTRUCTIONS, text.encode())
    return papers


def _print(build: PackageBuild) -> Papers:
    """List and receipt from their templates; the receipt gets its empty signature field."""
    work, names = build.work, build.context.names
    list_number, receipt_number = numbers(work.view, build.context.issued, names.contract_code, work.week)
    wanted = (
        Wanted(
            form="handover-list",
            number=list_number,
            values=list_values(work, build.rows, names=names, complete=build.complete),
        ),
        Wanted(
            form="handover-receipt",
            number=receipt_number,
            values=receipt_values(work, build.rows, names=names, list_number=list_number),
        ),
    )
    listed, receipt = build.context.printer.print(wanted, head=work.head, at=work.at)
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


def _signed_list(build: PackageBuild, papers: Papers) -> bytes:
    """The list's own pages, the completeness report behind them, one signature over both."""
    work, names = build.work, build.context.names
    report = completeness_report(
        work,
        build.rows,
        names=names,
        number=papers.list.number,
        signing=_signing_facts(build),
        why_incomplete=build.why_incomplete,
        complete=build.complete,
    )
    banner = compose("banner", {"text": notice}, at=work.at).pdf if (notice := build.notice) else None
    whole = joined(
        [("移交清单", papers.list.pdf), ("完整性报告", report.pdf)],
        title=f"移交清单 {work.id}",
        author=names.agency,
        at=work.at,
        banner=banner,
    )
    place = _seal_place(build, report, len(papers.list.pages))
    signed, _level = build.signing.sign_bytes(
        whole, wanted=build.list_level, reason=f"移交 {work.id}", place=place
    )
    return signed


def _signing_facts(build: PackageBuild) -> Signing:
    key, authority = build.signing.key, build.signing.authority
    chain = build.signing.stamping_chain()
    return Signing(
        signer=key.name,
        fingerprint=key.certificate.sha256.hex(),
        list_level=build.list_level,
        dossier_level=build.dossier_level,
        authority=""
        if authority is None
        else str(chain[0].subject.native.get("common_name", ""))
        if chain
        else "",
        evaluation=key.evaluation,
    )


def _seal_place(build: PackageBuild, sheet: Sheet, before: int) -> Place:
    """Above the line that the report marks as `signature`; `before` pages stand before it."""
    mark = next(each for each in sheet.marks if each.key == "signature")
    bottom = round(841.89 - mark.y) + 2
    left = round(mark.x + (mark.w - _SEAL_PT) / 2)
    return Place(
        page=before + mark.page - 1,
        box=(left, bottom, left + _SEAL_PT, bottom + _SEAL_PT),
        style=seal_style(
            build.context.names.agency, build.signing.key, now=build.now, scratch=build.bag.folder.parent
        ),
    )


def _plan_pdf(build: PackageBuild) -> bytes:
    """The issued plan when there is one, else composed from its data."""
    plan = plan_for(build.work)
    if plan is not None and plan.number:
        path = build.context.issued.pdf_path(Number(plan.number))
        if path.is_file():
            return path.read_bytes()
    return plan_sheet(build.work, plan, names=build.context.names)


def labels(build: PackageBuild) -> dict[str, str]:
    """`bag-info.txt`, in the order of docs/package-format.md."""
    work, previous = build.work, build.work.previous
    packages = work.packages
    original = next((each for each in packages if each.week == str(work.week)), None)
    first = packages[0].week if packages else str(work.week)
    return {
        "Source-Organization": build.context.names.agency,
        "External-Identifier": work.id,
        "Bag-Group-Identifier": build.context.names.contract_code,
        "Bagging-Date": local_date(work.at).isoformat(),
        "Payload-Oxum": "",
        "Package-Format": PACKAGE_FORMAT,
        "Week": str(work.week),
        "As-Of": instant(work.at),
        "Ruleset": RULESET_VERSION,
        "Complete": "yes" if build.complete else "no",
        "Owed-This-Week": str(len(work.owing.this_week)),
        "Owed-Before": str(len(work.owing.owed_before)),
        "Incurable": str(len(work.owing.incurable)),
        "Incomplete-Why": build.why_incomplete,
        "Indeterminate-Why": build.order.why if build.order.accept_indeterminate else "",
        "Evaluation-Keys": "yes" if build.signing.key.evaluation else "",
        "Real-Time": real_time_note(work.at, build.now),
        "Journal-Start": str(previous.tree_size if previous else 0),
        "Journal-End": str(work.size),
        "Checkpoint-Root": work.tree.root.hex(),
        "Checkpoint-Fingerprint": fingerprint(work.checkpoint),
        "Previous-Package": previous.id if previous else "",
        "Previous-Tagmanifest-SHA256": previous.tagmanifest if previous else "",
        "Supplement-Of": original.id if work.supplement and original else "",
        "Supplement-Of-Tagmanifest-SHA256": original.tagmanifest if work.supplement and original else "",
        "Supplement-Changes": "；".join(work.changes),
        "Service-Weeks": f"{first}/{work.week}",
    }


def numbers(view: View, issued: IssuedStore, contract: str, week: Week) -> tuple[Number, Number]:
    """The next numbers of handover list and receipt: always the same running number, never given twice."""
    case, codes = make_case_id(contract, week.year, 0), (_LIST_CODE, _RECEIPT_CODE)
    running = max(
        *(view.next_running(case, code) for code in codes),
        *(issued.highest(case, code) + 1 for code in codes),
    )
    return make_number(case, _LIST_CODE, running), make_number(case, _RECEIPT_CODE, running)
