"""One contract as a folder: what `evidence init --contract` copies into a workspace as `contract/`.

contract.toml   what it calls those it concerns, its numbers, the rules it does without
clauses.toml    the clause and its words behind each rule
forms.toml      titles and notes of its forms, and the clauses they serve
checklist.yaml  the items of a full inspection
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

from evidence.contracts.text import (
    CONTRACT,
    FIRST,
    HERE,
    ClauseText,
    ContractText,
    PartyNames,
    read_clauses,
    read_table,
    shipped_contracts,
)
from evidence.errors import UsageError
from evidence.language import _, did_you_mean

FOLDER = "contract"
"""Of a workspace."""
FORMS, CHECKLIST = "forms.toml", "checklist.yaml"
GENERAL = "general"
"""For a contract whose text nobody has written down yet: no clause, neutral names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormText:
    """How one form reads under this contract."""

    title: str
    note: str = ""
    """Printed on the form; `{rectification_days}` and other parameters may stand in it."""
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """The shape of contract.toml."""

    code: str = ""
    """The contract code it was written for; empty for any."""
    names: PartyNames
    references: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, Any] = field(default_factory=dict)
    number_clauses: dict[str, str] = field(default_factory=dict)
    without_rules: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """Everything a workspace knows of its contract's words."""

    folder: Path
    code: str
    text: ContractText
    numbers: Mapping[str, Any]
    """Parameters as signed, where they differ from the program's own."""
    forms: Mapping[str, FormText]
    """By form id."""
    places: tuple[str, ...] = ()
    """Places that enterprises' names begin with; their short names leave them out."""


def read_contract(folder: Path) -> Contract:
    """A contract's folder.

    Raises:
        InputError: a file is missing or says something nobody understands.
    """
    table = read_table(folder / CONTRACT, _Table)
    return Contract(
        folder=folder,
        code=table.code,
        text=ContractText(
            clauses=read_clauses(folder),
            names=table.names,
            references=table.references,
            numbers=table.number_clauses,
            without_rules=table.without_rules,
        ),
        numbers=table.numbers,
        forms=read_table(folder / FORMS, dict[str, FormText]),
        places=table.places,
    )


@cache
def shipped_contract(name: str = FIRST) -> Contract:
    """A contract that ships with the program.

    Raises:
        UsageError: there is none of that name; the remedy lists all.
    """
    known = shipped_contracts()
    if name not in known:
        raise UsageError(
            _("程序没有自带名为“{name}”的合同。").format(name=name),
            remedy=did_you_mean(name, known) + _("自带的合同：{known}。").format(known="、".join(known)),
        )
    return read_contract(HERE / name)


def written_for(code: str) -> Contract:
    """The shipped contract that was written for a contract code, else the one that names nobody."""
    for name in shipped_contracts():
        if code and shipped_contract(name).code == code:
            return shipped_contract(name)
    return shipped_contract(GENERAL)


def contract_of(root: Path, code: str) -> Contract:
    """The contract of a workspace: its own folder, else what ships for its code.

    Raises:
        InputError: see `read_contract`.
    """
    own = root / FOLDER
    shipped = written_for(code)
    return _brought_up(read_contract(own), shipped) if (own / CONTRACT).is_file() else shipped


LATER_RULES = ("T07-virus-scan",)
"""Rules that came after 1.0.0: a folder copied before has no clause for them, and nobody struck it out."""


def _brought_up(own: Contract, shipped: Contract) -> Contract:
    """A folder of an earlier program with the shipped clauses of later rules, of the same contract."""
    if own.code != shipped.code:
        return own
    clauses = {
        name: shipped.text.clauses[name]
        for name in LATER_RULES
        if name in shipped.text.clauses and name not in own.text.clauses
    }
    if not clauses:
        return own
    return replace(own, text=replace(own.text, clauses={**own.text.clauses, **clauses}))


def no_clause(title: str) -> ClauseText:
    """What stands for a clause that nobody has written down: the duty's own title, and that it is missing."""
    return ClauseText(number="（条款未录入）", quote=title)
