"""Values of the papers that belong to a week: plan, handover list, receipt, campaign summary.

Whoever gathers the week calls one of these and passes the result as `IssueRequest.values`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from evidence.domain.identifiers import CaseId, EnterpriseId
from evidence.domain.parties import Enterprise, Role
from evidence.domain.register import PartOfDay, Plan, PlanLine
from evidence.domain.week import Week, weekday_name
from evidence.forms.content.wording import BLANK_DAY, day
from evidence.forms.people import EnterpriseContacts
from evidence.forms.source import IssueSettings
from evidence.ledger.checkpoint import grouped
from evidence.ledger.view import View
from evidence.rules.deadlines import handover_day

SHOWN_CHANGES = 6
"""So many changes of a plan are named each way."""


def week_named(week: Week) -> str:
    """`2022年第13周（2022-W13）`: people count weeks in Chinese, files by ISO 8601."""
    return f"{week.year}年第{week.number}周（{week}）"


def _span(week: Week) -> str:
    """`2022年3月28日至4月3日`; the second year where it is another."""
    last = day(week.sunday)
    return f"{day(week.monday)}至{last if week.monday.year != week.sunday.year else last.partition('年')[2]}"


def plan_values(
    plan: Plan,
    view: View,
    settings: IssueSettings,
    *,
    contacts: Callable[[Enterprise], EnterpriseContacts] = lambda enterprise: EnterpriseContacts(),
    compiler: str = "",
    made_on: date | None = None,
) -> dict[str, Any]:
    """下周工作计划 from a plan.

    Args:
        contacts: people of an enterprise; without it the column is left to be written.
        compiler: name of whoever compiled it.
        made_on: the Friday it was made; the plan's own filing date when None.
    """
    week = Week.parse(plan.week)
    rows = []
    for number, line in enumerate(sorted(plan.lines, key=_in_order), 1):
        enterprise = view.enterprise(line.enterprise)
        people = [person for expert in line.experts if (person := view.person(expert)) is not None]
        rows.append(
            {
                "序号": str(number),
                "日期": f"{line.day.month}月{line.day.day}日\n{weekday_name(line.day)}"
                + (line.part_of_day or ""),
                "企业": enterprise.name if enterprise else line.enterprise,
                "类别": "、".join(kind.value for kind in enterprise.classes) if enterprise else "",
                "工作类型": line.work.value,
                "检查人员": "、".join(p.name for p in people if p.role is not Role.EXTERNAL_EXPERT),
                "外聘专家": "、".join(p.name for p in people if p.role is Role.EXTERNAL_EXPERT) or "—",
                "监管人员": "是" if line.supervisor_needed else "否",
                "案件": line.case or "—",
                "联系人": _contact(contacts(enterprise)) if enterprise else "",
                "记录号": _check_record(view, line.case),
                "备注": line.note,
            }
        )
    return {
        "周次": week_named(week),
        "起止": _span(week),
        "版本": f"第{plan.version}版" if plan.version > 1 else "",
        "编制单位": settings.agency.name,
        "报备单位": settings.regulator.section_in_full,
        "计划": rows,
        "变更": _changes(plan, view),
        "计划小结": f"共{len(rows)}项" if rows else "下周无检查复查安排",
        "编制人": compiler,
        "批准人": _leaders(view, made_on or plan.filed_on),
        "编制日期": day(made_on or plan.filed_on),
    }


def _contact(people: EnterpriseContacts) -> str:
    """Whom to call before the visit: who is in charge of safety, else the principal."""
    for one in (people.safety, people.principal, people.legal):
        if one.name:
            return f"{one.name}\n{one.telephone}" if one.telephone else one.name
    return ""


def _leaders(view: View, on: date) -> str:
    return "、".join(
        person.name
        for person in view.people()
        if person.role is Role.LEADER
        and (person.active_from is None or person.active_from <= on)
        and (person.active_to is None or on <= person.active_to)
    )


def _in_order(line: PlanLine) -> tuple[date, int, str]:
    part = list(PartOfDay).index(line.part_of_day) if line.part_of_day else -1
    return line.day, part, line.enterprise


def _check_record(view: View, case: CaseId | None) -> str:
    """The valid check record a recheck or urging goes back to, else the case."""
    if case is None:
        return "—"
    numbers = [
        document.form.number
        for document in view.documents(case)
        if document.form.form == "inspection-record" and not document.form.voided_why
    ]
    return numbers[-1] if numbers else case


def _changes(plan: Plan, view: View) -> str:
    """What a later version of a plan changes; empty for the first."""
    earlier = [known for known in view.plans() if known.week == plan.week and known.version < plan.version]
    if not earlier:
        return ""
    before = max(earlier, key=lambda known: known.version)
    then, now = set(map(_planned, before.lines)), set(map(_planned, plan.lines))
    parts = [
        f"{word}{'、'.join(_named(entry, view) for entry in sorted(entries)[:SHOWN_CHANGES])}"
        f"{f'等{len(entries)}项' if len(entries) > SHOWN_CHANGES else ''}"
        for word, entries in (("增加：", now - then), ("取消：", then - now))
        if entries
    ]
    return (
        f"较第{before.version}版（{day(before.filed_on)}）{'；'.join(parts) if parts else '人员或备注有调整'}"
    )


def _planned(line: PlanLine) -> tuple[date, str, str]:
    return line.day, line.enterprise, line.work.value


def _named(entry: tuple[date, str, str], view: View) -> str:
    on, code, work = entry
    enterprise = view.enterprise(EnterpriseId(code))
    return f"{on.month}月{on.day}日{enterprise.short_name if enterprise else code}{work}"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverRow:
    """One record handed over."""

    enterprise: str
    material: str
    """检查记录, 督促指导记录, 复查记录, 整改报告 …"""
    number: str
    pages: int
    paper_copies: int
    file: str
    """Name of the electronic file in the package."""
    bytes: int
    sha256: str
    original: bool = True
    note: str = ""
    span: str = ""
    """Its pages within the electronic file, `第3-6页`; empty where they are the whole file or uncounted."""
    shared: bool = False
    """A file that holds pages of several enterprises."""


def handover_values(
    rows: Sequence[HandoverRow],
    settings: IssueSettings,
    *,
    week: Week,
    package: str,
    completeness: str,
    on: date | None = None,
    giver: str = "",
) -> dict[str, Any]:
    """移交清单.

    Args:
        package: `WJB-2022-W13`.
        completeness: one sentence on what is complete and what is missing.
        on: day of the handover; the one agreed for the week when None.
    """
    return {
        **_handover_head(settings, week, package, on),
        "移交": [
            {
                "序号": str(number),
                "企业": row.enterprise,
                "材料": row.material,
                "记录编号": row.number,
                "页数": str(row.pages or "—"),
                "份数": str(row.paper_copies),
                "文件": row.file,
                "所在页": row.span,
                "大小": _size(row.bytes),
                "摘要": row.sha256[:16],
                "原件": "是" if row.original else "否",
                "备注": row.note,
            }
            for number, row in enumerate(rows, 1)
        ],
        "移交小结": _totals(rows),
        "完整情况": completeness,
        "移交人": giver,
        "填表人": giver,
        "审核人": "",
    }


def _totals(rows: Sequence[HandoverRow]) -> str:
    if not rows:
        return "本周没有需要移交的材料"
    enterprises = len({row.enterprise for row in rows if not row.shared})
    pages = sum(row.pages for row in rows)
    return f"共{enterprises}家企业、{len(rows)}份材料、{pages}页"


def receipt_values(
    settings: IssueSettings,
    *,
    week: Week,
    package: str,
    list_number: str,
    fingerprint: str,
    documents: int,
    on: date | None = None,
) -> dict[str, Any]:
    """接收回执.

    Args:
        list_number: number of the 移交清单 it answers.
        fingerprint: the checkpoint's 16 characters, which the regulator copies down.
        documents: records in the package.
    """
    return {
        **_handover_head(settings, week, package, on),
        "移交清单编号": list_number,
        "指纹": grouped(fingerprint),
        "材料数": f"{documents}份",
    }


def _handover_head(settings: IssueSettings, week: Week, package: str, on: date | None) -> dict[str, Any]:
    return {
        "周次": week_named(week),
        "起止": _span(week),
        "移交包": package,
        "移交单位": settings.agency.name,
        "接收单位": settings.regulator.section_in_full,
        "移交日期": day(on or handover_day(week, settings.parameters).last, blank=BLANK_DAY),
    }


def _size(count: int) -> str:
    if count < 1024 * 1024:
        return f"{max(1, round(count / 1024))} KB"
    return f"{count / 1024 / 1024:.1f} MB"
