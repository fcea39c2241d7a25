"""The films of each case against the journal (check `material.facts`): described when they arrived, and
assigned to a visit by rule or by a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evidence.domain.recording import Recording
from evidence.verify.journal import Line
from evidence.verify.material_told import Comparison, Row, Told, case_of, same

_Film = tuple[Line, Row]
"""The judgement that describes it, and the recording with its assignment."""
_OF_ASSIGNMENT = ("assigned_why", "taken_from")
"""What the facts may say besides of a person's assignment; packages of before do not."""

_BESIDE = ("unassigned", "films_taken")
"""Films beside a case's own: waiting for a person, or given to another case."""


def compare_films(told: Told, cases: Mapping[str, Row], found: Comparison) -> None:
    """Compare the recordings of the cases under judgement."""
    films = _films(told)
    stated: dict[tuple[str, str], Row] = {
        (case, row["sha256"]): row for case, facts in cases.items() for row in facts.get("recordings", ())
    }
    for (case, digest), row in stated.items():
        what = f"{case} 的录像 {row['name']}"
        said = films.get(digest, ())
        if not said:
            found.missing.append(what)
        elif not any(_same(film, row) and _case(film) == case for _line, film in said):
            found.differs(what, said[-1][0])
    for case, facts in cases.items():
        for row in (each for member in _BESIDE for each in facts.get(member, ())):
            said = films.get(row["sha256"], ())
            if not said:
                found.missing.append(f"{case} 的录像 {row['name']}")
            elif not any(_same(film, row) for _line, film in said):
                found.differs(f"{case} 的录像 {row['name']}", said[-1][0])
    for digest, said in films.items():
        line, film = said[-1]
        case = _case(film)
        if case in cases and not any((_case(each), digest) in stated for _line, each in said):
            found.left_out(f"{case} 的录像 {film['name']}", line)


def _same(film: Row, row: Row) -> bool:
    """A film as described and assigned; a reason or a former visit that is stated is the journal's."""
    told = {name: film[name] if row.get(name) else row.get(name) or None for name in _OF_ASSIGNMENT}
    told["assigned_why"] = told["assigned_why"] or ""
    return same(Recording, {**film, **told}, row)


def _films(told: Told) -> dict[str, list[_Film]]:
    """Digest -> every arrival that describes the film, in order of the journal."""
    words: dict[str, list[Mapping[str, Any]]] = {}
    for line in told.of("recording.assigned/1"):
        words.setdefault(line.payload["sha256"], []).append(line.payload)
    films: dict[str, list[_Film]] = {}
    for line in sorted(told.judged.values(), key=lambda line: line.seq):
        if line.payload["arrival"] not in told.taken or not told.counts(line):
            continue
        for recording in line.payload.get("recordings", ()):
            film = {**recording, "arrival": recording.get("arrival") or line.payload["arrival"]}
            film |= {name: recording.get(name) or None for name in _OF_ASSIGNMENT}
            for word in words.get(film["sha256"], ()):
                film |= {
                    "visit": word["visit"] or None,
                    "assigned_by": word["by"],
                    "assigned_why": word.get("why", ""),
                    "taken_from": film.get("visit"),
                }
            films.setdefault(film["sha256"], []).append((line, film))
    return films


def _case(film: Row) -> str:
    return case_of(film["visit"]) if film.get("visit") else ""
