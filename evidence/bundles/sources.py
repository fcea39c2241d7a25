"""Pages of scans and documents as PDF pages, image bytes embedded as they are."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import img2pdf
import pikepdf
import pillow_heif
from pikepdf import Page, PdfError
from PIL import Image, ImageOps

from evidence.bundles.extracts import page_picture
from evidence.bundles.pdf_pages import PageLeftBehindError, extract_pages, pages_with_annotations
from evidence.errors import EvidenceError, UnreadableError
from evidence.isolation.calls import run_bounded
from evidence.isolation.limits import Bounds
from evidence.language import _

_A4 = (img2pdf.mm_to_pt(210), img2pdf.mm_to_pt(297))
BOUNDS = Bounds(cpu_seconds=300, memory=6_000_000_000)
"""For one stored file, which intake has opened once already: a stack of some hundred pages."""
_PHOTO_PIXELS = 1_000
"""Longer side of a printed photograph: 75 mm at some 300 dpi."""
_PHOTO_QUALITY = 82
_PICTURE_DPI = 200
"""Of pages that are shown as pictures."""
_LAYOUT = img2pdf.get_layout_fun(pagesize=_A4, fit=img2pdf.FitMode.into, auto_orient=True)
pillow_heif.register_heif_opener()


class PageUnreadableError(EvidenceError):
    """A stored scan cannot be put into a dossier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcePage:
    """One page or frame of one stored file."""

    path: Path
    media_type: str
    index: int
    """0-based page or frame."""
    rotation: int = 0
    """Degrees clockwise that turn it upright: 0, 90, 180 or 270."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """One stored file that a bounded child turns into a PDF of plain pages."""

    path: Path
    media_type: str
    target: Path


def convert(conversion: Conversion) -> int:
    """In the child: write the target; returns its bytes.

    Raises:
        ValueError, OSError, pypdfium2.PdfiumError: the file is neither a PDF nor a picture we can embed.
    """
    if conversion.media_type == "application/pdf":
        data = flat_pdf(conversion.path)
    else:
        data = picture_pdf(conversion.path.read_bytes())
    return conversion.target.write_bytes(data)


class Sources:
    """Opens each stored file once while one dossier is assembled; close it afterwards.

    What came from outside is read in a bounded child; this process sees the plain pages it made.
    """

    def __init__(self, plain: Mapping[Path, Path] | None = None) -> None:
        """Args: plain: stored file -> the PDF of plain pages that was made of it already."""
        self._plain = dict(plain or {})
        self._opened: dict[Path, Sequence[Page]] = {}
        self._open = ExitStack()
        self._scratch: Path | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.clear()
        self._open.close()

    def own_pages(self, path: Path) -> Sequence[Page]:
        """Every page of a form that we issued ourselves.

        Raises:
            PageUnreadableError: it is no PDF any more.
        """
        try:
            return self._pages_of(path)
        except (PdfError, OSError, ValueError) as error:
            raise _unreadable(path, error) from error

    def pages(self, path: Path, media_type: str) -> Sequence[Page]:
        """Every page of a file from outside.

        Raises:
            PageUnreadableError: it is neither a PDF nor a picture we can embed.
        """
        try:
            if path not in self._opened:
                self._opened[path] = self._pages_of(self._plain.get(path) or self._convert(path, media_type))
            return self._opened[path]
        except (PdfError, UnreadableError, OSError, ValueError) as error:
            raise _unreadable(path, error) from error

    def page(self, wanted: SourcePage) -> Page:
        """One page.

        Raises:
            PageUnreadableError: see `pages`, or there is no such page.
        """
        pages = self.pages(wanted.path, wanted.media_type)
        if wanted.index >= len(pages):
            raise PageUnreadableError(
                _("扫描件只有 {has} 页，登记的是第 {page} 页。").format(
                    has=len(pages), page=wanted.index + 1
                ),
                where=str(wanted.path),
                remedy=_("请运行 evidence audit 核对档案，并从备份恢复该文件。"),
            )
        return pages[wanted.index]

    def _pages_of(self, path: Path) -> Sequence[Page]:
        return tuple(self._open.enter_context(pikepdf.open(path)).pages)

    def _convert(self, path: Path, media_type: str) -> Path:
        if self._scratch is None:
            self._scratch = Path(self._open.enter_context(tempfile.TemporaryDirectory()))
        target = self._scratch / f"{len(self._opened)}.pdf"
        run_bounded(convert, Conversion(path=path, media_type=media_type, target=target), BOUNDS)
        return target


def _unreadable(path: Path, error: Exception) -> PageUnreadableError:
    return PageUnreadableError(
        _("无法把这份扫描件装入卷宗：{error}").format(error=error),
        where=str(path),
        remedy=_("请运行 evidence audit 检查原件；原件完好时请重新扫描后再次接收。"),
    )


def picture_pdf(data: bytes) -> bytes:
    """Every frame of a picture on an A4 page; JPEG bytes unchanged, other pixels lossless.

    Raises:
        ValueError, OSError: it is no picture.
    """
    try:
        return _on_a4(data)
    except Exception:  # img2pdf raises bare Exception for what it cannot embed as it is: trailers, alpha …
        return _on_a4(*_decoded(data))


def _on_a4(*pictures: bytes) -> bytes:
    pdf: bytes = img2pdf.convert(
        *pictures,
        layout_fun=_LAYOUT,
        nodate=True,
        engine=img2pdf.Engine.internal,
        rotation=img2pdf.Rotation.ifvalid,
    )
    return pdf


def _decoded(data: bytes) -> list[bytes]:
    """Each frame as a plain PNG of the same pixels, upright, transparency on white paper."""
    frames = []
    try:
        with Image.open(io.BytesIO(data)) as picture:
            for number in range(getattr(picture, "n_frames", 1)):
                picture.seek(number)
                frame = ImageOps.exif_transpose(picture)
                if frame.mode in ("RGBA", "LA", "PA") or "transparency" in frame.info:
                    paper = Image.new("RGBA", frame.size, "white")
                    frame = Image.alpha_composite(paper, frame.convert("RGBA"))
                buffer = io.BytesIO()
                frame.convert("L" if frame.mode in ("1", "L") else "RGB").save(buffer, "PNG")
                frames.append(buffer.getvalue())
    except (SyntaxError, EOFError) as error:
        raise ValueError(str(error)) from error
    return frames


def flat_pdf(path: Path) -> bytes:
    """Somebody else's PDF without anything but pages: no forms, notes, actions, scripts, signatures, files.

    A page that shows more than its own content (fields, signatures, stamps) becomes a picture of itself,
    and so does one that cannot be taken out cleanly.

    Raises:
        pypdfium2.PdfiumError, ValueError, OSError: it cannot be read at all.
    """
    shown_otherwise = pages_with_annotations(path)
    made = pikepdf.new()
    plain = [index for index, other in enumerate(shown_otherwise) if not other]
    try:
        taken = pikepdf.open(io.BytesIO(extract_pages(path, plain))) if plain else made
    except PageLeftBehindError:
        shown_otherwise = [True] * len(shown_otherwise)
    place = 0
    for index, other in enumerate(shown_otherwise):
        if other:
            with pikepdf.open(io.BytesIO(_page_as_picture(path, index))) as picture:
                made.pages.append(picture.pages[0])
        else:
            made.pages.append(taken.pages[place])
            place += 1
    buffer = io.BytesIO()
    made.save(buffer, deterministic_id=True, compress_streams=False)
    return buffer.getvalue()


def _page_as_picture(path: Path, index: int) -> bytes:
    """One page as a picture in its own size."""
    picture = page_picture(path, index, _PICTURE_DPI).convert("RGB")
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", dpi=(_PICTURE_DPI, _PICTURE_DPI))
    pdf: bytes = img2pdf.convert(buffer.getvalue(), nodate=True, engine=img2pdf.Engine.internal)
    return pdf


def print_size(path: Path) -> bytes | None:
    """A photograph upright, no larger than it is printed, as JPEG; None when it is no picture."""
    try:
        with Image.open(path) as picture:
            picture.draft("RGB", (_PHOTO_PIXELS, _PHOTO_PIXELS))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (OSError, SyntaxError, ValueError):
        return None
    upright.info.clear()  # comments, EXIF and profiles stay with the original
    upright.thumbnail((_PHOTO_PIXELS, _PHOTO_PIXELS))
    buffer = io.BytesIO()
    upright.save(buffer, "JPEG", quality=_PHOTO_QUALITY)
    return buffer.getvalue()
