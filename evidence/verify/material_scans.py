"""What the virus scanner said of each case's files, against the journal (check `material.facts`).

It stands with the judgement of the arrival that brought a file, or in a later line where it was asked again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from evidence.domain.virus_scan import FileScan, VirusScan, in_force
from evidence.verify.journal import Line
from evidence.verify.material_told import Comparison, Row, Told, case_of, same

SCANNED = "arrival.scanned/1"
_BEFORE = frozenset({"1", "2", "3"})
"""Rulesets that did not ask for scans; the facts they judged list none."""


def compare_scans(told: Told, ruleset: str, cases: Mapping[str, Row], found: Comparison) -> None:
    """Compare the scans that the facts state.

    Args:
        told: what the journal tells.
        ruleset: version by which the facts were judged.
        cases: those of the facts, by id.
        found: what differs and what is missing, to be added to.
    """
    if ruleset in _BEFORE:
        return
    later = {line.payload["arrival"]: line for line in told.of(SCANNED)}
    for id, case in cases.items():
        expected = {str(row["arrival"]): (line, row) for line, row in _expected(told, later, id, case)}
        stated = {str(row["arrival"]): row for row in case.get("virus_scans", ())}
        for arrival, row in stated.items():
            what = f"{id} 的到件 {arrival} 的病毒扫描"
            if arrival not in told.taken or arrival not in told.judged:
                found.missing.append(what)
            elif arrival not in expected or not same(FileScan, expected[arrival][1], row):
                found.differs(what, later.get(arrival, told.judged[arrival]))
        for arrival in expected.keys() - stated.keys():
            found.left_out(f"{id} 的到件 {arrival} 的病毒扫描", expected[arrival][0])


def _expected(told: Told, later: Mapping[str, Line], id: str, case: Row) -> Iterator[tuple[Line, Row]]:
    """The line that says it, and what the facts have to say of it."""
    materials = {str(row["arrival"]) for row in case.get("materials", ())}
    films = {str(row["sha256"]) for row in case.get("recordings", ())}
    for arrival, line in told.judged.items():
        taken, again = told.taken.get(arrival), later.get(arrival)
        if taken is None or not told.counts(line):
            continue
        if again is not None and again.seq < taken.seq:
            again = None  # other bytes: the rest of a broken file came since
        scan = in_force(_scan(line), _scan(again))
        sha256 = str(taken.payload["sha256"])
        film = sha256 in films and any(one["sha256"] == sha256 for one in line.payload.get("recordings", ()))
        if scan is not None and (film or arrival in materials or _rests_on(line.payload, id)):
            yield again or line, {"arrival": arrival, "sha256": sha256, "result": scan.result.value}


def _rests_on(said: Row, case: str) -> bool:
    """Whether an arrival brought pages or an electronic counterpart of the case."""
    numbers = [page["number"] for page in said.get("pages", ())]
    return any(case_of(number) == case for number in (*numbers, *filter(None, [said.get("edocument_of")])))


def _scan(line: Line | None) -> VirusScan | None:
    said = None if line is None else line.payload.get("scan")
    return None if said is None else msgspec.convert(said, VirusScan)
