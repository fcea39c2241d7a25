"""Codes as they are read off a picture."""

import cv2
import pytest

from evidence.recognition.codes import find_codes


@pytest.mark.parametrize("turn", [None, cv2.ROTATE_90_CLOCKWISE, cv2.ROTATE_180])
def test_both_codes_are_read_from_the_front_and_none_from_behind(room, sample, turn):
    image = room.scan(sample, profile="clean", dpi=200, mode="gray").image
    gray = image if image.ndim == 2 else cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    gray = gray if turn is None else cv2.rotate(gray, turn)
    assert {found.code.number for found in find_codes(gray)} == {sample.issued.number}
    assert len(find_codes(gray)) == 2
    assert find_codes(cv2.flip(gray, 1)) == ()


def test_a_code_of_another_page_between_the_two_is_seen_as_well(room, sample):
    image = room.scan(sample, profile="clean", dpi=200, mode="gray").image
    other = room.scan(sample, 2, profile="clean", dpi=200, mode="gray").image
    gray, strange = (x if x.ndim == 2 else cv2.cvtColor(x, cv2.COLOR_BGR2GRAY) for x in (image, other))
    (h, w), quad = gray.shape, find_codes(strange)[0].quad
    (x0, y0), (x1, y1) = quad.min(axis=0).astype(int) - 20, quad.max(axis=0).astype(int) + 20
    piece = strange[y0:y1, x0:x1]
    gray[h // 2 : h // 2 + piece.shape[0], w // 2 : w // 2 + piece.shape[1]] = piece
    assert {found.code.page for found in find_codes(gray)} == {1, 2}
