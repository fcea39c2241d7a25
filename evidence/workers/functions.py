"""The job functions by name: for a worker, for a process of the pool, for a test.

Each one asks the ledger first whether its effect is already there, so that a job delivered a second
time, because its worker died between the effect and saying so, changes nothing.
"""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path

from evidence.config import Workspace, open_workspace

FUNCTIONS = {
    "recognise": "evidence.workers.recognise:recognise",
    "issue": "evidence.workers.issue:issue",
    "tell": "evidence.workers.tell:tell",
}
"""Names as they stand in queues, never given to another function; imported when first wanted."""


def perform(workspace: Workspace, function: str, arguments: Mapping[str, str]) -> None:
    """Do one job.

    Raises:
        KeyError: a newer program queued it.
    """
    work: Callable[..., None] = pkgutil.resolve_name(FUNCTIONS[function])
    work(workspace, **arguments)


def run(workspace: str, function: str, arguments: Mapping[str, str]) -> None:
    """Do one job in a process of the pool."""
    perform(_opened(Path(workspace)), function, arguments)


@lru_cache(maxsize=4)
def _opened(root: Path) -> Workspace:
    return open_workspace(root)
