"""Annex pages that differ in their number only."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from evidence.recognition.number_print import number_proves

PLACE = np.array([[60, 40, 170, 24], [60, 240, 170, 24]])


def page(number):
    gray = np.full((300, 400), 255, np.uint8)
    cv2.putText(gray, "ANNEX ONE", (60, 150), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 0, 1, cv2.LINE_AA)
    for y in (58, 258):
        cv2.putText(gray, number, (62, y), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 0, 1, cv2.LINE_AA)
    return SimpleNamespace(gray=gray, numbers=PLACE, shape=gray.shape)


def scanned(own, shown, *, shift=0, noise=6.0, blur=0.7, hidden=None):
    picture = cv2.GaussianBlur(np.roll(shown.gray, shift, axis=1), (0, 0), blur).astype(float)
    picture += np.random.default_rng(1).normal(0, noise, picture.shape)
    if hidden is not None:
        picture[hidden] = 255
    return SimpleNamespace(gray=np.clip(picture, 0, 255).astype(np.uint8), reference=own)


MINE, OTHER, THIRD = page("WJB22-0003-JC-001"), page("WJB22-0002-JC-001"), page("WJB22-0008-JC-001")


@pytest.mark.parametrize("shift", [-2, 0, 2])
def test_the_printed_number_proves_its_page(shift):
    assert number_proves(scanned(MINE, MINE, shift=shift), [OTHER, THIRD])


def test_another_cases_number_proves_nothing():
    assert not number_proves(scanned(MINE, OTHER), [OTHER])


def test_one_readable_place_is_enough():
    assert number_proves(scanned(MINE, MINE, hidden=np.s_[30:70, :]), [OTHER])


def test_a_number_nobody_can_read_leaves_the_question_open():
    assert not number_proves(scanned(MINE, MINE, hidden=np.s_[30:70, :], noise=120, blur=4), [OTHER])


def test_two_places_that_disagree_leave_the_question_open():
    mixed = SimpleNamespace(gray=MINE.gray.copy())
    mixed.gray[230:] = OTHER.gray[230:]
    assert not number_proves(scanned(MINE, mixed), [OTHER])


def test_without_another_page_to_compare_nothing_is_proven():
    assert not number_proves(scanned(MINE, MINE), [])
