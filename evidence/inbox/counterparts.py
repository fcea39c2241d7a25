"""Whether an electronic file says more than the unfilled form it claims to stand for."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable

from evidence.domain.document import Document
from evidence.domain.identifiers import ArrivalId, Number, Sha256
from evidence.ledger.events import ArrivalJudged

IssuedText = Callable[[Number], str]
"""Text of the Word file a form was issued as; empty when it cannot be read."""
_UNWRITTEN = re.compile(r"[\s_＿.·…—\-□☐○:：/⟦⟧]+")
_PAGE_NUMBER = re.compile(r"第\d+页|共\d+页|\d+/\d+")
_WHOLE = 0.8
"""A print-out of the form by another program holds nearly all of its characters, in another order."""


def unfilled(document: Document, sha256: Sha256, text: str, issued_text: IssuedText) -> bool:
    """Whether a file adds nothing to a form that was issued blank: no counterpart of the handwritten one."""
    form = document.form
    if not form.blank:
        return False
    return sha256 in {form.docx, form.pdf} or adds_nothing(text, issued_text(form.number))


def adds_nothing(text: str, issued: str) -> bool:
    """Whether all that a text says stands in the issued form already; blanks and dotted lines aside."""
    if not issued.strip():
        return not _written(text)
    whole = _written(issued)
    if all(_written(line) in whole for line in text.splitlines()):
        return True
    said = _PAGE_NUMBER.sub("", _written(text))
    more = Counter(said) - Counter(whole)
    return not more and len(said) >= _WHOLE * len(whole)


def not_filled_in(arrival: ArrivalId, number: Number) -> ArrivalJudged:
    """It waits for the clerk, who is told what makes a counterpart."""
    return ArrivalJudged(
        arrival=arrival,
        outcome="unidentified",
        message=f"与签发的空白文书 {number} 内容相同，没有填写，不能作为它的电子文档。"
        f"请录入该次活动后生成转录件（evidence transcribe {number}），或放入填写好的电子文档。",
    )


def _written(text: str) -> str:
    return _UNWRITTEN.sub("", unicodedata.normalize("NFKC", text))
