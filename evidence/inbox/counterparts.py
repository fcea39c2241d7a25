"""Whether an electronic file says more than the unfilled form it claims to stand for."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable

from evidence.domain.arrival_outcome import ArrivalOutcome
from evidence.domain.document import Document
from evidence.domain.identifiers import ArrivalId, Number, Sha256
from evidence.ledger.arrival_events import ArrivalJudged

IssuedText = Callable[[Number], tuple[str, ...]]
"""What a form says as it was issued, in Word and on paper; without those that cannot be read."""
_UNWRITTEN = re.compile(r"[\s_＿.·…—\-□☐○:：/⟦⟧]+")
_PAGE_NUMBER = re.compile(r"第\d+页|共\d+页")
_WHOLE = 0.8
"""A print-out of the form by another program holds nearly all of its characters, in another order."""


def unfilled(document: Document, sha256: Sha256, text: str, issued_text: IssuedText) -> bool:
    """Whether a file adds nothing to a form that was issued blank: no counterpart of the handwritten one."""
    form = document.form
    if not form.blank:
        return False
    return sha256 in {form.docx, form.pdf} or adds_nothing(text, *issued_text(form.number))


def adds_nothing(text: str, *issued: str) -> bool:
    """Whether all that a text says stands in the issued form already; blanks and page numbers aside.

    Args:
        issued: the form's text in each of its shapes; every shape orders lines and characters in its way.
    """
    shapes = [_written(shape) for shape in issued if shape.strip()]
    lines = [_written(line) for line in text.splitlines()]
    if all(any(line in shape for shape in shapes) for line in lines if line):
        return True
    said = "".join(lines)
    return any(len(said) >= _WHOLE * len(shape) and not Counter(said) - Counter(shape) for shape in shapes)


def not_filled_in(arrival: ArrivalId, number: Number) -> ArrivalJudged:
    """It waits for the clerk, who is told what makes a counterpart."""
    return ArrivalJudged(
        arrival=arrival,
        outcome=ArrivalOutcome.UNIDENTIFIED,
        message=f"与签发的空白文书 {number} 内容相同，没有填写，不能作为它的电子文档。"
        f"请录入该次活动后生成转录件（evidence transcribe {number}），或放入填写好的电子文档。",
    )


def _written(text: str) -> str:
    return _PAGE_NUMBER.sub("", _UNWRITTEN.sub("", unicodedata.normalize("NFKC", text)))
