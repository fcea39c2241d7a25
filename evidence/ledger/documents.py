"""How a document is put together from its form, the scans that came back and what people said of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from evidence.domain.document import Document, IssuedForm, Mark, MarkVerdict, ScannedPage, Transcription
from evidence.domain.identifiers import Sha256
from evidence.ledger.arrival_events import AlterationDecided, MarkDecided

DISAGREEING = "各次扫描判断不一"
"""Why a mark is undecided that one copy of a page shows and another does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """One page image that some arrival brought."""

    page: ScannedPage
    received_at: datetime
    seq: int
    """Journal position of the arrival, so that a person's word binds only copies already there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """What a person said about a mark or an alteration, and when in the journal."""

    seq: int
    said: MarkDecided | AlterationDecided


def assemble(
    form: IssuedForm,
    copies: Iterable[Copy],
    edocuments: Iterable[Sha256],
    words: Sequence[Word],
    transcriptions: tuple[Transcription, ...] = (),
) -> Document:
    """The document as it stands.

    Paper only gains marks, so of two copies of a page the one with more marks is in force (the
    sheet that was signed after its first scan), then the one of better quality, then the later. Where
    copies disagree whether a mark is there, a person is asked; see `agreed`.
    """
    by_page: dict[int, list[Copy]] = {}
    for copy in copies:
        by_page.setdefault(copy.page.page, []).append(
            replace(copy, page=_decided(copy, [word.said for word in words if word.seq > copy.seq]))
        )
    scans: list[ScannedPage] = []
    others: list[ScannedPage] = []
    for number in sorted(by_page):
        best, *rest = sorted(by_page[number], key=_rank, reverse=True)
        scans.append(agreed(best, by_page[number]))
        others.extend(copy.page for copy in rest)
    complete = all(page in by_page for page in range(1, form.pages + 1))
    first_seen = [min(copy.received_at for copy in held) for held in by_page.values()]
    return Document(
        form=form,
        scans=tuple(scans),
        other_copies=tuple(others),
        edocuments=tuple(dict.fromkeys((*edocuments, *(made.sha256 for made in transcriptions)))),
        transcriptions=transcriptions,
        received_at=max(first_seen) if complete and first_seen else None,
    )


def agreed(best: Copy, copies: Sequence[Copy]) -> ScannedPage:
    """The copy in force, its marks as all copies of the page together allow.

    A later present over an earlier absent stands when the later scan shows strokes that the earlier lacks;
    any other disagreement of present and absent is undecided. A person's word about the copy stands.
    """
    return replace(best.page, marks=tuple(_agreed(mark, copies) for mark in best.page.marks))


def _agreed(mark: Mark, copies: Sequence[Copy]) -> Mark:
    if mark.decided_by or len(copies) < 2:
        return mark
    seen = [(copy, each) for copy in copies for each in copy.page.marks if each.box == mark.box]
    present = [(copy, each) for copy, each in seen if each.verdict is MarkVerdict.PRESENT]
    absent = [(copy, each) for copy, each in seen if each.verdict is MarkVerdict.ABSENT]
    if not present or not absent:
        return mark
    if all(copy.page.compared_with is None for copy, _each in (*present, *absent)):
        return mark  # read before scans were compared: the copy with more marks is in force, as it was
    for copy, made in present:
        if all(_supplied(copy, made, other) for other, _none in absent):
            return made if mark.verdict is MarkVerdict.ABSENT else mark
    if mark.verdict is MarkVerdict.UNDECIDED:
        return mark
    return replace(mark, verdict=MarkVerdict.UNDECIDED, score=min(mark.score, 600), why=DISAGREEING)


def _supplied(present: Copy, made: Mark, absent: Copy) -> bool:
    """Whether a mark was added after a scan that lacks it, as far as scans were compared at all."""
    later, earlier = (present, absent) if _order(present) > _order(absent) else (absent, present)
    if later.page.compared_with is None:
        return True
    return later is present and earlier.page.picture in made.new_since


def _order(copy: Copy) -> tuple[int, int]:
    return copy.seq, copy.page.index


def _rank(copy: Copy) -> tuple[int, int, int, int, int]:
    verdicts = [mark.verdict for mark in copy.page.marks]
    return (
        verdicts.count(MarkVerdict.PRESENT),
        verdicts.count(MarkVerdict.UNDECIDED),
        copy.page.quality,
        copy.seq,
        -copy.page.index,
    )


def _decided(copy: Copy, words: Iterable[MarkDecided | AlterationDecided]) -> ScannedPage:
    """The page with people's decisions in place of the program's."""
    page = copy.page
    for word in words:
        if word.page != page.page or word.stated:
            continue
        if isinstance(word, MarkDecided):
            page = replace(page, marks=tuple(_overridden(mark, word) for mark in page.marks))
        elif word.accepted:
            page = replace(
                page,
                alterations=(),
                accepted=copy.page.alterations,
                accepted_by=word.by,
                accepted_why=word.why,
            )
        else:
            page = replace(
                page, alterations=copy.page.alterations, accepted=(), accepted_by="", accepted_why=""
            )
    return page


def _overridden(mark: Mark, word: MarkDecided) -> Mark:
    if mark.box != word.box:
        return mark
    return replace(mark, verdict=word.verdict, decided_by=word.by, why=word.why)
