"""What must happen next, for whom, by when, under which clause: the work list behind `due` and `plan`.

Built from the same deadlines as the rules; what was done, even late, is no longer on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta

from evidence.domain.case import Attitude, CaseKind, ReviewResult, Trigger
from evidence.domain.facts import Facts
from evidence.domain.hazard import Grade
from evidence.rules.agenda_of_the_office import of_office, of_section
from evidence.rules.case_history import FORM_OF, CaseHistory
from evidence.rules.deadlines import move
from evidence.rules.departures import no_longer_asked
from evidence.rules.due_item import DueItem
from evidence.rules.escalation import overdue_duties
from evidence.rules.facts_index import FactsIndex
from evidence.rules.known import known_at
from evidence.rules.owed_deeds import FILM, PAPER, Owed, owed_deeds
from evidence.rules.parameters import Parameters
from evidence.rules.rectification import resubmission_due
from evidence.rules.steps import KIND_NAME, Step

CHECKED_FOR = {
    CaseKind.ANNUAL: "F02-yearly-chain",
    CaseKind.NEW_ENTERPRISE: "F03-new-enterprise",
    CaseKind.SPECIAL: "F04-campaign-coverage",
    CaseKind.SURVEY: "F07-surveys-per-year",
}
"""Kind of case -> the rule that asks for its check."""


def due_items(facts: Facts, parameters: Parameters, as_of: datetime, until: date) -> tuple[DueItem, ...]:
    """Everything due by `until` that has not been done, overdue things first."""
    index = FactsIndex(known_at(facts, as_of), parameters, as_of)
    items = [item for chain in index.chains for item in _of_case(chain)]
    items += [*of_section(index), *of_office(index, until)]
    items += _judged_beside(index, items)
    kept = [item for item in items if item.due <= until and not _ended(index, item)]
    return tuple(sorted(kept, key=lambda item: (item.due, item.case, item.rule_id, item.name, item.detail)))


def _ended(index: FactsIndex, item: DueItem) -> bool:
    """Whether an enterprise left before this fell due; paper of visits already made stays wanted."""
    entry = index.departures.get(item.enterprise)
    made = item.rule_id in (PAPER, FILM)
    return entry is not None and not made and no_longer_asked(item.due, entry.on)


def _answers(item: DueItem, one: Owed) -> bool:
    """Whether what an item asks for, done in time, leaves a rule nothing to ask."""
    if one.outcome.due is not None and item.due > one.outcome.due:
        return False
    if item.case or item.enterprise:
        return item.case == one.case if item.case else item.enterprise == one.enterprise
    return item.rule_id != one.rule.id or item.detail == one.outcome.document


def _judged_beside(index: FactsIndex, items: Sequence[DueItem]) -> Iterator[DueItem]:
    """What the rules will judge in time and no item above answers for."""
    listed: dict[str, list[DueItem]] = {}
    for item in items:
        listed.setdefault(item.rule_id, []).append(item)
    for one in owed_deeds(index):
        if any(_answers(item, one) for rule in one.answered_by for item in listed.get(rule, ())):
            continue
        due = one.outcome.due
        assert due is not None  # noqa: S101 - only what has its day is owed
        yield DueItem(
            what=one.what,
            who=one.who,
            due=due,
            first=index.today,
            clause=index.clause_number(one.rule.id),
            rule_id=one.rule.id,
            case=one.case,
            enterprise=one.enterprise,
            name=index.name_of(one.enterprise) if one.enterprise else "",
            detail=one.outcome.hazard or one.outcome.visit or one.outcome.document,
            overdue=due < index.today,
        )


def _item(
    chain: CaseHistory,
    what: str,
    who: str,
    due: date,
    rule: str,
    *,
    first: date | None = None,
    detail: str = "",
) -> DueItem:
    return DueItem(
        what=what,
        who=who,
        due=due,
        first=first or chain.today,
        clause=chain.index.clause_number(rule),
        rule_id=rule,
        case=chain.case.id,
        enterprise=chain.case.enterprise,
        name=chain.index.name_of(chain.case.enterprise),
        detail=detail,
        overdue=due < chain.today,
    )


def _inspectors(chain: CaseHistory, step: Step | None) -> str:
    if step is None:
        return "检查人员"
    people = chain.index.people
    return "、".join(people[one].name if one in people else one for one in step.facts.experts) or "检查人员"


def _of_case(chain: CaseHistory) -> Iterator[DueItem]:
    yield from _paper(chain)
    if chain.check is None:
        due = _check_due(chain)
        if due is not None:
            yield _item(chain, "现场检查", "检查人员", due, CHECKED_FOR[chain.case.kind])
        return
    who = _inspectors(chain, chain.check)
    window = chain.urging_window
    if window is not None and not chain.urgings and not chain.rechecks:
        yield _item(
            chain, "督促整改（电话或上门）", who, window.last, "P03-urging-window", first=window.first
        )
    yield from _report(chain, who)
    seen = {one.hazard for step in chain.rechecks for one in step.facts.results}
    for expiry in chain.expiries:
        later = {
            one.hazard for step in chain.rechecks if step.day > expiry.deadline for one in step.facts.results
        }
        waiting = [one for one in expiry.hazards if one not in (later if seen else set())]
        if waiting and not (chain.rechecks and not seen):
            yield _item(
                chain,
                "现场复查",
                who,
                expiry.window.last,
                "P11-recheck-window",
                first=expiry.window.first,
                detail="、".join(waiting),
            )
    yield from _upwards(chain, who)


def _check_due(chain: CaseHistory) -> date | None:
    index, enterprise = chain.index, chain.enterprise
    if chain.case.kind in (CaseKind.SPECIAL, CaseKind.SURVEY):
        campaigns = {one.id: one for one in index.facts.campaigns}
        campaign = campaigns.get(chain.case.campaign)
        return campaign.due if campaign else None
    if (
        enterprise is not None
        and enterprise.production_started
        and chain.case.kind is CaseKind.NEW_ENTERPRISE
    ):
        return enterprise.production_started + relativedelta(months=chain.parameters.new_enterprise_months)
    return index.year_span(index.year_of(chain.case.opened_on))[1]


def _report(chain: CaseHistory, who: str) -> Iterator[DueItem]:
    if chain.report_due is None or chain.check is None:
        return
    due, _notes = move(chain.check.day, chain.report_due, chain.suspensions)
    if not chain.reports:
        yield _item(chain, "上报整改报告", "企业", due, "P07-report-in-time")
        return
    last = chain.reports[-1]
    if last.review is None:
        day = last.received_on + timedelta(days=chain.parameters.review_days)
        yield _item(chain, "初审整改报告", who, day, "P08-preliminary-review", detail=f"第{last.version}版")
    elif last.review is ReviewResult.RETURNED:
        if last.notified_on is None and last.reviewed_on is not None:
            day = last.reviewed_on + timedelta(days=chain.parameters.notice_days)
            yield _item(
                chain,
                "告知企业纠正整改报告",
                who,
                day,
                "P09-notice-of-nonconformity",
                detail=f"第{last.version}版",
            )
        again = resubmission_due(chain) or due
        yield _item(
            chain, "重新上报整改报告", "企业", again, "P10-versions-kept", detail=f"第{last.version + 1}版"
        )


def _upwards(chain: CaseHistory, who: str) -> Iterator[DueItem]:
    days = chain.parameters.escalation_days
    passive = next((s for s in chain.urgings if s.facts.attitude is Attitude.PASSIVE), None)
    if passive is not None and not chain.escalated(Trigger.PASSIVE):
        due = passive.last_day + timedelta(days=days)
        yield _item(
            chain, f"向{chain.index.names.section}书面上报不积极整改", who, due, "P05-passive-reported"
        )
    for duty, expired in overdue_duties(chain):
        reported = any(
            one.reported_at >= duty.step.facts.arrived_at for one in chain.escalated(Trigger.OVERDUE)
        )
        if not reported:
            yield _item(
                chain, "上报逾期未整改", who, duty.last, "P13-overdue-reported", detail="、".join(expired)
            )
    for step in chain.finding_visits:
        major = [one.id for one in step.facts.hazards if one.grade is Grade.MAJOR]
        told = {hazard for report in chain.escalated(Trigger.MAJOR) for hazard in report.hazards or major}
        left = [hazard for hazard in major if hazard not in told]
        if left:
            due = step.last_day + timedelta(days=chain.parameters.major_hazard_days)
            yield _item(chain, "上报重大事故隐患", who, due, "D02-major-reported", detail="、".join(left))


def _paper(chain: CaseHistory) -> Iterator[DueItem]:
    for step in chain.visits:
        due = chain.handover_due(step)
        document = chain.record(step) if step.facts.kind in FORM_OF else None
        name = f"{step.day.isoformat()} {KIND_NAME[step.facts.kind]}"
        if step.facts.kind in FORM_OF and (document is None or not document.scans or document.missing_pages):
            yield _item(chain, "扫描签字盖章的记录", "资料员", due, "G08-pages", detail=name)
        if step.on_site and not chain.footage(step):
            yield _item(chain, "导入执法记录仪录像", "资料员", due, "V02-whole-visit", detail=name)
