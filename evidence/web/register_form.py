"""What each register asks for, and the entry made from it; pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from evidence.domain.identifiers import CaseId, PersonId, VisitId
from evidence.domain.register import RegisterEntry
from evidence.errors import UsageError
from evidence.forms.open_case import find_enterprise
from evidence.ledger.lookup import standing_case
from evidence.ledger.view import View
from evidence.rules.registers import BY_ID, Register
from evidence.rules.registry import RULESETS
from evidence.web.speech import say

_DAYS = ("valid_from", "valid_to", "receipt_on")
_LATER = frozenset({"receipt_on"})
"""May come after the entry was made."""
LABELS = {
    "person": "人员", "enterprise": "企业", "case": "案件", "visit": "活动",
    "valid_from": "有效期起", "valid_to": "有效期止", "receipt_on": "签收日期",
}  # fmt: skip


_CHOSEN = {"status": "状态", "reason": "原因", "approved": "是否审定", "kind": "类别"}
"""Fact of which a register lists what it may be -> its name."""
_NAMED = re.compile(r"台账 ([a-z-]+(?:、[a-z-]+)*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One field of a register's form."""

    name: str
    label: str
    widget: str
    """`person`, `date`, `choice` or `text`."""
    required: bool
    choices: tuple[str, ...] = ()
    """What a choice offers, as it goes into the entry."""
    filled: str = ""
    """What a text opens with."""


_CHOICE = re.compile(r"([a-z0-9-]+) (.+)")
_COUNTED = re.compile(r"(.+) (\d)\.\.(\d)")


def keys_of(register: Register) -> tuple[tuple[str, str], ...]:
    """What the key of an entry may be, each with its words; empty where a person makes it up."""
    if counted := _COUNTED.fullmatch(register.key):
        first, last = int(counted[2]), int(counted[3])
        return tuple((str(number), str(number)) for number in range(first, last + 1))
    parts = [_CHOICE.fullmatch(each) for each in register.key.split("、")]
    return tuple((each[1], each[2]) for each in parts if each) if all(parts) else ()


def key_words(register: Register, key: str) -> str:
    """The key of an entry as people call it."""
    return say(dict(keys_of(register)).get(key, key))


def hint_of(register: Register) -> str:
    """What the key is, where it is not chosen from a list."""
    return "" if register.key == "登记号" or keys_of(register) else register.key


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
    return fields + [_further(name, meaning) for name, meaning in (register.data or {}).items()]


def _further(name: str, meaning: str) -> Asked:
    """A further fact; where its meaning lists what it may be, one of these is chosen."""
    choices = tuple(each.strip("“”") for each in re.split(" / |(?<=”)或(?=“)", meaning))
    several = len(choices) > 1
    return Asked(
        name=f"data|{name}",
        label=_CHOSEN[name] if several else meaning,
        widget="choice" if several else "text",
        required=False,
        choices=choices if several else (),
    )


@lru_cache(maxsize=256)
def registers_of(rule_id: str) -> tuple[Register, ...]:
    """The registers in which an entry cures a rule's finding, as its remedy names them."""
    rules = (*RULESETS[-1].case_rules, *RULESETS[-1].standing_rules)
    remedy = next((rule.remedy for rule in rules if rule.id == rule_id), "")
    names = [name for found in _NAMED.findall(remedy) for name in found.split("、")]
    return tuple(BY_ID[name] for name in dict.fromkeys(names) if name in BY_ID)


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
