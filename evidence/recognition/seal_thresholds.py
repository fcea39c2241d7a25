"""Thresholds of seals: colour, ring and outline.

Units and reasons as in `thresholds`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class SealThresholds:
    """Round seals near seal boxes."""

    floor: float = 9
    """Least redness (R - max(G, B)) against local paper; pale pads of real seals measure 12-30 (point 1)."""
    noise_gain: float = 4.0
    """Redness must exceed the paper's own colour noise this many times (point 1)."""
    hue_degrees: float = 38
    """Red lies within this angle of pure red; blue and violet seals never count as red (point 1)."""
    radii_mm: tuple[float, ...] = (15.0, 17.0, 18.5, 19.5, 20.5, 21.5, 23.0)
    """Seals of 30-46 mm; company seals are 38-42 mm, government 42 mm."""
    present_mm2: float = 30
    """Least red area of a seal."""
    present_sectors: float = 0.42
    """Least share of the ring seen; a half-pressed seal shows 0.5 and more."""
    ring_gain: float = 1.6
    """The ring must be this many times denser than the bands beside it: arcs of text are not a ring."""
    present_saturation: float = 26
    """Median redness of the ring's pixels; weaker seals are asked (point 1)."""
    ask_mm2: float = 4
    """Red area from which a box is asked; red specks and a tick stay below."""
    peaks: int = 2
    """Circles tried for each radius..."""
    candidates: int = 6
    """...and in all: the likeliest may be a star's or a line's, the next the seal's."""
    least_vote: float = 0.02
    """Share of a circle that must carry ink for it to be tried."""
    apart_mm: float = 2.0
    """Candidates alike are tried once."""
    reach_mm: float = 30.0
    """How far around its box a seal is looked for: all of one whose centre lies 8 mm outside."""
    pale_blur: float = 1.5
    """Pixels over which colour is averaged to find a pale pad's seal beneath the paper's noise."""
    pale_floor: float = 3.0
    """Least redness of such a seal..."""
    pale_gain: float = 3.0
    """...and its redness in units of the noise left."""
    pale_sectors: float = 0.6
    """Least share of its ring, which must do what strength does not..."""
    pale_arcs: float = 0.6
    """...each twenty-fourth of it, redder on the average than the paper outside by..."""
    pale_redder: float = 1.5
    """...so much and four standard errors, for this share of the ring..."""
    pale_purity: float = 0.4
    """...with this share of redness in its darkness: gray copies have colour only at their edges."""
    oval_ratio: float = 0.9
    """A seal whose outline is narrower than this is no circle..."""
    outline_sectors: float = 0.55
    """...when so much of the oval's or rectangle's own outline is there..."""
    outline_better: float = 0.1
    """...and more than of the circle by this..."""
    outline_beyond: float = 0.06
    """...unless this share of the ink lies outside the circle: then it is not the seal's outline."""
    loose_sectors: float = 0.5
    """Share of a ring that is another seal's wherever it lies."""
    gray_ring: float = 0.35
    """Share of a gray ring seen in a colour scan from which the seal is called a copy."""
