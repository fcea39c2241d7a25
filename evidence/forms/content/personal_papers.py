"""Papers about one person of the team: undertakings, interests, a change of personnel (附件六1(1)、(2))."""

from __future__ import annotations

from typing import Any

from evidence.domain.identifiers import PersonId
from evidence.domain.parties import Person, Title
from evidence.errors import UsageError
from evidence.forms.content.marks import Marks
from evidence.forms.content.wording import BLANK_DAY, choices
from evidence.forms.source import Source
from evidence.language import _

BLANK_ROWS = 6


def undertaking_fields(source: Source, marks: Marks) -> dict[str, Any]:
    """Values of every field of 保密与廉洁承诺书."""
    person = _person(source)
    return {
        **_parties(source),
        "承诺人": person.name,
        "人员编号": person.id,
        "身份": person.role.value,
        "专业": person.specialty or "—",
        "期限": "自签署之日起至服务期满；保密义务在服务期满后继续有效。",
        "框": _signed_by(marks, "declarant", person),
    }


def declaration_fields(source: Source, marks: Marks) -> dict[str, Any]:
    """Values of every field of 利害关系申报表; whether there is one, only the person says."""
    person = _person(source)
    empty = dict.fromkeys(("序号", "企业", "关系", "起止", "回避措施"), "")
    return {
        **_parties(source),
        "申报人": person.name,
        "人员编号": person.id,
        "身份": person.role.value,
        "有无关系": choices(("无利害关系", "有利害关系（见下表）"), ()),
        "关系": [empty] * BLANK_ROWS,
        "以下空白": "",
        "审核意见": choices(("无须回避", "须回避所列企业"), ()),
        "框": _signed_by(marks, "declarant", person),
    }


def change_fields(source: Source, marks: Marks) -> dict[str, Any]:
    """Values of every field of 人员变更申请与同意; who leaves and why comes with the request."""
    person = _person(source)
    return {
        **_parties(source),
        "报送单位": source.settings.regulator.section_in_full,
        "退出人员": "＿＿＿＿＿＿",
        "退出原因": "",
        "接替人员": person.name,
        "人员编号": person.id,
        "接替身份": person.role.value,
        "接替职称": "—" if person.title is Title.NONE else person.title.value,
        "接替专业": person.specialty or "—",
        "安全资格": choices(
            ("有", "无"), () if person.qualified is None else ("有" if person.qualified else "无",)
        ),
        "生效日期": BLANK_DAY,
        "同意意见": choices(("同意", "不同意"), ()),
        "框": marks.fixed(),
    }


def _person(source: Source) -> Person:
    """Whom it is about: named in the case's place, or by an earlier issue of the same paper."""
    before = source.request.values.get("人员编号")
    people = source.people(source.request.experts or ((PersonId(str(before)),) if before else ()))
    if len(people) == 1:
        return people[0]
    raise UsageError(
        _("《{short}》是关于一个人的，请写人员编号。").format(short=source.form.short),
        remedy=_("例：evidence issue P01 保密与廉洁承诺书；编号见人员名册。"),
    )


def _parties(source: Source) -> dict[str, str]:
    settings = source.settings
    return {
        "检查单位": settings.agency.name,
        "委托单位": settings.regulator.name,
        "合同名称": settings.contract.name,
    }


def _signed_by(marks: Marks, box: str, person: Person) -> dict[str, Any]:
    return {
        **marks.fixed(),
        box: marks.box(box, person=person.id),
        f"{box}_date": marks.box(f"{box}-date", person=person.id),
    }
