"""From what was read on the pages to one outcome. Pure: a reading and the ledger in, an event out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from evidence.domain.arrival_outcome import ArrivalOutcome, Reason
from evidence.domain.document import Document, ScannedPage
from evidence.domain.identifiers import ArrivalId, Number, Sha256
from evidence.inbox import words
from evidence.inbox.reading import FileReading, PageReading
from evidence.ledger.arrival_events import ArrivalJudged, UnlinkedPage
from evidence.ledger.view import View

HARD_PROBLEMS = (
    Reason.FORGED_CODE,
    Reason.WRONG_CASE,
    Reason.CONFLICTING_CODES,
    Reason.VOID_FORM,
    Reason.UNKNOWN_CODE,
    Reason.ENGINE_TIMEOUT,
    Reason.MALFORMED,
    Reason.TOO_LARGE,
)
"""Page problems that send a file to quarantine when nothing in it is certain; gravest first."""
TELLING = frozenset(
    {Reason.MALFORMED, Reason.TOO_LARGE, Reason.TOO_COMPLEX, Reason.DAMAGED, Reason.ENGINE_TIMEOUT}
)
"""Page problems of which the reader's own words say more than the reason: what failed, which figure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """The pages of one file, each in exactly one of three heaps."""

    linked: tuple[ScannedPage, ...]
    blank: tuple[int, ...]
    unlinked: tuple[UnlinkedPage, ...]


def quarantined(arrival: ArrivalId, reason: str, detail: str = "") -> ArrivalJudged:
    """The outcome of a file that cannot be read at all.

    Args:
        arrival: which.
        reason: a reason code of the interface.
        detail: what exactly is so, before the standard sentence.
    """
    sentence = words.REASONS[reason]
    message = f"{detail}：{sentence}" if detail else sentence
    return ArrivalJudged(arrival=arrival, outcome=ArrivalOutcome.QUARANTINED, reason=reason, message=message)


def judge_pages(arrival: ArrivalId, sha256: Sha256, reading: FileReading, view: View) -> ArrivalJudged:
    """The outcome of a scan: PDF or pictures.

    Every page that is not blank linked gives `linked`. Otherwise what is certain is linked all the same
    and the file waits for the clerk; only a file in which nothing is certain and something is wrong is
    quarantined.
    """
    heaps = sort_pages(arrival, sha256, reading.pages, view)
    if reading.problem and not heaps.linked:
        return quarantined(arrival, reading.problem, reading.message.rstrip("。"))
    if heaps.linked and not heaps.unlinked and not reading.problem:
        outcome, reason = ArrivalOutcome.LINKED, ""
    else:
        problems = {page.reason for page in heaps.unlinked}
        gravest = next((problem for problem in HARD_PROBLEMS if problem in problems), "")
        outcome, reason = (
            (ArrivalOutcome.QUARANTINED, gravest)
            if gravest and not heaps.linked
            else (ArrivalOutcome.UNIDENTIFIED, "")
        )
    rescan = rescanned(arrival, heaps.linked, view)
    return ArrivalJudged(
        arrival=arrival,
        outcome=outcome,
        reason=reason,
        message=_message(heaps, reason, view, rescan)
        + _lost_numbers(reading, view)
        + (words.REASONS[reading.problem] if reading.problem else "")
        + "".join(reading.remarks),
        pages=heaps.linked,
        blank_pages=heaps.blank,
        unlinked=heaps.unlinked,
        rescan_of=rescan,
    )


def sort_pages(arrival: ArrivalId, sha256: Sha256, pages: Sequence[PageReading], view: View) -> Sorted:
    """Each page to its heap; what recognition linked is checked once more against the ledger."""
    linked: list[ScannedPage] = []
    blank: list[int] = []
    unlinked: list[UnlinkedPage] = []
    for page in pages:
        problem = page.problem
        if page.scan is not None and not problem:
            problem = _objection(page.scan, view)
            if not problem:
                linked.append(replace(page.scan, arrival=arrival, sha256=sha256, index=page.index))
                continue
        if page.blank and not problem:
            blank.append(page.index)
            continue
        unlinked.append(
            UnlinkedPage(
                index=page.index,
                reason=problem or Reason.NO_CODE,
                suggestions=page.suggestions,
                picture=page.picture,
                message=page.message if problem in TELLING else "",
            )
        )
    return Sorted(linked=tuple(linked), blank=tuple(blank), unlinked=tuple(unlinked))


def _objection(scan: ScannedPage, view: View) -> str:
    """The ledger may have moved on since recognition looked: a form voided, a number unknown."""
    document = view.document(scan.number)
    if document is None:
        return Reason.UNKNOWN_CODE
    if document.form.voided_why:
        return Reason.VOID_FORM
    return "" if 1 <= scan.page <= document.form.pages else Reason.UNKNOWN_CODE


def rescanned(arrival: ArrivalId, pages: Iterable[ScannedPage], view: View) -> ArrivalId | None:
    """The arrival that already brought one of these pages; the better copy is the one in force."""
    for page in pages:
        document = view.document(page.number)
        for known in (*document.scans, *document.other_copies) if document is not None else ():
            if known.page == page.page and known.arrival != arrival:
                return ArrivalId(known.arrival)
    return None


def _message(heaps: Sorted, reason: str, view: View, rescan: ArrivalId | None) -> str:
    sentences: list[str] = []
    numbers = list(dict.fromkeys(page.number for page in heaps.linked))
    for number in numbers:
        pages = [page for page in heaps.linked if page.number == number]
        named = f"{number} " if len(numbers) > 1 else ""
        sentences += document_sentences(number, pages, view.document(number), named)
    if rescan is not None:
        sentences.append(f"其中有 {rescan} 已收过的页（再次扫描），各份都保存。")
        for number in numbers:
            pages = [page for page in heaps.linked if page.number == number]
            named = f"{number} " if len(numbers) > 1 else ""
            sentences += words.changes(pages, view.document(number), named)
    details = dict.fromkeys(
        f"第{page.index + 1}页：{page.message}" for page in heaps.unlinked if page.message
    )
    if reason:
        sentences += [*details][:5]
        sentences.append(words.REASONS[reason])
    elif not heaps.linked and not heaps.unlinked:
        sentences.append("全部是空白页，请检查纸张是否放反后重新扫描，或退回。")
    elif not heaps.linked:
        sentences += [*details][:5]
        sentences.append(_nothing_certain(heaps.unlinked))
    else:
        for problem in dict.fromkeys(page.reason for page in heaps.unlinked):
            places = [page.index + 1 for page in heaps.unlinked if page.reason == problem]
            why = words.PAGE_REASONS.get(problem, problem)
            sentences.append(f"文件中{words.page_list(places)}未能归入（{why}），请人工确认。")
        sentences += [*details][:5]
    return "".join(sentences)


def _lost_numbers(reading: FileReading, view: View) -> str:
    """Numbers that were probably issued after the backup which became the ledger again."""
    named = {page.scan.number if page.scan is not None else page.number for page in reading.pages}
    unknown = sorted(number for number in named if number and view.document(number) is None)
    return "".join(words.LOST.format(number=number) for number in unknown if view.may_be_lost(number))


def _nothing_certain(pages: Sequence[UnlinkedPage]) -> str:
    likely = max(
        (suggestion for page in pages for suggestion in page.suggestions),
        key=lambda suggestion: suggestion.score,
        default=None,
    )
    if likely is None:
        return "没有读到本项目文书的二维码和编号，不能自动归入。属于本项目的，请指定文书或案件；否则请退回。"
    return f"没有读到二维码，看内容可能是 {likely.number} 第{likely.page}页，请看图确认。"


def document_sentences(
    number: Number, pages: Sequence[ScannedPage], document: Document | None, named: str = ""
) -> list[str]:
    """What was linked to one document, and what it still lacks once these pages are in.

    Args:
        number: the document.
        pages: its pages in this file.
        document: as the ledger knows it before them.
        named: put before each remark about a page when the file holds several documents.
    """
    sentences = [f"已归入 {number} {words.page_list(page.page for page in pages)}。"]
    if document is not None:
        missing = set(document.missing_pages) - {page.page for page in pages}
        if missing:
            sentences.append(f"{number} 共{document.form.pages}页，缺{words.page_list(missing)}，请补扫。")
    remarks = words.mark_sentences(words.held_against(words.together(pages), document))
    notes = (words.on_page(page.page, note) for page in pages for note in page.notes)
    remarks += [note if note.endswith("。") else f"{note}。" for note in dict.fromkeys(notes)]
    remarks += [
        f"第{page.page}页印刷内容或空白处与签发时不同，请看图核对。" for page in pages if page.alterations
    ]
    return sentences + [named + remark for remark in remarks]
