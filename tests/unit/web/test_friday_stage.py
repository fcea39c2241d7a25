"""Friday's one button by state, and one row an enterprise."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from evidence.rules.clause import Clause, Finding, Kind, Level, Subject
from evidence.rules.owed import Owed
from evidence.web.friday_stage import FEW_DEEDS, STAGES, Stage, enterprise_rows, of_enterprise, stage_of
from evidence.web.matrix import State
from evidence.web.worklist import Sources, worklist
from tests.support import sample

FRIDAY = date(2022, 4, 1)
PACKAGE = sample.package("2022-W13", "2022-04-01")
RECEIPT = {PACKAGE.id: sample.receipt(PACKAGE.id, "2022-04-08")}


@pytest.mark.parametrize(
    ("days", "packages", "receipts", "gaps", "changed", "stage"),
    [
        (-1, (), {}, False, False, Stage.EARLY),
        (-1, (), {}, True, False, Stage.EARLY),
        (0, (), {}, False, False, Stage.MAKE),
        (0, (), {}, True, False, Stage.GAPS),
        (3, (), {}, True, False, Stage.GAPS),
        (0, (PACKAGE,), {}, False, False, Stage.SENT),
        (0, (PACKAGE,), {}, True, False, Stage.SENT),
        (0, (PACKAGE,), {}, False, True, Stage.CHANGED),
        (7, (PACKAGE,), RECEIPT, False, False, Stage.RECEIPTED),
        (7, (PACKAGE,), RECEIPT, False, True, Stage.CHANGED),
        (7, (PACKAGE, sample.package("2022-W13-S1", "2022-04-02")), RECEIPT, False, False, Stage.SENT),
    ],
)
def test_the_button_is_what_the_state_allows(
    days: int, packages: Any, receipts: Any, gaps: bool, changed: bool, stage: Stage
) -> None:
    today = FRIDAY + timedelta(days=days)
    assert stage_of(today, FRIDAY, packages, receipts, gaps=gaps, changed=changed) is stage


def test_every_stage_says_what_is_so_and_what_to_do() -> None:
    assert set(STAGES) == set(Stage)
    assert STAGES[Stage.GAPS][0] is State.MISSING


def _finding(rule: str, enterprise: str, *, blocking: bool = True, kind: Kind = Kind.FAIL) -> Finding:
    return Finding(
        rule_id=rule, clause=Clause(number="附件六1(4)", text="完整"), level=Level.ERROR, kind=kind,
        blocking=blocking, message=rule,
        subject=Subject(case=f"WJB22-{enterprise}", enterprise=enterprise) if enterprise else Subject(),
    )  # fmt: skip


def test_one_row_is_one_enterprise_and_what_blocks_stands_first() -> None:
    needy = [
        _finding("E05-questionnaire", "0001", blocking=False),
        _finding("G08-pages", "0002"),
        _finding("G08-facts-entered", "0002"),
        _finding("V01-video-and-audio", "0003", kind=Kind.REVIEW),
        _finding("T06-training", "", blocking=False),
    ]
    owed = [Owed(finding=each) for each in needy if each.blocking]
    owed[0] = Owed(finding=owed[0].finding, since="WJB-2022-W12")
    lines = worklist(Sources(today=FRIDAY, findings=needy)).lines
    rows = enterprise_rows(owed, needy, lines, {"0002": "润禾包装"})
    assert [(row.name, row.blocking, row.others, len(row.deeds)) for row in rows] == [
        ("润禾包装", 2, 0, 2), ("0003", 1, 0, 1), ("0001", 0, 1, 1), ("", 0, 1, 1),
    ]  # fmt: skip
    assert rows[0].since == ("WJB-2022-W12",)
    assert rows[1].state is State.UNDECIDED
    blocking, others = of_enterprise(owed, needy, "0002")
    assert [each.since for each in blocking] == ["", "WJB-2022-W12"]
    assert others == []


def test_a_long_row_shows_its_first_deeds_and_counts_the_rest() -> None:
    needy = [_finding(f"Z{n:02}-rule", "0001", blocking=False) for n in range(FEW_DEEDS + 3)]
    (row,) = enterprise_rows([], needy, worklist(Sources(today=FRIDAY, findings=needy)).lines, {})
    assert (len(row.deeds), row.more, row.others) == (FEW_DEEDS, 3, FEW_DEEDS + 3)


def test_a_week_in_which_nothing_happened_is_never_green() -> None:
    stage = stage_of(FRIDAY, FRIDAY, (), {}, gaps=False, changed=False, active=False)
    assert stage is Stage.IDLE
    assert STAGES[stage][0] is State.OPEN
