"""Fields about the enterprise, the team and the signatures that every record shares."""

from __future__ import annotations

from typing import Any

from evidence.domain.identifiers import PersonId
from evidence.domain.parties import Enterprise, Person, Role
from evidence.forms.content.marks import Marks
from evidence.forms.people import Contact
from evidence.forms.source import Source


def enterprise_fields(source: Source) -> dict[str, Any]:
    """被检查单位 and the two contract parties."""
    enterprise = source.enterprise
    contacts = source.contacts()
    principal = contacts.principal if contacts.principal.name else contacts.legal
    visited = source.details().principal
    head = visited if visited.name else principal
    settings = source.settings
    return {
        "标段": settings.contract.section,
        "委托单位": settings.regulator.name,
        "检查单位": settings.agency.name,
        "被检查单位": enterprise.name if enterprise else "",
        "信用代码": (enterprise.credit_code if enterprise else "") or "",
        "地址": (enterprise.address if enterprise else "") or "",
        "企业类别": _classes(enterprise, source.settings.parameters.micro_headcount) if enterprise else "",
        "负责人": head.name,
        "负责人职务": head.position or principal.position,
        "联系电话": head.telephone or principal.telephone,
    }


def _classes(enterprise: Enterprise, micro_below: int) -> str:
    """附件一's classes, and what else decides how the enterprise is served (附件五(二)3, 4)."""
    micro = enterprise.headcount is not None and enterprise.headcount < micro_below
    more = ([f"{micro_below}人以下微型企业"] if micro else []) + (["厂中厂"] if enterprise.landlord else [])
    return "、".join([kind.value for kind in enterprise.classes] + more)


def team(source: Source) -> tuple[tuple[Person, ...], tuple[Person, ...]]:
    """Experts and supervisors of the visit, or those asked for on a blank form."""
    if source.visit is not None:
        return source.people(source.visit.experts), source.people(source.visit.supervisors)
    return source.people(source.request.experts), source.people(source.request.supervisors)


def team_rows(source: Source, marks: Marks, *, experts_say: str) -> list[dict[str, Any]]:
    """One row for each person who takes part and signs; free rows on a blank form."""
    experts, supervisors = team(source)
    heavy = source.enterprise is not None and source.enterprise.heavy
    rows = [_row(experts_say, marks, "expert", number, person) for number, person in enumerate(experts, 1)]
    agreed = source.settings.parameters
    wanted = agreed.experts_heavy if heavy else agreed.experts_ordinary
    if source.blank:
        rows += [_row(experts_say, marks, "expert", n, None) for n in range(len(rows) + 1, wanted + 1)]
    rows += [
        _row("安全监管人员", marks, "supervisor", number, person)
        for number, person in enumerate(supervisors, 1)
    ]
    if source.blank and heavy and not supervisors:
        free = range(1, agreed.supervisors_heavy + 1)
        rows += [_row("安全监管人员", marks, "supervisor", number, None) for number in free]
    return rows


def _row(title: str, marks: Marks, role: str, number: int, person: Person | None) -> dict[str, Any]:
    external = person is not None and person.role is Role.EXTERNAL_EXPERT
    supervisor = role == "supervisor"
    signer: PersonId | None = person.id if person else None
    return {
        "身份": title,
        "姓名": person.name if person else "",
        "工作证号": person.badge if person else "",
        "职称": person.title.value if person and not supervisor else ("—" if supervisor else ""),
        "专业": (person.specialty if person else "") or ("—" if supervisor else ""),
        "外聘": "—" if supervisor else ("是" if external else ("否" if person else "")),
        "签名框": marks.box(f"{role}-{number}", person=signer),
        "日期框": marks.box(f"{role}-{number}-date", person=signer),
    }


def escort_fields(escort: Contact) -> dict[str, str]:
    """陪同检查人员."""
    return {"陪同人员": escort.name, "陪同人员职务": escort.position}


def refusal_text(source: Source) -> str:
    """拒签情况及处理."""
    visit = source.visit
    if visit is None:
        return ""
    names = {"escort": "陪同检查人员拒绝签名", "principal": "主要负责人拒绝签名", "seal": "企业拒绝盖章"}
    parts = [
        f"{names.get(refusal.role, refusal.role)}，原因：{refusal.reason}。"
        f"见证人：{refusal.witness or '＿＿＿＿＿＿'}。"
        for refusal in visit.refusals
    ]
    parts += [f"企业未开放场所：{area}。" for area in visit.areas_refused]
    return "".join(parts) or "无"
