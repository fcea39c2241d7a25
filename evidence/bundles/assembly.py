"""Many dossiers assembled side by side, handed over one by one in order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context

from evidence.bundles.dossier import DossierContent, build_dossier

WORTH_A_POOL = 6
"""Fewer dossiers than this are done before a second process has started."""
_MOST_PROCESSES = 4
"""Each holds one dossier at a time; more would only cost memory."""


def assemble_all(contents: Iterable[DossierContent], *, count: int) -> Iterator[bytes]:
    """Unsigned dossiers in the order of their contents.

    Args:
        contents: read lazily, a little ahead of what is handed over, so that memory stays bounded.
        count: how many there will be; decides whether further processes are worth starting.

    Raises:
        PageUnreadableError: a stored scan cannot be read.
        MissingPartError: a font is missing.
    """
    processes = min(_MOST_PROCESSES, len(os.sched_getaffinity(0)))
    if count < WORTH_A_POOL or processes < 2:
        yield from map(build_dossier, contents)
        return
    ahead: deque[Future[bytes]] = deque()
    # spawn: a fork would copy locks held by this process's threads
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        try:
            for content in contents:
                ahead.append(pool.submit(build_dossier, content))
                if len(ahead) > processes:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()
