"""What one telephone sends about one visit, read at the edge."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec

Digest = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Name = Annotated[str, msgspec.Meta(pattern=r"^(head|rest)\|[^|]+$|^[^|]+\|[0-9]{1,3}\|[^|]+$", max_length=60)]
"""Of a form's field; rows are numbered below a thousand."""
_LATEST = 4_102_444_800_000
_OFF = 400 * 86_400_000
Millis = Annotated[int, msgspec.Meta(ge=0, le=_LATEST)]
Offset = Annotated[int, msgspec.Meta(ge=-_OFF, le=_OFF)]


class Described(msgspec.Struct, frozen=True, kw_only=True):
    """What the device knows of a photograph."""

    captured_sha256: Digest
    """Digest of the camera's own file, reckoned on the device the moment it was taken."""
    taken_ms: Millis
    """Milliseconds since 1970 by the device's clock."""
    offset_ms: Offset
    """What the server's clock was ahead of the device's, as measured last."""
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""

    @property
    def taken_at(self) -> datetime:
        """When it was taken, by the server's clock."""
        return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=self.taken_ms + self.offset_ms)


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """One visit with everything that was typed."""

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    kind: str
    case: str = ""
    typed: dict[Name, list[str]]
    times: dict[str, dict[str, int]] = {}
    photographs: dict[Name, list[Digest]] = {}
    """Name of a photo field -> digests of the copies."""
    described: dict[Digest, Described] = {}
    device_ms: int = 0


def read(body: bytes) -> Sending:
    """The sending.

    Raises:
        msgspec.ValidationError, msgspec.DecodeError: it has another shape.
    """
    return msgspec.json.decode(body, type=Sending)
