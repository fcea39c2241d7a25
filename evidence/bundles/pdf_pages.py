"""Some pages of somebody else's PDF as a PDF of their own, with nothing of the other pages or of the whole.

What is copied of a page is listed, everything else stays behind: annotations, form fields, actions, scripts,
signatures, thumbnails, and whatever resources its own content never names. Streams are copied as they are.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from pathlib import Path

import pikepdf

from evidence.errors import EvidenceError
from evidence.language import _

_PAGE_KEYS = ("/MediaBox", "/CropBox", "/UserUnit", "/Group")
_STREAM_STRAYS = (
    "/Metadata",
    "/PieceInfo",
    "/Alternates",
    "/OPI",
    "/Ref",
    "/StructParent",
    "/StructParents",
    "/AF",
)
"""Of pictures and forms: what leads out of the page without being drawn on it."""
_MAX_DEPTH = 12
"""Forms within forms."""


class PageLeftBehindError(EvidenceError):
    """A page cannot be taken out of its file alone."""


def pages_with_annotations(path: Path) -> list[bool]:
    """Of each page, whether it shows more than its own content: form fields, signatures, stamps, notes.

    Raises:
        ValueError: it is no PDF.
    """
    try:
        with pikepdf.open(path) as pdf:
            dynamic = "/XFA" in pdf.Root.get("/AcroForm", {})
            return [dynamic or len(page.obj.get("/Annots", ())) > 0 for page in pdf.pages]
    except (pikepdf.PdfError, TypeError, KeyError, AttributeError) as error:
        raise ValueError(str(error)) from error


def extract_pages(source: Path | bytes, indexes: Sequence[int]) -> bytes:
    """A PDF of these pages, in this order; what stamps and fields show on them becomes part of the page.

    Args:
        source: the whole file.
        indexes: 0-based.

    Raises:
        PageLeftBehindError: no such page, or the file cannot be taken apart.
    """
    try:
        with pikepdf.open(io.BytesIO(source) if isinstance(source, bytes) else source) as whole:
            if any("/Annots" in page.obj for page in whole.pages):
                whole.generate_appearance_streams()
                whole.flatten_annotations("all")
            return _alone(whole, indexes)
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise PageLeftBehindError(
            _("无法从文件中单独取出这些页：{error}").format(error=error),
            where="" if isinstance(source, bytes) else str(source),
            remedy=_("请运行 evidence audit 检查原件；原件完好时请按企业分别重新扫描。"),
        ) from error


def _alone(whole: pikepdf.Pdf, indexes: Sequence[int]) -> bytes:
    made = pikepdf.new()
    for index in indexes:
        page = whole.pages[index]
        fresh = pikepdf.Dictionary(Type=pikepdf.Name.Page)
        for key in _PAGE_KEYS:
            value = _inherited(page.obj, key)
            if value is not None:
                fresh[key] = value
        turn = int(_inherited(page.obj, "/Rotate") or 0)
        if turn % 360:
            fresh["/Rotate"] = turn % 360
        if "/Contents" in page.obj:
            fresh["/Contents"] = page.obj["/Contents"]
        resources = _inherited(page.obj, "/Resources")
        if resources is not None:
            names = _names(pikepdf.parse_content_stream(page))
            fresh["/Resources"] = _used(resources, names, 0)
        made.pages.append(pikepdf.Page(whole.make_indirect(fresh)))
    buffer = io.BytesIO()
    made.save(
        buffer,
        deterministic_id=True,
        fix_metadata_version=False,
        compress_streams=False,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
    )
    return buffer.getvalue()


def _inherited(node: pikepdf.Object, key: str) -> pikepdf.Object | None:
    """A page's own entry, or that of the nearest node above it (ISO 32000-1 7.7.3.4)."""
    for _step in range(64):
        if key in node:
            return node[key]
        if "/Parent" not in node:
            return None
        node = node["/Parent"]
    return None


def _names(instructions: Iterable[object]) -> set[str]:
    """Every name that stands in a content stream: whatever a resource is called by is among them."""
    found: set[str] = set()
    for instruction in instructions:
        if isinstance(instruction, pikepdf.ContentStreamInlineImage):
            found |= {
                str(value) for value in instruction.iimage.obj.values() if isinstance(value, pikepdf.Name)
            }
            continue
        for operand in instruction.operands:  # type: ignore[attr-defined]
            if isinstance(operand, pikepdf.Name):
                found.add(str(operand))
    return found


def _used(resources: pikepdf.Object, names: set[str], depth: int) -> pikepdf.Object:
    """The resources that are named, themselves without what leads elsewhere."""
    if depth > _MAX_DEPTH:
        raise ValueError("forms nested too deeply")
    kept = pikepdf.Dictionary()
    # a form without resources of its own draws with the page's (ISO 32000-1 7.8.3)
    wanted = set(names)
    for name, stream in dict(resources.get("/XObject", {})).items():
        if name in names and stream.get("/Subtype") == "/Form" and "/Resources" not in stream:
            wanted |= _names(pikepdf.parse_content_stream(stream))
    for category, members in dict(resources).items():
        if category == "/ProcSet" or not isinstance(members, pikepdf.Dictionary):
            continue
        chosen = {name: member for name, member in dict(members).items() if name in wanted}
        for member in chosen.values():
            _clean_member(category, member, depth)
        if category == "/Properties":
            # layers of the whole file; without its catalogue they would mean nothing
            chosen = {name: pikepdf.Dictionary() for name in chosen}
        if chosen:
            kept[category] = pikepdf.Dictionary(chosen)
    return kept


def _clean_member(category: str, member: pikepdf.Object, depth: int) -> None:
    """What draws something of its own: pictures, forms, patterns, and the form of a soft mask."""
    if category in ("/XObject", "/Pattern"):
        _clean(member, depth)
    elif category == "/ExtGState":
        mask = member.get("/SMask")
        if isinstance(mask, pikepdf.Dictionary) and "/G" in mask:
            _clean(mask["/G"], depth)


def _clean(member: pikepdf.Object, depth: int) -> None:
    """A picture, form or pattern without what leads out of the page."""
    for key in _STREAM_STRAYS:
        if key in member:
            del member[key]
    if isinstance(member, pikepdf.Stream) and "/Resources" in member:
        names = _names(pikepdf.parse_content_stream(member))
        member["/Resources"] = _used(member["/Resources"], names, depth + 1)
