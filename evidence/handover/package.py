"""Build, sign and register one weekly package. Under its final name there is a whole one or none.

Everything is made in `archive/handover/.building`; only when the finished file is synced do the
journal's events follow, and only then the rename. A crash between the two is healed by the next run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from evidence.bundles.bag import SIGNATURE, BagWriter
from evidence.bundles.pades import PdfSigning
from evidence.bundles.revocation import read_revocation, refuse_revoked
from evidence.bundles.signers import Ask, SigningKey, open_key, read_certificates
from evidence.bundles.timestamp import open_authority
from evidence.domain.identifiers import CaseId
from evidence.domain.reasons import require_substance, require_words
from evidence.errors import EvidenceError, IncompleteError, UndecidedError, UsageError
from evidence.handover.filling import fill_bag, labels
from evidence.handover.footage import Film, films_of, require_films
from evidence.handover.handover_context import HandoverContext
from evidence.handover.package_build import Order, PackageBuild, Report
from evidence.handover.publishing import Built, heal, only_builder, publish, refuse_taken, staging
from evidence.handover.self_check import foreseen, judge_own, refuse_doubts
from evidence.handover.sent import Sent, sent_before
from evidence.handover.week import WeekWork, take_stock
from evidence.language import _
from evidence.ledger.clock_guard import CLOCK_TOLERANCE
from evidence.rules.clause import Finding, Kind
from evidence.rules.summary import blockers

__all__ = ["Built", "Order", "build_package"]


def build_package(
    context: HandoverContext,
    order: Order,
    *,
    actor: str = "bundle",
    ask: Ask | None = None,
    report: Report = lambda line: None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Built:
    """Build one package.

    Args:
        context: everything wired together.
        order: week, instant and options.
        actor: account in the journal.
        ask: asks for the key's password when no file holds it.
        report: progress lines.
        clock: real time.

    Raises:
        UsageError: the week cannot be packed (packed already, a hole, no reason given, an instant to come).
        OwnPackageFailedError: the finished package fails its own examination; it is kept in quarantine.
        OwnPackageUndecidedError: it would be or is INDETERMINATE, and nobody accepted that.
        IncompleteError: something this package must contain is missing.
        UndecidedError: something this package must contain is undecided.
        MissingFootageError, ChangedFootageError: footage was asked for and is not there as registered.
        MissingPartError: key, authority, font or disk space is missing.
    """
    require_reasons(order)
    refuse_future(order, clock())
    with only_builder(context):
        heal(context)
        return _build(context, order, actor=actor, ask=ask, report=report, clock=clock)


def require_reasons(order: Order) -> None:
    """An exception without a reason is none.

    Raises:
        UsageError: the reason is missing, or is no words.
    """
    if order.allow_incomplete and not order.why.strip():
        raise UsageError(_("移交不完整的包必须说明原因。"), remedy='--allow-incomplete --why "…"')
    if order.accept_indeterminate and not order.why.strip():
        raise UsageError(_("移交尚不能认定有效的包必须说明原因。"), remedy='--accept-indeterminate --why "…"')
    if order.accept_indeterminate:
        require_substance(order.why)
    elif order.allow_incomplete:
        require_words(order.why)


def refuse_future(order: Order, now: datetime) -> None:
    """No week is judged for an instant still to come: its facts could not be known yet.

    Raises:
        UsageError: the order's instant lies ahead of the clock by more than two clocks may differ.
    """
    if order.at - now > CLOCK_TOLERANCE:
        raise UsageError(
            _("移交包不能以将来的时刻为准：{at} 还没有到。").format(at=order.at.isoformat()),
            where=_("本机时间 {now}").format(now=now.isoformat()),
            remedy=_("请去掉 --at，或写已经过去的时刻；本机时钟不准的先校准。"),
        )


def gaps(work: WeekWork) -> tuple[Finding, ...]:
    """What stops this week's package: missing or undecided, not waived."""
    return blockers(each.finding for each in work.owing.this_week)


def _build(
    context: HandoverContext,
    order: Order,
    *,
    actor: str,
    ask: Ask | None,
    report: Report,
    clock: Callable[[], datetime],
) -> Built:
    work = take_stock(context, week=order.week, supplement=order.supplement, at=order.at)
    refuse_taken(context, work.id)
    stopping = gaps(work)
    if stopping and not order.allow_incomplete:
        raise refusal(work, stopping)
    sent = sent_before(work.packages)
    films = films_to_send(context, order, work, sent)
    refuse_unchanged(work, films)
    with open_key(context.signer, context.root, ask=ask, now=clock()) as key:
        signing = open_signing(context, key, clock)
        signing.refresh()
        doubts = foreseen(signing)
        refuse_doubts(work.id, doubts, accepted=order.accept_indeterminate)
        weight = sum(film.original.bytes for some in films.values() for film in some)
        with staging(context, work, films=weight) as scratch:
            build = PackageBuild(
                context=context,
                order=order,
                work=work,
                signing=signing,
                bag=BagWriter(scratch / work.id, durable=order.as_folder),
                complete=work.owing.complete,
                report=report,
                now=clock(),
                sent=sent,
                films=films,
            )
            if build.list_level.value != context.signer.list_level:
                report(
                    _("签名等级只能到 {level}：缺少时间戳服务或有效的吊销列表。").format(
                        level=build.list_level.value
                    )
                )
            papers = fill_bag(build)
            tagmanifest = build.bag.close(labels(build))
            (build.bag.folder / SIGNATURE).write_bytes(signing.sign_detached(tagmanifest))
            report(_("按验证人的方法自检"))
            judge_own(
                context.examine,
                build.bag.folder,
                signing,
                accepted=order.accept_indeterminate,
                quarantine=context.quarantine,
                now=clock(),
            )
            return publish(build, scratch, papers, tagmanifest, stopping, actor)


def open_signing(context: HandoverContext, key: SigningKey, clock: Callable[[], datetime]) -> PdfSigning:
    """Key, authority and revocation data as evidence.toml names them.

    Raises:
        KeyUnusableError: the key is revoked, or a file holds no revocation list.
        TimestampError: the authority that is named is not there.
    """
    known = read_revocation([context.root / path for path in context.signer.crls])
    refuse_revoked(key.certificate, known)
    return PdfSigning(
        key=key,
        authority=open_authority(context.timestamp, context.root),
        revocation=known,
        authority_chain=read_certificates(context.root / path for path in context.timestamp.chain),
        fetch=context.signer.fetch_revocation,
        clock=clock,
    )


def films_to_send(
    context: HandoverContext, order: Order, work: WeekWork, sent: Sent
) -> dict[CaseId, tuple[Film, ...]]:
    """The films to hand over, all of them seen; none unless asked for, none twice."""
    if not order.with_footage:
        return {}
    films = {
        case.case.id: tuple(
            film
            for film in films_of(work, case, context.originals)
            if film.original.sha256 not in sent.package_of
        )
        for case in work.facts.carried
    }
    require_films(film for some in films.values() for film in some)
    return films


def refuse_unchanged(work: WeekWork, films: Mapping[CaseId, Sequence[Film]]) -> None:
    """A supplement needs something to bring: what changed since the week was sealed, or films not yet sent.

    Raises:
        UsageError: nothing has changed.
    """
    if work.supplement and not work.changes and not any(films.values()):
        raise UsageError(
            _("{week} 自 {package} 之后没有变化，不需要补充包。").format(
                week=work.week, package=work.packages[-1].id
            ),
            remedy=_("有新到的材料、更正或决定之后再做补充包。"),
        )


def refusal(work: WeekWork, stopping: Sequence[Finding]) -> EvidenceError:
    """Exit 3 when something is missing, 5 when it is only undecided."""
    kind = UndecidedError if all(each.kind is Kind.REVIEW for each in stopping) else IncompleteError
    shown = [f"· {each.subject.document or each.subject.case} {each.message}" for each in stopping[:8]]
    if len(stopping) > 8:
        shown.append(_("……另有 {count} 项，见 evidence check").format(count=len(stopping) - 8))
    return kind(
        _("{package} 还不能移交：{count} 项必备材料缺失或待认定。").format(
            package=work.id, count=len(stopping)
        ),
        where="\n".join(shown),
        remedy=_(
            "请补齐后再次运行；确需先行移交的，用 --allow-incomplete --why 说明原因，包上会写明不完整。"
        ),
    )
