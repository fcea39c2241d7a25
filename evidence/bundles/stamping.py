"""Labels stamped onto pages made elsewhere, without touching what stands on them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pypdf import PageObject, PdfWriter, Transformation
from pypdf.generic import (
    ArrayObject,
    ContentStream,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    RectangleObject,
)

_A4_WIDTH = 595.28
_EDGE = 12.0
"""Points between a stamp and the page's edge on an A4 page."""


class Corner(StrEnum):
    """The corners our forms leave free: codes stand upper right and lower left."""

    LOWER_RIGHT = "lower right"
    UPPER_LEFT = "upper left"


def as_form(writer: PdfWriter, page: PageObject) -> Any:
    """A label page as a form XObject, so that foreign content streams need not be parsed."""
    form = DecodedStreamObject()
    contents = page.get_contents()
    form.set_data(b"" if contents is None else contents.get_data())
    form[NameObject("/Type")] = NameObject("/XObject")
    form[NameObject("/Subtype")] = NameObject("/Form")
    form[NameObject("/BBox")] = RectangleObject(page.mediabox)
    form[NameObject("/Resources")] = page["/Resources"].clone(writer)
    return writer._add_object(form.flate_encode())


def stamp(writer: PdfWriter, page: PageObject, form: Any, corner: Corner) -> None:
    """Put a label into the upright page's lower right or upper left corner.

    Those corners are free on our forms: codes stand upper right and lower left.
    """
    box = page.cropbox
    turned = page.rotation % 360
    width, height = float(box.width), float(box.height)
    if turned in (90, 270):
        width, height = height, width
    label = form.get_object()["/BBox"]
    scale = width / _A4_WIDTH
    x = width - (float(label[2]) + _EDGE) * scale if corner is Corner.LOWER_RIGHT else _EDGE * scale
    y = _EDGE * scale if corner is Corner.LOWER_RIGHT else height - (float(label[3]) + _EDGE) * scale
    upright = Transformation().scale(scale).translate(x, y)
    back = {
        0: Transformation(),
        90: Transformation((0.0, 1.0, -1.0, 0.0, height, 0.0)),
        180: Transformation((-1.0, 0.0, 0.0, -1.0, width, height)),
        270: Transformation((0.0, -1.0, 1.0, 0.0, 0.0, width)),
    }[turned]
    placed = upright.transform(back).translate(float(box.left), float(box.bottom))
    matrix = " ".join(f"{value:.4f}" for value in placed.ctm)

    resources = page.setdefault(NameObject("/Resources"), DictionaryObject()).get_object()
    resources = DictionaryObject(resources)
    xobjects = DictionaryObject(resources.get("/XObject", DictionaryObject()).get_object())
    name = f"/EvLabel{sum(key.startswith('/EvLabel') for key in xobjects)}"
    xobjects[NameObject(name)] = form
    resources[NameObject("/XObject")] = xobjects
    page[NameObject("/Resources")] = resources

    before, after = DecodedStreamObject(), DecodedStreamObject()
    before.set_data(b"q\n")
    after.set_data(f"\nQ\nq {matrix} cm {name} Do Q\n".encode())
    streams = page.get("/Contents")
    inner: list[Any] = []
    if streams is not None:
        resolved = streams.get_object()
        inner = list(resolved) if isinstance(resolved, ArrayObject) else [_indirect(writer, streams)]
    page[NameObject("/Contents")] = ArrayObject(
        [writer._add_object(before), *inner, writer._add_object(after)]
    )


def _indirect(writer: PdfWriter, stream: Any) -> Any:
    """A reference to a content stream, which pypdf may hold directly."""
    reference = getattr(stream, "indirect_reference", None)
    if isinstance(stream, ContentStream) or reference is None:
        return writer._add_object(stream)
    return reference
