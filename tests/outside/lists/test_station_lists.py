"""Station lists as stations, Excel and clerks write them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.errors import UnreadableError
from evidence.filetypes.examine import Question, examine
from evidence.filetypes.media import CSV
from evidence.isolation.calls import run_bounded
from evidence.recordings.exports import PRESETS, ListFile, read_list
from tests.outside.workbooks.maker import sheet_xml, workbook

NOW = datetime(2022, 4, 1, tzinfo=UTC)
FILM = "0012346_000124_20220329140500.MP4"
HEADINGS = ("文件名", "设备编号", "警号", "开始时间", "结束时间", "时长(秒)")
VALUES = (FILM, "0012346", "000124", "2022-03-29 14:05:00", "2022-03-29 14:06:00", "60")
XML = (
    "<?xml version='1.0' encoding='{encoding}'?>\n<录像清单><录像>"
    + "".join(
        f"<{name}>{value}</{name}>"
        for name, value in zip(("文件名", "设备编号", "开始时间"), VALUES[:2] + VALUES[3:4], strict=True)
    )
    + "</录像></录像清单>"
)


def devices(folder: Path, name: str, content: bytes) -> list[str]:
    path = folder / "x"
    path.write_bytes(content)
    found = run_bounded(read_list, ListFile(path=path, name=name, presets=dict(PRESETS), now=NOW))
    return [each.device for each in found]


@pytest.mark.parametrize("encoding", ["GBK", "gb2312", "GB18030", "UTF-8", "UTF-16"])
def test_xml_in_the_encodings_that_stations_declare(tmp_path: Path, encoding: str) -> None:
    assert devices(tmp_path, "清单.xml", XML.format(encoding=encoding).encode(encoding)) == ["0012346"]


@pytest.mark.parametrize("encoding", ["gbk", "utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    "before",
    ["", "武进高新区执法记录仪录像清单\n", "录像清单,,,,,\n导出时间,2022-03-29,,,,\n\n"],
    ids=["no title", "a title", "a title and a second line"],
)
def test_csv_with_titles(tmp_path: Path, before: str, encoding: str) -> None:
    text = f"{before}{','.join(HEADINGS)}\n{','.join(VALUES)}\n"
    assert devices(tmp_path, "清单.csv", text.encode(encoding)) == ["0012346"]


@pytest.mark.parametrize("cell", ['="0012346"', '"=""0012346"""', "'0012346", "0012346\t"])
def test_csv_cells_that_keep_their_zeros(tmp_path: Path, cell: str) -> None:
    row = ",".join((FILM, cell, *VALUES[2:]))
    assert devices(tmp_path, "清单.csv", f"{','.join(HEADINGS)}\n{row}\n".encode()) == ["0012346"]


def test_a_list_on_the_second_sheet_below_a_title(tmp_path: Path) -> None:
    cells = {"A1": "录像清单", "B1": "二〇二二年"}
    cells |= {f"{letter}3": heading for letter, heading in zip("ABCDEF", HEADINGS, strict=True)}
    cells |= {f"{letter}4": value for letter, value in zip("ABCDEF", VALUES, strict=True)}
    content = workbook([("说明", sheet_xml({"A1": "说明"})), ("清单", sheet_xml(cells, dimension="A1"))])
    assert devices(tmp_path, "清单.xlsx", content) == ["0012346"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("深.xml", b"<a>" * 40_000 + b"</a>" * 40_000),
        ("大数.json", b'[{"F_FileName": ' + b"9" * 6000 + b"}]"),
        ("深.json", b"[" * 100_000 + b"]" * 100_000),
        ("炸弹.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"),
    ],
)
def test_what_breaks_a_parser_is_malformed_at_once(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(UnreadableError) as refused:
        devices(tmp_path, name, content)
    assert refused.value.reason == "malformed"
    assert refused.value.what


@pytest.mark.parametrize("encoding", ["gbk", "utf-8-sig", "utf-16"])
def test_a_list_with_nuls_behind_its_end_is_read(tmp_path: Path, encoding: str) -> None:
    text = ",".join(HEADINGS) + "\n" + ",".join(VALUES) + "\n"
    content = text.encode(encoding) + b"\0" * 600
    path = tmp_path / "清单.csv"
    path.write_bytes(content)
    assert examine(Question(path=path, name=path.name)).media.type == CSV
    assert devices(tmp_path, path.name, content) == ["0012346"]
