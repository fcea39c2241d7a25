"""The pages of one file laid out on the documents they belong to: split, order, or both; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evidence.domain.document import ScannedPage
from evidence.domain.identifiers import Number, Sha256
from evidence.domain.terms import form_title
from evidence.errors import UsageError
from evidence.inbox.placing import Placement
from evidence.inbox.words import PAGE_REASONS
from evidence.ledger.arrival_events import ArrivalJudged
from evidence.ledger.view import View
from evidence.web.speech import say

LANES = 12
"""Documents laid out at most."""
_PREFIX = "slot-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One page image of the file."""

    index: int
    picture: Sha256 | None
    note: str
    slot: str
    """`NUMBER/page` it lies on; empty while it lies on none."""
    linked: bool
    """It belongs somewhere already; it can move, but not back to nowhere (that is what undo does)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One page of a document."""

    value: str
    page: int
    tile: Tile | None
    elsewhere: bool
    """Another file holds this page already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One document with its pages."""

    number: Number
    title: str
    enterprise: str
    slots: tuple[Slot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Everything on the table."""

    lanes: tuple[Lane, ...]
    tray: tuple[Tile, ...]
    """Pages that lie nowhere yet, blank ones included."""

    @property
    def tiles(self) -> int:
        """Pages of the file."""
        return len(self.tray) + sum(slot.tile is not None for lane in self.lanes for slot in lane.slots)


def lay_out(view: View, judged: ArrivalJudged, arrival: str, asked: Iterable[Number] = ()) -> Layout:
    """Lanes for the documents the file touches, is thought to touch, or a person asked for.

    Args:
        view: the ledger's view.
        judged: the arrival as it stands.
        arrival: its id.
        asked: further documents.
    """
    tiles = {f"{each.number}/{each.page}": _linked(each) for each in judged.pages}
    tray = [
        Tile(
            index=each.index, picture=each.picture, slot="", linked=False,
            note=PAGE_REASONS.get(each.reason, each.reason),
        )
        for each in judged.unlinked
    ]  # fmt: skip
    tray += [
        Tile(index=index, picture=None, note="空白页", slot="", linked=False) for index in judged.blank_pages
    ]
    wanted = [each.number for each in judged.pages]
    wanted += asked
    wanted += [each.number for page in judged.unlinked for each in page.suggestions[:2]]
    lanes = [_lane(view, number, tiles, arrival) for number in dict.fromkeys(wanted)]
    return Layout(
        lanes=tuple(lane for lane in lanes if lane is not None)[:LANES],
        tray=tuple(sorted(tray, key=lambda tile: tile.index)),
    )


def _linked(scan: ScannedPage) -> Tile:
    return Tile(
        index=scan.index, picture=scan.picture, note="", slot=f"{scan.number}/{scan.page}", linked=True
    )


def _lane(view: View, number: Number, tiles: Mapping[str, Tile], arrival: str) -> Lane | None:
    document = view.document(number)
    if document is None or document.form.voided_why:
        return None
    case = view.case(document.form.case) if document.form.case else None
    enterprise = view.enterprise(case.enterprise) if case else None
    held = {scan.page for scan in document.scans if scan.arrival != arrival}
    slots = tuple(
        Slot(value=value, page=page, tile=tiles.get(value), elsewhere=page in held)
        for page in range(1, document.form.pages + 1)
        for value in (f"{number}/{page}",)
    )
    return Lane(
        number=number,
        title=form_title(document.form.form),
        enterprise=enterprise.short_name or enterprise.name if enterprise else "",
        slots=slots,
    )


def placements_of(sent: Mapping[str, str], judged: ArrivalJudged) -> list[Placement]:
    """What a person laid where: `slot-<index>` = `NUMBER/page`; only what moved.

    Raises:
        UsageError: two pages on one place, or nothing moved.
    """
    now = {each.index: f"{each.number}/{each.page}" for each in judged.pages}
    asked = {
        int(name.removeprefix(_PREFIX)): value
        for name, value in sent.items()
        if name.startswith(_PREFIX) and name.removeprefix(_PREFIX).isdecimal() and value
    }
    _refuse_doubles({**now, **asked}.values())
    moved = []
    for index, value in sorted(asked.items()):
        number, slash, page = value.partition("/")
        if now.get(index) != value and slash and page.isdecimal():
            moved.append(Placement(index=index, number=Number(number), page=int(page)))
    if not moved:
        raise UsageError(say("没有移动任何一页。"), remedy=say("请把页拖到它所属文书的位置上。"))
    return moved


def _refuse_doubles(values: Iterable[str]) -> None:
    places: Sequence[str] = list(values)
    if len(set(places)) != len(places):
        raise UsageError(say("两页不能放在同一个位置。"), remedy=say("请看图后把其中一页移开。"))
