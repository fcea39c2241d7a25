"""Issued forms by number: what was printed, what can still be edited, its data and its geometry."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import msgspec

from evidence.domain.document import IssuedPage
from evidence.domain.identifiers import CaseId, Number, expand, number_case
from evidence.durable import name_once, sync_folder, write_once
from evidence.errors import IncompleteError, LedgerDamagedError, UsageError
from evidence.foreign import fault_of
from evidence.language import _

SET_ASIDE = "set-aside"
"""Folder below the store for files of numbers that were reserved and never issued."""


class NumberTakenError(LedgerDamagedError):
    """Files of another form lie under a number that is about to be issued."""


class IssuedStore:
    """Files `<root>/<case or weekly>/<NUMBER>.<suffix>`: written once, never replaced."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(
        self,
        number: Number,
        *,
        pdf: bytes,
        docx: bytes,
        data: bytes,
        geometry: bytes,
        extra: dict[str, bytes] | None = None,
    ) -> None:
        """Store one issued form; each file is whole or absent. The PDF comes last: it stands for all.

        Putting the same bytes again changes nothing.

        Args:
            geometry: JSON list of `IssuedPage`.
            extra: further files by suffix, e.g. `.features.npz`.

        Raises:
            NumberTakenError: other bytes lie under one of the names; they are untouched.
            OSError: disk full or folder not writable.
        """
        files = {**(extra or {}), ".geometry.json": geometry, ".json": data, ".docx": docx, ".pdf": pdf}
        for suffix, content in files.items():
            self.put_extra(number, suffix, content)

    def put_extra(self, number: Number, suffix: str, data: bytes) -> Path:
        """Store a further file beside a form, once.

        Raises:
            NumberTakenError: other bytes lie there.
        """
        path = self._file(number, suffix)
        try:
            write_once(path, data)
        except FileExistsError as error:
            raise NumberTakenError(
                _("档案里已有编号 {number} 的文件，内容不同，没有覆盖。").format(number=number),
                where=str(path),
                remedy=_("请运行 evidence doctor 和 evidence ledger verify，查明该文件属于哪个账本。"),
            ) from error
        return path

    def numbers(self, case: CaseId) -> set[Number]:
        """Numbers of a case (or of a year's weekly forms) under which any file lies, set aside or not."""
        folder = self._folder(case)
        found = set()
        for place in (folder, self._root / SET_ASIDE):
            if place.is_dir():
                names = (expand(path.name.partition(".")[0]) for path in place.iterdir())
                found |= {number for number in names if number and number_case(number) == case}
        return found

    def highest(self, case: CaseId, code: str) -> int:
        """The highest running number of a form (its two letters) under which any file lies; 0 without."""
        return max((int(n[-3:]) for n in self.numbers(case) if n[11:13] == code), default=0)

    def set_aside(self, number: Number) -> list[Path]:
        """Move the files of a number that never came to be issued out of the way, each under its own name."""
        aside = self._root / SET_ASIDE
        moved = []
        for path in sorted(self._folder(number_case(number)).glob(f"{number}.*")):
            aside.mkdir(exist_ok=True)
            target = aside / path.name
            with suppress(FileExistsError):  # then it was set aside before, and this copy stays where it is
                name_once(path, target)
                moved.append(target)
        if moved:
            sync_folder(self._folder(number_case(number)))
        return moved

    def pdf_path(self, number: Number) -> Path:
        """The PDF as issued."""
        return self._file(number, ".pdf")

    def docx_path(self, number: Number) -> Path:
        """The editable document."""
        return self._file(number, ".docx")

    def data_path(self, number: Number) -> Path:
        """The values it was filled with, JSON."""
        return self._file(number, ".json")

    def extra_path(self, number: Number, suffix: str) -> Path:
        """A further file; it may be absent."""
        return self._file(number, suffix)

    def geometry(self, number: Number) -> tuple[IssuedPage, ...]:
        """Pages with codes and boxes.

        Raises:
            IncompleteError: the file is missing or unreadable.
        """
        path = self._file(number, ".geometry.json")
        try:
            return msgspec.json.decode(path.read_bytes(), type=tuple[IssuedPage, ...])
        except (OSError, msgspec.MsgspecError) as error:
            raise IncompleteError(
                _("文书 {number} 的版面数据缺失或损坏：{error}。").format(
                    number=number, error=fault_of(error)
                ),
                where=str(path),
                remedy=_("请运行 evidence audit，并从备份恢复（evidence restore）。"),
            ) from error

    def _file(self, number: Number, suffix: str) -> Path:
        if expand(number) != number:
            raise UsageError(
                _("“{number}”不是文书编号。").format(number=number[:40]),
                remedy=_("编号形如 WJB22-0001-JC-001。"),
            )
        return self._folder(number_case(number)) / f"{number}{suffix}"

    def _folder(self, case: CaseId) -> Path:
        return self._root / ("weekly" if case.endswith("-0000") else case)
