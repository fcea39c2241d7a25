"""`bundle`, `receipt`, `handover list`, `renew` as a person types them."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evidence.cli.main import main
from evidence.cli.program import cli
from evidence.config import Workspace
from evidence.errors import ExitCode
from evidence.handover.handover_context import HandoverContext
from evidence.settings import SETTINGS_FILE
from tests.support import sample
from tests.support.handing_over import QuickPrinter, make_office, open_office

AT = "2022-04-01T15:00+08:00"
WEEK = ["--week", sample.WEEK, "--at", AT]


@pytest.fixture(scope="module")
def key_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli-keys")


@pytest.fixture
def office(key_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> HandoverContext:
    """A workspace in the current directory whose papers are printed quickly."""
    made = make_office(tmp_path, key_home)
    (tmp_path / SETTINGS_FILE).write_text('[contract]\ncode = "WJB"\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        Workspace, "handover", property(lambda self: open_office(self.root, printer=QuickPrinter()))
    )
    return made


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def code_of(*arguments: str) -> int:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


def test_a_dry_run_tells_content_and_obstacles_and_ends_alike(office: HandoverContext) -> None:
    before = sorted(path for path in office.root.rglob("*") if path.is_file())
    told = json.loads(run("bundle", *WEEK, "--dry-run", "--json").stdout)
    assert (told["dry_run"], told["package"], told["refused"], told["obstacles"]) == (
        True,
        "WJB-2022-W13",
        None,
        [],
    )
    assert [case["case"] for case in told["cases"]] == ["WJB22-0001", "WJB22-0002", "WJB22-0003"]
    assert all(file["sha256"] for case in told["cases"] for file in case["files"])
    shown = run("bundle", *WEEK, "--dry-run")
    assert "没有障碍，可以制作" in shown.stdout
    assert sorted(path for path in office.root.rglob("*") if path.is_file()) == before
    (office.root / "keys/signer.p12").unlink()
    assert code_of("bundle", *WEEK, "--dry-run") == 7
    assert code_of("bundle", *WEEK) == 7


def test_what_nobody_can_prove_is_handed_over_only_with_a_reason(office: HandoverContext) -> None:
    (office.root / "keys/ca.crl").unlink()
    for asked in ((), ("--dry-run",)):
        assert code_of("bundle", *WEEK, *asked) == ExitCode.UNDECIDED
    assert code_of("bundle", *WEEK, "--accept-indeterminate") == ExitCode.USAGE
    why = ("--accept-indeterminate", "--why", "发证机构停机")
    assert run("bundle", *WEEK, *why).exit_code == 0
    assert (
        "Indeterminate-Why: 发证机构停机"
        in zipfile.ZipFile(office.folder / "WJB-2022-W13.zip").read("WJB-2022-W13/bag-info.txt").decode()
    )


@pytest.mark.parametrize("asked", [(), ("--dry-run",)])
def test_no_week_is_judged_for_an_instant_still_to_come(
    office: HandoverContext, asked: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    lines = office.ledger.head.size
    assert (
        code_of("bundle", "--week", sample.WEEK, "--at", "2199-04-01T15:00+08:00", *asked) == ExitCode.USAGE
    )
    told = capsys.readouterr().err
    assert "将来的时刻" in told
    assert "--at" in told
    assert office.ledger.head.size == lines


def test_bundle_prints_one_json_document_and_progress_apart(office: HandoverContext) -> None:
    result = run("bundle", *WEEK, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert (told["package"], told["complete"], told["evaluation_keys"]) == ("WJB-2022-W13", True, True)
    assert told["levels"] == {"list": "B-LTA", "dossiers": "B-T"}
    assert Path(told["path"]).is_file()
    assert "卷宗 1/3" in result.stderr


def test_footage_that_was_asked_for_and_is_not_there_is_named(
    office: HandoverContext, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code_of("bundle", *WEEK, "--with-footage") == ExitCode.INCOMPLETE
    said = capsys.readouterr().err
    assert ".mp4" in said
    assert "--with-footage" in said
    assert not list(office.folder.glob("WJB*"))


def test_bundle_tells_a_person_what_comes_next(office: HandoverContext) -> None:
    result = run("bundle", *WEEK)
    assert "● 移交包已做好" in result.stdout
    assert "EVALUATION ONLY" in result.stdout
    assert "evidence verify" in result.stdout


def test_a_second_bundle_is_a_usage_error_without_traceback(
    office: HandoverContext, capsys: pytest.CaptureFixture[str]
) -> None:
    run("bundle", *WEEK)
    assert code_of("bundle", *WEEK) == ExitCode.USAGE
    told = capsys.readouterr().err
    assert "--supplement" in told
    assert "Traceback" not in told


def test_the_list_shows_what_is_outstanding_and_the_empty_list_says_what_to_do(
    office: HandoverContext,
) -> None:
    assert "evidence bundle" in run("handover", "list").stdout
    run("bundle", *WEEK)
    assert "待回执" in run("handover", "list").stdout
    (row,) = json.loads(run("handover", "list", "--json").stdout)["packages"]
    assert (row["package"], row["state"]) == ("WJB-2022-W13", "outstanding")


def test_renew_by_name_or_path(office: HandoverContext) -> None:
    run("bundle", *WEEK)
    named = run("renew", "WJB-2022-W13", "--json")
    assert named.exit_code == 0, repr(named.exception)
    first = json.loads(named.stdout)
    second = json.loads(run("renew", str(office.folder / "WJB-2022-W13.zip"), "--json").stdout)
    assert (first["step"], second["step"]) == (1, 2)


def test_a_broken_receipt_fails_verification_and_a_wrong_package_is_usage(
    office: HandoverContext, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("bundle", *WEEK)
    signed = tmp_path / "signed.pdf"
    signed.write_bytes(b"%PDF-1.7\n/ByteRange broken\n%%EOF")
    assert code_of("receipt", "WJB-2022-W13", str(signed)) == ExitCode.VERIFICATION_FAILED
    assert code_of("receipt", "WJB-2022-W99", str(signed)) == ExitCode.USAGE
    assert "Traceback" not in capsys.readouterr().err


def test_every_help_carries_a_worked_example() -> None:
    for command in (["bundle"], ["receipt"], ["renew"], ["handover"], ["handover", "list"]):
        assert "例：evidence" in run(*command, "--help").output, command
