"""evidence.toml as one frozen Settings.

Each room defines the frozen settings dataclass it needs; a table of evidence.toml of the room's
name is converted into it, unknown keys are refused with their place.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import msgspec

from evidence.antivirus.settings import AntivirusSettings
from evidence.bundles.settings import SignerSettings, TimestampSettings
from evidence.domain.tables import convert_table
from evidence.errors import InputError
from evidence.foreign import fault_of
from evidence.forms.settings import FormsSettings
from evidence.inbox.settings import InboxSettings
from evidence.jobs.settings import JobSettings
from evidence.language import _
from evidence.ledger.settings import LedgerSettings
from evidence.mail.settings import MailboxSettings
from evidence.recordings.settings import RecordingsSettings
from evidence.rules.parameters import Parameters

SETTINGS_FILE = "evidence.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractSettings:
    """The contract profile; numbers and names the forms print."""

    code: str = "WJB"
    """Three capitals; first part of every number."""
    name: str = "武进国家高新区安全生产第三方技术服务（B标段）"
    section: str = "B标段"
    signed_on: date = date(2021, 12, 7)
    """Service years count from here (附件五(一)1)."""
    price_yuan: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencySettings:
    """The agency, as it appears on every form."""

    name: str = "常州承安安全咨询服务有限公司"
    address: str = "江苏省常州市武进区世贸中心B座702"
    telephone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegulatorSettings:
    """The client, as it appears on every form."""

    name: str = "武进国家高新技术产业开发区管理委员会"
    bureau: str = "武进国家高新区经济发展局"
    section: str = "经济发展局安监科"
    enforcement: str = "高新区安监执法中队"


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthSettings:
    """`[health]` of evidence.toml."""

    disk_low_gb: float = 5.0
    """Free space below which doctor warns."""
    disk_full_gb: float = 1.0
    """Free space below which the state is failing."""
    backup_days: float = 2.0
    """A backup older than this is missed."""
    restore_days: float = 100.0
    """A backup must have been proven within this time."""
    undecided_days: float = 5.0
    """An arrival may wait for a person this long."""
    revocation_days: float = 2.0
    """A revocation list that ends within this time is to be renewed."""
    watcher_s: float = 300.0
    """A watcher that has not looked for so long is dead or stuck."""
    stamp_check_hours: float = 24.0
    """How often the watcher asks the time-stamp authority; 0: never, for authorities that charge for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All of evidence.toml."""

    contract: ContractSettings = field(default_factory=ContractSettings)
    agency: AgencySettings = field(default_factory=AgencySettings)
    regulator: RegulatorSettings = field(default_factory=RegulatorSettings)
    forms: FormsSettings = field(default_factory=FormsSettings)
    inbox: InboxSettings = field(default_factory=InboxSettings)
    ledger: LedgerSettings = field(default_factory=LedgerSettings)
    health: HealthSettings = field(default_factory=HealthSettings)
    """When a condition begins to worry."""
    jobs: JobSettings = field(default_factory=JobSettings)
    recordings: RecordingsSettings = field(default_factory=RecordingsSettings)
    rules: Parameters = field(default_factory=Parameters)
    """Contract code, date and price come from `[contract]`, drift and pre-record of recorders from
    `[recordings]`."""
    signer: SignerSettings = field(default_factory=SignerSettings)
    timestamp: TimestampSettings = field(default_factory=TimestampSettings)
    antivirus: AntivirusSettings = field(default_factory=AntivirusSettings)
    mail: dict[str, MailboxSettings] = field(default_factory=dict)
    """`[mail.NAME]`: mailboxes whose messages come into the inbox; none by default."""
    accounts: dict[str, str] = field(default_factory=dict)
    """System account -> id of the person it belongs to; who acts at the terminal."""

    @property
    def parameters(self) -> Parameters:
        """The rules' numbers for this contract."""
        return replace(
            self.rules,
            contract=self.contract.code,
            signed_on=self.contract.signed_on,
            price_yuan=self.contract.price_yuan,
            coverage_drift_s=self.recordings.drift_s,
            coverage_prerecord_s=self.recordings.prerecord_s,
        )


def load_settings(path: Path) -> Settings:
    """Read evidence.toml.

    Raises:
        InputError: not TOML, or a value of the wrong kind; `where` names the key.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        return convert_table(table, Settings)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise InputError(
            _("evidence.toml 有一处不对：{fault}。").format(fault=fault_of(error)),
            where=str(path),
            remedy=_("请改正后再运行；每一项的写法都在 evidence.toml 的注释里。"),
        ) from error
