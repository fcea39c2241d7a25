"""A file sent with a form, as a file on disk that the same door checks as the inbox."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
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
