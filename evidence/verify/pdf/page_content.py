"""What the pages of a PDF show in one revision against another: a changed page is a fact, not a guess.

pyHanko says whether an update is one of the kinds it knows. This answers the other question, whether
anything printed on a page is different, so that nothing is called changed that is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import HistoricalResolver

MOST_PAGES = 20_000
MOST_OBJECTS = 2_000_000
"""Objects compared in one file; more leave the question open."""
_DEEP = 150

_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_SHOWN = {
    "/Contents": "内容",
    "/Resources": "字体、图片等资源",
    "/MediaBox": "页面大小",
    "/CropBox": "页面大小",
    "/Rotate": "页面方向",
    "/UserUnit": "页面大小",
}
"""Entries of a page that decide what is printed -> how a report calls them (ISO 32000-2, 7.7.3.3)."""
_BESIDE = frozenset(
    {"/Parent", "/P", "/StructParent", "/StructParents", "/Metadata", "/LastModified", "/PieceInfo", "/M"}
)
"""Entries that point back or beside and show nothing."""


class UndecidedError(Exception):
    """The pages cannot be compared: too many, too deep, or not a page tree."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageChanges:
    """What became different between two revisions."""

    content: str = ""
    """Chinese: the first page whose print differs, or that pages came or went; empty when none did."""
    annotations: str = ""
    """Chinese: what happened to the annotations that are no form fields; empty when nothing did."""


def compare_pages(old: HistoricalResolver, new: HistoricalResolver) -> PageChanges:
    """Compare what every page shows.

    Raises:
        UndecidedError: see there.
        Exception: whatever pyHanko raises on objects that it cannot read.
    """
    before, after = _pages(old), _pages(new)
    if len(before) != len(after):
        return PageChanges(content=f"签名时有 {len(before)} 页，现在有 {len(after)} 页")
    comparison = _Comparison()
    annotations = ""
    for number, (was, now) in enumerate(zip(before, after, strict=True), 1):
        for key, word in _SHOWN.items():
            if not comparison.same(was.get(key), now.get(key)):
                return PageChanges(content=f"第 {number} 页的{word}与签名时不同")
        annotations = annotations or _compare_annotations(comparison, number, was, now)
    return PageChanges(annotations=annotations)


def _pages(resolver: HistoricalResolver) -> list[dict[str, Any]]:
    """Every page in order, inheritable entries filled in, values unresolved."""
    root = resolver.root
    found: list[dict[str, Any]] = []
    seen: set[int] = set()
    pending: list[tuple[Any, dict[str, Any], int]] = [(root.raw_get("/Pages"), {}, 0)]
    while pending:
        raw, inherited, depth = pending.pop()
        node = _resolved(raw)
        if not isinstance(node, generic.DictionaryObject) or depth > _DEEP:
            raise UndecidedError("page tree")
        if isinstance(raw, generic.IndirectObject) and "/Kids" in node:
            if raw.idnum in seen:
                raise UndecidedError("page tree")
            seen.add(raw.idnum)
        here = inherited | {key: node.raw_get(key) for key in _INHERITED if key in node}
        if "/Kids" in node:
            kids = node["/Kids"]
            pending.extend((kids.raw_get(place), here, depth + 1) for place in reversed(range(len(kids))))
            continue
        found.append(here | {key: node.raw_get(key) for key in node})
        if len(found) > MOST_PAGES:
            raise UndecidedError("pages")
    return found


def _compare_annotations(
    comparison: _Comparison, number: int, was: dict[str, Any], now: dict[str, Any]
) -> str:
    before, after = _annotations(was), _annotations(now)
    gone = [each for each in before if not any(comparison.same(each, other) for other in after)]
    if gone:
        return f"第 {number} 页的批注被改动或删去"
    if len(after) > len(before):
        return f"第 {number} 页加了批注"
    return ""


def _annotations(page: dict[str, Any]) -> list[Any]:
    """A page's annotations, form fields left out: those are the form rules' business."""
    entries = _resolved(page.get("/Annots"))
    if not isinstance(entries, generic.ArrayObject):
        return []
    raw = [entries.raw_get(place) for place in range(len(entries))]
    return [
        each
        for each in raw
        if isinstance(item := _resolved(each), generic.DictionaryObject) and item.get("/Subtype") != "/Widget"
    ]


def _resolved(item: Any) -> Any:
    if isinstance(item, generic.IndirectObject):
        return item.get_object()  # type: ignore[no-untyped-call]
    return item


@dataclass(slots=True)
class _Comparison:
    """Deep equality of objects of two revisions; a pair still under comparison counts as equal."""

    _known: dict[tuple[int, int, int, int], bool] = field(default_factory=dict)
    _count: int = 0

    def same(self, old: Any, new: Any, depth: int = 0) -> bool:
        self._count += 1
        if depth > _DEEP or self._count > MOST_OBJECTS:
            raise UndecidedError("objects")
        if isinstance(old, generic.IndirectObject) and isinstance(new, generic.IndirectObject):
            pair = (old.idnum, old.generation, new.idnum, new.generation)
            if pair not in self._known:
                self._known[pair] = True
                self._known[pair] = self._same_values(_resolved(old), _resolved(new), depth)
            return self._known[pair]
        return self._same_values(_resolved(old), _resolved(new), depth)

    def _same_values(self, old: Any, new: Any, depth: int) -> bool:
        if _is_nothing(old) or _is_nothing(new):
            return _is_nothing(old) and _is_nothing(new)
        if isinstance(old, generic.StreamObject) or isinstance(new, generic.StreamObject):
            return self._same_streams(old, new, depth)
        if isinstance(old, generic.DictionaryObject):
            return isinstance(new, generic.DictionaryObject) and self._same_entries(old, new, depth)
        if isinstance(old, generic.ArrayObject):
            return (
                isinstance(new, generic.ArrayObject)
                and len(old) == len(new)
                and all(
                    self.same(old.raw_get(place), new.raw_get(place), depth + 1) for place in range(len(old))
                )
            )
        return bool(_plain(old) == _plain(new))

    def _same_streams(self, old: Any, new: Any, depth: int) -> bool:
        if not isinstance(old, generic.StreamObject) or not isinstance(new, generic.StreamObject):
            return False
        if old.encoded_data == new.encoded_data:
            return self._same_entries(old, new, depth, ("/Length",))
        # packed anew perhaps, with the same content
        return bool(old.data == new.data) and self._same_entries(
            old, new, depth, ("/Length", "/Filter", "/DecodeParms", "/DL")
        )

    def _same_entries(self, old: Any, new: Any, depth: int, beside: tuple[str, ...] = ()) -> bool:
        keys = (set(old) | set(new)) - _BESIDE - set(beside)
        return all(
            self.same(
                old.raw_get(key) if key in old else None, new.raw_get(key) if key in new else None, depth + 1
            )
            for key in keys
        )


def _is_nothing(item: Any) -> bool:
    return item is None or isinstance(item, generic.NullObject)


def _plain(item: Any) -> Any:
    """A value that compares by what it says: strings by their bytes."""
    if isinstance(item, generic.TextStringObject | generic.ByteStringObject):
        return item.original_bytes
    return float(item) if isinstance(item, int | float) and not isinstance(item, bool) else item
