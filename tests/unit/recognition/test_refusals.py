"""Words that refuse a signature are asked about; names are not."""

import numpy as np
import pytest

from evidence.demo.pen import handwritten
from evidence.recognition.doubts import refusal_words
from evidence.recognition.refusals import WORDS, descriptor, refusal_in
from evidence.recognition.thresholds import DEFAULT

NAMES = ("王伟", "李秀英", "张建国", "刘洋", "陈静", "赵启明", "沈国梁", "顾明芳", "许静", "韩立新")


def likely(text, seed):
    alpha = handwritten(np.random.default_rng(seed), text, 40)
    return refusal_in((alpha > 0.35).astype(np.uint8))[1]


def test_most_refusals_in_a_plain_hand_are_seen_and_hardly_any_name():
    least = DEFAULT.straight.refused
    refused = [likely(word, seed) >= least for word in WORDS for seed in range(6)]
    named = [likely(name, seed) >= least for name in NAMES for seed in range(6)]
    assert np.mean(refused) >= 0.5
    assert np.mean(named) <= 0.04


def asked(text, seed):
    alpha = handwritten(np.random.default_rng(seed), text, 40)
    return bool(refusal_words((alpha > 0.35).astype(np.uint8), 20.0))


def test_a_single_character_like_a_refusal_is_asked_sooner_than_a_name():
    assert np.mean([asked("无", seed) for seed in range(40)]) >= 0.9
    assert np.mean([asked(name, seed) for name in NAMES for seed in range(6)]) <= 0.04


@pytest.mark.parametrize("ink", [np.zeros((60, 200), np.uint8), np.eye(5, dtype=np.uint8)])
def test_hardly_any_ink_is_no_word(ink):
    assert descriptor(ink) is None
    assert refusal_in(ink) == ("", 0.0)
