"""What a telephone reports beside a visit's facts: its clock when a button was pressed, its photographs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from evidence.domain.case import Clocked
from evidence.domain.hazard import Capture
from evidence.domain.identifiers import Sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """What a telephone brought beside the copy that goes into a record."""

    capture: Capture
    original: Path
    """The camera's own file, whose digest `capture` names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceReport:
    """Empty where nobody reports anything, at the desk and on the command line."""

    shots: Mapping[Sha256, Shot] = field(default_factory=dict)
    """By digest of the copy."""
    clocked: tuple[Clocked, ...] = ()


NOTHING = DeviceReport()
