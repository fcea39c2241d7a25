"""References of issued pages at hand: loaded once, and compared with their sisters once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from evidence.domain.document import IssuedForm, IssuedPage
from evidence.domain.identifiers import Number
from evidence.domain.page_code import PageCode
from evidence.recognition.identity import distinctive_words
from evidence.recognition.reading import Array, FormLookup
from evidence.recognition.reference import Reference, load_reference, reference_beside

SIBLINGS = 2
"""Sister pages a page is told apart from; the filled fields of any two differ in the same places."""


def issued_page(forms: FormLookup, number: Number, page: int) -> IssuedPage | None:
    """Where codes and boxes of one page lie."""
    return next((issued for issued in forms.geometry(number) if issued.page == page), None)


def reference_of(forms: FormLookup, number: Number, issued: IssuedPage) -> Reference:
    """The reference of one issued page."""
    pdf = forms.pdf(number)
    kept = reference_beside(pdf)
    stamp = (kept if kept.is_file() else pdf).stat().st_mtime_ns
    return _cached_reference(pdf, stamp, _Key(issued))


def siblings(forms: FormLookup, code: PageCode) -> list[Reference]:
    """The same page of other issues of the form, the first few of them."""
    form = forms.issued(code.number)
    found: list[Reference] = []
    for other in forms.candidates():
        if len(found) == SIBLINGS:
            break
        if not _is_sibling(other, form, code):
            continue
        geometry = issued_page(forms, other.number, code.page)
        if geometry is not None:
            found.append(reference_of(forms, other.number, geometry))
    return found


def own_words(reference: Reference, sisters: list[Reference]) -> Array | None:
    """Words of this page that other issues of the form do not carry; None when there is no other."""
    own: Array | None = None
    for sister in sisters:
        mask = _cached_distinction(reference, sister)
        own = mask if own is None else own & mask
    return own


def _is_sibling(other: IssuedForm, form: IssuedForm | None, code: PageCode) -> bool:
    return (
        form is not None
        and other.form == form.form
        and other.number != form.number
        and other.pages >= code.page
    )


class _Key:
    """An issued page as a cache key: its check names it among all pages ever issued."""

    def __init__(self, page: IssuedPage) -> None:
        self.page = page

    def __hash__(self) -> int:
        return hash((self.page.check, self.page.page))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and (self.page is other.page or self.page == other.page)


@lru_cache(maxsize=48)
def _cached_reference(pdf: Path, _stamp: int, key: _Key) -> Reference:
    return load_reference(pdf, key.page)


@lru_cache(maxsize=256)
def _cached_distinction(reference: Reference, sister: Reference) -> Array:
    return distinctive_words(reference, sister)
