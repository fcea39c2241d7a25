"""Facts that cannot be true are refused at the edge, with the field; what may be true is taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from evidence.archive.originals import Originals
from evidence.domain.register import RegisterEntry
from evidence.errors import InputError, UsageError
from evidence.forms.plausible import Plausible
from evidence.forms.register_bounds import refuse_impossible_entry
from evidence.forms.visit_file import Entered, read_visit_file
from tests.support.forms_fixture import FormsWorld, forms_fixture

NOW = datetime(2022, 4, 1, 7, 0, tzinfo=UTC)
"""15:00 in Shanghai."""
BOUNDS = Plausible(now=NOW, contract_from=date(2021, 12, 7))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> FormsWorld:
    return forms_fixture(tmp_path_factory.mktemp("plausible") / "ws")


def entered(world: FormsWorld, folder: Path, **head: Any) -> Entered:
    answers = head.pop("整改答复", [])
    document = {**head, "整改答复": answers} if answers else head
    path = folder / "登记.yaml"
    path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
    view = world.ledger.view
    return read_visit_file(
        path, case=view.cases()[0], view=view, originals=Originals(folder / "originals"), bounds=BOUNDS
    )


@pytest.mark.parametrize(
    ("arrived", "left", "field"),
    [
        ("2022-04-01 15:06", None, "到达时间"),
        ("2092-03-29 09:00", None, "到达时间"),
        ("2022-04-01 14:00", "2022-04-01 15:06", "离开时间"),
        ("2022-03-29 09:00", "2022-03-29 08:00", "离开时间"),
        ("2022-03-28 09:00", "2022-03-29 15:00", "离开时间"),
        ("2021-12-06 09:00", None, "到达时间"),
    ],
)
def test_a_visit_that_cannot_be_is_refused_with_its_field(
    world: FormsWorld, tmp_path: Path, arrived: str, left: str | None, field: str
) -> None:
    head = {"类型": "督促", "到达时间": arrived} | ({"离开时间": left} if left else {})
    with pytest.raises(InputError) as caught:
        entered(world, tmp_path, **head)
    assert field in caught.value.what
    assert list((tmp_path / "originals").glob("*")) == []


@pytest.mark.parametrize(
    ("arrived", "left"),
    [
        ("2022-04-01 15:04", None),
        ("2021-12-07 08:00", "2021-12-07 09:00"),
        ("2022-03-30 22:00", "2022-03-31 01:00"),
        ("2022-03-30 08:00", "2022-03-31 08:00"),
    ],
)
def test_what_may_be_true_is_taken(world: FormsWorld, tmp_path: Path, arrived: str, left: str | None) -> None:
    head = {"类型": "督促", "到达时间": arrived} | ({"离开时间": left} if left else {})
    assert entered(world, tmp_path, **head).visit is not None


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"类型": "督促", "督促方式": "电话", "通话分钟": -5}, "通话分钟"),
        ({"类型": "督促", "督促方式": "电话", "通话分钟": 1441}, "通话分钟"),
        ({"类型": "检查", "未发现隐患": "是", "计划复查日期": "2022-03-28"}, "计划复查日期"),
    ],
)
def test_amounts_and_days_that_cannot_be_are_refused_with_their_field(
    world: FormsWorld, tmp_path: Path, told: dict[str, Any], field: str
) -> None:
    with pytest.raises(InputError) as caught:
        entered(world, tmp_path, **{"到达时间": "2022-03-29 09:00", "离开时间": "2022-03-29 10:00", **told})
    assert field in caught.value.what


ENTRY = RegisterEntry(register="training", key="1", on=date(2022, 3, 1))


@pytest.mark.parametrize(
    "changes",
    [
        {"on": date(1800, 1, 1)},
        {"on": date(2099, 1, 1)},
        {"on": date(2022, 4, 2)},
        {"receipt_on": date(2022, 4, 2)},
        {"valid_from": date(2022, 3, 2), "valid_to": date(2022, 3, 1)},
        {"valid_to": date(9999, 1, 1)},
        {"key": "x" * 5000},
        {"register": "payment", "key": "期次 x"},
        {"register": "payment", "data": {"amount_yuan": "-5"}},
        {"register": "payment", "data": {"amount_yuan": "abc"}},
        {"register": "payment", "data": {"amount_yuan": "NaN"}},
        {"data": {"topic": "字" * 10_000}},
        {"register": "campaign-pack", "data": {"targets": "-3"}},
        {"register": "contract-signature", "data": {"signatures": "两", "seals": "2"}},
        {"register": "assistance", "data": {"done_on": "2022-04-02"}},
        {"register": "written-warning", "data": {"corrected_on": "已改"}},
    ],
)
def test_an_entry_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        refuse_impossible_entry(replace(ENTRY, **changes), BOUNDS)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"on": date(2022, 4, 1)},
        {"on": date(2021, 11, 1)},
        {"register": "payment", "key": "6", "data": {"amount_yuan": "200000.50"}},
        {"valid_from": date(2020, 1, 1), "valid_to": date(2030, 1, 1)},
        {"register": "campaign-pack", "data": {"targets": "0"}},
        {"register": "assistance", "data": {"done_on": "2022-04-01"}},
    ],
)
def test_an_entry_that_may_be_is_taken(changes: dict[str, Any]) -> None:
    refuse_impossible_entry(replace(ENTRY, **changes), BOUNDS)


def test_the_server_s_clock_counts_to_five_minutes() -> None:
    assert BOUNDS.instant(NOW + timedelta(minutes=5)) == ""
    assert BOUNDS.instant(NOW + timedelta(minutes=5, seconds=1)) != ""
