"""What registration needs of an issued page, computed once at issue and kept beside its PDF."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pypdfium2

from evidence.domain.document import IssuedPage
from evidence.durable import write_whole
from evidence.recognition.reading import Array
from evidence.recognition.thresholds import DEFAULT

DPI = DEFAULT.page.working_dpi
PT = DPI / 72
"""Reference pixels per point."""
MM = DPI / 25.4
"""Reference pixels per millimetre."""
TILE = 72
"""Side of a registration tile in reference pixels, 12 mm."""
SUFFIX = ".reference.npz"
_VERSION = 1
_FEATURES = 2500


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reference:
    """One issued page at 150 dpi. Rectangles are x, y, w, h in reference pixels."""

    gray: Array
    points: Array
    """n x 2 positions of ORB features."""
    descriptors: Array
    """n x 32."""
    tiles: Array
    """n x 2 top-left corners of well textured tiles."""
    words: Array
    """n x 4 pieces of printed lines, at most 9 mm long, codes and ruled lines left out."""
    numbers: Array
    """n x 4 places where the number itself is printed."""

    @property
    def shape(self) -> tuple[int, int]:
        """Rows, columns."""
        return self.gray.shape[0], self.gray.shape[1]


@lru_cache(maxsize=64)
def halved(reference: Reference) -> Array:
    """The page at 75 dpi."""
    return cv2.resize(reference.gray, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)


@lru_cache(maxsize=64)
def softened(reference: Reference) -> Array:
    """The page as soft as a scan of it."""
    return cv2.GaussianBlur(reference.gray, (0, 0), 0.8)


@lru_cache(maxsize=64)
def bare_places(reference: Reference, most: int = 40_000) -> tuple[Array, Array]:
    """Rows and columns of at most `most` pixels far from all print: what they show is the paper's grain."""
    empty = cv2.erode((reference.gray[::2, ::2] > 250).astype(np.uint8), np.ones((9, 9)))
    return _sampled(empty, most)


@lru_cache(maxsize=64)
def inked_places(reference: Reference, most: int = 20_000) -> tuple[Array, Array]:
    """Rows and columns of at most `most` pixels amid printed strokes."""
    return _sampled((reference.gray[::2, ::2] < 110).astype(np.uint8), most)


@lru_cache(maxsize=64)
def ruled_places(reference: Reference, most: int = 20_000) -> tuple[Array, Array]:
    """Rows and columns of at most `most` pixels of printed rules of 10 mm and more."""
    return _sampled(_rules((reference.gray < 170).astype(np.uint8))[::2, ::2], most)


def _sampled(mask: Array, most: int) -> tuple[Array, Array]:
    rows, columns = np.nonzero(mask)
    step = max(1, len(rows) // most)
    return 2 * rows[::step], 2 * columns[::step]


def orb(count: int = _FEATURES) -> Any:
    """The feature detector both sides use."""
    opencv: Any = cv2
    return opencv.ORB_create(count, 1.2, 8, 15, 0, 2, cv2.ORB_HARRIS_SCORE, 31, 10)


def build_reference(pdf: Path, issued: IssuedPage) -> Reference:
    """Reference of one page, from the issued PDF."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        page = document[issued.page - 1]
        gray = np.ascontiguousarray(page.render(scale=PT, grayscale=True).to_numpy()).reshape(
            round(page.get_height() * PT + 0.499), -1
        )
        numbers = _number_places(page, issued)
    finally:
        document.close()
    keypoints, descriptors = orb().detectAndCompute(gray, None)
    points = np.array([point.pt for point in keypoints], np.float32).reshape(-1, 2)
    return Reference(
        gray=gray,
        points=points,
        descriptors=np.zeros((0, 32), np.uint8) if descriptors is None else descriptors,
        tiles=_tiles(gray),
        words=_words(gray, issued),
        numbers=numbers,
    )


def _number_places(page: pypdfium2.PdfPage, issued: IssuedPage) -> Array:
    """Where the text layer carries the form's number; its value stands in the codes."""
    from evidence.domain.page_code import decode

    code = decode(issued.codes[0].payload) if issued.codes else None
    places: list[list[int]] = []
    if code is not None:
        text = page.get_textpage()
        search = text.search(str(code.number))
        while (hit := search.get_next()) is not None:
            first, count = hit
            boxes = [text.get_charbox(first + i, loose=True) for i in range(count)]
            left, bottom = min(box[0] for box in boxes), min(box[1] for box in boxes)
            right, top = max(box[2] for box in boxes), max(box[3] for box in boxes)
            x, y = left * PT, (issued.height - top) * PT
            places.append([int(x), int(y), int((right - left) * PT) + 1, int((top - bottom) * PT) + 1])
    return np.array(places, np.int32).reshape(-1, 4)


def _tiles(gray: Array, columns: int = 5, rows: int = 7) -> Array:
    """The best textured tile of each cell; texture in both directions, so that lines alone do not count."""
    reach = (TILE, TILE)
    strength = np.minimum(
        *(
            cv2.boxFilter(np.abs(edges), -1, reach, anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
            for edges in (cv2.Sobel(gray, cv2.CV_32F, 1, 0), cv2.Sobel(gray, cv2.CV_32F, 0, 1))
        )
    )
    h, w = gray.shape
    found: list[tuple[int, int]] = []
    for row in range(rows):
        for column in range(columns):
            x0, x1 = w * column // columns, min(w * (column + 1) // columns, w - TILE)
            y0, y1 = h * row // rows, min(h * (row + 1) // rows, h - TILE)
            cell = strength[y0:y1, x0:x1]
            if cell.size and cell.max() > 6:
                y, x = np.unravel_index(int(cell.argmax()), cell.shape)
                found.append((x0 + int(x), y0 + int(y)))
    return np.array(found, np.int32).reshape(-1, 2)


def _words(gray: Array, issued: IssuedPage) -> Array:
    """Pieces of printed text lines: what a person would compare word by word."""
    dark = (gray < 170).astype(np.uint8)
    for code in issued.codes:
        quiet = 0.08 * code.size
        x0, y0 = int((code.x - quiet) * PT), int((code.y - quiet) * PT)
        x1, y1 = int((code.x + code.size + quiet) * PT) + 1, int((code.y + code.size + quiet) * PT) + 1
        dark[max(y0, 0) : y1, max(x0, 0) : x1] = 0
    dark[cv2.dilate(_rules(dark), np.ones((3, 3))) > 0] = 0
    joined = cv2.dilate(dark, np.ones((3, int(2.2 * MM))))
    count, _labels, stats, _centres = cv2.connectedComponentsWithStats(joined)
    pieces: list[tuple[int, int, int, int]] = []
    longest = 8.5 * MM
    for x, y, w, h, _area in stats[1:count].tolist():
        if h < 1.2 * MM or h > 16 * MM:
            continue
        parts = max(1, round(w / longest))
        for part in range(parts):
            left, right = x + w * part // parts, x + w * (part + 1) // parts
            ink = dark[y : y + h, left:right]
            rows, columns = np.nonzero(ink)
            if len(rows) < 1.2 * MM * MM:
                continue
            pieces.append(
                (
                    left + int(columns.min()),
                    y + int(rows.min()),
                    int(columns.max() - columns.min()) + 1,
                    int(rows.max() - rows.min()) + 1,
                )
            )
    return np.array(pieces, np.int32).reshape(-1, 4)


def _rules(dark: Array) -> Array:
    """What of dark print runs straight for 10 mm, across or down."""
    reach = int(10 * MM)
    across, down = (
        cv2.morphologyEx(dark, cv2.MORPH_OPEN, np.ones(line)) for line in ((1, reach), (reach, 1))
    )
    return across | down


def encode_references(pdf: Path, pages: tuple[IssuedPage, ...]) -> bytes:
    """References of all pages of a form as one compressed file, for `IssuedStore.put_extra`."""
    arrays: dict[str, Array] = {"version": np.array([_VERSION])}
    for issued in pages:
        reference = build_reference(pdf, issued)
        _ok, png = cv2.imencode(".png", reference.gray, [cv2.IMWRITE_PNG_COMPRESSION, 6])
        prefix = f"p{issued.page}_"
        arrays[prefix + "gray"] = png
        for name in ("points", "descriptors", "tiles", "words", "numbers"):
            arrays[prefix + name] = getattr(reference, name)
    sink = BytesIO()
    save: Any = np.savez
    save(sink, **arrays)
    return sink.getvalue()


def decode_reference(data: bytes, page: int) -> Reference | None:
    """One page out of `encode_references`; None when the file is of another version or lacks the page."""
    try:
        with np.load(BytesIO(data), allow_pickle=False) as arrays:
            prefix = f"p{page}_"
            if int(arrays["version"][0]) != _VERSION:
                return None
            gray = cv2.imdecode(arrays[prefix + "gray"], cv2.IMREAD_GRAYSCALE)
            if gray is None:
                return None
            return Reference(
                gray=gray,
                points=arrays[prefix + "points"],
                descriptors=arrays[prefix + "descriptors"],
                tiles=arrays[prefix + "tiles"],
                words=arrays[prefix + "words"],
                numbers=arrays[prefix + "numbers"],
            )
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile):
        return None


def reference_beside(pdf: Path) -> Path:
    """Where the kept references of a PDF lie."""
    return pdf.with_suffix(SUFFIX)


def keep_references(pdf: Path, pages: tuple[IssuedPage, ...]) -> None:
    """Compute and keep the references of an issued form beside its PDF, unless they are there.

    Called at issue, or when a page of the form first comes back; always in a process that has read
    nothing but our own PDF.

    Raises:
        OSError: the folder is not writable or the disk is full.
    """
    kept = reference_beside(pdf)
    if not kept.is_file():
        write_whole(kept, encode_references(pdf, pages), mode=0o440)


def load_reference(pdf: Path, issued: IssuedPage) -> Reference:
    """The kept reference, or a fresh one when it is absent or of an older version."""
    kept = reference_beside(pdf)
    if kept.is_file():
        reference = decode_reference(kept.read_bytes(), issued.page)
        if reference is not None:
            return reference
    return build_reference(pdf, issued)
