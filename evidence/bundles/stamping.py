"""Labels stamped onto pages made elsewhere, without touching what stands on them."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from pikepdf import Array, Dictionary, Matrix, Name, Page, Pdf

_A4_WIDTH = 595.28
_EDGE = 12.0
"""Points between a stamp and the page's edge on an A4 page."""


class Corner(StrEnum):
    """The corners our forms leave free: codes stand upper right and lower left."""

    LOWER_RIGHT = "lower right"
    UPPER_LEFT = "upper left"


def as_form(target: Pdf, page: Page) -> Any:
    """A label page of another PDF as a form XObject, so that foreign content streams need not be parsed."""
    return target.copy_foreign(page.as_form_xobject())


def stamp(target: Pdf, page: Page, form: Any, corner: Corner) -> None:
    """Put a label into the upright page's lower right or upper left corner.

    Those corners are free on our forms: codes stand upper right and lower left.
    """
    matrix = " ".join(f"{value:.4f}" for value in _place(page, form, corner).shorthand)
    # dictionaries of their own: pages of one file often share theirs
    resources = Dictionary(dict(page.obj.get(Name.Resources, Dictionary()).items()))
    xobjects = Dictionary(dict(resources.get(Name.XObject, Dictionary()).items()))
    name = f"/EvLabel{sum(key.startswith('/EvLabel') for key in xobjects.keys())}"  # noqa: SIM118 no dict
    xobjects[name] = form
    resources.XObject = xobjects
    page.obj.Resources = resources

    after = target.make_stream(f"\nQ\nq {matrix} cm {name} Do Q\n".encode())
    page.obj.Contents = Array([target.make_stream(b"q\n"), *_contents(page), after])


def _contents(page: Page) -> list[Any]:
    streams = page.obj.get(Name.Contents)
    if streams is None:
        return []
    return list(streams) if isinstance(streams, Array) else [streams]


def _place(page: Page, form: Any, corner: Corner) -> Matrix:
    """From the label's own space to the page's, which may be turned or begin elsewhere than at nought."""
    left, bottom, right, top = map(float, page.cropbox)
    turned = int(page.obj.get(Name.Rotate, 0)) % 360
    width, height = right - left, top - bottom
    if turned in (90, 270):
        width, height = height, width
    label = form.BBox
    scale = width / _A4_WIDTH
    x = width - (float(label[2]) + _EDGE) * scale if corner is Corner.LOWER_RIGHT else _EDGE * scale
    y = _EDGE * scale if corner is Corner.LOWER_RIGHT else height - (float(label[3]) + _EDGE) * scale
    upright = Matrix(scale, 0, 0, scale, x, y)
    back = {
        0: Matrix(),
        90: Matrix(0, 1, -1, 0, height, 0),
        180: Matrix(-1, 0, 0, -1, width, height),
        270: Matrix(0, -1, 1, 0, 0, width),
    }[turned]
    return upright @ back @ Matrix(1, 0, 0, 1, left, bottom)
