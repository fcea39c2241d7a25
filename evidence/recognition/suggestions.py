"""A page without a readable code: laid on a layout by its print, then read as far as it can be.

What is left of a code links the page when it can only be one issued symbol. Otherwise number,
enterprise and title are read by OCR, and the answer is a suggestion for a person.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import pypdfium2

from evidence.domain.document import IssuedForm
from evidence.domain.identifiers import Number, compact
from evidence.ledger.arrival_events import Suggestion
from evidence.recognition.aligned_scan import align
from evidence.recognition.codes import FoundCode, find_codes
from evidence.recognition.damaged_code import damaged_codes
from evidence.recognition.identity import compare_words
from evidence.recognition.layouts import Laid, lay_on_layouts
from evidence.recognition.number_print import number_proves
from evidence.recognition.ocr import TextLine, installed_ocr
from evidence.recognition.pages import PagePicture
from evidence.recognition.reading import Array, FormLookup
from evidence.recognition.reference import PT
from evidence.recognition.reference_cache import issued_page, own_words, reference_of
from evidence.recognition.registration import Features, find_features, register_by_print

_SHORTLIST = 5
_ACCEPT = 0.55
"""Share of words in place from which a page is suggested."""
_READ_SHARE = 0.16
"""Upper part of a straightened page that OCR reads: number, enterprise and title."""
_READ_ZOOM = 1.25
"""Somewhat larger than the reference: 9 pt print has 16 px."""
_CODE_ZOOM = 4
_CODE_ATTEMPTS = 6
"""The whole cut at every size and closed; the attempts after them look into corners of a page."""
_NUMBER = re.compile(r"[A-Z]{3}[0-9]{6}[A-Z]{2}[0-9]{3}")
_LOOKALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "S": "5", "B": "8", "Z": "2", "Q": "0"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What a page without a readable code may be."""

    suggestions: tuple[Suggestion, ...] = ()
    found: tuple[FoundCode, ...] = ()
    """A code that could be read after all, in the straightened picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    number: Number
    form: str
    page: int
    likeness: float
    """0..1 by text; 0 when nothing was read."""
    named: bool
    """Its number was read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rival:
    """A candidate after its print was looked for."""

    merit: float
    share: float
    """Words in place."""
    suggestion: Suggestion
    laid: Laid | None


def guess_page(picture: PagePicture, gray: Array, forms: FormLookup, *, ocr: bool) -> Guess:
    """A code after all, or suggestions, best first; at most three."""
    candidates = [form for form in forms.candidates() if not form.voided_why]
    features = find_features(gray) if candidates else None
    if features is None:
        return Guess()
    laid = lay_on_layouts(features, candidates, forms)
    for place in laid:
        found = _codes_on(features, place, candidates)
        if found:
            return Guess(found=found)
    rivals = _by_print(picture, gray, features, laid, candidates, forms, ocr=ocr)
    for rival in rivals:
        # On its own print a page lies better than on a sister's: its codes may show now.
        if rival.laid is not None and rival.share > _ACCEPT:
            found = _codes_on(features, rival.laid, candidates)
            if found:
                return Guess(found=found)
    return Guess(suggestions=tuple(rival.suggestion for rival in rivals[:3]))


def whose_print(picture: PagePicture, gray: Array, forms: FormLookup, *, ocr: bool) -> tuple[Suggestion, ...]:
    """Pages this may be by its print alone, best first; at most three: its code names another."""
    candidates = [form for form in forms.candidates() if not form.voided_why]
    features = find_features(gray) if candidates else None
    if features is None:
        return ()
    laid = lay_on_layouts(features, candidates, forms)
    rivals = _by_print(picture, gray, features, laid, candidates, forms, ocr=ocr)
    return tuple(rival.suggestion for rival in rivals[:3])


def _by_print(
    picture: PagePicture,
    gray: Array,
    features: Features,
    laid: Sequence[Laid],
    candidates: Sequence[IssuedForm],
    forms: FormLookup,
    *,
    ocr: bool,
) -> list[_Rival]:
    """Issued pages whose print this may be, best first."""
    contracts = frozenset(compact(form.number)[:3] for form in candidates)
    text = _read_print(gray, features, laid, contracts) if ocr else ""
    pages = _pages(candidates, laid)
    pages += [page for page in _pages_named(candidates, _numbers(text, contracts)) if page not in pages]
    ranked = _ranked(text, pages, forms)
    return _tried(picture, features, ranked[:_SHORTLIST], forms)


def _codes_on(features: Features, place: Laid, candidates: Sequence[IssuedForm]) -> tuple[FoundCode, ...]:
    found = _read_again(features, place)
    if found:
        return found
    same = [form for form in candidates if form.form == place.form]
    return damaged_codes(features, place.registration, place.issued, same)


def _pages(candidates: Sequence[IssuedForm], laid: Sequence[Laid]) -> list[tuple[IssuedForm, int]]:
    """Pages this may be: those of the layouts it lies on, all when it lies on none."""
    layouts = {(place.form, place.issued.page) for place in laid}
    every = [(form, page) for form in candidates for page in range(1, form.pages + 1)]
    return [(form, page) for form, page in every if (form.form, page) in layouts] or every


def _pages_named(candidates: Sequence[IssuedForm], numbers: Sequence[str]) -> list[tuple[IssuedForm, int]]:
    """Every page of forms whose number was read: a pale page may lie on the layout of another form."""
    named = [form for form in candidates if any(_alike(compact(form.number), read) == 1 for read in numbers)]
    return [(form, page) for form in named for page in range(1, form.pages + 1)]


def _read_print(gray: Array, features: Features, laid: Sequence[Laid], contracts: frozenset[str]) -> str:
    """Print of the page's head, straightened when it could be laid on a layout; of all of it otherwise.

    A head without a number was not the head: fields filled with more or fewer lines push a page off the
    layout of its sisters, and its upper edge is then sought in the wrong place.
    """
    engine = installed_ocr()
    if engine is None:
        return ""
    if laid:
        rows, columns = laid[0].reference.shape
        size = round(rows * _READ_SHARE * _READ_ZOOM), round(columns * _READ_ZOOM)
        head = laid[0].registration.placement.cut(features.picture, (0.0, 0.0), size, _READ_ZOOM)
        text = _plain(engine.lines(head, upright=True))
        if _numbers(text, contracts):
            return text
    return _plain(engine.lines(gray))


def _plain(lines: Sequence[TextLine]) -> str:
    return "\n".join(line.text for line in lines if line.score > 0.5)


def _tried(
    picture: PagePicture, features: Features, ranked: Sequence[_Candidate], forms: FormLookup
) -> list[_Rival]:
    """The shortlist laid on its own print, best first; what neither print nor text speaks for is left out."""
    pages = [(candidate, issued_page(forms, candidate.number, candidate.page)) for candidate in ranked]
    known = [
        (candidate, issued, reference_of(forms, candidate.number, issued))
        for candidate, issued in pages
        if issued
    ]
    tried: list[_Rival] = []
    for candidate, issued, reference in known:
        registration = register_by_print(features, reference)
        share = own_share = 0.0
        if registration is not None:
            sheet = align(picture, registration, reference)
            words = compare_words(sheet)
            sisters = [
                other
                for rival, _issued, other in known
                if rival.number != candidate.number and rival.page == candidate.page
            ]
            share = _share(words.score[words.seen])
            own = own_words(reference, sisters)
            if own is not None and int((own & words.seen).sum()) >= 3:
                own_share = _share(words.score[own & words.seen], least=3)
            elif sisters:
                own_share = 1.0 if number_proves(sheet, sisters) else 0.4
            else:
                own_share = share
        if share <= _ACCEPT and candidate.likeness <= 0.5 and not candidate.named:
            continue
        merit = 0.3 * share + 0.3 * own_share + 0.25 * candidate.likeness + 0.35 * candidate.named
        alike = "读到了这个编号" if candidate.named else "文字相似"
        why = f"印刷内容有 {round(100 * share)}% 对得上" if share > _ACCEPT else alike
        score = round(1000 * min(1.0, max(merit, 0.5 * share + 0.5 * own_share)))
        suggestion = Suggestion(number=candidate.number, page=candidate.page, score=score, why=why)
        laid = None
        if registration is not None:
            laid = Laid(form=candidate.form, issued=issued, reference=reference, registration=registration)
        tried.append(_Rival(merit=merit, share=share, suggestion=suggestion, laid=laid))
    return sorted(tried, key=lambda rival: -rival.merit)


def _share(scores: Array, least: int = 5) -> float:
    return float((scores >= 0.5).mean()) if len(scores) >= least else 0.0


def _ranked(text: str, pages: Sequence[tuple[IssuedForm, int]], forms: FormLookup) -> list[_Candidate]:
    """Pages by likeness of their print to what was read; rare letter pairs weigh more than common ones."""
    if not text:
        return [
            _Candidate(number=form.number, form=form.form, page=page, likeness=0.0, named=False)
            for form, page in pages
        ]
    seen = _pairs(text)
    prints = [_pairs(_page_text(forms.pdf(form.number), page)) for form, page in pages]
    spread = Counter(pair for pairs in prints for pair in pairs)
    rarity = {pair: math.log((1 + len(prints)) / (1 + count)) + 0.05 for pair, count in spread.items()}
    contracts = frozenset(compact(form.number)[:3] for form, _page in pages)
    printed_numbers = _numbers(text, contracts)
    found: list[_Candidate] = []
    for (form, page), pairs in zip(pages, prints, strict=True):
        whole = sum(rarity[pair] for pair in pairs)
        likeness = sum(rarity[pair] for pair in pairs & seen) / whole if whole else 0.0
        agreement = max((_alike(compact(form.number), other) for other in printed_numbers), default=0.0)
        likeness = (
            0.75 * likeness + 0.2 * agreement + (0.15 if f"第{page}页" in text.replace(" ", "") else 0.0)
        )
        found.append(
            _Candidate(
                number=form.number, form=form.form, page=page, likeness=likeness, named=agreement == 1.0
            )
        )
    return sorted(found, key=lambda candidate: (-candidate.named, -candidate.likeness))


def _candidate(form: IssuedForm, page: int, likeness: float = 0.0, *, named: bool = False) -> _Candidate:
    return _Candidate(number=form.number, form=form.form, page=page, likeness=likeness, named=named)


def _pairs(text: str) -> frozenset[str]:
    letters = re.sub(r"\s+", "", text)
    return frozenset(letters[i : i + 2] for i in range(len(letters) - 1))


def _numbers(text: str, contracts: frozenset[str]) -> list[str]:
    """Numbers read, each on its own line; letters where digits stand are OCR's lookalikes.

    Args:
        contracts: the contract codes that numbers issued here begin with.
    """
    found: list[str] = []
    for line in text.upper().splitlines():
        plain = re.sub(r"[^A-Z0-9]", "", line)
        last = plain[-14:]
        found += _NUMBER.findall(plain) or [last] * (
            len(last) == 14 and any(one in last for one in contracts)
        )
    return found


def _alike(number: str, other: str) -> float:
    """1 for the same number; letters that OCR confuses count as equal; one wrong digit is another number.

    The three letters of the contract are the same in all of them, and a pale J is read as I.
    """
    a, b = number.translate(_LOOKALIKE), other.translate(_LOOKALIKE)
    if a[3:] == b[3:]:
        return 1.0
    return 0.4 * SequenceMatcher(None, a, b).ratio()


@lru_cache(maxsize=2000)
def _page_text(pdf: Path, page: int) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        text: str = document[page - 1].get_textpage().get_text_bounded()
    finally:
        document.close()
    return text


def _read_again(features: Features, laid: Laid) -> tuple[FoundCode, ...]:
    """Cut the codes out of the straightened page, four times 150 dpi, and read them once more.

    Whatever genuine code stands there is returned: it is held against the ledger and the print of the
    page it names like any other.
    """
    placement = laid.registration.placement
    for place in laid.issued.codes:
        margin = 0.25 * place.size
        corner = (place.x - margin) * PT, (place.y - margin) * PT
        side = int((place.size + 2 * margin) * PT * _CODE_ZOOM)
        code = placement.cut(features.picture, corner, (side, side), _CODE_ZOOM)
        for soft in (code, cv2.GaussianBlur(code, (0, 0), 2.0), cv2.medianBlur(code, 7)):
            found = find_codes(soft, _CODE_ATTEMPTS)
            if found:
                quad = found[0].quad / _CODE_ZOOM + np.array(corner)
                return (FoundCode(code=found[0].code, quad=placement(quad) / features.scale),)
    return ()
