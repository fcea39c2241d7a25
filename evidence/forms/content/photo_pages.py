"""Photographs two by two, each with its caption."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evidence.domain.identifiers import Sha256
from evidence.forms.source import Source

WIDTH_MM, HEIGHT_MM = 76.0, 46.0
_EMPTY = {"图": "", "说明": ""}


def photo_rows(source: Source, photos: Sequence[tuple[str, Sha256]]) -> list[dict[str, Any]]:
    """Rows of `左` and `右`, each with `图` and `说明`.

    Args:
        photos: caption and digest of the stored original.

    Raises:
        InputError: a stored file is no picture.
    """
    cells = [{"图": source.photo(digest, WIDTH_MM, HEIGHT_MM), "说明": caption} for caption, digest in photos]
    return [
        {"左": cells[n], "右": cells[n + 1] if n + 1 < len(cells) else _EMPTY}
        for n in range(0, len(cells), 2)
    ]
