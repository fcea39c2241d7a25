"""What a contract says, in its own words: its clauses, and what it calls those it concerns.

A workspace keeps its contract's folder as `contract/`; the folders that ship with the program stand
beside this module. A judgement needs only `ContractText`, which travels inside facts.json, so that
it can be judged again elsewhere; None there means the contract that ships as `wjb`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeVar

import msgspec

from evidence.domain.case import Recipient
from evidence.domain.tables import convert_table
from evidence.errors import InputError
from evidence.foreign import fault_of
from evidence.language import _

HERE = Path(__file__).parent
FIRST = "wjb"
"""The contract the program was first written for; workspaces without a contract folder execute it."""
CLAUSES, CONTRACT = "clauses.toml", "contract.toml"
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClauseText:
    """One clause that a rule enforces."""

    number: str
    quote: str
    """Letter for letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyNames:
    """What this contract's messages call those it concerns."""

    authority: str
    """Who supervises the work: 高新区安全监管部门."""
    section: str
    """The section of the regulator that receives reports, short: 安监科."""
    bureau: str
    """Where campaign lists go: 经济发展局."""
    enforcement: str
    """Who takes up what stays unrectified: 安监执法中队."""
    supervisor: str
    """Whom the regulator sends along: 高新区安全监管人员."""
    finance: str
    """Whose causes excuse late payment: 区财政."""
    holders: tuple[str, ...]
    """Who holds a signed copy of the contract; at most ten."""

    def recipient(self, recipient: Recipient) -> str:
        """The name of whom a report goes to."""
        return self.section if recipient is Recipient.SAFETY_SECTION else self.enforcement


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractText:
    """All that findings say in this contract's own words."""

    clauses: dict[str, ClauseText]
    """By rule id."""
    names: PartyNames
    references: dict[str, str] = field(default_factory=dict)
    """Clauses that messages name beside the rule's own, e.g. `lateness` -> 第九条4."""
    numbers: dict[str, str] = field(default_factory=dict)
    """Parameter -> the clause that fixes it."""
    without_rules: tuple[str, ...] = ()
    """Rules whose duty this contract does not know."""

    def reference(self, name: str) -> str:
        """A clause that a message names; 合同 where this contract has none of its own."""
        return self.references.get(name, "合同")


def read_table(path: Path, kind: type[T]) -> T:
    """One file of a contract's folder.

    Raises:
        InputError: missing, not TOML, an unknown key or a wrong value; `where` names the file.
    """
    try:
        return convert_table(tomllib.loads(path.read_text(encoding="utf-8")), kind)
    except (OSError, tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise InputError(
            _("合同文本有一处不对：{fault}。").format(fault=fault_of(error)),
            where=str(path),
            remedy=_("请对照程序自带的合同文件夹改正；各项写法见其中的注释。"),
        ) from error


def read_clauses(folder: Path) -> dict[str, ClauseText]:
    """`clauses.toml`: rule id -> clause.

    Raises:
        InputError: see `read_table`.
    """
    return read_table(folder / CLAUSES, dict[str, ClauseText])


def shipped_contracts() -> tuple[str, ...]:
    """Names of the contracts that come with the program."""
    return tuple(sorted(path.parent.name for path in HERE.glob(f"*/{CONTRACT}")))


@cache
def first_clauses() -> dict[str, ClauseText]:
    """The clauses of the first contract, which every rule was written from."""
    return read_clauses(HERE / FIRST)
