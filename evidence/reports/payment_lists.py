"""The lists of a payment pack, and the document for programs: which chains of a half-year are complete."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import msgspec

from evidence.domain.identifiers import CaseId
from evidence.domain.week import Week, local_date
from evidence.ledger.facts import gather_cases
from evidence.ledger.view import View
from evidence.reports.workbook import Table, write_tables
from evidence.rules.clause import KIND_NAMES, Finding
from evidence.rules.instalments import (
    UNSERVED_WORDS,
    ChainLine,
    Pack,
    Unserved,
    cases_of_half,
    of_half,
    pack,
)
from evidence.rules.money import OWED_BY_REGULATOR
from evidence.rules.parameters import Parameters

SHEET = "企业闭环清单.xlsx"
LISTING = "资料包.json"
"""The lists for programs."""
_MONEY_RULES = ("C07", "C08", "C09", "C10", "C11", "C12", "C15", "C16", "F02-coverage", "F04")
"""Standing findings that belong into a payment pack."""


def pack_of_half(view: View, parameters: Parameters, moment: datetime, half: int) -> Pack:
    """What a half-year's payment rests on, as it stood at a moment.

    Raises:
        ValueError: the contract has no such half-year.
    """
    one = of_half(parameters, half)
    wanted = cases_of_half(((cycle.case, cycle.checked_on) for cycle in view.services()), one)
    facts = gather_cases(view, map(CaseId, wanted), week=Week.of(local_date(moment)))
    return pack(facts, parameters, moment, half)


def lists_of(made: Pack, *, claims: bool) -> dict[str, bytes]:
    """File name -> bytes of everything that `write_lists` makes.

    Args:
        claims: also what the client owes the agency; the contract decides whether a pack says so.
    """
    if not claims:
        own = tuple(one for one in made.findings if one.rule_id not in OWED_BY_REGULATOR)
        made = replace(made, findings=own)
    with tempfile.TemporaryDirectory(prefix="evidence-instalment-") as folder:
        write_lists(made, Path(folder))
        return {one.name: one.read_bytes() for one in sorted(Path(folder).iterdir())}


def money_of(made: Pack) -> tuple[Finding, ...]:
    """Standing findings about payments and breaches; those of single cases are in their lines."""
    return tuple(f for f in made.findings if not f.subject.case and f.rule_id.startswith(_MONEY_RULES))


def document_of(made: Pack) -> dict[str, object]:
    """The pack as one document for programs."""
    return {
        "instalment": made.instalment,
        "at": made.as_of,
        "pay_by": made.pay_by,
        "summary": {
            "checked": len(made.chains),
            "complete": len(made.complete),
            "incomplete": len(made.incomplete),
        },
        "section": {
            "verdict": made.verdict,
            "service_year": made.section.year,
            "enterprises": len(made.section.targets),
            "visited": len(made.section.visited),
            "closed": len(made.section.closed),
            "unserved": made.unserved,
        },
        "chains": made.chains,
        "money": money_of(made),
    }


def chains_table(chains: Iterable[ChainLine], unserved: Iterable[Unserved], lacking: str) -> Table:
    """企业闭环清单: every case with what it lacks and its records, then those without one.

    Args:
        lacking: what is said of the latter.
    """
    checked = [
        (
            one.name,
            one.enterprise,
            one.case,
            one.checked_on,
            "是" if one.complete else "否",
            "\n".join(one.lacking),
            "\n".join(one.documents),
        )
        for one in chains
    ]
    return Table(
        title="企业闭环清单",
        heads=("序号", "企业", "信用代码", "案件", "检查日期", "是否闭环", "所缺", "文书编号"),
        rows=[*checked, *((one.name, one.enterprise, "", None, "否", lacking, "") for one in unserved)],
    )


def write_lists(made: Pack, out: Path) -> None:
    """The two lists and the document, as files in a folder."""
    write_tables(out / SHEET, chains_table(made.chains, made.unserved, UNSERVED_WORDS))
    write_tables(
        out / "付款与违约核对.xlsx",
        Table(
            title="付款与违约核对",
            heads=("序号", "条款", "结论", "说明", "期限"),
            rows=[(f.clause.number, KIND_NAMES[f.kind], f.message, f.due) for f in money_of(made)],
        ),
    )
    text = msgspec.json.format(msgspec.json.encode(document_of(made)), indent=2)
    (out / LISTING).write_bytes(text)
