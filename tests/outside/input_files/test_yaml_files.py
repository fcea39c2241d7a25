"""Input files in YAML that break a parser or make much of little: refused at their place, in the child."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from evidence.errors import InputError
from evidence.forms.tables import load_yaml


def load(folder: Path, text: str) -> Any:
    path = folder / "名册.yaml"
    path.write_text(text, encoding="utf-8")
    return load_yaml(path)


def repeated(form: str, first: str) -> str:
    """Nine lines, each of which repeats the one before nine times."""
    lines = [f"a0: &a0 {first}"]
    lines += [f"a{n}: &a{n} " + form % ", ".join([f"*a{n - 1}"] * 9) for n in range(1, 10)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        pytest.param(repeated("[%s]", "[x, x]"), ":7:", "400000", id="aliases of lists"),
        pytest.param(repeated("{<<: [%s]}", "{x: 1}"), ":7:", "400000", id="merged mappings"),
        pytest.param("a: &a [*a]", ":1:8", "引用了自己", id="a list in itself"),
        pytest.param("- a\n" * 400_001, ":400000:", "400000", id="too many values"),
        pytest.param("[" * 100_000, ":1:51", "50 层", id="unclosed brackets"),
        pytest.param("- " * 20_000 + "x", ":1:101", "50 层", id="lists within lists"),
        pytest.param("".join(" " * n + "a:\n" for n in range(3000)), ":51:", "50 层", id="nested keys"),
        pytest.param("a: " + "x" * 5_000_000, ":1:4", "200000", id="one endless value"),
        pytest.param("a: " + "9" * 5000, ":1:4", "数字过长", id="a number of 5000 figures"),
        pytest.param("- 日期: 2022-04-01\n- 日期: 2022-13-45", ":2:7", "日期不存在", id="month 13"),
        pytest.param("a: 2022-04-01T09:30:00+99:99", ":1:4", "日期不存在", id="no such zone"),
        pytest.param("a: !!timestamp foo", ":1:4", "日期不存在", id="no moment"),
        pytest.param("a: 0x_", ":1:4", "数字过长", id="a number without figures"),
        pytest.param("a: !!binary abc", ":1:4", "感叹号", id="binary"),
        pytest.param("a: !!python/object/apply:os.system [x]", ":1:4", "感叹号", id="a program"),
        pytest.param("a: 1\nb: 2\na: 3", ":3:1", "“a”写了两次，前一次在第 1 行", id="a doubled key"),
        pytest.param("- 名: {人: 甲, 岁: 1, 人: 乙}", ":1:19", "“人”写了两次", id="doubled deep inside"),
        pytest.param('a: &x {"1": a}\nb: *x\n"a": c', ":3:1", "“a”写了两次", id="doubled in quotes"),
        pytest.param("a: {<<: {}, <<: {}}", ":1:13", "“<<”写了两次", id="two merges"),
        pytest.param("? [a]\n: b", ":1:", "YAML", id="a list as a key"),
        pytest.param("a: b\n---\na: c", ":2:1", "YAML", id="two documents"),
        pytest.param('a: "\\ud800"', ":1:", "YAML", id="half a character"),
    ],
)
def test_what_breaks_a_reader_is_refused_at_its_place(
    tmp_path: Path, text: str, place: str, words: str
) -> None:
    with pytest.raises(InputError, match=words) as refused:
        load(tmp_path, text)
    assert f"名册.yaml{place}" in refused.value.where
    assert refused.value.remedy


def test_values_keep_their_kinds_on_the_way_out_of_the_child(tmp_path: Path) -> None:
    text = """
        日: 2022-04-01
        时: 2022-04-01T09:30:00Z
        无区: 2022-04-01 09:30:00
        数: [1, -2.5, 1e3, true, null]
        码: 91320412012345678901234
        甲: &a {乙: 1}
        丙: {<<: *a, 丁: [*a]}
        2022-04-02: 日期作名
    """
    assert load(tmp_path, "\n".join(line[8:] for line in text.splitlines())) == {
        "日": date(2022, 4, 1),
        "时": datetime(2022, 4, 1, 9, 30, tzinfo=UTC),
        "无区": datetime(2022, 4, 1, 9, 30),  # noqa: DTZ001 - as it is written
        "数": [1, -2.5, "1e3", True, None],
        "码": "91320412012345678901234",
        "甲": {"乙": 1},
        "丙": {"乙": 1, "丁": [{"乙": 1}]},
        date(2022, 4, 2): "日期作名",
    }


def test_nothing_is_parsed_in_the_main_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_arguments: object, **_more: object) -> object:
        raise AssertionError("parsed in the main process")

    monkeypatch.setattr(yaml, "load", forbidden)
    monkeypatch.setattr(yaml, "parse", forbidden)
    assert load(tmp_path, "a: 1") == {"a": 1}


def test_a_file_of_another_encoding_and_a_missing_one(tmp_path: Path) -> None:
    path = tmp_path / "名册.yaml"
    with pytest.raises(InputError, match="不存在"):
        load_yaml(path)
    path.write_bytes("企业: []".encode("gbk"))
    with pytest.raises(InputError, match="UTF-8"):
        load_yaml(path)


def test_a_key_that_overrides_a_merged_one_is_no_doubled_key(tmp_path: Path) -> None:
    text = "a: &a {x: 1, y: 1}\nb: &b {<<: *a, x: 2}\nc: {<<: [*b, *a], x: 3}\nd: [*b, *b]"
    found = load(tmp_path, text)
    assert found["c"] == {"x": 3, "y": 1}
    assert found["d"] == [{"x": 2, "y": 1}] * 2
    assert load(tmp_path, '{1: a, "1": b}') == {1: "a", "1": "b"}
