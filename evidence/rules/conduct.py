"""No sham, and what surrounds the work: time on site, questionnaires, reviews (附件六, 附件七)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from evidence.domain.document import IssuedForm
from evidence.domain.register import RegisterEntry
from evidence.domain.week import local_date
from evidence.rules import footage, weekly, weekly_plan
from evidence.rules.case_history import CaseHistory
from evidence.rules.clause import Kind, Level
from evidence.rules.facts_index import FactsIndex
from evidence.rules.outcomes import failed, late, listed, passed, unsure, waiting
from evidence.rules.rule import Outcome, as_said_by, case_rule, revised, standing_rule


@case_rule(
    "G09-time-on-site",
    "检查有足够时间",
    rows="G09 W04 D03",
    level=Level.WARNING,
    parameters="minimum_visit_minutes",
    remedy="核对到达、离开时间；确属过短的说明原因。",
    unless="尚未检查。",
)
def time_on_site(chain: CaseHistory) -> Iterator[Outcome]:
    """A check shorter than some minutes makes a person look; one that ends before it begins is wrong."""
    least = chain.parameters.minimum_visit_minutes
    for step in chain.checks:
        about: dict[str, Any] = {"visit": step.id, "expected": f"不少于 {least} 分钟"}
        if step.facts.left_at is None:
            yield unsure(f"{step.name}没有登记离开时间。", observed="不明", **about)
            continue
        minutes = int((step.facts.left_at - step.facts.arrived_at).total_seconds() // 60)
        about["observed"] = f"{minutes} 分钟"
        if minutes <= 0:
            yield failed(f"{step.name}的离开时间不晚于到达时间。", **about)
        elif minutes < least:
            yield unsure(f"{step.name}只有 {minutes} 分钟，请确认不是走过场。", **about)
        else:
            yield passed(f"{step.name}历时 {minutes} 分钟。", **about)


@case_rule(
    "G09-one-place-at-a-time",
    "同一人不在两处",
    rows="G09 W04",
    remedy="核对两次上门的人员和时间，更正登记。",
    unless="尚无现场上门。",
)
def one_place_at_a_time(chain: CaseHistory) -> Iterator[Outcome]:
    """Nobody stands in two enterprises at the same moment."""
    for step in chain.visits:
        if not step.on_site:
            continue
        clashes = [
            (person, other)
            for person in step.facts.experts
            for other in chain.index.presence(person, step.day)
            if other.id != step.id and _overlap(step.facts, other.facts)
        ]
        about: dict[str, Any] = {"visit": step.id}
        if clashes:
            words = listed(f"{person} 同时在 {other.id}" for person, other in clashes)
            yield failed(f"{step.name}：{words}。", observed=words, **about)
        elif step.facts.left_at is None:
            yield unsure(f"{step.name}没有离开时间，无法核对是否同时在别处。", observed="不明", **about)
        else:
            yield revised(
                passed(f"{step.name}的人员在本次核对的案件中没有同时出现在别处。", **about),
                passed(f"{step.name}的人员当时不在别处。", **about),
            )


def _overlap(one: Any, other: Any) -> bool:
    if one.left_at is None or other.left_at is None:
        return False
    return bool(one.arrived_at < other.left_at and other.arrived_at < one.left_at)


@case_rule(
    "G09-own-words",
    "检查情况不是照抄",
    rows="G09 W04 D03",
    level=Level.NOTE,
    remedy="对照两家企业的记录，确认确系现场所见。",
    unless="尚未检查，或没有写检查情况。",
)
def own_words(chain: CaseHistory) -> Iterator[Outcome]:
    """The same long text about two enterprises of the week makes a person look."""
    for step in chain.checks:
        text = "".join(step.facts.summary.split())
        if not text:
            continue
        twins = sorted(chain.index.same_text(text) - {chain.case.id})
        if twins and len(text) >= 20:
            yield unsure(f"{step.name}的检查情况与 {listed(twins)} 一字不差。", visit=step.id)
        else:
            yield passed(f"{step.name}的检查情况没有雷同。", visit=step.id)


@case_rule(
    "G05-every-service-archived",
    "每次服务都有资料在档",
    rows="G05 G12",
    level=Level.WARNING,
    remedy="把该次服务的记录、录像或原始登记表归档。",
    unless="尚无服务。",
)
def every_service_archived(chain: CaseHistory) -> Iterator[Outcome]:
    """Every visit, call and guidance has at least one original behind it."""
    for step in chain.visits:
        document = chain.record(step)
        due = chain.handover_due(step)
        if document is not None and document.scans:
            yield passed(f"{step.name}有记录在档。", visit=step.id, document=document.form.number)
        elif chain.footage(step):
            yield passed(f"{step.name}有录像在档。", visit=step.id)
        elif step.facts.source is not None:
            yield unsure(f"{step.name}只有登记表，没有记录或录像。", visit=step.id)
        elif chain.today <= due:
            yield waiting(f"{step.name}的资料待归档。", visit=step.id, due=due)
        else:
            yield failed(f"{step.name}没有任何资料在档。", visit=step.id, due=due)


BY_ID_AS_WELL = 3
"""From this edition on a person of the roster is known by his id, too."""


@case_rule(
    "E05-questionnaire",
    "企业填写服务质量问卷",
    rows="E05",
    level=Level.NOTE,
    parameters="archive_days",
    remedy="请企业填写问卷并归档；不得由本机构人员代填。",
    unless="尚未检查。",
)
def questionnaire(chain: CaseHistory) -> Iterator[Outcome]:
    """A questionnaire came back after the check, not filled in by the agency itself."""
    check = chain.check
    if check is None:
        return
    due = check.day + timedelta(days=chain.parameters.archive_days)
    forms = [one for one in chain.of_form("questionnaire") if one.scans and not _by_regulator(one.form)]
    entries = chain.entries("questionnaire")
    ours = {person.name for person in chain.index.facts.people}
    if chain.index.edition >= BY_ID_AS_WELL:
        ours |= {person.id for person in chain.index.facts.people}
    by_us = [one.key for one in entries if one.data.get("filled_by", "").strip() in ours]
    about: dict[str, Any] = {"visit": check.id, "due": due, "expected": "企业填写的问卷"}
    if by_us:
        yield failed(f"问卷 {listed(by_us)} 由本机构人员填写。", observed="代填", **about)
    elif forms:
        came = [local_date(one.received_at) for one in forms if one.received_at]
        yield _in_time(passed("企业问卷在档。", document=forms[-1].form.number, **about), came, due)
    elif any(one.attachment for one in entries):
        came = [one.on for one in entries if one.attachment]
        yield _in_time(passed("企业问卷在档。", **about), came, due)
    elif entries:
        yield unsure("已登记问卷，没有附件。", **about)
    elif chain.today <= due:
        yield waiting("企业问卷待收。", **about)
    else:
        yield failed("没有企业问卷。", observed="无问卷", **about)


def _in_time(filed: Outcome, came: list[date], due: date) -> Outcome:
    """The questionnaire is there; stated for ever when the first one came after its day."""
    if not came or min(came) <= due:
        return filed
    first = min(came)
    said = f"企业问卷于 {first.isoformat()} 才收回，迟 {(first - due).days} 天。"
    return revised(
        late(said, visit=filed.visit, document=filed.document, due=due, expected=filed.expected), filed
    )


def _by_regulator(form: IssuedForm) -> bool:
    """Whether the questionnaire was issued for the regulator's return visit (附件六3(4))."""
    return any(box.split(":")[1] == "return-visitor" for box in form.required_boxes)


@case_rule(
    "R05-return-visit",
    "监管部门回访问卷另行在案",
    rows="R05 T04",
    level=Level.NOTE,
    remedy="核对回访问卷的来源；不得用企业问卷代替。",
    unless="没有监管部门回访记录。",
)
def return_visit(chain: CaseHistory) -> Iterator[Outcome]:
    """A return visit's questionnaire is the regulator's own, not the enterprise's once more."""
    enterprise_forms = {one.attachment for one in chain.entries("questionnaire") if one.attachment}
    for one in chain.entries("return-visit"):
        if one.attachment is None:
            yield unsure(f"回访 {one.key} 没有附件。", document=one.key)
        elif one.attachment in enterprise_forms:
            yield failed(f"回访 {one.key} 的附件就是企业问卷。", document=one.key)
        else:
            yield passed(f"回访 {one.key} 在案。", document=one.key)


@case_rule(
    "T07-internal-review",
    "记录经内部审核",
    rows="T07",
    level=Level.NOTE,
    remedy="由未参加检查的人员审核并登记（台账 internal-review）。",
    unless="尚未检查。",
)
def internal_review(chain: CaseHistory) -> Iterator[Outcome]:
    """Somebody who was not on the check reviewed the case before it was handed over."""
    check = chain.check
    if check is None:
        return
    due = chain.handover_due(check)
    reviews = chain.entries("internal-review")
    about: dict[str, Any] = {"visit": check.id, "due": due, "expected": "未参加检查的人员审核"}
    if not reviews:
        say = waiting if chain.today <= due else failed
        yield say("没有内部审核记录。" if chain.today > due else "待内部审核。", **about)
        return
    review = reviews[-1]
    if review.person is None:
        yield unsure(f"内部审核 {review.key} 没有写审核人。", **about)
    elif review.person in check.facts.experts:
        yield failed(f"内部审核 {review.key} 的审核人参加了本次检查。", **about)
    else:
        done = passed(f"已于 {review.on.isoformat()} 内部审核。", **about)
        days = (min(one.on for one in reviews) - due).days
        tardy = f"{review.on.isoformat()} 才内部审核，晚于移交日 {due.isoformat()}，迟 {days} 天。"
        yield revised(late(tardy, **about), done) if days > 0 else done


@case_rule(
    "K04-risk-lists",
    "风险清单先签字后上传",
    rows="K04",
    level=Level.WARNING,
    remedy="请专家现场确认签字后再上传，并登记两个日期（台账 risk-list）。",
    unless="本企业没有登记风险清单。",
)
def risk_lists(chain: CaseHistory) -> Iterator[Outcome]:
    """The expert's signature is not later than the upload."""
    for one in chain.entries("risk-list"):
        uploaded = one.data.get("uploaded_on", "")
        about: dict[str, Any] = {
            "document": one.key,
            "expected": f"签字 {one.on.isoformat()} 之后上传",
            "observed": uploaded or "未上传",
        }
        if not uploaded:
            yield unsure(f"风险清单 {one.key} 已签字，没有登记上传日期。", **about)
        elif not _is_day(uploaded):
            unknown = unsure(f"风险清单 {one.key} 的上传日期“{uploaded}”不是日期。", **about)
            yield revised(unknown, _uploaded(one, uploaded, about))
        else:
            yield _uploaded(one, uploaded, about)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _uploaded(one: RegisterEntry, uploaded: str, about: dict[str, Any]) -> Outcome:
    if uploaded < one.on.isoformat():
        return failed(f"风险清单 {one.key} 于 {uploaded} 上传，早于专家签字。", **about)
    return passed(f"风险清单 {one.key} 先签字后上传。", **about)


def _done(chain: CaseHistory, register: str, what: str, days: int) -> Iterator[Outcome]:
    for one in chain.entries(register):
        done = one.data.get("done_on", "")
        due = one.valid_to or one.on + timedelta(days=days)
        about: dict[str, Any] = {"document": one.key, "due": due, "observed": done or "未完成"}
        if done:
            if not _is_day(done):
                yield unsure(f"{what} {one.key} 的完成日期“{done}”不是日期。", **about)
                continue
            days = (date.fromisoformat(done) - due).days
            if days > 0:
                tardy = failed(f"{what} {one.key} 已于 {done} 完成，已迟。", **about)
                yield revised(late(f"{what} {one.key} 于 {done} 才完成，迟 {days} 天。", **about), tardy)
            else:
                yield passed(f"{what} {one.key} 已于 {done} 完成。", **about)
        elif chain.today <= due:
            yield waiting(f"{what} {one.key} 须在 {due.isoformat()} 前完成。", **about)
        else:
            yield failed(f"{what} {one.key} 没有完成记录。", **about)


@case_rule(
    "P14-assistance",
    "协助监管部门的事项已完成",
    rows="P14 R01",
    level=Level.NOTE,
    parameters="archive_days",
    remedy="完成后登记完成日期（台账 assistance）。",
    unless="没有登记协助事项。",
)
def assistance(chain: CaseHistory) -> Iterator[Outcome]:
    """Every assistance asked for this enterprise was finished."""
    yield from _done(chain, "assistance", "协助事项", chain.parameters.archive_days)


@case_rule(
    "P15-notices-delivered",
    "通知送达、信息更新有据",
    rows="P15",
    level=Level.NOTE,
    parameters="archive_days",
    remedy="送达后登记完成日期和来源（台账 enterprise-notice）。",
    unless="没有登记通知或更新事项。",
)
def notices_delivered(chain: CaseHistory) -> Iterator[Outcome]:
    """Every notice to this enterprise was delivered."""
    yield from _done(chain, "enterprise-notice", "通知事项", chain.parameters.archive_days)


@standing_rule(
    "W02-warning-risk",
    "书面警告风险",
    rows="W02",
    remedy="先补这些事项；它们是合同列明的书面警告情形。",
)
def warning_risk(index: FactsIndex) -> Iterator[Outcome]:
    """Late paper, no plan or no whole-visit footage: what the regulator may warn for."""
    reasons = []
    doubtful = []
    for name, outcomes in (
        ("纸质资料未按时移交", weekly.weekly_handover.judge(index)),
        ("计划未按时报备", weekly_plan.plan_filed.judge(index)),
    ):
        kinds = {one.kind for one in as_said_by(index.edition, outcomes)}
        reasons += [name] if Kind.FAIL in kinds else []
        doubtful += [name] if Kind.REVIEW in kinds and Kind.FAIL not in kinds else []
    for chain in index.chains:
        kinds = {one.kind for one in as_said_by(index.edition, footage.whole_visit.judge(chain))}
        reasons += [f"{chain.case.id} 录像不全"] if Kind.FAIL in kinds else []
        doubtful += [f"{chain.case.id} 录像待认定"] if Kind.REVIEW in kinds else []
    if reasons:
        yield failed(f"有被书面警告的风险：{listed(reasons)}。", observed=listed(reasons))
    elif doubtful:
        yield unsure(f"{listed(doubtful)}，认定前有被警告的风险。", observed=listed(doubtful))
    else:
        yield passed("没有合同列明的书面警告情形。", observed="无")


CASE_RULES = (
    time_on_site,
    one_place_at_a_time,
    own_words,
    every_service_archived,
    questionnaire,
    return_visit,
    internal_review,
    risk_lists,
    assistance,
    notices_delivered,
)
STANDING_RULES = (warning_risk,)
