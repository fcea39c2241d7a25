"""A case's dossier: cover and index, records beside their scans, registers, one running number.

Everything is assembled from pages that exist already, their streams copied as they are; only cover, index
and registers are composed here. The same input gives the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem, Page, Pdf

from evidence.bundles.pdf_parts import save
from evidence.bundles.sources import BOUNDS, PageUnreadableError, SourcePage, Sources, print_size
from evidence.bundles.stamping import Corner, as_form, stamp
from evidence.bundles.typesetting import Mark, compose
from evidence.errors import UnreadableError
from evidence.isolation.calls import run_bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierPart:
    """One record of the dossier: our document first, its scan beside it, other counterparts last."""

    title: str
    number: str
    date: str
    state: str
    """`present`, `missing`, `undecided`, `open`."""
    document: Path | None = None
    """The issued PDF; None for material that we did not issue."""
    document_pages: int = 0
    scans: tuple[SourcePage, ...] = ()
    attachments: tuple[SourcePage, ...] = ()
    """First pages of files whose every page goes in (the enterprise's own PDF or pictures)."""
    attachments_are: str = "企业电子文件"
    """What index and outline call them."""
    pages: tuple[SourcePage, ...] = ()
    """Single pages, of a file that shows other cases' pages too; called like `attachments`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierContent:
    """What goes into one dossier; texts are ready to print."""

    case: str
    sheet: dict[str, Any]
    """Data of `typst/dossier.typ` except `index`, `foreign`, `case` and `evaluation`."""
    parts: tuple[DossierPart, ...]
    photos: dict[str, Path] = field(default_factory=dict)
    """Photographs that the sheet names; they go in at the size they are printed."""
    evaluation: bool = False
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Chapter:
    """One run of foreign pages with its lines in index and outline."""

    part: DossierPart
    label: str
    pages: tuple[Page, ...]
    rotations: tuple[int, ...]
    offset: int


_REGISTERS = (
    ("findings", "合同核对结论"),
    ("marks", "签名盖章核对"),
    ("recordings", "现场音视频登记表"),
    ("photos", "隐患照片"),
    ("originals", "原件清单"),
)
_FRONT = frozenset({"findings", "marks"})


def files_of(content: DossierContent) -> Iterator[tuple[Path, str]]:
    """Each file from outside whose pages go in, with its kind."""
    pages = (page for part in content.parts for page in (*part.scans, *part.attachments, *part.pages))
    yield from dict.fromkeys((page.path, page.media_type) for page in pages)


def build_dossier(content: DossierContent) -> bytes:
    """`write_dossier` into memory."""
    buffer = io.BytesIO()
    write_dossier(content, buffer)
    return buffer.getvalue()


def write_dossier(
    content: DossierContent, target: IO[bytes], plain: Mapping[Path, Path] | None = None
) -> None:
    """Compose and assemble the PDF before its signature.

    Args:
        content: what goes in.
        target: the PDF.
        plain: stored file -> its pages as a plain PDF, of files that were read already.

    Raises:
        PageUnreadableError: a stored scan cannot be read.
        MissingPartError: a font is missing.
    """
    with Sources(plain) as sources:
        chapters = _chapters(content, sources)
        photos, sheet = _printed(content)
        foreign = sum(len(chapter.pages) for chapter in chapters)
        index = _index_rows(chapters, content)
        composed = compose(
            "dossier",
            sheet
            | {"index": index, "foreign": foreign, "case": content.case, "evaluation": content.evaluation},
            files=photos,
            at=content.at,
            marks=True,
        )
        places = {mark.key: mark for mark in composed.marks}
        with pikepdf.open(io.BytesIO(composed.pdf)) as sheets, pikepdf.new() as whole:
            _assemble(whole, content, chapters, sheets, places, index, foreign)
            title, agency = str(content.sheet["title"]), str(content.sheet["agency"])
            save(whole, target, title=title, author=agency, at=content.at)


def _chapters(content: DossierContent, sources: Sources) -> list[_Chapter]:
    chapters: list[_Chapter] = []
    offset = 0

    def add(part: DossierPart, label: str, pages: Sequence[Page], rotations: Sequence[int]) -> None:
        nonlocal offset
        if pages:
            chapters.append(
                _Chapter(
                    part=part, label=label, pages=tuple(pages), rotations=tuple(rotations), offset=offset
                )
            )
            offset += len(pages)

    for part in content.parts:
        if part.document is not None:
            pages = sources.own_pages(part.document)
            add(part, "电子文书", pages, [0] * len(pages))
        add(part, "签章扫描件", [sources.page(scan) for scan in part.scans], [s.rotation for s in part.scans])
        for attachment in part.attachments:
            try:
                pages = sources.pages(attachment.path, attachment.media_type)
            except PageUnreadableError:
                continue  # the register of originals names it; no page of ours depends on it
            add(part, part.attachments_are, pages, [attachment.rotation] * len(pages))
        single = [sources.page(page) for page in part.pages]
        add(part, part.attachments_are, single, [page.rotation for page in part.pages])
    return chapters


def _printed(content: DossierContent) -> tuple[dict[str, bytes], dict[str, Any]]:
    """Photographs at the size they are printed, and the sheet naming those that can be shown."""
    printed: dict[str, bytes] = {}
    for name, path in content.photos.items():
        picture = _print_size(path)
        if picture is not None:
            printed[f"{name}.jpg"] = picture
    photos = [
        row | {"file": f"{row['file']}.jpg" if f"{row['file']}.jpg" in printed else ""}
        for row in content.sheet.get("photos", ())
    ]
    return printed, content.sheet | {"photos": photos}


def _print_size(path: Path) -> bytes | None:
    try:
        return run_bounded(print_size, path, BOUNDS)
    except UnreadableError:
        return None


def _index_rows(chapters: Sequence[_Chapter], content: DossierContent) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        {
            "title": f"{chapter.part.title}（{chapter.label}）",
            "number": chapter.part.number,
            "date": chapter.part.date,
            "state": chapter.part.state if chapter.label == "签章扫描件" else "",
            "where": "foreign",
            "offset": chapter.offset,
            "anchor": "",
        }
        for chapter in chapters
    ]
    rows += [
        {
            "title": f"{part.title}（未收到签章扫描件）",
            "number": part.number,
            "date": part.date,
            "state": part.state,
            "where": "foreign",
            "offset": next((c.offset for c in chapters if c.part is part), 0),
            "anchor": "",
        }
        for part in content.parts
        if not part.scans and part.state != "present"
    ]
    rows += [
        {
            "title": f"{part.title}（不能装入页面，见原件）",
            "number": part.number,
            "date": part.date,
            "state": "",
            "where": "back",
            "offset": 0,
            "anchor": "originals",
        }
        for part in content.parts
        if part.state == "present" and all(chapter.part is not part for chapter in chapters)
    ]
    for anchor, title in _REGISTERS:
        if anchor == "photos" and not content.sheet.get("photos"):
            continue
        where = "front" if anchor in _FRONT else "back"
        rows.append(
            {
                "title": title,
                "number": "",
                "date": "",
                "state": "",
                "where": where,
                "offset": 0,
                "anchor": anchor,
            }
        )
    return rows


def _assemble(
    whole: Pdf,
    content: DossierContent,
    chapters: Sequence[_Chapter],
    sheets: Pdf,
    places: dict[str, Mark],
    index: Sequence[dict[str, Any]],
    foreign: int,
) -> None:
    composed = list(sheets.pages)
    labels = foreign + 1 if content.evaluation else foreign
    # own sheets carry a label each as well: pages = own + (own + foreign) + evaluation
    own = (len(composed) - labels) // 2
    front = places["front-end"].page
    total = own + foreign
    whole.pages.extend(composed[:front])
    for chapter in chapters:
        _bind(whole, chapter)
    whole.pages.extend(composed[front:own])

    pages = list(whole.pages)
    banner = as_form(whole, composed[-1]) if content.evaluation else None
    for page, label in zip(pages, composed[own : own + total], strict=True):
        stamp(whole, page, as_form(whole, label), Corner.LOWER_RIGHT)
        if banner is not None:
            stamp(whole, page, banner, Corner.UPPER_LEFT)

    def target(row: dict[str, Any]) -> int:
        if row["where"] == "foreign":
            return min(front + int(row["offset"]), total - 1)
        position = places[row["anchor"]].page - 1
        return position if row["where"] == "front" else position + foreign

    _outline(whole, chapters, index, front, target)
    for position, row in enumerate(index):
        place = places[f"index-{position}"]
        _link(whole, pages[place.page - 1], place, pages[target(row)])
    whole.Root.PageLabels = Dictionary(Nums=Array([0, Dictionary(S=Name.D, St=1)]))
    whole.Root.PageMode = Name.UseOutlines


def _bind(whole: Pdf, chapter: _Chapter) -> None:
    """Pages of a record without what would run, lead or point out of it."""
    for page, rotation in zip(chapter.pages, chapter.rotations, strict=True):
        turned = int(page.obj.get(Name.Rotate, 0)) + rotation
        whole.pages.append(page)
        added = whole.pages[-1].obj
        for key in ("/AA", "/Annots", "/StructParents", "/Metadata", "/PieceInfo"):
            if key in added:
                del added[key]
        # of the source, not of the copy: the same page may stand in a dossier twice
        added.Rotate = turned % 360


def _link(whole: Pdf, page: Page, place: Mark, target: Page) -> None:
    """Make a row of the index lead to its page."""
    height = float(page.mediabox[3]) - float(page.mediabox[1])
    link = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Link,
        Rect=Array([place.x, height - place.y - place.h - 3, place.x + place.w, height - place.y + 3]),
        Border=Array([0, 0, 0]),
        Dest=Array([target.obj, Name.Fit]),
    )
    held = page.obj.get(Name.Annots)
    page.obj.Annots = Array([*([] if held is None else held), whole.make_indirect(link)])


def _outline(
    whole: Pdf,
    chapters: Sequence[_Chapter],
    index: Sequence[dict[str, Any]],
    front: int,
    target: Callable[[dict[str, Any]], int],
) -> None:
    """Bookmarks: cover, index, registers before, one branch a record, registers after."""

    def item(title: str, page: int) -> OutlineItem:
        return OutlineItem(title, page, "Fit")

    root = [item("封面", 0), item("目录", 1)]
    registers = [row for row in index if row["anchor"] and not row["number"]]
    root += [item(row["title"], target(row)) for row in registers if row["where"] == "front"]
    branches: dict[str, OutlineItem] = {}
    for chapter in chapters:
        key = chapter.part.number or chapter.part.title
        page = front + chapter.offset
        if key not in branches:
            branches[key] = item(f"{chapter.part.title} {chapter.part.number}".strip(), page)
            root.append(branches[key])
        branches[key].children.append(item(chapter.label, page))
    root += [item(row["title"], target(row)) for row in registers if row["where"] == "back"]
    with whole.open_outline() as outline:
        outline.root.extend(root)
