"""Every command that a document shows exists, with its options, and its values are of the right kind."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from evidence.cli.options import DayType, InstantType, WeekType
from evidence.cli.program import cli
from tests.docs.pages import PAGES, name_of

PARSED = (click.IntRange, click.Choice, WeekType, DayType, InstantType)
LINE = re.compile(r"^(?:sudo (?:-u \w+ )?)?(?:\.venv/bin/)?(evidence [^#\n]+)", re.MULTILINE)


def shown(page: Path) -> Iterator[str]:
    """Every command of a page's code blocks and backticked sentences that stands there complete."""
    text = page.read_text(encoding="utf-8")
    for line in LINE.findall(text):
        yield from (part.strip() for part in line.split("&&") if part.strip().startswith("evidence "))
    yield from re.findall(r"`(evidence [a-z][^`\n]*)`", text)


SHOWING = [page for page in PAGES if any(shown(page))]


@pytest.mark.parametrize("page", SHOWING, ids=name_of)
def test_every_command_a_page_shows_exists_with_its_options_and_values(page: Path) -> None:
    for line in shown(page):
        words = [word for word in shlex.split(line.partition("||")[0])[1:] if word not in {"…", "..."}]
        command, context = cli, click.Context(cli, info_name="evidence")
        while isinstance(command, click.Group) and words and not words[0].startswith("-"):
            child = command.get_command(context, words.pop(0))
            assert child is not None, line
            command, context = child, click.Context(child, info_name=child.name, parent=context)
        known = {name: option for option in command.get_params(context) for name in option.opts}
        for word, value in zip(words, [*words[1:], ""], strict=False):
            if not word.startswith("-"):
                continue
            assert word in known, line
            if not value.startswith("$(") and isinstance(known[word].type, PARSED):
                known[word].type_cast_value(context, value)


def test_the_pages_that_show_commands_are_many() -> None:
    assert len(SHOWING) > 12
