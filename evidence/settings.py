"""evidence.toml as one frozen Settings.

Each room defines the frozen settings dataclass it needs; a table of evidence.toml of the room's
name is converted into it, unknown keys are refused with their place.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from evidence.antivirus.settings import AntivirusSettings
from evidence.bundles.settings import SignerSettings, TimestampSettings
from evidence.contracts.contract import (
    FORMS,
    GENERAL,
    Contract,
    FormText,
    contract_of,
    shipped_contract,
    written_for,
)
from evidence.domain.hazard import Grade
from evidence.domain.tables import convert_table
from evidence.errors import InputError
from evidence.foreign import fault_of
from evidence.forms.settings import FormsSettings
from evidence.handover.settings import WitnessSettings
from evidence.identity.settings import LdapSettings, OidcSettings
from evidence.inbox.settings import InboxSettings
from evidence.jobs.settings import JobSettings
from evidence.language import _
from evidence.ledger.settings import LedgerSettings
from evidence.mail.settings import MailboxSettings, NoticeSettings
from evidence.recordings.settings import RecordingsSettings
from evidence.rules.parameters import NO_NUMBERS, NOT_AGREED, Parameters
from evidence.rules.plausible_numbers import impossible
from evidence.rules.wording import worded, words_of
from evidence.webhooks.settings import WebhookSettings

SETTINGS_FILE = "evidence.toml"
_CODE = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractSettings:
    """The contract profile; numbers and names the forms print."""

    code: str = ""
    """Three capitals; first part of every number. No default: without it nothing is opened."""
    name: str = ""
    """The contract's name, printed on every form; no default."""
    section: str = ""
    """The section of the tender (标段), as the forms print it."""
    signed_on: date = date(2021, 12, 7)
    """Service years count from here (附件五(一)1). The default is the first contract's; others state
    their own."""
    price_yuan: int | None = None
    """The whole fee in yuan; amounts are undecided without it."""
    claims_in_package: bool = False
    """Whether packages show what the client owes the agency; its own check always does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencySettings:
    """The agency, as it appears on every form."""

    name: str = ""
    """No default: what prints it refuses while it is not set."""
    address: str = ""
    """Where it may be reached by post."""
    telephone: str = ""
    """Where it may be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegulatorSettings:
    """The client, as it appears on every form."""

    name: str = ""
    """No default: what prints it refuses while it is not set."""
    bureau: str = ""
    """The bureau of the regulator that packages are handed to."""
    section: str = ""
    """The section of the bureau that receives reports."""
    enforcement: str = ""
    """The body that enforces: escalations go to it."""

    @property
    def section_in_full(self) -> str:
        """The section with its bureau before it, said once where both name it."""
        shared = max(
            (n for n in range(len(self.section) + 1) if self.bureau.endswith(self.section[:n])), default=0
        )
        return self.bureau + self.section[shared:]


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
class ApiSettings:
    """`[api]`: the desk's interface for other programs, below `/api/`."""

    enabled: bool = False
    """Whether it answers at all; needs the extra `[api]`."""
    requests_per_minute: int = 120
    """Of one token; more are answered with 429."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """`[site]`: the page for telephones, `/site/`."""

    photograph_required: tuple[str, ...] = ("重大",)
    """Grades of hazards that the page does not let go without a photograph."""
    camera_roots: str = ""
    """PEM file, relative to the workspace, of the roots whose cameras' content credentials (C2PA) are
    known; without it every signer is called unknown."""

    def __post_init__(self) -> None:
        """Raises: ValueError: a grade that no hazard can have."""
        unknown = set(self.photograph_required) - {grade.value for grade in Grade}
        if unknown:
            fault = _("photograph_required 中的“{given}”不是隐患等级，可写：{allowed}")
            raise ValueError(fault.format(given="、".join(sorted(unknown)), allowed="、".join(Grade)))


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
    """The contract's numbers, and what evidence.toml states otherwise."""
    signer: SignerSettings = field(default_factory=SignerSettings)
    timestamp: TimestampSettings = field(default_factory=TimestampSettings)
    api: ApiSettings = field(default_factory=ApiSettings)
    site: SiteSettings = field(default_factory=SiteSettings)
    antivirus: AntivirusSettings = field(default_factory=AntivirusSettings)
    webhooks: dict[str, WebhookSettings] = field(default_factory=dict)
    """`[webhooks.NAME]`: programs that are told what happens; none by default."""
    mail: dict[str, MailboxSettings] = field(default_factory=dict)
    """`[mail.NAME]`: mailboxes whose messages come into the inbox; none by default."""
    notices: NoticeSettings = field(default_factory=NoticeSettings)
    oidc: OidcSettings = field(default_factory=OidcSettings)
    ldap: LdapSettings = field(default_factory=LdapSettings)
    witness: WitnessSettings = field(default_factory=WitnessSettings)
    accounts: dict[str, str] = field(default_factory=dict)
    """System account -> id of the person it belongs to; who acts at the terminal."""

    profile: Contract = field(default_factory=shipped_contract)
    """The contract's folder; no table of evidence.toml."""

    @property
    def form_texts(self) -> Mapping[str, FormText]:
        """What the contract calls each form and has it say, its numbers filled in.

        Raises:
            InputError: a note names something that no parameter is called.
        """
        words = words_of(self.parameters)
        try:
            return {
                form: replace(text, title=worded(text.title, words), note=worded(text.note, words))
                for form, text in self.profile.forms.items()
            }
        except (KeyError, ValueError, IndexError) as error:
            raise InputError(
                _("合同文本有一处不对：{fault}。").format(fault=fault_of(error)),
                where=str(self.profile.folder / FORMS),
                remedy=_("花括号中只能写 evidence.toml [rules] 的参数名。"),
            ) from error

    def require_names(self) -> None:
        """Whom every form prints must be named: no firm's paper bears another's name.

        Raises:
            InputError: some name is missing; `where` lists them.
        """
        wanted = {
            "agency.name": self.agency.name,
            "contract.name": self.contract.name,
            "regulator.name": self.regulator.name,
            "regulator.bureau": self.regulator.bureau,
            "regulator.section": self.regulator.section,
            "regulator.enforcement": self.regulator.enforcement,
        }
        if missing := [place for place, name in wanted.items() if not name.strip()]:
            raise InputError(
                _("evidence.toml 没有写明文书上印的名称：{names}。").format(names="、".join(missing)),
                where="evidence.toml",
                remedy=_("请填写后再试；名称没有默认值。"),
            )

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


ELSEWHERE = {
    "contract": "contract.code",
    "signed_on": "contract.signed_on",
    "price_yuan": "contract.price_yuan",
    "coverage_drift_s": "recordings.drift_s",
    "coverage_prerecord_s": "recordings.prerecord_s",
}
"""Parameters that no `[rules]` sets, and where they are set."""


def load_settings(path: Path) -> Settings:
    """Read evidence.toml and the contract's folder beside it.

    Raises:
        InputError: not TOML, a value of the wrong kind, one that cannot be, or a setting that nothing
            would read; `where` names the key.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        _refuse_ignored(table)
        code = str(table.get("contract", {}).get("code", ""))
        contract = contract_of(path.parent, code)
        _refuse_ignored({"rules": dict(contract.numbers)})
        given = table.get("rules", {})
        if isinstance(given, dict):
            given = {**contract.numbers, **given}
        settings = replace(convert_table({**table, "rules": given}, Settings), profile=contract)
        settings = replace(settings, rules=replace(settings.rules, **_of_contract(settings)))
        for where, fault in (*impossible(settings), *_nobodys(settings, table)):
            raise msgspec.ValidationError(f"{fault} - at `$.{where}`")
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise InputError(
            _("evidence.toml 有一处不对：{fault}。").format(fault=fault_of(error)),
            where=str(path),
            remedy=_("请改正后再运行；每一项的写法都在 evidence.toml 的注释里。"),
        ) from error
    return settings


def _nobodys(settings: Settings, table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(place, what is wrong) where evidence.toml does not say for which contract it is."""
    code = settings.contract.code
    if not _CODE.fullmatch(code):
        yield "contract.code", _("应是三位大写字母的合同代码，没有默认值（写的是“{code}”）").format(code=code)
    elif code != shipped_contract().code and "signed_on" not in table.get("contract", {}):
        yield "contract.signed_on", _("请写明合同签订日期，没有默认值")


def _refuse_ignored(table: dict[str, Any]) -> None:
    """Settings that would be read by nobody."""
    if "profile" in table:
        raise msgspec.ValidationError("Unknown key - at `$.profile`")
    rules = table.get("rules", {})
    for name in rules if isinstance(rules, dict) else ():
        if name in ELSEWHERE:
            fault = _("这一项在这里不起作用，请写在 {place}").format(place=ELSEWHERE[name])
            raise msgspec.ValidationError(f"{fault} - at `$.rules.{name}`")
        if name in NO_NUMBERS:
            raise msgspec.ValidationError(f"Unknown key - at `$.rules.{name}`")


def _of_contract(settings: Settings) -> dict[str, Any]:
    """The contract's words for a judgement, and what differs from the contract as signed."""
    contract = settings.profile
    first, signed = shipped_contract(), written_for(settings.contract.code)
    agreed = signed if signed.code else contract
    standard = replace(Parameters(), **_as_parameters(agreed.numbers))
    numbers = (
        one.name
        for one in fields(Parameters)
        if one.name not in NOT_AGREED | NO_NUMBERS | set(ELSEWHERE)
        and getattr(settings.rules, one.name) != getattr(standard, one.name)
    )
    rules = (
        f"rule:{name}"
        for name in sorted({*agreed.text.clauses, *contract.text.clauses})
        if contract.text.clauses.get(name) != agreed.text.clauses.get(name)
        or (name in contract.text.without_rules) != (name in agreed.text.without_rules)
    )
    unwritten = contract.folder == shipped_contract(GENERAL).folder
    return {
        "text": None if contract.text == first.text else contract.text,
        "amended": None if unwritten else (*numbers, *rules),
    }


def _as_parameters(numbers: Mapping[str, Any]) -> dict[str, Any]:
    known = convert_table(dict(numbers), Parameters)
    return {name: getattr(known, name) for name in numbers}
