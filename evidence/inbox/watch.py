"""Watching the inbox: system notices only wake it up, what it does follows from looking.

A notice that is lost, doubled, late or in the wrong order changes nothing: every wake-up looks at the
whole folder, and what is found there decides. That also covers start-up and moved-in folders.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from evidence.errors import EvidenceError, LedgerDamagedError
from evidence.inbox.ingest import Intake
from evidence.inbox.passes import Pass
from evidence.inbox.settings import InboxSettings

_STORM_PAUSE_S = 0.2
"""Notices within this time are answered by one look."""
_MAX_BACKOFF_S = 60.0
_FOLLOW_S = 5.0
"""Between two looks at what other programs journalled."""


class Watch:
    """Runs passes until stopped."""

    def __init__(
        self,
        intake: Intake,
        *,
        inbox: Path,
        settings: InboxSettings,
        poll: bool = False,
        on_pass: Callable[[Pass], None] = lambda _pass: None,
        on_file: Callable[[str], None] = lambda _name: None,
        on_error: Callable[[Exception], None] = lambda _error: None,
        follow: Callable[[], None] = lambda: None,
    ) -> None:
        """Args: `follow`: called after each look and every few seconds between looks."""
        self._intake = intake
        self._inbox = inbox
        self._settings = settings
        self._poll = poll
        self._on_pass = on_pass
        self._on_file = on_file
        self._on_error = on_error
        self._follow = follow
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._observer: BaseObserver | None = None
        self._vanished = False
        """The inbox was not there at the last look."""

    def stop(self) -> None:
        """Finish the file at hand and return from `run`; safe in a signal handler."""
        self._stopping.set()
        self._wake.set()

    def nudge(self) -> None:
        """Look soon."""
        self._wake.set()

    def run(self) -> None:
        """Look at start, at every notice, and in any case from time to time.

        Raises:
            LedgerDamagedError: nothing may be written any more.
        """
        self._listen()
        try:
            self._loop()
        finally:
            self._stop_listening()

    def _loop(self) -> None:
        resumed = False
        failures = 0
        while not self._stopping.is_set():
            self._wake.clear()
            if self._vanished and self._inbox.is_dir():
                self._vanished = False
                self._stop_listening()  # notices came from the folder that went away
                self._listen()
            try:
                if not resumed:
                    self._intake.resume()
                    resumed = True
                result = self._intake.look_once(
                    patient=True,
                    progress=self._on_file,
                    announce=self._settings.announce_after_s,
                    stop=self._stopping.is_set,
                )
            except LedgerDamagedError:
                raise
            except (EvidenceError, OSError) as error:
                # disk full, share gone, ledger busy: nothing is lost, the files are still in the inbox
                failures += 1
                self._vanished = self._vanished or not self._inbox.is_dir()
                self._on_error(error)
                self._wait(min(_MAX_BACKOFF_S, 2.0**failures))
                continue
            self._on_pass(result)
            self._follow()
            if result.no_room is not None:  # what fitted was taken, the rest must wait
                failures += 1
                self._on_error(result.no_room)
                self._wait(min(_MAX_BACKOFF_S, 2.0**failures))
                continue
            failures = 0
            fallback = self._settings.poll_s if self._poll else self._settings.rescan_s
            self._wait(self._intake.next_look(fallback))

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + max(0.05, seconds)
        while not self._wake.wait(timeout=max(0.0, min(_FOLLOW_S, until - time.monotonic()))):
            if time.monotonic() >= until:
                return
            if not self._vanished and not self._inbox.is_dir():
                return  # a share that vanished sends no notice of it
            self._follow()
        if not self._stopping.is_set():
            time.sleep(_STORM_PAUSE_S)

    def _listen(self) -> None:
        self._observer = None if self._poll else self._observe()

    def _stop_listening(self) -> None:
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
        self._observer = None

    def _observe(self) -> BaseObserver | None:
        """The system's notices; where it has none to give, looking from time to time must do."""
        observer = Observer()
        try:
            observer.schedule(_Waker(self._wake), str(self._inbox), recursive=True)
            observer.start()
        except OSError as error:  # inotify watches exhausted, or a file system without notices
            self._on_error(error)
            self._poll = True
            return None
        return observer


class _Waker(FileSystemEventHandler):
    """Every change is a reason to look; reading and closing without writing are not."""

    def __init__(self, wake: threading.Event) -> None:
        self._wake = wake

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called in the observer's thread."""
        if event.event_type not in {"opened", "closed_no_write"}:
            self._wake.set()
