"""Print, sign, seal, scan: one issued page becomes a picture whose truth is known.

Everything draws from one generator seeded by (seed, page, profile): equal arguments, equal pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from evidence.demo.canvas import Array, Canvas, render_page, smooth_field
from evidence.demo.geometry import curl, lay, pose
from evidence.demo.paper import wear
from evidence.demo.pen import write
from evidence.demo.profiles import PROFILES, Profile
from evidence.demo.seal import stamp
from evidence.domain.document import BoxKind, IssuedPage


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
    rng = np.random.default_rng([seed, page_index, list(PROFILES).index(profile)])
    out_dpi = dpi or int(rng.choice(settings.dpi))
    chosen_mode = mode or str(rng.choice(settings.modes))
    paper_dpi = max(200, min(out_dpi, 600))
    canvas = Canvas(
        image=_toner(rng, render_page(pdf, page_index, paper_dpi), paper_dpi, settings),
        dpi=paper_dpi,
        boxes=issued_page.boxes,
    )
    for box in issued_page.boxes:
        if box.kind is not BoxKind.SEAL and box.box in signed:
            write(rng, canvas, box, (writing or {}).get(box.box, ""), proper_pen=not accidents)
    for box in issued_page.boxes:
        if box.kind is BoxKind.SEAL and box.box in sealed:
            stamp(rng, canvas, box, company)
    wear(rng, canvas, settings, issued_page.codes)
    if retouch is not None:
        retouch(rng, canvas)
    if rng.random() < settings.photocopy * 0.3:
        canvas.effects.append("photocopy")
        gray = cv2.cvtColor(canvas.image, cv2.COLOR_BGR2GRAY)
        canvas.image = cv2.cvtColor(cv2.convertScaleAbs(gray, alpha=1.25, beta=-20), cv2.COLOR_GRAY2BGR)
    turned = int(rng.choice([90, 180, 270])) if rng.random() < settings.turned else 0
    turned = turned if orientation is None else orientation
    page = (issued_page.width, issued_page.height)
    matrix, size = pose(rng, settings, page, out_dpi, turned)
    table = _table(rng, settings, size)
    picture = lay(canvas.image, paper_dpi, matrix, size, curl(rng, settings, page), table)
    picture = _sensor(rng, _light(rng, picture, settings, profile), settings, out_dpi)
    picture = _reduce(rng, picture, chosen_mode, out_dpi, turned)
    truth = ScanTruth(
        page=issued_page.page,
        profile=profile,
        seed=seed,
        dpi=out_dpi,
        mode=chosen_mode,
        orientation=turned,
        matrix=matrix,
        signed=frozenset(box.box for box in issued_page.boxes if box.kind is not BoxKind.SEAL) & signed,
        sealed=frozenset(box.box for box in issued_page.boxes if box.kind is BoxKind.SEAL) & sealed,
        touched=frozenset(canvas.touched),
        effects=tuple(canvas.effects),
        jpeg_quality=int(rng.integers(settings.jpeg[0], settings.jpeg[1] + 1)),
    )
    return Scan(image=picture, truth=truth)


def _toner(rng: np.random.Generator, image: Array, dpi: int, profile: Profile) -> Array:
    """Fading and a worn drum's white line."""
    if rng.random() < profile.toner:
        if rng.random() < 0.5:
            fading = smooth_field(rng, image.shape[:2], 60 * dpi / 25.4, 0, rng.uniform(40, 110))
            image = cv2.add(image, np.repeat(fading[..., None], 3, 2).astype(np.uint8))
        else:
            x, breadth = int(rng.uniform(0, image.shape[1])), max(1, dpi // 120)
            image[:, x : x + breadth] = cv2.add(image[:, x : x + breadth], 150)
    return cv2.GaussianBlur(image, (0, 0), 0.35 * dpi / 200)


def _table(rng: np.random.Generator, profile: Profile, size: tuple[int, int]) -> Array:
    width, height = size
    if profile.phone:
        tone = rng.uniform(30, 170, 3)
        grain = smooth_field(rng, (height, width), 25, -25, 25)[..., None]
        dust = rng.normal(0, 3, (height, width, 1)).astype(np.float32)
        return np.clip(tone + grain + dust, 0, 255).astype(np.uint8)
    shade = 18 if rng.random() < profile.dark_border else 250
    return np.full((height, width, 3), shade, np.uint8)


def _light(rng: np.random.Generator, picture: Array, profile: Profile, name: str) -> Array:
    """Paper tint, uneven light, for a camera also vignette and the hand's shadow."""
    h, w = picture.shape[:2]
    tint = 255 - rng.uniform(0, 6 if name == "clean" else 18, 3)
    light = smooth_field(rng, (h // 8 + 1, w // 8 + 1), max(h, w) / 8 / 1.6, 1 - profile.shade, 1)
    if profile.phone:
        rows, columns = np.mgrid[-1 : 1 : light.shape[0] * 1j, -1 : 1 : light.shape[1] * 1j]
        light = light * (1 - rng.uniform(0.05, 0.3) * (columns**2 + rows**2) / 2)
        if rng.random() < 0.35:
            a, b = rng.normal(0, 1, 2)
            edge = (a * columns + b * rows + rng.normal(0, 0.3)) * 14
            light = light * (1 - rng.uniform(0.15, 0.4) / (1 + np.exp(-edge)))
    gain = cv2.resize(light.astype(np.float32), (w, h))[..., None]
    return picture * (gain * (tint / 255).astype(np.float32))


def _sensor(rng: np.random.Generator, picture: Array, profile: Profile, dpi: int) -> Array:
    """Blur and noise; returns uint8."""
    h, w = picture.shape[:2]
    picture = cv2.GaussianBlur(picture, (0, 0), max(0.25, rng.uniform(*profile.blur) * dpi / 200))
    if profile.phone and rng.random() < 0.25:
        n = int(rng.integers(3, 6))
        kernel = np.zeros((n, n), np.float32)
        cv2.line(kernel, (0, int(rng.integers(n))), (n - 1, int(rng.integers(n))), 1)
        picture = cv2.filter2D(picture, -1, kernel / kernel.sum())
    sigma = rng.uniform(*profile.noise)
    luma = rng.standard_normal((h, w), dtype=np.float32)[..., None] * sigma
    chroma = rng.standard_normal((h // 2 + 1, w // 2 + 1, 3), dtype=np.float32).repeat(2, 0).repeat(2, 1)
    noisy: Array = np.clip(picture + luma + chroma[:h, :w] * sigma * 0.5, 0, 255).astype(np.uint8)
    return noisy


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
        threshold = rng.uniform(115, 185) * float(np.percentile(gray, 90)) / 245
        gray = ((gray > threshold) * 255).astype(np.uint8)
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
