"""What a weekly package on disk says of the ledger it was made from: it was signed and handed over, and
neither a restored backup nor a cut journal makes it unsaid.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evidence.errors import InputError
from evidence.foreign import fault_of
from evidence.language import _
from evidence.ledger import checkpoint as checkpoints
from evidence.ledger.checkpoint import Checkpoint

NAME = re.compile(r"([A-Z]{3})-(\d{4}-W\d{2})(?:-S(\d{1,2}))?")
"""A package's id; its zip has `.zip` behind it."""
_MOST_BYTES = 256 << 20
"""Of one member: a week's journal lines are some megabytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPackage:
    """One package, as a zip or a folder."""

    path: Path
    id: str
    checkpoint: Checkpoint
    checkpoint_text: str
    start: int
    """First journal line it carries; it carries them up to its checkpoint."""

    def lines(self) -> list[bytes]:
        """The journal lines it carries, without newlines.

        Raises:
            InputError: they cannot be read.
        """
        return self.read("data/ledger/journal.jsonl").split(b"\n")[:-1]

    def read(self, member: str) -> bytes:
        """A file of the package.

        Raises:
            InputError: it is not there or cannot be read.
        """
        return _read(self.path, self.id, member)


def packages_in(folder: Path, contract: str = "") -> Iterator[Path]:
    """Paths of packages in a folder, in order of week; `.zip` and unpacked.

    Args:
        contract: only those of this contract's code.
    """
    found = []
    if folder.is_dir():
        for path in folder.iterdir():
            match = NAME.fullmatch(path.name.removesuffix(".zip"))
            if match and (path.is_dir() or path.suffix == ".zip") and contract in ("", match[1]):
                found.append(((match[2], int(match[3] or 0)), path))
    for _week, path in sorted(found, key=lambda each: (each[0], each[1].name)):
        yield path


def read_package(path: Path) -> SentPackage:
    """What a package says of its ledger; signatures are `verify`'s business.

    Raises:
        InputError: it is no package, or cannot be read.
    """
    id_ = _id_of(path)
    name = f"data/ledger/checkpoint-{id_.partition('-')[2]}.txt"
    text = _read(path, id_, name).decode("utf-8", "replace")
    labels = _read(path, id_, "bag-info.txt").decode("utf-8", "replace")
    start = re.search(r"(?m)^Journal-Start: (\d{1,12})$", labels)
    try:
        if start is None:
            raise ValueError("no Journal-Start")
        return SentPackage(
            path=path,
            id=id_,
            checkpoint=checkpoints.parse(text),
            checkpoint_text=text,
            start=int(start[1]),
        )
    except ValueError as error:
        raise _unreadable(path, error) from error


def _id_of(path: Path) -> str:
    """The id is the name of the folder inside, whatever the file is called."""
    if path.is_dir():
        name = path.name
    else:
        try:
            with zipfile.ZipFile(path) as archive:
                name = next((each.partition("/")[0] for each in archive.namelist()), "")
        except (OSError, zipfile.BadZipFile, ValueError) as error:
            raise _unreadable(path, error) from error
    if NAME.fullmatch(name) is None:
        raise _unreadable(path, ValueError(name))
    return name


def _read(path: Path, id_: str, member: str) -> bytes:
    try:
        if path.is_dir():
            return (path / member).read_bytes()
        with zipfile.ZipFile(path) as archive:
            entry = archive.getinfo(f"{id_}/{member}")
            if entry.file_size > _MOST_BYTES:
                raise ValueError(f"{member}: {entry.file_size}")
            return archive.read(entry)
    except (OSError, KeyError, ValueError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> InputError:
    return InputError(
        _("这不是移交包，或已损坏：{error}。").format(error=fault_of(error)),
        where=str(path),
        remedy=_("请给出完整的移交包（.zip 或解开的文件夹）。"),
    )
