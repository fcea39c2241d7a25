"""The four states on the terminal: a shape and a colour each, and no colour where NO_COLOR asks for none."""

from __future__ import annotations

import os
import re

import click

from evidence.rules.clause import Kind

SIGNS = {Kind.PASS: "●", Kind.FAIL: "✕", Kind.REVIEW: "◐", Kind.OPEN: "○", Kind.NOT_APPLICABLE: "－"}
COLOURS = {"●": "green", "✕": "red", "◐": "yellow", "○": "bright_black"}
"""Shape -> colour, wherever it stands in a line."""
_SHAPE = re.compile("[●✕◐○]")


def tinted(line: str) -> str:
    """The line with its shapes in colour; click takes the colour away when the output is no terminal."""
    if plain_terminal():
        return line
    return _SHAPE.sub(lambda found: click.style(found[0], fg=COLOURS[found[0]]), line)


def bold(text: str) -> str:
    """A heading, where the terminal can show one."""
    return text if plain_terminal() else click.style(text, bold=True)


def plain_terminal() -> bool:
    """Whether colours are unwanted (NO_COLOR, no-color.org) or unknown to the terminal (TERM=dumb)."""
    return bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
