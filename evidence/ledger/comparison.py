"""The journal against its archive: does either know what the other has lost?

At every opening a few looks tell whether the journal is behind the positions its archive remembers, or says
something else at their place. `compare` looks at every file; `ledger verify`, `audit` and `doctor` ask it.
Whatever the archive remembers is read before the journal is, since others may append meanwhile.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from evidence.domain.holding import MARK_NAME, POSITIONS_NAME
from evidence.errors import InputError, LedgerDamagedError
from evidence.language import _
from evidence.ledger import chain
from evidence.ledger.holdings import holdings
from evidence.ledger.ledger import Ledger
from evidence.ledger.merkle import Frontier
from evidence.ledger.positions import (
    HANDOVER,
    CheckpointMark,
    Mark,
    Positions,
    Witness,
    read_witness,
)
from evidence.ledger.sent import SentPackage, packages_in, read_package

_NEWEST = 3
"""Folders looked at when a ledger is opened: those that changed last."""
_TAIL = 1 << 16
_LEFT_OUT = {".npz", ".png", ".svg"}
"""Derived files: made again when they are missing."""


class LedgerBehindError(LedgerDamagedError):
    """The archive proves journal lines that the journal does not have."""


class LedgerRewrittenError(LedgerDamagedError):
    """The journal says something else than what the archive, or a package, remembers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beyond:
    """One thing the archive knows and the journal does not."""

    place: str
    """File below the archive, or the package's id."""
    seq: int | None
    """Position of the lost line; None when only the file itself tells."""
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Everything that can be said about a journal and its archive."""

    lines: int
    """Lines the journal has."""
    known: int
    """Lines that the archive proves there were."""
    beyond: tuple[Beyond, ...]
    """What the journal has lost."""
    rewritten: tuple[str, ...]
    """Places where the journal says something else than its archive remembers."""
    leftovers: tuple[str, ...]
    """Files that no line created: what a crash left. They prove nothing and harm nobody."""

    @property
    def problems(self) -> tuple[str, ...]:
        """In words; empty when journal and archive agree."""
        return (*(_beyond_words(each) for each in self.beyond), *self.rewritten)

    def require(self) -> None:
        """Stop unless they agree.

        Raises:
            LedgerBehindError, LedgerRewrittenError: they do not.
        """
        if self.rewritten:
            raise rewritten(self.rewritten[0])
        if self.beyond:
            raise behind(self.lines, self.known, self.beyond[0].place)


def behind(lines: int, known: int, place: str) -> LedgerBehindError:
    """The archive knows more than the journal."""
    return LedgerBehindError(
        _("账本落后于档案：账本只有 {lines} 行，档案中的文件证明至少记到第 {known} 行。").format(
            lines=lines, known=max(known, lines + 1)
        ),
        where=place,
        remedy=_(
            "账本末尾的账目丢失了（账本被截短，或恢复了较旧的备份）。没有写入任何内容。"
            "请换上较新的备份；没有的，运行 evidence ledger recover，由档案补记它能证明的账目。"
        ),
    )


def rewritten(place: str) -> LedgerRewrittenError:
    """The journal contradicts what was remembered."""
    return LedgerRewrittenError(
        _("账本与档案所记的不是同一部历史：此前的账目被改写过，或换上了另一份账本。"),
        where=place,
        remedy=_(
            "请停止一切写入，保留现场，运行 evidence ledger verify 查看，再从备份恢复（evidence restore）。"
        ),
    )


def check_at_opening(ledger: Ledger, contract: str) -> None:
    """The quick comparison, at every opening; costs the same however long the journal is.

    Args:
        contract: code at the beginning of our packages' names.

    Raises:
        LedgerBehindError, LedgerRewrittenError: journal and archive do not agree.
    """
    positions = ledger.positions
    if positions is None:
        return
    mark, newest = positions.mark(), list(_newest(positions))
    sent = list(packages_in(positions.archive / HANDOVER, contract))
    view = ledger.view
    size = view.head.size
    if mark is not None:
        _check_mark(ledger, mark)
    for witness in newest:
        if witness.seq >= size:
            raise behind(size, witness.seq + 1, witness.places[0] if witness.places else HANDOVER)
    known = {package.id for package in view.packages()}
    for path in sent:
        if path.name.removesuffix(".zip") not in known and (package := _ours(path, contract)) is not None:
            raise behind(size, package.checkpoint.size, f"{HANDOVER}/{path.name}")
    check_last_checkpoint(ledger, contract, mark)


def check_last_checkpoint(ledger: Ledger, contract: str, mark: Mark | None = None) -> None:
    """Whether the lines under the last checkpoint are still those it was made over.

    Args:
        mark: one that fits the journal; then the answer of an earlier comparison counts, for its digest is
            that of the same lines. Who signs gives none, and tree and package are read again.

    Raises:
        LedgerRewrittenError: they are not.
    """
    view, positions = ledger.view, ledger.positions
    made = view.checkpoints()[-1:]
    if not made:
        return
    size, root = made[0].size, made[0].root
    if size > view.head.size:
        raise rewritten(_("检查点 {week}").format(week=made[0].week))
    if mark is not None and mark.checkpoint == CheckpointMark(size=size, root=root):
        return
    if ledger.tree(size).root.hex() != root:
        raise rewritten(_("检查点 {week}").format(week=made[0].week))
    if positions is None:
        return
    for path in packages_in(positions.archive / HANDOVER, contract):
        if path.name.removesuffix(".zip") == f"{contract}-{made[0].week}":
            package = _ours(path, contract)
            if package is not None and (
                package.checkpoint_text != made[0].text or package.checkpoint.root.hex() != root
            ):
                raise rewritten(f"{HANDOVER}/{path.name}")
    positions.note_checkpoint(CheckpointMark(size=size, root=root))


def compare(ledger: Ledger, contract: str) -> Comparison:
    """Every file of the archive against every line of the journal.

    Raises:
        LedgerDamagedError: the journal's own chain is broken.
    """
    positions = ledger.positions
    if positions is None:
        raise ValueError("a ledger without archive has nothing to be compared with")
    mark = positions.mark()
    remembered = _last_for_each_place(positions.all())
    sent = [(path, _ours(path, contract)) for path in packages_in(positions.archive / HANDOVER, contract)]
    files = list(archive_files(positions.archive))
    view = ledger.view
    size = view.head.size
    known = {package.id for package in view.packages()}
    sizes = {package.checkpoint.size for _path, package in sent if package is not None}
    digests, roots = _read_journal(ledger, size, sizes)
    beyond, forked = _against_positions(remembered, digests, size)
    for path, package in sent:
        place = f"{HANDOVER}/{path.name}"
        if package is None:
            continue
        if package.id not in known:
            beyond.setdefault(place, Beyond(place=place, seq=None))
        if package.checkpoint.size <= size and roots[package.checkpoint.size] != package.checkpoint.root:
            forked.append(_("{place}：包中的检查点与账本不符").format(place=place))
    reached = [each.seq + 1 for each in beyond.values() if each.seq is not None]
    reached += [package.checkpoint.size for _path, package in sent if package is not None]
    if mark is not None and mark.size > size:
        beyond.setdefault(_mark_place(), Beyond(place=_mark_place(), seq=mark.size - 1, digest=mark.digest))
        reached.append(mark.size)
    elif mark is not None and mark.size and digests[mark.size - 1] != mark.digest:
        forked.append(_mark_place())
    vouched = {holding.place for holding in holdings(ledger.entries(0, size))} | set(beyond)
    return Comparison(
        lines=size,
        known=max([size, *reached]),
        beyond=tuple(beyond.values()),
        rewritten=tuple(forked),
        leftovers=tuple(place for place in files if place not in vouched),
    )


def _against_positions(
    remembered: Mapping[str, Witness], digests: Sequence[str], size: int
) -> tuple[dict[str, Beyond], list[str]]:
    """Files of lines that the journal has not, and those whose line is another one now, in words."""
    beyond: dict[str, Beyond] = {}
    forked: list[str] = []
    for place, witness in remembered.items():
        if witness.seq >= size:
            beyond[place] = Beyond(place=place, seq=witness.seq, digest=witness.digest)
        elif digests[witness.seq] != witness.digest:
            line = witness.seq + 1
            forked.append(_("{place}：账本第 {line} 行不是创建它的那一行").format(place=place, line=line))
    return beyond, forked


def _check_mark(ledger: Ledger, mark: Mark) -> None:
    head = ledger.head
    if mark.size > head.size:
        raise behind(head.size, mark.size, _mark_place())
    if mark.size and mark.digest != _digest_at(ledger, mark.size - 1):
        raise rewritten(_mark_place())


def _mark_place() -> str:
    return f"archive/{MARK_NAME}"


def _digest_at(ledger: Ledger, seq: int) -> str:
    """Digest of one line; the head's is at hand."""
    head = ledger.head
    if seq == head.size - 1:
        return head.digest
    return chain.stated_digest(next(iter(ledger.lines(seq, seq + 1))))


def _newest(positions: Positions) -> Iterator[Witness]:
    """The last line that each of the folders remembers that changed last."""
    archive = positions.archive
    folders = [HANDOVER, "issued/weekly"]
    originals = archive / "originals"
    if originals.is_dir():
        folders += [f"originals/{entry.name}" for entry in os.scandir(originals) if len(entry.name) == 2]
    changed = []
    for folder in folders:
        with suppress(OSError):
            status = os.stat(f"{archive}/{folder}/{POSITIONS_NAME}")  # noqa: PTH116 - hundreds at every opening
            changed.append((status.st_mtime_ns, folder))
    for _at, folder in sorted(changed, reverse=True)[:_NEWEST]:
        last = _last_witness(archive / folder / POSITIONS_NAME, folder)
        if last is not None:
            yield last


def _last_witness(path: Path, folder: str) -> Witness | None:
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
        lines = [line for line in file.read().split(b"\n") if line]
    for line in reversed(lines):
        if (found := read_witness(line, folder)) is not None:
            return found
    return None


def _last_for_each_place(witnesses: Iterable[Witness]) -> dict[str, Witness]:
    """What was written last counts: a recovered line takes the place of the lost one."""
    return {place: witness for witness in witnesses for place in witness.places}


def _read_journal(ledger: Ledger, size: int, sizes: set[int]) -> tuple[list[str], dict[int, bytes]]:
    """Digest of every line, and the tree's root over the first so many."""
    frontier = Frontier()
    digests: list[str] = []
    roots = {0: frontier.root}
    for line in ledger.lines(0, size):
        digests.append(chain.stated_digest(line))
        frontier.append(line)
        if frontier.size in sizes:
            roots[frontier.size] = frontier.root
    return digests, roots


def _ours(path: Path, contract: str) -> SentPackage | None:
    """A package of this contract's ledger; None for what cannot be read: the audit says what became of it."""
    try:
        package = read_package(path)
    except InputError:
        return None
    return package if package.checkpoint.origin == f"evidence/{contract}" else None


def archive_files(archive: Path) -> Iterator[str]:
    """Originals and files of issued forms, below the archive; what can be made again is left out."""
    for top in ("issued", "originals"):
        for folder, names, files in os.walk(archive / top):
            names[:] = sorted(name for name in names if name != "incoming")
            place = Path(folder).relative_to(archive).as_posix()
            for name in sorted(files):
                if name == POSITIONS_NAME or name.startswith(".") or Path(name).suffix in _LEFT_OUT:
                    continue
                yield f"{place}/{name}"


def _beyond_words(each: Beyond) -> str:
    if each.seq is None:
        return _("{place}：账本里没有它的账目").format(place=each.place)
    return _("{place}：由第 {line} 行账目创建，账本里没有这一行").format(place=each.place, line=each.seq + 1)
