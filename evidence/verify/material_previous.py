"""This package's facts against those of the package before, which the reader kept (check `material.facts`).

What was a fact then is one now, unless the journal between the two takes it back. It catches what a package
alone cannot show: an earlier fact left out together with the journal lines that tell of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from evidence.verify.journal import Line
from evidence.verify.material_told import MOST, Row, case_of
from evidence.verify.model import Check, failed, passed, review
from evidence.verify.package import FACTS, Package

_ID = "material.facts"
_RECORDS: tuple[tuple[str, str, Callable[[Row], Any]], ...] = (
    ("visits", "检查", lambda row: (row["id"], row.get("version", 1))),
    ("documents", "文书", lambda row: row["form"]["number"]),
    ("reports", "整改报告", lambda row: row["version"]),
    ("escalations", "上报", lambda row: row["id"]),
    ("holds", "暂停销毁", lambda row: (row["at"], row.get("visit"))),
    ("waivers", "例外", lambda row: (row["rule_id"], row["at"])),
    ("incurables", "无法补救的声明", lambda row: (row["gap"]["rule_id"], row["at"])),
    ("materials", "材料", lambda row: row["arrival"]),
    ("recordings", "录像", lambda row: row["sha256"]),
    ("unassigned", "待指派录像", lambda row: row["sha256"]),
    ("films_taken", "改归他案的录像", lambda row: row["sha256"]),
)
"""Member of a case's facts, its name, and what tells one from another."""


def compare_previous(package: Package, before: Package) -> list[Check]:
    """Whatever the package before states of a case judged here, this one states or takes back.

    Args:
        package: under judgement.
        before: the one it continues, from the reader's own copy.
    """
    now, then = package.facts.get("facts"), before.facts.get("facts")
    if not isinstance(now, dict) or not isinstance(then, dict) or _falls_back(package, before):
        return []
    lines = [line for line in package.journal.lines if line.seq >= before.ledger.slice.start]
    lost = [*_lost_facts(lines, then, now), *_lost_cycles(lines, then, now)]
    if not lost:
        return [passed(_ID, "上一包所载的事实，本包都有，或账本记有撤回。", FACTS)]
    named = "、".join(lost[:MOST]) + (f" 等 {len(lost)} 项" if len(lost) > MOST else "")
    text = f"你所持的上一包“{before.id}”载有而本包没有、账本也没有撤回：{named}。"
    trusted = before.proof.row is not None and before.proof.row.trusted
    say = failed if trusted or before.proof.signer == package.proof.signer else review
    return [say(_ID, text, FACTS, "HASH_FAILURE")]


def _falls_back(package: Package, before: Package) -> bool:
    """A package made for an earlier instant than the one before it knew less."""
    try:
        ours, theirs = (datetime.fromisoformat(each.info["As-Of"]) for each in (package, before))
    except (KeyError, ValueError):
        return True
    return ours < theirs


def _lost_facts(lines: list[Line], then: Row, now: Row) -> Iterator[str]:
    taken_back = _taken_back(lines)
    here = {case["case"]["id"]: case for case in now.get("cases", ())}
    for case in then.get("cases", ()):
        id = case["case"]["id"]
        if id not in here:
            continue  # what must be judged is asked elsewhere (completeness.owed)
        for member, name, key in _RECORDS:
            held = {key(row) for row in here[id].get(member, ())}
            yield from (
                f"{id} 的{name} {_shown(key(row))}"
                for row in case.get(member, ())
                if key(row) not in held and not taken_back & _names(row)
            )
        valid = _numbers(here[id], void=False)
        yield from (f"{id} 的文书 {number} 的作废" for number in _numbers(case, void=True) if number in valid)


def _numbers(case: Row, *, void: bool) -> list[str]:
    """Numbers of a case's void documents, or of its valid ones; nothing makes a void one valid again."""
    forms = (row["form"] for row in case.get("documents", ()))
    return [form["number"] for form in forms if bool(form.get("voided_why")) is void]


_TAKING_BACK = {
    "visit.withdrawn/1": "visit",
    "arrival.judged/1": "arrival",
    "arrival.taken/1": "arrival",
    "recording.assigned/1": "sha256",
}
"""Kinds of lines -> what of theirs names what no longer holds."""


def _taken_back(lines: list[Line]) -> set[str]:
    """Visits withdrawn, arrivals judged again and films assigned anew."""
    found = {line.payload["visit"] for line in lines if line.kind == "visit.withdrawn/1"}
    found |= {
        line.payload["arrival"] for line in lines if line.kind in ("arrival.judged/1", "arrival.taken/1")
    }
    return found | {line.payload["sha256"] for line in lines if line.kind == "recording.assigned/1"}


def _names(row: Row) -> set[str]:
    """What a line would name that takes the row back; a waiting film also goes with the visit it may show."""
    named = {str(row[name]) for name in ("id", "arrival", "sha256") if row.get(name)}
    return named | set(row.get("suggestions", ()))


def _shown(key: Any) -> str:
    return str(key[0] if isinstance(key, tuple) else key)


def _lost_cycles(lines: list[Line], then: Row, now: Row) -> Iterator[str]:
    """Cycles that went, or were closed, without a line that says why."""
    cancelled = {line.payload["case"] for line in lines if line.kind == "case.cancelled/1"}
    moved = {line.payload["visit"]["case"] for line in lines if line.kind == "visit.recorded/1"}
    moved |= {line.payload["report"]["case"] for line in lines if line.kind == "report.recorded/1"}
    moved |= {case_of(line.payload["visit"]) for line in lines if line.kind == "visit.withdrawn/1"}
    here = {row["case"]: row for row in now.get("services", ())}
    for row in then.get("services", ()):
        case = row["case"]
        if case not in here:
            if case not in cancelled:
                yield f"案件 {case}"
        elif here[case].get("closed") and not row.get("closed") and case not in moved:
            yield f"案件 {case} 尚未结案"
