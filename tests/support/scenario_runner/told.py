"""What paper and packages tell the ledger, where they themselves are not the subject.

Issuing needs LibreOffice, reading scans needs seconds a page and making packages needs a signature each;
all three have tests of their own. Here the ledger learns what they would have journalled.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from evidence.domain.document import Document, Mark, MarkVerdict, Placing, ScannedPage
from evidence.domain.identifiers import ArrivalId, CaseId, Number, PersonId, VisitId
from evidence.domain.register import Gap, Plan, PlanLine, PlannedWork
from evidence.domain.virus_scan import ScanResult, VirusScan
from evidence.domain.week import local_date
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalScanned, ArrivalTaken, MarkDecided
from evidence.ledger.events import FormIssued, PackageBuilt, PlanFiled, ReceiptReceived
from tests.support import sample
from tests.support.scenario_runner.workspace import Agency

FORMS = {
    "现场检查记录": "inspection-record",
    "督促工作记录": "urging-record",
    "整改报告": "rectification-report",
    "现场复查记录": "recheck-record",
    "约谈记录": "interview-record",
}
PLACES = {
    "专家": "expert-1",
    "第二名专家": "expert-2",
    "监管人员": "supervisor-1",
    "陪同人员": "escort",
    "主要负责人": "principal",
    "企业盖章": "enterprise-seal",
    "督促人": "urger",
    "审核人": "reviewer",
    "约谈人": "interviewer",
}
SEEN = {"有": MarkVerdict.PRESENT, "无": MarkVerdict.ABSENT, "看不清": MarkVerdict.UNDECIDED}
SCANNED = {
    "未发现": ScanResult.CLEAN,
    "没有应答": ScanResult.UNAVAILABLE,
    "超过上限": ScanResult.NOT_SCANNED,
    "发现有害": ScanResult.INFECTED,
}
_DONE = (0, "", None)


def scans(agency: Agency, case: CaseId, given: dict[str, Any]) -> Any:
    """A record that was issued and came back, or more pages of one: 文书, 活动, 签名, 缺页."""
    view = agency.workspace.ledger.view
    wanted = given.get("活动")
    visit = None
    if wanted:
        number = VisitId(wanted if "-" in wanted else f"{case}-{wanted}")
        visit = max((one for one in view.visits(case) if one.id == number), key=lambda one: one.version)
    day = local_date(agency.now)
    form = FORMS[given["文书"]]
    issued = [one for one in view.documents(case) if one.form.form == form]
    again = [n for n, one in enumerate(issued, 1) if visit is not None and one.visit == visit.id]
    running = again[-1] if again else len(issued) + 1
    made = sample.document(case, form, day, visit=visit, running=running)
    lacking = {int(page) for page in str(given.get("缺页", "")).split()}
    pages = tuple(_seen(one, given) for one in made.scans if one.page not in lacking)
    _journal(agency, replace(made, scans=pages), _scan(given["病毒扫描"]) if "病毒扫描" in given else None)
    return _DONE


def scan_again(agency: Agency, given: str) -> Any:
    """What `antivirus` journals of everything that nobody has scanned whole yet."""
    ledger = agency.workspace.ledger
    scan = _scan(given)
    ledger.append(
        "scenario",
        *(
            ArrivalScanned(arrival=one.id, scan=scan)
            for one in ledger.view.arrivals()
            if one.scan is None or not one.scan.settled
        ),
    )
    return _DONE


def _scan(word: str) -> VirusScan:
    return VirusScan(result=SCANNED[word], engine="ClamAV 1.4.3", signatures="27500")


def mark(agency: Agency, given: dict[str, str]) -> Any:
    """A person's word on one box, as `inbox mark` journals it."""
    agency.workspace.ledger.append(
        "scenario",
        MarkDecided(
            number=Number(given["文书"]),
            page=int(given["页"]),
            box=PLACES[given["签名"]],
            verdict=SEEN[given["结论"]],
            by=given["认定人"],
            why=given["理由"],
        ),
    )
    return _DONE


def _seen(page: ScannedPage, given: dict[str, Any]) -> ScannedPage:
    verdicts = {PLACES[place]: SEEN[seen] for place, seen in (given.get("签名") or {}).items()}
    marks = tuple(_judged(mark, verdicts.get(mark.box, mark.verdict)) for mark in page.marks)
    word = given.get("人工归入")
    placed = (
        None
        if word is None
        else Placing(by=word["归入人"], why=word["理由"], stated=word.get("自述") == "是")
    )
    identity = given.get("认定", "person" if placed else page.identity)
    return replace(page, marks=marks, identity=identity, placed=placed)


def _judged(mark: Mark, verdict: MarkVerdict) -> Mark:
    return replace(mark, verdict=verdict, score=990 if verdict is MarkVerdict.PRESENT else 10)


def _journal(agency: Agency, document: Document, scan: VirusScan | None) -> None:
    ledger = agency.workspace.ledger
    known = {one.form.number for one in ledger.view.documents(document.form.case)}  # type: ignore[arg-type]
    events: list[Any] = []
    if document.form.number not in known:
        events.append(FormIssued(form=replace(document.form, issued_at=agency.now)))
    if document.scans:
        arrival = ArrivalId(f"A-{agency.now:%Y%m%d}-{9000 + len(ledger.view.arrivals()):04d}")
        events += [
            ArrivalTaken(
                arrival=arrival,
                path=f"{document.form.number}.pdf",
                sha256=document.scans[0].sha256,
                bytes=1,
                received_at=agency.now,
                media_type="application/pdf",
            ),
            ArrivalJudged(
                arrival=arrival,
                outcome="linked",
                pages=tuple(replace(page, arrival=arrival) for page in document.scans),
                scan=scan,
            ),
        ]
    ledger.append("scenario", *events)


def plan(agency: Agency, given: dict[str, Any]) -> Any:
    """A week's plan, filed that day: 周, 行 (日, 企业, 工作, 人员), 签收, 版次."""
    ledger = agency.workspace.ledger
    firms = {one.short_name: one.id for one in ledger.view.enterprises()}
    lines = tuple(
        PlanLine(
            day=date.fromisoformat(row["日"]),
            enterprise=firms[row["企业"]],
            work=PlannedWork(row["工作"]),
            experts=tuple(PersonId(one) for one in row.get("人员", "").split()),
        )
        for row in given.get("行") or ()
    )
    filed = Plan(
        week=given["周"],
        version=int(given.get("版次", "1")),
        filed_on=local_date(agency.now),
        lines=lines,
        receipt_on=date.fromisoformat(given["签收"]) if "签收" in given else None,
    )
    ledger.append("scenario", PlanFiled(plan=filed))
    return _DONE


def package(agency: Agency, given: dict[str, Any]) -> Any:
    """A week's package, built that day: 周, 文书 (numbers it carries), 欠 (rule and case it declares)."""
    ledger = agency.workspace.ledger
    owed = tuple(
        Gap(rule_id=one["规则"], case=CaseId(one["案件"]), since=f"WJB-{given['周']}")
        for one in given.get("欠") or ()
    )
    built = sample.package(
        given["周"],
        local_date(agency.now).isoformat(),
        *(given.get("文书") or ()),
        built_at=agency.now,
        complete=not owed,
        owed=owed,
        tree_size=ledger.head.size,
        known_size=ledger.head.size,
    )
    ledger.append("scenario", PackageBuilt(package=built))
    return _DONE


def receipt(agency: Agency, given: dict[str, Any]) -> Any:
    """The regulator's receipt for a week's package: 周."""
    paper = replace(sample.receipt(f"WJB-{given['周']}", local_date(agency.now).isoformat()), at=agency.now)
    agency.workspace.ledger.append("scenario", ReceiptReceived(receipt=paper))
    return _DONE
