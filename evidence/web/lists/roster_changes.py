"""What an import would change in the roster, field by field; pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Any

from evidence.domain.parties import Campaign, CampaignKind, Device, Enterprise, Person

LABELS: dict[str, str] = {
    "name": "名称", "short_name": "简称", "credit_code": "统一社会信用代码", "address": "地址",
    "classes": "企业类别", "key_processes": "重点工艺", "headcount": "人数", "production_started": "投产日期",
    "entered_zone": "入驻发现日期", "landlord": "出租方", "active_from": "起", "active_to": "止",
    "role": "角色", "title": "职称", "specialty": "专业", "qualified": "有安全资格", "badge": "工作证号",
    "badge_from": "工作证起", "badge_to": "工作证止", "original_team": "投标人员", "brand": "品牌",
    "holder": "持有人", "officer_id": "佩戴者编号", "from_date": "启用日期", "to_date": "停用日期",
    "aliases": "别名", "topic": "主题", "kind": "类型", "ordered_on": "下达日期", "due": "完成期限",
    "targets": "对象",
}  # fmt: skip
"""Field -> its heading."""
_KINDS = {CampaignKind.SPECIAL: "专项", CampaignKind.SURVEY: "普查"}
_UNSEEN = frozenset({"id", "serial", "contacts"})

Party = Enterprise | Person | Device | Campaign


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field that gets another value."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One party that is new or gets other values."""

    key: str
    name: str
    new: bool
    differences: tuple[Difference, ...]


def changes(known: Mapping[str, Party], wanted: Iterable[Party]) -> tuple[Change, ...]:
    """What becomes new and what becomes different; what stays as it is is left out."""
    found = []
    for party in wanted:
        key = party.serial if isinstance(party, Device) else str(party.id)
        before = known.get(key)
        differences = tuple(_differences(before, party))
        if before is None or differences:
            name = getattr(party, "name", "") or getattr(party, "topic", "") or key
            found.append(Change(key=key, name=name, new=before is None, differences=differences))
    return tuple(found)


def _differences(before: Party | None, after: Party) -> Iterable[Difference]:
    for field in dataclasses.fields(after):
        if field.name in _UNSEEN:
            continue
        old = "" if before is None else words(getattr(before, field.name))
        new = words(getattr(after, field.name))
        if old != new:
            yield Difference(label=LABELS[field.name], before=old, after=new)


def words(value: Any) -> str:
    """A value as people write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, CampaignKind):
        return _KINDS[value]
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple):
        return "、".join(map(words, value))
    return value.isoformat() if isinstance(value, date) else str(value)
