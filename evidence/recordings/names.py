"""What a recorder's file name says. Names carry local wall time without a zone.

Patterns seen in public code of docking stations and cameras; a name that fits none is no error,
its file is assigned by a person.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath

from evidence.domain.week import SHANGHAI

HANDED_IN = "99999"
"""Officer number some stations write for a card handed in by hand."""

_STAMP = r"(?P<ts>\d{14})"
_EXTENSION = r"(?:\.(?P<ext>\w{2,4}))?"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "C_dcam",
        re.compile(
            r"(?P<vendor>[A-Z]{2,8})_(?P<dev>[0-9A-Za-z]{3,20})_(?P<officer>[0-9A-Za-z]{3,12})_"
            r"(?P<ts>\d{8}_\d{6})(?P<imp>_IMP)?" + _EXTENSION
        ),
    ),
    ("A_at", re.compile(r"(?P<dev>[0-9A-Za-z]{7})@" + _STAMP + r"(?P<seq>\d{4,5})" + _EXTENSION)),
    ("A_alias", re.compile(r"(?P<name>[^@/\\]{1,33})@" + _STAMP + r"(?P<seq>\d{4,5})" + _EXTENSION)),
    (
        "B_under",
        re.compile(
            r"(?P<dev>[0-9A-Za-z]{7})_(?P<officer>[0-9A-Za-z]{5,6})_"
            + _STAMP
            + r"(?P<seq>_\d{4})?(?P<imp>_?IMP)?"
            + _EXTENSION
        ),
    ),
    ("D_segms", re.compile(r"seg_(?P<ms>\d{12,13})" + _EXTENSION)),
    ("Z_date", re.compile(r"(?:[A-Za-z]{2,5}_)?(?P<ts>\d{8}_\d{6})(?P<imp>_IMP)?(?:\.\w{2,4})?")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecorderName:
    """The claims of one file name."""

    pattern: str
    fields: dict[str, str]
    """Raw parts as written."""
    start: datetime | None
    """Naive wall time as the recorder showed it; None for epoch names."""

    @property
    def device(self) -> str:
        """Serial; empty when unset (all zeros) or not in the name."""
        return _unless_unset(self.fields.get("dev", ""))

    @property
    def officer(self) -> str:
        """The wearer's number; empty when unset or handed in by hand."""
        officer = _unless_unset(self.fields.get("officer", ""))
        return "" if officer == HANDED_IN else officer

    @property
    def alias(self) -> str:
        """A person's name instead of a serial; it stays out of the journal."""
        return self.fields.get("name", "")

    @property
    def important(self) -> bool:
        """The wearer pressed the key-file button."""
        return bool(self.fields.get("imp"))

    @property
    def instant(self) -> datetime | None:
        """Start as an instant: wall time read as Asia/Shanghai, or the epoch as it stands."""
        if self.start is not None:
            return self.start.replace(tzinfo=SHANGHAI).astimezone(UTC)
        if ms := self.fields.get("ms"):
            return datetime.fromtimestamp(int(ms) / 1000, UTC)
        return None


def parse_name(name: str) -> RecorderName | None:
    """The claims of a file name, None when no known pattern fits or its date does not exist."""
    for pattern, expression in _PATTERNS:
        match = expression.fullmatch(name)
        if match is None:
            continue
        fields = {key: value for key, value in match.groupdict().items() if value is not None}
        stamp = fields.get("ts", "").replace("_", "")
        try:
            start = datetime.strptime(stamp, "%Y%m%d%H%M%S") if stamp else None  # noqa: DTZ007 wall time
        except ValueError:
            return None
        return RecorderName(pattern=pattern, fields=fields, start=start)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderHint:
    """`执法记录仪/<队>/<姓名><月.日>/x.mp4`: whose footage, of which day; no year, so only a hint."""

    alias: str
    month: int
    day: int


_FOLDER = re.compile(r"(?P<alias>[一-鿿]{2,4})\s*(?P<month>\d{1,2})\.(?P<day>\d{1,2})")


def folder_hint(path: str) -> FolderHint | None:
    """The hint in the nearest folder above a file, None when there is none."""
    for part in reversed(PurePath(path).parts[:-1]):
        match = _FOLDER.fullmatch(part)
        if match is not None and 1 <= int(match["month"]) <= 12 and 1 <= int(match["day"]) <= 31:
            return FolderHint(alias=match["alias"], month=int(match["month"]), day=int(match["day"]))
    return None


def _unless_unset(text: str) -> str:
    return "" if set(text) <= {"0"} else text
