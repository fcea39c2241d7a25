"""Where the findings of a package look in it, for findings.sarif: its own files and its list's rows."""

from __future__ import annotations

from functools import cache

from evidence.domain.document import IssuedPage
from evidence.domain.identifiers import CaseId, Number, Sha256
from evidence.errors import IncompleteError
from evidence.handover.package_build import PackageBuild
from evidence.rules.sarif_places import Area, Found, Places, box_in_permille

LIST_FILE = "移交清单.xlsx"
_HEADING_ROWS = 1


def places_in(build: PackageBuild) -> Places:
    """Files relative to `data/`, where findings.sarif lies; what an earlier package carried is not here."""

    def file(case: str, digest: str) -> str:
        entry = build.placed.get((CaseId(case), Sha256(digest))) or build.stacks.get(Sha256(digest))
        return entry.path.removeprefix("data/") if entry else ""

    @cache
    def pages(number: str) -> tuple[IssuedPage, ...]:
        try:
            return build.context.issued.geometry(Number(number))
        except IncompleteError:
            return ()  # named elsewhere; the finding still has its page

    def box(number: str, page: int, name: str) -> Area | None:
        return box_in_permille(pages(number), page, name)

    rows: dict[str, int] = {}
    for place, row in enumerate(build.rows, 1 + _HEADING_ROWS):
        for name in (row.number, row.case):
            if name:
                rows.setdefault(name, place)
    return Places(
        build.work.facts, Found(file=file, box=box, rows=rows, list_file=LIST_FILE), build.work.parameters
    )
