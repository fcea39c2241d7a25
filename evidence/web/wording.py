"""The profession's words for what the ledger calls by short ids."""

from __future__ import annotations

FORM_TITLES: dict[str, str] = {
    "inspection-record": "现场检查记录",
    "urging-record": "督促指导工作记录",
    "rectification-report": "隐患问题整改报告",
    "recheck-record": "现场复查记录",
    "interview-notice": "约谈通知",
    "interview-record": "约谈记录",
    "escalation-report": "上报",
    "weekly-plan": "下周工作计划",
    "campaign-summary": "专项检查汇总清单",
    "handover-list": "移交清单",
    "handover-receipt": "接收回执",
    "questionnaire": "服务质量问卷",
    "tenant-notice": "新企业（厂中厂）告知",
}
VISIT_KINDS: dict[str, str] = {
    "check": "现场检查",
    "urging": "督促",
    "recheck": "现场复查",
    "guidance": "指导服务",
    "interview": "约谈",
}
CASE_KINDS: dict[str, str] = {
    "annual": "年度检查",
    "new-enterprise": "新企业",
    "special": "专项检查",
    "survey": "普查",
}
VERDICTS: dict[str, tuple[str, str, str]] = {
    "present": ("●", "present", "有"),
    "absent": ("✕", "missing", "无"),
    "undecided": ("◐", "undecided", "不能判定"),
}
PAGE_REASONS: dict[str, str] = {
    "forged_code": "二维码校验不符，可能不是本机构签发的页",
    "unknown_code": "二维码的编号没有登记",
    "void_form": "属于已作废的文书",
    "conflicting_codes": "两个二维码互相矛盾",
    "wrong_case": "页面内容与二维码所指的文书不符",
    "engine_timeout": "识别超时，可重试",
    "no_code": "没有读到二维码",
}
