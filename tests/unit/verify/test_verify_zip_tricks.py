"""Zips that readers disagree about never pass, whatever their files hold."""

from __future__ import annotations

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.errors import InputError
from evidence.verify.container import bad_component
from evidence.verify.examine import verify_path
from evidence.verify.model import Indication, Report
from evidence.verify.pdf.task import judge_task
from evidence.verify.zip_structure import canonical_order, open_zip
from tests.support.packing import Files, in_order, to_zip, two_weeks
from tests.support.pki import shared_pki

AT = datetime(2022, 4, 2, tzinfo=UTC)
NAME = "WJB-2022-W13"


def verify(tmp_path: Path, data: bytes) -> Report:
    path = tmp_path / f"{NAME}.zip"
    path.write_bytes(data)
    return verify_path(
        path,
        trust=[shared_pki().root.pem],
        at=AT,
        judge_pdfs=lambda tasks: [judge_task(task) for task in tasks],
    )


def packed(files: Files, change: Callable[[zipfile.ZipFile], None], **options: int) -> bytes:
    target = io.BytesIO(to_zip(files, NAME))
    with warnings.catch_warnings(), zipfile.ZipFile(target, "a", **options) as archive:  # type: ignore[call-overload]
        warnings.simplefilter("ignore")
        change(archive)
    return target.getvalue()


def entry(name: str, mode: int = 0o100644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.create_system = 3
    info.external_attr = mode << 16
    return info


def duplicate(archive: zipfile.ZipFile) -> None:
    archive.writestr(entry(f"{NAME}/data/facts.json"), b"{}")


def absolute(archive: zipfile.ZipFile) -> None:
    archive.writestr(entry("/etc/passwd"), b"x")


def climbing(archive: zipfile.ZipFile) -> None:
    archive.writestr(entry(f"{NAME}/../../x"), b"x")


def link(archive: zipfile.ZipFile) -> None:
    archive.writestr(entry(f"{NAME}/data/link", 0o120777), b"/etc/passwd")


def folder(archive: zipfile.ZipFile) -> None:
    archive.writestr(entry(f"{NAME}/data/leer/", 0o040755), b"")


def outside(archive: zipfile.ZipFile) -> None:
    archive.writestr(entry("anderswo/x"), b"x")


def backslash(archive: zipfile.ZipFile) -> None:
    archive.writestr(entry(f"{NAME}/data\\x"), b"x")


def decomposed(archive: zipfile.ZipFile) -> None:
    archive.writestr(entry(f"{NAME}/data/e\u0301.txt"), b"x")


def bomb(archive: zipfile.ZipFile) -> None:
    info = entry(f"{NAME}/data/bomb")
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, b"\0" * 50_000_000)


def commented(archive: zipfile.ZipFile) -> None:
    archive.comment = b"read me"


def entry_comment(archive: zipfile.ZipFile) -> None:
    archive.infolist()[3].comment = b"read me"
    archive._didModify = True  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "change", [duplicate, absolute, climbing, link, folder, outside, backslash, decomposed, bomb]
)
def test_hostile_entries_fail(tmp_path: Path, change: Callable[[zipfile.ZipFile], None]) -> None:
    report = verify(tmp_path, packed(dict(two_weeks()[1]), change))
    assert report.indication is Indication.FAILED
    assert any(
        check.id.startswith(("zip.", "container.entry", "bag.undeclared"))
        for check in report.checks
        if check.kind == "fail"
    )


def repacked(report: Report) -> bool:
    return ("container.repacked", "review") in {(check.id, check.kind) for check in report.checks}


@pytest.mark.parametrize("change", [commented, entry_comment])
def test_comments_are_stated_and_change_nothing(
    tmp_path: Path, change: Callable[[zipfile.ZipFile], None]
) -> None:
    report = verify(tmp_path, packed(dict(two_weeks()[1]), change))
    assert report.indication is Indication.PASSED
    assert repacked(report)


def test_a_directory_hidden_in_the_comment_of_another_fails(tmp_path: Path) -> None:
    other = to_zip({**two_weeks()[1], "data/facts.json": b"{}"}, NAME)
    good = bytearray(to_zip(dict(two_weeks()[1]), NAME))
    good[-2:] = struct.pack("<H", 22)
    report = verify(tmp_path, bytes(good) + other[-22:])
    assert report.indication is Indication.FAILED


def test_bytes_before_between_and_behind_never_pass(tmp_path: Path) -> None:
    files = dict(two_weeks()[1])
    good = to_zip(files, NAME)
    directory = good.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<I", good, directory + 16)[0]
    for data in (
        b"#!/bin/sh\n" + good,
        good + b"\n",
        good[:start] + b"hidden" + good[start:],
        good[: directory + 16] + struct.pack("<I", start + 1) + good[directory + 20 :],
    ):
        assert verify(tmp_path, data).indication is not Indication.PASSED


def test_another_order_or_other_attributes_are_stated_and_change_nothing(tmp_path: Path) -> None:
    files = dict(two_weeks()[1])
    report = verify(tmp_path, to_zip(files, NAME))
    assert report.indication is Indication.PASSED
    assert not repacked(report)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name in in_order(files):
            archive.writestr(zipfile.ZipInfo(f"{NAME}/{name}", (2022, 4, 1, 12, 0, 0)), files[name])
    for data in (to_zip(files, NAME, names=sorted(in_order(files), reverse=True)), target.getvalue()):
        report = verify(tmp_path, data)
        assert report.indication is Indication.PASSED
        assert repacked(report)
        assert report.exit_code == 0


@pytest.mark.parametrize("data", [b"PK\x03\x04garbage", b"PK", b"PK\x05\x06"])
def test_something_that_only_looks_like_a_zip_fails(tmp_path: Path, data: bytes) -> None:
    assert verify(tmp_path, data).indication is Indication.FAILED


def test_what_is_neither_package_nor_pdf_is_a_usage_error(tmp_path: Path) -> None:
    path = tmp_path / "brief.docx"
    path.write_bytes(b"hello")
    with pytest.raises(InputError) as caught:
        verify_path(path)
    assert caught.value.remedy


def test_zip64_packages_are_read(tmp_path: Path) -> None:
    """Sizes and offsets in ZIP64 fields, as a package beyond 4 GiB has them."""
    name, data = f"{NAME}/bagit.txt".encode(), b"hello"
    crc = zlib.crc32(data)
    extra = struct.pack("<2H2Q", 1, 16, len(data), len(data))
    full = 0xFFFFFFFF
    local = struct.pack("<4s5H3I2H", b"PK\x03\x04", 45, 0, 0, 0, 0x21, crc, full, full, len(name), len(extra))
    body = local + name + extra + data
    wide = struct.pack("<2H3Q", 1, 24, len(data), len(data), 0)
    central = struct.pack(
        "<4s6H3I5H2I", b"PK\x01\x02", 0x0300 | 45, 45, 0, 0, 0, 0x21, crc, full, full,
        len(name), len(wide), 0, 0, 0, 0o100644 << 16, full,
    )  # fmt: skip
    directory = central + name + wide
    end64 = struct.pack("<4sQ2H2I4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, len(directory), len(body))
    locator = struct.pack("<4sIQI", b"PK\x06\x07", 0, len(body) + len(directory), 1)
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, full, full, 0)
    path = tmp_path / "wide.zip"
    path.write_bytes(body + directory + end64 + locator + end)
    container = open_zip(path)
    assert container.files["bagit.txt"].read(100) == data
    assert not container.checks


@pytest.mark.parametrize(
    ("component", "fine"),
    [
        ("卷宗.pdf", True),
        ("91320412MA1XXXXX0X-甲公司", True),
        ("", False),
        ("..", False),
        ("a/b", False),
        ("a%0Ab", False),
        ("x\u202egnp.exe", False),
        ("tab\there", False),
        ("字" * 27, False),
        ("字" * 26, True),
        ("ends.", False),
        (" lead", False),
    ],
)
def test_names_follow_the_package_format(component: str, fine: bool) -> None:
    assert (bad_component(component) == "") is fine


def test_the_canonical_order_is_the_formats() -> None:
    names = ["data/z", "certificates/a", "data/a/b", "如何验证.txt", "bag-info.txt", "bagit.txt"]
    assert sorted(names, key=canonical_order) == [
        "bagit.txt", "bag-info.txt", "如何验证.txt", "certificates/a", "data/a/b", "data/z",
    ]  # fmt: skip
