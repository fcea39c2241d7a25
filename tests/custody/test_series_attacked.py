"""Series on their way and under attack: packed anew, among strangers, with renewals that do not fit."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from evidence.errors import InputError
from evidence.verify.model import CheckKind, Indication
from evidence.verify.pdf.task import judge_task
from evidence.verify.series import SeriesReport, verify_series
from evidence.verify.series_content import series_document, series_lines
from tests.custody.forging import find, read_files, sealed, spoil, write
from tests.custody.ten_weeks import Weeks
from tests.support.packing import Files, plain_pdf


def judged(weeks: Weeks, folder: Path, *previous: Path, trust: list[bytes] | None = None) -> SeriesReport:
    return verify_series(
        folder,
        trust=trust or weeks.trust,
        regulator=weeks.regulators,
        previous=previous,
        judge_pdfs=lambda tasks: [judge_task(task) for task in tasks],
    )


@pytest.fixture
def folder(weeks: Weeks, tmp_path: Path) -> Path:
    """The first six packages, by hard links."""
    folder = tmp_path / "移交包"
    folder.mkdir()
    for label in ("W13", "W14", "W15", "W15-S1", "W16", "W17"):
        (folder / weeks.built[label].name).hardlink_to(weeks.built[label])
    return folder


def packed_anew(path: Path, to: Path, *, base: str | None) -> None:
    """By another program: compressed, in another order, in a folder of another name or in none."""
    files = read_files(path)
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files, reverse=True):
            archive.writestr(name if base is None else f"{base}/{name}", files[name])


def repack(folder: Path) -> None:
    for place, path in enumerate(sorted(folder.iterdir())):
        other = path.with_name(f"{place} 周移交.zip")
        packed_anew(path, other, base=(None, "资料", path.stem)[place % 3])
        path.unlink()


def test_a_series_packed_anew_and_renamed_is_the_same_series(weeks: Weeks, folder: Path) -> None:
    repack(folder)
    series = judged(weeks, folder)
    assert (series.indication, series.missing_weeks, series.forks) == (Indication.PASSED, (), ())
    asked = {
        check.id for each in series.packages for check in each.checks if check.kind is not CheckKind.PASS
    }
    assert "container.repacked" in asked
    assert not [c for each in series.packages for c in each.checks if c.kind is CheckKind.FAIL]


def test_one_package_held_twice_and_unpacked_is_one(weeks: Weeks, folder: Path) -> None:
    shutil.copy(weeks.built["W15"], folder / "WJB-2022-W15 (1).zip")
    shutil.unpack_archive(weeks.built["W16"], folder)
    series = judged(weeks, folder)
    assert (series.indication, series.missing_weeks, series.forks) == (Indication.PASSED, (), ())


def test_a_series_packed_anew_hides_no_exchanged_original(weeks: Weeks, folder: Path) -> None:
    repack(folder)
    victim = next(
        path for path in folder.iterdir() if "External-Identifier: WJB-2022-W13\n" in read_info(path)
    )
    with zipfile.ZipFile(victim) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    original = next(name for name in files if "/原件/" in name)
    files[original] = plain_pdf("另一份")
    with zipfile.ZipFile(victim, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    series = judged(weeks, folder)
    assert series.indication is Indication.FAILED
    (bad,) = [each for each in series.packages if each.indication is Indication.FAILED]
    assert bad.subject == victim.name


def read_info(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("bag-info.txt")]
        return archive.read(name).decode()


def test_two_packages_of_one_name_are_two_histories_however_they_are_packed(
    weeks: Weeks, folder: Path, tmp_path: Path
) -> None:
    def change(files: Files) -> None:
        files["data/下周工作计划.pdf"] = plain_pdf("另一份计划")

    forged = spoil(weeks, "W15", change, tmp_path / "forged")
    packed_anew(forged, folder / "十五周.zip", base="十五周")
    series = judged(weeks, folder)
    assert series.indication is Indication.FAILED
    assert series.forks
    assert "WJB-2022-W15" in series.forks[0].packages


def test_what_lies_beside_the_packages_holds_nothing_up(weeks: Weeks, folder: Path) -> None:
    (folder / "._WJB-2022-W13.zip").write_bytes(b"\x00\x05\x16\x07" + bytes(100))
    (folder / ".DS_Store").write_bytes(b"Bud1")
    (folder / "收据.pdf").write_bytes(plain_pdf("收据"))
    with zipfile.ZipFile(folder / "照片.zip", "w") as archive:
        archive.writestr("a.jpg", b"\xff\xd8")
    series = judged(weeks, folder)
    assert (series.indication, len(series.packages)) == (Indication.PASSED, 6)
    assert series_document(series)["series"]["not_packages"] == ("照片.zip",)
    assert any("照片.zip 不是本系统的移交包" in line for line in series_lines(series))


def test_a_folder_of_strangers_only_is_no_series(weeks: Weeks, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "照片.zip", "w") as archive:
        archive.writestr("a.jpg", b"\xff\xd8")
    with pytest.raises(InputError, match="不是本系统的移交包"):
        judged(weeks, tmp_path)


def test_a_stranger_among_the_packages_kept_is_no_witness_and_no_hindrance(
    weeks: Weeks, folder: Path, tmp_path: Path
) -> None:
    kept = tmp_path / "自存"
    kept.mkdir()
    (kept / "照片.zip").write_bytes(b"PK\x05\x06" + bytes(18))
    shutil.copy(weeks.built["W18"], kept)
    series = judged(weeks, folder, kept)
    assert series.indication is Indication.PASSED
    assert any(each.ledger.witnessed for each in series.packages)


def misplaced(weeks: Weeks, beside: Path) -> None:
    shutil.copytree(weeks.built["W13"].with_suffix(".renewals"), beside.with_name("WJB-2022-W14.renewals"))


def broken(weeks: Weeks, beside: Path) -> None:
    shutil.copytree(weeks.built["W13"].with_suffix(".renewals"), beside)
    token = beside / "001/token.tst"
    token.write_bytes(token.read_bytes()[:-5] + b"12345")


def empty(_weeks: Weeks, beside: Path) -> None:
    (beside / "001").mkdir(parents=True)


def out_of_order(weeks: Weeks, beside: Path) -> None:
    shutil.copytree(weeks.built["W13"].with_suffix(".renewals"), beside)
    (beside / "001").rename(beside / "007")


def with_a_bad_one_behind(weeks: Weeks, beside: Path) -> None:
    shutil.copytree(weeks.built["W13"].with_suffix(".renewals"), beside)
    shutil.copytree(beside / "001", beside / "002")


@pytest.mark.parametrize("change", [misplaced, broken, empty, out_of_order, with_a_bad_one_behind])
def test_a_renewal_that_does_not_hold_is_stated_and_takes_nothing_away(
    weeks: Weeks, folder: Path, change: Callable[[Weeks, Path], None]
) -> None:
    change(weeks, folder / "WJB-2022-W13.renewals")
    series = judged(weeks, folder)
    said = [check for each in series.packages for check in each.checks if check.id == "renewal.chain"]
    assert any("不影响结论" in check.message for check in said)
    assert not [check for check in said if check.kind in (CheckKind.FAIL, CheckKind.REVIEW)]
    assert series.indication is Indication.PASSED


def test_a_renewal_by_an_authority_the_reader_does_not_know_takes_nothing_away(
    weeks: Weeks, folder: Path
) -> None:
    shutil.copytree(weeks.built["W13"].with_suffix(".renewals"), folder / "WJB-2022-W13.renewals")
    series = judged(weeks, folder, trust=[weeks.agency.root.pem])
    assert series.indication is Indication.PASSED


def test_renewals_lend_nothing_to_a_forged_package(weeks: Weeks, folder: Path, tmp_path: Path) -> None:
    """The genuine package's renewal beside a forgery that another key signed."""
    files = read_files(weeks.built["W13"])
    files[find(files, "", within="/原件/")] = plain_pdf("另一份")
    (folder / "WJB-2022-W13.zip").unlink()
    write(sealed(files, weeks.second), "WJB-2022-W13", folder)
    shutil.copytree(weeks.built["W13"].with_suffix(".renewals"), folder / "WJB-2022-W13.renewals")
    series = judged(weeks, folder)
    assert series.indication is Indication.FAILED
