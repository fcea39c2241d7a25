"""What one pass over the inbox touched, and what kept it from taking a file."""

from __future__ import annotations

import errno
from dataclasses import dataclass, field

from evidence.domain.identifiers import ArrivalId
from evidence.errors import MissingPartError
from evidence.foreign import reason_of
from evidence.language import _

# A file is open when it is taken: such a refusal comes from the archive's side.
_FULL_OR_LOCKED = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM})


class NoRoomError(MissingPartError):
    """The archive cannot be written; files stay in the inbox, and the next pass takes them."""

    result: Pass | None = None
    """What the pass did all the same."""


@dataclass(kw_only=True)
class Pass:
    """What one pass touched."""

    arrivals: dict[ArrivalId, None] = field(default_factory=dict)
    """In the order in which they were met, each once."""
    names: dict[ArrivalId, dict[str, None]] = field(default_factory=dict)
    """Names of the files behind each, in the order in which they were met."""
    ignored: tuple[str, ...] = ()
    """Names of files that are never arrivals."""
    growing: int = 0
    """Files that are not ready yet."""
    no_room: NoRoomError | None = None
    """Why some file could not be archived; the others were taken."""

    def note(self, arrival: ArrivalId, name: str = "") -> None:
        """Remember an arrival of this pass, and the file that is it."""
        self.arrivals.setdefault(arrival)
        if name:
            self.names.setdefault(arrival, {}).setdefault(name)

    def other_names(self, arrival: ArrivalId, path: str) -> tuple[str, ...]:
        """Names of this pass behind an arrival besides the one it has."""
        return tuple(name for name in self.names.get(arrival, {}) if name != path)

    def add(self, other: Pass) -> None:
        """Take over what another look of the same pass met."""
        for arrival in other.arrivals:
            self.note(arrival)
            for name in other.names.get(arrival, {}):
                self.note(arrival, name)
        self.growing, self.no_room = other.growing, other.no_room


def unread_for_now(name: str, error: OSError) -> str:
    """What is said of a file that could not be read or archived.

    Raises:
        NoRoomError: the archive's disk cannot be written to.
    """
    if error.errno in _FULL_OR_LOCKED:
        raise NoRoomError(
            _("档案所在的磁盘写不进去：{why}。").format(why=reason_of(error)),
            where=name,
            remedy=_("文件仍在收件夹。请腾出空间或恢复写权限，再运行 evidence ingest。"),
        ) from error
    return f"文件暂时读不出（{reason_of(error)}），稍后自动再试。"
