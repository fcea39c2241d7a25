"""When words in and out of place prove a page, contradict it, or leave the question open."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evidence.recognition.identity import Identity, Words, judge_identity

COMMON = 20
"""Words every issue of the form prints in the same place."""
HERE, REPLACED = 0.9, 0.25


def words(own: list[float], *, common: float = HERE) -> tuple[Words, np.ndarray]:
    """A page whose own words have these scores; where a word is not, other print stands."""
    score = np.array([*own, *([common] * COMMON)])
    there = np.ones(len(score))
    mine = np.zeros(len(score), bool)
    mine[: len(own)] = True
    return Words(score=score, covered=there, ink=there, shift=np.zeros((len(score), 2))), mine


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
