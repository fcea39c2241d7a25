"""Where the issued page lies in the picture, and how the picture must be turned to be read."""

import cv2
import numpy as np
import pytest

from evidence.recognition.placement import Placement

SHAPE = (1240, 877)


def turned(degrees):
    """The page in a picture that was turned clockwise by some degrees."""
    height, width = SHAPE
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]])
    order = {0: [0, 1, 2, 3], 90: [1, 2, 3, 0], 180: [2, 3, 0, 1], 270: [3, 0, 1, 2]}[degrees]
    across, down = (width, height) if degrees in (0, 180) else (height, width)
    frame = np.float32([[0, 0], [across, 0], [across, down], [0, down]])
    return Placement.flat(cv2.getPerspectiveTransform(corners, frame[order]), SHAPE)


@pytest.mark.parametrize(("lies", "turn"), [(0, 0), (90, 270), (180, 180), (270, 90)])
def test_a_picture_is_turned_back_the_way_it_was_turned(lies, turn):
    assert turned(lies).turn_to_upright() == turn


def test_a_little_skew_turns_nothing():
    angle = np.radians(7)
    matrix = np.array([[np.cos(angle), -np.sin(angle), 20], [np.sin(angle), np.cos(angle), 5], [0, 0, 1]])
    assert Placement.flat(matrix, SHAPE).turn_to_upright() == 0


def test_a_piece_cut_out_shows_what_the_straightened_page_shows_there():
    rng = np.random.default_rng(3)
    page = cv2.GaussianBlur(rng.integers(0, 256, SHAPE, np.uint8), (0, 0), 3)
    angle = np.radians(2)
    matrix = np.array([[np.cos(angle), -np.sin(angle), 40], [np.sin(angle), np.cos(angle), 25], [0, 0, 1]])
    bend = np.zeros((10, 2))
    bend[3:] = 1.5
    placement = Placement(matrix=matrix, shape=SHAPE, bend=bend)

    whole = placement.warp(page, scale=2)
    piece = placement.cut(page, (300.0, 400.0), (200, 240), 2)

    assert np.abs(piece.astype(int) - whole[800:1000, 600:840]).mean() < 2
    assert piece.std() > 5
