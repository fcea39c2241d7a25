"""A case is opened: its number, its kind, and why a second one in the same year."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from evidence.domain.case import Case
from evidence.errors import UsageError
from evidence.forms.open_case import AnotherCaseError, open_case
from evidence.forms.take_back import cancel_case
from tests.support.forms_fixture import CODE, FormsWorld
from tests.support.visits_fixture import visits_fixture


@pytest.fixture
def world(tmp_path: Path) -> FormsWorld:
    return visits_fixture(tmp_path)


def test_a_case_is_numbered_within_its_year(world: FormsWorld) -> None:
    def opened(day: date) -> str:
        return open_case(
            world.ledger,
            contract="WJB",
            enterprise="甲精密",
            kind="annual",
            on=day,
            actor="test",
            again_why="第二轮检查",
        ).id

    assert opened(date(2022, 5, 1)) == "WJB22-0003"
    assert opened(date(2023, 5, 1)) == "WJB23-0001"
    assert opened(date(2022, 6, 1)) == "WJB22-0004"


def test_a_second_case_of_the_year_asks_why_unless_the_first_was_cancelled(world: FormsWorld) -> None:
    def opened(on: date, why: str | None = None) -> Case:
        return open_case(
            world.ledger,
            contract="WJB",
            enterprise="甲精密",
            kind="new-enterprise",
            on=on,
            actor="test",
            again_why=why,
        )

    first = opened(date(2022, 5, 1))
    for nothing in (None, "", "  "):
        with pytest.raises(AnotherCaseError, match=first.id):
            opened(date(2022, 6, 1), nothing)
    assert opened(date(2023, 1, 1)).id == "WJB23-0001"
    second = opened(date(2022, 6, 1), "换了厂区")
    assert second.again_why == "换了厂区"
    for case in (first, second):
        cancel_case(world.ledger, case, why="误开", by="P01", actor="test")
    third = opened(date(2022, 7, 1))
    assert int(third.id[-4:]) == int(second.id[-4:]) + 1


@pytest.mark.parametrize("kind", ["special", "yearly", "special:没有"])
def test_a_case_of_an_unknown_kind_is_refused(world: FormsWorld, kind: str) -> None:
    with pytest.raises(UsageError):
        open_case(world.ledger, contract="WJB", enterprise=CODE, kind=kind, on=date(2022, 5, 1), actor="test")
