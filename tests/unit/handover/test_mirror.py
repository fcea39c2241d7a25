"""Checkpoints leave the house at once, are never replaced there, and speak against a rewritten journal."""

from __future__ import annotations

import base64
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from pathlib import Path

import pytest
from click.testing import CliRunner

from evidence.cli.program import cli
from evidence.errors import ExitCode
from evidence.handover.mirror import kept_outside, lacking_outside, mirror
from evidence.handover.settings import WitnessSettings
from evidence.ledger.checkpoint import Checkpoint, make
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import CheckpointMade
from evidence.ledger.ledger import Ledger
from tests.support.ledger_scenario import START, taken


def checkpoint(ledger: Ledger, week: str) -> CheckpointMade:
    size, root = ledger.head.size, ledger.tree().root
    text = make(Checkpoint(origin="evidence/WJB", size=size, root=root, extensions=(f"week {week}",)))
    made = CheckpointMade(week=week, size=size, root=root.hex(), text=text)
    ledger.append("bundle", made)
    return made


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workspace with two checkpoints and a folder on another machine."""
    (tmp_path / "outside").mkdir()
    work = tmp_path / "work"
    work.mkdir()
    (work / "evidence.toml").write_text(
        '[contract]\ncode = "WJB"\n[witness]\nfolder = "../outside"\n', encoding="utf-8"
    )
    ledger = EmbeddedLedger.open(work / "archive" / "ledger", clock=lambda: START)
    for number, week in enumerate(("2022-W11", "2022-W12"), 1):
        ledger.append("x", taken(number, f"{number}.pdf", str(number)))
        checkpoint(ledger, week)
    return work


FOLDER = WitnessSettings(folder="../outside")


def all_of(root: Path) -> tuple[CheckpointMade, ...]:
    return EmbeddedLedger.open(root / "archive" / "ledger").view.checkpoints()


def run(root: Path, *arguments: str) -> int:
    result = CliRunner().invoke(cli, [*arguments, "--workspace", str(root)], standalone_mode=False)
    return getattr(result.exception, "exit_code", result.return_value or 0)


def test_the_folder_gets_each_once_and_keeps_what_it_has(root: Path) -> None:
    checkpoints = all_of(root)
    assert lacking_outside(checkpoints, FOLDER, root) == 2
    first = mirror(checkpoints, FOLDER, root)
    assert (len(first.places), first.troubles) == (2, ())
    assert sorted(kept_outside(FOLDER, root).values()) == sorted(each.text.encode() for each in checkpoints)
    again = mirror(checkpoints, FOLDER, root)
    assert (again.places, again.troubles) == ((), ())
    assert lacking_outside(checkpoints, FOLDER, root) == 0


def test_a_folder_that_is_away_stops_nothing_and_is_made_good_later(root: Path) -> None:
    outside = root.parent / "outside"
    outside.rename(root.parent / "away")
    away = mirror(all_of(root), FOLDER, root)
    assert (away.places, len(away.troubles)) == ((), 1)
    assert not outside.exists(), "an unmounted share is not made up"
    assert run(root, "ledger", "mirror") == ExitCode.MISSING_PART
    (root.parent / "away").rename(outside)
    assert run(root, "ledger", "mirror") == ExitCode.DONE
    assert len(list(outside.iterdir())) == 2


def test_a_journal_that_was_rewritten_or_cut_disagrees_with_its_mirror(root: Path, tmp_path: Path) -> None:
    mirror(all_of(root), FOLDER, root)
    assert run(root, "ledger", "verify") == ExitCode.DONE
    journal = root / "archive" / "ledger" / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:1]))
    for derived in (root / "archive").rglob("position*"):
        derived.unlink()
    for snapshot in (root / "archive" / "ledger").iterdir():
        if snapshot != journal:
            snapshot.unlink()
    assert run(root, "ledger", "verify") == ExitCode.LEDGER_DAMAGED, "cut"
    forged = EmbeddedLedger.open(tmp_path / "forged", clock=lambda: START)
    forged.append("x", taken(9, "另一个.pdf", "9"))
    checkpoint(forged, "2022-W11")
    told = mirror(forged.view.checkpoints(), FOLDER, root)
    assert len(told.troubles) == 1
    assert "改写" in told.troubles[0]


class _Mailbox(socketserver.StreamRequestHandler):
    """Enough of RFC 5321 for one client."""

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            match line[:4].upper():
                case b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    letter = b""
                    while (part := self.rfile.readline()) != b".\r\n":
                        letter += part
                    self.server.letters.append(letter)  # type: ignore[attr-defined]
                    self.wfile.write(b"250 kept\r\n")
                case b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                case _:
                    self.wfile.write(b"250 well\r\n")


@contextmanager
def mailbox() -> Iterator[tuple[int, list[bytes]]]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Mailbox) as server:
        server.letters = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1], server.letters  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()


def test_a_mailbox_gets_each_checkpoint_once_to_the_letter(root: Path) -> None:
    checkpoints = all_of(root)
    with mailbox() as (port, letters):
        settings = WitnessSettings(
            mail_to="witness@example.cn", mail_from="evidence@example.cn", smtp_host="127.0.0.1",
            smtp_port=port, smtp_security="none",
        )  # fmt: skip
        assert lacking_outside(checkpoints, settings, root) == 2
        assert mirror(checkpoints[:1], settings, root).places == ("witness@example.cn",)
        assert mirror(checkpoints, settings, root).places == ("witness@example.cn",)
        assert mirror(checkpoints, settings, root).places == ()
        assert lacking_outside(checkpoints, settings, root) == 0
    attached = [
        base64.b64decode(str(part.get_payload()).encode())
        for letter in letters
        for part in message_from_bytes(letter).walk()
        if part.get_filename()
    ]
    assert attached == [each.text.encode() for each in checkpoints]
    nobody = WitnessSettings(
        mail_to="witness@example.cn", mail_from="evidence@example.cn", smtp_host="127.0.0.1", smtp_port=port,
        smtp_security="none",
    )  # fmt: skip
    (root / "archive" / "checkpoints-mailed.json").unlink()
    silent = mirror(checkpoints, nobody, root)
    assert (silent.places, len(silent.troubles)) == ((), 1)
    assert lacking_outside(checkpoints, nobody, root) == 2
