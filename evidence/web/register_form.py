"""What each register asks for, and the entry made from it; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from evidence.domain.identifiers import CaseId, PersonId, VisitId
from evidence.domain.register import RegisterEntry
from evidence.errors import UsageError
from evidence.forms.open_case import find_enterprise
from evidence.ledger.lookup import standing_case
from evidence.ledger.view import View
from evidence.rules.registers import Register
from evidence.web.speech import say

_DAYS = ("valid_from", "valid_to", "receipt_on")
_LATER = frozenset({"receipt_on"})
"""May come after the entry was made."""
LABELS = {
    "person": "人员", "enterprise": "企业", "case": "案件", "visit": "活动",
    "valid_from": "有效期起", "valid_to": "有效期止", "receipt_on": "签收日期",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One field of a register's form."""

    name: str
    label: str
    widget: str
    """`person`, `date` or `text`."""
    required: bool


def asked_of(register: Register) -> list[Asked]:
    """What one register asks for beside key, day and paper."""
    fields = [
        Asked(
            name=name,
            label=LABELS[name],
            widget="person" if name == "person" else "date" if name in _DAYS else "text",
            required=name not in _LATER,
        )
        for name in register.about
    ]
    return fields + [
        Asked(name=f"data|{name}", label=label, widget="text", required=False)
        for name, label in (register.data or {}).items()
    ]


def entry_of(register: Register, sent: Mapping[str, str], view: View, today: date) -> RegisterEntry:
    """The entry a person typed, without its paper.

    Raises:
        UsageError: something required is missing, or names nobody and nothing known.
    """
    given = {name: sent.get(name, "").strip() for name in ("key", "on", *register.about)}
    empty = [LABELS[name] for name in register.about if not given[name] and name not in _LATER]
    if not given["key"] or empty:
        raise UsageError(
            say("请填写：") + "、".join([*([] if given["key"] else [say("登记号")]), *map(say, empty)])
        )
    person = view.person(PersonId(given["person"])) if given.get("person") else None
    visit = given.get("visit", "").upper()
    if visit and visit not in {each.id for each in view.visits(CaseId(visit[:10]))}:
        raise UsageError(
            say("没有活动“{visit}”。").format(visit=visit), remedy=say("编号形如 WJB22-0012-V1。")
        )
    if given.get("person") and person is None:
        raise UsageError(say("名册中没有这个人。"))
    return RegisterEntry(
        register=register.id,
        key=given["key"],
        on=_day(given["on"]) or today,
        person=person.id if person else None,
        enterprise=find_enterprise(view, given["enterprise"]).id if given.get("enterprise") else None,
        case=standing_case(view, given["case"]).id if given.get("case") else None,
        visit=VisitId(visit) if visit else None,
        valid_from=_day(given.get("valid_from", "")),
        valid_to=_day(given.get("valid_to", "")),
        receipt_on=_day(given.get("receipt_on", "")),
        data={name: text for name in register.data or {} if (text := sent.get(f"data|{name}", "").strip())},
    )


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(say("“{text}”不是日期。").format(text=text[:20])) from None
