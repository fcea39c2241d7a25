"""What a package would hold and what stands in its way, without writing anything anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from evidence.bundles.signers import Ask, open_key
from evidence.domain.facts import CaseFacts
from evidence.domain.identifiers import Sha256
from evidence.errors import EvidenceError
from evidence.handover.handover_context import HandoverContext
from evidence.handover.originals import Original, originals_of
from evidence.handover.package import (
    films_to_send,
    gaps,
    open_signing,
    refusal,
    refuse_future,
    refuse_unchanged,
    require_reasons,
)
from evidence.handover.package_build import Order
from evidence.handover.publishing import refuse_taken, require_room
from evidence.handover.self_check import Doubt, foreseen, refuse_doubts
from evidence.handover.sent import Sent, sent_before
from evidence.handover.week import WeekWork, take_stock
from evidence.handover.wording import document_state, in_order
from evidence.rules.clause import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFile:
    """One file that would go in, or is cited."""

    original: Original
    package: str
    """The earlier package that carried it; empty when it would go in now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCase:
    """One case as it would go in."""

    case: CaseFacts
    enterprise: str
    documents: tuple[tuple[str, str], ...]
    """Number and state of each record."""
    files: tuple[PlannedFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What would be built."""

    package: str
    complete: bool
    cases: tuple[PlannedCase, ...]
    stacks: tuple[Sha256, ...]
    """Files of several cases' pages that would go in once."""
    bytes: int
    """Of all files that would go in; dossiers and papers come on top."""
    gaps: tuple[Finding, ...]
    """Missing or undecided this week."""
    doubts: tuple[Doubt, ...]
    """Why the package would be INDETERMINATE."""
    refused: EvidenceError | None
    """What building would end with."""


def survey_package(
    context: HandoverContext,
    order: Order,
    *,
    ask: Ask | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Survey:
    """Look at one package before it is built.

    Whether the finished package stands its own examination only building can tell; the time-stamp
    authority is not asked, for it counts what it is asked.

    Raises:
        UsageError: the week cannot be packed.
    """
    require_reasons(order)
    refuse_future(order, clock())
    work = take_stock(context, week=order.week, supplement=order.supplement, at=order.at)
    refuse_taken(context, work.id)
    sent = sent_before(work.packages)
    cases = tuple(_planned(context, work, case, sent) for case in work.facts.carried)
    going = {each.original.sha256: each.original for case in cases for each in case.files if not each.package}
    stopping = gaps(work)
    doubts: tuple[Doubt, ...] = ()
    refused: EvidenceError | None = None
    if stopping and not order.allow_incomplete:
        refused = refusal(work, stopping)
    else:
        try:
            films = films_to_send(context, order, work, sent)
            refuse_unchanged(work, films)
            with open_key(context.signer, context.root, ask=ask, now=clock()) as key:
                doubts = foreseen(open_signing(context, key, clock), asking=False)
            refuse_doubts(work.id, doubts, accepted=order.accept_indeterminate)
            require_room(context, work, sum(film.original.bytes for some in films.values() for film in some))
        except EvidenceError as error:
            refused = error
    return Survey(
        package=work.id,
        complete=work.owing.complete,
        cases=cases,
        stacks=tuple(sha256 for sha256, each in going.items() if each.cuts is not None),
        bytes=sum(each.bytes for each in going.values()),
        gaps=stopping,
        doubts=doubts,
        refused=refused,
    )


def _planned(context: HandoverContext, work: WeekWork, case: CaseFacts, sent: Sent) -> PlannedCase:
    def files() -> Iterator[PlannedFile]:
        for original in originals_of(work.view, case, context.originals):
            yield PlannedFile(original=original, package=sent.package_of.get(original.sha256, ""))

    return PlannedCase(
        case=case,
        enterprise=work.enterprise(case).name,
        documents=tuple((each.form.number, document_state(each)) for each in in_order(case.documents)),
        files=tuple(files()),
    )
