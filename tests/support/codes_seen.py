"""What a reader of printed codes sees on a page."""

from __future__ import annotations

import pypdfium2
import zxingcpp


def codes_on(pdf: bytes, page: int = 0) -> list[str]:
    """Texts of every QR code on one page, rendered at 150 dpi."""
    with pypdfium2.PdfDocument(pdf) as document:
        image = document[page].render(scale=150 / 72).to_pil()
    return [found.text for found in zxingcpp.read_barcodes(image)]
