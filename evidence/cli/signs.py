"""The four states on the terminal: a shape and a colour each, and no colour where NO_COLOR asks for none."""

from __future__ import annotations

import os

import click

from evidence.rules.clause import Kind

SIGNS = {Kind.PASS: "●", Kind.FAIL: "✕", Kind.REVIEW: "◐", Kind.OPEN: "○", Kind.NOT_APPLICABLE: "－"}
COLOURS = {Kind.PASS: "green", Kind.FAIL: "red", Kind.REVIEW: "yellow", Kind.OPEN: "bright_black"}


def sign(kind: Kind) -> str:
    """The state's shape in its colour; click takes the colour away when the output is no terminal."""
    return paint(SIGNS[kind], COLOURS.get(kind))


def paint(text: str, colour: str | None = None, *, bold: bool = False) -> str:
    """Coloured text, unless NO_COLOR is set (no-color.org)."""
    if os.environ.get("NO_COLOR"):
        return text
    return click.style(text, fg=colour, bold=bold)
