"""The tables of the workbook (or YAML file) in which people enter what happened at a case."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from evidence.domain.case import Attitude, Channel, ItemVerdict, Recipient, ReviewResult, Trigger, VisitKind
from evidence.domain.hazard import Grade, HazardState, ProgressState
from evidence.forms import cells
from evidence.forms.tables import Column, Table

REPORT, ESCALATION = "整改报告", "上报"
KINDS = {
    "检查": VisitKind.CHECK.value,
    "督促": VisitKind.URGING.value,
    "复查": VisitKind.RECHECK.value,
    "指导": VisitKind.GUIDANCE.value,
    "约谈": VisitKind.INTERVIEW.value,
    REPORT: REPORT,
    ESCALATION: ESCALATION,
}
TOPICS = {topic: topic for topic in ("责任制", "自查自改", "系统申报", "风险辨识")}
REFUSERS = {"陪同人员": "escort", "主要负责人": "principal", "盖章": "seal"}

_ONLY_FOR = {
    VisitKind.CHECK: ("检查项目", "未发现隐患", "深度检查", "计划复查日期"),
    VisitKind.URGING: (
        "整改进度", "督促方式", "企业态度", "接洽人", "接洽人职务", "接洽人电话", "通话分钟",
    ),
    VisitKind.RECHECK: ("复查结果",),
    VisitKind.GUIDANCE: ("指导内容",),
    VisitKind.INTERVIEW: ("约谈地点", "约谈人", "约谈人职务", "记录人", "企业表态"),
}  # fmt: skip
CARRIED_BY = {heading: kind.value for kind, headings in _ONLY_FOR.items() for heading in headings}
"""Fields and lists that belong to one kind of visit alone; in another's file nothing would read them."""


def _words(kind: Iterable[StrEnum]) -> dict[str, object]:
    return {str(member.value): member for member in kind}


def _text(heading: str, comment: str = "", *, required: bool = False, width: int = 18) -> Column:
    return Column(heading=heading, comment=comment, required=required, width=width)


def _date(heading: str, comment: str = "") -> Column:
    return Column(heading=heading, read=cells.day, comment=comment, kind="date", width=12)


def _moment(heading: str, comment: str = "") -> Column:
    return Column(heading=heading, read=cells.moment, comment=comment, kind="moment", width=18)


def _yes(heading: str, comment: str = "") -> Column:
    return Column(heading=heading, read=cells.yes_no, comment=comment, options=("是", "否"), width=10)


def _several(heading: str, comment: str = "") -> Column:
    return Column(heading=heading, read=cells.several, comment=comment or "多个用顿号分开", width=24)


def _choice(heading: str, words: dict[str, object], comment: str = "", *, required: bool = False) -> Column:
    return Column(
        heading=heading,
        read=cells.one_of(words),
        comment=comment,
        options=tuple(words),
        required=required,
        width=14,
    )


HEAD = Table(
    name="基本情况",
    note="一项一行；与本次活动无关的项目留空。",
    columns=(
        _choice("类型", dict(KINDS), "这份登记记的是什么", required=True),
        _moment("到达时间", "检查、复查、指导、现场督促的到达时间；电话督促的开始时间"),
        _moment("离开时间"),
        _several("检查人员", "人员编号或姓名，用顿号分开"),
        _several("监管人员", "人员编号或姓名"),
        _yes("出示工作证"),
        _text("陪同人员"),
        _text("陪同人员职务"),
        _yes("陪同人员到场", "留空时：填了陪同人员即为到场"),
        _text("主要负责人", "到场的主要负责人；留空时印名册中的"),
        _text("主要负责人职务"),
        _yes("主要负责人到场", "约谈：本人到场填“是”，委托他人填“否”"),
        _several("记录仪", "设备号，用顿号分开"),
        _text("检查场所", width=40),
        _text("情况", "检查情况、督促情况、复查情况、约谈要求", width=60),
        _several("未开放场所"),
        _yes("未发现隐患", "检查没有发现隐患时填“是”"),
        _yes("深度检查", "须专家深度检查的企业填写"),
        _date("计划复查日期"),
        _text("企业意见", "被检查单位意见；约谈时的企业说明", width=40),
        _text("计划外说明", "不在已报备计划内的原因", width=30),
        _choice("督促方式", _words(Channel)),
        _choice("企业态度", _words(Attitude)),
        _text("接洽人", "电话接听人或现场接待人"),
        _text("接洽人职务"),
        Column(heading="接洽人电话", read=cells.narrow, width=16),
        Column(heading="通话分钟", read=cells.whole, kind="number", width=10),
        Column(heading="指导内容", read=cells.many_of(dict(TOPICS)), options=tuple(TOPICS), width=24),
        _text("约谈地点"),
        _text("约谈人"),
        _text("约谈人职务"),
        _text("记录人"),
        _text("企业表态", width=40),
        _date("报告日期", "整改报告上写的日期"),
        _date("收到日期", "收到整改报告的日期"),
        _text("接收人", "人员编号或姓名"),
        _date("审核日期"),
        _text("审核人", "人员编号或姓名"),
        _choice("审核结论", _words(ReviewResult)),
        _date("告知日期", "告知企业纠正的日期"),
        _text("告知方式"),
        _choice("上报情形", _words(Trigger)),
        Column(
            heading="收件单位",
            read=cells.one_of(_words(Recipient), named=Recipient),
            options=tuple(_words(Recipient)),
            comment="合同规定接收报告的科室，或者执法单位",
            width=14,
        ),
        _moment("上报时间"),
        _several("上报隐患", "隐患编号，如 H01、H03"),
        _moment("签收时间"),
        _text("处理结果", width=40),
    ),
)
ITEMS = Table(
    name="检查项目",
    note="每项一行；“不适用”须写说明。",
    columns=(
        Column(heading="序号", read=cells.whole, required=True, kind="number", width=8),
        _text("项目", "只供对照，不导入", width=40),
        _choice("结果", _words(ItemVerdict)),
        _text("说明", width=50),
    ),
)
HAZARDS = Table(
    name="隐患",
    note="每项隐患一行；编号留空则按顺序 H01、H02……",
    columns=(
        Column(heading="编号", read=cells.code, width=8),
        _text("部位", required=True, width=20),
        _text("描述", required=True, width=50),
        Column(heading="检查项", read=cells.whole, kind="number", width=8, comment="检查表中的序号"),
        _text("依据", "法规、标准条款", width=40),
        _choice("等级", _words(Grade)),
        _text("判定条款", "重大隐患的判定标准条款"),
        _yes("立即整改"),
        _date("整改期限", "合同约定的一般期限见检查记录"),
        _text("期限说明", "不是一般期限时的理由"),
        _text("整改建议", width=40),
        _yes("已交底"),
        Column(heading="照片", read=cells.several, width=30, comment="文件名，相对于本文件；多张用顿号分开"),
        _yes("有异议"),
    ),
)
PROGRESS = Table(
    name="整改进度",
    note="督促时每项隐患一行。",
    columns=(
        Column(heading="隐患", read=cells.code, required=True, width=8),
        _choice("进度", _words(ProgressState), required=True),
        _text("困难", width=40),
        _text("指导意见", width=40),
    ),
)
RESULTS = Table(
    name="复查结果",
    note="复查时每项隐患一行。",
    columns=(
        Column(heading="隐患", read=cells.code, required=True, width=8),
        _choice("结果", _words(HazardState), required=True),
        _text("描述", width=40),
        _date("新期限"),
        Column(heading="照片", read=cells.several, width=30),
    ),
)
ANSWERS = Table(
    name="整改答复",
    note="整改报告中每项隐患一行。",
    columns=(
        Column(heading="隐患", read=cells.code, required=True, width=8),
        _text("整改措施", width=40),
        _text("责任人"),
        _date("期限"),
        Column(heading="资金", read=cells.whole, kind="number", width=10, comment="元"),
        _date("完成日期"),
        _text("完成情况"),
        Column(heading="照片", read=cells.several, width=30),
        _choice("审核", _words(ReviewResult), "初审结论"),
    ),
)
REFUSALS = Table(
    name="拒签",
    note="有人拒绝签名或盖章时填写。",
    columns=(
        _choice("对象", dict(REFUSERS), required=True),
        _text("原因", required=True, width=40),
        _text("见证人"),
    ),
)
LISTS = (ITEMS, HAZARDS, PROGRESS, RESULTS, ANSWERS, REFUSALS)
