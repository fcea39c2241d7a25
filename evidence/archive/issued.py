"""Issued forms by number: what was printed, what can still be edited, its data and its geometry."""

from __future__ import annotations

from pathlib import Path

import msgspec

from evidence.domain.document import IssuedPage
from evidence.domain.identifiers import Number, expand, number_case
from evidence.durable import write_whole
from evidence.errors import IncompleteError, UsageError
from evidence.foreign import fault_of
from evidence.language import _

READ_ONLY = 0o440


class IssuedStore:
    """Files `<root>/<case or weekly>/<NUMBER>.<suffix>`, read-only once written."""

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

        Args:
            geometry: JSON list of `IssuedPage`.
            extra: further files by suffix, e.g. `.features.npz`.

        Raises:
            OSError: disk full or folder not writable.
        """
        for suffix, content in (extra or {}).items():
            self.put_extra(number, suffix, content)
        write_whole(self._file(number, ".geometry.json"), geometry, mode=READ_ONLY)
        write_whole(self._file(number, ".json"), data, mode=READ_ONLY)
        write_whole(self._file(number, ".docx"), docx, mode=READ_ONLY)
        write_whole(self._file(number, ".pdf"), pdf, mode=READ_ONLY)

    def put_extra(self, number: Number, suffix: str, data: bytes) -> Path:
        """Store a further, rebuildable file beside a form."""
        path = self._file(number, suffix)
        write_whole(path, data, mode=READ_ONLY)
        return path

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
        case = number_case(number)
        return self._root / ("weekly" if case.endswith("-0000") else case) / f"{number}{suffix}"
