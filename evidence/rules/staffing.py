"""Who may be on a visit: number, qualification, badge, consent, no conflict (附件一, 六, 八)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evidence.domain.parties import Person, Role
from evidence.domain.register import RegisterEntry
from evidence.rules.case_history import CaseHistory
from evidence.rules.outcomes import failed, listed, passed, unsure
from evidence.rules.rule import Outcome, case_rule, revised
from evidence.rules.steps import Step
from evidence.rules.surroundings import in_force

NO_INSPECTION = "尚无检查或复查。"


def _roster(chain: CaseHistory, step: Step) -> tuple[list[Person], list[str]]:
    """Known people of the agency on a visit, and ids that are in no register."""
    people = chain.index.people
    known = [people[one] for one in step.facts.experts if one in people]
    return known, [one for one in step.facts.experts if one not in people]


def _per_person(chain: CaseHistory) -> Iterator[tuple[Step, Person]]:
    """Each known person of the agency on each on-site visit."""
    for step in chain.visits:
        if step.on_site:
            for person in _roster(chain, step)[0]:
                yield step, person


@case_rule(
    "S03-known-people",
    "到场人员都在人员台账",
    rows="S03 S04 G01",
    remedy="核对人员编号，或先在人员台账登记。",
    unless="尚无到场人员的记录。",
)
def known_people(chain: CaseHistory) -> Iterator[Outcome]:
    """Every expert and supervisor of a visit exists in the register, with the right role."""
    people = chain.index.people
    for step in chain.visits:
        named = (*step.facts.experts, *step.facts.supervisors)
        if not named:
            continue
        unknown = sorted({one for one in named if one not in people})
        twisted = sorted(
            {one for one in step.facts.experts if one in people and people[one].role is Role.SUPERVISOR}
            | {
                one
                for one in step.facts.supervisors
                if one in people and people[one].role is not Role.SUPERVISOR
            }
        )
        about: dict[str, Any] = {"visit": step.id, "expected": "人员台账中的人员"}
        if unknown:
            yield failed(
                f"{step.name}有查无此人的编号 {listed(unknown)}。", observed=listed(unknown), **about
            )
        elif twisted:
            yield failed(
                f"{step.name}中 {listed(twisted)} 的身份与台账不符。", observed=listed(twisted), **about
            )
        else:
            yield passed(f"{step.name}的 {len(named)} 名人员都在台账。", observed=f"{len(named)} 人", **about)


@case_rule(
    "S03-ordinary-staffing",
    "规模以下企业至少1名合格技术人员",
    rows="S03",
    parameters="experts_ordinary",
    remedy="派至少一名合格的安全专业技术人员，必要时重新检查。",
    unless="不属于规模以下一般工贸企业，或尚无检查、复查。",
)
def ordinary_staffing(chain: CaseHistory) -> Iterator[Outcome]:
    """Below-scale ordinary enterprises: one qualified technician at check and recheck."""
    if chain.enterprise is None or chain.enterprise.heavy:
        return
    yield from _staffing(chain, chain.parameters.experts_ordinary)


@case_rule(
    "S04-heavy-staffing",
    "重点类别企业至少2名专家",
    rows="S04",
    parameters="experts_heavy",
    remedy="组织两名以上合格专家，必要时重新检查。",
    unless="不属于六类重点企业，或尚无检查、复查。",
)
def heavy_staffing(chain: CaseHistory) -> Iterator[Outcome]:
    """The six heavy classes: two qualified experts at check and recheck."""
    if chain.enterprise is None or not chain.enterprise.heavy:
        return
    yield from _staffing(chain, chain.parameters.experts_heavy)


def _staffing(chain: CaseHistory, needed: int) -> Iterator[Outcome]:
    for step in chain.inspections:
        known, unknown = _roster(chain, step)
        qualified = {person.id for person in known if person.qualified and person.role is not Role.SUPERVISOR}
        unclear = {person.id for person in known if person.qualified is None}
        experts_unclear = {one for one in unclear if chain.index.people[one].role is not Role.SUPERVISOR}
        about: dict[str, Any] = {
            "visit": step.id,
            "expected": f"合格技术人员 {needed} 名",
            "observed": f"合格 {len(qualified)} 名，到场 {len(set(step.facts.experts))} 名",
        }
        if len(qualified) >= needed:
            yield passed(f"{step.name}有 {len(qualified)} 名合格技术人员。", **about)
        elif len(qualified | unclear) + len(set(unknown)) >= needed:
            doubt = unsure(f"{step.name}有人员资格不明，请在人员台账补登资格。", **about)
            enough = len(qualified | experts_unclear) + len(set(unknown)) >= needed
            yield doubt if enough else revised(_too_few(step, len(qualified), needed, about), doubt)
        else:
            yield _too_few(step, len(qualified), needed, about)


def _too_few(step: Step, qualified: int, needed: int, about: dict[str, Any]) -> Outcome:
    return failed(f"{step.name}只有 {qualified} 名合格技术人员，须 {needed} 名。", **about)


@case_rule(
    "S05-supervisor",
    "重点类别企业有监管人员会同",
    rows="S05",
    parameters="supervisors_heavy",
    remedy="提前与{section}约定监管人员；未会同的须由监管部门书面说明。",
    unless="不属于六类重点企业，或合同不要求会同，或尚无检查、复查。",
)
def supervisor(chain: CaseHistory) -> Iterator[Outcome]:
    """The six heavy classes: one supervisor of the zone at check and recheck."""
    needed = chain.parameters.supervisors_heavy
    if chain.enterprise is None or not chain.enterprise.heavy or needed == 0:
        return
    people = chain.index.people
    for step in chain.inspections:
        named = set(step.facts.supervisors)
        known = {one for one in named if one in people and people[one].role is Role.SUPERVISOR}
        about: dict[str, Any] = {
            "visit": step.id,
            "expected": f"监管人员 {needed} 名",
            "observed": f"{len(known)} 名",
        }
        if len(known) >= needed:
            yield passed(f"{step.name}有监管人员会同。", **about)
        elif len(named) >= needed:
            yield unsure(f"{step.name}会同的监管人员不在人员台账，请核对。", **about)
        else:
            yield failed(f"{step.name}没有{chain.index.names.supervisor}会同。", **about)


@case_rule(
    "S03-known-enterprise",
    "企业和类别已登记",
    rows="S03 S04 C24",
    remedy="在企业台账登记该企业和类别。",
)
def known_enterprise(chain: CaseHistory) -> Iterator[Outcome]:
    """Without a class nobody can say how many experts are needed."""
    if chain.enterprise is None:
        yield failed(f"案件的企业 {chain.case.enterprise} 不在企业台账。", observed="未登记")
    elif not chain.enterprise.classes:
        yield unsure(f"{chain.enterprise.name}没有登记类别，无法确定人员配备。", observed="无类别")
    else:
        names = listed(one.value for one in chain.enterprise.classes)
        yield passed(f"{chain.enterprise.name}的类别为{names}。", observed=names)


@case_rule(
    "S06-external-experts",
    "外聘专家有聘书",
    rows="S06 F06",
    remedy="登记聘书和专业（登记台账 expert-engagement）。",
    unless="没有外聘专家参加。",
)
def external_experts(chain: CaseHistory) -> Iterator[Outcome]:
    """An outside expert has an engagement letter that covers the visit, with a specialty."""
    for step, person in _per_person(chain):
        if person.role is not Role.EXTERNAL_EXPERT:
            continue
        letters = [
            one
            for one in chain.index.entries_of("expert-engagement", person.id)
            if in_force(step.day, one.valid_from or one.on, one.valid_to)
        ]
        about: dict[str, Any] = {"visit": step.id, "expected": "当日有效的聘书", "observed": person.name}
        if not letters:
            yield failed(f"外聘专家{person.name}在 {step.day.isoformat()} 没有有效聘书。", **about)
        elif not person.specialty:
            yield unsure(f"外聘专家{person.name}有聘书，未登记专业。", **about)
        else:
            yield passed(f"外聘专家{person.name}（{person.specialty}）有聘书。", **about)


@case_rule(
    "T02-badge-valid",
    "持有效工作证",
    rows="T02",
    remedy="请监管部门制发工作证并登记证号和有效期。",
    unless="尚无到场的检查人员。",
)
def badge_valid(chain: CaseHistory) -> Iterator[Outcome]:
    """Every inspector had a badge that was valid on the day."""
    for step, person in _per_person(chain):
        about: dict[str, Any] = {
            "visit": step.id,
            "expected": "当日有效的工作证",
            "observed": person.badge or "无",
        }
        if not person.badge:
            yield failed(f"{person.name}没有登记工作证。", **about)
        elif person.badge_from is None:
            yield unsure(f"{person.name}的工作证 {person.badge} 未登记有效期。", **about)
        elif in_force(step.day, person.badge_from, person.badge_to):
            valid = passed(f"{person.name}的工作证 {person.badge} 在有效期内。", **about)
            yield valid if person.badge_to else revised(_without_end(person, about), valid)
        else:
            yield failed(
                f"{person.name}的工作证 {person.badge} 在 {step.day.isoformat()} 不在有效期内。", **about
            )


def _without_end(person: Person, about: dict[str, Any]) -> Outcome:
    """A badge is made for a term; without its last day nobody can say that it was valid."""
    return unsure(f"{person.name}的工作证 {person.badge} 未登记有效期止。", **about)


@case_rule(
    "G01-replacement-consent",
    "更换人员经书面同意",
    rows="G01",
    remedy="书面报告并取得监管部门同意后再派出（登记台账 replacement-consent）。",
    unless="到场人员都在投标名单或为外聘专家。",
)
def replacement_consent(chain: CaseHistory) -> Iterator[Outcome]:
    """No visit by a team member who was not in the bid, unless consent covers the day."""
    for step, person in _per_person(chain):
        if person.original_team or person.role not in (Role.LEADER, Role.MEMBER):
            continue
        consents = chain.index.entries_of("replacement-consent", person.id)
        covering = [one for one in consents if in_force(step.day, one.valid_from or one.on, one.valid_to)]
        about: dict[str, Any] = {"visit": step.id, "expected": "当日已生效的书面同意"}
        if any(one.attachment or one.receipt_on for one in covering):
            yield passed(f"{person.name}的更换已获书面同意。", observed=covering[0].on.isoformat(), **about)
        elif covering:
            yield unsure(f"{person.name}的更换同意没有附件，请补交同意书。", observed="无附件", **about)
        else:
            yield failed(
                f"{person.name}不在投标名单，{step.day.isoformat()} 无书面同意。", observed="无", **about
            )


@case_rule(
    "T05-removed-stay-away",
    "被清退、离岗人员不再上门",
    rows="T05",
    remedy="核对人员起止日期；被清退的人员不得再安排。",
    unless="尚无到场的检查人员。",
)
def removed_stay_away(chain: CaseHistory) -> Iterator[Outcome]:
    """Nobody visits outside the dates of his service, or after a removal."""
    for step, person in _per_person(chain):
        removals = chain.index.entries_of("staff-removal", person.id)
        about: dict[str, Any] = {"visit": step.id, "expected": "在岗人员", "observed": person.name}
        if any((one.valid_from or one.on) <= step.day for one in removals):
            yield failed(f"{person.name}已被清退，{step.day.isoformat()} 仍上门。", **about)
        elif not in_force(step.day, person.active_from, person.active_to):
            yield failed(f"{person.name}在 {step.day.isoformat()} 不在岗。", **about)
        else:
            yield passed(f"{person.name}在岗。", **about)


def _undertaking(chain: CaseHistory, register: str, what: str) -> Iterator[Outcome]:
    first: dict[str, tuple[Step, Person]] = {}
    for step, person in _per_person(chain):
        first.setdefault(person.id, (step, person))
    for step, person in first.values():
        signed = chain.index.entries_of(register, person.id)
        early = [
            one for one in signed if one.on <= step.day and in_force(step.day, one.valid_from, one.valid_to)
        ]
        about: dict[str, Any] = {
            "visit": step.id,
            "expected": f"{step.day.isoformat()} 前签署{what}",
            "observed": signed[0].on.isoformat() if signed else "未签",
        }
        if any(one.attachment for one in early):
            yield passed(f"{person.name}已签{what}。", **about)
        elif early:
            yield unsure(f"{person.name}的{what}没有附件，请补交扫描件。", **about)
        elif signed:
            yield failed(f"{person.name}的{what}晚于本次上门或已失效。", **about)
        else:
            yield failed(f"{person.name}没有签{what}。", **about)


@case_rule(
    "G02-confidentiality",
    "上门前签保密承诺",
    rows="G02 T08 T10",
    remedy="签署保密承诺书并登记（台账 confidentiality-undertaking）。",
    unless="尚无到场的检查人员。",
)
def confidentiality(chain: CaseHistory) -> Iterator[Outcome]:
    """Each person signed the confidentiality undertaking before the first visit."""
    yield from _undertaking(chain, "confidentiality-undertaking", "保密承诺书")


@case_rule(
    "T08-integrity",
    "上门前签廉洁承诺",
    rows="T08 G11 W03",
    remedy="签署廉洁承诺书并登记（台账 integrity-undertaking）。",
    unless="尚无到场的检查人员。",
)
def integrity(chain: CaseHistory) -> Iterator[Outcome]:
    """Each person signed the integrity undertaking before the first visit."""
    yield from _undertaking(chain, "integrity-undertaking", "廉洁承诺书")


@case_rule(
    "T09-no-conflict",
    "利害关系人员回避",
    rows="T09",
    remedy="换人；并在台账 conflict-declaration 登记申报。",
    unless="尚无到场的检查人员。",
)
def no_conflict(chain: CaseHistory) -> Iterator[Outcome]:
    """Nobody with a declared interest visits; outside experts declare expressly that they have none."""
    for step, person in _per_person(chain):
        declared = [
            one
            for one in chain.index.entries_of("conflict-declaration", person.id)
            if one.enterprise in (None, chain.case.enterprise)
            and in_force(step.day, one.valid_from or one.on, one.valid_to)
        ]
        about: dict[str, Any] = {"visit": step.id, "expected": "无利害关系", "observed": person.name}
        if any(
            one.enterprise == chain.case.enterprise and one.data.get("conflict") != "无" for one in declared
        ):
            yield failed(f"{person.name}申报过与该企业有利害关系，应当回避。", **about)
        elif doubt := _declared_to_nobody(declared):
            yield revised(
                unsure(f"{person.name}{doubt}，是否应当回避无从判断。", **{**about, "observed": "申报不明"}),
                passed(f"{person.name}没有申报利害关系。", **about),
            )
        elif not declared and person.role is Role.EXTERNAL_EXPERT:
            yield unsure(f"外聘专家{person.name}没有利害关系申报。", **about)
        elif not declared:
            yield revised(
                unsure(
                    f"{person.name}没有利害关系申报，是否应当回避无从判断。",
                    **{**about, "observed": "未申报"},
                ),
                passed(f"{person.name}没有申报利害关系。", **about),
            )
        else:
            yield passed(f"{person.name}没有申报利害关系。", **about)


def _declared_to_nobody(declared: list[RegisterEntry]) -> str:
    """What a declaration leaves open: an interest without its enterprise, or neither interest nor none."""
    for one in declared:
        conflict = one.data.get("conflict", "").strip()
        if not conflict:
            return "的利害关系申报没有写明有无"
        if conflict != "无" and one.enterprise is None:
            return f"申报了利害关系（{conflict}），没有写明企业"
    return ""


RULES = (
    known_enterprise,
    known_people,
    ordinary_staffing,
    heavy_staffing,
    supervisor,
    external_experts,
    badge_valid,
    replacement_consent,
    removed_stay_away,
    confidentiality,
    integrity,
    no_conflict,
)
