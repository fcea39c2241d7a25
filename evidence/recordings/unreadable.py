"""A recorder file that proves nothing as it is; the inbox turns it into a quarantine reason."""

from __future__ import annotations

from evidence.errors import InputError


class UnreadableRecordingError(InputError):
    """Carries one of the interface's reasons: `empty`, `incomplete`, `malformed`, `unsupported_type`."""

    def __init__(self, reason: str, what: str, *, where: str = "", remedy: str = "") -> None:
        super().__init__(what, where=where, remedy=remedy)
        self.reason = reason
