"""Which form's which page lies here, when no code says it: by print alone, among the layouts in use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evidence.domain.document import IssuedForm, IssuedPage
from evidence.recognition.reading import FormLookup
from evidence.recognition.reference import Reference
from evidence.recognition.reference_cache import issued_page, reference_of
from evidence.recognition.registration import Features, Registration, match_layout, register_by_print

_LAYOUTS = 60
"""Pages tried, one of each page of each form: thirteen forms of two to five pages."""
_LAID = 3
_AGREEING = 16
"""Features in one pose from which a layout is worth a registration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """A picture laid on the page of some issue of a form, not yet of the right one."""

    form: str
    issued: IssuedPage
    reference: Reference
    registration: Registration


def lay_on_layouts(features: Features, candidates: Sequence[IssuedForm], forms: FormLookup) -> list[Laid]:
    """The layouts the picture fits, best first."""
    ranked: list[tuple[int, IssuedForm, IssuedPage, Reference]] = []
    for form, page in _layouts(candidates)[:_LAYOUTS]:
        issued = issued_page(forms, form.number, page)
        if issued is None:
            continue
        reference = reference_of(forms, form.number, issued)
        agreeing = match_layout(features, reference)
        if agreeing >= _AGREEING:
            ranked.append((agreeing, form, issued, reference))
    ranked.sort(key=lambda item: -item[0])
    found: list[Laid] = []
    for _agreeing, form, issued, reference in ranked[:_LAID]:
        registration = register_by_print(features, reference)
        if registration is not None:
            found.append(Laid(form=form.form, issued=issued, reference=reference, registration=registration))
    return found


def _layouts(candidates: Sequence[IssuedForm]) -> list[tuple[IssuedForm, int]]:
    """The newest issue of every page of every form; forms of another length are laid out anew."""
    found: dict[tuple[str, int, int], tuple[IssuedForm, int]] = {}
    for form in candidates:
        for page in range(1, form.pages + 1):
            found.setdefault((form.form, form.pages, page), (form, page))
    return list(found.values())
