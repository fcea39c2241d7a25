"""A case is one inspection cycle of one enterprise; these are the facts people enter about it.

The dataclasses are also the shape of the input files of `visit add`: their JSON Schema is what
`evidence schema` prints.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from evidence.domain.hazard import Hazard, HazardAnswer, HazardProgress, HazardResult, Picture
from evidence.domain.identifiers import CaseId, EnterpriseId, PersonId, Sha256, VisitId


class CaseKind(StrEnum):
    """Why the cycle was opened."""

    ANNUAL = "annual"
    NEW_ENTERPRISE = "new-enterprise"
    SPECIAL = "special"
    SURVEY = "survey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One inspection cycle."""

    id: CaseId
    enterprise: EnterpriseId
    kind: CaseKind
    opened_on: date
    campaign: str = ""
    """Campaign id of a special or survey case."""
    again_why: str = ""
    """Why another case of the same kind was opened for the same enterprise and year."""
    cancelled_why: str = ""
    """Why it was opened by mistake; empty while it stands. Its number is never used again."""


class VisitKind(StrEnum):
    """What happened; each kind has its own record form."""

    CHECK = "check"
    URGING = "urging"
    RECHECK = "recheck"
    GUIDANCE = "guidance"
    INTERVIEW = "interview"


ON_SITE_KINDS = frozenset({VisitKind.CHECK, VisitKind.RECHECK, VisitKind.GUIDANCE})
"""Always on site and therefore always filmed; an urging only when its channel is a visit."""


class ItemVerdict(StrEnum):
    """Result of one of the 25 checklist items."""

    CONFORMING = "合格"
    NONCONFORMING = "不合格"
    NOT_APPLICABLE = "不适用"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemResult:
    """One checklist item at one check."""

    item: int
    verdict: ItemVerdict
    remark: str = ""
    """Required for 不适用: the reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Someone refused to sign; recorded with a witness it stands as `review`, never as pass."""

    role: str
    """`escort` or `principal` or `seal`."""
    reason: str
    witness: str = ""


class Channel(StrEnum):
    """How an urging reached the enterprise."""

    PHONE = "电话"
    ON_SITE = "现场"


class Attitude(StrEnum):
    """The enterprise's attitude at the urging; 不积极 triggers a written report."""

    ACTIVE = "积极"
    PASSIVE = "不积极"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocked:
    """A button pressed on a telephone at the visit, by the telephone's own clock."""

    what: str
    """`arrived` or `left`."""
    device_time: datetime
    ahead_ms: int = 0
    """Milliseconds by which the server's clock was ahead of the device's, as measured last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit or call. Instants are aware UTC; names of the enterprise's people are in `details`."""

    id: VisitId
    case: CaseId
    kind: VisitKind
    version: int = 1
    """Counts corrections of the same visit; the highest is in force."""
    arrived_at: datetime
    left_at: datetime | None = None
    experts: tuple[PersonId, ...] = ()
    supervisors: tuple[PersonId, ...] = ()
    badge_shown: bool | None = None
    escort_present: bool | None = None
    principal_present: bool | None = None
    """For an interview: the principal came in person, not a delegate."""
    devices: tuple[str, ...] = ()
    scope: str = ""
    """Places inspected, 检查场所."""
    summary: str = ""
    """检查情况 or 复查情况."""
    areas_refused: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    items: tuple[ItemResult, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    hazards_none: bool = False
    """The check found no hazard and says so."""
    deep_inspection: bool | None = None
    progress: tuple[HazardProgress, ...] = ()
    channel: Channel | None = None
    call_noted: tuple[str, ...] | None = None
    """Of an urging by phone: which of 接洽人 and 接洽人电话 were entered. None for every other visit and for
    calls entered before this was recorded."""
    attitude: Attitude | None = None
    results: tuple[HazardResult, ...] = ()
    pictures: tuple[Picture, ...] = ()
    """Names and times of the photographs of `hazards` and `results`."""
    topics: tuple[str, ...] = ()
    """Guidance topics covered: 责任制 自查自改 系统申报 风险辨识."""
    planned_recheck: date | None = None
    change_note: str = ""
    """Why this visit was in no filed plan."""
    clocked: tuple[Clocked, ...] = ()
    """When a telephone's buttons for arrival and leaving were pressed; a person may have set other times."""
    details: Sha256 | None = None
    """Digest of the stored full input: names and telephones that stay out of the journal."""
    source: Sha256 | None = None
    """Digest of the file a person entered."""


def in_force(visits: Iterable[Visit]) -> tuple[Visit, ...]:
    """Each visit once, in its highest version, in order of arrival and id.

    A correction may move the time, so the last of a list ordered by time may hold no more. A journal
    never holds two visits of one id and version; facts from elsewhere may, and are then told apart by
    what they say, so that the answer never depends on their order.
    """
    newest: dict[VisitId, Visit] = {}
    for visit in visits:
        known = newest.get(visit.id)
        if known is None or _precedence(visit, known) > 0:
            newest[visit.id] = visit
    return tuple(sorted(newest.values(), key=lambda visit: (visit.arrived_at, visit.id)))


def _precedence(visit: Visit, known: Visit) -> int:
    """Positive where `visit` goes before `known`, which bears the same id."""
    if visit.version != known.version or visit == known:
        return visit.version - known.version
    return 1 if repr(visit) > repr(known) else -1


class ReviewResult(StrEnum):
    """The reviewer's verdict on a rectification report."""

    ACCEPTED = "符合"
    RETURNED = "明显不符合"


@dataclass(frozen=True, slots=True, kw_only=True)
class RectificationReport:
    """One version of the enterprise's 整改报告."""

    case: CaseId
    version: int
    reported_on: date | None = None
    received_on: date
    received_by: PersonId | None = None
    answers: tuple[HazardAnswer, ...]
    reviewed_on: date | None = None
    reviewed_by: PersonId | None = None
    review: ReviewResult | None = None
    notified_on: date | None = None
    """When the enterprise was told of an obvious non-conformity."""
    notified_by: str = ""
    """Channel of that notice."""
    pictures: tuple[Picture, ...] = ()
    """Names and times of the photographs of `answers`."""
    details: Sha256 | None = None
    source: Sha256 | None = None


class Trigger(StrEnum):
    """Why something is reported upwards (附件五(二)1, 附件八6(2))."""

    PASSIVE = "不积极整改"
    OVERDUE = "逾期未全部整改到位"
    MAJOR = "重大事故隐患"


class Recipient(StrEnum):
    """Who receives a report."""

    SAFETY_SECTION = "主管科室"
    ENFORCEMENT = "执法单位"

    @classmethod
    def _missing_(cls, value: object) -> Recipient | None:
        """What journals of before say: the names the first contract gives them."""
        return {"安监科": cls.SAFETY_SECTION, "安监执法中队": cls.ENFORCEMENT}.get(str(value))


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """One written report to the regulator."""

    id: str
    case: CaseId
    trigger: Trigger
    recipient: Recipient
    reported_at: datetime
    hazards: tuple[str, ...] = ()
    receipt_at: datetime | None = None
    outcome: str = ""
    source: Sha256 | None = None
