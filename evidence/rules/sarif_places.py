"""Where findings look: files with page and region, and the row of the handover list, for SARIF viewers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from evidence.domain.document import BoxKind, Document, IssuedPage, ScannedPage
from evidence.domain.facts import Facts
from evidence.rules.clause import Finding
from evidence.rules.parameters import Parameters, contract_text
from evidence.rules.signatures import places

Area = tuple[int, int, int, int]

BOXES_OF = {
    "G06-expert-signatures": (BoxKind.SIGNATURE, "expert"),
    "G06-escort-signature": (BoxKind.SIGNATURE, "escort"),
    "G06-enterprise-seal": (BoxKind.SEAL, "enterprise"),
    "E04-principal-signature": (BoxKind.SIGNATURE, "principal"),
    "S05-supervisor-signature": (BoxKind.SIGNATURE, "supervisor"),
}
"""Rules about one kind of box and whose it is; they look at the pages that carry it and no others."""
ALTERATIONS = "G09-alterations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """One place in one file."""

    uri: str
    """Relative to the log, not yet percent-encoded."""
    sha256: str = ""
    page: int | None = None
    """1-based page, frame or row."""
    area: Area | None = None
    """x, y, w, h from the top-left."""
    unit: str = ""
    """Of the area: `permille` of the page image, or `pt` on the issued page."""
    label: str = ""
    """What is there, in Chinese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Where things are outside the facts."""

    file: Callable[[str, str], str]
    """(case, digest) -> path of the file, empty when it is not at hand."""
    box: Callable[[str, int, str], Area | None] = lambda number, page, box: None
    """(document, page, box) -> its place in thousandths of the issued page's width and height."""
    rows: Mapping[str, int] | None = None
    """Document number or case -> its row in the sheet of the handover list."""
    list_file: str = ""


class Places:
    """Finds the spots of findings over the facts they were made from."""

    def __init__(self, facts: Facts, found: Found, parameters: Parameters | None = None) -> None:
        self._found = found
        self._names = contract_text(parameters or Parameters()).names
        self._documents: dict[str, Document] = {
            document.form.number: document for case in facts.cases for document in case.documents
        }
        self._footage: dict[str, list[str]] = {}
        for case in facts.cases:
            for film in case.recordings:
                if film.visit is not None:
                    self._footage.setdefault(film.visit, []).append(film.sha256)

    def spots(self, finding: Finding) -> tuple[Spot, ...]:
        """Every file the finding rests on, page by page; where there is none, its row in the list."""
        return tuple(self._files(finding)) or tuple(self._row(finding))

    def _files(self, finding: Finding) -> Iterator[Spot]:
        about = finding.subject
        document = self._documents.get(about.document)
        if document is not None and document.scans:
            for scan in self._scans(finding, document):
                if uri := self._found.file(about.case, scan.sha256):
                    yield from self._on_page(finding, document, scan, uri)
            return
        digests = [one.sha256 for one in finding.evidence]
        if not digests and finding.rule_id.startswith(("V01", "V02", "V03")):
            digests = self._footage.get(about.visit, [])
        for digest in digests:
            if uri := self._found.file(about.case, digest):
                yield Spot(uri=uri, sha256=digest)

    def _scans(self, finding: Finding, document: Document) -> Iterator[ScannedPage]:
        pages = {place.page for place in self._boxes(finding, document)}
        for scan in document.scans:
            if not pages or scan.page in pages:
                yield scan

    def _boxes(self, finding: Finding, document: Document) -> tuple[_Box, ...]:
        wanted = BOXES_OF.get(finding.rule_id)
        if wanted is None:
            return ()
        return tuple(
            _Box(page=one.page, box=one.box, words=one.words)
            for one in places(document, self._names)
            if (one.kind, one.role) == wanted
        )

    def _on_page(self, finding: Finding, document: Document, scan: ScannedPage, uri: str) -> Iterator[Spot]:
        page = scan.index + 1
        number = document.form.number
        marked = False
        for one in self._boxes(finding, document):
            box = self._found.box(number, scan.page, one.box) if one.page == scan.page else None
            if box is not None and not scan.rotation:
                marked = True
                area = _within(scan.region, box)
                yield Spot(
                    uri=uri, sha256=scan.sha256, page=page, area=area, unit="permille", label=one.words
                )
        if finding.rule_id == ALTERATIONS:
            for change in scan.alterations:
                marked = True
                yield Spot(
                    uri=uri, sha256=scan.sha256, page=page, area=change.region, unit="pt", label="改动"
                )
        if not marked:
            yield Spot(
                uri=uri,
                sha256=scan.sha256,
                page=page,
                area=scan.region,
                unit="permille" if scan.region else "",
                label=f"{number} 第{scan.page}页",
            )

    def _row(self, finding: Finding) -> Iterator[Spot]:
        rows = self._found.rows or {}
        row = rows.get(finding.subject.document) or rows.get(finding.subject.case)
        if row is not None and self._found.list_file:
            yield Spot(uri=self._found.list_file, page=row, label=f"移交清单第{row}行")


def _within(region: Area | None, box: Area) -> Area:
    """A box of a page in thousandths of the whole picture, of which the page may be a part."""
    if region is None:
        return box
    x, y, w, h = region
    return x + box[0] * w // 1000, y + box[1] * h // 1000, box[2] * w // 1000, box[3] * h // 1000


def box_in_permille(pages: Iterable[IssuedPage], page: int, box: str) -> Area | None:
    """A box of an issued form in thousandths of its page; None where it has no such box."""
    for each in pages:
        for one in each.boxes:
            if each.page == page and one.box == box:
                across, down = 1000 / each.width, 1000 / each.height
                return round(one.x * across), round(one.y * down), round(one.w * across), round(one.h * down)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    page: int
    box: str
    words: str
