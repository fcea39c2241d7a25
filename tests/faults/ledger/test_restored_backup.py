"""An older backup becomes the ledger again: nothing that was given out after it is given out twice."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from evidence.cli.backup import backup_command, restore_command
from evidence.cli.forms import issue_command
from evidence.cli.handover import bundle_command
from evidence.cli.intake import ingest_command
from evidence.cli.ledger import ledger_command
from evidence.config import Workspace, open_workspace
from evidence.domain.document import IssuedForm
from evidence.domain.identifiers import CaseId, Number
from evidence.errors import EvidenceError, ExitCode, InputError, UsageError
from evidence.ledger.events import FormIssued
from evidence.ledger.holdings import issued_place
from evidence.ledger.upkeep import LedgerRestored
from tests.support.kept_workspace import kept_workspace

CASE = CaseId("WJB22-0002")
CUT = 62
"""Lines of the older backup: before the third week's records came back and the package was made."""


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The whole week, handed over, with positions."""
    root = kept_workspace(tmp_path_factory.mktemp("week") / "workspace")
    ledger = open_workspace(root).ledger
    assert ledger.positions is not None
    ledger.positions.rebuild(ledger.lines())
    return root


@pytest.fixture(scope="module")
def backup(week: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a backup taken on an earlier day holds: fewer lines, fewer files."""
    folder = tmp_path_factory.mktemp("backups")
    earlier = folder / "earlier"
    shutil.copytree(week, earlier)
    journal = earlier / "archive" / "ledger" / "journal.jsonl"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:CUT]))
    for path in (*(earlier / "archive" / "handover").iterdir(), *(earlier / "archive").glob("position.json")):
        path.unlink()
    for path in (earlier / "archive").rglob("positions.jsonl"):
        path.unlink()
    known = {path for path in earlier.rglob("*") if path.is_file()}
    view = open_workspace(earlier).ledger.view
    for path in known:
        number = path.name.partition(".")[0]
        if "issued" in path.parts and view.document(Number(number)) is None:
            path.unlink()
    (folder / "backup").mkdir()
    run(backup_command, str(folder / "backup"), "--same-disk", "--workspace", str(earlier))
    return folder / "backup"


def run(command, *arguments: str) -> tuple[int, str]:  # type: ignore[no-untyped-def]
    result = CliRunner().invoke(command, list(arguments), standalone_mode=False, catch_exceptions=False)
    return int(result.return_value or 0), result.stdout


def restored(backup: Path, target: Path, *options: str) -> Workspace:
    code, _out = run(restore_command, str(backup), str(target), *options)
    assert code == 0
    return open_workspace(target)


def events(workspace: Workspace) -> Iterator[LedgerRestored]:
    for entry in workspace.ledger.entries():
        if entry.kind == LedgerRestored.KIND:
            event = entry.event
            assert isinstance(event, LedgerRestored)
            yield event


def test_a_restore_is_journalled_and_every_open_series_leaves_a_gap(backup: Path, tmp_path: Path) -> None:
    workspace = restored(backup, tmp_path / "restored")
    (event,) = events(workspace)
    assert (event.backup, event.size, event.regained, event.gap) == (str(backup), CUT, 0, 20)
    assert event.by
    view = workspace.ledger.view
    assert view.next_running(CaseId("WJB22-0001"), "JC") == 22
    assert view.next_running(CASE, "DD") == 21
    assert view.next_running(CaseId("WJB22-0000"), "YD") == 21
    assert view.next_case("WJB22-") == 24
    assert view.may_be_lost(Number("WJB22-0003-JC-001"))
    assert workspace.ledger.positions is not None
    assert workspace.ledger.positions.mark() is not None


def test_the_last_number_that_a_person_knows_is_where_its_series_goes_on(
    backup: Path, tmp_path: Path
) -> None:
    workspace = restored(backup, tmp_path / "restored", "--last-number", f"{CASE}-JC-007")
    assert workspace.ledger.view.next_running(CASE, "JC") == 8
    assert workspace.ledger.view.next_running(CASE, "DD") == 21
    with pytest.raises(UsageError):
        run(restore_command, str(backup), str(tmp_path / "other"), "--last-number", "JC-007")


def test_newer_material_brings_the_lost_lines_back_unchanged(
    week: Path, backup: Path, tmp_path: Path
) -> None:
    whole = (week / "archive" / "ledger" / "journal.jsonl").read_bytes().splitlines()
    package = week / "archive" / "handover" / "WJB-2022-W13.zip"
    workspace = restored(backup, tmp_path / "by-package", "--newer", str(package))
    lines = list(workspace.ledger.lines())
    assert lines[:84] == whole[:84]
    (event,) = events(workspace)
    assert event.regained == 84 - CUT
    assert [each.id for each in workspace.ledger.view.packages()] == ["WJB-2022-W13"]
    assert (workspace.archive / "handover" / package.name).read_bytes() == package.read_bytes()

    workspace = restored(backup, tmp_path / "by-disk", "--newer", str(week))
    assert list(workspace.ledger.lines())[: len(whole)] == whole
    assert workspace.ledger.view.next_running(CaseId("WJB22-0000"), "YD") == 22
    for place in ("WJB22-0000-YD-001", "WJB22-0003-JC-001"):
        kept = issued_place(Number(place), ".pdf")
        assert (workspace.archive / kept).read_bytes() == (week / "archive" / kept).read_bytes()
    code, _out = run(restore_command, str(backup), "--verify")
    assert code == ExitCode.VERIFICATION_FAILED  # the kept workspace lacks its large originals


def test_a_package_of_another_history_is_refused_and_nothing_goes_on(
    week: Path, backup: Path, tmp_path: Path
) -> None:
    workspace = restored(backup, tmp_path / "restored")
    workspace.ledger.append("clerk", FormIssued(form=another_form(workspace, f"{CASE}-DD-021")))
    package = week / "archive" / "handover" / "WJB-2022-W13.zip"
    shutil.copy(package, workspace.archive / "handover")
    with pytest.raises(EvidenceError) as stopped:
        run(bundle_command, "--week", "2022-W13", "--workspace", str(workspace.root))
    assert stopped.value.exit_code == ExitCode.LEDGER_DAMAGED
    size = len((workspace.archive / "ledger" / "journal.jsonl").read_bytes())
    with pytest.raises(EvidenceError) as refused:
        run(ledger_command, "recover", "--workspace", str(workspace.root))
    assert refused.value.exit_code == ExitCode.LEDGER_DAMAGED
    assert "--newer" in refused.value.remedy
    assert len((workspace.archive / "ledger" / "journal.jsonl").read_bytes()) == size


def test_what_is_no_newer_material_is_refused_before_anything_is_said(backup: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError):
        run(restore_command, str(backup), str(tmp_path / "x"), "--newer", str(tmp_path / "empty"))


def another_form(workspace: Workspace, number: str) -> IssuedForm:
    known = workspace.ledger.view.document(Number("WJB22-0001-JC-001"))
    assert known is not None
    fields = {name: getattr(known.form, name) for name in known.form.__dataclass_fields__}
    return IssuedForm(**{**fields, "number": Number(number), "case": CASE})


@pytest.mark.office
@pytest.mark.slow
def test_after_a_restore_issuing_goes_on_behind_the_gap_and_replaces_nothing(
    week: Path, backup: Path, tmp_path: Path
) -> None:
    workspace = restored(backup, tmp_path / "restored")
    before = {path: path.read_bytes() for path in (workspace.archive / "issued").rglob("*.pdf")}
    code, _out = run(issue_command, CASE, "JC", "--blank", "--workspace", str(workspace.root))
    assert code == 0
    assert {path: path.read_bytes() for path in before} == before
    (new,) = set((workspace.archive / "issued").rglob("*.pdf")) - set(before)
    given_out = {path.stem for path in (week / "archive" / "issued").rglob("*.pdf")}
    assert new.stem not in given_out
    assert int(new.stem[-3:]) > max(int(stem[-3:]) for stem in given_out if stem.startswith(f"{CASE}-JC-"))


def test_after_a_restore_a_page_printed_before_it_is_unknown_and_never_forged(
    week: Path, backup: Path, tmp_path: Path
) -> None:
    workspace = restored(backup, tmp_path / "restored")
    lost = Number("WJB22-0003-JC-001")
    assert workspace.ledger.view.may_be_lost(lost)
    printed = week / "archive" / issued_place(lost, ".pdf")
    shutil.copy(printed, workspace.root / "inbox" / "扫描.pdf")
    before = {
        path: path.read_bytes() for path in (workspace.archive / "originals").rglob("*") if path.is_file()
    }
    code, _out = run(ingest_command, "--workspace", str(workspace.root))
    ledger = open_workspace(workspace.root).ledger
    arrival = ledger.view.arrivals()[-1]
    assert arrival.judged is not None
    reasons = {arrival.judged.reason, *(page.reason for page in arrival.judged.unlinked)} - {""}
    assert reasons == {"unknown_code"}
    assert code == 0  # taken; the page waits for a person
    assert {path: path.read_bytes() for path in before} == before
    assert run(ledger_command, "verify", "--workspace", str(workspace.root))[0] == 0
