"""Print, sign, seal, scan: one issued page becomes a picture whose truth is known.

Everything draws from one generator seeded by (seed, page, profile): equal arguments, equal pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from evidence.demo import usage
from evidence.demo.canvas import Array, Canvas, render_page, smooth_field
from evidence.demo.geometry import curl, lay, pose
from evidence.demo.paper import wear
from evidence.demo.pen import write
from evidence.demo.profiles import PROFILES, Profile
from evidence.demo.seal import stamp
from evidence.domain.document import BoxKind, IssuedPage

_BAND = 128
"""Rows that get their noise at a time, to stay in the cache; even, for the blocks are two rows high."""
_TRUNCATION = 0.5
"""A sensor's converter drops the fraction that OpenCV would round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanTruth:
    """What was really done to a page."""

    page: int
    profile: str
    seed: int
    dpi: int
    mode: str
    orientation: int
    """Degrees the picture is turned."""
    matrix: Array
    """Homography, page points to picture pixels, without the paper's curl."""
    signed: frozenset[str]
    sealed: frozenset[str]
    touched: frozenset[str]
    """Boxes reached by a stray stroke or stain: nobody can say what they hold."""
    effects: tuple[str, ...]
    jpeg_quality: int
    covered: frozenset[str] = frozenset()
    """Boxes on which other paper lies."""
    voided: frozenset[str] = frozenset()
    """Boxes struck out or refused in words."""
    overflowed: frozenset[str] = frozenset()
    """Empty signature boxes that a neighbour's date reaches."""
    wrong_seals: frozenset[str] = frozenset()
    """Seal boxes that carry an oval or rectangular seal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One scanned page."""

    image: Array
    """Gray or BGR, uint8."""
    truth: ScanTruth


def simulate_page(
    pdf: Path,
    page_index: int,
    issued_page: IssuedPage,
    *,
    profile: str = "office",
    seed: int = 0,
    signed: Set[str] = frozenset(),
    sealed: Set[str] = frozenset(),
    company: str = "常州鑫盛精密机械有限公司",
    dpi: int | None = None,
    mode: str | None = None,
    orientation: int | None = None,
    retouch: Callable[[np.random.Generator, Canvas], None] | None = None,
    writing: Mapping[str, str] | None = None,
    accidents: bool = True,
) -> Scan:
    """Scan one page.

    Args:
        pdf: the issued PDF; page_index is 0-based.
        signed: ids of signature and date boxes to write in; sealed: of seal boxes to stamp.
        dpi, mode, orientation: fixed instead of drawn from the profile.
        accidents: whether paper may be stained, folded, scribbled on, badly printed or signed in red.
        writing: box -> what is written in it; a name or date out of the air where it says nothing.
        retouch: a last hand on the paper before it is scanned (forgery, red pen, highlighter).
    """
    settings = PROFILES[profile] if accidents else PROFILES[profile].tidy()
    drawn_from = [seed, page_index, list(PROFILES).index(profile)]
    rng = np.random.default_rng(drawn_from)
    out_dpi = dpi or int(rng.choice(settings.dpi))
    chosen_mode = mode or str(rng.choice(settings.modes))
    paper_dpi = max(200, min(out_dpi, 600))
    printed = _toner(rng, render_page(pdf, page_index, paper_dpi), paper_dpi, settings)
    canvas = Canvas(image=printed, dpi=paper_dpi, boxes=issued_page.boxes)
    # A generator of its own: pages of profiles without these accidents stay what they were.
    life = np.random.default_rng([*drawn_from, 2])
    _write_in(rng, life, canvas, settings, signed, writing or {}, proper_pen=not accidents)
    _stamp_on(rng, life, canvas, settings, sealed, company)
    usage.strike_out_empty(life, canvas, settings, signed)
    wear(rng, canvas, settings, issued_page.codes)
    usage.bend_and_cover(life, canvas, settings)
    if retouch is not None:
        retouch(rng, canvas)
    _photocopy(rng, canvas, settings)
    turned = _turned(rng, settings, orientation)
    picture, matrix = _taken(rng, canvas, issued_page, settings, profile, out_dpi, turned)
    picture = _reduce(rng, picture, chosen_mode, out_dpi, turned)
    truth = ScanTruth(
        page=issued_page.page,
        profile=profile,
        seed=seed,
        dpi=out_dpi,
        mode=chosen_mode,
        orientation=turned,
        matrix=matrix,
        jpeg_quality=int(rng.integers(settings.jpeg[0], settings.jpeg[1] + 1)),
        **_done_to(canvas, signed, sealed),
    )
    return Scan(image=picture, truth=truth)


def _turned(rng: np.random.Generator, settings: Profile, orientation: int | None) -> int:
    """Degrees; drawn even where they are given, so that what is drawn later stays the same."""
    drawn = int(rng.choice([90, 180, 270])) if rng.random() < settings.turned else 0
    return drawn if orientation is None else orientation


def _write_in(
    rng: np.random.Generator,
    life: np.random.Generator,
    canvas: Canvas,
    settings: Profile,
    signed: Set[str],
    writing: Mapping[str, str],
    *,
    proper_pen: bool,
) -> None:
    """Names and dates; a date may run over from the box beside it."""
    for box in canvas.boxes:
        if box.kind is BoxKind.SEAL or box.box not in signed:
            continue
        if box.kind is BoxKind.DATE and usage.overflows(life, canvas, settings, box, signed):
            continue
        write(rng, canvas, box, writing.get(box.box, ""), proper_pen=proper_pen)


def _stamp_on(
    rng: np.random.Generator,
    life: np.random.Generator,
    canvas: Canvas,
    settings: Profile,
    sealed: Set[str],
    company: str,
) -> None:
    """Seals, and what a hand does after pressing one."""
    for box in canvas.boxes:
        if box.kind is BoxKind.SEAL and box.box in sealed:
            pressing = usage.pressing(life, settings)
            stamp(rng, canvas, box, company, pressing=pressing)
            usage.after_seal(life, canvas, settings, box, pressing)


def _photocopy(rng: np.random.Generator, canvas: Canvas, settings: Profile) -> None:
    """Some pages were copied before they were scanned: gray, and harder in contrast."""
    if rng.random() < settings.photocopy * 0.3:
        canvas.effects.append("photocopy")
        gray = cv2.cvtColor(canvas.image, cv2.COLOR_BGR2GRAY)
        canvas.image = cv2.cvtColor(cv2.convertScaleAbs(gray, alpha=1.25, beta=-20), cv2.COLOR_GRAY2BGR)


def _taken(
    rng: np.random.Generator,
    canvas: Canvas,
    issued_page: IssuedPage,
    settings: Profile,
    name: str,
    dpi: int,
    turned: int,
) -> tuple[Array, Array]:
    """The paper as the sensor sees it, and the homography from page points to its pixels."""
    page = (issued_page.width, issued_page.height)
    matrix, size = pose(rng, settings, page, dpi, turned)
    ground = _ground(rng, settings, size)
    picture = lay(canvas.image, canvas.dpi, matrix, size, curl(rng, settings, page), ground)
    return _sensor(rng, picture, _light(rng, size, settings, name), settings, dpi), matrix


def _done_to(canvas: Canvas, signed: Set[str], sealed: Set[str]) -> dict[str, Any]:
    """The fields of the truth that the paper tells."""
    return {
        "signed": frozenset(box.box for box in canvas.boxes if box.kind is not BoxKind.SEAL) & signed,
        "sealed": frozenset(box.box for box in canvas.boxes if box.kind is BoxKind.SEAL) & sealed,
        "touched": frozenset(canvas.touched),
        "effects": tuple(canvas.effects),
        "covered": frozenset(canvas.covered),
        "voided": frozenset(canvas.voided),
        "overflowed": frozenset(canvas.overflowed) - signed,
        "wrong_seals": frozenset(canvas.wrong_seals),
    }


def _toner(rng: np.random.Generator, image: Array, dpi: int, profile: Profile) -> Array:
    """Fading and a worn drum's white line."""
    if rng.random() < profile.toner:
        if rng.random() < 0.5:
            fading = smooth_field(rng, image.shape[:2], 60 * dpi / 25.4, 0, rng.uniform(40, 110))
            image = cv2.add(image, cv2.cvtColor(fading.astype(np.uint8), cv2.COLOR_GRAY2BGR))
        else:
            x, breadth = int(rng.uniform(0, image.shape[1])), max(1, dpi // 120)
            image[:, x : x + breadth] = cv2.add(image[:, x : x + breadth], 150)
    return cv2.GaussianBlur(image, (0, 0), 0.35 * dpi / 200)


def _ground(rng: np.random.Generator, profile: Profile, size: tuple[int, int]) -> Array | int:
    """What lies around the sheet: a table's picture, or the one shade of the scanner's lid."""
    width, height = size
    if not profile.phone:
        return 18 if rng.random() < profile.dark_border else 250
    tone = rng.uniform(30, 170, 3)
    grain = smooth_field(rng, (height, width), 25, -25, 25)
    _seed_noise(rng)
    surface = cv2.add(grain, cv2.randn(np.empty_like(grain), -_TRUNCATION, 3))
    return cv2.merge([cv2.add(surface, float(shade), dtype=cv2.CV_8U) for shade in tone])


def _light(
    rng: np.random.Generator, size: tuple[int, int], profile: Profile, name: str
) -> tuple[Array, Array]:
    """Uneven light, for a camera also vignette and the hand's shadow, and the paper's tint.

    Returns:
        Gain of each pixel, h x w float32; share of blue, green and red the paper returns.
    """
    w, h = size
    tint = 255 - rng.uniform(0, 6 if name == "clean" else 18, 3)
    light = smooth_field(rng, (h // 8 + 1, w // 8 + 1), max(h, w) / 8 / 1.6, 1 - profile.shade, 1)
    if profile.phone:
        rows, columns = np.mgrid[-1 : 1 : light.shape[0] * 1j, -1 : 1 : light.shape[1] * 1j]
        light = light * (1 - rng.uniform(0.05, 0.3) * (columns**2 + rows**2) / 2)
        if rng.random() < 0.35:
            a, b = rng.normal(0, 1, 2)
            edge = (a * columns + b * rows + rng.normal(0, 0.3)) * 14
            light = light * (1 - rng.uniform(0.15, 0.4) / (1 + np.exp(-edge)))
    return cv2.resize(light.astype(np.float32), (w, h)), (tint / 255).astype(np.float32)


def _sensor(
    rng: np.random.Generator, picture: Array, light: tuple[Array, Array], profile: Profile, dpi: int
) -> Array:
    """Blur, light and noise: one grain a pixel in all colours, half as much in blocks of two for each."""
    h, w = picture.shape[:2]
    picture = _blurred(picture, max(0.25, rng.uniform(*profile.blur) * dpi / 200))
    if profile.phone and rng.random() < 0.25:
        n = int(rng.integers(3, 6))
        kernel = np.zeros((n, n), np.float32)
        cv2.line(kernel, (0, int(rng.integers(n))), (n - 1, int(rng.integers(n))), 1)
        picture = cv2.filter2D(picture, -1, kernel / kernel.sum())
    sigma = rng.uniform(*profile.noise)
    _seed_noise(rng)
    gain, tint = light
    blocks = w // 2 + 1
    luma = np.empty((_BAND, w), np.float32)
    chroma = np.empty((_BAND // 2, blocks * 3), np.float32)
    paper = np.full((_BAND, w, 3), tint, np.float32)
    noisy = np.empty_like(picture)
    for top in range(0, h, _BAND):
        band = np.s_[top : top + _BAND]
        shade = cv2.cvtColor(gain[band], cv2.COLOR_GRAY2BGR)
        shade = cv2.multiply(shade, paper[: len(shade)])
        lit = cv2.multiply(picture[band], shade, dtype=cv2.CV_32F)
        cv2.randn(luma, -_TRUNCATION, sigma)
        cv2.randn(chroma, 0, 0.5 * sigma)
        noise = cv2.resize(
            chroma.reshape(-1, blocks, 3), (2 * blocks, _BAND), interpolation=cv2.INTER_NEAREST
        )
        noise = cv2.add(cv2.cvtColor(luma, cv2.COLOR_GRAY2BGR), noise[:, :w])[: len(shade)]
        noisy[band] = cv2.add(lit, noise, dtype=cv2.CV_8U)
    return noisy


def _blurred(picture: Array, sigma: float) -> Array:
    """Four deviations each way, where OpenCV would cut bytes off at three."""
    breadth = round(8 * sigma + 1) | 1
    return cv2.GaussianBlur(picture, (breadth, breadth), sigma)


def _seed_noise(rng: np.random.Generator) -> None:
    """OpenCV draws normal numbers four times as fast as numpy; its generator follows ours."""
    cv2.setRNGSeed(int(rng.integers(1 << 31)))


def _reduce(rng: np.random.Generator, picture: Array, mode: str, dpi: int, turned: int) -> Array:
    """Colour, gray, bilevel or fax."""
    if mode == "color":
        return picture
    gray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    if mode == "gray":
        return gray
    h, w = gray.shape
    if mode == "fax":
        lines = rng.choice([98, 196, 196])
        rows = round(h * lines / 204) if turned in (0, 180) else h
        gray = cv2.resize(gray, (w, rows), interpolation=cv2.INTER_AREA)
    if rng.random() < 0.5:
        shares = cv2.calcHist([gray], [0], None, [256], [0, 256]).cumsum() / gray.size
        paper = np.searchsorted(shares, 0.9)
        threshold = rng.uniform(115, 185) * float(paper) / 245
        gray = cv2.threshold(gray, threshold, 255, cv2.THRESH_BINARY)[1]
    else:
        block = 2 * (dpi // 8) + 1
        gray = cv2.adaptiveThreshold(
            gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, block, rng.uniform(12, 30)
        )
    if mode == "fax":
        for _ in range(rng.integers(0, 12)):
            y = int(rng.integers(0, gray.shape[0] - 3))
            gray[y] = 255 if rng.random() < 0.5 else gray[y - 1]
        gray = cv2.resize(gray, (w, h), interpolation=cv2.INTER_NEAREST)
    return gray
