"""One case's pages taken out of a file that holds other cases' pages as well.

PDF pages and TIFF frames are taken out without re-encoding. A picture that shows two sheets gives each a
crop of its decoded pixels, kept without loss.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

import pillow_heif
import pypdfium2
from PIL import Image, ImageOps

from evidence.bundles.pdf_pages import PageLeftBehindError, extract_pages
from evidence.bundles.tiff_frames import TiffFrameError, tiff_frames
from evidence.errors import EvidenceError, UnreadableError
from evidence.isolation.calls import run_bounded
from evidence.isolation.limits import Bounds
from evidence.language import _

Image.MAX_IMAGE_PIXELS = None  # intake has bounded every stored picture already
pillow_heif.register_heif_opener()
_CROP_DPI = 300
_BOUNDS = Bounds(cpu_seconds=300, memory=6_000_000_000)
_THOUSAND = 1000

Region = tuple[int, int, int, int]


class How(StrEnum):
    """How a derived file was made from its source."""

    PAGES = "pages"
    FRAMES = "frames"
    CROP = "crop"
    PICTURE = "picture"
    """Pixels of a frame or page that could not be copied as it is, kept without loss."""


class NotExtractableError(EvidenceError):
    """A stored file cannot be taken apart by pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """One page, or part of one, of a source file."""

    index: int
    """0-based page or frame."""
    region: Region | None = None
    """As `ScannedPage.region`."""
    shown: Region | None = field(default=None, compare=False)
    """What is cut out of it when the region reaches into another case's sheet; None for all of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taking:
    """What a bounded child takes out of a stored file."""

    source: Path
    media_type: str
    cuts: tuple[Cut, ...]
    folder: Path
    """Where the derived files go, named by their digests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A derived file on disk."""

    path: Path
    sha256: str
    bytes: int
    media_type: str
    suffix: str
    how: How
    cuts: tuple[Cut, ...]
    """In the order of its own pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extract:
    """A derived file and what it holds."""

    data: bytes
    media_type: str
    suffix: str
    how: How
    cuts: tuple[Cut, ...]
    """In the order of its own pages."""


def without_neighbour(own: Region, other: Region) -> Region:
    """A sheet's region up to half of what it shares with its neighbour's: seen sheets lie a little apart, and
    regions are drawn with a margin."""
    left, right = max(own[0], other[0]), min(own[0] + own[2], other[0] + other[2])
    top, bottom = max(own[1], other[1]), min(own[1] + own[3], other[1] + other[3])
    if left >= right or top >= bottom:
        return own
    x, y, w, h = own
    if right - left <= bottom - top:
        edge = (left + right) // 2
        return (x, y, edge - x, h) if 2 * x + w < 2 * other[0] + other[2] else (edge, y, x + w - edge, h)
    edge = (top + bottom) // 2
    return (x, y, w, edge - y) if 2 * y + h < 2 * other[1] + other[3] else (x, edge, w, y + h - edge)


def take_out(source: Path, media_type: str, cuts: Sequence[Cut], folder: Path) -> list[Taken]:
    """The wanted pages as files of a folder, read and made in a bounded child.

    Raises:
        NotExtractableError: neither copying nor decoding gives the page.
    """
    taking = Taking(source=source, media_type=media_type, cuts=tuple(cuts), folder=folder)
    try:
        return run_bounded(extract_into, taking, _BOUNDS)
    except UnreadableError as error:
        raise _not_extractable(source, error) from error


def extract_into(taking: Taking) -> list[Taken]:
    """In the child: write each derived file.

    Raises:
        NotExtractableError: as `extract`.
    """
    taken = []
    for part in extract(taking.source, taking.media_type, taking.cuts):
        digest = sha256(part.data).hexdigest()
        path = taking.folder / f"{digest}{part.suffix}"
        path.write_bytes(part.data)
        taken.append(
            Taken(
                path=path,
                sha256=digest,
                bytes=len(part.data),
                media_type=part.media_type,
                suffix=part.suffix,
                how=part.how,
                cuts=part.cuts,
            )
        )
    return taken


def extract(source: Path, media_type: str, cuts: Sequence[Cut]) -> list[Extract]:
    """The wanted pages: whole ones in one file, each crop in one of its own.

    Raises:
        NotExtractableError: neither copying nor decoding gives the page.
    """
    whole = tuple(cut for cut in cuts if cut.region is None)
    try:
        made = list(_whole_pages(source, media_type, whole)) if whole else []
        return made + [_crop(source, media_type, cut) for cut in cuts if cut.region is not None]
    except (OSError, SyntaxError, ValueError, IndexError, pypdfium2.PdfiumError) as error:
        raise _not_extractable(source, error) from error


def _not_extractable(source: Path, error: Exception) -> NotExtractableError:
    return NotExtractableError(
        _("无法从这个文件中取出单独的页：{error}").format(error=error),
        where=str(source),
        remedy=_("请运行 evidence audit 检查原件；原件完好时请按企业分别重新扫描。"),
    )


def _whole_pages(source: Path, media_type: str, cuts: tuple[Cut, ...]) -> Iterator[Extract]:
    indexes = [cut.index for cut in cuts]
    if media_type == "application/pdf":
        try:
            data = extract_pages(source, indexes)
        except PageLeftBehindError:
            yield from _pictures(source, media_type, cuts)
        else:
            yield Extract(data=data, media_type=media_type, suffix=".pdf", how=How.PAGES, cuts=cuts)
        return
    if media_type == "image/tiff":
        try:
            data = tiff_frames(source.read_bytes(), indexes)
        except TiffFrameError:
            yield from _pictures(source, media_type, cuts)
        else:
            yield Extract(data=data, media_type=media_type, suffix=".tif", how=How.FRAMES, cuts=cuts)
        return
    yield from _pictures(source, media_type, cuts)


def _pictures(source: Path, media_type: str, cuts: Sequence[Cut]) -> Iterator[Extract]:
    for cut in cuts:
        yield _png(_pixels(source, media_type, cut.index), How.PICTURE, cut)


def _crop(source: Path, media_type: str, cut: Cut) -> Extract:
    assert cut.region is not None  # noqa: S101 - callers choose
    picture = _pixels(source, media_type, cut.index)
    x, y, w, h = cut.shown or cut.region
    box = (
        picture.width * x // _THOUSAND,
        picture.height * y // _THOUSAND,
        -(-picture.width * (x + w) // _THOUSAND),
        -(-picture.height * (y + h) // _THOUSAND),
    )
    return _png(picture.crop(box), How.CROP, cut)


def _pixels(source: Path, media_type: str, index: int) -> Image.Image:
    """The decoded page image as a viewer shows it, EXIF orientation and a PDF page's rotation applied."""
    if media_type == "application/pdf":
        return page_picture(source, index, _CROP_DPI)
    with Image.open(source) as frames:
        frames.seek(index)
        picture = ImageOps.exif_transpose(frames)
    return picture if picture.mode in ("1", "L", "RGB", "RGBA", "P", "I;16") else picture.convert("RGB")


def page_picture(source: Path, index: int, dpi: int) -> Image.Image:
    """A PDF page with its form fields and stamps as a picture.

    Raises:
        pypdfium2.PdfiumError: the page cannot be read.
    """
    with pypdfium2.PdfDocument(source) as pdf:
        pdf.init_forms()
        page = pdf[index]
        longest = max(page.get_size())
        scale = min(dpi / 72, 10_000 / longest)
        picture: Image.Image = page.render(scale=scale, may_draw_forms=True).to_pil()
        return picture


def _png(picture: Image.Image, how: How, cut: Cut) -> Extract:
    buffer = io.BytesIO()
    dpi = picture.info.get("dpi")
    picture.save(buffer, "PNG", **({"dpi": dpi} if dpi else {}))
    return Extract(data=buffer.getvalue(), media_type="image/png", suffix=".png", how=how, cuts=(cut,))
