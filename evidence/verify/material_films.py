"""The films of each case against the journal (check `material.facts`): described when they arrived, and
assigned to a visit by rule or by a person; those that wait for one, and those given to another case.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evidence.domain.arrival_outcome import FOR_A_PERSON
from evidence.domain.recording import BY_RULE, Recording
from evidence.verify.journal import Line
from evidence.verify.material_told import Comparison, Row, Told, case_of, same

ASSIGNED = "recording.assigned/1"
_Film = tuple[Line, Row]
"""The judgement that describes it, and the recording with its assignment."""
_OF_ASSIGNMENT = ("assigned_why", "taken_from")
"""What the facts may say besides of a person's assignment; packages of before do not."""

"""Outcomes of an arrival that waits for a person."""


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
    for digest, said in films.items():
        line, film = said[-1]
        case = _case(film)
        if case in cases and not any((_case(each), digest) in stated for _line, each in said):
            found.left_out(f"{case} 的录像 {film['name']}", line)
    waiting, given_away = _waiting(told, cases, films), _given_away(told)
    for case, facts in cases.items():
        for member, words, expected in (
            ("unassigned", "待指派录像", waiting.get(case, {})),
            ("films_taken", "改归他案的录像", given_away.get(case, {})),
        ):
            if member in facts:  # packages of before do not list them
                _compare_beside(f"{case} 的{words}", facts[member], expected, films, found)


def _compare_beside(
    what: str,
    rows: Sequence[Row],
    expected: Mapping[str, Line],
    films: Mapping[str, Sequence[_Film]],
    found: Comparison,
) -> None:
    """Films beside a case's own, which wait for a person or went to another case: these and no others.

    Args:
        what: whose films of which kind, for the message.
        rows: as the facts state them.
        expected: digest -> the line by which it is one of them.
        films: every film that the journal describes.
        found: where differences go.
    """
    stated = {str(row["sha256"]): row for row in rows}
    for digest, row in stated.items():
        said = films.get(digest, ())
        if not said:
            found.missing.append(f"{what} {row['name']}")
        elif digest not in expected or not any(_same(film, row) for _line, film in said):
            found.differs(f"{what} {row['name']}", said[-1][0])
    for digest, line in expected.items():
        if digest not in stated and digest in films:
            found.left_out(f"{what} {films[digest][-1][1]['name']}", line)


def _waiting(
    told: Told, cases: Mapping[str, Row], films: Mapping[str, Sequence[_Film]]
) -> dict[str, dict[str, Line]]:
    """Case -> films in the inbox that may show one of its visits and belong to none yet."""
    visits = {case: {str(visit["id"]) for visit in facts.get("visits", ())} for case, facts in cases.items()}
    found: dict[str, dict[str, Line]] = {}
    for line in told.judged.values():
        if line.payload["arrival"] not in told.taken or not told.counts(line):
            continue
        if line.payload["outcome"] not in FOR_A_PERSON:
            continue
        for digest in (each["sha256"] for each in line.payload.get("recordings", ())):
            film = films[digest][-1][1]
            if film.get("visit") or film.get("described"):
                continue
            for case, own in visits.items():
                if own.intersection(film.get("suggestions", ())):
                    found.setdefault(case, {})[digest] = line
    return found


def _given_away(told: Told) -> dict[str, dict[str, Line]]:
    """Case -> films that a person took from its visits and gave to another case's, unless they returned."""
    visits: dict[str, str] = {}
    decided: set[str] = set()
    found: dict[str, dict[str, Line]] = {}
    for line in told.of("arrival.judged/1", ASSIGNED):
        if line.kind != ASSIGNED:
            for film in line.payload.get("recordings", ()):
                if film["sha256"] not in decided:
                    visits[film["sha256"]] = film.get("visit") or ""
            continue
        digest, after = line.payload["sha256"], line.payload["visit"] or ""
        if digest not in visits:
            continue
        before, visits[digest] = visits[digest], after
        decided.add(digest)
        if not after:
            continue
        if before and line.payload["by"] != BY_RULE and case_of(before) != case_of(after):
            found.setdefault(case_of(before), {})[digest] = line
        found.get(case_of(after), {}).pop(digest, None)
    return found


def _same(film: Row, row: Row) -> bool:
    """A film as described and assigned; a reason or a former visit that is stated is the journal's."""
    told = {name: film[name] if row.get(name) else row.get(name) or None for name in _OF_ASSIGNMENT}
    told["assigned_why"] = told["assigned_why"] or ""
    return same(Recording, {**film, **told}, row)


def _films(told: Told) -> dict[str, list[_Film]]:
    """Digest -> every arrival that describes the film, in order of the journal."""
    words: dict[str, list[Mapping[str, Any]]] = {}
    for line in told.of(ASSIGNED):
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
                    "assigned_stated": bool(word["visit"] and word["by"] != BY_RULE and word.get("stated")),
                    "taken_from": film.get("visit"),
                }
            films.setdefault(film["sha256"], []).append((line, film))
    return films


def _case(film: Row) -> str:
    return case_of(film["visit"]) if film.get("visit") else ""
