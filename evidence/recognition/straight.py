"""What is straight is no signature: folds, edges of paper and strokes that void a box.

Everything here is judged in a crop with wide margins, for a fold runs on where a pen stops.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from evidence.recognition.reading import Array
from evidence.recognition.reference import MM
from evidence.recognition.straight_thresholds import StraightThresholds
from evidence.recognition.thresholds import DEFAULT

_STEP_MM = 0.5
"""Along a line ink is looked for every half millimetre."""
_FILLED = 1.2
"""Ink of a line, bowed and with a twentieth of it outside its band, in shares of its length times breadth."""
_SAME_TURN = math.radians(2.5)
"""Lines turned by less may be fitted to the same ink."""
_STIFF = 1e-6 * np.eye(3)
"""Keeps a fit of few points solvable."""
_RHO_MM = 0.34
"""Breadth of the bands in which votes for a line are counted."""
_NEAR_MM = 6.0
"""Ink further off a line than its bands and the bow of bent paper has no part in its run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A straight run of ink; pixels of the crop it was found in."""

    start: tuple[float, float]
    end: tuple[float, float]
    mask: Array
    """Its pixels."""

    @property
    def length_mm(self) -> float:
        """From end to end."""
        return math.hypot(self.end[0] - self.start[0], self.end[1] - self.start[1]) / MM

    @property
    def angle(self) -> float:
        """Degrees 0..180 from level."""
        return math.degrees(math.atan2(self.end[1] - self.start[1], self.end[0] - self.start[0])) % 180


def straight_runs(ink: Array, hidden: Array, limits: StraightThresholds = DEFAULT.straight) -> list[Run]:
    """The longest straight runs of ink, each taken away before the next is sought.

    Args:
        ink: uint8, 1 where something dark lies that is not printed.
        hidden: bool, where print hides what else may lie there.
    """
    # At half size: a pen's line is two pixels wide there, and most of the time goes by pixels of ink.
    half = cv2.resize(255 * ink, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    left = (half > 0).astype(np.uint8)
    under = hidden[: 2 * left.shape[0] : 2, : 2 * left.shape[1] : 2]
    runs: list[Run] = []
    for _round in range(limits.most_runs):
        run = _longest_run(left, under, limits, MM / 2)
        if run is None:
            break
        runs.append(_doubled(run, ink))
        left[run.mask] = 0
    return runs


def _doubled(run: Run, ink: Array) -> Run:
    """A run found at half size."""
    rows, columns = ink.shape
    mask = cv2.resize(run.mask.astype(np.uint8), (columns, rows), interpolation=cv2.INTER_NEAREST)
    (x0, y0), (x1, y1) = run.start, run.end
    return replace(run, start=(2 * x0, 2 * y0), end=(2 * x1, 2 * y1), mask=(mask > 0) & (ink > 0))


def _longest_run(ink: Array, hidden: Array, limits: StraightThresholds, mm: float) -> Run | None:
    """The longest run of ink; `mm` is how many pixels a millimetre has."""
    votes = cv2.HoughLinesWithAccumulator(ink, _RHO_MM * mm, math.radians(1.0), int(0.5 * limits.run_mm * mm))
    if votes is None:
        return None
    rows, columns = (places.astype(float) for places in np.nonzero(ink > 0))
    best: Run | None = None
    tried: list[tuple[float, float]] = []
    for rho, theta, _votes in votes.reshape(-1, 3)[: limits.tried_lines].tolist():
        if any(abs(rho - r) < limits.same_mm * mm and abs(theta - t) < _SAME_TURN for r, t in tried):
            continue
        tried.append((rho, theta))
        run = _run_along(rows, columns, hidden, (rho, theta), limits, mm)
        if run is not None and (best is None or run.length_mm > best.length_mm):
            best = run
    return best


def _run_along(
    rows: Array,
    columns: Array,
    hidden: Array,
    line: tuple[float, float],
    limits: StraightThresholds,
    mm: float,
) -> Run | None:
    """The longest run of ink near one line, bent to the arc that fits it."""
    rho, theta = line
    step = _STEP_MM * mm
    cos, sin = math.cos(theta), math.sin(theta)
    off = columns * cos + rows * sin - rho
    band = limits.band_mm * mm
    near = np.abs(off) < 1.6 * band
    if np.count_nonzero(near) < 0.5 * limits.run_mm * mm:
        return None
    kept = np.abs(off) < _NEAR_MM * mm
    rows, columns, off, near = rows[kept], columns[kept], off[kept], near[kept]
    along = rows * cos - columns * sin
    # A fold on bent paper is a gentle arc: fitted twice, the second time to what lies on the first.
    for _fit in range(2):
        s, d = along[near], off[near]
        middle, half = 0.5 * (s.min() + s.max()), max(0.5 * (s.max() - s.min()), 1.0)
        t = (s - middle) / half
        terms = np.vander(t, 3, increasing=True)
        system = terms.T @ terms + _STIFF + np.diag([0, 0, 0.02 * len(t)])
        bend = np.linalg.solve(system, terms.T @ d)
        everywhere = (along - middle) / half
        offset = off - (bend[0] + everywhere * (bend[1] + bend[2] * everywhere))
        near = (np.abs(offset) < band) & (np.abs(everywhere) < 1.05)
        if np.count_nonzero(near) < 0.5 * limits.run_mm * mm:
            return None
    if abs(bend[2]) > limits.arc * 2 * half:
        return None
    first = float(along.min())
    bins = ((along - first) / step).astype(int)
    count = int(bins.max()) + 1
    filled = np.zeros(count, bool)
    filled[bins[near]] = True
    places = first + (np.arange(count) + 0.5) * step
    t = (places - middle) / half
    d = rho + bend[0] + bend[1] * t + bend[2] * t * t
    x, y = d * cos - places * sin, d * sin + places * cos
    under = _hidden_at(hidden, x, y)
    span = _longest_span(filled, under, int(limits.gap_mm * mm / step))
    if span is None:
        return None
    a, b = span
    if (b - a) * step < limits.run_mm * mm:
        return None
    beside = (np.abs(offset) >= 1.5 * band) & (np.abs(offset) < 4 * band) & (bins >= a) & (bins < b)
    side_filled = np.unique(bins[beside]).size / max(b - a, 1)
    on = near & (bins >= a) & (bins < b)
    length = (b - a) * step
    if side_filled > limits.beside and length < limits.long_mm * mm:
        return None
    mask = np.zeros(hidden.shape, bool)
    mask[rows[on].astype(int), columns[on].astype(int)] = True
    return Run(start=(float(x[a]), float(y[a])), end=(float(x[b - 1]), float(y[b - 1])), mask=mask)


def _hidden_at(hidden: Array, x: Array, y: Array) -> Array:
    """Whether print hides the paper at points; outside the crop nothing does."""
    inside = (x >= 0) & (y >= 0) & (x < hidden.shape[1]) & (y < hidden.shape[0])
    under = np.zeros(len(x), bool)
    under[inside] = hidden[y[inside].astype(int), x[inside].astype(int)]
    return under


def _longest_span(filled: Array, under: Array, gap: int) -> tuple[int, int] | None:
    """First and last-but-one bin of the longest run whose gaps, hidden bins left out, are short."""
    places = np.nonzero(filled)[0]
    if not len(places):
        return None
    free = np.cumsum(~under)
    free = free - ~under  # of the bins before each
    # Free bins between one filled bin and the next, the filled one itself left out.
    missing = np.diff(free[places]) - ~under[places[:-1]]
    breaks = np.nonzero(missing > gap)[0]
    first = places[np.concatenate([[0], breaks + 1])]
    last = places[np.concatenate([breaks, [len(places) - 1]])] + 1
    longest = int(np.argmax(last - first))
    return int(first[longest]), int(last[longest])


def is_straight(mask: Array, width: float, limits: StraightThresholds = DEFAULT.straight) -> bool:
    """Whether a component is one line or gentle arc, without branch or turn.

    Args:
        mask: of the component alone.
        width: of its stroke, pixels.
    """
    rows, columns = np.nonzero(mask)
    breadth = width + 2 * limits.loose_mm * MM
    if len(rows) > _FILLED * breadth * math.hypot(*mask.shape):
        return False  # more ink than a line so long and broad has
    x, y = columns - columns.mean(), rows - rows.mean()
    xx, yy, xy = float((x * x).mean()), float((y * y).mean()), float((x * y).mean())
    turn = 0.5 * math.atan2(2 * xy, xx - yy)
    along, off = x * math.cos(turn) + y * math.sin(turn), y * math.cos(turn) - x * math.sin(turn)
    half = max(float(np.abs(along).max()), 1.0)
    t = along / half
    terms = np.stack([np.ones_like(t), t, t * t], 1)
    bend = np.linalg.solve(terms.T @ terms + 1e-6 * np.eye(3), terms.T @ off)
    if abs(bend[2]) > limits.bow * half:
        return False
    far = np.abs(off - terms @ bend)
    # Nine tenths within the pen's own half width: ends may be blunt, a branch is longer.
    return float(np.sort(far)[int(0.95 * (len(far) - 1))]) <= 0.5 * width + limits.loose_mm * MM


def line_count(ink: Array, limits: StraightThresholds = DEFAULT.straight) -> int:
    """How many straight lines make up nearly all of a drawing; `many_lines` stands for more.

    A slash takes one, a cross or tick two, a name many.
    """
    short = replace(
        limits,
        same_mm=0.0,
        run_mm=limits.stroke_mm,
        gap_mm=limits.stroke_gap_mm,
        beside=2.0,
        arc=limits.stroke_arc,
    )
    left, gone = ink.copy(), np.zeros(ink.shape, bool)
    total = max(int(np.count_nonzero(ink)), 1)
    for count in range(1, limits.many_lines):
        run = _longest_run(left, gone, short, MM)
        if run is None:
            return limits.many_lines
        # A line goes on beneath one that crosses it.
        gone |= cv2.dilate(run.mask.astype(np.uint8), np.ones((5, 5))) > 0
        left[gone] = 0
        if np.count_nonzero(left) < limits.unexplained * total:
            return count
    return limits.many_lines
