"""The bag inside is what is signed: another container is stated, junk listed, the rest judged."""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.domain.week import Week
from evidence.errors import ExitCode, InputError, UsageError
from evidence.handover.renewal import read_signed
from evidence.verify.examine import verify_path
from evidence.verify.model import Indication, Report
from evidence.verify.pdf.task import judge_task
from tests.outside.repacked_packages.rezipper import (
    BESIDE,
    JUNK,
    TIMES,
    backslashed,
    decomposed,
    rezip,
)
from tests.support.packing import ORIGINAL, SIGNATURE, Files, Service, to_folder, to_zip, two_weeks
from tests.support.pki import shared_pki

NAME = "WJB-2022-W13"
AT = datetime(2022, 4, 2, tzinfo=UTC)
NFC_NAME = "data/企业/91320412MA1XXXXX0X-é公司/WJB22-0001/原件/é.txt"


def files() -> Files:
    """A good package with a name that has two spellings."""
    service = Service(first=Week(2022, 13))
    service.write(3)
    return service.pack(Week(2022, 13), extra={NFC_NAME: b"x" * 5000})


@pytest.fixture(scope="module")
def good() -> Files:
    return files()


def verify(path: Path) -> Report:
    return verify_path(
        path,
        trust=[shared_pki().root.pem],
        at=AT,
        judge_pdfs=lambda tasks: [judge_task(task) for task in tasks],
    )


def verify_zip(tmp_path: Path, data: bytes) -> Report:
    path = tmp_path / f"{NAME}.zip"
    path.write_bytes(data)
    return verify(path)


def stated(report: Report, id: str) -> list[str]:
    return [check.location for check in report.checks if check.id == id and check.kind == "review"]


MAKES: dict[str, Callable[[Files], bytes]] = {
    "compressed": lambda each: rezip(each, NAME),
    "stored in another order": lambda each: rezip(each, NAME, method=zipfile.ZIP_STORED),
    "bzip2": lambda each: rezip(each, NAME, method=zipfile.ZIP_BZIP2),
    "LZMA": lambda each: rezip(each, NAME, method=zipfile.ZIP_LZMA),
    "folder entries": lambda each: rezip(each, NAME, folders=True),
    "made on Windows": lambda each: rezip(each, NAME, system=0, folders=True),
    "names in GBK without flag": lambda each: rezip(each, NAME, encoding="gb18030", system=0),
    "names in UTF-8 without flag": lambda each: rezip(each, NAME, encoding="utf8"),
    "backslashes": lambda each: rezip(each, NAME, name=backslashed, system=0),
    "decomposed names": lambda each: rezip(each, NAME, name=decomposed),
    "sizes behind the data": lambda each: rezip(each, NAME, streamed=True),
    "times in extra fields": lambda each: rezip(each, NAME, extra=TIMES),
    "another folder around it": lambda each: rezip(each, f"收到/{NAME}"),
    "no folder around it": lambda each: rezip(each, ""),
    "renamed folder": lambda each: rezip(each, f"{NAME} (1)"),
}


@pytest.mark.parametrize("make", MAKES)
def test_a_package_zipped_again_is_genuine_and_said_to_be_repacked(
    tmp_path: Path, good: Files, make: str
) -> None:
    report = verify_zip(tmp_path, MAKES[make](good))
    assert report.indication is Indication.PASSED, [c for c in report.checks if c.kind in ("fail", "review")]
    assert report.exit_code is ExitCode.DONE
    assert len(stated(report, "container.repacked")) == 1
    text = "".join(check.message for check in report.checks)
    assert "路径跳转" not in text
    assert "后来加入" not in text


@pytest.mark.parametrize("make", MAKES)
def test_a_changed_file_in_it_fails_and_is_named(tmp_path: Path, good: Files, make: str) -> None:
    report = verify_zip(tmp_path, MAKES[make]({**good, ORIGINAL: b"%PDF-1.7 other"}))
    assert report.indication is Indication.FAILED
    assert ("bag.changed", ORIGINAL) in {(c.id, c.location) for c in report.checks if c.kind == "fail"}


def test_what_systems_leave_behind_is_listed_and_changes_nothing(tmp_path: Path, good: Files) -> None:
    report = verify_zip(tmp_path, rezip({**good, **JUNK}, NAME, beside=BESIDE))
    assert report.indication is Indication.PASSED, [c for c in report.checks if c.kind == "fail"]
    assert set(stated(report, "container.junk")) == set(JUNK) | set(BESIDE)


@pytest.mark.parametrize(
    "path", ["readme.txt", "data/x.pdf", "DS_Store", "data/Thumbs.db.exe", "data/desktop.ini.txt", "._x/../y"]
)
def test_anything_else_undeclared_fails(tmp_path: Path, good: Files, path: str) -> None:
    assert verify_zip(tmp_path, rezip({**good, path: b"x"}, NAME)).indication is Indication.FAILED


def test_a_declared_file_of_such_a_name_must_be_there(tmp_path: Path) -> None:
    service = Service(first=Week(2022, 13))
    service.write(3)
    packed = service.pack(Week(2022, 13), extra={"data/desktop.ini": b"x"})
    assert verify_zip(tmp_path, rezip(packed, NAME)).indication is Indication.PASSED
    gone = {path: data for path, data in packed.items() if path != "data/desktop.ini"}
    assert verify_zip(tmp_path, rezip(gone, NAME)).indication is Indication.FAILED


@pytest.mark.parametrize("spelling", ["NFD", "backslash"])
def test_two_spellings_of_one_name_are_ambiguous(tmp_path: Path, good: Files, spelling: str) -> None:
    twin = unicodedata.normalize("NFD", NFC_NAME) if spelling == "NFD" else NFC_NAME.replace("/", "\\")
    report = verify_zip(tmp_path, rezip({**good, twin: b"y"}, NAME))
    assert report.indication is Indication.FAILED
    assert any(check.id == "zip.duplicate" for check in report.checks)


def test_an_extracted_folder_with_other_spellings_and_junk_passes(tmp_path: Path, good: Files) -> None:
    folder = to_folder({decomposed(path): data for path, data in {**good, **JUNK}.items()}, tmp_path / NAME)
    (folder / "System Volume Information").mkdir()
    report = verify(folder)
    assert report.indication is Indication.PASSED, [c for c in report.checks if c.kind == "fail"]
    assert len(stated(report, "container.junk")) == len(JUNK) + 1
    assert stated(report, "container.repacked")


def test_unpacked_files_do_not_stay(tmp_path: Path, good: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    assert verify_zip(tmp_path, rezip(good, NAME)).indication is Indication.PASSED
    assert not list(place.iterdir())


def test_a_zip_that_unpacks_beyond_reason_fails(tmp_path: Path, good: Files) -> None:
    report = verify_zip(tmp_path, rezip({**good, "data/zeros": bytes(100_000_000)}, NAME))
    assert report.indication is Indication.FAILED
    assert any("大得不合常理" in check.message for check in report.checks)


def test_a_zip_with_a_password_is_open_and_says_what_to_do(tmp_path: Path, good: Files) -> None:
    data = bytearray(to_zip(good, NAME))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + flags] |= 1
    report = verify_zip(tmp_path, bytes(data))
    assert report.indication is Indication.INDETERMINATE
    assert any("密码" in check.message for check in report.checks)


FOREIGN: Files = {
    "bagit.txt": b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n",
    "bag-info.txt": b"Source-Organization: Another Archive\nBag-Size: 2 kB\n",
    "manifest-md5.txt": b"d41d8cd98f00b204e9800998ecf8427e  data/a.txt\n",
    "data/a.txt": b"",
}


@pytest.mark.parametrize("folder", [False, True])
def test_another_systems_bag_is_not_a_failed_package_of_ours(tmp_path: Path, folder: bool) -> None:
    path = tmp_path / ("bag" if folder else "bag.zip")
    if folder:
        to_folder(FOREIGN, path)
    else:
        path.write_bytes(rezip(FOREIGN, "bag"))
    with pytest.raises(InputError) as caught:
        verify(path)
    assert caught.value.exit_code is ExitCode.USAGE
    assert "不是本系统的移交包" in str(caught.value)


@pytest.mark.parametrize("mark", [SIGNATURE, "data/facts.json", "data/ledger/journal.jsonl", "bag-info.txt"])
def test_any_mark_of_ours_makes_it_ours(tmp_path: Path, mark: str) -> None:
    bag = {**FOREIGN, mark: two_weeks()[1][mark]}
    assert verify_zip(tmp_path, rezip(bag, "bag")).indication is Indication.FAILED


@pytest.mark.parametrize("spelled", [lambda name: f"/{name}", lambda name: f"../{name}", str.upper])
def test_a_package_under_spoilt_names_is_a_failed_one_of_ours(
    tmp_path: Path, good: Files, spelled: Callable[[str], str]
) -> None:
    """Absolute paths, steps upwards, everything in capitals: called broken, not foreign."""
    report = verify_zip(tmp_path, rezip(good, NAME, name=spelled))
    assert report.indication is Indication.FAILED


def test_a_name_that_is_not_what_its_flag_says_fails_and_never_crashes(tmp_path: Path, good: Files) -> None:
    packed = rezip(good, NAME)
    name = "移交清单".encode()
    at = packed.rindex(name)
    for places in ((at,), (packed.index(name), at)):
        data = bytearray(packed)
        for place in places:
            data[place] = 0xB2
        report = verify_zip(tmp_path, bytes(data))
        assert report.indication is Indication.FAILED
        assert report.exit_code is ExitCode.VERIFICATION_FAILED


@pytest.mark.parametrize("spoil", ["a false name", "a damaged stream", "half of it"])
def test_a_package_that_does_not_unpack_is_refused_by_renew(tmp_path: Path, good: Files, spoil: str) -> None:
    packed = bytearray(rezip(good, NAME))
    if spoil == "a false name":
        packed[packed.rindex("移交清单".encode())] = 0xB2
    elif spoil == "a damaged stream":
        start = packed.index(b"/tagmanifest-sha256.txt") + len("/tagmanifest-sha256.txt")
        packed[start : start + 40] = b"\xff" * 40
    else:
        del packed[len(packed) // 2 :]
    path = tmp_path / f"{NAME}.zip"
    path.write_bytes(packed)
    with pytest.raises(UsageError, match="移交包"):
        read_signed(path)
