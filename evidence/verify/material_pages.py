"""The pages of each document, the marks on them, what people decided about them, and filed material,
against the journal (check `material.facts`).

A page is what the judgement in force of its arrival says; a mark is what some copy of the page was judged
to show, unless a person's word came after that copy: then it is that word. Nothing of it is left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from evidence.domain.arrival_outcome import ArrivalOutcome
from evidence.domain.document import ScannedPage, Transcription
from evidence.verify.journal import Line
from evidence.verify.material_told import Comparison, Row, Told, case_of, same

_Place = tuple[str, int, int]
"""Arrival, page of the form, page of the file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Copies:
    """What the arrivals that the journal tells of hold of one document."""

    pages: Mapping[_Place, list[Row]] = field(default_factory=dict)
    """As judged; two sheets in one picture may lie at one place."""
    edocuments: Mapping[str, Line] = field(default_factory=dict)
    """Digest -> the judgement that says so."""


def compare_pages(told: Told, case: Row, found: Comparison) -> list[str]:
    """Compare the documents and materials of one case.

    Returns:
        What rests on a line of after the instant of judgement.
    """
    copies = _copies(told, str(case["case"]["id"]))
    late: list[str] = []
    for document in case.get("documents", ()):
        number = str(document["form"]["number"])
        mine = copies.get(number, _Copies())
        stated = [*document.get("scans", ()), *document.get("other_copies", ())]
        for scan in stated:
            late += _page(told, number, scan, mine, found)
        _nothing_left_out(told, number, stated, mine, found)
        _counterparts(told, document, mine, found)
        if all(scan["arrival"] in told.taken for scan in stated):
            _received(told, document, mine, found)
    _materials(told, case, found)
    return late


def _copies(told: Told, case: str) -> dict[str, _Copies]:
    pages: dict[str, dict[_Place, list[Row]]] = {}
    edocuments: dict[str, dict[str, Line]] = {}
    for arrival, line in told.about(case):
        if arrival not in told.taken or not told.counts(line):
            continue
        for page in line.payload.get("pages", ()):
            if case_of(page["number"]) == case:
                at = (arrival, page["page"], page["index"])
                pages.setdefault(page["number"], {}).setdefault(at, []).append(page)
        number = line.payload.get("edocument_of")
        if number and case_of(number) == case:
            edocuments.setdefault(number, {})[told.taken[arrival].payload["sha256"]] = line
    return {
        number: _Copies(pages=pages.get(number, {}), edocuments=edocuments.get(number, {}))
        for number in pages.keys() | edocuments.keys()
    }


def _page(told: Told, number: str, scan: Row, copies: _Copies, found: Comparison) -> list[str]:
    """One scanned page: the arrival brought these bytes, and is judged to hold this page, so marked."""
    what = f"{number} 第 {scan['page']} 页"
    arrival = scan["arrival"]
    taken, judged = told.taken.get(arrival), told.judged.get(arrival)
    if taken is None or judged is None:
        found.missing.append(what)
        return []
    if not told.counts(judged):
        return [what]
    if taken.payload["sha256"] != scan["sha256"]:
        found.differs(what, taken)
        return []
    said = copies.pages.get((arrival, scan["page"], scan["index"]), ())
    alike = [page for page in said if _same_page(page, scan)]
    if not alike:
        found.differs(what, judged)
        return []
    if not any(_boxes(page) == _boxes(scan) for page in alike):
        found.wrong.append(f"{what}的签章框与账本第 {judged.seq + 1} 行不同。")
    words = _Words(told, number, scan["page"], since=taken.seq)
    found.wrong.extend(_marks(what, scan, words, _seen(copies, scan["page"])))
    found.wrong.extend(_alterations(what, scan, words, alike))
    return []


def _same_page(said: Row, scan: Row) -> bool:
    """Everything of a page but what people may decide and other copies may tell."""
    bare: dict[str, Any] = {
        "marks": [], "alterations": [], "arrival": "",
        "accepted": [], "accepted_by": "", "accepted_why": "",
    }  # fmt: skip
    return same(ScannedPage, {**said, **bare}, {**scan, **bare})


def _boxes(page: Row) -> list[str]:
    return sorted(str(mark["box"]) for mark in page.get("marks", ()))


def _seen(copies: _Copies, page: int) -> dict[str, set[str]]:
    """Box -> the verdicts that any copy of the page was given."""
    seen: dict[str, set[str]] = {}
    for (_arrival, number, _index), pages in copies.pages.items():
        for mark in (mark for each in pages if number == page for mark in each.get("marks", ())):
            seen.setdefault(mark["box"], set()).add(mark["verdict"])
    return seen


class _Words:
    """People's words about one page: they bind copies that were there when they were given."""

    def __init__(self, told: Told, number: str, page: int, *, since: int) -> None:
        self._lines = [
            line
            for line in told.of("mark.decided/1", "alteration.decided/1")
            if line.seq > since
            and line.payload["number"] == number
            and line.payload["page"] == page
            and not line.payload.get("stated")
        ]

    def mark(self, box: str) -> Row | None:
        """The last word about a box."""
        words = [line.payload for line in self._lines if line.payload.get("box") == box]
        return words[-1] if words else None

    def alterations(self) -> Row | None:
        """The last word about altered print."""
        words = [line.payload for line in self._lines if line.kind == "alteration.decided/1"]
        return words[-1] if words else None


def _marks(what: str, scan: Row, words: _Words, seen: Mapping[str, set[str]]) -> Iterator[str]:
    for mark in scan.get("marks", ()):
        box, by = mark["box"], mark.get("decided_by", "")
        word = words.mark(box)
        if word is not None:
            stands = (mark["verdict"], by) == (word["verdict"], word["by"])
        else:
            stands = not by and mark["verdict"] in {*seen.get(box, ()), "undecided"}
        if not stands:
            yield f"{what}的签章“{box}”与账本的判定不符。"


def _alterations(what: str, scan: Row, words: _Words, alike: list[Row]) -> Iterator[str]:
    word = words.alterations()
    accepted = word is not None and word["accepted"]
    stated = scan.get("alterations") or []
    by = word["by"] if word is not None and accepted else ""
    if "accepted_by" in scan and scan["accepted_by"] != by:
        yield f"{what}的改动由谁认可与账本不符。"
    elif accepted and stated:
        yield f"{what}的改动已由{word['by'] if word else ''}认可，事实里仍有。"
    elif not accepted and not any(_plain(page.get("alterations")) == _plain(stated) for page in alike):
        yield f"{what}的改动与账本的判定不符。"


def _plain(alterations: Any) -> list[Any]:
    return [{name: value for name, value in each.items() if value is not None} for each in alterations or ()]


def _nothing_left_out(told: Told, number: str, stated: list[Row], copies: _Copies, found: Comparison) -> None:
    here = {(scan["arrival"], scan["page"], scan["index"]) for scan in stated}
    for place in copies.pages:
        if place not in here:
            found.left_out(f"{number} 第 {place[1]} 页", told.judged[place[0]])


def _counterparts(told: Told, document: Row, copies: _Copies, found: Comparison) -> None:
    """Electronic counterparts: those that came back, and those typed from the entered facts."""
    number = str(document["form"]["number"])
    lines = [
        line
        for line in told.of("document.transcribed/1")
        if line.payload["transcription"]["number"] == number
    ]
    stated = list(document.get("transcriptions", ()))
    for row in stated:
        if not any(same(Transcription, line.payload["transcription"], row) for line in lines):
            found.missing.append(f"{number} 的转录件")
    for line in lines:
        if not any(same(Transcription, line.payload["transcription"], row) for row in stated):
            found.left_out(f"{number} 的转录件", line)
    held = set(document.get("edocuments", ()))
    typed = {line.payload["transcription"]["sha256"] for line in lines}
    found.missing.extend(
        f"{number} 的电子文书" for _digest in sorted(held - typed - copies.edocuments.keys())
    )
    for digest in sorted(copies.edocuments.keys() - held):
        found.left_out(f"{number} 的电子文书", copies.edocuments[digest])


def _received(told: Told, document: Row, copies: _Copies, found: Comparison) -> None:
    """A document is received when the first copy of its last missing page arrives."""
    first: dict[int, datetime] = {}
    for arrival, page, _index in copies.pages:
        at = datetime.fromisoformat(told.taken[arrival].payload["received_at"])
        first[page] = min(at, first.get(page, at))
    whole = all(page in first for page in range(1, len(document["form"]["checks"]) + 1))
    expected = max(first.values()) if whole and first else None
    stated = document.get("received_at")
    if (None if stated is None else datetime.fromisoformat(stated)) != expected:
        found.wrong.append(f"{document['form']['number']} 的收齐时间与账本所记的到件不符。")


def _materials(told: Told, case: Row, found: Comparison) -> None:
    """What a person filed with the case as it is."""
    id = str(case["case"]["id"])
    stated = {row["arrival"]: row for row in case.get("materials", ())}
    for arrival, row in stated.items():
        what = f"{id} 的材料 {arrival}"
        taken, judged = told.taken.get(arrival), told.judged.get(arrival)
        if taken is None or judged is None:
            found.missing.append(what)
        elif judged.payload.get("case") != id or taken.payload["sha256"] != row["sha256"]:
            found.differs(what, judged)
    for arrival, line in told.about(id):
        if arrival not in stated and arrival in told.taken and told.counts(line) and _filed(line.payload, id):
            found.left_out(f"{id} 的材料 {arrival}", line)


def _filed(said: Row, case: str) -> bool:
    """Filed with a case as it is; a film that was filed may since have been assigned to a visit."""
    as_it_is = (
        said["outcome"] == ArrivalOutcome.LINKED
        and not said.get("edocument_of")
        and not said.get("recordings")
    )
    return as_it_is and said.get("case") == case
