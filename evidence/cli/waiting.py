"""What is shown while something takes longer than a second.

On a terminal one line that changes, with a bar where the amount is known; elsewhere plain lines.
Everything goes to stderr and is gone when the work is done; rich leaves colours out under NO_COLOR.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from evidence.cli.output import progress

if TYPE_CHECKING:
    from rich.status import Status


class Tell(Protocol):
    """How far the work is."""

    def __call__(self, done: int, total: int | None = None, what: str = "") -> None:
        """So many of so many, and what is at work now."""


@contextmanager
def counting(doing: str, *, plain: bool = True) -> Iterator[Tell]:
    """A bar for work that is counted; `total` may become known, or grow, on the way.

    Args:
        doing: what is being done, as its heading.
        plain: a line for every step where there is no terminal; False when the caller says its own.
    """
    if not sys.stderr.isatty():
        yield lambda done, total=None, what="": progress(_line(doing, done, total, what)) if plain else None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
        TextColumn("{task.fields[what]}"),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(escape(doing), total=None, what="")
        yield lambda done, total=None, what="": bar.update(
            task, completed=done, total=total, what=escape(what)
        )


def _line(doing: str, done: int, total: int | None, what: str) -> str:
    amount = f"{done}/{total}" if total is not None else str(done)
    return "  ".join(part for part in (doing, amount, what) if part)


class Working:
    """Work without a known amount: what it does now, as one changing line or as plain lines."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._status: Status | None = None

    def __enter__(self) -> Working:
        if not sys.stderr.isatty():
            progress(self._doing)
            return self
        from rich.console import Console
        from rich.markup import escape

        self._status = Console(stderr=True).status(escape(self._doing))
        self._status.start()
        return self

    def __exit__(self, *raised: object) -> None:
        if self._status is not None:
            self._status.stop()

    def say(self, doing: str) -> None:
        """The next step."""
        if self._status is None:
            progress(doing)
            return
        from rich.markup import escape

        self._status.update(escape(doing))

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave the terminal to somebody who is asked a question."""
        if self._status is None:
            yield
            return
        self._status.stop()
        try:
            yield
        finally:
            self._status.start()
