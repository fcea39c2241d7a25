"""A file sent with a form, as a file on disk that the same door checks as the inbox."""

from __future__ import annotations

import itertools
import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any

from evidence.durable import sync_folder
from evidence.web.names import safe_name

_CHUNK = 1 << 20


@contextmanager
def received(request: Any, field: str) -> Iterator[Path | None]:
    """The file of one field under the name it was sent with; None when none was chosen."""
    sent = request.FILES.get(field)
    if sent is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="desk-received-") as name:
        path = Path(name) / safe_name(sent.name)
        with path.open("wb") as file:
            for chunk in sent.chunks():
                file.write(chunk)
        yield path


def store_upload(folder: Path, sent: Any) -> Path:
    """What a form brought in one piece, under its name in the inbox.

    Raises:
        OSError: nothing of it is left in the inbox.
    """
    return _through_temporary(folder, sent.name, sent.chunks())


def move_in(folder: Path, name: str, whole: Path) -> Path:
    """Move a finished, synced file into the inbox.

    Raises:
        OSError: it is where it was.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if whole.stat().st_dev == folder.stat().st_dev:
        return _named(folder, name, whole)
    with whole.open("rb") as file:
        stored = _through_temporary(folder, name, iter(lambda: file.read(_CHUNK), b""))
    whole.unlink()
    return stored


def _through_temporary(folder: Path, name: str, chunks: Iterable[bytes]) -> Path:
    """Write beside and rename, so that the watcher never sees half a file."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{secrets.token_hex(8)}.part"
    try:
        with temporary.open("xb") as file:
            for chunk in chunks:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        return _named(folder, name, temporary)
    finally:
        temporary.unlink(missing_ok=True)


def _named(folder: Path, name: str, whole: Path) -> Path:
    """Where it lies now: under its name, or with a number behind it where that is taken."""
    wanted = PurePath(safe_name(name))
    numbered = (f"{wanted.stem} ({number}){wanted.suffix}" for number in itertools.count(2))
    for each in itertools.chain([wanted.name], numbered):
        target = folder / each
        try:
            # A hard link fails where the name is taken; a rename would silently replace it.
            target.hardlink_to(whole)
        except FileExistsError:
            continue
        except OSError:
            # Network shares may know no hard links.
            if target.exists():
                continue
            whole.rename(target)
        else:
            whole.unlink()
        break
    sync_folder(folder)
    return target
