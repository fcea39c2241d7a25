"""The trail of one thing as a PDF: each act with its time and person, and where the ledger stood."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from evidence.web.paper import Paper, moment

if TYPE_CHECKING:
    from evidence.ledger.view import Head

_WIDTHS = (34, 26, 36, 64)
_HEADS = ("时间", "经办", "事项", "对象")


def trail_bytes(
    thing: str, acts: Sequence[tuple[datetime, str, str, str]], *, head: Head, at: datetime
) -> bytes:
    """The PDF; Chinese, as every paper.

    Args:
        thing: number or name, as asked for.
        acts: time, person, what, about; the oldest first.
        head: of the ledger they were read from.
        at: when it is made.

    Raises:
        MissingPartError: no Chinese font is installed.
    """
    paper = Paper(f"{thing} 的办理经过", made=at)
    paper.line_of(
        f"共 {len(acts)} 项，取自账本，截至 {moment(at)}；账本 {head.size} 行，末行指纹 {head.digest}"
    )
    paper.ln(2)
    rows = [(moment(when), person, what, about) for when, person, what, about in acts]
    paper.rows(_WIDTHS, _HEADS, rows)
    return bytes(paper.output())
