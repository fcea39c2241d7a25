"""The enterprise's report and its preliminary review (附件五(二)1, 附件六2(2))."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from evidence.domain.case import RectificationReport, ReviewResult
from evidence.rules.case_history import DEADLINE_IN_FORCE, CaseHistory
from evidence.rules.clause import Level
from evidence.rules.deadlines import move
from evidence.rules.outcomes import failed, late, listed, passed, unsure, waiting
from evidence.rules.rule import Outcome, case_rule, revised

NO_REPORT = "尚未收到整改报告。"


@case_rule(
    "P07-report-in-time",
    "整改期限内上报整改报告",
    rows="P07 E03",
    parameters="rectification_days",
    remedy="催企业上报；逾期的按逾期未整改处理并上报。",
    unless="检查未发现隐患，或尚未检查。",
)
def report_in_time(chain: CaseHistory) -> Iterator[Outcome]:
    """The first report came in by the last rectification deadline."""
    due, check = chain.report_due, chain.check
    if due is None or check is None:
        return
    last, notes = move(check.day, due, chain.suspensions)
    note = f"（{'；'.join(notes)}）" if notes else ""
    about: dict[str, Any] = {"expected": f"不晚于 {last.isoformat()}{note}", "due": last}
    if chain.reports:
        on = chain.reports[0].received_on
        about["observed"] = on.isoformat()
        if on <= last:
            yield passed(f"整改报告于 {on.isoformat()} 收到，在期限内{note}。", **about)
        else:
            yield late(f"整改报告于 {on.isoformat()} 收到，逾期 {(on - last).days} 天{note}。", **about)
        dated = chain.reports[0].reported_on
        if dated is not None and dated < check.day:
            yield revised(unsure(f"整改报告的日期 {dated.isoformat()} 早于检查日，请核对。", **about))
    elif chain.today <= last:
        yield waiting(
            f"整改报告待收，期限 {last.isoformat()}，还有 {(last - chain.today).days} 天{note}。", **about
        )
    else:
        yield failed(f"整改期限 {last.isoformat()} 已过，未收到整改报告{note}。", observed="未收到", **about)


@case_rule(
    "P07-every-hazard-answered",
    "整改报告答复每项隐患",
    rows="P07 E03",
    remedy="退回企业补充缺项。",
    unless=NO_REPORT,
)
def every_hazard_answered(chain: CaseHistory) -> Iterator[Outcome]:
    """The newest report answers every hazard found, and no other."""
    if not chain.reports:
        return
    report = chain.reports[-1]
    answered = {answer.hazard for answer in report.answers}
    missing = sorted(chain.hazards.keys() - answered)
    if later := _found_since(chain, report, missing):
        last = max(chain.history_of[one].deadline(chain.today) for one in later)
        yield revised(
            waiting(
                f"{listed(later)} 是收到整改报告第 {report.version} 版之后发现的，待企业续报。",
                observed=f"待答复 {len(later)} 项",
                due=last,
            ),
            since=DEADLINE_IN_FORCE,
        )
        if chain.index.edition >= DEADLINE_IN_FORCE:
            missing = [one for one in missing if one not in later]
    strange = sorted(answered - chain.hazards.keys())
    about: dict[str, Any] = {"expected": f"{len(chain.hazards)} 项", "observed": f"{len(answered)} 项"}
    if missing:
        yield failed(f"整改报告第 {report.version} 版没有答复 {listed(missing)}。", **about)
    elif strange:
        yield unsure(f"整改报告第 {report.version} 版提到检查中没有的 {listed(strange)}，请核对。", **about)
    else:
        yield passed(f"整改报告第 {report.version} 版答复了全部 {len(answered)} 项隐患。", **about)


def _found_since(chain: CaseHistory, report: RectificationReport, missing: Sequence[str]) -> list[str]:
    """Hazards that no report could answer yet: found after it came in, their deadline not passed."""
    return [
        hazard
        for hazard in missing
        if (known := chain.history_of[hazard]).found_on > report.received_on
        and chain.today <= known.deadline(chain.today)
    ]


@case_rule(
    "E02-plan-fields",
    "每项整改有责任人、期限、资金、措施",
    rows="E02",
    remedy="退回企业补充责任人、期限、资金和措施。",
    unless=NO_REPORT,
)
def plan_fields(chain: CaseHistory) -> Iterator[Outcome]:
    """Person, deadline, funds and measure for every hazard of the newest report."""
    if not chain.reports:
        return
    report = chain.reports[-1]
    gaps = []
    for answer in report.answers:
        lacking = [
            word
            for word, value in (
                ("措施", answer.measure.strip()),
                ("责任人", answer.responsible.strip()),
                ("期限", answer.deadline),
                ("资金", answer.funds_yuan is not None),
            )
            if not value
        ]
        if lacking:
            gaps.append((answer.hazard, lacking))
    for hazard, lacking in gaps:
        say = unsure if lacking == ["资金"] else failed
        yield say(
            f"整改报告第 {report.version} 版 {hazard} 缺{listed(lacking)}。",
            hazard=hazard,
            expected="责任人、期限、资金、措施",
            observed=f"缺{listed(lacking)}",
        )
    if not gaps:
        yield passed(
            f"整改报告第 {report.version} 版各项都有责任人、期限、资金和措施。",
            expected="责任人、期限、资金、措施",
            observed="齐全",
        )


@case_rule(
    "E03-rectified-in-time",
    "隐患在期限内整改完成",
    rows="E03",
    level=Level.WARNING,
    remedy="跟进未完成的隐患；复查仍未整改的上报。",
    unless=NO_REPORT,
)
def rectified_in_time(chain: CaseHistory) -> Iterator[Outcome]:
    """The report says of every hazard that it was put right by its deadline."""
    if not chain.reports:
        return
    too_late, moved, unfinished = [], [], []
    for answer in chain.reports[-1].answers:
        if answer.hazard not in chain.hazards:
            continue
        if answer.completed_on is None:
            unfinished.append(answer.hazard)
            continue
        first = deadline = chain.deadline(*chain.hazards[answer.hazard])
        if chain.index.edition >= DEADLINE_IN_FORCE:
            deadline = chain.history_of[answer.hazard].deadline(answer.completed_on)
        if deadline is not None and answer.completed_on > deadline:
            too_late.append(answer.hazard)
        elif first is not None and answer.completed_on > first:
            moved.append(f"{answer.hazard}（复查改期至 {deadline}）")
    if too_late:
        yield failed(f"{listed(too_late)} 的完成日期晚于整改期限。", observed=listed(too_late))
    elif unfinished:
        yield unsure(f"{listed(unfinished)} 没有完成日期，请确认是否整改到位。", observed=listed(unfinished))
    elif moved:
        yield passed(f"报告的各项隐患都在期限内完成，其中{listed(moved)}。", observed="全部完成")
    else:
        yield passed("报告的各项隐患都在期限内完成。", observed="全部完成")


@case_rule(
    "P08-preliminary-review",
    "收到报告后初步审核",
    rows="P08",
    parameters="review_days",
    remedy="登记审核人、审核日期和逐项结论。",
    unless=NO_REPORT,
)
def preliminary_review(chain: CaseHistory) -> Iterator[Outcome]:
    """Every version was reviewed by a named person within days of its receipt."""
    for report in chain.reports:
        last = report.received_on + timedelta(days=chain.parameters.review_days)
        name = f"整改报告第 {report.version} 版"
        about: dict[str, Any] = {"expected": f"{last.isoformat()} 前初审", "due": last}
        if report.review is not None and report.reviewed_on and report.reviewed_by:
            about["observed"] = report.reviewed_on.isoformat()
            if report.reviewed_on < report.received_on:
                yield failed(f"{name}的初审日期早于收到日期。", **about)
            elif report.reviewed_on > last:
                yield late(f"{name}于 {report.reviewed_on.isoformat()} 初审，已迟。", **about)
            elif any(answer.obviously_wrong is None for answer in report.answers):
                yield unsure(f"{name}有隐患没有逐项审核结论，请补登。", **about)
            else:
                yield passed(f"{name}已初审：{report.review.value}。", **about)
        elif chain.today <= last:
            yield waiting(f"{name}待初审。", observed="未审核", **about)
        else:
            yield failed(f"{name}没有初审结论或审核人。", observed="未审核", **about)


@case_rule(
    "P09-notice-of-nonconformity",
    "明显不符合的及时告知企业",
    rows="P09",
    parameters="notice_days",
    remedy="告知企业并登记日期和方式。",
    unless="没有初审为明显不符合的整改报告。",
)
def notice_of_nonconformity(chain: CaseHistory) -> Iterator[Outcome]:
    """A returned report was followed by a notice, with day and channel."""
    for report in chain.reports:
        if report.review is not ReviewResult.RETURNED or report.reviewed_on is None:
            continue
        last = report.reviewed_on + timedelta(days=chain.parameters.notice_days)
        name = f"整改报告第 {report.version} 版"
        about: dict[str, Any] = {"expected": f"{last.isoformat()} 前告知", "due": last}
        if report.notified_on is not None:
            about["observed"] = report.notified_on.isoformat()
            if report.notified_on > last:
                yield late(f"{name}退回后 {report.notified_on.isoformat()} 才告知企业，已迟。", **about)
            elif not report.notified_by:
                yield unsure(f"{name}已告知企业，未写方式。", **about)
            else:
                yield passed(f"{name}退回后已告知企业（{report.notified_by}）。", **about)
        elif chain.today <= last:
            yield waiting(f"{name}明显不符合，待告知企业。", observed="未告知", **about)
        else:
            yield failed(f"{name}明显不符合，没有告知企业的记录。", observed="未告知", **about)


@case_rule(
    "P10-versions-kept",
    "改正后重新上报，各版保留",
    rows="P10",
    remedy="催企业改正后重新上报；登记为新的一版，不覆盖旧版。",
    unless=NO_REPORT,
)
def versions_kept(chain: CaseHistory) -> Iterator[Outcome]:
    """Versions run 1, 2, 3 without a hole, and a returned one is followed by another."""
    if not chain.reports:
        return
    versions = [report.version for report in chain.reports]
    last = chain.reports[-1]
    about: dict[str, Any] = {"expected": "版次连续，退回后有新版", "observed": listed(versions)}
    if versions != list(range(1, len(versions) + 1)):
        yield failed(f"整改报告版次 {listed(versions)} 不连续，有版本缺失。", **about)
    elif last.review is ReviewResult.RETURNED:
        due = resubmission_due(chain)
        if due is not None and chain.today > due:
            yield failed(f"整改报告第 {last.version} 版已退回，期限已过，没有新版。", **about)
        else:
            yield waiting(f"整改报告第 {last.version} 版已退回，等待企业重新上报。", **about)
    elif last.review is None:
        yield unsure(f"整改报告第 {last.version} 版尚无审核结论，是否终版未定。", **about)
    else:
        yield passed(f"整改报告共 {len(versions)} 版，均保留。", **about)


def resubmission_due(chain: CaseHistory) -> date | None:
    """Until when a returned report must come again: the last deadline in force; None without hazards."""
    if chain.index.edition < DEADLINE_IN_FORCE or not chain.histories:
        return chain.report_due
    return max(one.deadline(chain.today) for one in chain.histories)


RULES = (
    report_in_time,
    every_hazard_answered,
    plan_fields,
    rectified_in_time,
    preliminary_review,
    notice_of_nonconformity,
    versions_kept,
)
