"""The desk speaks the reader's language; a process serves readers of several at once."""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

LOCALE_DIR = Path(__file__).parent / "locale"
LANGUAGES = {"zh": "中文", "en": "English"}
_language: ContextVar[str] = ContextVar("desk_language", default="zh")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak a language while one request is answered."""
    token = _language.set(language)
    try:
        yield
    finally:
        _language.reset(token)


@lru_cache(maxsize=4)
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("desk", LOCALE_DIR, languages=[language], fallback=True)


def say(message: str) -> str:
    """The message in the reader's language; one without a translation stays Chinese."""
    language = _language.get()
    return message if language == "zh" else _catalogue(language).gettext(message)
