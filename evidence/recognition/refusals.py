"""Words that refuse a signature (无, 拒签, 不在 …) written where it belongs: told from names by their shape.

A linear model over directions of edges, made by `scripts/train_refusals.py` with a fixed seed from drawn
handwriting; its weights are data beside this module. It only ever asks.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from evidence.recognition.reading import Array

WORDS = ("无", "拒签", "拒绝", "不在", "无人", "未到", "不签", "拒绝签字")
WEIGHTS = Path(__file__).with_name("refusals.npz")
SHAPE = (32, 80)
"""Rows and columns a word is drawn to."""
_CELL = 8
_DIRECTIONS = 8
_LEAST = 40
"""Pixels of ink from which there is a word."""
_NARROW = 1.3
"""Breadth of one character in shares of its height, at most."""


def descriptor(ink: Array) -> Array | None:
    """Directions of the edges of a word, cell by cell; None when there is hardly any ink.

    Args:
        ink: uint8, 1 where a pen wrote.
    """
    word = _word_in(ink)
    if word is None:
        return None
    factor = min((SHAPE[0] - 4) / word.shape[0], (SHAPE[1] - 4) / word.shape[1])
    size = (max(round(word.shape[1] * factor), 1), max(round(word.shape[0] * factor), 1))
    small = cv2.resize(word, size, interpolation=cv2.INTER_AREA)
    field = np.zeros(SHAPE, np.float32)
    y, x = (SHAPE[0] - size[1]) // 2, 2
    field[y : y + size[1], x : x + size[0]] = small
    field = cv2.GaussianBlur(field, (0, 0), 0.8)
    across, down = (cv2.Sobel(field, cv2.CV_32F, *axis, ksize=3) for axis in ((1, 0), (0, 1)))
    strength = np.hypot(across, down)
    place = (np.arctan2(down, across) % np.pi) / np.pi * _DIRECTIONS
    low = place.astype(int) % _DIRECTIONS
    share = place - np.floor(place)
    layers = []
    for k in range(_DIRECTIONS):
        layer = strength * (
            np.where(low == k, 1 - share, 0) + np.where((low + 1) % _DIRECTIONS == k, share, 0)
        )
        cells = (SHAPE[1] // _CELL, SHAPE[0] // _CELL)
        layers.append(cv2.resize(layer.astype(np.float32), cells, interpolation=cv2.INTER_AREA))
    found = np.sqrt(np.stack(layers).ravel())
    shape = [small.shape[1] / SHAPE[1], small.shape[0] / SHAPE[0], word.mean()]
    return np.concatenate([found / max(float(np.linalg.norm(found)), 1e-6), shape, [1.0]])


def is_one_character(ink: Array) -> bool:
    """Whether ink is no broader than one character: 无 always is, names seldom are."""
    word = _word_in(ink)
    return word is not None and word.shape[1] <= _NARROW * word.shape[0]


def _word_in(ink: Array) -> Array | None:
    """What there is between the outermost specks, float32; None when there is hardly any ink."""
    rows, columns = np.nonzero(ink > 0)
    if len(rows) < _LEAST:
        return None
    (top, bottom), (left, right) = (
        np.percentile(values, (0.5, 99.5)).astype(int) for values in (rows, columns)
    )
    return ink[top : bottom + 1, left : right + 1].astype(np.float32)


def refusal_in(ink: Array) -> tuple[str, float]:
    """The likeliest refusing word and the probability that one of them is written, 0..1."""
    found = descriptor(ink)
    if found is None:
        return "", 0.0
    shares = _shares(found @ _weights())
    best = int(np.argmax(shares[1:]))
    return WORDS[best], float(1 - shares[0])


def _shares(values: Array) -> Array:
    powers = np.exp(values - values.max())
    return powers / powers.sum()


@lru_cache(maxsize=1)
def _weights() -> Array:
    loaded: Any = np.load(WEIGHTS, allow_pickle=False)
    return loaded["weights"].astype(np.float32)
