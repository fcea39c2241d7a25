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
