"""一页说明: what the agency did about one enterprise, on one sheet for whoever asks; pure setting of words.

What does not fit is counted, never silently left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from evidence.domain.week import SHANGHAI
from evidence.web.paper import Paper, moment

if TYPE_CHECKING:
    from evidence.web.case_chain import Step
    from evidence.web.case_hazards import HazardLine

MOST_STEPS, MOST_HAZARDS = 18, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Everything the sheet says."""

    name: str
    code: str
    address: str
    classes: str
    case: str
    kind: str
    opened_on: date
    closed: bool
    steps: Sequence[Step]
    """Of the newest case."""
    hazards: Sequence[HazardLine]
    papers: Sequence[tuple[str, str, str]]
    """Title, number and state of its documents."""
    earlier: Sequence[str]
    """Numbers of the enterprise's earlier cases."""


def one_page_bytes(told: Told, *, at: datetime, ledger: str) -> bytes:
    """The sheet as PDF.

    Args:
        ledger: where the ledger stood: lines and digest of the last.

    Raises:
        MissingPartError: no Chinese font is installed.
    """
    paper = Paper(f"{told.name}　情况说明", made=at)
    about = "　".join(filter(None, (told.code, told.classes, told.address)))
    paper.line_of(about)
    state = "已闭环" if told.closed else "未闭环"
    paper.line_of(f"{told.kind} {told.case}，{told.opened_on.isoformat()} 开立，{state}")
    done = [each for each in told.steps if each.state == "present"]
    paper.heading("办理经过")
    _rows(paper, (36, 34, 92), ("时间", "事项", "说明"), [_step(each) for each in done], MOST_STEPS)
    coming = [each for each in told.steps if each.state != "present"]
    if coming:
        paper.heading("尚待办理")
        _rows(paper, (36, 126), ("期限", "事项"), [(_day(each.day), each.title) for each in coming], 6)
    paper.heading(f"隐患 {len(told.hazards)} 项")
    rows = [
        (
            each.hazard.id,
            f"{each.hazard.location}：{each.hazard.description}",
            each.hazard.grade.value,
            each.deadline.isoformat(),
            each.words,
        )
        for each in told.hazards
    ]
    if rows:
        _rows(paper, (14, 80, 16, 24, 28), ("编号", "隐患", "等级", "期限", "现状"), rows, MOST_HAZARDS)
    else:
        paper.line_of("没有登记隐患。")
    paper.heading("文书")
    paper.line_of(
        "；".join(f"{title} {number}（{state}）" for title, number, state in told.papers) or "没有。"
    )
    if told.earlier:
        paper.line_of(f"以前的案件：{'、'.join(told.earlier)}")
    paper.ln(1)
    paper.line_of(f"取自账本，截至 {moment(at)}；{ledger}", size=8)
    return bytes(paper.output())


def _rows(
    paper: Paper, widths: Sequence[int], heads: Sequence[str], rows: Sequence[Sequence[str]], most: int
) -> None:
    paper.rows(widths, heads, rows[:most])
    if len(rows) > most:
        paper.line_of(f"另有 {len(rows) - most} 项，见案件卷宗。", size=9)


def _step(step: Step) -> tuple[str, str, str]:
    when = _day(step.day)
    if step.at is not None:
        when += f" {step.at.astimezone(SHANGHAI):%H:%M}"
    return when, step.title, step.note


def _day(day: date | None) -> str:
    return day.isoformat() if day else "—"
