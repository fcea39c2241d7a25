"""Many dossiers assembled side by side, handed over one by one in order.

Files from outside are turned into plain pages by the bounded children of the calling process, which serve
every dossier; the processes that typeset and join hold no children of their own, which would take longer to
start than a dossier takes to make.
"""

from __future__ import annotations

import gc
import os
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import suppress
from multiprocessing import get_context
from pathlib import Path

from evidence.bundles.dossier import DossierContent, files_of, write_dossier
from evidence.bundles.sources import BOUNDS, Conversion, convert
from evidence.errors import UnreadableError
from evidence.isolation.calls import run_bounded

WORTH_A_POOL = 6
"""Fewer dossiers than this are done before a second process has started."""
_BUFFER = 1 << 20
_MOST_PROCESSES = 4
"""Each holds one dossier at a time; more would only cost memory."""


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
    else:
        yield from _side_by_side(contents, processes)


def _side_by_side(contents: Iterable[tuple[DossierContent, Path]], processes: int) -> Iterator[Path]:
    ahead: deque[Future[Path]] = deque()
    # no plain fork: it would copy locks held by this process's threads; a clean server forks instead
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    with (
        ProcessPoolExecutor(processes, mp_context=context, initializer=_settle) as pool,
        ThreadPoolExecutor(processes, thread_name_prefix="dossiers") as readers,
    ):
        try:
            for content, target in contents:
                ahead.append(readers.submit(_read_and_write, pool, content, target))
                if len(ahead) > processes:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()


def _read_and_write(pool: ProcessPoolExecutor, content: DossierContent, target: Path) -> Path:
    """Read what came from outside here, typeset and join in another process."""
    plain: dict[Path, Path] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for number, (path, media_type) in enumerate(files_of(content)):
            pages = Path(scratch) / f"{number}.pdf"
            # whoever joins the pages tries again what cannot be read, and knows whether it may be left out
            with suppress(UnreadableError):
                run_bounded(convert, Conversion(path=path, media_type=media_type, target=pages), BOUNDS)
                plain[path] = pages
        return pool.submit(_write_and_tidy, content, target, plain).result()


def _write(content: DossierContent, target: Path, plain: dict[Path, Path] | None = None) -> Path:
    with target.open("xb", buffering=_BUFFER) as file:
        write_dossier(content, file, plain)
    return target


def _settle() -> None:
    """Look for garbage after each dossier only: its pages refer to each other in circles, all at once."""
    gc.collect()
    gc.freeze()
    gc.disable()


def _write_and_tidy(content: DossierContent, target: Path, plain: dict[Path, Path]) -> Path:
    try:
        return _write(content, target, plain)
    finally:
        gc.collect()
