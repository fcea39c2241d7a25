"""The conditions as a long-running watcher writes them down, looked at once a minute."""

from __future__ import annotations

import time
from contextlib import suppress
from threading import Thread
from typing import TYPE_CHECKING, Any

from evidence.config import utc_now
from evidence.health.authority import ask_if_due
from evidence.health.conditions import conditions
from evidence.health.model import as_json

if TYPE_CHECKING:
    from evidence.config import Workspace

_EVERY_S = 60.0


class Watched:
    """Called at each look of the inbox; asks the time-stamp authority beside it when that is due."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._known: list[dict[str, Any]] = []
        self._looked = -_EVERY_S

    def __call__(self) -> list[dict[str, Any]]:
        """All conditions, not older than a minute; the inbox itself as it is now."""
        if time.monotonic() - self._looked >= _EVERY_S:
            self._looked = time.monotonic()
            Thread(target=self._ask, daemon=True, name="time-stamp-check").start()
            self._known = as_json(conditions(self._workspace, utc_now(), watcher=False))
        return self._known

    def _ask(self) -> None:
        with suppress(OSError):  # a full disk is a condition of its own
            ask_if_due(self._workspace, utc_now())
