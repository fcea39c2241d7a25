"""What a long run of `bench recognition` keeps: a file of JSON lines, one finished page a line.

The first line names what made the pages. A run that was broken off starts again with the same file and
goes on where it stopped; a page half written when the machine died is simulated and read once more.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Self

import msgspec

ROOT = Path(__file__).resolve().parents[1]
_SIMULATOR = ("scanner", "canvas", "paper", "pen", "seal", "geometry", "profiles", "scan_files")
_DRAWN = ("recognition_forms", "recognition_pages")
_LIBRARIES = ("opencv-python-headless", "numpy", "zxing-cpp", "pypdfium2")


class MixedVersionsError(Exception):
    """The kept pages were made by another reader, simulator or set of forms."""


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """What pages of one run have in common."""

    commit: str
    """`git describe`; told, not compared: other rooms change without changing a page."""
    reader: str
    """SHA-256 of the sources of recognition, its thresholds among them."""
    simulator: str
    """SHA-256 of the sources that draw, sign and scan a page."""
    forms: str
    """SHA-256 of the issued PDFs."""
    libraries: str

    def differs(self, other: Version) -> list[str]:
        """Names of what is not the same and could change a page."""
        parts = ("reader", "simulator", "forms", "libraries")
        return [part for part in parts if getattr(self, part) != getattr(other, part)]


class PageKept(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one page."""

    profile: str
    seed: int
    counts: dict[str, int]
    misses: list[str] = []
    simulated_ms: float
    """CPU time."""
    read_ms: float
    """CPU time."""
    broke: bool = False
    """Reading raised instead of answering."""


class _Header(msgspec.Struct, frozen=True, kw_only=True):
    version: Version


def version_of(issued: Path) -> Version:
    """The version of this source tree and of the forms issued below a folder."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    sources = [ROOT / "evidence" / "demo" / f"{name}.py" for name in _SIMULATOR]
    sources += [ROOT / "bench" / f"{name}.py" for name in _DRAWN]
    return Version(
        commit=described.stdout.strip() or "unknown",
        reader=_digest((ROOT / "evidence" / "recognition").glob("*.py")),
        simulator=_digest(sources),
        forms=_digest(issued.rglob("*.pdf")),
        libraries=", ".join(f"{name} {version(name)}" for name in _LIBRARIES),
    )


def _digest(files: Iterable[Path]) -> str:
    total = hashlib.sha256()
    for file in sorted(files):
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def read_kept(path: Path) -> tuple[list[PageKept], list[Version]]:
    """Pages of a file and the versions that made them, a torn last line left out; also while a run writes."""
    lines = path.read_bytes().splitlines(keepends=True)
    whole = [line for line in lines if line.endswith(b"\n")]
    versions = [msgspec.json.decode(line, type=_Header).version for line in whole if _names_version(line)]
    pages = [msgspec.json.decode(line, type=PageKept) for line in whole if not _names_version(line)]
    return pages, versions


def _names_version(line: bytes) -> bool:
    return line.startswith(b'{"version":')


class Kept:
    """Pages finished before, and the file that finished ones are added to; a context manager."""

    def __init__(self, path: Path, made_by: Version, *, mix: bool = False) -> None:
        """Read what is there, cut off a torn last line, and make ready to append.

        Args:
            mix: go on although another version made the pages before; the file says from where on.

        Raises:
            MixedVersionsError: another version made the pages before.
        """
        pages, versions = read_kept(path) if path.exists() else ([], [])
        changed = made_by.differs(versions[-1]) if versions else []
        if changed and not mix:
            raise MixedVersionsError(
                f"{path}: {len(pages)} pages were made by {versions[-1].commit}, and {', '.join(changed)} "
                "changed since; take another file, or --mix"
            )
        self.pages = {(page.profile, page.seed): page for page in pages}
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab")
        self._file.truncate(path.read_bytes().rfind(b"\n") + 1)
        if changed or not versions:
            self._write(_Header(version=made_by))

    def add(self, page: PageKept) -> None:
        """On the disk when this returns."""
        self._write(page)
        self.pages[page.profile, page.seed] = page

    def _write(self, line: msgspec.Struct) -> None:
        self._file.write(msgspec.json.encode(line) + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
