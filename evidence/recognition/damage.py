"""What decoders say about a picture they repair silently: which part of a page did not survive.

libjpeg and libtiff paint something for every pixel and complain on stderr alone. What they complain of
is taken seriously: from the damaged part nothing is read, and nobody is accused of anything.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from typing import BinaryIO, TypeVar

import cv2
import numpy as np

from evidence.recognition.reading import Array

Result = TypeVar("Result")

_CORRUPT = re.compile(r"Corrupt JPEG data: (?:(\d+) extraneous bytes)?|Premature end of JPEG|Invalid SOS")
_FAX = re.compile(r"(?:Bad code word|Uncompressed data|Premature|Line length).*? line (\d+) of strip (\d+)")
_LIBTIFF = re.compile(r"Decode(?:r)?: |JPEGLib: |Not enough data|Read error", re.I)
_END = b"\xff\xd9"
_RUN = 32
"""Zero bytes in a row that no scan data hold, unless their code of zeros means an empty block."""
_FILLED = 128
"""What libjpeg paints where data are missing: middle grey in every channel."""
WHOLE = 255


def heard(decode: Callable[[], Result]) -> tuple[Result, str]:
    """A decoder's result, and what it and the libraries below it said on stderr meanwhile."""
    with _scratch() as said:
        before = os.dup(2)
        os.dup2(said.fileno(), 2)
        try:
            result = decode()
        finally:
            os.dup2(before, 2)
            os.close(before)
        said.seek(0)
        return result, said.read(1 << 16).decode("utf-8", "replace")


def _scratch() -> BinaryIO:
    """A file in memory where the system has such: a full disk is no complaint about a picture."""
    if hasattr(os, "memfd_create"):
        return os.fdopen(os.memfd_create("said"), "w+b")
    return tempfile.TemporaryFile()


def decoded_jpeg(data: bytes, flags: int) -> tuple[Array | None, Array | None]:
    """Pixels of a JPEG as OpenCV reads them, and a mask of what is not to be trusted; None where all is.

    The damage begins where the first impossible run of zeros lies, if there is one: what was decoded
    before it is sound. Otherwise nothing tells sound from rubbish, and the whole picture is doubtful.
    """
    cut = not data[-4096:].rstrip(b"\0\r\n").endswith(_END) and _END not in data[-65536:]
    if cut:
        data += _END  # or OpenCV refuses what libjpeg can still paint
    pixels, said = heard(lambda: cv2.imdecode(np.frombuffer(data, np.uint8), flags))
    if pixels is None:
        return None, None
    if cut:
        return pixels, _grown(_filled(pixels))  # cut: what is not painted grey came before the cut
    start, impossible = _zeros(data)
    if not impossible and not _complaint(said, data):
        return pixels, None
    if start < 0:
        return pixels, everything(pixels)
    sound, _said = heard(lambda: cv2.imdecode(np.frombuffer(data[:start] + _END, np.uint8), flags))
    if sound is None or sound.shape != pixels.shape:
        return pixels, everything(pixels)
    return pixels, _grown(_filled(sound))


def _filled(pixels: Array) -> Array:
    """Where libjpeg painted its grey for want of data."""
    plain = pixels if pixels.ndim == 2 else pixels.max(axis=2)
    return cv2.inRange(plain, _FILLED - 1, _FILLED + 1)


def _grown(filled: Array) -> Array:
    """Single pixels of that grey occur everywhere, whole blocks only where nothing was decoded."""
    return cv2.dilate(cv2.erode(filled, np.ones((17, 17))), np.ones((49, 49)))


def everything(pixels: Array) -> Array:
    """A mask that trusts nothing."""
    return np.full(pixels.shape[:2], WHOLE, np.uint8)


def fax_damage(said: str, shape: tuple[int, ...], rows_per_strip: int) -> Array | None:
    """A mask of the strips libtiff complained of; None when it said nothing that matters."""
    places = [(int(line), int(strip)) for line, strip in _FAX.findall(said)]
    if not places:
        return np.full(shape[:2], WHOLE, np.uint8) if _LIBTIFF.search(said) else None
    mask = np.zeros(shape[:2], np.uint8)
    for line, strip in places:
        top = strip * rows_per_strip
        mask[max(0, top + line - 16) : top + rows_per_strip + 16] = WHOLE
    return mask


def _complaint(said: str, data: bytes) -> bool:
    """Whether a complaint of libjpeg means lost picture: some cameras pad the end, which it dislikes."""
    for match in _CORRUPT.finditer(said):
        padding = int(match[1] or 0)
        if not padding or set(data[-padding - 2 : -2]) - {0x00, 0xFF}:
            return True
    return False


def _zeros(data: bytes) -> tuple[int, bool]:
    """Where the first long run of zeros in the scan data begins (-1: nowhere), and whether it is proof."""
    scan = data.find(b"\xff\xda")
    while scan >= 0 and data[scan : scan + 2] == b"\xff\xda" and _within_segment(data, scan):
        scan = data.find(b"\xff\xda", scan + 2)
    start = data.find(bytes(_RUN), max(scan, 0)) if scan >= 0 else -1
    if start < 0:
        return -1, False
    if _in_several_scans(data[:scan]):
        return (
            -1,
            False,
        )  # a coarse scan of bare paper is all zeros, and its places are none of the page
    padding = not data[start:].strip(b"\0\xff\xd9")  # up to the end: damage only if pixels are missing
    return start, not padding and not _zeros_mean_empty(data[:scan])


def _within_segment(data: bytes, at: int) -> bool:
    """Whether an offset lies in a header segment, e.g. in a thumbnail, rather than at the start of a scan."""
    return any(start <= at < end for _kind, start, end in _segments(data[:at]))


def _segments(header: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of the content of each header segment."""
    position = 2
    while position + 4 <= len(header) and header[position] == 0xFF:
        end = position + 2 + int.from_bytes(header[position + 2 : position + 4], "big")
        yield header[position + 1], position + 4, end
        position = end


def _in_several_scans(header: bytes) -> bool:
    """Whether the picture comes in scans of growing detail (SOF2, SOF6, SOF10, SOF14)."""
    return any(kind in {0xC2, 0xC6, 0xCA, 0xCE} for kind, _start, _end in _segments(header))


def _zeros_mean_empty(header: bytes) -> bool:
    """Whether the shortest code of some AC table ends a block: then blank paper is written in zeros."""
    for kind, table, end in _segments(header):
        while kind == 0xC4 and table + 17 < min(end, len(header)):
            counts = header[table + 1 : table + 17]
            if header[table] >> 4 and sum(counts) and header[table + 17] == 0:
                return True
            table += 17 + sum(counts)
    return False
