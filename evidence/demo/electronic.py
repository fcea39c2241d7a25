"""Signatures and seals that live in a PDF: ink and stamp annotations, form fields of signing platforms."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pikepdf

from evidence.domain.document import Box, IssuedPage

Kind = Literal["ink", "stamp", "field"]
_DRAWN: dict[Kind, tuple[str, str]] = {
    "ink": ("/Ink", "0 0 0.6 RG"),
    "stamp": ("/Stamp", "0.85 0.1 0.1 RG"),
    "field": ("/Widget", "0 0 0 RG"),
}


def sign_in_file(pdf: Path, target: Path, page_index: int, issued: IssuedPage, box: Box, kind: Kind) -> Path:
    """A copy of a PDF in which one box is signed by an object of the file, not by ink on paper."""
    with pikepdf.open(pdf) as document:
        page = document.pages[page_index]
        left, bottom, right, top = (float(value) for value in page.mediabox)
        across, down = (right - left) / issued.width, (top - bottom) / issued.height
        w, h = 0.6 * box.w * across, 0.7 * box.h * down
        x = left + (box.x + 0.2 * box.w) * across
        y = top - (box.y + 0.85 * box.h) * down
        subtype, colour = _DRAWN[kind]
        appearance = document.make_stream(_scrawl(w, h, colour))
        appearance.update({"/Type": pikepdf.Name.XObject, "/Subtype": pikepdf.Name.Form})
        appearance["/BBox"] = pikepdf.Array([0, 0, w, h])
        annotation = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name(subtype),
            Rect=pikepdf.Array([x, y, x + w, y + h]),
            F=4,
            AP=pikepdf.Dictionary(N=document.make_indirect(appearance)),
        )
        if kind == "field":
            annotation.update({"/FT": pikepdf.Name.Sig, "/T": pikepdf.String("Signature1")})
        kept = document.make_indirect(annotation)
        page.obj["/Annots"] = pikepdf.Array([*page.obj.get("/Annots", []), kept])
        if kind == "field":
            document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([kept]), SigFlags=3)
        document.save(target)
    return target


def _scrawl(w: float, h: float, colour: str) -> bytes:
    """Content of a wavy signature as wide and high as its box."""
    steps = [
        f"{w * k / 12:.2f} {h * (0.9 if k % 2 else 0.1):.2f} {w * (k + 0.5) / 12:.2f} "
        f"{h * (0.1 if k % 2 else 0.9):.2f} {w * (k + 1) / 12:.2f} {h * (0.2 + 0.05 * (k % 5)):.2f} c"
        for k in range(12)
    ]
    return f"{colour} 1.4 w 0 {h / 2:.2f} m {' '.join(steps)} S".encode()
