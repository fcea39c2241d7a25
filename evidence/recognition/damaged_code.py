"""A code too damaged to decode still names its page: its modules are held against every code issued.

A decoder needs all three finder patterns; a scan that cuts the paper's edge takes one away. The ledger
knows every payload there is, so on a page laid on its layout it is enough to see which of the issued
symbols the modules that are left belong to. Two symbols differ in a third of their data modules or
more (the random check spreads over the error correction), chance agrees with a half.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import cv2
import numpy as np
import segno

from evidence.domain.document import CodePlace, IssuedForm, IssuedPage
from evidence.domain.page_code import Corner, PageCode, encode
from evidence.recognition.codes import FoundCode
from evidence.recognition.reading import Array
from evidence.recognition.reference import PT
from evidence.recognition.registration import Features, Registration
from evidence.recognition.thresholds import DEFAULT, CodeThresholds

_SIDE = 25
"""Modules of QR version 2."""
_ZOOM = 4
"""Samples a module."""
_REACH = 2
"""Modules a code may lie off its place: 1.4 mm, where a cut page is laid on by what is left of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What is left of one printed code."""

    place: CodePlace
    dark: Array
    """shifts x 625, -1..1: darker than its surroundings, 0 where nothing is seen."""
    shifts: Array
    """n x 2 in modules."""


def damaged_codes(
    features: Features,
    registration: Registration,
    issued: IssuedPage,
    candidates: Sequence[IssuedForm],
    thresholds: CodeThresholds = DEFAULT.code,
) -> tuple[FoundCode, ...]:
    """The one issued page whose codes are printed on this sheet; nothing unless it is beyond doubt.

    Args:
        features: of the picture, which carries the picture itself.
        registration: on `issued`, the same page of any issue of the form.
        candidates: the issues of the form that this may be.
    """
    codes = [
        PageCode(
            number=form.number,
            page=issued.page,
            pages=form.pages,
            corner=Corner.TOP_RIGHT,
            check=form.checks[issued.page - 1],
        )
        for form in candidates
        if form.pages >= issued.page
    ]
    found: list[FoundCode] = []
    for place in issued.codes if codes else ():
        seen = _look(features.picture, registration, place)
        counted = float(np.abs(seen.dark).sum(axis=1).max())
        if counted < thresholds.seen_modules:
            continue
        agreement = seen.dark @ np.stack([_modules(_payload(code, place)) for code in codes]).T
        shift = agreement.argmax(axis=0)
        share = (agreement[shift, np.arange(len(codes))] / counted + 1) / 2
        first, second = _two_best(share)
        if share[first] >= thresholds.agreeing and share[first] - second >= thresholds.ahead:
            quad = _quad(registration, seen, int(shift[first])) / features.scale
            found.append(FoundCode(code=replace(codes[first], corner=Corner(place.corner)), quad=quad))
    # Two codes that name two pages say nothing here: a person must look.
    return tuple(found) if len({(item.code.number, item.code.page) for item in found}) == 1 else ()


def _two_best(share: Array) -> tuple[int, float]:
    """Index of the best and share of the second-best."""
    order = np.argsort(-share)
    return int(order[0]), float(share[order[1]]) if len(order) > 1 else 0.0


def _payload(code: PageCode, place: CodePlace) -> str:
    return encode(replace(code, corner=Corner(place.corner)))


def _look(small: Array, registration: Registration, place: CodePlace) -> _Seen:
    """Every module of a code at every shift within reach."""
    module = place.size / _SIDE
    across = _SIDE + 2 * _REACH
    steps = ((np.arange(across * _ZOOM) + 0.5) / _ZOOM - _REACH) * module
    grid_x, grid_y = np.meshgrid((place.x + steps) * PT, (place.y + steps) * PT)
    nodes = registration.placement(np.stack([grid_x.ravel(), grid_y.ravel()], 1)).astype(np.float32)
    maps = nodes.reshape((*grid_x.shape, 2))
    patch = cv2.remap(small, maps[..., 0], maps[..., 1], cv2.INTER_LINEAR, borderValue=255)
    rows, columns = small.shape[:2]
    inside = (
        (maps[..., 0] > 1) & (maps[..., 0] < columns - 2) & (maps[..., 1] > 1) & (maps[..., 1] < rows - 2)
    ).astype(np.float32)
    tone = cv2.blur(patch, (3, 3)).astype(np.float32)
    reach = (9 * _ZOOM, 9 * _ZOOM)
    weight = np.maximum(cv2.blur(inside, reach), 0.02)
    middle = cv2.blur(tone * inside, reach) / weight
    spread = np.sqrt(np.maximum(cv2.blur((tone - middle) ** 2 * inside, reach) / weight, 64.0))
    dark = np.clip((middle - tone) / spread, -1, 1) * inside
    shifts = [(dx, dy) for dy in range(2 * _REACH * _ZOOM + 1) for dx in range(2 * _REACH * _ZOOM + 1)]
    half = _ZOOM // 2
    samples = np.stack(
        [
            dark[
                dy + half : dy + half + _SIDE * _ZOOM : _ZOOM, dx + half : dx + half + _SIDE * _ZOOM : _ZOOM
            ].ravel()
            for dx, dy in shifts
        ]
    )
    return _Seen(place=place, dark=samples * _data_modules(), shifts=np.array(shifts, float) / _ZOOM - _REACH)


def _quad(registration: Registration, part: _Seen, shift: int) -> Array:
    place = part.place
    module = place.size / _SIDE
    x, y = place.x + part.shifts[shift, 0] * module, place.y + part.shifts[shift, 1] * module
    corners = np.array([[x, y], [x + place.size, y], [x + place.size, y + place.size], [x, y + place.size]])
    return registration.placement(corners * PT)


@lru_cache(maxsize=1)
def _data_modules() -> Array:
    """625 modules, 1 where a version 2 symbol carries data, 0 on its fixed patterns."""
    data = np.ones((_SIDE, _SIDE), np.float32)
    data[:9, :9] = data[:9, -8:] = data[-8:, :9] = 0
    data[6, :] = data[:, 6] = 0
    data[16:21, 16:21] = 0
    return data.ravel()


@lru_cache(maxsize=4000)
def _modules(payload: str) -> Array:
    """625 modules of an issued symbol: 1 dark, -1 light."""
    symbol = segno.make(payload, error="q", micro=False, boost_error=False)
    return np.array([list(row) for row in symbol.matrix], np.float32).ravel() * 2 - 1
