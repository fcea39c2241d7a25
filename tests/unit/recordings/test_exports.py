"""Lists of docking stations in every format, charset and schema collected."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from evidence.domain.identifiers import Sha256
from evidence.domain.recording import Recording, TimeClaim
from evidence.errors import UnreadableError
from evidence.recordings.exports import (
    PRESETS,
    enriched,
    matches,
    outstanding,
    parse_time,
    read_export,
)
from evidence.recordings.settings import ExportMapping
from evidence.recordings.tables import mend

NAME = "0012345_000123_20220314093005_0001.MP4"
START = datetime(2022, 3, 14, 1, 30, 5, tzinfo=UTC)
CSV = (
    "wjbh,wjbm,start_time,end_time,wjcd,wjdx,wjlx,jyxm,jybh,cpxh,upload\n"
    f"{NAME},张三,2022-03-14 09:30:05,2022-03-14 09:42:05,720,104857600,1,张三,000123,0012345,1\n"
    "photo.jpg,张三,2022-03-14 09:30:05,,,2048,3,张三,000123,0012345,0\n"
)


def _read(tmp_path: Path, data: bytes | str, name: str, **more: object) -> tuple[Recording, ...]:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return read_export(path, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_a_database_dump_is_read_in_every_charset(charset: str, tmp_path: Path) -> None:
    (found,) = _read(tmp_path, CSV.encode(charset), "export.csv")
    assert found.described is True
    assert (found.name, found.device, found.officer) == (NAME, "0012345", "000123")
    assert found.started_at == START
    assert found.duration_ms == 720_000
    assert found.bytes == 104_857_600
    assert found.important is True
    assert {claim.source for claim in found.times} == {"name", "export"}
    assert found.doubts == ()


def test_the_json_of_the_upload_interface_counts_megabytes(tmp_path: Path) -> None:
    row = {
        "F_Guid": f"{NAME}104857600", "F_DeviceNo": "0012345", "F_UserNo": "99999", "F_FileName": NAME,
        "F_Type": "VIDEO", "F_ShootTime": "2022-03-14 09:30:05", "F_FileSize": 100, "F_FileTime": 720,
        "F_IsImportant": 0,
    }  # fmt: skip
    for document in ([row], {"rows": [row]}, {"code": 0, "data": {"list": [row, row]}}, row):
        found = _read(tmp_path, json.dumps(document), "export.json")
        assert found[0].bytes == 100 * 1024 * 1024
        assert found[0].officer == "000123"  # 99999 means handed in by hand; the name knows better
        assert found[0].sha256 != row["F_Guid"]


def test_xml_rows_may_be_attributes_or_elements(tmp_path: Path) -> None:
    as_elements = (
        "<?xml version='1.0' encoding='utf-8'?><MediaFiles><File>"
        f"<szFileName>{NAME}</szFileName><szOriginalDeviceID>0012345</szOriginalDeviceID>"
        "<stuStartTime>2022-03-14 09:30:05</stuStartTime><stuEndTime>2022-03-14 09:42:05</stuEndTime>"
        "</File></MediaFiles>"
    )
    as_attributes = (
        f"<list><f szFileName='{NAME}' szOriginalDeviceID='0012345' stuStartTime='2022-03-14 09:30:05'"
        " stuEndTime='2022-03-14 09:42:05'/></list>"
    )
    for text in (as_elements, as_attributes):
        (found,) = _read(tmp_path, text, "export.xml")
        assert (found.device, found.duration_ms) == ("0012345", 720_000)


def test_a_workbook_may_have_a_title_above_its_table(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["采集清单", None, None])
    sheet.append(["文件名", "设备编号", "开始时间", "时长(秒)"])
    sheet.append([NAME, "0012345", datetime(2022, 3, 14, 9, 30, 5), 720])  # noqa: DTZ001 as Excel has it
    book.save(tmp_path / "export.xlsx")
    (found,) = read_export(tmp_path / "export.xlsx")
    assert (found.device, found.started_at, found.duration_ms) == ("0012345", START, 720_000)


def test_own_columns_come_from_the_settings(tmp_path: Path) -> None:
    mapping = ExportMapping(name="File", start="Begin", utc=True)
    (found,) = _read(tmp_path, "File;Begin\nMOVI0001.AVI;2022-03-14T01:30:05\n", "x.csv", mapping=mapping)
    assert found.started_at == START


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        ("a,b\n1,2\n", "x.csv", "malformed"),
        ("", "x.csv", "empty"),
        ("{", "x.json", "malformed"),
        ("<a><b>", "x.xml", "malformed"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><a><b/></a>", "x.xml", "malformed"),
        (b"PK\x03\x04junk", "x.xlsx", "malformed"),
        ("x", "x.txt", "unsupported_type"),
    ],
)
def test_what_is_no_list_is_refused_with_a_next_step(
    data: bytes | str, name: str, reason: str, tmp_path: Path
) -> None:
    with pytest.raises(UnreadableError) as caught:
        _read(tmp_path, data, name)
    assert caught.value.reason == reason
    assert caught.value.remedy


def test_missing_columns_leave_gaps_not_errors(tmp_path: Path) -> None:
    (found,) = _read(tmp_path, "wjbh,wjdx\nMOVI0001.AVI,\n", "x.csv")
    assert (found.started_at, found.duration_ms, found.bytes) == (None, None, 0)
    assert found.doubts


@pytest.mark.parametrize("real", ["utf-8", "gbk"])
@pytest.mark.parametrize("text", ["张三", "安全生产执法记录", "武进高新区-1号"])
def test_chinese_through_a_latin1_connection_is_repaired(text: str, real: str) -> None:
    assert mend(text.encode(real).decode("latin-1")) == text


@pytest.mark.parametrize("text", ["张三", "plain", "Müller", "é", "甲公司 ©"])
def test_sound_text_is_left_alone(text: str) -> None:
    assert mend(text) == text


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("2022-03-14 09:30:05", True),
        ("2022/3/14 9:30:05", True),
        ("2022年3月14日 9时30分5秒", True),
        ("20220314093005", True),
        ("2022-03-14T01:30:05Z", True),
        ("2022-13-14 09:30:05", False),
        ("昨天", False),
        ("", False),
    ],
)
def test_times_of_stations_are_local_unless_they_say_otherwise(text: str, there: bool) -> None:
    assert parse_time(text) == (START if there else None)


def _file(**more: object) -> Recording:
    facts = {"sha256": Sha256("f" * 64), "name": NAME, "bytes": 104_857_600, "duration_ms": 720_000} | more
    return Recording(**facts)  # type: ignore[arg-type]


def test_a_file_is_matched_by_name_and_size_or_by_digest(tmp_path: Path) -> None:
    (row,) = _read(tmp_path, CSV, "export.csv")
    assert matches(row, _file())
    assert matches(row, _file(name=NAME.lower()))
    assert not matches(row, _file(bytes=90_000_000))
    assert not matches(row, _file(name="other.mp4"))
    assert matches(row, _file(name="other.mp4", sha256=row.sha256))


def test_a_matched_file_gains_the_list_as_one_more_witness(tmp_path: Path) -> None:
    (row,) = _read(tmp_path, CSV, "export.csv")
    file = _file(times=(TimeClaim(source="container", at=START),))
    richer = enriched(file, [row])
    assert (richer.device, richer.officer, richer.important) == ("0012345", "000123", True)
    assert richer.started_at == START
    assert [claim.source for claim in richer.times] == ["export", "container"]
    shorter = enriched(_file(duration_ms=600_000), [row])
    assert any("清单写明时长 720 秒" in doubt for doubt in shorter.doubts)
    assert enriched(file, []) == file
    assert enriched(richer, [row]) == richer
    assert enriched(shorter, [row]) == shorter


def test_announced_files_that_never_came_are_listed(tmp_path: Path) -> None:
    (row,) = _read(tmp_path, CSV, "export.csv")
    assert outstanding([row]) == (row,)
    assert outstanding([row, _file()]) == ()


def test_every_preset_names_its_file_column() -> None:
    assert all(preset.name for preset in PRESETS.values())
