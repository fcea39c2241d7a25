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
        elif not any(same(Recording, film, row) and _case(film) == case for _line, film in said):
            found.differs(what, said[-1][0])
    for digest, said in films.items():
        line, film = said[-1]
        case = _case(film)
        if case in cases and not any((_case(each), digest) in stated for _line, each in said):
            found.left_out(f"{case} 的录像 {film['name']}", line)


def _films(told: Told) -> dict[str, list[_Film]]:
    """Digest -> every arrival that describes the film, in order of the journal."""
    assigned: dict[str, Mapping[str, Any]] = {
        line.payload["sha256"]: line.payload for line in told.of("recording.assigned/1")
    }
    films: dict[str, list[_Film]] = {}
    for line in sorted(told.judged.values(), key=lambda line: line.seq):
        if line.payload["arrival"] not in told.taken or not told.counts(line):
            continue
        for recording in line.payload.get("recordings", ()):
            film = {**recording, "arrival": recording.get("arrival") or line.payload["arrival"]}
            word = assigned.get(film["sha256"])
            if word is not None:
                film |= {"visit": word["visit"] or None, "assigned_by": word["by"]}
            films.setdefault(film["sha256"], []).append((line, film))
    return films


def _case(film: Row) -> str:
    return case_of(film["visit"]) if film.get("visit") else ""
