"""Pages of scans and documents as PDF pages, image bytes embedded as they are."""

from __future__ import annotations

import io
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import img2pdf
import pillow_heif
from pypdf import PageObject, PdfReader
from pypdf.errors import PyPdfError

from evidence.errors import EvidenceError
from evidence.language import _

_A4 = (img2pdf.mm_to_pt(210), img2pdf.mm_to_pt(297))
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


class Sources:
    """Opens each stored file once while one dossier is assembled; close it afterwards."""

    def __init__(self) -> None:
        self._readers: dict[Path, PdfReader] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._readers.clear()
        self._open.close()

    def pages(self, path: Path, media_type: str) -> list[PageObject]:
        """Every page of a file.

        Raises:
            PageUnreadableError: it is neither a PDF nor a picture we can embed.
        """
        try:
            return list(self._reader(path, media_type).pages)
        except (PyPdfError, OSError, ValueError, img2pdf.ImageOpenError) as error:
            raise PageUnreadableError(
                _("无法把这份扫描件装入卷宗：{error}").format(error=error),
                where=str(path),
                remedy=_("请运行 evidence audit 检查原件；原件完好时请重新扫描后再次接收。"),
            ) from error

    def page(self, wanted: SourcePage) -> PageObject:
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

    def _reader(self, path: Path, media_type: str) -> PdfReader:
        if path not in self._readers:
            if media_type == "application/pdf":
                self._readers[path] = PdfReader(self._open.enter_context(path.open("rb")))
            else:
                self._readers[path] = PdfReader(io.BytesIO(picture_pdf(path.read_bytes())))
        return self._readers[path]


def picture_pdf(data: bytes) -> bytes:
    """Every frame of a picture on an A4 page; JPEG bytes unchanged, other pixels lossless."""
    pdf: bytes = img2pdf.convert(
        data,
        layout_fun=_LAYOUT,
        nodate=True,
        engine=img2pdf.Engine.internal,
        rotation=img2pdf.Rotation.ifvalid,
    )
    return pdf
