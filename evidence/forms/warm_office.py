"""One LibreOffice started ahead, so that a document asked for at the desk need not wait for the start.

LibreOffice hands a conversion over to a process that already runs with the same profile; having done it,
that process ends. So each process serves one call, and the next is started while nobody waits: no state of
one document reaches another, and a process that crashed or was killed while it waited costs only its start,
because the call then starts LibreOffice itself.
"""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Lock, Thread

from evidence.forms.office_process import end, environment, free_profile, profile_option

_HELD_BY_STANDARD_INPUT = '"$@" </dev/null & read -r _; kill -KILL 0'
"""The shell ends its whole process group when the pipe from us closes, whatever way we ended."""


@dataclass(frozen=True, slots=True)
class WarmOffice:
    """A LibreOffice that waits for one conversion, with the profile it holds."""

    profile: Path
    process: subprocess.Popen[bytes]
    held: ExitStack

    def finish(self) -> None:
        """End what is left of it and give its profile back."""
        end(self.process)
        self.held.close()


def start(office: Path) -> WarmOffice:
    """Start LibreOffice without a document; returns at once, it is ready about a second later."""
    with ExitStack() as held:
        profile = held.enter_context(free_profile())
        process = subprocess.Popen(
            [
                *("sh", "-c", _HELD_BY_STANDARD_INPUT, "sh"),
                *(str(office), profile_option(profile), "--headless", "--norestore", "--nolockcheck"),
                # what keeps it running without a document; nobody ever connects to it
                f"--accept=pipe,name=evidence-{profile.name};urp;",
            ],
            env=environment(),
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        return WarmOffice(profile=profile, process=process, held=held.pop_all())


class WarmOffices:
    """Keeps one LibreOffice waiting; whoever takes it has it for himself."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._office: Path | None = None
        self.waiting: WarmOffice | None = None
        """The one that is ready or about to be."""

    @contextlib.contextmanager
    def keep_ready(self, office: Path) -> Iterator[None]:
        """Have one waiting while the body runs; none is left running afterwards."""
        with self._lock:
            self._office = office
        self._start_next()
        try:
            yield
        finally:
            with self._lock:
                self._office = None
            last = self._taken()
            if last is not None:
                last.finish()

    @contextlib.contextmanager
    def taken(self) -> Iterator[Path | None]:
        """The profile of the waiting LibreOffice, or None when there is none; the next is started after."""
        warm = self._taken()
        try:
            yield warm.profile if warm else None
        finally:
            if warm is not None:
                warm.finish()
                Thread(target=self._start_next, daemon=True, name="warm-office").start()

    def _taken(self) -> WarmOffice | None:
        with self._lock:
            warm, self.waiting = self.waiting, None
        return warm

    def _start_next(self) -> None:
        with self._lock:
            if self._office is not None and self.waiting is None:
                self.waiting = start(self._office)


offices = WarmOffices()
"""Of this process; only `serve` keeps one ready."""
