"""Work in processes of its own, so that pages never wait for it: reckoning, and taking files in.

Python runs one thread at a time. A page answered in 10 ms would take a quarter of a second while the
same process judges a week, however many threads it has; another process, at low priority, costs it
nothing. Both processes end when the desk does, even when it is killed: they read a pipe whose other
end only the desk holds.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event, Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING, Any

import msgspec

from evidence.domain.week import Week
from evidence.language import _
from evidence.web.reckoning import Due, Judged, judge_week, judged_lines, list_due
from evidence.web.reckoning_kept import Kept, LinesAsked
from evidence.web.worklist import Worklist

if TYPE_CHECKING:
    from evidence.config import Workspace

NICENESS = 5
_SPAWN = multiprocessing.get_context("spawn")
_REST_S = 20.0
"""A reckoner that dies at once is not started again at once: the desk reckons itself meanwhile."""
_LONGEST_REST_S = 60.0
_JUDGED = msgspec.msgpack.Decoder(Judged)
_DUE = msgspec.msgpack.Decoder(Due)
_LINES = msgspec.msgpack.Decoder(Worklist)
_DAMAGED = 6
"""Exit code of an intake that found the ledger damaged: nothing may be written any more."""


class Reckoner:
    """Judges in another process; in this one whenever the other cannot answer."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        # Three lines, so that a week never waits for the long list of what is due, nor a page for either.
        self._week, self._due, self._lines = _Line(), _Line(), _Line()
        self._lock = Lock()
        self._process: Any = None
        self._launched = 0.0

    @property
    def pid(self) -> int | None:
        """The process's id; None while there is none."""
        process = self._process
        return None if process is None else process.pid

    def start(self) -> None:
        """Start the process; until then everything is reckoned here."""
        with self._lock:
            self._launch()

    def stop(self) -> None:
        """End the process."""
        with self._lock:
            process, self._process = self._process, None
            self._week.hang_up()
            self._due.hang_up()
            self._lines.hang_up()
        if process is not None:
            process.terminate()
            process.join(timeout=10)

    def week(self, week: Week, at: datetime) -> Judged:
        """One week judged as of `at`."""
        answer = self._ask(self._week, (week, at))
        # an instant comes back in UTC, and the desk asks which day it was here
        return replace(_JUDGED.decode(answer), at=at) if answer else judge_week(self._workspace, week, at)

    def due(self, at: datetime) -> Due:
        """What is due after `at`."""
        answer = self._ask(self._due, at)
        return _DUE.decode(answer) if answer else list_due(self._workspace, at)

    def lines(self, judged: Judged, due: Due | None, today: date) -> Worklist:
        """What people have to do by these two answers, arrivals aside."""
        answer = self._lines.ask(LinesAsked.of(judged, due, today))
        return _LINES.decode(answer) if answer else judged_lines(judged, due, today)

    def _ask(self, line: _Line, question: object) -> bytes:
        answer = line.ask(question)
        if not answer:
            with self._lock:
                rested = monotonic() - self._launched >= _REST_S
                if rested and self._process is not None and not _lives(self._process):
                    self._launch()
        return answer

    def _launch(self) -> None:
        self._launched = monotonic()
        weeks, theirs = _SPAWN.Pipe()
        dues, theirs_too = _SPAWN.Pipe()
        lines, theirs_also = _SPAWN.Pipe()
        ends = (theirs, theirs_too, theirs_also)
        self._process = _SPAWN.Process(
            target=_reckon, args=(self._workspace.root, *ends), name="desk-reckoner", daemon=True
        )
        self._process.start()
        for end in ends:
            end.close()
        self._week.connect(weeks)
        self._due.connect(dues)
        self._lines.connect(lines)


def _lives(process: Any) -> bool:
    """A process that hung up is about to die, if it has not yet."""
    process.join(timeout=1)
    return bool(process.is_alive())


class _Line:
    """One question at a time; an empty answer means: reckon it yourself."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._pipe: Connection | None = None

    def connect(self, pipe: Connection) -> None:
        self.hang_up()
        self._pipe = pipe

    def hang_up(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        self._pipe = None

    def ask(self, question: object) -> bytes:
        with self._lock:
            pipe = self._pipe
            if pipe is None:
                return b""
            try:
                pipe.send(question)
                return pipe.recv_bytes()
            except (EOFError, OSError):
                self._pipe = None
                return b""


def _reckon(root: Path, weeks: Connection, dues: Connection, lines: Connection) -> None:
    """The process: answers until the desk hangs up."""
    _low()
    from evidence.config import open_workspace

    kept = Kept(open_workspace(root))
    for pipe, make in ((dues, kept.due), (lines, kept.lines)):
        Thread(target=_answer, args=(pipe, make), daemon=True).start()
    _answer(weeks, lambda asked: kept.week(*asked))


def _answer(pipe: Connection, make: Callable[[Any], object]) -> None:
    while True:
        try:
            question = pipe.recv()
        except (EOFError, OSError):
            return
        try:
            # not pickled: what that takes to read, the pages would wait
            answer = msgspec.msgpack.encode(make(question))
        except Exception:
            # The desk tries itself and shows the person what is wrong, with its remedy.
            answer = b""
        with contextlib.suppress(OSError):
            pipe.send_bytes(answer)


class IntakeProcess:
    """The inbox watcher in its own process, started again should it ever die."""

    def __init__(
        self, root: Path, *, poll: bool, tell: Callable[[str], None], clock_is_right: bool = False
    ) -> None:
        self._root = root
        self._clock_is_right = clock_is_right
        self._poll = poll
        self._tell = tell
        self._stopping = Event()
        self._pipe: Connection | None = None
        self._thread = Thread(target=self._keep, name="inbox-watch", daemon=True)

    @property
    def running(self) -> bool:
        """Whether files are being taken in."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Let it finish the file at hand."""
        self._stopping.set()
        if self._pipe is not None:
            self._pipe.close()
        self._thread.join(timeout=60)

    def _keep(self) -> None:
        deaths = 0
        while not self._stopping.is_set():
            self._pipe, theirs = _SPAWN.Pipe()
            process = _SPAWN.Process(
                target=_watch, args=(self._root, self._poll, theirs, self._clock_is_right), name="desk-intake"
            )
            process.start()
            theirs.close()
            if self._stopping.is_set():
                self._pipe.close()
            process.join()
            if self._stopping.is_set():
                return
            if process.exitcode == _DAMAGED:
                self._tell(_("✕ 账本受损，已停止接收文件。请运行 evidence ledger verify。"))
                return
            deaths += 1
            self._tell(_("✕ 收件夹守候意外中断，即将重新开始；文件都还在收件夹里。"))
            self._stopping.wait(min(_LONGEST_REST_S, 2.0**deaths))


def _watch(root: Path, poll: bool, pipe: Connection, clock_is_right: bool) -> None:
    """The process: takes files in until the desk hangs up or the system asks it to stop."""
    _low()
    from evidence.config import open_workspace
    from evidence.errors import LedgerDamagedError
    from evidence.health.heartbeat import FILE_NAME
    from evidence.health.watched import Watched
    from evidence.inbox.service import run_service
    from evidence.workers.beside import beside_the_watcher

    workspace = replace(open_workspace(root), clock_is_right=clock_is_right)

    def until_the_desk_hangs_up(stop: Callable[[], None]) -> None:
        Thread(target=_wait_for_the_end, args=(pipe, stop), daemon=True).start()

    try:
        with beside_the_watcher(workspace, say=_remark):
            run_service(
                workspace.intake,
                inbox=workspace.inbox,
                settings=workspace.settings.inbox,
                view=lambda: workspace.ledger.view,
                health=workspace.archive / FILE_NAME,
                poll=poll,
                log=None,
                say=lambda _line: None,
                warn=lambda line: print(f"✕ {line}", file=sys.stderr, flush=True),
                follow=workspace.case_tree.follow,
                conditions=Watched(workspace),
                stops_at=(signal.SIGTERM,),
                given_stop=until_the_desk_hangs_up,
            )
    except LedgerDamagedError as error:
        print(f"✕ {error}", file=sys.stderr, flush=True)
        raise SystemExit(_DAMAGED) from error


def _remark(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _wait_for_the_end(pipe: Connection, stop: Callable[[], None]) -> None:
    with contextlib.suppress(EOFError, OSError):
        pipe.recv()
    stop()


def _low() -> None:
    """Pages come first; Ctrl-C is for the desk to answer, which then hangs up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)
