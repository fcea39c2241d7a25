"""Pictures of every form for docs/forms, really rendered: shortest, longest, and blank for writing on site.

python scripts/forms_pictures.py [FORM…]        (or: make forms-pictures)
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pypdfium2
from PIL import Image

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.forms_extremes import blank, issue, longest, shortest  # noqa: E402  the checkout is no package

OUT = ROOT / "docs/forms"
DPI = 60
SHADES = 8
COLUMNS = 4
GAP = 6


def main(only: list[str]) -> None:
    """Issue the fillings and put the pages of each document on one sheet."""
    for name, make in (("shortest", shortest), ("longest", longest), ("blank", blank)):
        with tempfile.TemporaryDirectory(prefix="forms-pictures-") as folder:
            wanted = [filling for filling in make(Path(folder)) if not only or filling.request.form in only]
            for form, (world, issued) in issue(wanted).items():
                sheet = contact_sheet(world.issued.pdf_path(issued.number).read_bytes())
                path = OUT / f"{form}-{name}.png"
                sheet.quantize(SHADES).save(path, optimize=True)
                print(f"{path.relative_to(ROOT)}  {issued.pages} pages, {path.stat().st_size // 1024} KB")


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
    main(sys.argv[1:])
