"""What a record says about its footage (附件八2: 全程记录, 留档备查)."""

from __future__ import annotations

from datetime import datetime, timedelta

from evidence.domain.week import SHANGHAI
from evidence.forms.source import Source

_KEPT = "清单载于移交卷宗"


def film_text(source: Source) -> str:
    """Start, end and number of files as far as the recorder's files are registered already."""
    visit, case = source.visit, source.case
    if visit is None or case is None:
        return "录像　　时　　分至　　时　　分，　　个文件" if source.blank else ""
    files = [
        file for file in source.view.recordings(case.id) if file.visit == visit.id and not file.described
    ]
    if not files:
        return f"录像由检查单位留档备查，{_KEPT}"
    starts = [file.started_at for file in files if file.started_at is not None]
    ends = [
        file.started_at + timedelta(milliseconds=file.duration_ms)
        for file in files
        if file.started_at is not None and file.duration_ms is not None
    ]
    span = f"{_clock(min(starts))}至{_clock(max(ends))}，" if starts and ends else ""
    return f"录像{span}共{len(files)}个文件，{_KEPT}"


def _clock(value: datetime) -> str:
    local = value.astimezone(SHANGHAI)
    return f"{local.hour}时{local.minute:02d}分"
