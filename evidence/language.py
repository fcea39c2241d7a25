"""What the program says to people: written in Chinese in the source, English through gettext.

Documents, findings and reports are always Chinese; only terminal and desk speech is translated.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

LOCALE_DIR = Path(__file__).parent / "locale"


_reader: ContextVar[str] = ContextVar("reader", default="")


@contextmanager
def speaking_to(language: str) -> Iterator[None]:
    """Speak `zh` or `en` whatever the machine's locale: a desk answers readers of several languages."""
    token = _reader.set(language)
    try:
        yield
    finally:
        _reader.reset(token)


def chosen_language() -> str:
    """What the reader chose, else `en` when LC_ALL, LC_MESSAGES or LANG names English, else `zh`.

    C and POSIX name no language.
    """
    if reader := _reader.get():
        return reader
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")
        if value:
            return "en" if value.lower().startswith("en") else "zh"
    return "zh"


@lru_cache(maxsize=4)
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("evidence", LOCALE_DIR, languages=[language], fallback=True)


def _(message: str) -> str:
    """The message in the reader's language; messages without a translation stay Chinese."""
    return _catalogue(chosen_language()).gettext(message)


def teach_click() -> None:
    """Let click, which asks gettext's default domain, say its own words in the reader's language.

    gettext finds that language by LANGUAGE alone; a machine without a locale would get English.
    """
    gettext.bindtextdomain("click", LOCALE_DIR)
    gettext.textdomain("click")
    os.environ["LANGUAGE"] = chosen_language()


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence with the words most like a mistaken one, empty when none is like it."""
    from difflib import get_close_matches

    near = get_close_matches(word, list(dict.fromkeys(known)), n=3, cutoff=0.7)
    return _("是不是要写 {words}？").format(words="、".join(near)) if near else ""
