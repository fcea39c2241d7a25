"""Derived pictures (crops, upright previews): never evidence, can be rebuilt, may be deleted."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from evidence.domain.identifiers import Sha256
from evidence.durable import write_whole


class Previews:
    """Pictures by content: `<root>/<first two hex>/<sha256><suffix>`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, data: bytes, suffix: str) -> Sha256:
        """Store a picture; storing it again changes nothing.

        Args:
            suffix: with its dot, e.g. `.png`.
        """
        digest = Sha256(sha256(data).hexdigest())
        path = self._root / digest[:2] / f"{digest}{suffix}"
        if not path.exists():
            write_whole(path, data)
        return digest

    def path(self, digest: Sha256) -> Path:
        """Where a picture is; the path without suffix when it has been deleted."""
        folder = self._root / digest[:2]
        return next(iter(sorted(folder.glob(f"{digest}.*"))), folder / digest)
