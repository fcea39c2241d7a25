"""Writes docs/settings.md: every setting of evidence.toml with default, unit, meaning, clause and example.

Names, types and defaults come from the settings classes, meanings from the text below each field, clauses
from the contract's folder, units and examples that neither tells from `settings_examples`. `make docs`
writes the page; a test holds it to that.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from dataclasses import MISSING, dataclass, fields
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any

from evidence.antivirus.settings import AntivirusSettings
from evidence.bundles.settings import SignerSettings, TimestampSettings
from evidence.contracts.contract import shipped_contract
from evidence.forms.settings import FormsSettings
from evidence.handover.settings import WitnessSettings
from evidence.identity.settings import LdapSettings, OidcSettings
from evidence.inbox.settings import InboxSettings
from evidence.jobs.settings import JobSettings
from evidence.ledger.settings import LedgerSettings
from evidence.mail.settings import MailboxSettings, NoticeSettings
from evidence.recordings.settings import ExportMapping, RecordingsSettings
from evidence.rules.parameters import Parameters, clause_of
from evidence.settings import (
    ELSEWHERE,
    NO_NUMBERS,
    AgencySettings,
    ApiSettings,
    ContractSettings,
    HealthSettings,
    RegulatorSettings,
    SiteSettings,
)
from evidence.webhooks.settings import WebhookSettings
from scripts.settings_examples import ENDINGS, EXAMPLES, UNITS

PAGE = Path(__file__).parents[1] / "docs" / "settings.md"

TABLES: dict[str, tuple[type, str]] = {
    "contract": (ContractSettings, "The contract: its code, names and dates as the forms print them."),
    "agency": (AgencySettings, "The inspecting agency, as it appears on every form."),
    "regulator": (RegulatorSettings, "The client, as it appears on every form."),
    "signer": (SignerSettings, "Whose key signs packages. Paths are relative to the workspace."),
    "timestamp": (
        TimestampSettings,
        "The RFC 3161 authority. With neither `url` nor `local` nothing is time-stamped (PAdES B-B).",
    ),
    "rules": (
        Parameters,
        "The contract's numbers. Written here, they state an amendment: reports and packages name each that "
        "differs from the contract as signed. Days are calendar days unless a name says workdays.",
    ),
    "forms": (FormsSettings, "How forms are filled and printed."),
    "inbox": (InboxSettings, "How long the inbox waits and how much it accepts."),
    "recordings": (RecordingsSettings, "Recorders and their footage."),
    "recordings.exports.NAME": (
        ExportMapping,
        "Which column of your docking station's list says what; `NAME` is of your choice.",
    ),
    "ledger": (LedgerSettings, "Where the ledger is kept. An empty `database` is the embedded one."),
    "jobs": (JobSettings, "Who does the heavy work."),
    "health": (HealthSettings, "When a condition begins to worry `doctor`, `/healthz` and `/metrics`."),
    "witness": (WitnessSettings, "Where each checkpoint goes at once, beyond the reach of this machine."),
    "antivirus": (AntivirusSettings, "Whether files are scanned before anything else reads them."),
    "mail.NAME": (MailboxSettings, "A mailbox whose messages come into the inbox; any number of them."),
    "notices": (NoticeSettings, "By which server people of the desk hear by e-mail what they have to do."),
    "oidc": (
        OidcSettings,
        "Signing in to the desk through the agency's provider of OpenID Connect. [How](administrator-guide.md"
        "#signing-in-through-the-agencys-own-directory).",
    ),
    "ldap": (
        LdapSettings,
        "Signing in to the desk through the agency's directory. [How](administrator-guide.md"
        "#signing-in-through-the-agencys-own-directory).",
    ),
    "api": (ApiSettings, "The desk's interface for other programs, below `/api/`."),
    "site": (SiteSettings, "The page for inspectors' telephones, `/site/`."),
    "webhooks.NAME": (WebhookSettings, "Another program that is told what happens; any number of them."),
}
"""Table of evidence.toml -> the class that reads it, and what it is about; in the order of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting as the page shows it."""

    name: str
    default: str
    """As it would be written in the file; empty where it must be given."""
    meaning: str
    unit: str
    """Of a number; empty for what has none."""
    example: str
    """A line of the file, without its name."""


def settings_of(table: str) -> tuple[Setting, ...]:
    """The settings of one table, in the order of its class."""
    kind = TABLES[table][0]
    told = dict(_meanings(kind))
    return tuple(
        Setting(
            name=each.name,
            default=_default(each),
            meaning=told.get(each.name, ""),
            unit=unit_of(table, each.name),
            example=EXAMPLES.get(f"{table}.{each.name}") or _default(each),
        )
        for each in fields(kind)
        if not (kind is Parameters and each.name in {*ELSEWHERE, *NO_NUMBERS})
    )


def unit_of(table: str, name: str) -> str:
    """What a number counts; empty where a setting is no number."""
    named = UNITS.get(f"{table}.{name}")
    if named is not None:
        return named
    return next((unit for end, unit in ENDINGS.items() if name.endswith(end) or name == end[1:]), "")


def _meanings(kind: type) -> Iterator[tuple[str, str]]:
    """Each field's name with the text that stands below it."""
    [body] = ast.parse(inspect.getsource(kind)).body
    assert isinstance(body, ast.ClassDef)
    for statement, below in zip(body.body, body.body[1:], strict=False):
        if (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and isinstance(below, ast.Expr)
            and isinstance(below.value, ast.Constant)
        ):
            yield statement.target.id, " ".join(str(below.value.value).split())


def _default(each: Any) -> str:
    if each.default is not MISSING:
        return written(each.default)
    return written(each.default_factory()) if each.default_factory is not MISSING else ""


def written(value: object) -> str:
    """A value as evidence.toml would state it."""
    if isinstance(value, Enum):
        return written(value.value)
    if value is None:
        return "not set"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float)):
        return f"{value:_}" if isinstance(value, int) and value >= 100_000 else str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (tuple, list)):
        return f"[{', '.join(written(each) for each in value)}]"
    if isinstance(value, dict):
        return "{}"
    return f'"{value}"'


def page() -> str:
    """docs/settings.md."""
    count = sum(len(settings_of(table)) for table in TABLES)
    lines = [
        "# Settings of evidence.toml",
        "",
        f"For the administrator: all {count} settings. What the file does not say has the default shown "
        f"here; a "
        "name that is not listed is refused with its place. Each example is a line to copy below the "
        "table's heading; a test loads them all. After a change run `evidence doctor`.",
        "",
        "Written by `make docs` from the program itself.",
        "",
    ]
    for table, (_kind, about) in TABLES.items():
        lines += [f"## [{table}]", "", about, "", *_table(table), ""]
    lines += [
        "## [accounts]",
        "",
        'Whose system account is whose: `account = "P01"`, the person\'s id in the roster. What such an '
        "account does at the terminal is journalled under the person's name.",
        "",
    ]
    return "\n".join(lines)


def _table(table: str) -> Iterator[str]:
    rules, text = table == "rules", shipped_contract().text
    heads = ["Setting", "Default", "Unit", "Meaning", *(["Clause"] if rules else []), "Example"]
    yield f"| {' | '.join(heads)} |"
    yield "|---" * len(heads) + "|"
    for each in settings_of(table):
        cells = [
            f"`{each.name}`",
            f"`{each.default}`" if each.default else "must be given",
            each.unit or "–",
            each.meaning.replace("|", "\\|"),
            *([clause_of(each.name, text)] if rules else []),
            f"`{each.name} = {each.example}`",
        ]
        yield f"| {' | '.join(cells)} |"


def made() -> dict[Path, str]:
    """The page as it should be."""
    return {PAGE: page()}
