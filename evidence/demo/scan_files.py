"""Scans as files: JPEG, multi-page TIFF, PDF."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import cv2
import img2pdf
from PIL import Image

from evidence.demo.canvas import Array
from evidence.demo.scanner import Scan


def _picture(image: Array) -> Image.Image:
    return Image.fromarray(image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2RGB))


def _bilevel(scan: Scan) -> bool:
    return scan.truth.mode in ("bilevel", "fax")


def write_jpeg(scan: Scan, path: Path) -> Path:
    """One page as a JPEG with its resolution."""
    dpi = scan.truth.dpi
    _picture(scan.image).save(path, format="JPEG", quality=scan.truth.jpeg_quality, dpi=(dpi, dpi))
    return path


def write_tiff(scans: Sequence[Scan], path: Path) -> Path:
    """Pages as frames: CCITT G4 when all are bilevel, else LZW."""
    bilevel = all(_bilevel(scan) for scan in scans)
    frames = [
        _picture(scan.image).convert("1", dither=Image.Dither.NONE) if bilevel else _picture(scan.image)
        for scan in scans
    ]
    dpi = scans[0].truth.dpi
    frames[0].save(
        path,
        format="TIFF",
        save_all=True,
        append_images=frames[1:],
        compression="group4" if bilevel else "tiff_lzw",
        dpi=(dpi, dpi),
    )
    return path


def write_pdf(scans: Sequence[Scan], path: Path) -> Path:
    """Pages as a scanner's PDF: JPEG pictures at their resolution, bilevel ones as G4."""
    pictures: list[bytes] = []
    for scan in scans:
        data, dpi = BytesIO(), (scan.truth.dpi, scan.truth.dpi)
        if _bilevel(scan):
            _picture(scan.image).convert("1", dither=Image.Dither.NONE).save(
                data, format="TIFF", compression="group4", dpi=dpi
            )
        else:
            _picture(scan.image).save(data, format="JPEG", quality=scan.truth.jpeg_quality, dpi=dpi)
        pictures.append(data.getvalue())
    path.write_bytes(img2pdf.convert(pictures, nodate=True, engine=img2pdf.Engine.internal))
    return path


def write_scans(scans: Sequence[Scan], path: Path) -> Path:
    """Pages into one file of the kind its suffix names.

    Raises:
        ValueError: several pages for a one-page kind, or an unknown suffix.
    """
    suffix = path.suffix.lower()
    if suffix in (".tif", ".tiff"):
        return write_tiff(scans, path)
    if suffix == ".pdf":
        return write_pdf(scans, path)
    if suffix in (".jpg", ".jpeg") and len(scans) == 1:
        return write_jpeg(scans[0], path)
    raise ValueError(f"cannot write {len(scans)} pages to {path.name}")
