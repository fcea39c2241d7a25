"""The forms around the dossiers: the fields of handover list and receipt, and next week's plan."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from evidence.bundles.typesetting import compose
from evidence.domain.register import Plan
from evidence.domain.week import local_date, show_date
from evidence.forms.content import weekly
from evidence.forms.content.weekly import HandoverRow, handover_values
from evidence.handover.completeness import summary
from evidence.handover.handed_over import HandedOver
from evidence.handover.handover_context import Names
from evidence.handover.week import WeekWork, instant
from evidence.handover.wording import (
    STATE_WORDS,
    week_title,
)
from evidence.ledger.checkpoint import fingerprint


def list_values(
    work: WeekWork, rows: Sequence[HandedOver], *, names: Names, complete: bool
) -> dict[str, Any]:
    """Fields of the form 移交清单."""
    return handover_values(
        [
            HandoverRow(
                enterprise=row.enterprise,
                material=row.material,
                number=row.number,
                pages=row.pages,
                paper_copies=row.paper_copies,
                file=row.file.rpartition("/")[2] or "—",
                span=row.span,
                bytes=row.bytes,
                sha256=row.sha256,
                original=bool(row.paper_copies),
                shared=not row.case,
                note="；".join(
                    [STATE_WORDS[row.state]] * (row.state != "present") + [_short(row.note)] * bool(row.note)
                ),
            )
            for row in rows
        ],
        names.profile,
        week=work.week,
        package=work.id,
        completeness=summary(work, rows, complete=complete),
        on=local_date(work.at),
    )


def _short(note: str) -> str:
    """A note without the digests, which the table and originals.json carry."""
    return re.sub(r"（SHA-256 [0-9a-f]{64}）", "", note)


def receipt_values(
    work: WeekWork, rows: Sequence[HandedOver], *, names: Names, list_number: str
) -> dict[str, Any]:
    """Fields of the form 接收回执."""
    return weekly.receipt_values(
        names.profile,
        week=work.week,
        package=work.id,
        list_number=list_number,
        fingerprint=fingerprint(work.checkpoint),
        documents=sum(row.record for row in rows),
        on=local_date(work.at),
    )


def plan_sheet(work: WeekWork, plan: Plan | None, *, names: Names) -> bytes:
    """下周工作计划.pdf composed from the plan's data, or a page that says there is none."""
    enterprises = {each.id: each.name for each in work.facts.enterprises}
    people = {each.id: each.name for each in work.facts.people}
    following = work.week.shift(1)
    lines = [] if plan is None else plan.lines
    return compose(
        "plan",
        {
            "title": f"下周工作计划 {following}",
            "agency": names.agency,
            "week_title": week_title(following),
            "at": show_date(local_date(work.at)),
            "filed": "" if plan is None else show_date(plan.filed_on),
            "version": 0 if plan is None else plan.version,
            "lines": [
                {
                    "day": show_date(line.day) + (line.part_of_day or ""),
                    "enterprise": enterprises.get(line.enterprise, line.enterprise),
                    "work": line.work.value,
                    "experts": "、".join(people.get(one, one) for one in line.experts),
                    "supervisor": "是" if line.supervisor_needed else "否",
                    "note": line.note,
                }
                for line in lines
            ],
        },
        at=work.at,
    ).pdf


def plan_for(work: WeekWork) -> Plan | None:
    """The version in force of next week's plan, filed by the package's instant."""
    following = str(work.week.shift(1))
    plans = [plan for plan in work.facts.plans if plan.week == following]
    return max(plans, key=lambda plan: plan.version, default=None)


def real_time_note(at: datetime, now: datetime) -> str:
    """The real time when it is more than a day from the package's instant, else empty."""
    return instant(now.replace(microsecond=0)) if abs((now - at).total_seconds()) > 86_400 else ""
