"""A stored visit as the form shows it, so that a correction starts from what is there."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from evidence.archive.originals import Originals
from evidence.domain.case import Visit
from evidence.domain.week import SHANGHAI
from evidence.forms.people import Contact, VisitDetails
from evidence.forms.visit_tables import REFUSERS
from evidence.web.entry_form import head_name, row_name

_REFUSED = {role: word for word, role in REFUSERS.items()}


def typed_of(visit: Visit, details: VisitDetails) -> dict[str, list[str]]:
    """Field name -> values of every fact the form can carry; photographs stay where they are.

    Args:
        visit: the version in force.
        details: names and telephones of its people.
    """
    head: dict[str, Any] = {
        "到达时间": visit.arrived_at,
        "离开时间": visit.left_at,
        "检查人员": visit.experts,
        "监管人员": visit.supervisors,
        "出示工作证": visit.badge_shown,
        "陪同人员到场": visit.escort_present,
        "主要负责人到场": visit.principal_present,
        "记录仪": visit.devices,
        "检查场所": visit.scope,
        "情况": visit.summary,
        "未开放场所": "、".join(visit.areas_refused),
        "未发现隐患": visit.hazards_none or None,
        "深度检查": visit.deep_inspection,
        "计划复查日期": visit.planned_recheck,
        "计划外说明": visit.change_note,
        "督促方式": visit.channel,
        "企业态度": visit.attitude,
        "指导内容": visit.topics,
        "企业意见": details.opinion,
        "企业表态": details.commitment,
        "通话分钟": details.call_minutes,
        "约谈地点": details.place,
        "记录人": details.recorder,
        **_contact("陪同人员", details.escort),
        **_contact("主要负责人", details.principal),
        **_contact("接洽人", details.listener),
        **_contact("约谈人", details.interviewer),
    }
    made = {head_name(heading): _words(value) for heading, value in head.items()}
    for table, rows in _rows(visit).items():
        for number, row in rows:
            made |= {row_name(table, number, heading): _words(value) for heading, value in row.items()}
    return {name: values for name, values in made.items() if any(values)}


def kept_photographs(
    visit: Visit | None,
    typed: Mapping[str, Sequence[str]],
    photos: dict[str, list[str]],
    folder: Path,
    originals: Originals,
) -> None:
    """A correction keeps the photographs its visit has; new ones come beside them.

    Args:
        visit: the version in force; None keeps nothing.
        typed: the form, whose rows name their hazards.
        photos: field name -> paths in `folder`; added to.
        folder: where the form's photographs lie.
        originals: where the stored ones lie.
    """
    if visit is None:
        return
    names = {each.sha256: each.name for each in visit.pictures}
    stored = {("隐患", "编号", each.id): each.photos for each in visit.hazards}
    stored |= {("复查结果", "隐患", each.hazard): each.photos for each in visit.results}
    for field, values in typed.items():
        table, row, heading = (*field.split("|"), "", "")[:3]
        for digest in stored.get((table, heading, "".join(values)), ()):
            beside = f"kept-{digest[:12]}/{names.get(digest, digest[:12])}"
            target = folder / beside
            if not target.exists():
                target.parent.mkdir()
                shutil.copyfile(originals.path(digest), target)
            photos.setdefault(row_name(table, int(row), "照片"), []).append(beside)


def _contact(role: str, contact: Contact) -> dict[str, str]:
    return {
        role: contact.name,
        f"{role}职务": contact.position,
        f"{role}电话": contact.telephone,
    }


def _rows(visit: Visit) -> dict[str, Iterable[tuple[int, dict[str, Any]]]]:
    return {
        "检查项目": [(each.item - 1, {"结果": each.verdict, "说明": each.remark}) for each in visit.items],
        "隐患": enumerate(
            {
                "编号": each.id,
                "部位": each.location,
                "描述": each.description,
                "检查项": each.item,
                "依据": each.basis,
                "等级": each.grade,
                "判定条款": each.criterion,
                "立即整改": each.immediate or None,
                "整改期限": each.deadline,
                "期限说明": each.deadline_reason,
                "整改建议": each.advice,
                "已交底": each.briefed,
                "有异议": each.disputed or None,
            }
            for each in visit.hazards
        ),
        "整改进度": enumerate(
            {"隐患": each.hazard, "进度": each.state, "困难": each.difficulty, "指导意见": each.guidance}
            for each in visit.progress
        ),
        "复查结果": enumerate(
            {
                "隐患": each.hazard,
                "结果": each.state,
                "描述": each.description,
                "新期限": each.new_deadline,
            }
            for each in visit.results
        ),
        "拒签": enumerate(
            {"对象": _REFUSED.get(each.role, ""), "原因": each.reason, "见证人": each.witness}
            for each in visit.refusals
        ),
    }


def _words(value: Any) -> list[str]:
    """As a field of the form holds it."""
    if value is None or value == "":
        return []
    if isinstance(value, bool):
        return ["是" if value else "否"]
    if isinstance(value, datetime):
        return [value.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")]
    if isinstance(value, date):
        return [value.isoformat()]
    if isinstance(value, tuple):
        return [str(each) for each in value]
    return [str(getattr(value, "value", value))]
