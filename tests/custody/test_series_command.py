"""`evidence verify DIR/` as an auditor types it: one JSON document, missing weeks and forks by name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from evidence.cli.main import main
from evidence.cli.verify import verify_command
from tests.custody.ten_weeks import Weeks


@pytest.fixture(scope="module")
def trust(weeks: Weeks, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder, given = tmp_path_factory.mktemp("trust"), []
    blobs = [("--trust", blob) for blob in weeks.trust] + [("--regulator", blob) for blob in weeks.regulators]
    for place, (option, blob) in enumerate(blobs):
        path = folder / f"{place}.pem"
        path.write_bytes(blob)
        given += [option, str(path)]
    return given


def filed(weeks: Weeks, folder: Path, *labels: str) -> Path:
    folder.mkdir()
    for label in labels:
        shutil.copy(weeks.built[label], folder)
    return folder


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(verify_command, [str(each) for each in arguments], standalone_mode=False)
    assert result.exception is None, result.exception
    return int(result.return_value or 0), result.stdout


def series(folder: Path, trust: list[str]) -> tuple[int, dict[str, Any]]:
    code, out = run(folder, *trust, "--json")
    document: dict[str, Any] = json.loads(out)
    assert set(document) == {"packages", "series"}
    assert set(document["series"]) == {"indication", "missing_weeks", "forks"}
    return code, document


def test_a_whole_series_is_one_json_document(weeks: Weeks, trust: list[str], tmp_path: Path) -> None:
    folder = filed(weeks, tmp_path / "移交包", "W13", "W14")
    code, document = series(folder, trust)
    assert document["series"] == {"indication": "TOTAL-PASSED", "missing_weeks": [], "forks": []}
    assert [each["package"]["week"] for each in document["packages"]] == ["2022-W13", "2022-W14"]
    assert {each["indication"] for each in document["packages"]} == {"TOTAL-PASSED"}
    assert code == 0
    assert all(
        {"indication", "checks", "signatures", "ledger", "completeness"} <= set(each)
        for each in document["packages"]
    )


def test_a_missing_week_is_named(weeks: Weeks, trust: list[str], tmp_path: Path) -> None:
    folder = filed(weeks, tmp_path / "移交包", "W13", "W15")
    code, document = series(folder, trust)
    assert code == 5
    assert document["series"]["indication"] == "INDETERMINATE"
    assert document["series"]["missing_weeks"] == ["2022-W14"]
    code, out = run(folder, *trust)
    assert code == 5
    assert "缺少这些周的移交包：2022-W14" in out


def test_two_histories_are_named_with_both_packages(
    weeks: Weeks, without_supplement: Path, trust: list[str], tmp_path: Path
) -> None:
    folder = filed(weeks, tmp_path / "移交包", "W15-S1")
    shutil.copy(without_supplement, folder)
    code, document = series(folder, trust)
    assert code == 4
    assert document["series"]["indication"] == "TOTAL-FAILED"
    (fork,) = document["series"]["forks"]
    assert sorted(fork["packages"]) == ["WJB-2022-W15-S1", "WJB-2022-W16"]
    assert fork["why"]
    code, out = run(folder, *trust)
    assert code == 4
    assert "WJB-2022-W16" in out
    assert "WJB-2022-W15-S1" in out


@pytest.mark.parametrize("option", ["--report", "--etsi"])
def test_a_series_is_not_written_as_one_report(
    weeks: Weeks, tmp_path: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, target = filed(weeks, tmp_path / "移交包", "W13"), tmp_path / "report.out"
    with pytest.raises(SystemExit) as stopped:
        main(["verify", str(folder), option, str(target)])
    assert stopped.value.code == 2
    assert "分别" in capsys.readouterr().err
    assert not target.exists()
