"""File names of recorders, held to the collected vectors."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.recordings.names import folder_hint, parse_name

VECTORS = json.loads((Path(__file__).parents[2] / "data/recordings/names.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=[vector["name"] for vector in VECTORS])
def test_each_known_name_is_read_as_collected(vector: dict) -> None:
    found = parse_name(vector["name"])
    if vector["pattern"] is None:
        assert found is None
        return
    assert found is not None
    fields = dict(vector["fields"])
    start = fields.pop("start", None)
    assert found.pattern == vector["pattern"]
    assert found.fields == fields
    assert found.start == (datetime.fromisoformat(start) if start else None)


def test_wall_time_in_a_name_is_shanghai_time() -> None:
    found = parse_name("0012345_000123_20220314093005.MP4")
    assert found is not None
    assert found.instant == datetime(2022, 3, 14, 1, 30, 5, tzinfo=UTC)


def test_epoch_names_are_instants() -> None:
    found = parse_name("seg_1647221405123.mp4")
    assert found is not None
    assert found.instant is not None
    assert found.instant.replace(microsecond=0) == datetime(2022, 3, 14, 1, 30, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "device", "officer"),
    [
        ("0000000_000000_20220314093005.MP4", "", ""),
        ("0012345_99999_20220314093005.MP4", "0012345", ""),
        ("TA00716_JX0227_20170623093621.MOV", "TA00716", "JX0227"),
        ("张三@201506250850560000.mp4", "", ""),
    ],
)
def test_unset_numbers_are_no_numbers(name: str, device: str, officer: str) -> None:
    found = parse_name(name)
    assert found is not None
    assert (found.device, found.officer) == (device, officer)


def test_a_folder_may_hint_at_wearer_and_day() -> None:
    hint = folder_hint("执法记录仪/二队/张三3.14/MOVI0001.AVI")
    assert hint is not None
    assert (hint.alias, hint.month, hint.day) == ("张三", 3, 14)
    assert folder_hint("执法记录仪/二队/张三13.14/x.mp4") is None
    assert folder_hint("x.mp4") is None
