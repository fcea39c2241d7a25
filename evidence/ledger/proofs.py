"""Where else the journal's lines are known: packages, positions and copies, in this archive and in others."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from evidence.durable import name_once
from evidence.errors import InputError
from evidence.language import _
from evidence.ledger.comparison import archive_files
from evidence.ledger.journal import JOURNAL_NAME
from evidence.ledger.positions import HANDOVER, Positions, Witness
from evidence.ledger.sent import SentPackage, packages_in, read_package


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """What is known of a journal outside the journal."""

    packages: tuple[SentPackage, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    journals: tuple[Path, ...] = ()
    """Other copies of the journal file."""

    @property
    def known(self) -> int:
        """Lines they prove there were."""
        reached = [package.checkpoint.size for package in self.packages]
        reached += [witness.seq + 1 for witness in self.witnesses]
        return max(reached, default=0)


def gather_proofs(archive: Path, contract: str, newer: Iterable[Path] = ()) -> Proofs:
    """What this archive proves, and what a person shows besides.

    Args:
        newer: packages, folders of packages, or other copies of the workspace.

    Raises:
        InputError: something shown is none of these.
    """
    shown = [_open(path) for path in newer]
    origin = f"evidence/{contract}"
    packages: dict[tuple[str, str], SentPackage] = {}
    others = [path for one in shown for path in one.packages]
    for path in (*packages_in(archive / HANDOVER, contract), *others):
        try:
            package = read_package(path)
        except InputError:
            if not path.is_relative_to(archive):
                raise
            continue  # the audit says what became of it
        if package.checkpoint.origin == origin:
            packages.setdefault((package.id, package.checkpoint_text), package)
        elif not path.is_relative_to(archive):
            raise InputError(
                _("移交包 {id} 属于另一个账本（{origin}）。").format(
                    id=package.id, origin=package.checkpoint.origin
                ),
                where=str(path),
                remedy=_("请给出本合同（{contract}）的移交包。").format(contract=contract),
            )
    archives = [one.archive for one in shown if one.archive is not None]
    witnesses = [witness for each in (*archives, archive) for witness in Positions(each).all()]
    journals = [each / "ledger" / JOURNAL_NAME for each in archives]
    return Proofs(
        packages=tuple(sorted(packages.values(), key=lambda package: package.checkpoint.size)),
        witnesses=tuple(witnesses),
        journals=tuple(path for path in journals if path.is_file()),
    )


def bring_in(archive: Path, newer: Iterable[Path]) -> int:
    """Copy the files that other archives hold and this one lacks; nothing is replaced. Returns their number.

    Raises:
        InputError: something shown is neither package nor archive.
        OSError: disk full or failing.
    """
    copied = 0
    for shown in map(_open, newer):
        for path in shown.packages:
            copied += _copy_once(path, archive / HANDOVER / path.name)
        if shown.archive is not None:
            for place in archive_files(shown.archive):
                copied += _copy_once(shown.archive / place, archive / place)
    return copied


@dataclass(frozen=True, slots=True)
class _Shown:
    packages: tuple[Path, ...]
    archive: Path | None


def _open(path: Path) -> _Shown:
    """What a path is: one package, a workspace or its archive, or a folder with packages."""
    if path.is_file() or (path / "bagit.txt").is_file():
        return _Shown((path,), None)
    for archive in (path / "archive", path):
        if (archive / "ledger").is_dir() or (archive / HANDOVER).is_dir():
            return _Shown(tuple(packages_in(archive / HANDOVER)), archive)
    packages = tuple(packages_in(path))
    if not packages:
        raise InputError(
            _("这里没有移交包，也不是工作区。"),
            where=str(path),
            remedy=_("--newer 请给出移交包、放移交包的目录，或另一份工作区（或其 archive 目录）。"),
        )
    return _Shown(packages, None)


def _copy_once(source: Path, target: Path) -> int:
    if target.exists():
        return 0
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(6)}.tmp")
    try:
        if source.is_dir():
            shutil.copytree(source, temporary)
        else:
            with source.open("rb") as reading, temporary.open("xb") as writing:
                shutil.copyfileobj(reading, writing, 1 << 20)
                writing.flush()
                os.fsync(writing.fileno())
            shutil.copystat(source, temporary)
        with suppress(FileExistsError):
            name_once(temporary, target)
            return 1
    finally:
        if temporary.is_dir():
            shutil.rmtree(temporary, ignore_errors=True)
        else:
            temporary.unlink(missing_ok=True)
    return 0
