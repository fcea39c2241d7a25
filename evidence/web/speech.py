"""The desk speaks the reader's language; a process serves readers of several at once."""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from evidence.language import chosen_language, speaking_to

LOCALE_DIR = Path(__file__).parent / "locale"
LANGUAGES = {"zh": "中文", "en": "English"}


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language while one request is answered, in the desk's own words and in every error's."""
    with speaking_to(language, in_browser=True):
        yield


@lru_cache(maxsize=4)
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("desk", LOCALE_DIR, languages=[language], fallback=True)


def say(message: str) -> str:
    """The message in the reader's language; one without a translation stays Chinese."""
    language = chosen_language()
    return message if language == "zh" else _catalogue(language).gettext(message)
