"""When an inspection cycle is complete: check, urging, report, recheck (附件五(二)1, 附件五(三)二十三2).

One definition for the case, the yearly duty, the list of enterprises served and the payment packs.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """What one cycle has of its steps."""

    checked: bool
    hazards_none: bool
    """Every check says expressly that it found nothing."""
    hazards: Collection[str]
    """Ids of what was found, at whatever visit."""
    urged: bool
    reported: bool
    """A rectification report came in."""
    rechecked: bool
    open: Collection[str]
    """Hazards whose latest result is not 已整改."""

    @property
    def lacking(self) -> tuple[str, ...]:
        """Steps that are not there, in the contract's words and order."""
        if not self.checked:
            return ("检查",)
        if not self.hazards:
            return ()
        steps = (("督促", self.urged), ("整改报告", self.reported), ("复查", self.rechecked))
        return tuple(word for word, there in steps if not there)

    @property
    def complete(self) -> bool:
        """Every step is there and nothing is left open; without hazards the check alone, if it says so."""
        if self.lacking:
            return False
        return not self.open if self.hazards else self.hazards_none
