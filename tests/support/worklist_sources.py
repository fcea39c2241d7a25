"""What a worklist is made of, each part with what most tests do not ask about filled in."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from evidence.rules.clause import Clause, Finding, Kind, Level, Subject
from evidence.rules.due_item import DueItem
from evidence.web.lines import Line
from evidence.web.worklist import Sources, worklist

TODAY = date(2022, 4, 1)
CASE, OTHER = "WJB22-0001", "WJB22-0002"


def finding(rule: str, kind: Kind = Kind.FAIL, message: str = "", **told: Any) -> Finding:
    subject = Subject(
        case=told.get("case", CASE),
        enterprise=told.get("enterprise", "E001"),
        visit=told.get("visit", f"{CASE}-V1"),
        document=told.get("document", ""),
    )
    return Finding(
        rule_id=rule, clause=Clause(number="附件六1(4)", text="完整的工作资料"), level=Level.ERROR, kind=kind,
        blocking=told.get("blocking", True), subject=subject, message=message or rule, due=told.get("due"),
        waiver=told.get("waiver"), observed=told.get("observed", ""),
    )  # fmt: skip


def due_item(rule: str, *, first: int = 0, last: int = 3, overdue: bool = False, **told: Any) -> DueItem:
    return DueItem(
        what=told.get("what", "督促整改"), who=told.get("who", "李志远"), clause="附件五(二)1", rule_id=rule,
        due=TODAY + timedelta(days=last), first=TODAY + timedelta(days=first), overdue=overdue,
        case=told.get("case", CASE), enterprise=told.get("enterprise", "E001"), detail=told.get("detail", ""),
    )  # fmt: skip


def lines_of(**sources: Any) -> tuple[Line, ...]:
    names = {"E001": "恒晟精密", "E002": "润禾包装"}
    return tuple(worklist(Sources(today=TODAY, enterprise_names=names, **sources)).lines)
