"""When words in and out of place prove a page, contradict it, or leave the question open."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import cv2
import numpy as np
import pytest

from evidence.recognition.identity import Identity, Words, compare_words, judge_identity
from evidence.recognition.reference import MM, build_reference

COMMON = 20
"""Words every issue of the form prints in the same place."""
HERE, REPLACED = 0.9, 0.25


def words(own: list[float], *, common: float = HERE) -> tuple[Words, np.ndarray]:
    """A page whose own words have these scores; where a word is not, other print stands."""
    score = np.array([*own, *([common] * COMMON)])
    there = np.ones(len(score))
    mine = np.zeros(len(score), bool)
    mine[: len(own)] = True
    return Words(score=score, found=score, covered=there, ink=there, shift=np.zeros((len(score), 2))), mine


@pytest.mark.parametrize(
    ("case", "own", "common", "verdict"),
    [
        ("all of its own words are there", [HERE] * 7, HERE, Identity.PROVEN),
        ("one of seven is gone", [HERE] * 6 + [REPLACED], HERE, Identity.PROVEN),
        ("another case's words stand in all places", [REPLACED] * 7, HERE, Identity.CONTRADICTED),
        ("one of seven happens to be alike", [HERE] + [REPLACED] * 6, HERE, Identity.CONTRADICTED),
        ("just under the share that stays a page", [HERE] * 3 + [REPLACED] * 5, HERE, Identity.CONTRADICTED),
        ("the head is bent out of reach", [HERE] * 4 + [REPLACED] * 3, HERE, Identity.UNDECIDED),
        ("half of them are there", [HERE] * 3 + [REPLACED] * 3, HERE, Identity.UNDECIDED),
        ("nothing on the sheet can be read", [REPLACED] * 7, 0.3, Identity.UNDECIDED),
        ("few of its own, all there", [HERE] * 3, HERE, Identity.PROVEN),
        ("few of its own, one gone", [HERE] * 2 + [REPLACED], HERE, Identity.UNDECIDED),
    ],
    ids=lambda value: value if isinstance(value, str) and " " in value else "",
)
def test_a_page_is_the_case_its_own_words_say(
    case: str, own: list[float], common: float, verdict: Identity
) -> None:
    found, mine = words(own, common=common)
    assert judge_identity(found, mine, 0.9)[0] is verdict, case


def test_blank_places_are_no_other_print() -> None:
    found, mine = words([REPLACED] * 7)
    blank = replace(found, ink=np.zeros(len(found.score)))
    assert judge_identity(blank, mine, 0.9)[0] is Identity.UNDECIDED


def test_words_outside_the_picture_do_not_count() -> None:
    found, mine = words([HERE] * 5 + [np.nan] * 4)
    assert judge_identity(found, mine, 0.9) == (Identity.PROVEN, 1.0)


def seen_as(sample: Any, across_mm: float, down_mm: float) -> tuple[Words, np.ndarray]:
    """Words of a page whose head lies off by so much, and which of them stand in the head."""
    reference = build_reference(sample.pdf, sample.geometry[0])
    head = reference.shape[0] // 5
    move = np.float32([[1, 0, across_mm * MM], [0, 1, down_mm * MM]])
    gray = reference.gray.copy()
    moved = cv2.warpAffine(reference.gray[:head], move, (gray.shape[1], head), borderValue=255)
    gray[:head] = moved
    sheet = SimpleNamespace(reference=reference, gray=gray, contrast=200.0, whole=True)
    rows = reference.words[:, 1]
    inside = (rows > 5 * MM) & (rows + reference.words[:, 3] < head - 5 * MM)
    return compare_words(sheet), inside  # type: ignore[arg-type]


@pytest.mark.parametrize("down", [-2.4, 1.5, 2.4])
def test_the_words_of_a_bent_head_are_found_up_or_down(sample: Any, down: float) -> None:
    found, head = seen_as(sample, 0.0, down)
    assert head.sum() >= 3
    assert float(np.median(found.score[head])) < 0.45
    assert (found.found[head] > 0.8).all()


def test_words_are_not_looked_for_beside_where_another_name_would_stand(sample: Any) -> None:
    found, head = seen_as(sample, 2.4, 0.0)
    assert float(np.median(found.found[head])) < 0.45
