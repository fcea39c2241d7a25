"""What the program says to people: written in Chinese in the source, English through gettext.

Documents, findings and reports are always Chinese; only terminal and desk speech is translated. A
message is worded for the terminal in the source; where that names a command, an option or a file of
settings, the catalogue `at_desk` holds what a reader in a browser is told instead.
"""

from __future__ import annotations

import gettext
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

LOCALE_DIR = Path(__file__).parent / "locale"


_reader: ContextVar[str] = ContextVar("reader", default="")
_in_browser: ContextVar[bool] = ContextVar("in_browser", default=False)


@contextmanager
def speaking_to(language: str, *, in_browser: bool = False) -> Iterator[None]:
    """Speak `zh` or `en` whatever the machine's locale: a desk answers readers of several languages.

    Args:
        in_browser: the reader has no terminal, and no command or option is named.
    """
    token, place = _reader.set(language), _in_browser.set(in_browser)
    try:
        yield
    finally:
        _reader.reset(token)
        _in_browser.reset(place)


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


@lru_cache(maxsize=8)
def _catalogue(domain: str, language: str) -> gettext.NullTranslations:
    return gettext.translation(domain, LOCALE_DIR, languages=[language], fallback=True)


def _(message: str) -> str:
    """The message in the reader's language; messages without a translation stay Chinese."""
    if _in_browser.get() and (said := at_desk(message)):
        return said
    return _catalogue("evidence", chosen_language()).gettext(message)


def at_desk(message: str) -> str:
    """How a browser says a message in the reader's language; empty where it says it like the terminal."""
    said = _catalogue("at_desk", chosen_language()).gettext(message) if message else ""
    return said if said != message else ""


def reworded(text: str) -> str:
    """A finished sentence that was stored for the terminal, as a browser says it.

    The sentence itself is looked up first, then those with places that it fits.
    """
    if said := at_desk(text):
        return said
    for pattern, message in _patterns():
        if found := pattern.fullmatch(text):
            return at_desk(message).format(**found.groupdict())
    return text


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The messages with places that `at_desk` knows, as what their finished sentences look like."""
    catalogue = _catalogue("at_desk", "zh")
    known = [each for each in getattr(catalogue, "_catalog", {}) if isinstance(each, str)]
    return tuple((_pattern_of(message), message) for message in known if _PLACE.search(message))


_PLACE = re.compile(r"\{\w+\}")


def _pattern_of(message: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", message)
    places = (f"(?P<{part}>.+?)" if odd % 2 else re.escape(part) for odd, part in enumerate(parts))
    return re.compile("".join(places), re.DOTALL)


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
