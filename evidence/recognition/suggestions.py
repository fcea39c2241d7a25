"""A page without a readable code: print read by OCR, a shortlist, then the registration gate.

The answer is a suggestion for a person; only a code read again inside the registered page links it.
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

from evidence.domain.document import IssuedPage
from evidence.domain.identifiers import Number, compact
from evidence.ledger.events import Suggestion
from evidence.recognition.codes import FoundCode, find_codes
from evidence.recognition.identity import compare_words
from evidence.recognition.ocr import installed_ocr
from evidence.recognition.pages import PagePicture
from evidence.recognition.reading import Array, FormLookup
from evidence.recognition.reference import PT, load_reference
from evidence.recognition.registration import Registration, register
from evidence.recognition.sheet import lay_out

_SHORTLIST = 4
_SHORTLIST_BLIND = 8
"""Pages tried by features alone when nothing was read."""
_ACCEPT = 0.55
"""Share of words in place from which a page is suggested."""
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
    issued: IssuedPage
    pdf: Path
    likeness: float
    """0..1 by text; 0 when nothing was read."""


def guess_page(picture: PagePicture, gray: Array, forms: FormLookup, *, ocr: bool) -> Guess:
    """Suggestions, best first; at most three."""
    engine = installed_ocr() if ocr else None
    text = "".join(line.text for line in engine.lines(gray) if line.score > 0.5) if engine else ""
    candidates = _candidates(forms)
    if not candidates:
        return Guess()
    ranked = _ranked(text, candidates)
    tried: list[Suggestion] = []
    for candidate in ranked[: _SHORTLIST if text else _SHORTLIST_BLIND]:
        registration = _registered(gray, candidate)
        share = _share(picture, registration, candidate) if registration is not None else 0.0
        if registration is not None and share > _ACCEPT:
            found = _read_again(gray, registration, candidate.issued)
            if found:
                return Guess(found=found)
        if share > _ACCEPT or candidate.likeness > 0.5:
            score = round(1000 * min(1.0, max(share, 0.6 * candidate.likeness)))
            why = f"印刷内容有 {round(100 * share)}% 对得上" if share > _ACCEPT else "文字相似"
            tried.append(
                Suggestion(number=candidate.number, page=candidate.issued.page, score=score, why=why)
            )
    tried.sort(key=lambda suggestion: -suggestion.score)
    return Guess(suggestions=tuple(tried[:3]))


def _candidates(forms: FormLookup) -> list[tuple[Number, IssuedPage, Path]]:
    return [
        (form.number, page, forms.pdf(form.number))
        for form in forms.candidates()
        if not form.voided_why
        for page in forms.geometry(form.number)
    ]


def _ranked(text: str, candidates: Sequence[tuple[Number, IssuedPage, Path]]) -> list[_Candidate]:
    """Pages by likeness of their print to what was read; rare letter pairs weigh more than common ones."""
    if not text:
        return [
            _Candidate(number=number, issued=issued, pdf=pdf, likeness=0.0)
            for number, issued, pdf in candidates
        ]
    seen = _pairs(text)
    prints = [_pairs(_page_text(pdf, issued.page)) for _number, issued, pdf in candidates]
    spread = Counter(pair for pairs in prints for pair in pairs)
    rarity = {pair: math.log((1 + len(prints)) / (1 + count)) + 0.05 for pair, count in spread.items()}
    printed_numbers = _numbers(text)
    found: list[_Candidate] = []
    for (number, issued, pdf), pairs in zip(candidates, prints, strict=True):
        whole = sum(rarity[pair] for pair in pairs)
        likeness = sum(rarity[pair] for pair in pairs & seen) / whole if whole else 0.0
        agreement = max((_alike(compact(number), other) for other in printed_numbers), default=0.0)
        page_named = f"第{issued.page}页" in text
        likeness = 0.75 * likeness + 0.2 * agreement + (0.05 if page_named else 0.0)
        found.append(_Candidate(number=number, issued=issued, pdf=pdf, likeness=likeness))
    return sorted(found, key=lambda candidate: -candidate.likeness)


def _pairs(text: str) -> frozenset[str]:
    letters = re.sub(r"\s+", "", text)
    return frozenset(letters[i : i + 2] for i in range(len(letters) - 1))


def _numbers(text: str) -> list[str]:
    plain = re.sub(r"[^A-Z0-9]", "", text.upper())
    return _NUMBER.findall(plain)


def _alike(number: str, other: str) -> float:
    """1 for the same number; letters that OCR confuses count as equal; one wrong digit is another number."""
    a, b = number.translate(_LOOKALIKE), other.translate(_LOOKALIKE)
    if a == b:
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


def _registered(gray: Array, candidate: _Candidate) -> Registration | None:
    return register(gray, load_reference(candidate.pdf, candidate.issued))


def _share(picture: PagePicture, registration: Registration, candidate: _Candidate) -> float:
    words = compare_words(lay_out(picture, registration, load_reference(candidate.pdf, candidate.issued)))
    seen = words.seen
    if int(seen.sum()) < 5:
        return 0.0
    return float((words.score[seen] >= 0.5).mean())


def _read_again(gray: Array, registration: Registration, issued: IssuedPage) -> tuple[FoundCode, ...]:
    """Cut the codes out of the straightened page, four times 150 dpi, and read them once more."""
    factor = registration.scale
    picture = (
        gray if factor == 1 else cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    )
    for place in issued.codes:
        margin = 0.25 * place.size
        x, y = (place.x - margin) * PT, (place.y - margin) * PT
        side = (place.size + 2 * margin) * PT
        zoom = 4
        steps = np.arange(0, int(side * zoom)) / zoom
        grid_x, grid_y = np.meshgrid(x + steps, y + steps)
        nodes = registration.placement(np.stack([grid_x.ravel(), grid_y.ravel()], 1)).astype(np.float32)
        maps = nodes.reshape((*grid_x.shape, 2))
        code = cv2.remap(picture, maps[..., 0], maps[..., 1], cv2.INTER_CUBIC, borderValue=255)
        for soft in (code, cv2.GaussianBlur(code, (0, 0), 2.0), cv2.medianBlur(code, 7)):
            found = find_codes(soft)
            if found and found[0].code.number and _expected(found[0], issued):
                quad = found[0].quad / zoom + np.array([x, y])
                seen = registration.placement(quad) / factor
                return (FoundCode(code=found[0].code, quad=seen),)
    return ()


def _expected(found: FoundCode, issued: IssuedPage) -> bool:
    """The code found is the one issued there: anything else waits for a person."""
    return found.code.check == issued.check and found.code.page == issued.page
