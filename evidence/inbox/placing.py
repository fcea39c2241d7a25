"""One page image of a file becomes one page of a form, by a person's word."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from evidence.domain.arrival_outcome import ArrivalOutcome
from evidence.domain.document import Box, Mark, MarkVerdict, PageIdentity, Placing, ScannedPage
from evidence.domain.identifiers import CaseId, Number, Sha256
from evidence.errors import UsageError
from evidence.inbox import words
from evidence.language import _
from evidence.ledger.arrival_events import ArrivalJudged, UnlinkedPage
from evidence.ledger.lookup import known_document
from evidence.ledger.view import Arrival, View


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One page image of a file is one page of a form."""

    index: int
    """0-based page or frame in the file."""
    number: Number
    page: int
    """1-based page of the form."""


def place_pages(
    view: View,
    arrival: Arrival,
    judged: ArrivalJudged,
    placements: Sequence[Placement],
    read: Mapping[int, ScannedPage],
    *,
    boxes: Callable[[Number, int], tuple[Box, ...]],
    word: Placing,
) -> ArrivalJudged:
    """The arrival's new outcome.

    Args:
        view: the ledger.
        arrival: whose pages they are.
        judged: its outcome so far.
        placements: what the person says.
        read: what could be read on that word, by page of the file.
        boxes: of a form's page; raises UsageError when there is no such page.
        word: the person and the reason.

    Raises:
        UsageError: a page that the file or the form does not have, an unknown or void form.
    """
    placed = {placement.index for placement in placements}
    # A picture of several sheets keeps them all unless a person says that it is one page.
    others = tuple(page for page in judged.pages if page.region is not None and page.index not in placed)
    pages = {page.index: page for page in judged.pages if page not in others}
    waiting = {page.index: page for page in judged.unlinked}
    for placement in placements:
        known = pages.get(placement.index)
        unread = not (pages or waiting or judged.blank_pages) and arrival.sha256 is not None
        there = placement.index in waiting or placement.index in judged.blank_pages
        # of a file that was never read page by page, a person's word is all there is
        if known is None and not there and not unread:
            raise _no_such_page(arrival, placement)
        picture = known.picture if known else None
        if placement.index in waiting:
            picture = waiting.pop(placement.index).picture
        valid_form(view, placement.number)
        if known is not None and known.identity == PageIdentity.CODE and _same_page(known, placement):
            # by its code alone; what was read of it stands, the person vouches for the rest
            pages[placement.index] = replace(known, identity=PageIdentity.PERSON, placed=word)
        elif known is None or _newly_said(known, placement):
            own = boxes(placement.number, placement.page)
            seen = _scan(arrival, placement, picture, read.get(placement.index), own)
            pages[placement.index] = replace(seen, placed=word)
    linked = tuple(sorted((*others, *pages.values()), key=lambda page: page.index))
    left = tuple(waiting[index] for index in sorted(waiting))
    return replace(
        judged,
        outcome=ArrivalOutcome.UNIDENTIFIED if left else ArrivalOutcome.LINKED,
        reason="",
        message=_message(placements, linked, left, word.by),
        pages=linked,
        unlinked=left,
        blank_pages=tuple(index for index in judged.blank_pages if index not in pages),
    )


def _no_such_page(arrival: Arrival, placement: Placement) -> UsageError:
    return UsageError(
        _("{arrival} 没有第 {page} 页待归入。").format(arrival=arrival.id, page=placement.index + 1),
        remedy=_("页数见 evidence inbox show；整件已归入别处的，先用 evidence inbox undo 撤销。"),
    )


def _newly_said(known: ScannedPage, placement: Placement) -> bool:
    """Whether it is another page than so far, or one of which only a person's word says so."""
    return known.identity == PageIdentity.PERSON or not _same_page(known, placement)


def _same_page(known: ScannedPage, placement: Placement) -> bool:
    return (known.number, known.page) == (placement.number, placement.page)


def valid_form(view: View, number: Number) -> CaseId | None:
    """The form's case.

    Raises:
        UsageError: never issued, or void.
    """
    document = known_document(view, number)
    if document.form.voided_why:
        raise UsageError(
            _("编号 {number} 已作废：{why}").format(number=number, why=document.form.voided_why),
            remedy=_("请归入重新签发的编号。"),
        )
    return document.form.case


def _scan(
    arrival: Arrival,
    placement: Placement,
    picture: Sha256 | None,
    read: ScannedPage | None,
    boxes: Sequence[Box],
) -> ScannedPage:
    assert arrival.sha256 is not None  # noqa: S101 - it has pages
    if read is not None and _same_page(read, placement):
        return replace(
            read,
            arrival=arrival.id,
            sha256=arrival.sha256,
            identity=read.identity if read.identity == PageIdentity.PROVEN else PageIdentity.PERSON,
            picture=read.picture or picture,
        )
    return ScannedPage(
        number=placement.number,
        page=placement.page,
        arrival=arrival.id,
        sha256=arrival.sha256,
        index=placement.index,
        quality=0,
        marks=tuple(_unread(box, placement.page) for box in boxes),
        identity=PageIdentity.PERSON,
        picture=picture,
    )


def _unread(box: Box, page: int) -> Mark:
    return Mark(
        box=box.box,
        kind=box.kind,
        role=box.role,
        page=page,
        required=box.required,
        verdict=MarkVerdict.UNDECIDED,
        score=0,
    )


def _message(
    placements: Sequence[Placement], linked: Sequence[ScannedPage], left: Sequence[UnlinkedPage], by: str
) -> str:
    sentences = []
    for number in dict.fromkeys(placement.number for placement in placements):
        pages = words.page_list(each.page for each in placements if each.number == number)
        sentences.append(f"经 {by} 确认归入 {number} {pages}。")
    sentences += words.mark_sentences([mark for page in linked for mark in page.marks])
    if left:
        sentences.append(f"文件中{words.page_list(page.index + 1 for page in left)}仍待归入。")
    return "".join(sentences)
