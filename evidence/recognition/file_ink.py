"""Ink that lives in a PDF, not on paper: annotations, form fields, electronic stamps."""

from __future__ import annotations

import cv2
import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

from evidence.recognition.reading import Array

_UNSEEN = frozenset({pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP})
"""Kinds of annotation that draw nothing on the page."""
_HIDDEN = pdfium.FPDF_ANNOT_FLAG_HIDDEN | pdfium.FPDF_ANNOT_FLAG_NOVIEW
_UNLIKE = 16
"""Tones by which a pixel must change when annotations are drawn."""


def has_file_ink(page: pypdfium2.PdfPage) -> bool:
    """Whether annotations or form fields may draw something on a page."""
    for index in range(pdfium.FPDFPage_GetAnnotCount(page.raw)):
        annotation = pdfium.FPDFPage_GetAnnot(page.raw, index)
        if not annotation:
            continue
        kind = pdfium.FPDFAnnot_GetSubtype(annotation)
        hidden = pdfium.FPDFAnnot_GetFlags(annotation) & _HIDDEN
        pdfium.FPDFPage_CloseAnnot(annotation)
        if kind not in _UNSEEN and not hidden:
            return True
    return False


def file_ink(page: pypdfium2.PdfPage, scale: float, seen: Array) -> Array | None:
    """255 where annotations and form fields changed the page's picture; None where nowhere.

    Args:
        scale: pixels per point.
        seen: the page drawn with them, BGR.
    """
    bare = page.render(scale=scale, draw_annots=False, may_draw_forms=False).to_numpy()[..., :3]
    changed = cv2.absdiff(seen, np.ascontiguousarray(bare)).max(axis=2) > _UNLIKE
    return changed.astype(np.uint8) * 255 if changed.any() else None
