"""What people entered and decided, in facts.json, against the journal (check `material.facts`).

Register entries, rectification reports, reports to the regulator, exceptions, gaps declared incurable, holds
and marks: each stands in the journal as it stands in the facts, and what the slice tells of them is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from evidence.verify.journal import Journal, Line

Row = Mapping[str, Any]
Known = Callable[[Line], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What differs, and what no line of the package tells."""

    wrong: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


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
    name: str


_KINDS = (
    _Kind(
        event="report.recorded/1", member="report", facts="reports", key=("case", "version"), name="整改报告"
    ),
    _Kind(
        event="escalation.recorded/1",
        member="escalation",
        facts="escalations",
        key=("case", "id"),
        name="上报",
    ),
    _Kind(event="hold.placed/1", member="hold", facts="holds", key=("case", "at", "visit"), name="暂停销毁"),
    _Kind(event="waiver.granted/1", member="waiver", facts="waivers", key=(), name="例外"),
    _Kind(event="gap.incurable/1", member="incurable", facts="incurables", key=(), name="无法补救的声明"),
)


def compare_records(journal: Journal, facts: Row, known: Known) -> Comparison:
    """Compare everything that people entered about cases.

    Args:
        journal: the lines the package proves.
        facts: of facts.json.
        known: whether a line stood in the journal at the instant of judgement.
    """
    found = Comparison()
    cases = {str(case["case"]["id"]): case for case in facts.get("cases", ())}
    for kind in _KINDS:
        lines = [line for line in journal.of(kind.event) if known(line)]
        _compare(kind, lines, cases, found)
    _entries([line for line in journal.of(*_REGISTER) if known(line)], facts, cases, found)
    for case in cases.values():
        for document in case.get("documents", ()):
            found.wrong.extend(_marks(journal, known, document))
    return found


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
            if any(_same(line.payload[kind.member], row) for line in mine):
                continue
            about = [line for line in mine if kind.key and _key(kind, line) == _key_of(kind, row)]
            if about:
                found.wrong.append(f"{case} 的{kind.name}与账本第 {about[-1].seq + 1} 行不符。")
            else:
                found.missing.append(f"{case} 的{kind.name}")
        found.wrong.extend(
            f"账本第 {line.seq + 1} 行记有 {case} 的{kind.name}，事实里没有。"
            for line in mine
            if not line.earlier and not any(_same(line.payload[kind.member], row) for row in stated)
        )


def _key(kind: _Kind, line: Line) -> tuple[str, ...]:
    return _key_of(kind, line.payload[kind.member])


def _key_of(kind: _Kind, body: Row) -> tuple[str, ...]:
    return tuple(str(body.get(name) or "") for name in kind.key)


def _case_of(body: Row) -> str:
    return str(body["gap"]["case"] if "gap" in body else body["case"])


def _same(said: Row, stated: Row) -> bool:
    """Whether the facts state what a line says; fields that hold nothing may be left out of either."""
    return all(_plain(said.get(name)) == _plain(stated.get(name)) for name in {*said, *stated})


def _plain(value: Any) -> Any:
    """A value without what only says that there is nothing."""
    if isinstance(value, Mapping):
        return {name: each for name, inner in value.items() if (each := _plain(inner)) is not None}
    if isinstance(value, list):
        return [_plain(each) for each in value] or None
    return None if value in ("", False) else value


_REGISTER = ("register.entered/1", "register.withdrawn/1")


def _entries(lines: Iterable[Line], facts: Row, cases: Mapping[str, Row], found: Comparison) -> None:
    """Register entries: the last one under a key is in force, and a withdrawal brings back the one before."""
    in_force: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        body = line.payload.get("entry", line.payload)
        stack = in_force.setdefault((str(body["register"]), str(body["key"])), [])
        if "entry" in line.payload:
            stack.append(line)
        elif stack:
            stack.pop()
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
        elif not in_force[key]:
            found.wrong.append(f"{name} 在账本中已撤回，事实里仍有。")
        elif not _same(in_force[key][-1].payload["entry"], row):
            found.wrong.append(f"{name} 与账本第 {in_force[key][-1].seq + 1} 行不符。")
    found.wrong.extend(
        f"账本第 {stack[-1].seq + 1} 行有登记 {'/'.join(key)}，事实里没有。"
        for key, stack in in_force.items()
        if stack and not stack[-1].earlier and key not in stated and _judged(stack[-1], cases)
    )


def _judged(line: Line, cases: Mapping[str, Row]) -> bool:
    """Whether an entry belongs among the facts: it names a judged case, or none."""
    entry = line.payload["entry"]
    visit = entry.get("visit")
    names = [entry.get("case"), str(visit).rpartition("-V")[0] if visit else None]
    about = [name for name in names if name]
    return not about or any(name in cases for name in about)


def _marks(journal: Journal, known: Known, document: Row) -> Iterator[str]:
    """A mark is what some copy of the page was judged to show, or what a person decided, by his account."""
    number = document["form"]["number"]
    pages = [
        page
        for line in journal.of("arrival.judged/1")
        if known(line)
        for page in line.payload.get("pages", ())
        if page["number"] == number
    ]
    words = [
        line.payload
        for line in journal.of("mark.decided/1")
        if known(line) and line.payload["number"] == number and not line.payload.get("stated")
    ]
    for scan in document.get("scans", ()):
        for mark in scan.get("marks", ()):
            seen = {
                each["verdict"]
                for page in pages
                if page["page"] == scan["page"]
                for each in page.get("marks", ())
                if each["box"] == mark["box"]
            }
            decided = {
                (word["verdict"], word["by"])
                for word in words
                if word["page"] == scan["page"] and word["box"] == mark["box"]
            }
            by = mark.get("decided_by", "")
            stands = (mark["verdict"], by) in decided if by else mark["verdict"] in {*seen, "undecided"}
            if pages and not stands:
                yield f"{number} 第 {scan['page']} 页的签章“{mark['box']}”与账本的判定不符。"
