"""What people entered and decided, in facts.json, against the journal (check `material.facts`).

Register entries, rectification reports, reports to the regulator, exceptions, gaps declared incurable and
holds: each stands in the journal as it stands in the facts, and whatever the journal tells of them is there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evidence.domain.case import Escalation, RectificationReport
from evidence.domain.register import Hold, Incurable, RegisterEntry, Waiver
from evidence.verify.journal import Line
from evidence.verify.material_told import Comparison, Row, Told, case_of, same


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """One kind of record: its events, where the facts of a case hold it, and what tells one from another."""

    event: str
    member: str
    """Of the payload."""
    facts: str
    """Of a case's facts."""
    key: tuple[str, ...]
    """Later lines with the same key replace earlier ones; empty when every line stands for itself."""
    record: type
    name: str


_KINDS = (
    _Kind(
        event="report.recorded/1",
        member="report",
        record=RectificationReport,
        facts="reports",
        key=("case", "version"),
        name="整改报告",
    ),
    _Kind(
        event="escalation.recorded/1",
        member="escalation",
        record=Escalation,
        facts="escalations",
        key=("case", "id"),
        name="上报",
    ),
    _Kind(
        event="hold.placed/1",
        member="hold",
        record=Hold,
        facts="holds",
        key=("case", "at", "visit"),
        name="暂停销毁",
    ),
    _Kind(event="waiver.granted/1", member="waiver", record=Waiver, facts="waivers", key=(), name="例外"),
    _Kind(
        event="gap.incurable/1",
        member="incurable",
        record=Incurable,
        facts="incurables",
        key=(),
        name="无法补救的声明",
    ),
)


def compare_records(told: Told, facts: Row, cases: Mapping[str, Row], found: Comparison) -> None:
    """Compare everything that people entered about cases.

    Args:
        told: what the journal tells.
        facts: of facts.json.
        cases: those of the facts, by id.
        found: what differs and what is missing, to be added to.
    """
    for kind in _KINDS:
        _compare(kind, told.of(kind.event), cases, found)
    _entries(told, facts, cases, found)


def _compare(kind: _Kind, lines: Iterable[Line], cases: Mapping[str, Row], found: Comparison) -> None:
    told: dict[tuple[str, ...], Line] = {}
    for line in lines:
        body = line.payload[kind.member]
        key = tuple(str(body.get(name) or "") for name in kind.key) or (str(line.seq),)
        told[key] = line
    for case, facts in cases.items():
        stated = facts.get(kind.facts, ())
        mine = [line for line in told.values() if _case_of(line.payload[kind.member]) == case]
        for row in stated:
            if any(same(kind.record, line.payload[kind.member], row) for line in mine):
                continue
            about = [line for line in mine if kind.key and _key(kind, line) == _key_of(kind, row)]
            if about:
                found.differs(f"{case} 的{kind.name}", about[-1])
            else:
                found.missing.append(f"{case} 的{kind.name}")
        for line in mine:
            if not any(same(kind.record, line.payload[kind.member], row) for row in stated):
                found.left_out(f"{case} 的{kind.name}", line)


def _key(kind: _Kind, line: Line) -> tuple[str, ...]:
    return _key_of(kind, line.payload[kind.member])


def _key_of(kind: _Kind, body: Row) -> tuple[str, ...]:
    return tuple(str(body.get(name) or "") for name in kind.key)


def _case_of(body: Row) -> str:
    return str(body["gap"]["case"] if "gap" in body else body["case"])


_REGISTER = ("register.entered/1", "register.withdrawn/1")


def _entries(told: Told, facts: Row, cases: Mapping[str, Row], found: Comparison) -> None:
    """Register entries: the last one under a key is in force, and a withdrawal brings back the one before."""
    in_force = _in_force(told)
    stated: dict[tuple[str, str], Row] = {}
    for row in (
        *facts.get("entries", ()),
        *(each for case in cases.values() for each in case.get("entries", ())),
    ):
        stated[str(row["register"]), str(row["key"])] = row
    for key, row in stated.items():
        name = f"登记 {'/'.join(key)}"
        if key not in in_force:
            found.missing.append(name)
        elif not in_force[key] and not told.whole:
            found.missing.append(name)  # the entry that a withdrawal brought back is not shown
        elif not in_force[key]:
            found.wrong.append(f"{name} 在账本中已撤回，事实里仍有。")
        elif not same(RegisterEntry, in_force[key][-1].payload["entry"], row):
            found.differs(name, in_force[key][-1])
    for key, stack in in_force.items():
        if stack and key not in stated and _judged(stack[-1], cases):
            found.left_out(f"登记 {'/'.join(key)}", stack[-1])


def _in_force(told: Told) -> dict[tuple[str, str], list[Line]]:
    """Register and key -> its lines that were not withdrawn, the one in force last."""
    found: dict[tuple[str, str], list[Line]] = {}
    for line in told.of(*_REGISTER):
        body = line.payload.get("entry", line.payload)
        stack = found.setdefault((str(body["register"]), str(body["key"])), [])
        if "entry" in line.payload:
            stack.append(line)
        elif stack:
            stack.pop()
    return found


def _judged(line: Line, cases: Mapping[str, Row]) -> bool:
    """Whether an entry belongs among the facts: it names a judged case, or none."""
    entry = line.payload["entry"]
    about = [case_of(name) for name in (entry.get("case"), entry.get("visit")) if name]
    return not about or any(case in cases for case in about)
