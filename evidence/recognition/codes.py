"""Reading the printed page codes off a picture, in the measured order of attempts."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
import segno
import zxingcpp

from evidence.domain.page_code import Corner, PageCode, decode
from evidence.recognition.reading import Array

_QR = zxingcpp.BarcodeFormats([zxingcpp.BarcodeFormat.QRCode])


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCode:
    """One of our codes in a picture."""

    code: PageCode
    quad: Array
    """4 x 2 picture pixels: top-left, top-right, bottom-right, bottom-left of the symbol itself."""

    @property
    def module(self) -> float:
        """Mean side of a module in pixels; 4.1 at 150 dpi."""
        return float(np.linalg.norm(np.roll(self.quad, -1, axis=0) - self.quad, axis=1).mean()) / 25


def find_codes(gray: Array, attempts: int | None = None) -> tuple[FoundCode, ...]:
    """Our page codes in a gray picture of any orientation; foreign codes are ignored.

    The attempts stop at the first that finds one of ours: a second code is welcome, never needed.

    Args:
        attempts: how many at most; all when it is None.
    """
    plain = _plain(gray)
    if plain:
        return plain
    for picture, matrix in itertools.islice(_attempts(gray), attempts):
        found = _read(picture, matrix)
        if found:
            return found
    return ()


def _plain(gray: Array) -> tuple[FoundCode, ...]:
    """Both codes of a well lit page, seen at a fifth of the usual cost; empty asks for the usual attempts.

    One threshold for all is only trusted where the two codes of one page, and no other, stand to each
    other as they were printed.
    """
    found: list[FoundCode] = []
    for symbol in zxingcpp.read_barcodes(
        gray, formats=_QR, try_invert=False, try_downscale=False, binarizer=zxingcpp.Binarizer.GlobalHistogram
    ):
        code = decode(symbol.text)
        if code is not None:
            found.append(FoundCode(code=code, quad=_quad(symbol)))
    if len(found) != 2:
        return ()
    top, bottom = sorted(found, key=lambda item: item.code.corner is Corner.BOTTOM_LEFT)
    if replace(top.code, corner=Corner.BOTTOM_LEFT) != bottom.code:
        return ()
    if not (_lies_beyond(bottom.quad, top.quad) and _lies_beyond(top.quad, bottom.quad, -1)):
        return ()
    return tuple(found)


def _lies_beyond(quad: Array, origin: Array, way: int = 1) -> bool:
    """Whether a code stands to the left of and under another, as that one is turned; `way` -1 is the reverse.

    Codes read from behind stand to the right and above: see `_mirrored`.
    """
    across, down = origin[1] - origin[0], origin[3] - origin[0]
    step = quad.mean(axis=0) - origin.mean(axis=0)
    return bool(way * step @ across < 0 < way * step @ down)


def _quad(symbol: zxingcpp.Barcode) -> Array:
    position = symbol.position
    corners = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return np.array([[point.x, point.y] for point in corners], float)


def _read(picture: Array, matrix: Array) -> tuple[FoundCode, ...]:
    found: list[FoundCode] = []
    for symbol in zxingcpp.read_barcodes(np.ascontiguousarray(picture), formats=_QR, try_invert=False):
        code = decode(symbol.text)
        if code is None:
            continue
        quad = _quad(symbol)
        extra: Any = symbol.extra
        if _mirrored(picture, quad, symbol.text, extra.get("DataMask")):
            continue  # the front's code shining through to the back is not this page's code
        found.append(FoundCode(code=code, quad=quad @ matrix[:, :2].T + matrix[:, 2]))
    return tuple(found)


def _mirrored(picture: Array, quad: Array, text: str, mask: object) -> bool:
    """Whether a symbol was read from behind: decoders accept both, and report both as upright.

    The symbol is drawn again and compared with the picture as it is and transposed.
    """
    symbol = segno.make_qr(text, error="q", mask=mask if isinstance(mask, int) else None, boost_error=False)
    modules = np.array([list(row) for row in symbol.matrix], np.float32)
    n = len(modules)
    square = np.array([[0, 0], [n, 0], [n, n], [0, n]], np.float32) * 4
    seen = cv2.warpPerspective(
        picture, cv2.getPerspectiveTransform(quad.astype(np.float32), square), (4 * n, 4 * n)
    )
    cells = 255.0 - cv2.resize(seen, (n, n), interpolation=cv2.INTER_AREA).astype(np.float32)
    cells -= cells.mean()
    return float((cells * modules.T).sum()) > float((cells * modules).sum())


def _attempts(gray: Array) -> Iterator[tuple[Array, Array]]:
    """Pictures to try, each with the 2 x 3 matrix back to pixels of `gray`.

    Yield measured on 225 missed codes: twice the size +108, closing +7, 1.5 times +4, sharper +2;
    other binarisers nothing. The later attempts look only where our codes are printed.
    """
    yield gray, _scaling(1, 0, 0)
    h, w = gray.shape
    for factor, soften in ((2.0, False), (2.0, True), (1.5, False), (0.75, False)):
        if max(h, w) * factor > 5600:
            continue
        grown = _resized(gray, factor)
        yield (
            (cv2.morphologyEx(grown, cv2.MORPH_CLOSE, np.ones((3, 3))) if soften else grown),
            _scaling(factor, 0, 0),
        )
    yield cv2.morphologyEx(gray, cv2.MORPH_CLOSE, np.ones((3, 3))), _scaling(1, 0, 0)
    for x, y, corner in _corners(gray):
        flat = cv2.createCLAHE(2.0, (4, 4)).apply(corner)
        sharp = cv2.addWeighted(flat, 1.8, cv2.GaussianBlur(flat, (0, 0), 2.0), -0.8, 0)
        factor = 2.0 if max(h, w) < 3000 else 1.0
        yield _resized(sharp, factor), _scaling(factor, x, y)
        yield cv2.GaussianBlur(corner, (0, 0), 1.0), _scaling(1, x, y)


def _corners(gray: Array) -> Iterator[tuple[int, int, Array]]:
    """The four corners of the picture: whatever its orientation, our codes are in two of them."""
    h, w = gray.shape
    ch, cw = int(h * 0.3), int(w * 0.4)
    for y in (0, h - ch):
        for x in (0, w - cw):
            yield x, y, gray[y : y + ch, x : x + cw]


def _resized(picture: Array, factor: float) -> Array:
    if factor == 1:
        return picture
    mode = cv2.INTER_CUBIC if factor > 1 else cv2.INTER_AREA
    return cv2.resize(picture, None, fx=factor, fy=factor, interpolation=mode)


def _scaling(factor: float, x: float, y: float) -> Array:
    return np.array([[1 / factor, 0, x], [0, 1 / factor, y]], float)
