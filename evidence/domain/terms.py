"""The profession's words for what the ledger calls by short ids; every paper and screen uses these.

Plain Chinese: papers are Chinese whatever the reader's language, the desk and the terminal translate.
"""

from __future__ import annotations

from evidence.domain.case import CaseKind, VisitKind
from evidence.domain.document import BoxKind

FORM_TITLES: dict[str, str] = {
    "inspection-record": "现场检查记录",
    "urging-record": "督促指导工作记录",
    "rectification-report": "整改报告",
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
    "guidance-record": "指导服务记录",
    "deadline-extension": "整改延期审批",
    "case-closure": "案件终结说明",
    "undertaking": "保密与廉洁承诺书",
    "interest-declaration": "利害关系申报表",
    "personnel-change": "人员变更申请与同意",
}
"""Form id -> its name as people say it; in the order of the work."""
CASE_KINDS: dict[CaseKind, str] = {
    CaseKind.ANNUAL: "年度全面检查",
    CaseKind.NEW_ENTERPRISE: "新进企业检查",
    CaseKind.SPECIAL: "专项检查",
    CaseKind.SURVEY: "普查",
}
VISIT_KINDS: dict[VisitKind, str] = {
    VisitKind.CHECK: "现场检查",
    VisitKind.URGING: "督促指导",
    VisitKind.RECHECK: "现场复查",
    VisitKind.GUIDANCE: "现场指导",
    VisitKind.INTERVIEW: "约谈",
}
ROLES: dict[str, str] = {
    "expert": "检查人员",
    "supervisor": "监管人员",
    "escort": "陪同人员",
    "principal": "企业主要负责人",
    "reviewer": "审核人",
    "urger": "督促人",
    "visited": "企业人员",
    "giver": "移交人",
    "receiver": "接收人",
    "compiler": "编制人",
    "filler": "填写人",
    "interviewer": "约谈人",
    "recorder": "记录人",
    "acceptor": "整改验收人",
    "approver": "批准人",
    "notifier": "告知人",
    "landlord": "出租方负责人",
    "guide": "指导人员",
    "declarant": "承诺人",
    "applicant": "申请人",
    "enterprise": "企业",
    "agency": "服务机构",
    "regulator": "监管部门",
}
"""Whose box it is; 陪同人员 is 陪同检查的安管人员 of 附件六2(3)."""
BOX_KINDS: dict[BoxKind, str] = {
    BoxKind.SIGNATURE: "签名",
    BoxKind.SEAL: "盖章",
    BoxKind.DATE: "日期",
    BoxKind.FINGERPRINT: "指印",
}


def form_title(form: str) -> str:
    """The record's name as people say it; an agency's own form goes by its id."""
    return FORM_TITLES.get(form, form)


def box_title(role: str, kind: BoxKind) -> str:
    """`陪同人员签名`."""
    return ROLES.get(role, role) + BOX_KINDS[kind]
