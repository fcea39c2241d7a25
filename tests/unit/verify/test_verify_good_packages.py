"""A sound package passes, and only as far as the reader's trust material reaches."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.domain.week import Week
from evidence.errors import ExitCode, InputError
from evidence.verify import package
from evidence.verify.examine import verify_path
from evidence.verify.model import Indication, Integrity, Report
from tests.support.packing import DOSSIER, Service, to_folder, to_zip, two_weeks
from tests.support.pki import shared_pki

AT = datetime(2022, 4, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("packages")
    earlier, later = two_weeks()
    (place / "WJB-2022-W12.zip").write_bytes(to_zip(earlier, "WJB-2022-W12"))
    (place / "WJB-2022-W13.zip").write_bytes(to_zip(later, "WJB-2022-W13"))
    to_folder(later, place / "WJB-2022-W13")
    return place


def verify(path: Path, **options: object) -> Report:
    return verify_path(path, at=AT, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["WJB-2022-W13.zip", "WJB-2022-W13"])
def test_a_sound_package_under_a_trusted_root_passes(folder: Path, name: str) -> None:
    report = verify(folder / name, trust=[shared_pki().root.pem])
    assert (report.indication, report.exit_code) == (Indication.PASSED, ExitCode.DONE)
    assert report.completeness.recomputed == "equal"
    assert report.ledger.continuous
    assert not report.ledger.witnessed
    assert {row.file for row in report.signatures} >= {"tagmanifest-sha256.txt.p7s", "data/移交清单.pdf"}
    assert all(row.integrity is Integrity.PASSED and row.trusted for row in report.signatures)
    assert {row.level for row in report.signatures} == {"B-T", "B-LTA", "DocTimeStamp"}


def test_a_late_supplement_of_an_earlier_week_breaks_neither_itself_nor_the_weeks_after(
    tmp_path: Path,
) -> None:
    service = Service(first=Week(2022, 12))
    for week in (Week(2022, 12), Week(2022, 13)):
        service.write(2)
        service.pack(week)
    for week, supplement in ((Week(2022, 12), 1), (Week(2022, 14), 0)):
        service.write(2)
        folder = to_folder(service.pack(week, supplement=supplement), tmp_path / f"{week}-{supplement}")
        report = verify_path(folder, at=datetime(2022, 4, 9, tzinfo=UTC), trust=[shared_pki().root.pem])
        assert [check for check in report.checks if check.kind == "fail"] == []
        assert report.ledger.continuous


def test_a_week_whose_ledger_shrank_fails_even_behind_a_supplement(tmp_path: Path) -> None:
    service = Service(first=Week(2022, 12))
    service.write(4)
    service.pack(Week(2022, 12))
    service.write(1)
    service.pack(Week(2022, 12), supplement=1)
    service.write(1)
    shrunk = service.checkpoints["2022-W12"].replace("\n4\n", "\n9\n", 1)
    assert shrunk != service.checkpoints["2022-W12"]
    service.checkpoints["2022-W12"] = shrunk
    folder = to_folder(service.pack(Week(2022, 13)), tmp_path / "WJB-2022-W13")
    report = verify_path(folder, at=AT, trust=[shared_pki().root.pem])
    assert report.indication is Indication.FAILED


def test_without_trust_a_sound_package_stays_open_and_names_the_fingerprint_to_compare(folder: Path) -> None:
    report = verify(folder / "WJB-2022-W13.zip")
    assert (report.indication, report.sub_indication) == (
        Indication.INDETERMINATE,
        "NO_CERTIFICATE_CHAIN_FOUND",
    )
    root = shared_pki().root.certificate
    from cryptography.hazmat.primitives import hashes

    assert root.fingerprint(hashes.SHA256()).hex() in {digest for _, digest in report.fingerprints}


def test_someone_elses_root_does_not_make_it_pass(folder: Path) -> None:
    report = verify(folder / "WJB-2022-W13.zip", trust=[shared_pki("乙").root.pem])
    assert report.indication is Indication.INDETERMINATE


def test_the_readers_own_copy_of_the_week_before_is_a_witness(folder: Path) -> None:
    report = verify(
        folder / "WJB-2022-W13.zip",
        trust=[shared_pki().root.pem],
        previous=folder / "WJB-2022-W12.zip",
    )
    assert (report.indication, report.ledger.witnessed) == (Indication.PASSED, True)


def three_weeks(first_text: str = "作废") -> tuple[bytes, bytes, bytes]:
    service = Service(first=Week(2022, 11))
    packages = []
    for week in (11, 12, 13):
        service.write(3, first_text)
        packages.append(to_zip(service.pack(Week(2022, week)), f"WJB-2022-W{week}"))
    return packages[0], packages[1], packages[2]


def opinion(report: Report) -> tuple[Indication, list[str]]:
    """The verdict and what was said about the package before."""
    said = [check.kind.value for check in report.checks if check.id == "ledger.previous"]
    return report.indication, said


@pytest.mark.parametrize("taken", ["the package itself", "two weeks before"])
def test_a_kept_package_that_proves_nothing_makes_the_verdict_no_worse(tmp_path: Path, taken: str) -> None:
    first, _, third = three_weeks()
    path, kept = tmp_path / "WJB-2022-W13.zip", tmp_path / "WJB-2022-W11.zip"
    path.write_bytes(third)
    kept.write_bytes(first)
    report = verify(
        path, trust=[shared_pki().root.pem], previous=path if taken == "the package itself" else kept
    )
    assert opinion(report) == (Indication.PASSED, ["note"])
    assert not report.ledger.witnessed
    (said,) = [check.message for check in report.checks if check.id == "ledger.previous"]
    # format 1 has a consistency proof from the direct predecessor only
    assert ("就是本包" if taken == "the package itself" else "没有一致性证明") in said


def test_even_an_older_package_betrays_a_rewritten_history(tmp_path: Path) -> None:
    path, kept = tmp_path / "WJB-2022-W13.zip", tmp_path / "WJB-2022-W11.zip"
    path.write_bytes(three_weeks()[2])
    kept.write_bytes(three_weeks("另一段历史")[0])
    report = verify(path, trust=[shared_pki().root.pem], previous=kept)
    assert opinion(report) == (Indication.FAILED, ["fail"])
    assert any("2022-W11 的检查点" in check.message for check in report.checks)


def test_a_damaged_copy_of_the_week_before_is_no_witness_and_no_blame(folder: Path, tmp_path: Path) -> None:
    damaged = bytearray((folder / "WJB-2022-W12.zip").read_bytes())
    damaged[damaged.index(b'"kind"')] ^= 1
    kept = tmp_path / "WJB-2022-W12.zip"
    kept.write_bytes(bytes(damaged))
    report = verify(folder / "WJB-2022-W13.zip", trust=[shared_pki().root.pem], previous=kept)
    assert opinion(report) == (Indication.PASSED, ["note"])
    assert not report.ledger.witnessed


def test_a_genuine_package_that_declares_itself_incomplete_exits_3(tmp_path: Path) -> None:
    service = Service(first=Week(2022, 13))
    service.write(3)
    files = service.pack(Week(2022, 13), complete=False)
    report = verify(to_folder(files, tmp_path / "WJB-2022-W13"), trust=[shared_pki().root.pem])
    assert (report.indication, report.exit_code) == (Indication.PASSED, ExitCode.INCOMPLETE)
    assert not report.completeness.complete


def test_without_time_stamp_the_verdict_stays_open(tmp_path: Path) -> None:
    service = Service(first=Week(2022, 13))
    service.write(3)
    files = service.pack(Week(2022, 13), stamp=False)
    report = verify(to_folder(files, tmp_path / "WJB-2022-W13"), trust=[shared_pki().root.pem])
    assert (report.indication, report.sub_indication) == (Indication.INDETERMINATE, "NO_POE")


def test_a_folder_that_only_holds_the_package_points_to_it(tmp_path: Path) -> None:
    to_folder(two_weeks()[1], tmp_path / "entpackt" / "WJB-2022-W13")
    with pytest.raises(InputError) as caught:
        verify(tmp_path / "entpackt")
    assert "WJB-2022-W13" in caught.value.remedy


def test_a_disk_that_fails_half_way_gives_no_verdict(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(package, "examine_ledger", fail)
    report = verify(folder / "WJB-2022-W13.zip", trust=[shared_pki().root.pem])
    assert report.indication is Indication.INDETERMINATE
    assert any("Input/output error" in check.message and check.kind == "review" for check in report.checks)


def test_a_part_that_breaks_takes_no_word_of_the_others_back(tmp_path: Path) -> None:
    files = dict(two_weeks()[1])
    files["data/ledger/frontier.json"] = b"[" * 5000 + b"]" * 5000
    files[DOSSIER] += b"x"
    report = verify(to_folder(files, tmp_path / "WJB-2022-W13"), trust=[shared_pki().root.pem])
    assert report.indication is Indication.FAILED
    named = {check.location for check in report.checks if check.id == "bag.changed"}
    assert named == {"data/ledger/frontier.json", DOSSIER}


def test_clocks_that_disagree_are_remarked_but_decide_nothing(folder: Path) -> None:
    report = verify(folder / "WJB-2022-W13.zip", trust=[shared_pki().root.pem])
    assert any(check.kind == "note" and "相差" in check.message for check in report.checks)
    assert report.indication is Indication.PASSED
