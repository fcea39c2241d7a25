"""Cases, documents, arrivals, hazards, footage, packages and register entries as lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from evidence.domain.case import Case
from evidence.domain.document import Document
from evidence.domain.recording import Recording
from evidence.domain.register import Package, RegisterEntry
from evidence.domain.terms import CASE_KINDS, FORM_TITLES, form_title
from evidence.domain.week import SHANGHAI
from evidence.ledger.view import Arrival
from evidence.rules.figures.hazards import HazardStatus
from evidence.rules.registers import BY_ID
from evidence.web.lists.known import CHAIN, Known, state_of
from evidence.web.lists.listing import Column, Filter, Value
from evidence.web.sheets import document_state
from evidence.web.templatetags.desk import OUTCOME_SIGNS


def _day(at: datetime | None) -> date | None:
    return at.astimezone(SHANGHAI).date() if at else None


def _case_link(case: str | None) -> str:
    return reverse("case", args=[case]) if case else ""


def case_rows(known: Known) -> Sequence[Case]:
    """Every case that stands, the newest first."""
    return tuple(known.cases.values())


def case_columns(known: Known) -> tuple[Column, ...]:
    """Who, why, since when, how far."""
    topics = {each.id: each.topic for each in known.view.campaigns()}

    def reached(row: Case) -> str:
        service = known.services.get(row.id)
        return state_of(service) if service else CHAIN[1]

    return (
        Column(
            key="id", title="案件", value=lambda row: row.id, searched=True,
            link=lambda row: _case_link(row.id),
        ),
        Column(
            key="name", title="企业", value=lambda row: known.name(row.enterprise), searched=True,
            filter=Filter.TEXT, link=lambda row: reverse("enterprise", args=[row.enterprise]),
        ),
        Column(
            key="kind", title="类别", value=lambda row: CASE_KINDS[row.kind], filter=Filter.CHOICE,
            choices=tuple(CASE_KINDS.values()),
        ),
        Column(
            key="campaign", title="专项", value=lambda row: topics.get(row.campaign, row.campaign),
            searched=True, filter=Filter.CHOICE,
        ),
        Column(key="opened", title="开立", value=lambda row: row.opened_on, filter=Filter.DAYS),
        Column(key="chain", title="进展", value=reached, filter=Filter.CHOICE, choices=CHAIN[1:]),
        Column(
            key="checked", title="检查日期", filter=Filter.DAYS,
            value=lambda row: known.services[row.id].checked_on if row.id in known.services else None,
        ),
        Column(
            key="rechecked", title="复查日期", filter=Filter.DAYS,
            value=lambda row: known.services[row.id].rechecked_on if row.id in known.services else None,
        ),
    )  # fmt: skip


def document_rows(known: Known) -> Sequence[Document]:
    """Every issued form, the newest first."""
    found = [each for case in known.cases for each in known.view.documents(case)]
    found += known.view.documents(None)
    return sorted(found, key=lambda each: (each.form.issued_at, each.form.number), reverse=True)


def document_columns(known: Known) -> tuple[Column, ...]:
    """Number, form, whose, what came back."""
    return (
        Column(
            key="number", title="文书编号", value=lambda row: row.form.number, searched=True,
            link=lambda row: reverse("document", args=[row.form.number]),
        ),
        Column(
            key="form", title="文书", value=lambda row: form_title(row.form.form), searched=True,
            filter=Filter.CHOICE, choices=tuple(FORM_TITLES.values()),
        ),
        Column(
            key="name", title="企业", value=lambda row: known.name_of_case(row.form.case), searched=True,
            filter=Filter.TEXT,
        ),
        Column(
            key="case", title="案件", value=lambda row: row.form.case, searched=True,
            link=lambda row: _case_link(row.form.case),
        ),
        Column(key="issued", title="签发", value=lambda row: _day(row.form.issued_at), filter=Filter.DAYS),
        Column(key="pages", title="页数", value=lambda row: row.form.pages, optional=True),
        Column(
            key="state", title="状态", filter=Filter.CHOICE, choices=tuple(_STATES.values()),
            value=lambda row: _STATES[document_state(row)[1]],
        ),
        Column(key="why", title="说明", value=lambda row: document_state(row)[2]),
    )  # fmt: skip


_STATES = {"present": "齐全", "missing": "有缺", "undecided": "待认定", "open": "未收到", "none": "已作废"}


def arrival_rows(known: Known) -> Sequence[Arrival]:
    """Everything that arrived, the newest first."""
    return sorted(known.view.arrivals(), key=lambda each: (each.received_at, each.id), reverse=True)


def arrival_columns(known: Known) -> tuple[Column, ...]:
    """When, what, and where it went."""
    return (
        Column(
            key="id", title="到件", value=lambda row: row.id, searched=True,
            link=lambda row: reverse("arrival", args=[row.id]),
        ),
        Column(key="path", title="文件名", value=lambda row: row.path, searched=True, filter=Filter.TEXT),
        Column(key="on", title="收到", value=lambda row: _day(row.received_at), filter=Filter.DAYS),
        Column(
            key="outcome", title="结果", filter=Filter.CHOICE,
            choices=tuple(words for _sign, _css, words in OUTCOME_SIGNS.values()),
            value=lambda row: OUTCOME_SIGNS.get(row.outcome, ("", "", row.outcome))[2],
        ),
        Column(key="message", title="说明", value=lambda row: row.message, searched=True),
    )  # fmt: skip


def hazard_columns(known: Known) -> tuple[Column, ...]:
    """The usual columns of a 隐患台账, those of `report --hazards`."""
    from evidence.forms.content.checklist import item_titles

    titles = item_titles(known.workspace.checklist_folder)

    def line(name: str) -> Callable[[Any], Value]:
        return lambda row: getattr(row.line, name)

    return (
        Column(
            key="case", title="案件", value=line("case"), searched=True,
            link=lambda row: _case_link(row.line.case),
        ),
        Column(key="hazard", title="隐患编号", value=line("hazard")),
        Column(
            key="name", title="企业", value=line("name"), searched=True, filter=Filter.TEXT,
            link=lambda row: reverse("enterprise", args=[row.line.enterprise]),
        ),
        Column(key="code", title="统一社会信用代码", value=line("credit_code"), optional=True),
        Column(key="class", title="企业类别", value=line("classes"), filter=Filter.CHOICE, optional=True),
        Column(key="street", title="街道（镇）", value=line("street"), filter=Filter.CHOICE, optional=True),
        Column(key="found", title="发现日期", value=line("found_on"), filter=Filter.DAYS),
        Column(key="at", title="发现环节", value=line("found_at"), filter=Filter.CHOICE, optional=True),
        Column(
            key="inspectors", title="检查人员", value=line("inspectors"), filter=Filter.CHOICE, optional=True
        ),
        Column(
            key="record", title="记录编号", value=line("record"), searched=True, optional=True,
            link=lambda row: reverse("document", args=[row.line.record]) if row.line.record else "",
        ),
        Column(key="location", title="部位", value=line("location"), searched=True),
        Column(key="description", title="隐患描述", value=line("description"), searched=True),
        Column(
            key="item", title="检查项", value=lambda row: _item(titles, row.line.item), filter=Filter.CHOICE
        ),
        Column(
            key="grade", title="等级", filter=Filter.CHOICE, choices=("一般", "重大"),
            value=lambda row: "重大" if row.line.major else "一般",
        ),
        Column(key="criterion", title="判定条款", value=line("criterion"), optional=True),
        Column(key="basis", title="法律依据", value=line("basis"), searched=True, optional=True),
        Column(key="first", title="原整改期限", value=line("first_deadline"), optional=True),
        Column(key="deadline", title="现整改期限", value=line("deadline"), filter=Filter.DAYS),
        Column(key="completed", title="企业填报完成日期", value=line("completed_on"), optional=True),
        Column(
            key="closed", title="复查确认日期", value=line("closed_on"), filter=Filter.DAYS, optional=True
        ),
        Column(
            key="status", title="状态", value=lambda row: row.line.status.value, filter=Filter.CHOICE,
            choices=tuple(each.value for each in HazardStatus),
        ),
        Column(key="days", title="历时（天）", value=line("days"), optional=True),
        Column(key="overdue", title="逾期（天）", value=line("overdue_days")),
        Column(
            key="photographs", title="照片", value=lambda row: len(row.before) + len(row.after) or None,
            link=lambda row: reverse("enterprise", args=[row.line.enterprise]) + "#hazards",
        ),
    )  # fmt: skip


def _item(titles: Mapping[int, str], number: int | None) -> str:
    return "" if number is None else f"{number}. {titles.get(number, '')}".rstrip(". ")


def footage_rows(known: Known) -> Sequence[Recording]:
    """Every film, the newest first."""
    return sorted(
        known.view.recordings(), key=lambda each: (_day(each.started_at) or date.min, each.name), reverse=True
    )


def footage_columns(known: Known) -> tuple[Column, ...]:
    """Which recorder, when, how long, of which visit."""

    def person(row: Recording) -> str:
        found = known.people.get(row.person) if row.person else None
        return found.name if found else row.person or ""

    return (
        Column(
            key="name", title="文件名", value=lambda row: row.name, searched=True, filter=Filter.TEXT,
            link=lambda row: _case_link(row.visit[:10]) if row.visit else (
                reverse("arrival", args=[row.arrival]) if row.arrival else ""
            ),
        ),
        Column(
            key="device", title="设备号", value=lambda row: row.device, searched=True, filter=Filter.CHOICE
        ),
        Column(key="person", title="佩戴者", value=person, searched=True, filter=Filter.CHOICE),
        Column(key="on", title="录制日期", value=lambda row: _day(row.started_at), filter=Filter.DAYS),
        Column(
            key="from", title="开始",
            value=lambda row: f"{row.started_at.astimezone(SHANGHAI):%H:%M}" if row.started_at else None,
        ),
        Column(
            key="minutes", title="时长（分钟）",
            value=lambda row: None if row.duration_ms is None else row.duration_ms // 60_000,
        ),
        Column(key="visit", title="活动", value=lambda row: row.visit, searched=True),
        Column(
            key="enterprise", title="企业", searched=True, filter=Filter.TEXT,
            value=lambda row: known.name_of_case(row.visit[:10]) if row.visit else "",
        ),
        Column(
            key="assigned", title="归属", filter=Filter.CHOICE, choices=("已归入", "未归入"),
            value=lambda row: "已归入" if row.visit else "未归入",
        ),
        Column(key="remarks", title="说明", value=lambda row: "\n".join(row.remarks), optional=True),
    )  # fmt: skip


def package_rows(known: Known) -> Sequence[Package]:
    """Every package, the newest first."""
    return sorted(known.view.packages(), key=lambda each: (each.built_at, each.id), reverse=True)


def package_columns(known: Known) -> tuple[Column, ...]:
    """What was handed over and what came back for it."""
    receipts = {each.package: _day(each.at) for each in known.view.receipts()}
    return (
        Column(
            key="id", title="移交包", value=lambda row: row.id, searched=True,
            link=lambda row: reverse("friday") + f"?week={row.week}",
        ),
        Column(key="week", title="周", value=lambda row: row.week, filter=Filter.TEXT),
        Column(key="built", title="制作", value=lambda row: _day(row.built_at), filter=Filter.DAYS),
        Column(
            key="complete", title="是否完整", filter=Filter.CHOICE, choices=("完整", "不完整"),
            value=lambda row: "完整" if row.complete else "不完整",
        ),
        Column(key="cases", title="案件数", value=lambda row: len(row.cases)),
        Column(key="documents", title="文书数", value=lambda row: len(row.documents)),
        Column(key="list", title="移交清单", value=lambda row: row.list_number, searched=True),
        Column(key="receipt", title="回执", value=lambda row: receipts.get(row.id), filter=Filter.DAYS),
        Column(key="why", title="说明", value=lambda row: row.why_incomplete, optional=True),
    )  # fmt: skip


def entry_rows(known: Known) -> Sequence[RegisterEntry]:
    """Every register entry, the newest first."""
    return sorted(known.view.entries(), key=lambda each: (each.on, each.register, each.key), reverse=True)


def entry_columns(known: Known) -> tuple[Column, ...]:
    """Which register, whom it is about, what it says."""

    def title(row: RegisterEntry) -> str:
        return BY_ID[row.register].title if row.register in BY_ID else ""

    def person(row: RegisterEntry) -> str:
        found = known.people.get(row.person) if row.person else None
        return found.name if found else row.person or ""

    def said(row: RegisterEntry) -> str:
        labels = (BY_ID[row.register].data if row.register in BY_ID else None) or {}
        return "；".join(
            f"{labels[name]}：{value}" for name, value in row.data.items() if value and name in labels
        )

    return (
        Column(
            key="register", title="台账", value=title, filter=Filter.CHOICE, searched=True,
            link=lambda row: reverse("register", args=[row.register]) if row.register in BY_ID else "",
        ),
        Column(key="key", title="登记号", value=lambda row: row.key, searched=True),
        Column(key="on", title="日期", value=lambda row: row.on, filter=Filter.DAYS),
        Column(key="person", title="人员", value=person, searched=True, filter=Filter.CHOICE),
        Column(
            key="enterprise", title="企业", searched=True, filter=Filter.TEXT,
            value=lambda row: known.name(row.enterprise) or known.name_of_case(row.case),
        ),
        Column(key="case", title="案件", value=lambda row: row.case, link=lambda row: _case_link(row.case)),
        Column(key="to", title="有效期止", value=lambda row: row.valid_to, filter=Filter.DAYS),
        Column(key="said", title="内容", value=said, searched=True),
        Column(
            key="paper", title="附件", filter=Filter.CHOICE, choices=("有", "无"),
            value=lambda row: "有" if row.attachment else "无",
        ),
    )  # fmt: skip
