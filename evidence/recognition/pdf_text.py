"""The text layer of a PDF; to be read in a bounded child."""

from __future__ import annotations

from pathlib import Path

MAX_TEXT = 400_000
"""Characters looked at; a number or title stands near the beginning."""
_PAGES = 5


def pdf_text(path: Path) -> str:
    """Text layer of a PDF's first pages; empty when it has none or cannot be opened."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path)
        try:
            texts = [
                document[index].get_textpage().get_text_bounded()
                for index in range(min(_PAGES, len(document)))
            ]
        finally:
            document.close()
    except pypdfium2.PdfiumError:
        return ""
    return "\n".join(texts)[:MAX_TEXT]
