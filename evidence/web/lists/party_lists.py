"""Enterprises, people, recorders and campaigns as lists."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from django.urls import reverse

from evidence.domain.identifiers import EnterpriseId
from evidence.domain.parties import (
    Campaign,
    CampaignKind,
    Device,
    Enterprise,
    EnterpriseClass,
    KeyProcess,
    Person,
    Role,
    Title,
)
from evidence.rules.figures.hazards import street_of
from evidence.web.lists.known import CHAIN, Known
from evidence.web.lists.listing import Column, Filter

CAMPAIGN_WORDS = {CampaignKind.SPECIAL: "专项", CampaignKind.SURVEY: "普查"}
YES_NO = {True: "是", False: "否", None: ""}


@lru_cache(maxsize=131_072)
def _street(address: str) -> str:
    return street_of(address)


@lru_cache(maxsize=256)
def _words(kinds: tuple[EnterpriseClass, ...] | tuple[KeyProcess, ...]) -> tuple[str, ...]:
    return tuple(kind.value for kind in kinds)


def enterprise_rows(known: Known) -> Sequence[Enterprise]:
    """The whole roster."""
    return known.enterprises


def prepare_enterprises(known: Known, rows: Sequence[Enterprise]) -> None:
    """Their hazards, in one reading."""
    known.prepare(row.id for row in rows)


def enterprise_columns(known: Known) -> tuple[Column, ...]:
    """名称, 类别, 街道, how far it has come, what is planned, what is open and overdue."""

    return (
        Column(
            key="name", title="企业名称", value=lambda row: row.name, filter=Filter.TEXT, searched=True,
            link=lambda row: reverse("enterprise", args=[row.id]),
        ),
        Column(key="short", title="简称", value=lambda row: row.short_name, searched=True, optional=True),
        Column(
            key="code", title="统一社会信用代码", value=lambda row: row.credit_code, filter=Filter.TEXT,
            searched=True,
        ),
        Column(
            key="class", title="企业类别", value=lambda row: _words(row.classes), filter=Filter.CHOICE,
            choices=tuple(kind.value for kind in EnterpriseClass),
        ),
        Column(
            key="process", title="重点工艺", value=lambda row: _words(row.key_processes),
            filter=Filter.CHOICE, choices=tuple(kind.value for kind in KeyProcess), optional=True,
        ),
        Column(
            key="street", title="街道（镇）", value=lambda row: _street(row.address), filter=Filter.CHOICE
        ),
        Column(key="address", title="地址", value=lambda row: row.address, searched=True, optional=True),
        Column(key="headcount", title="人数", value=lambda row: row.headcount, optional=True),
        Column(
            key="chain", title="进展", value=lambda row: known.chain(row.id), filter=Filter.CHOICE,
            choices=CHAIN,
        ),
        Column(
            key="checked", title="最近检查", value=lambda row: known.last_check(row.id), filter=Filter.DAYS
        ),
        Column(
            key="planned", title="计划日期", value=lambda row: known.planned.get(row.id), filter=Filter.DAYS
        ),
        Column(
            key="plan", title="计划情况", optional=True, filter=Filter.CHOICE,
            choices=("已列入计划", "未列入计划"),
            value=lambda row: "已列入计划" if row.id in known.planned else "未列入计划",
        ),
        Column(key="open", title="未改隐患", value=lambda row: _open(known, row.id) or None),
        Column(key="overdue", title="逾期隐患", value=lambda row: _overdue(known, row.id) or None),
        Column(
            key="hazards", title="隐患情况", optional=True, filter=Filter.CHOICE,
            choices=("有逾期隐患", "有未改隐患", "无未改隐患"),
            value=lambda row: _hazards(known, row.id),
        ),
        Column(
            key="roster", title="在册情况", value=lambda row: _in_roster(known, row), filter=Filter.CHOICE,
            optional=True, choices=("在册", "尚未纳入", "已退出"),
        ),
    )  # fmt: skip


def _open(known: Known, id: EnterpriseId) -> int:
    return sum(seen.line.open for seen in known.hazards_of(id))


def _overdue(known: Known, id: EnterpriseId) -> int:
    lines = (seen.line for seen in known.hazards_of(id))
    return sum(line.open and line.overdue_days > 0 for line in lines)


def _hazards(known: Known, id: EnterpriseId) -> tuple[str, ...]:
    if _overdue(known, id):
        return ("有逾期隐患", "有未改隐患")
    return ("有未改隐患",) if _open(known, id) else ("无未改隐患",)


def _in_roster(known: Known, row: Enterprise) -> str:
    if row.active_to and row.active_to < known.today:
        return "已退出"
    return "尚未纳入" if row.active_from and row.active_from > known.today else "在册"


def person_rows(known: Known) -> Sequence[Person]:
    """The roster's people."""
    return tuple(known.people.values())


def person_columns(known: Known) -> tuple[Column, ...]:
    """As the roster's workbook has them."""
    return (
        Column(
            key="id", title="编号", value=lambda row: row.id, searched=True,
        ),
        Column(key="name", title="姓名", value=lambda row: row.name, searched=True, filter=Filter.TEXT),
        Column(
            key="role", title="角色", value=lambda row: row.role.value, filter=Filter.CHOICE,
            choices=tuple(each.value for each in Role),
        ),
        Column(
            key="title", title="职称", value=lambda row: row.title.value, filter=Filter.CHOICE,
            choices=tuple(each.value for each in Title),
        ),
        Column(key="specialty", title="专业", value=lambda row: row.specialty, searched=True),
        Column(key="qualified", title="有安全资格", value=lambda row: YES_NO[row.qualified]),
        Column(key="badge", title="工作证号", value=lambda row: row.badge, searched=True),
        Column(key="badge-to", title="工作证止", value=lambda row: row.badge_to, filter=Filter.DAYS),
        Column(key="from", title="在岗起", value=lambda row: row.active_from),
        Column(key="to", title="在岗止", value=lambda row: row.active_to),
        Column(key="bid", title="投标人员", value=lambda row: YES_NO[row.original_team], optional=True),
    )  # fmt: skip


def device_rows(known: Known) -> Sequence[Device]:
    """The roster's recorders."""
    return known.view.devices()


def device_columns(known: Known) -> tuple[Column, ...]:
    """As the roster's workbook has them."""

    def holder(row: Device) -> str:
        person = known.people.get(row.holder) if row.holder else None
        return person.name if person else row.holder or ""

    return (
        Column(
            key="serial", title="设备号", value=lambda row: row.serial, searched=True,
        ),
        Column(key="brand", title="品牌", value=lambda row: row.brand, searched=True, filter=Filter.CHOICE),
        Column(key="holder", title="持有人", value=holder, searched=True, filter=Filter.TEXT),
        Column(key="officer", title="佩戴者编号", value=lambda row: row.officer_id, searched=True),
        Column(key="from", title="启用日期", value=lambda row: row.from_date),
        Column(key="to", title="停用日期", value=lambda row: row.to_date),
        Column(key="aliases", title="别名", value=lambda row: row.aliases, searched=True),
    )  # fmt: skip


def campaign_rows(known: Known) -> Sequence[Campaign]:
    """The roster's campaigns."""
    return known.view.campaigns()


def campaign_columns(known: Known) -> tuple[Column, ...]:
    """As the roster's workbook has them, and who is done."""

    def done(row: Campaign) -> int:
        services = (each for each in known.services.values() if each.campaign == row.id)
        return len({each.enterprise for each in services if each.checked_on})

    return (
        Column(
            key="id", title="编号", value=lambda row: row.id, searched=True,
        ),
        Column(
            key="topic", title="主题", value=lambda row: row.topic, searched=True,
            link=lambda row: reverse("campaign", args=[row.id]),
        ),
        Column(
            key="kind", title="类型", value=lambda row: CAMPAIGN_WORDS[row.kind], filter=Filter.CHOICE,
            choices=tuple(CAMPAIGN_WORDS.values()),
        ),
        Column(key="ordered", title="下达日期", value=lambda row: row.ordered_on),
        Column(key="due", title="完成期限", value=lambda row: row.due, filter=Filter.DAYS),
        Column(key="targets", title="对象", value=lambda row: len(row.targets)),
        Column(key="done", title="已检查", value=done),
    )  # fmt: skip
