"""What one telephone sends about one visit, read at the edge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec

from evidence.domain.case import Clocked
from evidence.domain.hazard import Capture
from evidence.domain.identifiers import Sha256

Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Name = Annotated[str, msgspec.Meta(pattern=r"^(head|rest)\|[^|]+$|^[^|]+\|[0-9]{1,3}\|[^|]+$", max_length=60)]
"""Of a form's field; rows are numbered below a thousand."""
_LATEST = 4_102_444_800_000
_OFF = 400 * 86_400_000
Millis = Annotated[int, msgspec.Meta(ge=0, le=_LATEST)]
Offset = Annotated[int, msgspec.Meta(ge=-_OFF, le=_OFF)]
Latitude = Annotated[int, msgspec.Meta(ge=-90_000_000, le=90_000_000)]
Longitude = Annotated[int, msgspec.Meta(ge=-180_000_000, le=180_000_000)]
Metres = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


def _instant(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=milliseconds)


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """What the device knows of a photograph."""

    captured_sha256: Digest
    """Digest of the camera's own file, reckoned on the device the moment it was taken."""
    taken_ms: Millis
    """Milliseconds since 1970 by the device's clock."""
    offset_ms: Offset
    """What the server's clock was ahead of the device's, as measured last."""
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    device: Annotated[str, msgspec.Meta(max_length=60)] = ""
    latitude_e6: Latitude | None = None
    longitude_e6: Longitude | None = None
    accuracy_m: Metres | None = None

    @property
    def taken_at(self) -> datetime:
        """When it was taken, by the server's clock."""
        return self._device_time + timedelta(milliseconds=self.offset_ms)

    @property
    def _device_time(self) -> datetime:
        return _instant(self.taken_ms)

    @property
    def capture(self) -> Capture:
        """What stands beside the photograph in the journal."""
        return Capture(
            original=Sha256(self.captured_sha256),
            device="".join(letter for letter in self.device if letter.isprintable()),
            device_time=self._device_time,
            ahead_ms=self.offset_ms,
            latitude_e6=self.latitude_e6,
            longitude_e6=self.longitude_e6,
            accuracy_m=self.accuracy_m,
        )


class Pressed(msgspec.Struct, frozen=True, kw_only=True):
    """A button pressed, by the device's clock."""

    device_ms: Millis
    offset_ms: Offset


_BUTTONS = {"到达时间": "arrived", "离开时间": "left"}


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """One visit with everything that was typed."""

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    kind: str
    case: str = ""
    enterprise: Annotated[str, msgspec.Meta(max_length=200)] = ""
    """Name or credit code, of a visit outside the plan."""
    typed: dict[Name, list[str]]
    times: dict[str, Pressed] = {}
    """`到达时间`, `离开时间`: when the button was pressed."""
    photographs: dict[Name, list[Digest]] = {}
    """Name of a photo field -> digests of the copies."""
    described: dict[Digest, Described] = {}
    device_ms: int = 0
    page: dict[str, Any] = {}
    """What the telephone draws its page from, its own affair: a PIN that was forgotten took it from there."""

    @property
    def clocked(self) -> tuple[Clocked, ...]:
        """The presses, for the journal."""
        return tuple(
            Clocked(what=what, device_time=_instant(pressed.device_ms), ahead_ms=pressed.offset_ms)
            for heading, what in _BUTTONS.items()
            if (pressed := self.times.get(heading)) is not None
        )

    @property
    def digests(self) -> frozenset[str]:
        """Every file it names: the copies, and the camera's own files."""
        copies = {digest for digests in self.photographs.values() for digest in digests}
        return frozenset(
            copies | {self.described[each].captured_sha256 for each in copies if each in self.described}
        )


def read(body: bytes) -> Sending:
    """The sending.

    Raises:
        msgspec.ValidationError, msgspec.DecodeError: it has another shape.
    """
    return msgspec.json.decode(body, type=Sending)


_BACK = ("typed", "times", "photographs", "described", "page")


def sent_back(sending: Sending) -> dict[str, Any]:
    """What a telephone needs to correct it."""
    plain: dict[str, Any] = msgspec.to_builtins(sending)
    return {name: plain[name] for name in _BACK}


def written_back(body: bytes) -> dict[str, Any]:
    """The same of a sending that has another shape; empty where nobody typed anything."""
    try:
        plain = msgspec.json.decode(body)
    except msgspec.DecodeError:
        return {}
    if not isinstance(plain, dict) or not isinstance(plain.get("typed"), dict):
        return {}
    return {name: plain[name] for name in _BACK if isinstance(plain.get(name), dict)}
