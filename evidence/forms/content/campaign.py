"""专项检查汇总清单: every hazard of every target of one campaign, with the totals above it."""

from __future__ import annotations

from datetime import date
from typing import Any

from evidence.contracts.text import PartyNames
from evidence.domain.case import RectificationReport, Visit, VisitKind, in_force
from evidence.domain.hazard import Grade, Hazard, HazardResult, HazardState
from evidence.domain.identifiers import CaseId
from evidence.domain.parties import Campaign, Enterprise
from evidence.domain.terms import form_title
from evidence.domain.week import local_date
from evidence.errors import UsageError
from evidence.forms.content.wording import day
from evidence.forms.source import IssueSettings
from evidence.language import _
from evidence.ledger.view import View

LONG_NAME = 18
"""A name of more characters than this fills three lines of its column."""


def campaign_values(campaign_id: str, view: View, settings: IssueSettings, *, on: date) -> dict[str, Any]:
    """Values of every field of 专项检查汇总清单.

    Raises:
        UsageError: unknown campaign.
    """
    campaign = next((known for known in view.campaigns() if known.id == campaign_id), None)
    if campaign is None:
        raise UsageError(
            _("名册中没有专项“{campaign}”。").format(campaign=campaign_id),
            remedy=_("请先在名册的“专项”表登记，再运行 evidence import。"),
        )
    names = settings.profile.text.names
    rows: list[dict[str, str]] = []
    checked = 0
    for enterprise, case in _targets(campaign, view):
        check = _latest(view, case, VisitKind.CHECK) if case else None
        checked += check is not None
        rows += _rows(view, enterprise, case, check, names)
    for number, row in enumerate(rows, 1):
        row["序号"] = str(number)
    _say_once(rows)
    hazards = [row for row in rows if row["隐患编号"] != "—"]
    done = sum(row["整改状态"] == HazardState.RECTIFIED for row in hazards)
    major = sum(row["等级"].startswith(Grade.MAJOR.value) for row in hazards)
    rate = f"{done * 100 // len(hazards)}%" if hazards else "—"
    return {
        "专项编号": campaign.id,
        "专项主题": campaign.topic,
        "下达日期": day(campaign.ordered_on),
        "完成期限": day(campaign.due, blank="—"),
        "汇总": rows,
        "汇总小结": (
            f"应查{len(campaign.targets)}家，已查{checked}家；隐患{len(hazards)}项，"
            f"已整改{done}项，整改率{rate}；重大事故隐患{major}项"
        ),
        "附送材料": _enclosed(view, campaign),
        "编制单位": settings.agency.name,
        "标段": settings.contract.section,
        "报送单位": settings.regulator.section_in_full,
        "报送日期": day(on),
    }


def _enclosed(view: View, campaign: Campaign) -> str:
    """The records that go with the list, counted by kind."""
    counts = dict.fromkeys(("inspection-record", "recheck-record"), 0)
    for _enterprise, case in _targets(campaign, view):
        for document in view.documents(case) if case else ():
            if document.form.form in counts and not document.form.voided_why:
                counts[document.form.form] += 1
    told = [f"{form_title(form)}{count}份" for form, count in counts.items() if count]
    return "、".join(told) if told else "无"


def _targets(campaign: Campaign, view: View) -> list[tuple[Enterprise, CaseId | None]]:
    cases = {case.enterprise: case.id for case in view.cases() if case.campaign == campaign.id}
    found = []
    for target in campaign.targets:
        enterprise = view.enterprise(target)
        if enterprise is not None:
            found.append((enterprise, cases.get(target)))
    return found


def _latest(view: View, case: CaseId, kind: VisitKind) -> Visit | None:
    visits = [visit for visit in in_force(view.visits(case)) if visit.kind is kind]
    return visits[-1] if visits else None


def _rows(
    view: View, enterprise: Enterprise, case: CaseId | None, check: Visit | None, names: PartyNames
) -> list[dict[str, str]]:
    start = {
        "企业": enterprise.name,
        "信用代码": enterprise.credit_code,
        "类别": "、".join(kind.value for kind in enterprise.classes),
        "检查日期": local_date(check.arrived_at).isoformat() if check else "未检查",
        "检查人员": _names(view, check),
    }
    empty = dict.fromkeys(
        (
            "隐患编号",
            "部位",
            "描述",
            "依据",
            "等级",
            "措施",
            "责任人",
            "期限",
            "整改状态",
            "完成日期",
            "复查日期",
            "复查人",
            "上报",
        ),
        "—",
    )
    if check is None or case is None or not check.hazards:
        return [{**start, **empty, "描述": "未发现隐患" if check else "—", "备注": ""}]
    recheck = _latest(view, case, VisitKind.RECHECK)
    results = {result.hazard: result for result in recheck.results} if recheck else {}
    report = max(view.reports(case), key=lambda report: report.version, default=None)
    return [
        {
            **start,
            **_hazard(hazard, results.get(hazard.id), report, recheck),
            "复查人": _names(view, recheck if hazard.id in results else None),
            "上报": _reported(view, case, hazard, names),
            "备注": "企业有异议" if hazard.disputed else "",
        }
        for hazard in check.hazards
    ]


def _hazard(
    hazard: Hazard, result: HazardResult | None, report: RectificationReport | None, recheck: Visit | None
) -> dict[str, str]:
    answers = {answer.hazard: answer for answer in report.answers} if report else {}
    answer = answers.get(hazard.id)
    completed = answer.completed_on if answer else None
    return {
        "隐患编号": hazard.id,
        "部位": hazard.location,
        "描述": hazard.description,
        "依据": hazard.basis or "—",
        "等级": hazard.grade.value + (f" {hazard.criterion}" if hazard.criterion else ""),
        "措施": (answer.measure if answer else "") or hazard.advice or "—",
        "责任人": (answer.responsible if answer else "") or "—",
        "期限": hazard.deadline.isoformat() if hazard.deadline else "—",
        "整改状态": result.state.value if result else "未复查",
        "完成日期": completed.isoformat() if completed else "—",
        "复查日期": local_date(recheck.arrived_at).isoformat() if recheck and result else "—",
    }


def _reported(view: View, case: CaseId, hazard: Hazard, names: PartyNames) -> str:
    """To whom a hazard was reported; a report that names none stands for all."""
    found = [
        f"{names.recipient(report.recipient)}\n{local_date(report.reported_at).isoformat()}"
        for report in view.escalations(case)
        if not report.hazards or hazard.id in report.hazards
    ]
    return found[-1] if found else "—"


def _say_once(rows: list[dict[str, str]]) -> None:
    """A long name is printed in full in the first row of an enterprise; the code stands in each."""
    before = ""
    for row in rows:
        name = row["企业"]
        if name == before and len(name) > LONG_NAME:
            row["企业"], row["类别"] = f"{name[: LONG_NAME - 1]}…", ""
        before = name


def _names(view: View, check: Visit | None) -> str:
    people = [view.person(expert) for expert in check.experts] if check else []
    return "、".join(person.name for person in people if person) or "—"
