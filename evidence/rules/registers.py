"""The registers: what the contract asks to exist but no form proves, with the rules that look for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """One register a clerk keeps with `evidence register`."""

    id: str
    title: str
    rows: tuple[str, ...]
    """Rows of the obligations table it serves."""
    key: str = "登记号"
    """What the key of an entry is."""
    about: tuple[str, ...] = ()
    """Fields an entry must fill: `person`, `enterprise`, `case`, `visit`, `receipt_on` …"""
    data: dict[str, str] | None = None
    """Further facts: name -> what it means."""


def _register(id: str, title: str, rows: str, **more: object) -> Register:
    return Register(id=id, title=title, rows=tuple(rows.split()), **more)  # type: ignore[arg-type]


REGISTERS: tuple[Register, ...] = (
    # 合同与付款
    _register(
        "contract-document",
        "合同组成文件",
        "C01 C24 W00",
        key="tender 招标文件、bid 投标文件、award 中标通知书、commitments 承诺澄清、agreed 商定文件、"
        "annex 合同附件、rules-2021-3 武应急发[2021]3号",
        data={"status": "“已归档”或“未提供”"},
    ),
    _register("contract-signature", "合同签署", "C22", data={"signatures": "签字数", "seals": "盖章数"}),
    _register("contract-copy", "合同原件分发", "C23", key="合同约定的持有方，如：甲方、乙方"),
    _register("amendment", "合同变更协议", "C19", data={"parameter": "所变更的参数名"}),
    _register("tender-standard", "招标服务标准对照", "C03", data={"deliverable": "对应成果"}),
    _register("bid-commitment", "投标承诺对照", "C06", data={"evidence": "履行证据"}),
    _register("ip-claim", "知识产权索赔", "C02", data={"status": "未结 / 已结"}),
    _register("safety-plan", "项目安全实施管理措施", "C05 G12"),
    _register(
        "enterprise-departure",
        "企业退出",
        "P15 F02",
        about=("enterprise",),
        data={"reason": "停产 / 搬迁 / 注销 / 退出"},
    ),
    _register(
        "criterion-confirmation",
        "重大隐患判定确认",
        "K05",
        about=("case", "person"),
        data={"hazard": "隐患编号，如 H01"},
    ),
    _register("termination", "合同终止", "C20", data={"ground": "合同所列终止原因的序号 1、2、3 或 4"}),
    _register("dispute", "争议", "C21", data={"status": "未结 / 已结"}),
    _register("force-majeure-notice", "不可抗力通知", "C18", about=("valid_from", "valid_to", "receipt_on")),
    _register(
        "invoice", "发票", "C07", key="付款期次 1..6", data={"amount_yuan": "金额（元，可带两位小数）"}
    ),
    _register("payment", "到账", "C08 C09 C13", key="付款期次 1..6", data={"amount_yuan": "金额（元）"}),
    _register("materials-submission", "付款资料提交", "C09", key="付款期次 2..6", about=("receipt_on",)),
    _register("acceptance", "验收", "C06 C10"),
    _register("acceptance-request", "验收申请", "C12", data={"reply": "答复", "replied_on": "答复日期"}),
    _register("settlement", "结算审定", "C11", data={"approved": "是 / 否"}),
    _register("final-handover", "期满全部资料移交", "C11", about=("receipt_on",)),
    _register("finance-cause", "财政因素说明", "C13", about=("valid_from", "valid_to")),
    _register(
        "nonconformity-notice",
        "不符合要求通知",
        "C16",
        about=("valid_to",),
        data={"corrected_on": "改正完成日期"},
    ),
    # 人员
    _register("confidentiality-undertaking", "保密承诺书", "G02 T08 T10", about=("person",)),
    _register("integrity-undertaking", "廉洁承诺书", "G11 T08 W03", about=("person",)),
    _register(
        "conflict-declaration", "利害关系申报", "T09", about=("person",), data={"conflict": "“无”或关系说明"}
    ),
    _register("replacement-consent", "人员更换同意", "G01", about=("person",)),
    _register("leader-deputy", "项目负责人代理", "S01", about=("person", "valid_from", "valid_to")),
    _register("staff-removal", "人员清退", "T05 D03", about=("person",)),
    _register("expert-engagement", "外聘专家聘书", "S06 F06", about=("person",)),
    _register(
        "training",
        "教育培训",
        "T06",
        about=("person",),
        data={"topic": "内容", "kind": "职业道德 / 业务技能"},
    ),
    # 企业与服务
    _register(
        "campaign-pack",
        "专项资料报送",
        "F04 F05 C17",
        key="专项编号",
        about=("receipt_on",),
        data={"targets": "汇总清单企业数"},
    ),
    _register("survey-result", "普查成果", "F07", key="普查编号"),
    _register("tenant-notice", "新企业、厂中厂通知", "P17", about=("enterprise", "receipt_on")),
    _register("safety-registration", "安全生产登记和告知", "P18", about=("enterprise",)),
    _register(
        "assistance", "协助辨识、录入、指导", "P14", about=("enterprise",), data={"done_on": "完成日期"}
    ),
    _register(
        "enterprise-notice", "通知送达、信息更新", "P15", data={"source": "来源", "done_on": "完成日期"}
    ),
    _register("access-request", "请求督促开放场所", "E01 R02", about=("enterprise",)),
    _register(
        "appeal", "企业申诉", "E07", about=("case",), data={"hazards": "隐患编号", "decision": "处理决定"}
    ),
    _register("risk-list", "四类风险清单", "K04", about=("enterprise",), data={"uploaded_on": "上传日期"}),
    _register("questionnaire", "企业服务质量问卷", "E05", about=("visit",), data={"filled_by": "填写人身份"}),
    _register("return-visit", "监管部门回访问卷", "R05 T04", about=("enterprise",)),
    _register("internal-review", "内部审核", "T07", about=("case",)),
    _register(
        "procedure", "内部管理制度", "T07", key="management 内部管理、quality 质量控制、archive 执业记录档案"
    ),
    # 监督
    _register("assessment", "人员考核", "R04 T04", about=("person",)),
    _register(
        "written-warning", "书面警告", "W01 W06", about=("receipt_on",), data={"corrected_on": "整改完成日期"}
    ),
    _register(
        "complaint", "投诉", "W03 W05 G11 T11", data={"status": "未结 / 已结", "kind": "廉洁 / 冲突 / 其他"}
    ),
    _register("supervision-finding", "上级检查意见", "G10", data={"closed_on": "办结日期"}),
    _register("coordination", "监管部门配合", "R01"),
    _register("clock-offset", "记录仪时钟校正", "V01", key="设备编号"),
)
"""In the order a clerk meets them."""

BY_ID = {one.id: one for one in REGISTERS}
