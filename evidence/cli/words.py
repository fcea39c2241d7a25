"""The profession's words for the kinds that files and the ledger name in English, for the terminal."""

from __future__ import annotations

from evidence.domain.case import CaseKind, VisitKind
from evidence.language import _


def case_kind(kind: CaseKind) -> str:
    """Why a case was opened."""
    words = {
        CaseKind.ANNUAL: _("年度全面检查"),
        CaseKind.NEW_ENTERPRISE: _("新进企业检查"),
        CaseKind.SPECIAL: _("专项检查"),
        CaseKind.SURVEY: _("普查"),
    }
    return words[kind]


def visit_kind(kind: VisitKind) -> str:
    """What happened."""
    words = {
        VisitKind.CHECK: _("现场检查"),
        VisitKind.URGING: _("督促指导"),
        VisitKind.RECHECK: _("现场复查"),
        VisitKind.GUIDANCE: _("现场指导"),
        VisitKind.INTERVIEW: _("约谈"),
    }
    return words[kind]
