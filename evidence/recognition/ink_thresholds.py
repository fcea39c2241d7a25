"""Thresholds of handwriting: when a signature or date box is signed, empty or asked.

Units and reasons as in `thresholds`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class InkThresholds:
    """Handwriting in signature and date boxes."""

    blackhat_mm: float = 4.0
    """Ink is darker than paper within this distance; stains, shading and folds are wider."""
    weak: float = 24
    """Least darkness of a stroke's pixel; faint pencil is about 40."""
    strong: float = 44
    """Darkness a stroke must reach somewhere: JPEG rings and bleed-through stay below."""
    noise_gain: float = 2.4
    """Strokes must stand this many noise levels above paper, or the page's own grain would sign."""
    noise_offset: float = 10
    date_share: float = 0.5
    """A date box is asked, not called empty, from this share of a signature's darkness on."""
    quiet_noise: float = 3.5
    """Grain up to which paper is quiet: 19 of 20 clean and office scans, one telephone page of twelve."""
    quiet_near: float = 0.85
    """Least median correlation of the words around a box for that."""
    digit_weak: float = 0.6
    """Share of a signature's least darkness that the digits of a date must have on quiet paper..."""
    digit_strong: float = 0.75
    """...and reach somewhere: print that shows through from the back stays below."""
    date_mm: float = 3.0
    """Length of such digits from which a date is there: of 152 empty boxes on quiet paper 151 had none,
    one 1.9."""
    date_doubt_mm: float = 1.2
    """Length of what is paler still from which a date on quiet paper is asked..."""
    doubt_mm: float = 3.0
    """...and, in any other box, of ink too pale or perhaps a neighbour's for the box to be called empty."""
    absent_mm: float = 2.2
    """Stroke length up to which a box is empty: specks and print residue reach 2 mm."""
    present_mm: float = 10.0
    """Stroke length from which it is signed; the shortest initials measured have 9 mm and are asked."""
    absent_mm2: float = 0.45
    """Ink area up to which a box is empty."""
    present_mm2: float = 2.0
    """Ink area from which it is signed."""
    bilevel_weak: float = 80
    """Least darkness of a stroke's pixel on a black-and-white copy: specks, averaged by the warp to the
    working resolution, have 30-90, ink that was set black has 170 and more."""
    bilevel_strong: float = 120
    speckle_mm2: float = 3
    """Area of specks in a heap from which a box of a black-and-white copy is not called empty: a faint pen
    breaks into specks, but unlike the grain of the copy they do not lie all over the box."""
    speck_mm2: float = 2
    """Larger pieces are not grain, however evenly it lies."""
    speckle_even: float = 0.1
    """Specks are grain when three of four strips across the box have this share of the densest strip's: 22
    empty signature boxes had 0.36-0.77, faint signatures 0."""
    speckle_drowned: float = 0.03
    """Share of a box's 4 mm cell covered by specks from which, when three of four cells have it, grain may
    clot into strokes and nothing is told: 0.055-0.08 where it did, 0.015 at most in 290 other boxes."""
    clot_mm2: float = 4
    """Larger pieces are strokes: grain clots to 3 mm2 at most."""
    speckle_clear: float = 0.005
    """Same up to which a box has no grain to speak of."""
    bilevel_absent_mm2: float = 0.5
    """Same on black-and-white copies, where print swells."""
    bilevel_present_mm2: float = 5.5
    """Faint pens on faxes leave 5-8; 88 empty boxes of faxes and copies had 0.3 at most..."""
    bilevel_present_mm: float = 8.5
    """...and strokes of 0.6 mm."""
    grainy_present_mm2: float = 8
    """Area, with `present_mm`, from which a box with grain all over is signed: clots had 5.8 mm2, 9.5 mm."""
    inside: float = 0.55
    """Least share of a stroke inside its box; less is a neighbour's overflow (research: main failure)."""
    line_mm: float = 24
    """A straight dark line longer than this that the form has not printed is a fold or feeder streak
    (point 3)."""
    line_fill: float = 0.8
    """Share of such a line that must be dark where no print hides it."""
    line_beside: float = 0.35
    """Share of dark paper 1.3 mm beside it: handwriting has more, a fold is alone."""
    broken_mm: float = 70
    """Same on black-and-white copies, which break a pale fold into dashes: longer..."""
    broken_fill: float = 0.5
    """...but less filled (ten folds of faxes had 0.53-1.0, print and names at most 0.46)..."""
    broken_beside: float = 0.15
    """...and with nothing beside it (0.05 at most; grain 0.2-0.3)."""
    rule_thick_mm: float = 1.1
    """Thin things this near to a printed rule, along it and at least four times as long, are the rule."""
    rule_beside_mm: float = 2.0
    thick_mm: float = 2.6
    """Broader than any pen: highlighter, stain, thumb (point 4)."""
    thumb_gap_mm: float = 2.2
    """Gaps between the ridges of a red thumb's print, closed to find it; red ridges this far around what
    was found are the thumb's too. They are as long and narrow as a pen's strokes: counted, they alone
    signed 21 of 53 unsigned boxes that a thumb reached on telephone pages."""
    ridge_mm2: float = 12
    """Area of dense lines side by side from which ink on a gray scan is asked about: without colour a thumb's
    print looks like writing. 20 thumbs that would have signed had 14-98, 106 of 107 pieces of writing
    13 and less; the least of the thumbs has 13.8 or 13.1 with the form set in one or the other version of
    the same font, so what lies between is asked. In colour writing is denser and the thumb is red."""
    ridges_least_mm2: float = 5.0
    """Same where such lines make up..."""
    ridges_of_ink: float = 0.5
    """...this share of the ink and more: versions of the libraries draw and soften a pale thumb otherwise."""
    ridge_window_mm: float = 3.0
    """Several ridges of a thumb; strokes of a character run all ways within it."""
    ridge_coherence: float = 0.6
    """Least share by which edges within the window run one way."""
    ridge_density: float = 0.5
    """Least share of pixels on an edge within the window."""
    bilevel_ridges: float = 2.4
    """Area of such lines for each area of ink from which ink on a black-and-white copy is judged without
    them: thumbs that would have signed have 2.2-4.8, 122 of 124 signatures 1.9 and less; others, small..."""
    bold_ridges: float = 1.9
    """...up to 2.8, so that this is enough only..."""
    bold_ridge_mm2: float = 58
    """...from this area of lines on: such signatures had 55 at most, bold thumbs 70-110."""
    bilevel_ridge_mm2: float = 14
    """Least area of such lines for that."""
    bilevel_ridge_coherence: float = 0.5
    bilevel_ridge_density: float = 0.3
    """Both lower than on gray scans: a copy breaks ridges up, and writing is told apart by the ratio."""
    paper_floor: float = 0.4
    """Local paper darker than this share of the page's paper is shadow or cover: never `absent` (point 5)."""
    contrast_floor: float = 60
    """Least print contrast near a box for `absent`: where our own print is fainter, ink may be lost."""
    print_there: float = 0.8
    """Share of the issued print around each fifth of a box that must be seen for `present` and `absent`:
    under a folded corner, a note or a receipt it is gone (point 7). 183 boxes of folded and telephone pages
    had 0.77-1.0, all but three of them 0.98 and more; boxes covered in part mostly less than 0.7."""
    half_there: float = 0.65
    """Same of each half of these, above and below: pale rules on grainy telephone pictures had 0.6-0.74,
    those under a slip mostly less than 0.5."""
    bilevel_print_there: float = 0.4
    """Same on black-and-white copies, which break thin rules up."""
    foreign_word: float = 0.36
    """A word near a box correlated less than this..."""
    foreign_covered: float = 0.6
    """...whose issued strokes are darkened for less than this share lies under something..."""
    foreign_words: int = 2
    """...and with so many of them..."""
    foreign_mm: float = 8.0
    """...within this distance so does the box."""
    print_least: int = 40
    """Printed pixels in a fifth of a box for that to mean something: rules of 7 mm."""
    rules_there: float = 0.97
    """Share of the page's other rules seen from which those missing around one box of a black-and-white copy
    mean that something lies on it: whole copies show 0.96-1.0, faxes too pale for lines 0.6-0.96."""
    rules_least: int = 400
    """Pixels of rules, one of four counted, for that to mean something: 13 cm of lines."""
    cover_level: float = 222
    """Brightness under which a broad part of a box is not paper: a folded corner's back, a thumb, a note."""
    broad_share: float = 0.1
    """Share of a box under broad things from which it is not called empty: something lies on it."""
    paper_hue: float = 26
    """Colour difference of local paper from the page's paper from which something lies on it (point 7)."""
