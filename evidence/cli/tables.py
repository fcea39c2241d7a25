"""Aligned tables: as wide as the terminal, wrapped inside the cell; unwrapped where a program reads them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence

from evidence.cli.signs import bold

UNBOUNDED = 10_000
"""Columns of a reader that is no terminal."""
WHOLE = 18
"""Cells up to this width are never broken: dates, numbers, states."""


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, indent: int = 0) -> Iterator[str]:
    """The lines of a table, without colour: whoever says them tints the shapes.

    Args:
        heads: one heading for each column; all empty for a table without a heading row.
        rows: cells, shown as text.
        indent: spaces before every line.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=any(heads))
    cells = [[Text(str(cell)) for cell in row] for row in rows]
    for place, head in enumerate(heads):
        widest = max((row[place].cell_len for row in cells), default=0)
        drawn.add_column(Text(head), no_wrap=widest <= WHOLE)
    for row in cells:
        drawn.add_row(*row)
    width = None if sys.stdout.isatty() else UNBOUNDED
    console = Console(width=width, color_system=None)
    if width is None:
        console.width -= indent
    with console.capture() as shown:
        console.print(drawn)
    for place, line in enumerate(shown.get().splitlines()):
        text = " " * indent + line.rstrip()
        yield bold(text) if drawn.show_header and place == 0 else text
