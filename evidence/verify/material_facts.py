"""facts.json against the journal (check `material.facts`): nothing in it that the journal does not say,
and nothing left out.

Here the cases, their visits and forms; pages and decisions, records, films, and what belongs to no single
case each in a module of their own. A fact stands in the journal as it stands in the file, and the journal
knew it at the instant of judgement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from evidence.verify.journal import EARLIER, Line
from evidence.verify.material_films import compare_films
from evidence.verify.material_pages import compare_pages
from evidence.verify.material_records import compare_records
from evidence.verify.material_scans import compare_scans
from evidence.verify.material_shared import compare_shared
from evidence.verify.material_told import MOST, Comparison, Row, Told, case_of, some
from evidence.verify.model import Check, failed, note, passed, review
from evidence.verify.package import FACTS, Package

_ID = "material.facts"
_FORM = ("number", "form", "case", "visit", "issued_at", "checks", "pdf", "docx", "data", "geometry")


def examine_facts(package: Package) -> tuple[Check, ...]:
    """Compare the frozen facts with the lines that the package proves."""
    facts = package.facts.get("facts")
    if not isinstance(facts, dict) or not package.ledger.continuous:
        return ()
    whole = package.journal.whole or package.ledger.slice.start == 0
    told = Told(package.journal, _as_of(package), whole=whole)
    cases = {str(case["case"]["id"]): case for case in facts.get("cases", ())}
    found, late = Comparison(), []
    for what, line, differs in (claim for case in cases.values() for claim in _claims(told, case)):
        if line is None:
            found.missing.append(what)
            continue
        if differs:
            found.wrong.append(f"{what} 与账本第 {line.seq + 1} 行不符：{'、'.join(differs)}。")
        if not told.counts(line):
            late.append(what)
    for case in cases.values():
        late += compare_pages(told, case, found)
    compare_records(told, facts, cases, found)
    if whole:  # without the earlier lines the last word on these may be missing
        compare_films(told, cases, found)
        compare_shared(told, facts, cases, found)
        compare_scans(told, package.info.get("Ruleset", ""), cases, found)
    left_out = _left_out(told, facts, cases)
    checks = [failed(_ID, text, FACTS, "HASH_FAILURE") for text in (*found.wrong[:MOST], *left_out[:MOST])]
    checks += _missing(package, found.missing)
    if not checks and cases:
        text = (
            f"{len(cases)} 个案件的登记、文书、扫描页、录像和人工决定，以及企业、人员、计划，都与账本相符。"
        )
        checks.append(passed(_ID, text, FACTS))
    return (*checks, *_late(late))


def _as_of(package: Package) -> datetime | None:
    try:
        return datetime.fromisoformat(package.info.get("As-Of", ""))
    except ValueError:
        return None


def _missing(package: Package, missing: Sequence[str]) -> list[Check]:
    """Facts of which no line of the package tells."""
    if not missing:
        return []
    if package.info.get("Package-Format", "1") == "1":
        text = f"包格式 1 不附以前的账目：{len(missing)} 项事实未能与账本核对。"
        return [note(_ID, text, FACTS)]
    if package.ledger.slice.start == 0:  # the whole journal is here
        text = f"这些事实账本从未记载：{'、'.join(missing[:MOST])}。"
        return [failed(_ID, text, FACTS, "HASH_FAILURE")]
    text = f"这些事实的账目没有随包提供，不能与账本核对：{some(missing)}。"
    return [review(_ID, text, EARLIER, "SIGNED_DATA_NOT_FOUND")]


def _late(late: Sequence[str]) -> tuple[Check, ...]:
    """Facts that the journal did not know at the instant of judgement."""
    if not late:
        return ()
    text = f"判断时刻之后才入账的事实被用于判断：{'、'.join(sorted(set(late))[:MOST])}。"
    return (review("ledger.order", text, FACTS, "TIMESTAMP_ORDER_FAILURE"),)


def _claims(told: Told, case: Row) -> Iterator[tuple[str, Line | None, list[str]]]:
    """(what, the line it rests on, fields that differ) of a case, its visits and its forms."""
    id = str(case["case"]["id"])
    opened = told.cases.get(id)
    yield id, opened, _differing(opened, "case", case["case"], (), but=("cancelled_why",))
    if id in told.cancelled or case["case"].get("cancelled_why"):
        yield f"{id}（已撤销）", opened, ["cancelled_why"]
    for visit in case.get("visits", ()):
        line = told.visits.get((visit["id"], visit.get("version", 1)))
        yield visit["id"], line, _differing(line, "visit", visit, ())
        if visit["id"] in told.withdrawn:
            yield f"{visit['id']}（已撤回）", line, ["visit"]
    for document in case.get("documents", ()):
        form = document["form"]
        number = form["number"]
        line = told.forms.get(number)
        yield number, line, _differing(line, "form", form, _FORM)
        void, stated = told.voided.get(number), form.get("voided_why", "")
        if stated or void is not None:
            differs = void is not None and void.payload["why"] != stated
            yield f"{number} 作废", void, ["voided_why"] if differs else []


def _differing(
    line: Line | None, key: str, stated: Row, fields: Sequence[str], *, but: Sequence[str] = ()
) -> list[str]:
    """Names of the fields in which the facts differ from a line; all that either has when none are named."""
    if line is None:
        return []
    said = line.payload[key]
    names = fields or sorted({*said, *stated} - set(but))
    return [name for name in names if _plain(said.get(name)) != _plain(stated.get(name))]


def _plain(value: Any) -> Any:
    """A field left out because it holds nothing is as one that says so."""
    if isinstance(value, dict):
        return {name: each for name, inner in value.items() if (each := _plain(inner)) is not None}
    if isinstance(value, list):
        return [_plain(each) for each in value] or None
    return None if value in ("", False) else value


def _left_out(told: Told, facts: Row, cases: dict[str, Row]) -> list[str]:
    """What the slice tells of cases, visits and forms, and the facts do not."""
    touched = _touched(told)
    found = [
        f"账本记有案件 {case} 本周的检查或材料，事实里没有这个案件。"
        for case in sorted(touched - cases.keys() - told.cancelled)
    ]
    if facts.get("moved") is not None:
        found += [
            f"账本记有案件 {case} 本周的检查或材料，事实却称它本周没有变动。"
            for case in sorted((touched & cases.keys()) - set(facts["moved"]) - told.cancelled)
        ]
    visits = {
        (visit["id"], visit.get("version", 1)) for case in cases.values() for visit in case.get("visits", ())
    }
    found += [
        f"账本记有 {visit}，事实里没有。"
        for (visit, version), line in told.visits.items()
        if line.payload["visit"]["case"] in cases
        and visit not in told.withdrawn
        and told.counts(line)
        and (visit, version) not in visits
    ]
    numbers = {
        document["form"]["number"] for case in cases.values() for document in case.get("documents", ())
    }
    found += [
        f"账本记有文书 {number}，事实里没有。"
        for number, line in told.forms.items()
        if case_of(number) in cases and told.counts(line) and number not in numbers
    ]
    return found


_MOVING: dict[str, Callable[[Row], str | None]] = {
    "visit.recorded/1": lambda said: str(said["visit"]["case"]),
    "visit.withdrawn/1": lambda said: str(said["visit"]),
    "report.recorded/1": lambda said: str(said["report"]["case"]),
    "escalation.recorded/1": lambda said: str(said["escalation"]["case"]),
    "mark.decided/1": lambda said: str(said["number"]),
    "alteration.decided/1": lambda said: str(said["number"]),
    "document.transcribed/1": lambda said: str(said["transcription"]["number"]),
    "waiver.granted/1": lambda said: (
        str(said["waiver"]["case"]) if said["waiver"].get("attachment") else None
    ),
}
"""Kinds of lines that make a case move -> what in them names the case."""


def _touched(told: Told) -> set[str]:
    """Cases that something in this slice moved, as far as it was known."""
    named = [_MOVING[line.kind](line.payload) for line in told.of(*_MOVING) if not line.earlier]
    for line in told.judged.values():
        if not line.earlier and told.counts(line):
            named += [str(page["number"]) for page in line.payload.get("pages", ())]
    return {case for name in named if name and not (case := case_of(name)).endswith("-0000")}
