"""服务质量问卷 of the enterprise or the regulator, and 安全生产告知 for new and sub-let factories."""

from __future__ import annotations

from typing import Any

from evidence.domain.case import CaseKind
from evidence.domain.week import local_date
from evidence.errors import UsageError
from evidence.forms.content.chain import check_reference, latest_check
from evidence.forms.content.marks import Marks
from evidence.forms.content.parties import enterprise_fields
from evidence.forms.content.wording import BLANK_DAY, choices, day
from evidence.forms.source import Source
from evidence.language import _
from evidence.rules.newcomers import is_newcomer

QUESTIONS = (
    ("出示证件", "检查人员主动出示《工作证》"),
    ("服务态度", "态度文明，沟通耐心，未发生冲突"),
    ("专业水平", "熟悉法规标准和生产工艺，检查到位"),
    ("逐一交底", "对发现的问题和隐患逐一交底"),
    ("整改建议", "整改意见或建议合理、切实可行"),
    ("廉洁自律", "没有吃拿卡要，没有推销产品、收取财物"),
    ("保守秘密", "没有泄露企业技术和商业秘密"),
    ("全程记录", "使用记录仪全程记录，未从事无关事项"),
    ("指导服务", "对微型企业耐心指导（其他企业可不填）"),
)
ENTERPRISE, REGULATOR = "企业", "监管部门"
"""附件六2(3) and 附件六3(4): two sources, one not standing in for the other."""
_SCORES = ("很满意", "满意", "一般", "不满意", "很不满意")


def questionnaire_fields(source: Source, marks: Marks) -> dict[str, Any]:
    """Values of every field of 服务质量问卷; the answers are always left to who fills it in.

    Raises:
        UsageError: a source that is neither of the two.
    """
    given = source.request.values.get("来源", ENTERPRISE)
    if given not in (ENTERPRISE, REGULATOR):
        raise UsageError(
            _("问卷的来源“{given}”不对。").format(given=given), remedy=_("来源写“企业”或“监管部门”。")
        )
    by_regulator = given == REGULATOR
    signers = ("return_visitor", "return_visitor_date") if by_regulator else ("filler", "filler_date")
    check = latest_check(source)
    people = source.people(check.experts) if check else source.people(source.request.experts)
    return {
        **enterprise_fields(source),
        **check_reference(source),
        "被评价人员": "、".join(person.name for person in people),
        "评价": [
            {"序号": str(number), "项目": item, "内容": text, "选项": dict.fromkeys(_SCORES, "☐")}
            for number, (item, text) in enumerate(QUESTIONS, 1)
        ],
        "总体评价": choices(_SCORES, ()),
        "来源": given,
        "标题": _title(source.form.title, by_regulator=by_regulator),
        "填写身份": "回访人" if by_regulator else "填写人",
        "填写要求": "由监管人员回访填写" if by_regulator else "由企业填写，检查人员不得代填",
        "框": marks.some(signers),
    }


def _title(title: str, *, by_regulator: bool) -> str:
    """The questionnaire's title, which says so when it is the regulator's return visit."""
    if not by_regulator:
        return title
    return f"{title.removesuffix('问卷')}回访问卷" if title.endswith("问卷") else f"{title}（回访）"


def notice_fields(source: Source, marks: Marks) -> dict[str, Any]:
    """Values of every field of 安全生产告知.

    Raises:
        UsageError: nothing says why the enterprise is told, and neither does the request.
    """
    enterprise = source.enterprise
    landlord = source.view.enterprise(enterprise.landlord) if enterprise and enterprise.landlord else None
    found = enterprise.entered_zone if enterprise else None
    opened = source.case.opened_on if source.case else None
    experts = source.people(source.visit.experts if source.visit else source.request.experts)
    return {
        **enterprise_fields(source),
        "情形": _why_told(source, landlord=landlord is not None),
        "发现日期": day(found, blank=BLANK_DAY),
        "投产日期": day(enterprise.production_started if enterprise else None, blank=BLANK_DAY),
        "出租方": landlord.name if landlord else "—",
        "出租方信用代码": landlord.credit_code if landlord else "—",
        "从业人数": f"{enterprise.headcount}人" if enterprise and enterprise.headcount is not None else "",
        "告知日期": day(opened, blank=BLANK_DAY)
        if not source.visit
        else day(local_date(source.visit.arrived_at)),
        "告知人": experts[0].name if experts else "",
        "指导月数": _counted(source.settings.parameters.new_enterprise_months),
        "单位地址": source.settings.agency.address,
        "单位电话": source.settings.agency.telephone,
        "框": marks.fixed(),
    }


def _counted(months: int) -> str:
    """三, 两: small numbers as running text writes them."""
    return "〇一两三四五六七八九十"[months] if months <= 10 else str(months)


def _why_told(source: Source, *, landlord: bool) -> str:
    """新进企业 or 厂中厂, ticked; never a notice that leaves both open."""
    enterprise = source.enterprise
    new = enterprise is not None and (
        is_newcomer(enterprise, source.settings.contract.signed_on)
        or (source.case is not None and source.case.kind is CaseKind.NEW_ENTERPRISE)
    )
    options = ("新进企业", "厂中厂（租赁）")
    ticked = [option for option, so in zip(options, (new, landlord), strict=True) if so]
    if not ticked and not source.blank and "情形" not in source.request.values:
        raise UsageError(
            _("名册没有说明这家企业为何须告知：既没有入驻发现日期或投产日期，也没有出租方。"),
            remedy=_("请补登后再签发；确须告知的，用 --values 写明“情形”。"),
        )
    return choices(options, ticked)
