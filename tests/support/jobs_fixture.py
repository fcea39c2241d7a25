"""A workspace whose recognition is played, for what takes work elsewhere; also its child processes.

`python -m tests.support.jobs_fixture worker ROOT` is an `evidence worker`; a scan with the line `#hang` stops
whoever reads it, after saying so in `ROOT/begun`.
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from evidence.archive.originals import Originals
from evidence.config import Workspace, open_workspace
from evidence.inbox.deferred import DeferredRecognition
from evidence.inbox.ingest import Intake
from evidence.inbox.quarantine import Quarantine
from evidence.inbox.understand import Understander
from evidence.ledger.settings import LedgerSettings
from evidence.settings import SETTINGS_FILE
from evidence.workers.functions import perform
from tests.support.inbox_fixture import NOW, QUICK, TITLES, PlayedReader, PlayedReading, issue
from tests.support.postgres_server import toml

WHOSE = '[contract]\ncode = "WJB"\n'
FAST = "stalled_s = 2\nretry_wait_s = 0\nattempts = 3\n"


@dataclass
class StoppingReader(PlayedReader):
    """Reads as played, until it meets a file that stops it or fails."""

    root: Path = Path()

    def read(self, path: Path, media_type: str) -> PlayedReading:
        text = path.read_bytes()
        if b"#hang" in text and not (self.root / "released").exists():
            (self.root / "begun").write_text(str(os.getpid()))
            signal.pause()
        if b"#fail" in text and not (self.root / "mended").exists():
            raise MemoryError("内存不足")
        return super().read(path, media_type)


def make_workspace(root: Path, settings: LedgerSettings | None = None, jobs: str = "") -> Workspace:
    """A workspace with one issued form; its ledger in a database if settings name one."""
    (root / "inbox").mkdir(parents=True)
    table = "" if settings is None else toml(settings)
    (root / SETTINGS_FILE).write_text(f"{WHOSE}{table}\n[jobs]\n{FAST}{jobs}", encoding="utf-8")
    workspace = played(root)
    issue(workspace.ledger)
    return workspace


def played(root: Path) -> Workspace:
    """The workspace as one process sees it."""
    workspace = open_workspace(root, clock=lambda: NOW)
    originals = Originals(root / "archive" / "originals")
    reader = StoppingReader(root=root)
    jobs = workspace.settings.jobs
    queue = workspace.queue
    deferred = (
        None
        if queue is None
        else DeferredRecognition(queue=queue, most_waiting=jobs.most_waiting, clock=lambda: NOW)
    )
    vars(workspace)["intake"] = Intake(
        inbox=root / "inbox",
        ledger=workspace.ledger,
        originals=originals,
        quarantine=Quarantine(root / "archive" / "quarantine", originals),
        understander=Understander(pages=reader, settings=QUICK, inbox=root / "inbox", titles=lambda: TITLES),
        settings=QUICK,
        clock=lambda: NOW,
        deferred=deferred,
    )
    return workspace


def run(workspace: str, function: str, arguments: dict[str, str]) -> None:
    """One job in a process of the pool."""
    perform(played(Path(workspace)), function, arguments)


if __name__ == "__main__" and sys.argv[1] == "worker":
    from evidence.workers.worker import Worker

    Worker(played(Path(sys.argv[2]))).run()
