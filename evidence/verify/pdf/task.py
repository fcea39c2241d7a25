"""One PDF as a task for a process of its own, so that a hostile file takes down nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import BinaryIO

from pypdf import PageObject, PdfReader

from evidence.foreign import reason_of
from evidence.verify.container import Extent
from evidence.verify.model import review
from evidence.verify.pdf.printed_text import printed_text
from evidence.verify.pdf.signatures import PdfVerdict, judge_pdf
from evidence.verify.task_processes import run_in_processes
from evidence.verify.trust import TrustStore

_SECONDS = 20.0
"""Processor time for one PDF; the clock ends it after ten times as long."""
_SECONDS_PER_BYTE = 1e-6
_TEXT_SECONDS_PER_BYTE, _MOST_TEXT_SECONDS = 1e-4, 600.0
"""More for the text of all its pages, which takes longest: a list of a thousand originals, 0.1 s a page."""
_MOST_TEXT = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfTask:
    """One PDF to judge."""

    extent: Extent
    file: str
    store: TrustStore
    now: datetime
    proven_at: datetime | None = None
    ours: bool = False
    """Made by this program: read strictly, signed at least once, untouched since."""
    text: bool = False
    """Its title and printed text are wanted as well."""
    text_pages: int | None = None
    """Of how many first pages; None for all."""
    printed: bool = False
    """Our typesetter wrote it: its characters are read quickly, in the order in which they are shown."""
    text_unless: str = ""
    """No page is read where the title already holds this regular expression: reading one takes 0.1 s."""


PdfJudge = Callable[[Sequence[PdfTask]], list[PdfVerdict]]
"""Judges PDFs, in order; replaced in tests that verify thousands of packages."""


def judge_isolated(tasks: Sequence[PdfTask]) -> list[PdfVerdict]:
    """Each PDF in a process of its own, on all cores, with bounded time and memory."""
    return run_in_processes(judge_task, tasks, seconds=_allowance, give_up=_give_up)


def judge_task(task: PdfTask) -> PdfVerdict:
    """One PDF in this process."""
    try:
        with task.extent.open() as stream:
            verdict = judge_pdf(
                stream,
                file=task.file,
                store=task.store,
                now=task.now,
                proven_at=task.proven_at,
                ours=task.ours,
            )
            return replace(verdict, text=_text(stream, task)) if task.text else verdict
    except OSError as error:
        return PdfVerdict(
            checks=(
                review(
                    "pdf.structure", f"PDF 读不出来：{reason_of(error)}。", task.file, "SIGNED_DATA_NOT_FOUND"
                ),
            )
        )


def _text(stream: BinaryIO, task: PdfTask) -> str:
    """Title and printed text as far as it can be read; whatever breaks, there is less of it."""
    stream.seek(0)
    found = ""
    try:
        reader = PdfReader(stream)
        title = reader.metadata.title if reader.metadata else None
        found = f"{title}\n" if title else ""
        if task.text_unless and re.search(task.text_unless, found):
            return found
        for page in reader.pages[: task.text_pages]:
            found += page_text(page, printed=task.printed)
            if len(found) > _MOST_TEXT:
                break
    except Exception:  # hostile input
        return found
    return found


def page_text(page: PageObject, *, printed: bool) -> str:
    """What a page prints; `printed` as in `PdfTask`."""
    if printed:
        with suppress(Exception):  # hostile or merely another typesetter's: pypdf reads it its own way
            return printed_text(page)
    return page.extract_text() or ""


def _allowance(task: PdfTask) -> float:
    allowed = _SECONDS + task.extent.size * _SECONDS_PER_BYTE
    if task.text and task.text_pages is None:
        allowed += min(task.extent.size * _TEXT_SECONDS_PER_BYTE, _MOST_TEXT_SECONDS)
    return allowed


def _give_up(task: PdfTask, why: str) -> PdfVerdict:
    text = "判断超过时限" if why == "timeout" else "判断时内存不足或进程中断"
    return PdfVerdict(checks=(review("pdf.structure", f"PDF {text}，未能认定。", task.file),))
