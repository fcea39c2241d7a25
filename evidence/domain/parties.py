"""Who takes part: enterprises, people, recorder devices, campaigns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from evidence.domain.identifiers import EnterpriseId, PersonId, Sha256


class EnterpriseClass(StrEnum):
    """Classes that decide staffing (附件一); values are the contract's words."""

    BELOW_SCALE = "规模以下一般工贸"
    ABOVE_SCALE = "规模以上一般工贸"
    HAZCHEM_PRODUCER = "危化品生产"
    HAZCHEM_TRADER = "危化品经营（带储存）"
    MAJOR_HAZARD_SOURCE = "重大危险源"
    FOUNDRY = "铸造"
    DUST_EXPLOSIVE = "粉尘涉爆"


HEAVY_CLASSES = frozenset(EnterpriseClass) - {EnterpriseClass.BELOW_SCALE}
"""Two experts and one supervisor are needed here (附件一)."""


class KeyProcess(StrEnum):
    """Processes that call for deep expert inspection (附件五(三)二十三)."""

    SMELTING = "金属冶炼"
    DUST = "涉爆粉尘"
    DEEP_CASTING = "深井铸造"
    AL_MG_MACHINING = "铝镁机加工"
    SPRAYING = "喷涂作业"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enterprise:
    """One inspected enterprise. Names and telephones of its people live in the contacts blob, not here."""

    id: EnterpriseId
    name: str
    short_name: str
    credit_code: str = ""
    address: str = ""
    classes: tuple[EnterpriseClass, ...]
    key_processes: tuple[KeyProcess, ...] = ()
    headcount: int | None = None
    """People employed; below 20 is a micro enterprise; None when unknown."""
    production_started: date | None = None
    """First day of production in the zone, for new enterprises."""
    entered_zone: date | None = None
    """When the agency found it as a new entrant; None for those in the contract's original list."""
    landlord: EnterpriseId | None = None
    """The enterprise that lets it its factory (厂中厂)."""
    active_from: date | None = None
    active_to: date | None = None
    contacts: Sha256 | None = None
    """Digest of the stored JSON with principal, legal representative, telephones."""

    @property
    def heavy(self) -> bool:
        """Whether the heavy staffing rule applies."""
        return any(kind in HEAVY_CLASSES for kind in self.classes)

    @property
    def micro(self) -> bool | None:
        """Whether it employs fewer than 20 people; None when unknown."""
        return None if self.headcount is None else self.headcount < 20


class Role(StrEnum):
    """A person's place in the work."""

    LEADER = "项目负责人"
    MEMBER = "项目组成员"
    EXTERNAL_EXPERT = "外聘专家"
    SUPERVISOR = "安全监管人员"
    CLERK = "资料员"


class Title(StrEnum):
    """Professional title; 中级 and above counts for 附件一."""

    NONE = "无"
    JUNIOR = "初级"
    INTERMEDIATE = "中级"
    SENIOR = "高级"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member of the team, an outside expert or a supervisor of the regulator."""

    id: PersonId
    name: str
    role: Role
    title: Title = Title.NONE
    specialty: str = ""
    qualified: bool | None = None
    """Safety professional with a valid qualification; None when unknown."""
    badge: str = ""
    """工作证 number issued by the regulator, or the supervisor's 证号."""
    badge_from: date | None = None
    badge_to: date | None = None
    active_from: date | None = None
    active_to: date | None = None
    original_team: bool = True
    """Named in the bid; others need the regulator's written consent (附件六1(1))."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One body-worn recorder."""

    serial: str
    brand: str = ""
    holder: PersonId | None = None
    officer_id: str = ""
    """The wearer's number as the device writes it into file names."""
    from_date: date | None = None
    to_date: date | None = None
    aliases: tuple[str, ...] = ()
    """Other serials or alias names its files carry."""


class CampaignKind(StrEnum):
    """专项 (full coverage, deadline, summary list) or 普查 (at most three a year)."""

    SPECIAL = "special"
    SURVEY = "survey"


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A special campaign or survey ordered from above (附件五(一)3, 4)."""

    id: str
    topic: str
    kind: CampaignKind
    ordered_on: date
    due: date | None = None
    targets: tuple[EnterpriseId, ...] = ()
