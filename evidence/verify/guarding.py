"""Each part of a verdict fails alone: what breaks one leaves it undecided, and the others stand."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from evidence.errors import EvidenceError
from evidence.verify.model import Check, review

Answer = TypeVar("Answer")


def guarded(id: str, part: Callable[[], Answer], otherwise: Callable[[Check], Answer]) -> Answer:
    """One part's answer; a part that breaks on what it was given is undecided, the others stand.

    Args:
        id: of the check that says so.
        part: judges; may raise anything, for its input is hostile.
        otherwise: the answer that carries an undecided check.

    Raises:
        EvidenceError: what the reader himself gave cannot be used.
    """
    try:
        return part()
    except EvidenceError:
        raise
    except Exception as error:  # hostile input, a file that vanished: undecided, never a crash
        return otherwise(broken_off(id, error, ""))


def broken_off(id: str, error: Exception, where: str) -> Check:
    """The undecided check of a part that an exception ended."""
    text = f"读取中断（{type(error).__name__}：{error}），没有得出结论，请重试或换一份副本。"
    return review(id, text, where)
