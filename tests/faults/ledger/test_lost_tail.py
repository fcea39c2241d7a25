"""The end of the journal is taken away, or its past rewritten: whoever comes next is stopped, nothing is
overwritten, and the archive brings back what it proves. On a week as the demo leaves it, once as an older
program left it and once with the positions of today's.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from evidence.cli.audit import audit_command
from evidence.cli.backup import backup_command
from evidence.cli.check import check_command
from evidence.cli.doctor import doctor_command
from evidence.cli.forms import issue_command
from evidence.cli.handover import bundle_command
from evidence.cli.intake import ingest_command
from evidence.cli.ledger import ledger_command
from evidence.cli.serve import serve_command
from evidence.config import open_workspace
from evidence.errors import EvidenceError, ExitCode
from evidence.ledger import chain
from evidence.ledger.codec import read_line
from evidence.ledger.comparison import LedgerBehindError, LedgerRewrittenError, check_at_opening
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.merkle import Frontier
from evidence.ledger.upkeep import LedgerRecovered
from tests.support.kept_workspace import kept_workspace

LINES = 88
"""Of the kept week."""
UNDER_CHECKPOINT = 84


@pytest.fixture(scope="module", params=["older program", "with positions"])
def week(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = kept_workspace(tmp_path_factory.mktemp("week") / "workspace")
    if request.param == "with positions":
        ledger = open_workspace(root).ledger
        assert ledger.positions is not None
        ledger.positions.rebuild(ledger.lines())
    return root


@pytest.fixture
def journal(week: Path) -> Path:
    return week / "archive" / "ledger" / "journal.jsonl"


@pytest.fixture
def whole(journal: Path) -> list[bytes]:
    """The journal's lines; they are all there again after the test, as is everything else."""
    return journal.read_bytes().splitlines(keepends=True)


@pytest.fixture(autouse=True)
def restored_afterwards(week: Path):  # type: ignore[no-untyped-def]
    before = {path: path.read_bytes() for path in week.rglob("*") if path.is_file()}
    yield
    for path in week.rglob("*"):
        if path.is_file() and path not in before:
            path.unlink()
    for path, data in before.items():
        if not path.is_file() or path.read_bytes() != data:
            path.unlink(missing_ok=True)
            path.write_bytes(data)


def run(command: click.Command, week: Path, *arguments: str) -> int:
    """The command's exit code, as `evidence` would end."""
    given = [*arguments, "--workspace", str(week)]
    try:
        result = CliRunner().invoke(command, given, standalone_mode=False, catch_exceptions=False)
    except EvidenceError as error:
        return int(error.exit_code)
    return int(result.return_value or 0)


def last_of_each_kind(lines: Sequence[bytes]) -> dict[str, int]:
    return {read_line(line.rstrip(b"\n"), seq).kind: seq for seq, line in enumerate(lines)}


def contents(week: Path) -> dict[str, str]:
    """Digest of every file but keys, locks and what an opened ledger keeps for itself."""
    return {
        path.relative_to(week).as_posix(): sha256(path.read_bytes()).hexdigest()
        for path in week.rglob("*")
        if path.is_file() and path.suffix not in (".lock", ".sync") and "keys" not in path.parts
    }


def rechained(lines: Sequence[bytes], change: Callable[[int, dict[str, object]], None]) -> list[bytes]:
    """The same story with a change and every digest behind it made anew."""
    told, digest = [], chain.START
    for seq, line in enumerate(lines):
        fields = json.loads(line)
        kept = {name: fields[name] for name in ("actor", "at", "kind", "payload")}
        change(seq, kept)
        sealed, digest = chain.seal(kept, seq=seq, prev=digest)
        told.append(sealed + b"\n")
    return told


def test_a_cut_at_any_line_is_seen_when_the_ledger_is_opened(
    week: Path, journal: Path, whole: list[bytes]
) -> None:
    assert len(whole) == LINES
    check_at_opening(open_workspace(week).ledger_as_found, "WJB")
    for kept in range(LINES):
        journal.write_bytes(b"".join(whole[:kept]))
        ledger = open_workspace(week).ledger_as_found
        with pytest.raises(LedgerBehindError) as seen:
            check_at_opening(ledger, "WJB")
        assert seen.value.exit_code == ExitCode.LEDGER_DAMAGED
        assert "ledger recover" in seen.value.remedy


def test_after_a_cut_nothing_is_issued_packed_or_taken_and_nothing_changes(
    week: Path, journal: Path, whole: list[bytes]
) -> None:
    (week / "inbox" / "新到.pdf").write_bytes(b"%PDF-1.4 a file that came meanwhile")
    for kind, seq in last_of_each_kind(whole).items():
        journal.write_bytes(b"".join(whole[:seq]))
        before = contents(week)
        for command, arguments in (
            (issue_command, ("WJB22-0002", "JC", "--blank")),
            (bundle_command, ("--week", "2022-W13")),
            (ingest_command, ()),
            (check_command, ()),
        ):
            assert run(command, week, *arguments) == ExitCode.LEDGER_DAMAGED, (kind, command.name)
        assert contents(week) == before, kind


def test_the_desk_does_not_open_over_a_cut_journal(week: Path, journal: Path, whole: list[bytes]) -> None:
    journal.write_bytes(b"".join(whole[: LINES - 2]))
    before = contents(week)
    assert run(serve_command, week, "--no-watch") == ExitCode.LEDGER_DAMAGED
    assert contents(week) == before


def test_a_backup_of_a_cut_journal_is_made_and_says_so(
    week: Path, journal: Path, whole: list[bytes], tmp_path: Path
) -> None:
    journal.write_bytes(b"".join(whole[: LINES - 2]))
    (disk := tmp_path / "backup").mkdir()
    assert run(backup_command, week, str(disk), "--same-disk") == ExitCode.LEDGER_DAMAGED
    saved = disk / "archive" / "ledger" / "journal.jsonl"
    assert saved.read_bytes() == journal.read_bytes()


@pytest.mark.parametrize("kept", [0, 40, UNDER_CHECKPOINT, LINES - 1])
def test_verify_audit_and_doctor_say_that_the_journal_is_behind(
    week: Path, journal: Path, whole: list[bytes], kept: int
) -> None:
    journal.write_bytes(b"".join(whole[:kept]))
    before = contents(week)
    assert run(ledger_command, week, "verify") == ExitCode.LEDGER_DAMAGED
    assert run(audit_command, week) == ExitCode.LEDGER_DAMAGED
    assert run(doctor_command, week) == ExitCode.LEDGER_DAMAGED
    assert contents(week) == before


def test_recover_brings_back_what_the_archive_proves(week: Path, journal: Path, whole: list[bytes]) -> None:
    remembers = (week / "archive" / "position.json").exists()
    for kept in {*last_of_each_kind(whole).values(), LINES - 1}:
        journal.write_bytes(b"".join(whole[:kept]))
        restore_positions = {
            path: path.read_bytes() for path in (week / "archive").rglob("position*") if path.is_file()
        }
        assert run(ledger_command, week, "recover") == 0
        ledger = open_workspace(week).ledger
        lines = [line + b"\n" for line in ledger.lines()]
        regained = LINES if remembers else max(UNDER_CHECKPOINT, kept)
        assert lines[:regained] == whole[:regained]
        said = read_line(lines[regained].rstrip(b"\n"), regained).event
        assert isinstance(said, LedgerRecovered)
        assert (said.size, said.regained) == (kept, regained - kept)
        view = ledger.view
        assert [package.id for package in view.packages()] == ["WJB-2022-W13"]
        assert [made.week for made in view.checkpoints()] == ["2022-W13"]
        assert view.arrival_counts() == {"linked": 13}
        assert [held.form.number[-6:] for held in view.documents(None)] == [
            "HS-001", "JH-001", "JH-002", "JH-003", "YD-001",
        ]  # fmt: skip
        assert run(ledger_command, week, "verify") == 0
        assert run(ledger_command, week, "recover") == 0
        assert open_workspace(week).ledger.head == ledger.head
        for path in (week / "archive").rglob("position*"):
            path.unlink()
        for path, data in restore_positions.items():
            path.write_bytes(data)


def test_a_rewritten_past_is_refused_by_whoever_judges_or_signs(
    week: Path, journal: Path, whole: list[bytes]
) -> None:
    def another_time(seq: int, fields: dict[str, object]) -> None:
        if seq == 30:
            fields["at"] = "2022-01-01T00:00:00Z"

    journal.write_bytes(b"".join(rechained(whole, another_time)))
    before = contents(week)
    for command, arguments in (
        (bundle_command, ("--week", "2022-W14", "--at", "2022-04-08T15:00+08:00")),
        (check_command, ("--at", "2022-04-08T15:00+08:00")),
        (ledger_command, ("verify",)),
        (audit_command, ()),
    ):
        assert run(command, week, *arguments) == ExitCode.LEDGER_DAMAGED, command.name
    assert contents(week) == before


def test_a_past_rewritten_with_its_checkpoint_is_betrayed_by_the_package(
    week: Path, journal: Path, whole: list[bytes]
) -> None:
    frontier = Frontier()
    told: list[bytes] = []

    def another_history(seq: int, fields: dict[str, object]) -> None:
        payload = fields["payload"]
        assert isinstance(payload, dict)
        if seq == 30:
            fields["at"] = "2022-01-01T00:00:00Z"
        if fields["kind"] == "checkpoint.made/1":
            frontier.extend(line.rstrip(b"\n") for line in told[:UNDER_CHECKPOINT])
            payload["root"] = frontier.root.hex()
            payload["text"] = payload["text"].replace(
                payload["text"].splitlines()[2], b64encode(frontier.root).decode()
            )

    told = rechained(whole[:UNDER_CHECKPOINT], another_history)
    journal.write_bytes(b"".join(rechained(whole, another_history)))
    ledger = EmbeddedLedger.open(journal.parent, snapshots=False)
    assert ledger.tree(UNDER_CHECKPOINT).root.hex() == ledger.view.checkpoints()[0].root
    with pytest.raises(LedgerRewrittenError):
        open_workspace(week).ledger  # noqa: B018 - opening is what is refused
    assert run(ledger_command, week, "verify") == ExitCode.LEDGER_DAMAGED
