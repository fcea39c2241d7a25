"""Registers: what the contract asks to exist but no form proves (undertakings, consents, notices …)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from evidence.domain.identifiers import CaseId, EnterpriseId, PersonId, Sha256, VisitId


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEntry:
    """One entry of one register. Register names are listed with the rules that look for them."""

    register: str
    """E.g. `confidentiality-undertaking`, `replacement-consent`, `force-majeure-notice`."""
    key: str
    """Unique within the register; a later entry with the same key replaces the earlier in force."""
    on: date
    person: PersonId | None = None
    enterprise: EnterpriseId | None = None
    case: CaseId | None = None
    visit: VisitId | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    receipt_on: date | None = None
    data: dict[str, str] = field(default_factory=dict)
    attachment: Sha256 | None = None
    entered_at: datetime | None = None
    """When it was entered, contract time; None for entries older than this field."""


class PlannedWork(StrEnum):
    """Kinds of work a weekly plan announces."""

    CHECK = "检查"
    RECHECK = "复查"
    URGING = "督促"
    SPECIAL = "专项"
    GUIDANCE = "指导"


class PartOfDay(StrEnum):
    """When on its day a planned visit is due, as 下周工作计划 prints it."""

    MORNING = "上午"
    AFTERNOON = "下午"
    NIGHT = "夜间"
    WHOLE_DAY = "全天"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """One planned visit."""

    day: date
    part_of_day: PartOfDay | None = None
    enterprise: EnterpriseId
    work: PlannedWork
    case: CaseId | None = None
    experts: tuple[PersonId, ...] = ()
    supervisor_needed: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The plan for one week, filed with the regulator on the Friday before (附件八1)."""

    week: str
    version: int = 1
    filed_on: date
    lines: tuple[PlanLine, ...] = ()
    number: str = ""
    """Number of the issued 下周工作计划."""
    receipt_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """A recorded exception: the finding keeps its kind (interface, Findings)."""

    rule_id: str
    case: CaseId
    why: str
    by: PersonId | str
    at: datetime
    attachment: Sha256 | None = None
    account: str = ""
    """The account that entered it; empty for waivers older than this field."""
    stated: bool = False
    """The account is tied to nobody and only named `by`: shown, and lifts nothing."""
    covers: tuple[str, ...] = ()
    """Visits and documents of the findings there were when it was given, `""` for one about the whole case;
    nothing else is waived. Empty for waivers older than this field, which cover whatever the rule says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Nothing of this case, or of this one visit, may be disposed of while held."""

    case: CaseId
    why: str
    by: str
    at: datetime
    released_at: datetime | None = None
    visit: VisitId | None = None
    """The disputed visit; None holds the whole case."""

    def covers(self, visit: VisitId | None) -> bool:
        """Whether it is in force over something of that visit; what names no visit might be of any."""
        return self.released_at is None and (self.visit is None or visit is None or self.visit == visit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something a package must contain and does not: one rule on one subject."""

    rule_id: str
    """Empty: any rule. Packages made before gaps were recorded only say that their cases had some."""
    case: CaseId
    visit: str = ""
    hazard: str = ""
    document: str = ""
    since: str = ""
    """Id of the package that declared it first."""

    def covers(self, other: Gap) -> bool:
        """Whether the other is this gap; one may since have got its visit or its number."""
        return (
            self.case == other.case
            and self.rule_id in ("", other.rule_id)
            and self.visit in ("", other.visit)
            and self.hazard in ("", other.hazard)
            and self.document in ("", other.document)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Incurable:
    """A person's word that a declared gap can never be filled: from then on it is stated, not owed."""

    gap: Gap
    why: str
    by: PersonId
    at: datetime
    attachment: Sha256 | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A weekly package that was built."""

    id: str
    """`WJB-2022-W13` or `WJB-2022-W13-S1`."""
    week: str
    supplement: int = 0
    built_at: datetime
    sha256: Sha256
    """Digest of the zip, or of tagmanifest-sha256.txt.p7s's target for a folder."""
    complete: bool
    tree_size: int
    """Journal lines under its checkpoint."""
    known_size: int | None = None
    """Journal lines that were known at its as-of instant: what came after belongs to the next package.
    None: all under its checkpoint."""
    root: str
    """Hex root of the checkpoint."""
    cases: tuple[CaseId, ...] = ()
    documents: tuple[str, ...] = ()
    """Numbers of the records handed over in it."""
    originals: tuple[Sha256, ...] = ()
    """Originals sent with it, so that later dossiers cite them by digest."""
    why_incomplete: str = ""
    list_number: str = ""
    """Number of the 移交清单; its 接收回执 carries the same running number."""
    tagmanifest: str = ""
    """Digest of tagmanifest-sha256.txt: what the next package cites and a supplement refers to."""
    signer: str = ""
    """SHA-256 of the DER certificate that signed it; empty for packages made before 2026-11-28."""
    organization: str = ""
    """The agency that hands over, as bag-info.txt names it; empty as `signer`."""
    receipts: tuple[Sha256, ...] = ()
    """Receipts for earlier packages that it carries, so that each is carried once."""
    owed: tuple[Gap, ...] | None = None
    """Everything missing or undecided when it was built, whichever week it fell due, incurable gaps
    included; None in packages of before this was recorded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The regulator's receipt for a package."""

    package: str
    at: datetime
    source: Sha256
    manner: str
    """`scan` (stated by the agency) or `signature` (witnessed when the certificate is trusted)."""
    signer: str = ""
