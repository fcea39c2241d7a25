"""Where the findings of a package look in it, for findings.sarif: its own files and its list's rows."""

from __future__ import annotations

from functools import cache

from evidence.domain.document import IssuedPage
from evidence.domain.identifiers import CaseId, Number, Sha256
from evidence.errors import IncompleteError
from evidence.handover.bench import Bench
from evidence.rules.sarif_places import Area, Found, Places, box_in_permille

LIST_FILE = "移交清单.xlsx"
_HEADING_ROWS = 1


def places_in(bench: Bench) -> Places:
    """Files relative to `data/`, where findings.sarif lies; what an earlier package carried is not here."""

    def file(case: str, digest: str) -> str:
        entry = bench.placed.get((CaseId(case), Sha256(digest))) or bench.stacks.get(Sha256(digest))
        return entry.path.removeprefix("data/") if entry else ""

    @cache
    def pages(number: str) -> tuple[IssuedPage, ...]:
        try:
            return bench.office.issued.geometry(Number(number))
        except IncompleteError:
            return ()  # named elsewhere; the finding still has its page

    def box(number: str, page: int, name: str) -> Area | None:
        return box_in_permille(pages(number), page, name)

    rows: dict[str, int] = {}
    for place, row in enumerate(bench.rows, 1 + _HEADING_ROWS):
        for name in (row.number, row.case):
            if name:
                rows.setdefault(name, place)
    return Places(
        bench.work.facts, Found(file=file, box=box, rows=rows, list_file=LIST_FILE), bench.work.parameters
    )
