"""How pages are scanned: five profiles from a clean office scanner to a fax."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Ranges and probabilities; a probability is of one page having the accident."""

    dpi: tuple[int, ...]
    modes: tuple[str, ...]
    """`color`, `gray`, `bilevel`, `fax`."""
    jpeg: tuple[int, int]
    skew: float
    """Degrees either way."""
    scale: float
    offset: float
    """Millimetres."""
    turned: float
    """Probability of 90, 180 or 270 degrees."""
    perspective: float
    curl: float
    """Millimetres of paper curl."""
    shade: float
    noise: tuple[float, float]
    blur: tuple[float, float]
    bleed: float = 0
    fold: float = 0
    hole: float = 0
    stain: float = 0
    crop: float = 0
    dark_border: float = 0
    staple: float = 0
    code_pen: float = 0
    stray: float = 0
    toner: float = 0
    photocopy: float = 0
    phone: bool = False
    crease: float = 0
    """Folds of any direction, depth, flank and length, through boxes and along text (`creases`)."""
    crumple: float = 0
    receipt: float = 0
    """A till receipt lies on a box (`covers`)..."""
    card: float = 0
    """...a business card..."""
    slip: float = 0
    """...a slip with a handwritten word..."""
    sheet: float = 0
    """...or another sheet of the same form."""
    void: float = 0
    """An unsigned box is struck out or refused in words (`voids`); of one box."""
    overflow: float = 0
    """A date begins left of its box; of one date."""
    date_across: float = 0
    """A date stands across the border of the empty box above or below; of one date."""
    pale_pad: float = 0
    """A seal from a pad that is nearly dry; of one seal, as the rest."""
    oval_seal: float = 0
    square_seal: float = 0
    over_border: float = 0
    """A seal is pressed half over its box's border."""
    highlight: float = 0
    """A marker crosses the seal."""

    def tidy(self) -> Profile:
        """The same scanner in careful hands."""
        careless = (
            "bleed fold stain crop staple code_pen stray toner photocopy crease crumple receipt card slip "
            "sheet void overflow date_across pale_pad oval_seal square_seal over_border highlight"
        )
        never: dict[str, Any] = dict.fromkeys(careless.split(), 0)
        return replace(self, **never)


PROFILES: dict[str, Profile] = {
    "clean": Profile(
        dpi=(300, 300, 300, 200, 200, 200, 600),
        modes=("color",) * 4 + ("gray",),
        jpeg=(80, 95),
        skew=0.6,
        scale=0.01,
        offset=2,
        turned=0.05,
        perspective=0,
        curl=0.05,
        shade=0.03,
        noise=(1, 3),
        blur=(0.2, 0.5),
        hole=0.05,
        dark_border=0.1,
        staple=0.05,
        stray=0.1,
        toner=0.1,
    ),
    "office": Profile(
        dpi=(200, 200, 300, 300, 150),
        modes=("color",) * 5 + ("gray",) * 3 + ("bilevel",),
        jpeg=(50, 90),
        skew=2,
        scale=0.02,
        offset=4,
        turned=0.12,
        perspective=0,
        curl=0.15,
        shade=0.08,
        noise=(2, 6),
        blur=(0.3, 0.8),
        bleed=0.2,
        fold=0.15,
        hole=0.4,
        stain=0.05,
        crop=0.1,
        dark_border=0.4,
        staple=0.3,
        code_pen=0.05,
        stray=0.25,
        toner=0.25,
    ),
    "rough": Profile(
        dpi=(150, 150, 200, 200, 300),
        modes=("color",) * 4 + ("gray",) * 3 + ("bilevel",) * 2,
        jpeg=(30, 70),
        skew=5,
        scale=0.03,
        offset=7,
        turned=0.25,
        perspective=0.004,
        curl=0.4,
        shade=0.22,
        noise=(4, 14),
        blur=(0.5, 1.3),
        bleed=0.5,
        fold=0.5,
        hole=0.5,
        stain=0.35,
        crop=0.35,
        dark_border=0.6,
        staple=0.4,
        code_pen=0.3,
        stray=0.45,
        toner=0.6,
        photocopy=0.25,
    ),
    "phone": Profile(
        dpi=(140, 170, 200, 230),
        modes=("color",),
        jpeg=(40, 85),
        skew=5,
        scale=0.03,
        offset=10,
        turned=0.3,
        perspective=0.06,
        curl=1.2,
        shade=0.45,
        noise=(3, 12),
        blur=(0.4, 1.5),
        bleed=0.2,
        fold=0.5,
        hole=0.2,
        stain=0.15,
        staple=0.2,
        code_pen=0.15,
        stray=0.25,
        toner=0.25,
        phone=True,
    ),
    "fax": Profile(
        dpi=(204,),
        modes=("fax",),
        jpeg=(90, 90),
        skew=3,
        scale=0.03,
        offset=5,
        turned=0.15,
        perspective=0,
        curl=0.2,
        shade=0.1,
        noise=(4, 12),
        blur=(0.4, 0.9),
        bleed=0.2,
        fold=0.3,
        hole=0.2,
        stain=0.1,
        crop=0.2,
        dark_border=0.3,
        staple=0.2,
        code_pen=0.15,
        stray=0.25,
        toner=0.5,
        photocopy=0.2,
    ),
}
PROFILES["folded"] = replace(
    PROFILES["office"],
    modes=("color",) * 5 + ("gray",),
    fold=0,
    stray=0,
    bleed=0.1,
    crease=1,
    crumple=0.15,
)
"""Paper that was folded and pressed, on an office scanner: every page."""
PROFILES["folded-phone"] = replace(
    PROFILES["phone"], jpeg=(30, 85), fold=0, stray=0, bleed=0.1, crease=1, crumple=0.15
)
"""The same seen by a telephone and sent on by a messenger."""
PROFILES["daily"] = replace(
    PROFILES["office"],
    modes=("color",),
    stray=0,
    fold=0,
    stain=0,
    crease=0.1,
    receipt=0.04,
    card=0.04,
    slip=0.04,
    sheet=0.04,
    void=0.25,
    overflow=0.25,
    date_across=0.1,
    pale_pad=0.3,
    oval_seal=0.1,
    square_seal=0.05,
    over_border=0.25,
    highlight=0.1,
)
"""What people do to forms: boxes struck out, dates too large, slips on top, seals of every kind."""
