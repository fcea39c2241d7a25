"""Work that goes on beside the main one, a thread each, so that none waits for another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread


@contextmanager
def beside(work: Mapping[str, Callable[[Event], None]], *, patience_s: float) -> Iterator[None]:
    """Run each piece of work while the block runs.

    Args:
        work: name of the thread -> what it does until the event is set.
        patience_s: seconds that each is waited for at the end; what hangs then ends with the process.
    """
    stopped = Event()
    threads = [Thread(target=do, args=(stopped,), name=name, daemon=True) for name, do in work.items()]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopped.set()
        for thread in threads:
            thread.join(timeout=patience_s)
