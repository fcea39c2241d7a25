"""Issue forms: fill, render, number, stamp, store, journal. Nothing is ever issued half.

The number is printed on the page, so it must be known before rendering; rendering takes seconds, so
the ledger cannot be locked meanwhile. Issuing is therefore serialised by a lock of its own: numbers
are read from the view, documents made, the numbers reserved in the journal, files stored, and one
transaction for the whole batch says that they are issued. Files are written once: what a crash leaves
between the two entries is set aside by the next issue, and its number stays a gap.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime

import msgspec

from evidence.archive.issued import IssuedStore
from evidence.domain.document import IssuedForm
from evidence.domain.identifiers import Number, Sha256, number_case
from evidence.errors import EvidenceError, IncompleteError, InputError, UsageError
from evidence.forms.drafts import Draft, Fail, digest_of, make_drafts, next_numbers
from evidence.forms.finish import Finished, finish
from evidence.forms.issuer import Issuer
from evidence.forms.kai_punctuation import for_rendering
from evidence.forms.leftovers import settle_leftovers
from evidence.forms.office import render
from evidence.forms.settings import EachPage
from evidence.forms.source import IssueRequest, IssueSettings
from evidence.language import _
from evidence.ledger.events import Event, FormIssued
from evidence.ledger.ledger import Ledger
from evidence.ledger.lock import LedgerBusyError
from evidence.ledger.upkeep import NumbersReserved, Reserved
from evidence.ledger.view import View

Also = Callable[[View, Sequence[IssuedForm]], Sequence[Event]]
"""Further events for the transaction that journals the forms."""

LOCK_SECONDS = 600
"""How long one issue waits for another."""


def issue_forms(
    requests: Sequence[IssueRequest],
    issuer: Issuer,
    *,
    now: datetime,
    actor: str = "forms",
    also: Also | None = None,
) -> list[IssuedForm]:
    """Issue a batch; either every form of it is issued or none.

    Args:
        now: printed nowhere, but journalled and written into the PDF as its date.
        also: further events for the same transaction, e.g. the voiding of a predecessor.

    Raises:
        UsageError: unknown form, case, visit or person.
        InputError: a template or value that cannot be filled in.
        MissingPartError: LibreOffice is not there.
        IncompleteError: a document could not be rendered, or a required box was not found on its
            page; `where` names the form. Nothing is issued.
    """
    return try_issue(requests, issuer, fail=_raise, rendered={}, now=now, actor=actor, also=also) or []


def _raise(_index: int, error: EvidenceError) -> None:
    raise error


def try_issue(
    requests: Sequence[IssueRequest],
    issuer: Issuer,
    *,
    fail: Fail,
    rendered: dict[Sha256, bytes],
    now: datetime,
    actor: str,
    also: Also | None = None,
) -> list[IssuedForm] | None:
    """Issue all, or tell `fail` about each that cannot be and issue none: then the answer is None.

    Args:
        rendered: digest of a docx -> its PDF from an earlier try; completed here.
    """
    failed = False

    def note(index: int, error: EvidenceError) -> None:
        nonlocal failed
        failed = True
        fail(index, error)

    with issuing(issuer.ledger):
        drafts = make_drafts(requests, issuer, now=now, fail=note)
        settle_leftovers((number_case(draft.number) for draft in drafts), issuer.ledger, issuer.issued)
        problems = _render(drafts, rendered, issuer.settings)
        papers = []
        for draft in drafts:
            try:
                if draft.number in problems:
                    raise _not_rendered(problems[draft.number], draft)
                pdf = rendered[digest_of(draft.docx)]
                papers.append((draft, _finished(draft, pdf, now, issuer)))
            except (InputError, IncompleteError) as error:
                note(draft.index, error)
        if failed:
            return None
        forms = [_form(draft, finished, now) for draft, finished in papers]
        _reserve(drafts, forms, issuer, actor, also)
        for draft, finished in papers:
            _store(draft, finished, issuer.issued)

        def decide(view: View) -> Sequence[Event]:
            return [*(FormIssued(form=form) for form in forms), *(also(view, forms) if also else ())]

        issuer.ledger.transact(actor, decide)
    return forms


def _reserve(
    drafts: Sequence[Draft], forms: Sequence[IssuedForm], issuer: Issuer, actor: str, also: Also | None
) -> None:
    """The journal gives the numbers away before the first byte is written under them."""
    sources = [draft.source for draft in drafts]

    def decide(view: View) -> Sequence[Event]:
        if next_numbers(sources, view, issuer.issued) != [draft.number for draft in drafts]:
            raise IncompleteError(_("编号在签发过程中被占用，整批未签发。"), remedy=_("请再运行一次。"))
        if also is not None:
            also(view, forms)  # whoever objects does so before a number is spent
        given = (Reserved(number=draft.number, form=draft.source.form.id) for draft in drafts)
        return [NumbersReserved(numbers=tuple(given))]

    issuer.ledger.transact(actor, decide)


def _render(
    drafts: Sequence[Draft], rendered: dict[Sha256, bytes], settings: IssueSettings
) -> dict[Number, str]:
    """Render what is not rendered yet; number -> problem of what could not be."""
    wanted = [draft for draft in drafts if digest_of(draft.docx) not in rendered]
    results = render({draft.number: for_rendering(draft.docx) for draft in wanted}, settings.forms)
    problems = {}
    for draft in wanted:
        result = results[draft.number]
        if result.pdf is None:
            problems[draft.number] = result.problem
        else:
            rendered[digest_of(draft.docx)] = result.pdf
    return problems


def _not_rendered(problem: str, draft: Draft) -> IncompleteError:
    return IncompleteError(
        problem,
        where=f"{draft.number} · {draft.source.form.short}",
        remedy=_("这一份没有签发。请运行 evidence doctor 检查 LibreOffice，并检查这一份的内容和照片。"),
    )


def _finished(draft: Draft, pdf: bytes, now: datetime, issuer: Issuer) -> Finished:
    """One rendered document measured and stamped.

    Raises:
        IncompleteError: a required box is not on it.
        InputError: more than 99 pages.
    """
    form = draft.source.form
    finished = finish(
        pdf,
        form=form,
        number=draft.number,
        draw=issuer.draw,
        persons=draft.marks.persons,
        required=frozenset(draft.marks.required),
        expected=draft.marks.expected,
        at=now.astimezone(UTC),
        each_page=issuer.settings.forms.each_page if form.visit_kind else EachPage.NOTHING,
    )
    _refuse_missing_boxes(draft, finished)
    return finished


def _store(draft: Draft, finished: Finished, issued: IssuedStore) -> None:
    """Put the files of one document in place; the ledger knows only of its number yet."""
    geometry = msgspec.json.encode(finished.pages)
    issued.put(draft.number, pdf=finished.pdf, docx=draft.docx, data=draft.data, geometry=geometry)


def _form(draft: Draft, finished: Finished, now: datetime) -> IssuedForm:
    """What the journal will say of one document."""
    request, form = draft.source.request, draft.source.form
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
        pdf=digest_of(finished.pdf),
        docx=digest_of(draft.docx),
        data=digest_of(draft.data),
        geometry=digest_of(msgspec.json.encode(finished.pages)),
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


@contextmanager
def issuing(ledger: Ledger) -> Iterator[None]:
    """One issue at a time in a workspace, whichever process or host it runs on."""
    with ExitStack() as held:
        try:
            held.enter_context(ledger.alone("issuing", LOCK_SECONDS))
        except LedgerBusyError as error:
            raise UsageError(
                _("另一个签发任务一直没有结束。"), where=error.where, remedy=_("请等它完成后再试。")
            ) from error
        yield
