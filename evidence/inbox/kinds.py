"""What an arrival is, asked in the bounded process; a file that breaks even that question is broken."""

from __future__ import annotations

from pathlib import Path

from evidence.errors import UnreadableError
from evidence.filetypes.examine import Examined, Question, examine
from evidence.filetypes.media import CLAIMS, UNKNOWN, Media, extension
from evidence.filetypes.wholeness import End
from evidence.isolation.calls import run_bounded


def examined(path: Path, name: str) -> Examined:
    """Kind and wholeness of one file; of an unknown kind where it cannot be told.

    Args:
        path: where it lies.
        name: the name it arrived under.

    Raises:
        OSError: the machine failed, not the file.
    """
    try:
        return run_bounded(examine, Question(path=path, name=name))
    except UnreadableError:
        return Examined(media=Media(type=UNKNOWN, claimed=CLAIMS.get(extension(name), "")), end=End())
