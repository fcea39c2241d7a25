"""Many dossiers assembled side by side, handed over one by one in order."""

from __future__ import annotations

import gc
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path

from evidence.bundles.dossier import DossierContent, write_dossier

WORTH_A_POOL = 6
"""Fewer dossiers than this are done before a second process has started."""
_BUFFER = 1 << 20
_MOST_PROCESSES = 4
"""Each holds one dossier at a time; more would only cost memory."""
_DOSSIERS_A_PROCESS = 8
"""Typesetting keeps what it worked out, some megabytes a dossier, until its process ends."""


def assemble_all(contents: Iterable[tuple[DossierContent, Path]], *, count: int) -> Iterator[Path]:
    """Unsigned dossiers in the order of their contents, each in its own new file.

    Args:
        contents: what goes in, and the file to write; read lazily, a little ahead of what is handed over,
            so that memory stays bounded.
        count: how many there will be; decides whether further processes are worth starting.

    Raises:
        PageUnreadableError: a stored scan cannot be read.
        MissingPartError: a font is missing.
        OSError: a file cannot be written.
    """
    processes = min(_MOST_PROCESSES, len(os.sched_getaffinity(0)))
    if count < WORTH_A_POOL or processes < 2:
        for content, target in contents:
            yield _write(content, target)
        return
    rest = iter(contents)
    while batch := list(islice(rest, 1)):
        yield from _side_by_side(chain(batch, islice(rest, processes * _DOSSIERS_A_PROCESS - 1)), processes)


def _side_by_side(contents: Iterable[tuple[DossierContent, Path]], processes: int) -> Iterator[Path]:
    ahead: deque[Future[Path]] = deque()
    # no plain fork: it would copy locks held by this process's threads; a clean server forks instead
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with ProcessPoolExecutor(processes, mp_context=context, initializer=_settle) as pool:
        try:
            for content, target in contents:
                ahead.append(pool.submit(_write_and_tidy, content, target))
                if len(ahead) > processes:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()


def _write(content: DossierContent, target: Path) -> Path:
    with target.open("xb", buffering=_BUFFER) as file:
        write_dossier(content, file)
    return target


def _settle() -> None:
    """Look for garbage after each dossier only: its pages refer to each other in circles, all at once."""
    gc.collect()
    gc.freeze()
    gc.disable()


def _write_and_tidy(content: DossierContent, target: Path) -> Path:
    try:
        return _write(content, target)
    finally:
        gc.collect()
