"""现场检查记录: who, when, what was found, the 25 items, photographs."""

from __future__ import annotations

from typing import Any

from evidence.domain.case import CaseKind
from evidence.domain.hazard import Grade, Hazard
from evidence.forms.content.checklist import checklist_folder, checklist_rows
from evidence.forms.content.film import film_text
from evidence.forms.content.marks import Marks
from evidence.forms.content.parties import enterprise_fields, escort_fields, refusal_text, team_rows
from evidence.forms.content.photo_pages import photo_rows
from evidence.forms.content.wording import BLANK_DAY, BLANK_MOMENT, choices, day, moment, short_day, yes_no
from evidence.forms.source import Source

BLANK_HAZARD_ROWS = 10
_KINDS = {
    CaseKind.ANNUAL: "年度全面检查",
    CaseKind.NEW_ENTERPRISE: "新进企业检查",
    CaseKind.SPECIAL: "专项检查",
    CaseKind.SURVEY: "普查",
}


def inspection_fields(source: Source, marks: Marks) -> dict[str, Any]:
    """Values of every field of 现场检查记录."""
    visit = source.visit
    hazards = visit.hazards if visit else ()
    blank = source.blank
    return {
        **enterprise_fields(source),
        **escort_fields(source.details().escort),
        "检查类型": _kind(source),
        "检查时间起": moment(visit.arrived_at if visit else None, blank=BLANK_MOMENT),
        "检查时间止": moment(visit.left_at if visit else None, blank=BLANK_MOMENT),
        "检查场所": visit.scope if visit else "",
        "检查人员": team_rows(source, marks, experts_say="检查人员"),
        "出示工作证": yes_no(visit.badge_shown if visit else None, "已出示", "未出示"),
        "记录仪": "、".join(visit.devices) if visit else "",
        "录像": film_text(source),
        "检查情况": visit.summary if visit else "",
        "隐患": _blank_rows() if blank and not hazards else [_row(n, h) for n, h in enumerate(hazards, 1)],
        # free rows are for writing: nothing is closed yet
        **({"以下空白": ""} if blank and not hazards else {}),
        "隐患小结": "　　项，其中重大　　项" if blank and not hazards else _count(hazards),
        "无隐患说明": "本次检查未发现隐患。"
        if visit and visit.hazards_none and not hazards
        else "（未填写）",
        "整改要求": (
            "上述问题和隐患已逐一向你单位交底。请落实整改责任人、期限和资金，在整改期限内整改到位，"
            "并书面报送整改报告。"
            if hazards or blank
            else "请你单位继续落实安全生产主体责任，保持安全生产条件。"
        ),
        "计划复查时间": "无需复查"
        if visit and visit.hazards_none and not hazards
        else day(visit.planned_recheck if visit else None, blank=BLANK_DAY if blank else "—"),
        "企业意见": source.details().opinion,
        "拒签情况": refusal_text(source),
        "检查项数": str(source.settings.parameters.checklist_items),
        "检查项目": checklist_rows(checklist_folder(source.folder, source.settings.profile.folder), visit),
        "照片行": photo_rows(
            source,
            [(f"隐患{n}　{h.location}", photo) for n, h in enumerate(hazards, 1) for photo in h.photos],
        ),
        "框": marks.fixed(),
    }


def _kind(source: Source) -> str:
    if source.case is None:
        return choices(_KINDS.values(), ())
    text = choices(_KINDS.values(), (_KINDS[source.case.kind],))
    campaign = next((c for c in source.view.campaigns() if c.id == source.case.campaign), None)
    return f"{text}（{campaign.topic}）" if campaign else text


def _count(hazards: tuple[Hazard, ...]) -> str:
    major = sum(hazard.grade is Grade.MAJOR for hazard in hazards)
    return f"共{len(hazards)}项，其中重大{major}项"


def _row(number: int, hazard: Hazard) -> dict[str, str]:
    grade = hazard.grade.value + (f"\n{hazard.criterion}" if hazard.criterion else "")
    deadline = "立即整改" if hazard.immediate else short_day(hazard.deadline, blank="—")
    return {
        "序号": str(number),
        "部位": hazard.location,
        "描述": hazard.description,
        "依据": hazard.basis or "—",
        "检查项": str(hazard.item) if hazard.item else "—",
        "等级": grade,
        "期限": deadline + (f"\n（{hazard.deadline_reason}）" if hazard.deadline_reason else ""),
        "整改建议": hazard.advice or "—",
        "交底": "" if hazard.briefed is None else ("是" if hazard.briefed else "否"),
    }


def _blank_rows() -> list[dict[str, str]]:
    empty = dict.fromkeys(("部位", "描述", "依据", "检查项", "等级", "期限", "整改建议"), "")
    return [
        {**empty, "描述": "\n", "序号": str(n), "等级": "☐ 一般\n☐ 重大", "交底": "☐是\n☐否"}
        for n in range(1, BLANK_HAZARD_ROWS + 1)
    ]
