"""Reading print of pages whose codes are lost: RapidOCR, an optional extra with its models in its wheel."""

from __future__ import annotations

import importlib.util
import logging
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import cv2

from evidence.domain.arrival_outcome import Reason
from evidence.recognition.reading import Array, Limits, PageReading

WITHOUT_OCR = "本机没有安装文字识别，没有二维码的页只按版面比对；安装 evidence[ocr] 后重试，建议会更准。"
"""Told to the clerk when a page without code could not be read for want of the extra."""
_SIDE = 1500
"""Longest side read: 9 pt print has 15 px there, and a page costs 1-3 CPU seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLine:
    """One line of print."""

    text: str
    score: float
    """0..1."""


class Ocr(Protocol):
    """Any engine that reads lines off a picture."""

    def lines(self, gray: Array, *, upright: bool = False) -> tuple[TextLine, ...]:
        """Lines in no particular order; unless it is upright the picture may lie on its side or head."""
        ...


class RapidOcr:
    """RapidOCR on onnxruntime, one thread."""

    def __init__(self) -> None:
        from rapidocr import RapidOCR

        logging.getLogger("RapidOCR").setLevel(logging.ERROR)
        self._engine: Any = RapidOCR(
            params={
                "Global.log_level": "error",
                "EngineConfig.onnxruntime.intra_op_num_threads": 1,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
                # A page's head is low and wide: enlarged to the usual height of 736 px it costs five
                # times as much and is read no better.
                "Det.limit_type": "max",
                "Det.limit_side_len": _SIDE,
            }
        )

    def lines(self, gray: Array, *, upright: bool = False) -> tuple[TextLine, ...]:
        """Reads upright and upside-down lines; turns a page that lies on its side."""
        factor = _SIDE / max(gray.shape)
        if factor < 1:
            gray = cv2.resize(gray, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        answer = self._engine(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR), use_cls=not upright)
        if not upright and _lies_on_its_side(answer):
            turned = cv2.rotate(gray, cv2.ROTATE_90_CLOCKWISE)
            answer = self._engine(cv2.cvtColor(turned, cv2.COLOR_GRAY2BGR))
        if answer.txts is None:
            return ()
        return tuple(
            TextLine(text=text, score=float(score))
            for text, score in zip(answer.txts, answer.scores, strict=True)
        )


def _lies_on_its_side(answer: Any) -> bool:
    if answer.boxes is None or len(answer.boxes) < 4:
        return False
    spans = answer.boxes.max(axis=1) - answer.boxes.min(axis=1)
    long_enough = spans.max(axis=1) > 3 * spans.min(axis=1)
    return bool(long_enough.any() and (spans[long_enough, 1] > spans[long_enough, 0]).mean() > 0.6)


def is_installed() -> bool:
    """Whether the extra `evidence[ocr]` is there, without loading it."""
    return all(importlib.util.find_spec(name) is not None for name in ("rapidocr", "onnxruntime"))


@lru_cache(maxsize=1)
def installed_ocr() -> Ocr | None:
    """The engine, loaded once; None when the extra `evidence[ocr]` is not installed."""
    return RapidOcr() if is_installed() else None


def remarks_on(reading: PageReading, limits: Limits) -> tuple[str, ...]:
    """What the clerk should know about this machine when a page was not recognised."""
    lacking = reading.problem == Reason.NO_CODE and limits.ocr and installed_ocr() is None
    return (WITHOUT_OCR,) if lacking else ()
