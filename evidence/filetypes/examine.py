"""The first question about a foreign file, answered in a bounded child: what is it, and is it whole?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evidence.filetypes import media
from evidence.filetypes.media import Media, identify_media
from evidence.filetypes.wholeness import End, only_zeros, read_end


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Which file."""

    path: Path
    name: str
    """The name it arrived under."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """What its bytes say."""

    media: Media
    end: End


UNREAD = Examined(media=Media(type=media.UNKNOWN, claimed=""), end=End())
"""Of a file that nobody looked into: an empty one, or one that must not be opened."""


def examine(question: Question) -> Examined:
    """Kind and wholeness of one file."""
    kind = identify_media(question.path, question.name)
    if kind.type == media.UNKNOWN and only_zeros(question.path):
        return Examined(media=kind, end=End(missing="文件内容还没有写入"))
    if kind.mismatch or kind.encrypted:
        return Examined(media=kind, end=End())
    return Examined(media=kind, end=read_end(question.path, kind.type))
