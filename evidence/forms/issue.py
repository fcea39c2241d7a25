"""Issue forms: fill, render, number, stamp, store, journal. Nothing is ever issued half.

The number is printed on the page, so it must be known before rendering; rendering takes seconds, so
the ledger cannot be locked meanwhile. Issuing is therefore serialised by a lock of its own: numbers
are read from the view, documents made, files stored, and the journal entry, one transaction for the
whole batch, confirms that the numbers are still the next ones. Before that entry a number does not
exist, and files left by a crash are overwritten by the next issue of the same number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import msgspec

from evidence.archive.issued import IssuedStore
from evidence.archive.originals import Originals
from evidence.domain.document import IssuedForm
from evidence.domain.identifiers import CaseId, Number, Sha256, make_case_id, make_number
from evidence.domain.page_code import draw_check
from evidence.domain.week import Week, local_date
from evidence.errors import EvidenceError, IncompleteError, UsageError
from evidence.forms.catalogue import Catalogue
from evidence.forms.content.marks import Marks
from evidence.forms.content.registry import form_values
from evidence.forms.fill import Photo, fill
from evidence.forms.finish import Finished, finish
from evidence.forms.fonts import require_printable
from evidence.forms.kai_punctuation import for_rendering
from evidence.forms.kept_values import with_given
from evidence.forms.office import render
from evidence.forms.source import IssueRequest, IssueSettings, Source, find_source
from evidence.language import _
from evidence.ledger.events import Event, FormIssued
from evidence.ledger.ledger import Ledger
from evidence.ledger.lock import LedgerBusyError
from evidence.ledger.view import View

LOCK_SECONDS = 600
"""How long one issue waits for another."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One form with its values and number, before rendering."""

    source: Source
    number: Number
    marks: Marks
    docx: bytes
    data: bytes


def issue_forms(
    requests: Sequence[IssueRequest],
    *,
    catalogue: Catalogue,
    ledger: Ledger,
    originals: Originals,
    issued: IssuedStore,
    settings: IssueSettings,
    now: datetime,
    actor: str = "forms",
    also: Callable[[View, Sequence[IssuedForm]], Sequence[Event]] | None = None,
    draw: Callable[[], str] = draw_check,
) -> list[IssuedForm]:
    """Issue a batch; either every form of it is issued or none.

    Args:
        now: printed nowhere, but journalled and written into the PDF as its date.
        also: further events for the same transaction, e.g. the voiding of a predecessor.
        draw: source of page checks; tests and benches replace it.

    Raises:
        UsageError: unknown form, case, visit or person.
        InputError: a template or value that cannot be filled in.
        MissingPartError: LibreOffice is not there.
        IncompleteError: a document could not be rendered, or a required box was not found on its
            page; `where` names the form. Nothing is issued.
    """
    with _issuing(ledger):
        drafts = _drafts(requests, catalogue, ledger.view, originals, settings, now)
        rendered = render({draft.number: for_rendering(draft.docx) for draft in drafts}, settings.forms)
        forms = []
        for draft in drafts:
            result = rendered[draft.number]
            if result.pdf is None:
                raise IncompleteError(
                    result.problem,
                    where=draft.source.form.short,
                    remedy=_("整批均未签发。请运行 evidence doctor 检查 LibreOffice，或先除去这一份。"),
                )
            forms.append(_store(draft, result.pdf, issued, now, draw))

        def decide(view: View) -> Sequence[Event]:
            taken = _next_numbers([draft.source for draft in drafts], view)
            if taken != [draft.number for draft in drafts]:
                raise IncompleteError(_("编号在签发过程中被占用，整批未签发。"), remedy=_("请再运行一次。"))
            return [*(FormIssued(form=form) for form in forms), *(also(view, forms) if also else ())]

        ledger.transact(actor, decide)
    return forms


def _drafts(
    requests: Sequence[IssueRequest],
    catalogue: Catalogue,
    view: View,
    originals: Originals,
    settings: IssueSettings,
    now: datetime,
) -> list[Draft]:
    sources = []
    for request in requests:
        form = catalogue.form(request.form)
        if form.weekly and not request.week:
            week = str(Week.of(local_date(now)))
            request = replace(request, week=week)
        sources.append(
            find_source(
                request,
                form=form,
                folder=catalogue.folder / form.id,
                view=view,
                originals=originals,
                settings=settings,
            )
        )
    numbers = _next_numbers(sources, view)
    return [_draft(source, number, catalogue) for source, number in zip(sources, numbers, strict=True)]


def _draft(source: Source, number: Number, catalogue: Catalogue) -> Draft:
    marks = Marks(form=source.form)
    values = {**form_values(source, marks), "编号": number}
    for declared in source.form.fields:
        if declared.required and not source.blank and not values.get(declared.name):
            raise IncompleteError(
                _("《{short}》缺少必填内容：{label}。").format(
                    short=source.form.short, label=declared.label or declared.name
                ),
                where=f"{number} · {declared.name}",
                remedy=_("请补全登记内容后重试；要到现场填写的，请加 --blank。"),
            )
    data = plain(values)
    require_printable((f"{number} · {place}", text) for place, text in _texts(data))
    try:
        docx = fill(catalogue.docx(source.form), values)
    except EvidenceError as error:
        error.where = f"{number} · {error.where}" if error.where else number
        raise
    kept = msgspec.json.encode(with_given(data, source.request.values), order="sorted")
    return Draft(source=source, number=number, marks=marks, docx=docx, data=kept)


def _texts(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text among the values with the field it stands in."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, f"{place} · {key}" if place else key)
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _texts(inner, f"{place} · {number}")


def plain(value: Any) -> Any:
    """Values as kept beside the form: anchors left out, photographs by their digest."""
    if isinstance(value, dict):
        kept = {key: plain(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner is not None}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, Photo):
        return f"sha256:{sha256(value.jpeg).hexdigest()}"
    return value if isinstance(value, (str, int, bool)) else None


def _next_numbers(sources: Sequence[Source], view: View) -> list[Number]:
    """The next number of each form in order; several of one kind in a case follow each other."""
    given: Counter[tuple[CaseId, str]] = Counter()
    numbers = []
    for source in sources:
        form = source.form
        if source.case is not None:
            case = source.case.id
            running = view.next_running(case, form.id)
        else:
            year = Week.parse(source.request.week).year
            case = make_case_id(source.settings.contract.code, year, 0)
            running = next_weekly(view, case, form.id)
        key = (case, form.id)
        running += given[key]
        given[key] += 1
        if running > 999:
            raise UsageError(
                _("《{short}》的编号已用到 999。").format(short=form.short),
                where=case,
                remedy=_("请为后续文书另开案件：evidence case open。"),
            )
        numbers.append(make_number(case, form.code, running))
    return numbers


def next_weekly(view: View, case: CaseId, form: str) -> int:
    """The next running number of a weekly form; it starts anew each year."""
    same = [
        document.form.number
        for document in view.documents(None)
        if document.form.form == form and document.form.number.startswith(case)
    ]
    return max((int(number[-3:]) for number in same), default=0) + 1


def _store(
    draft: Draft, pdf: bytes, issued: IssuedStore, now: datetime, draw: Callable[[], str]
) -> IssuedForm:
    """Finish one rendered document and put its files in place."""
    request, form = draft.source.request, draft.source.form
    finished = finish(
        pdf,
        form=form,
        number=draft.number,
        draw=draw,
        persons=draft.marks.persons,
        required=frozenset(draft.marks.required),
        expected=draft.marks.expected,
        at=now.astimezone(UTC),
    )
    _refuse_missing_boxes(draft, finished)
    geometry = msgspec.json.encode(finished.pages)
    issued.put(draft.number, pdf=finished.pdf, docx=draft.docx, data=draft.data, geometry=geometry)
    visit = draft.source.visit
    return IssuedForm(
        number=draft.number,
        form=form.id,
        case=draft.source.case.id if draft.source.case else None,
        visit=visit.id if visit else None,
        visit_version=visit.version if visit else None,
        week=request.week,
        issued_at=now,
        blank=request.blank,
        checks=tuple(page.check for page in finished.pages),
        pdf=_digest(finished.pdf),
        docx=_digest(draft.docx),
        data=_digest(draft.data),
        geometry=_digest(geometry),
        required_boxes=tuple(
            f"{page.page}:{box.box}:{box.kind}:{box.role}"
            for page in finished.pages
            for box in page.boxes
            if box.required
        ),
        predecessor=request.predecessor,
    )


def _refuse_missing_boxes(draft: Draft, finished: Finished) -> None:
    missing = [box for box in finished.missing if box in draft.marks.required]
    if missing:
        labels = []
        for box in missing:
            declared = draft.source.form.declared_box(box)
            labels.append((declared.label if declared else "") or box)
        raise IncompleteError(
            _("《{short}》的版面上找不到签章位置：{labels}。").format(
                short=draft.source.form.short, labels="、".join(labels)
            ),
            where=f"{draft.number} · {draft.source.form.id}/form.docx",
            remedy=_("请运行 evidence template check，在模板中补上签章标记，并放在有边框的单元格内。"),
        )


def _digest(data: bytes) -> Sha256:
    return Sha256(sha256(data).hexdigest())


@contextmanager
def _issuing(ledger: Ledger) -> Iterator[None]:
    """One issue at a time in a workspace, whichever process or host it runs on."""
    with ExitStack() as held:
        try:
            held.enter_context(ledger.alone("issuing", LOCK_SECONDS))
        except LedgerBusyError as error:
            raise UsageError(
                _("另一个签发任务一直没有结束。"), where=error.where, remedy=_("请等它完成后再试。")
            ) from error
        yield
