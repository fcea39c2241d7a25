"""What an office may set about its recorders: table `[recordings]` of evidence.toml."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportMapping:
    """Which column of a station's list says what; an empty name means the station does not say it."""

    name: str
    """File name; the one column that must be there."""
    device: str = ""
    """Column with the recorder's number."""
    officer: str = ""
    """Column with the wearer."""
    start: str = ""
    """Column with the time the file begins."""
    end: str = ""
    """Column with the time it ends."""
    duration_s: str = ""
    """Column with its length in seconds."""
    size: str = ""
    """Column with its size."""
    size_unit: int = 1
    """Bytes per unit of the size column: 1, or 1048576 for stations that write MB."""
    sha256: str = ""
    """Only a real digest of the content; station ids made of name and size are not."""
    kind: str = ""
    """File kind column; rows of other kinds than video and sound are left out."""
    video_kinds: tuple[str, ...] = ("1", "video", "VIDEO", "视频")
    """Values of the kind column that mean video."""
    audio_kinds: tuple[str, ...] = ("2", "audio", "AUDIO", "音频")
    """Values of the kind column that mean sound alone."""
    important: str = ""
    """Column that says whether the file was marked as important."""
    utc: bool = False
    """Whether times without a zone are UTC; stations write local time unless they say otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingsSettings:
    """Recorders and their footage (附件八2)."""

    drift_s: int = 3
    """How far a recorder's clock may be off, in seconds; a gap that this could close is for a person.
    A recorder in the clock register brings its own figure for each file."""
    drift_daily_s: int = 3
    """Seconds a day by which the clock of a measured recorder may go wrong before or after its
    measurement (GA/T 947.2: at most 3 s a day, second-hand)."""
    prerecord_s: int = 30
    """Seconds a recorder may prepend from its buffer; two files of one device may overlap by that."""
    margin_s: int = 900
    """How long before arrival and after leaving a recorder may run, in seconds."""
    samples: int = 6
    """Places of each file looked at for black picture and silence; 0 to look at none."""
    exports: dict[str, ExportMapping] = field(default_factory=dict)
    """Columns of the office's own docking station, by a name of your choice; tried before the presets."""
