"""What comes later to a thing that was entered: a receipt, a rectification report's review, that it was told.

The stored thing is taken as it is and journalled with what is new; nobody types it again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime

from evidence.domain.case import Case, Escalation, RectificationReport, ReviewResult
from evidence.domain.identifiers import PersonId
from evidence.errors import UsageError
from evidence.forms.plausible import Plausible
from evidence.language import _
from evidence.ledger.events import EscalationRecorded, Event, ReportRecorded
from evidence.ledger.ledger import Ledger
from evidence.ledger.view import View


def receive_escalation(
    ledger: Ledger, case: Case, id: str, *, at: datetime, outcome: str, bounds: Plausible, actor: str
) -> Escalation:
    """The regulator signed for a report, or said what comes of it.

    Args:
        id: of the report within its case, `E1`.
        at: when it was signed for.
        outcome: what comes of it; empty keeps what was entered before.

    Raises:
        UsageError: there is no such report, or it cannot have been signed for then.
    """
    made: list[Escalation] = []

    def decide(view: View) -> Sequence[Event]:
        old = next((each for each in view.escalations(case.id) if each.id == id), None)
        if old is None:
            raise UsageError(
                _("案件 {case} 没有上报 {id}。").format(case=case.id, id=id),
                remedy=_("请从案件页选择要登记签收的上报。"),
            )
        why = bounds.instant(at)
        if at < old.reported_at:
            why = _("签收早于上报。")
        if why:
            raise UsageError(why, remedy=_("请对照签收的文书，写明签收的日期和时刻。"))
        new = replace(old, receipt_at=at, outcome=outcome.strip() or old.outcome)
        made.append(new)
        if new == old:
            return ()
        if old.receipt_at not in (None, at):
            raise UsageError(
                _("上报 {id} 已经登记过签收。").format(id=id),
                remedy=_("登记错了的，请把这次上报重新录入一遍，差异会列出来。"),
            )
        return (EscalationRecorded(escalation=new),)

    ledger.transact(actor, decide)
    return made[-1]  # the ledger may ask again, the last answer holds


def review_report(
    ledger: Ledger,
    case: Case,
    version: int,
    *,
    wrong: Collection[str],
    on: date,
    by: PersonId,
    notified_by: str = "",
    bounds: Plausible,
    actor: str,
) -> RectificationReport:
    """Somebody looked through the enterprise's report; one that plainly does not conform is returned.

    Args:
        version: of the report.
        wrong: hazards whose answer plainly does not conform; the rest does.
        on: day of the review, and of the notice where it is returned.
        notified_by: how the enterprise was told.

    Raises:
        UsageError: there is no such version or hazard, the day cannot be, or a return does not say how the
            enterprise was told.
    """
    made: list[RectificationReport] = []

    def decide(view: View) -> Sequence[Event]:
        old = _report(view, case, version)
        _refuse_review(old, wrong=wrong, on=on, notified_by=notified_by, bounds=bounds)
        returned = bool(wrong)
        new = replace(
            old,
            reviewed_on=on,
            reviewed_by=by,
            review=ReviewResult.RETURNED if returned else ReviewResult.ACCEPTED,
            answers=tuple(replace(each, obviously_wrong=each.hazard in wrong) for each in old.answers),
            notified_on=on if returned else old.notified_on,
            notified_by=notified_by.strip() if returned else old.notified_by,
        )
        made.append(new)
        if new == old:
            return ()
        if unreviewed(view.reports(case.id)) != old:
            raise UsageError(
                _("第 {version} 版整改报告已经审核，或有了更新的一版。").format(version=version),
                remedy=_("请刷新案件页，对照最新的一版。"),
            )
        return (ReportRecorded(report=new),)

    ledger.transact(actor, decide)
    return made[-1]


def tell_enterprise(
    ledger: Ledger, case: Case, version: int, *, on: date, by: str, bounds: Plausible, actor: str
) -> RectificationReport:
    """The enterprise was told that its returned report must be corrected.

    Args:
        version: of the report.
        on: day of the notice.
        by: how it was told.

    Raises:
        UsageError: there is no such version, it was not returned or the enterprise was told already, the day
            cannot be, or the way is not named.
    """
    made: list[RectificationReport] = []

    def decide(view: View) -> Sequence[Event]:
        old = _report(view, case, version)
        new = replace(old, notified_on=on, notified_by=by.strip())
        made.append(new)
        if new == old:
            return ()
        if untold(view.reports(case.id)) != old:
            raise UsageError(
                _("第 {version} 版整改报告没有等待告知企业。").format(version=version),
                remedy=_("请刷新案件页，对照最新的一版。"),
            )
        early = old.reviewed_on is not None and on < old.reviewed_on
        why = bounds.day(on) or (_("告知早于退回。") if early else "")
        if why:
            raise UsageError(why, remedy=_("请写明告知企业的日期。"))
        if not by.strip():
            raise UsageError(_("没有写明怎样告知企业。"), remedy=_("请写明告知方式，如电话、微信、当面。"))
        return (ReportRecorded(report=new),)

    ledger.transact(actor, decide)
    return made[-1]


def _report(view: View, case: Case, version: int) -> RectificationReport:
    """Raises: UsageError: there is no such version."""
    for each in view.reports(case.id):
        if each.version == version:
            return each
    raise UsageError(
        _("案件 {case} 没有第 {version} 版整改报告。").format(case=case.id, version=version),
        remedy=_("请从案件页选择要审核的整改报告。"),
    )


def _refuse_review(
    report: RectificationReport, *, wrong: Collection[str], on: date, notified_by: str, bounds: Plausible
) -> None:
    """Raises: UsageError: such a review cannot be."""
    why = bounds.day(on) or (_("审核早于收到报告。") if on < report.received_on else "")
    if why:
        raise UsageError(why, remedy=_("请写明审核的日期。"))
    unknown = set(wrong) - {each.hazard for each in report.answers}
    if unknown:
        raise UsageError(
            _("整改报告没有答复隐患 {hazards}。").format(hazards="、".join(sorted(unknown))),
            remedy=_("请从案件页选择要审核的整改报告。"),
        )
    if wrong and not notified_by.strip():
        raise UsageError(
            _("退回的整改报告要写明怎样告知企业。"), remedy=_("请写明告知方式，如电话、微信、当面。")
        )


def unreceived(escalations: Sequence[Escalation]) -> tuple[Escalation, ...]:
    """Reports that nobody has signed for yet."""
    return tuple(each for each in escalations if each.receipt_at is None)


def unreviewed(reports: Sequence[RectificationReport]) -> RectificationReport | None:
    """The newest version, while nobody has reviewed it."""
    newest = max(reports, key=lambda each: each.version, default=None)
    return newest if newest is not None and newest.review is None else None


def untold(reports: Sequence[RectificationReport]) -> RectificationReport | None:
    """The newest version, where it was returned and how the enterprise was told is not on record."""
    newest = max(reports, key=lambda each: each.version, default=None)
    if newest is None or newest.review is not ReviewResult.RETURNED:
        return None
    return None if newest.notified_on is not None and newest.notified_by else newest
