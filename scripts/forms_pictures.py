"""Pictures of every form for docs/forms, really rendered: shortest, longest, and blank for writing on site.

docs/forms/seen.json keeps what they show, line by line with its place, as of the desk's pictures.

    python -m scripts.forms_pictures write     pictures and seen.json anew (make forms-pictures)
    python -m scripts.forms_pictures check     name what is stale; exit 1 if anything is
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pypdfium2
from PIL import Image

from scripts.seen import Seen, main
from tests.support.forms_extremes import blank, issue, longest, shortest

OUT = Path(__file__).parent.parent / "docs" / "forms"
SEEN = OUT / "seen.json"
DPI = 60
SHADES = 8
COLUMNS = 4
GAP = 6


def look(out: Path | None) -> Seen:
    """Issue the fillings; what is printed, and with a folder the pages of each document on one sheet."""
    seen: Seen = {}
    for name, make in (("shortest", shortest), ("longest", longest), ("blank", blank)):
        with tempfile.TemporaryDirectory(prefix="forms-pictures-") as folder:
            for form, (world, issued) in issue(make(Path(folder))).items():
                pdf = world.issued.pdf_path(issued.number).read_bytes()
                seen[f"{form}-{name}"] = list(printed(pdf))
                if out is not None:
                    sheet = contact_sheet(pdf)
                    sheet.quantize(SHADES).save(OUT / f"{form}-{name}.png", optimize=True)
    return seen


def printed(pdf: bytes) -> Iterator[list[Any]]:
    """Each line with the place of its first character: points from the left, and from the top of page one."""
    above = 0.0
    for page in pypdfium2.PdfDocument(pdf):
        text = page.get_textpage()
        at = 0
        for line in text.get_text_range().split("\r\n"):
            if line.strip():
                left, _bottom, _right, top = text.get_charbox(at + len(line) - len(line.lstrip()))
                yield [line.strip(), round(left), round(above + page.get_height() - top)]
            at += len(line) + 2
        above += page.get_height()


def contact_sheet(pdf: bytes) -> Image.Image:
    """All pages of one document in rows, in shades of grey."""
    document = pypdfium2.PdfDocument(pdf)
    pages = [page.render(scale=DPI / 72, grayscale=True).to_pil() for page in document]
    columns = min(COLUMNS if pages[0].height > pages[0].width else COLUMNS - 1, len(pages))
    rows = -(-len(pages) // columns)
    width, height = pages[0].width + GAP, pages[0].height + GAP
    sheet = Image.new("L", (columns * width + GAP, rows * height + GAP), 150)
    for number, page in enumerate(pages):
        sheet.paste(page, (number % columns * width + GAP, number // columns * height + GAP))
    return sheet


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    sys.exit(main(sys.argv[1], SEEN, look))
