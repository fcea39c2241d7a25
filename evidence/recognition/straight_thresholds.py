"""Thresholds of lines that no pen drew in signing, and of words that refuse.

Units and reasons as in `thresholds`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StraightThresholds:
    """Lines that no pen drew in signing: folds, edges, strokes that void a box."""

    run_mm: float = 8.0
    """Least length of a straight run; straight strokes of characters are shorter."""
    band_mm: float = 0.55
    """Half the breadth of a run's band."""
    gap_mm: float = 2.0
    """Longest gap in a run; what print hides does not count."""
    arc: float = 0.03
    """Greatest sagitta of a run's half in shares of its length: bent paper."""
    beside: float = 0.45
    """Share of a run beside which ink may lie: a line of writing has more..."""
    long_mm: float = 30.0
    """...but a longer run is straight whatever crosses it."""
    most_runs: int = 8
    tried_lines: int = 6
    """Lines with the most votes that are fitted..."""
    same_mm: float = 0.85
    """...but for those less than this beside one that was, which would be fitted to the same ink."""
    bow: float = 0.25
    """Greatest sagitta of a straight component in shares of half its length."""
    loose_mm: float = 0.2
    """How far beyond its pen's half width a straight component may stray."""
    stroke_mm: float = 1.6
    """Least length of a line when the lines of a drawing are counted..."""
    stroke_gap_mm: float = 0.6
    """...and the longest gap in it, and..."""
    stroke_arc: float = 0.05
    """...its greatest bow."""
    many_lines: int = 3
    """From so many lines on a drawing is no longer counted."""
    written_mm: float = 7.0
    """Length of strokes with branch or turn from which a box is signed: creases left none on 160 boxes and
    5.7 on one; eight of 584 signatures on folded paper have less."""
    dated_mm: float = 2.0
    """Same of a date: digits are small and some are straight."""
    creased_mm: float = 4.0
    """Length of straight runs outside a box from which the paper is creased; what is left of a crease..."""
    stands_out: float = 1.3
    """...is no darker than it: writing is by this factor..."""
    inked_hue: float = 18
    """...or more coloured than the paper by this..."""
    inked_dark: float = 0.5
    """Darkness in shares of the print's from which straight legs joined to each other are a pen's: creases
    had 0.42 at most, 95 of 100 signatures 0.53 and more."""
    leaves_mm: float = 2.5
    """Length outside the box from which a straight run is said to leave it."""
    creased_written_mm: float = 20.0
    """...or longer than this."""
    refused_mm: float = 80.0
    """Length up to which ink may be a word of refusal..."""
    refused: float = 0.9
    """...and the probability from which it is asked as one: of drawings kept back 58 in 100 refusals and 0.9
    in 100 others have more."""
    refused_alone: float = 0.5
    """The same of a single character: names have two and more. Of 无 drawn 97 in 100 are asked instead of 83,
    of names and scribbles as many as before."""
    mark_mm: float = 30.0
    """Length up to which ink may be a mark that strikes a box out..."""
    mark_lines: int = 2
    """...and lines it is made of: slash and dash one, tick and cross two."""
    unexplained: float = 0.15
    """Share of a drawing that the lines counted may leave over."""
