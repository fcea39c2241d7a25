"""Papers of a case that the contract implies: guidance, a longer deadline, the end of a case."""

from __future__ import annotations

from datetime import date
from typing import Any

from evidence.domain.case import Visit, VisitKind, in_force
from evidence.domain.hazard import Grade, Hazard, HazardState
from evidence.domain.week import local_date
from evidence.errors import UsageError
from evidence.forms.content.chain import (
    check_reference,
    hazards_so_far,
    numbered,
    record_number,
    still_open,
)
from evidence.forms.content.film import film_text
from evidence.forms.content.letters import leader
from evidence.forms.content.marks import Marks
from evidence.forms.content.parties import enterprise_fields, team_rows
from evidence.forms.content.wording import BLANK_DAY, BLANK_MOMENT, choices, day, moment, short_day
from evidence.forms.source import Source
from evidence.language import _
from evidence.rules.case_history import FORM_OF
from evidence.rules.frequency import TOPICS
from evidence.rules.steps import KIND_NAME

_TOPIC_TEXT = {
    "责任制": "建立健全并落实全员安全生产责任制",
    "自查自改": "开展隐患自查自改，建立台账",
    "系统申报": "在监管系统中如实申报企业信息、风险和隐患",
    "风险辨识": "开展安全风险辨识，制定管控措施并公示",
}
"""附件五(二)3: the four subjects in which a micro enterprise is guided."""
_HEARD: dict[bool | None, str] = {True: "主要负责人本人到场", False: "主要负责人未到场"}
ENDINGS = ("整改闭环", "停产", "搬迁", "注销", "退出标段")
"""Why a case ends; all but the first leave something undone for a reason."""


def guidance_fields(source: Source, marks: Marks) -> dict[str, Any]:
    """Values of every field of 安全生产指导服务记录."""
    visit, enterprise = source.visit, source.enterprise
    headcount = enterprise.headcount if enterprise else None
    micro = None if headcount is None else headcount < source.settings.parameters.micro_headcount
    details = source.details()
    covered = visit.topics if visit else ()
    return {
        **enterprise_fields(source),
        "从业人数": "" if headcount is None else f"{headcount}人",
        "微型企业": choices(("是", "否"), () if micro is None else ("是" if micro else "否",)),
        "指导时间": f"{moment(visit.arrived_at)} 至 {moment(visit.left_at, blank=BLANK_MOMENT)}"
        if visit
        else BLANK_MOMENT,
        "指导场所": visit.scope if visit else "",
        "记录仪": "、".join(visit.devices) if visit else "",
        "录像": film_text(source),
        "指导人员": team_rows(source, marks, experts_say="指导人员"),
        "指导内容": [
            {
                "序号": str(number),
                "内容": topic,
                "说明": _TOPIC_TEXT[topic],
                "完成": choices(("已指导",), ("已指导",) if topic in covered else ()),
            }
            for number, topic in enumerate(TOPICS, 1)
        ],
        "指导情况": visit.summary if visit else "",
        "发现隐患": _found(visit, blank=source.blank),
        "企业意见": details.opinion,
        "企业人员": details.escort.name or details.principal.name,
        "框": marks.fixed(),
    }


def _found(visit: Visit | None, *, blank: bool) -> str:
    if visit is None or not visit.hazards:
        return "" if blank else "无"
    return "\n".join(
        f"{hazard.id} {hazard.location}：{hazard.description}（{hazard.grade.value}，"
        f"{'立即整改' if hazard.immediate else short_day(hazard.deadline, blank='期限未定')}）"
        for hazard in visit.hazards
    )


def extension_fields(source: Source, marks: Marks) -> dict[str, Any]:
    """Values of every field of 整改延期审批: what is still open, with the deadline asked for.

    Raises:
        UsageError: nothing is open that a longer deadline could be for.
    """
    rows = [
        {
            "序号": str(number),
            "隐患": f"{hazard.location}：{hazard.description}",
            "等级": hazard.grade.value,
            "原期限": short_day(hazard.deadline, blank="—"),
            "申请期限": short_day(asked),
            "原因": "",
        }
        for number, hazard, asked in _open(source)
    ]
    if not rows and not source.blank:
        raise UsageError(
            _("案件 {case} 没有可以延期的未整改隐患。").format(case=source.case.id if source.case else ""),
            remedy=_("重大事故隐患不得延期；其余隐患请先登记。"),
        )
    return {
        **enterprise_fields(source),
        **check_reference(source),
        "延期": rows,
        "申请日期": BLANK_DAY,
        "审核意见": choices(("同意延期", "不同意延期"), ()),
        "审批意见": choices(("同意延期", "不同意延期"), ()),
        "框": marks.fixed(),
    }


def _open(source: Source) -> list[tuple[int, Hazard, Any]]:
    """General hazards not confirmed as put right, with the new deadline a recheck gave, if any.

    A major one is to be removed at once or the work stopped: no paper gives it time.
    """
    still = still_open(source)
    return [
        (number, hazard, result.new_deadline if (result := still[hazard.id].result_on(date.max)) else None)
        for number, hazard in numbered(hazards_so_far(source)).values()
        if hazard.grade is not Grade.MAJOR and hazard.id in still
    ]


def closure_fields(source: Source, marks: Marks) -> dict[str, Any]:
    """Values of every field of 案件终结说明.

    Raises:
        UsageError: hazards are open and nobody says why the case ends all the same.
    """
    hazards = hazards_so_far(source)
    still = still_open(source)
    left = [
        f"{number}. {hazard.location}：{hazard.description}"
        for number, hazard in numbered(hazards).values()
        if hazard.id in still
    ]
    given = source.request.values
    if left and not source.blank and not (given.get("终结情形") and given.get("情况说明")):
        raise UsageError(
            _("案件 {case} 还有 {n} 项隐患未确认整改，不能写“整改闭环”。").format(
                case=source.case.id if source.case else "", n=len(left)
            ),
            remedy=_("请用 --values 写明“终结情形”（停产、搬迁、注销、退出标段）和“情况说明”。"),
        )
    visits = in_force(source.view.visits(source.case.id)) if source.case else ()
    last = local_date(visits[-1].arrived_at) if visits else None
    head = leader(source.view, last) if last else None
    return {
        **enterprise_fields(source),
        **check_reference(source),
        "终结情形": choices(ENDINGS, () if left or source.blank else (ENDINGS[0],)),
        "终结日期": day(last, blank=BLANK_DAY),
        "情况说明": "" if left or source.blank else "检查、督促、整改、复查各环节均已完成，资料已归档。",
        "经过": [_step(source, number, visit) for number, visit in enumerate(visits, 1)],
        "隐患小结": f"共{len(hazards)}项，已整改{len(hazards) - len(left)}项，未整改{len(left)}项",
        "未整改": "\n".join(left) or "无",
        "批准人": head.name if head else "",
        "框": marks.fixed(),
    }


def _step(source: Source, number: int, visit: Visit) -> dict[str, str]:
    form = FORM_OF.get(visit.kind, "guidance-record")
    left = sum(result.state is HazardState.UNRECTIFIED for result in visit.results)
    results = {
        VisitKind.CHECK: f"发现隐患{len(visit.hazards)}项" if visit.hazards else "未发现隐患",
        VisitKind.URGING: f"企业态度{visit.attitude.value}" if visit.attitude else "",
        VisitKind.RECHECK: f"未整改{left}项" if left else "全部整改到位",
        VisitKind.INTERVIEW: _HEARD.get(visit.principal_present, "—"),
    }
    return {
        "序号": str(number),
        "环节": KIND_NAME[visit.kind],
        "日期": local_date(visit.arrived_at).isoformat(),
        "人员": "、".join(person.name for person in source.people(visit.experts)) or "—",
        "结果": results.get(visit.kind, visit.summary[:40]) or "—",
        "文书": record_number(source, form, visit) or "—",
    }
