"""What follows when a fact is missing: declared field by field, read by the property test.

Evidence that is taken away never makes a finding greener. A few facts are no evidence but make a duty (a
hazard, a class, a campaign) or end something (a date of leaving): without them exactly the findings of that
duty go.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Bearing(StrEnum):
    """How a fact bears on the judgement."""

    EVIDENCE = "evidence"
    """Shows that a duty was met; its absence is never judged as met or as not applicable."""
    DUTY = "duty"
    """Makes a duty; its absence takes away the findings of that duty and of no other."""
    LIMIT = "limit"
    """Ends something that holds while nothing is said."""
    PAPER = "paper"
    """The paper itself, back before it was due: without it the duty is open until its day, never met."""
    MADE = "made"
    """Written by the program itself when it issues, reads or folds; nobody can leave it out."""


@dataclass(frozen=True, slots=True)
class Declared:
    """One field's bearing."""

    bearing: Bearing
    rules: frozenset[str] = frozenset()
    """Rules whose findings go with a duty or a limit, or which wait again without the paper."""


def _duty(rules: str) -> Declared:
    return Declared(Bearing.DUTY, frozenset(rules.split()))


def _limit(rules: str) -> Declared:
    return Declared(Bearing.LIMIT, frozenset(rules.split()))


EVIDENCE = Declared(Bearing.EVIDENCE)
MADE = Declared(Bearing.MADE)
_OF_HAZARDS = (
    "P02-hazard-deadlines C04-hazard-basis G03-briefed G04-advice K05-major-criterion D02-major-reported"
    " P03-urging-window P04-urging-record P04-urging-facts P07-report-document P07-report-in-time"
    " P07-every-hazard-answered E02-plan-fields E03-rectified-in-time E07-dispute-decided P10-versions-kept"
    " P11-recheck-window P12-recheck-record P12-results-complete K03-chain-closed P13-overdue-reported"
    " P08-preliminary-review"
)
DECLARED: dict[str, Declared] = {
    # a visit of which neither paper nor film is left makes its own duties
    "CaseFacts.visits": _duty("G05-every-service-archived"),
    # a film of a visit nobody entered asks for that visit; where it is the only trace, nothing else does
    "CaseFacts.recordings": _duty("G08-facts-entered"),
    "Recording.visit": _duty("G08-facts-entered"),
    # ink at a place the form leaves free asks who signed there; a place that was read and holds none, nothing
    "Mark.required": _duty("G06-expert-signatures"),
    # that a scanner was asked makes the duty to know what it said; what nobody scanned asks for nothing
    "CaseFacts.virus_scans": _duty("T07-virus-scan"),
    # a statement against other evidence makes the duty to settle which of the two is true
    "Visit.hazards_none": _duty("P01-facts-complete"),
    "Visit.escort_present": _duty("G06-escort-signature"),
    "Visit.principal_present": _duty("E04-principal-signature"),
    "Visit.refusals": _duty("E04-principal-signature"),
    "Document.scans": Declared(Bearing.PAPER, frozenset({"P07-report-in-time"})),
    "CaseFacts.entries": _duty(
        "C21-dispute-hold K04-risk-lists P14-assistance P15-notices-delivered R05-return-visit"
        " E05-questionnaire"
    ),
    "CaseFacts.documents": MADE,
    "Case.campaign": _duty("F06-campaign-experts"),
    "Visit.hazards": _duty(_OF_HAZARDS),
    "Visit.areas_refused": _duty("E01-areas-open"),
    "Visit.attitude": _duty("P05-passive-reported"),
    "Visit.version": MADE,
    "Hazard.grade": _duty("D02-major-reported K05-major-criterion"),
    "Hazard.disputed": _duty("E07-dispute-decided"),
    "Escalation.hazards": _duty("D02-major-reported"),
    "RectificationReport.answers": _duty(
        "E02-plan-fields E03-rectified-in-time P07-every-hazard-answered P08-preliminary-review"
    ),
    "CaseFacts.reports": _duty("P10-versions-kept"),
    "Enterprise.classes": _duty("S04-heavy-staffing S05-supervisor S05-supervisor-signature"),
    "Enterprise.key_processes": _duty("K02-deep-inspection"),
    "Enterprise.entered_zone": _duty(
        "F03-new-enterprise F03-newcomers P17-newcomer-notified P18-tenant-registered"
    ),
    "Enterprise.production_started": _duty("F03-newcomers F03-new-enterprise"),
    "Enterprise.landlord": _duty("P17-newcomer-notified P18-tenant-registered"),
    "Person.original_team": _duty("G01-replacement-consent"),
    # service, a recorder's use and an approval last until their end is said; a badge is made for a term, so
    # that its blank last day is unknown and no limit
    "Person.active_from": _limit("S01-team"),
    "Person.active_to": _limit("S01-team S02-titles T05-removed-stay-away"),
    "Device.from_date": _limit("V01-known-recorder"),
    "RegisterEntry.valid_to": _limit("S06-external-experts C16-nonconformity"),
    "RegisterEntry.data": _duty("E05-questionnaire F05-campaign-summary"),
    "RegisterEntry.enterprise": _duty("T09-no-conflict"),
    "RegisterEntry.person": _duty("T05-removed-stay-away T09-no-conflict"),
    "Campaign.due": _duty("F07-surveys-per-year"),
    **dict.fromkeys(
        (
            "IssuedForm.blank",
            "IssuedForm.required_boxes",
            "IssuedForm.visit_version",
            "Document.received_at",
            "Document.transcriptions",
            "Mark.decided_by",
            "Recording.assigned_by",
            "Recording.assigned_stated",
            "Recording.taken_from",
            "Recording.doubts",
            "Recording.stretches",
            "Recording.truncated",
            "ServiceState.checked_on",
        ),
        MADE,
    ),
}
"""`Class.field` -> its bearing; every field that is not here is evidence."""


def bearing_of(class_name: str, field: str) -> Declared:
    """How a field of a fact bears on the judgement."""
    return DECLARED.get(f"{class_name}.{field}", EVIDENCE)
