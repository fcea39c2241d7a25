"""A file sent with a form, as a file on disk that the same door checks as the inbox."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any

from evidence.web.names import safe_name


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
    """Write beside and rename, so that the watcher never sees half a file; names never collide."""
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / f".{secrets.token_hex(8)}.part"
    with temporary.open("xb") as file:
        for chunk in sent.chunks():
            file.write(chunk)
    name = PurePath(safe_name(sent.name))
    target = folder / name
    for number in range(2, 10_000):
        try:
            # A hard link fails where the name is taken; a rename would silently replace it.
            target.hardlink_to(temporary)
            break
        except FileExistsError:
            target = folder / f"{name.stem} ({number}){name.suffix}"
        except OSError:
            # Network shares may know no hard links.
            if not target.exists():
                temporary.rename(target)
                return target
            target = folder / f"{name.stem} ({number}){name.suffix}"
    temporary.unlink()
    return target
