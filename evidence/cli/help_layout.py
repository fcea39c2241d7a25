"""Help in columns that are even also where a Chinese character takes two: click counts characters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import click


class EvenColumns(click.HelpFormatter):
    """click's layout, measured in columns of the terminal."""

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write terms with their explanations beside them.

        Args:
            rows: term and explanation.
            col_max: columns a term may take before its explanation goes below it.
            col_spacing: columns between the two.
        """
        from rich.cells import cell_len

        listed = list(rows)
        beside = min(max((cell_len(term) for term, _told in listed), default=0), col_max) + col_spacing
        margin = " " * self.current_indent
        for term, told in listed:
            lines = list(_lines(told, max(self.width - beside - self.current_indent, 10)))
            used = cell_len(term)
            if lines and used + col_spacing <= beside:
                self.write(f"{margin}{term}{' ' * (beside - used)}{lines.pop(0)}\n")
            else:
                self.write(f"{margin}{term}\n")
            for line in lines:
                self.write(f"{margin}{' ' * beside}{line}\n")


def _lines(text: str, width: int) -> Iterator[str]:
    """The text in lines of so many columns; broken between words, and between Chinese characters."""
    from rich.console import Console
    from rich.text import Text

    console = Console(width=width, color_system=None, force_terminal=False)
    for line in Text(" ".join(text.split())).wrap(console, width):
        yield line.plain.rstrip()
