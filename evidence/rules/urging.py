"""Day 7 to day 10: urge and guide, and report the passive (附件五(二)1)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from evidence.domain.case import Attitude, Channel, Recipient, Trigger, Visit, VisitKind
from evidence.domain.week import local_date
from evidence.rules.case_history import CaseHistory
from evidence.rules.clause import Level
from evidence.rules.escalation import ReportDuty, judge_report
from evidence.rules.outcomes import failed, late, listed, passed, unsure, waiting
from evidence.rules.rule import Outcome, case_rule, revised

NOT_NEEDED = "检查未发现隐患，或尚未检查，无需督促。"


@case_rule(
    "P03-urging-window",
    "第{urging_first_day}~{urging_last_day}天内督促",
    rows="P03",
    parameters="urging_first_day urging_last_day",
    remedy="在窗口内电话或上门督促；已错过的立即补做，迟延会长期列示。",
    unless=NOT_NEEDED,
)
def urging_in_window(chain: CaseHistory) -> Iterator[Outcome]:
    """The first urging falls on day 7 to day 10; early and late are both flagged."""
    window, check = chain.urging_window, chain.check
    if window is None or check is None:
        return
    about: dict[str, Any] = {"expected": f"{window}{window.note}", "due": window.last}
    after = [step for step in chain.urgings if step.day >= check.day]
    good = next((step for step in after if step.day in window), None)
    if good is not None:
        day = (good.day - check.day).days
        yield passed(
            f"检查后第 {day} 天督促，在窗口内。", visit=good.id, observed=good.day.isoformat(), **about
        )
    elif after:
        step = after[0]
        day = (step.day - check.day).days
        early = step.day < window.first
        if early and chain.today <= window.last:
            yield unsure(
                f"检查后第 {day} 天督促，早于窗口 {window}；请在窗口内再督促一次。",
                visit=step.id,
                observed=step.day.isoformat(),
                **about,
            )
        else:
            yield late(
                f"检查后第 {day} 天督促，{'早' if early else '晚'}于窗口 {window}{window.note}。",
                visit=step.id,
                observed=step.day.isoformat(),
                **about,
            )
    elif chain.today <= window.last:
        days = (window.last - chain.today).days
        now = "窗口已开" if chain.today >= window.first else "窗口未到"
        yield waiting(
            f"{now}：{window} 内督促，距最后一天 {days} 天{window.note}。", observed="尚未督促", **about
        )
    else:
        yield failed(f"窗口 {window} 已过，没有督促{window.note}。", observed="未督促", **about)


@case_rule(
    "P04-urging-facts",
    "督促记录事实完整",
    rows="P04 W04",
    remedy="补登方式、企业态度和每项隐患的进度。",
    unless="尚无督促。",
)
def urging_facts(chain: CaseHistory) -> Iterator[Outcome]:
    """Channel, attitude and the progress of every hazard are written down."""
    for step in chain.urgings:
        visit = step.facts
        lacking = [w for w, v in (("方式", visit.channel), ("企业态度", visit.attitude)) if v is None]
        unanswered = sorted(chain.hazards.keys() - {one.hazard for one in visit.progress})
        about: dict[str, Any] = {"visit": step.id, "expected": "方式、态度、每项隐患进度"}
        if lacking:
            yield failed(f"{step.name}缺{listed(lacking)}。", observed=f"缺{listed(lacking)}", **about)
        elif unanswered:
            yield unsure(
                f"{step.name}没有写 {listed(unanswered)} 的整改进度，请补登或确认。",
                observed=f"缺 {listed(unanswered)}",
                **about,
            )
        else:
            complete = passed(f"{step.name}的事实完整。", observed="完整", **about)
            unnamed = _call_lacks(visit)
            yield revised(unsure(f"{step.name}{unnamed}", **about), complete) if unnamed else complete


def _call_lacks(visit: Visit) -> str:
    """What is not written of a call: whom it reached, at which number."""
    if visit.channel is not Channel.PHONE:
        return ""
    if visit.call_noted is None:
        return "早先登记时没有记明通话对象和号码是否写下，请更正登记或确认。"
    words = {"接洽人": "通话对象", "接洽人电话": "号码"}
    lacking = [word for heading, word in words.items() if heading not in visit.call_noted]
    return f"没有写明通话的{listed(lacking)}，请补登或确认。" if lacking else ""


@case_rule(
    "P05-passive-reported",
    "不积极整改的企业书面上报",
    rows="P05",
    parameters="escalation_days",
    remedy="向{section}书面上报并取得签收。",
    unless="企业整改态度积极，或尚未督促。",
)
def passive_reported(chain: CaseHistory) -> Iterator[Outcome]:
    """A passive enterprise is reported in writing within days, with a receipt."""
    for step in chain.urgings:
        if step.facts.attitude is Attitude.PASSIVE:
            duty = ReportDuty(
                trigger=Trigger.PASSIVE,
                step=step,
                days=chain.parameters.escalation_days,
                recipients=(Recipient.SAFETY_SECTION,),
            )
            yield judge_report(chain, duty)
        elif step.facts.attitude is None:
            yield revised(
                unsure(f"{step.name}没有登记企业态度，是否须上报无从判断。", visit=step.id, observed="未填")
            )


@case_rule(
    "P06-principal-interviewed",
    "约谈企业主要负责人本人",
    rows="P06 R03",
    level=Level.WARNING,
    parameters="interview_days",
    remedy="请{section}约谈主要负责人本人，并把约谈记录归档。",
    unless="没有因不积极整改上报。",
)
def principal_interviewed(chain: CaseHistory) -> Iterator[Outcome]:
    """After a report of passivity the principal was interviewed in person and a record exists."""
    reports = chain.escalated(Trigger.PASSIVE)
    if not reports:
        return
    reported = local_date(reports[0].reported_at)
    due = reported + timedelta(days=chain.parameters.interview_days)
    about: dict[str, Any] = {"expected": "主要负责人本人到场，有约谈记录", "due": due}
    talks = [step for step in chain.of_kind(VisitKind.INTERVIEW) if step.day >= reported]
    if not talks:
        if chain.today <= due:
            yield waiting(
                f"已上报，等待{chain.index.names.section}约谈主要负责人（推定 {due.isoformat()} 前）。",
                **about,
            )
        else:
            yield failed("已上报不积极整改，尚无约谈。", observed="无约谈", **about)
        return
    step = talks[-1]
    document = chain.record(step)
    about["visit"] = step.id
    if talks[0].day > due:
        days = (talks[0].day - due).days
        yield revised(late(f"{talks[0].name}晚于推定期限 {due.isoformat()}，迟 {days} 天。", **about))
    if step.facts.principal_present is None:
        yield unsure(f"{step.name}未写明主要负责人是否本人到场。", observed="未填", **about)
    elif not step.facts.principal_present:
        yield failed(f"{step.name}主要负责人未到场，不得委托他人。", observed="委托他人", **about)
    elif document is None or not document.scans:
        yield unsure(f"{step.name}主要负责人已到场，约谈记录尚未归档。", observed="无约谈记录", **about)
    else:
        yield passed(
            f"{step.name}主要负责人本人到场，约谈记录已归档。",
            observed="本人到场",
            document=document.form.number,
            **about,
        )


RULES = (urging_in_window, urging_facts, passive_reported, principal_interviewed)
