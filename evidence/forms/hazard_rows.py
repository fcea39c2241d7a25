"""The table 隐患 of a visit's file: one hazard a row, every mistake with its cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from evidence.domain.hazard import Grade, Hazard
from evidence.domain.identifiers import Sha256
from evidence.domain.week import local_date
from evidence.forms.tables import Mistakes, Record
from evidence.language import _


def read_hazards(
    rows: Iterable[Record],
    arrived: datetime | None,
    photos: Callable[[Record], tuple[Sha256, ...]],
    mistakes: Mistakes,
    items: int,
) -> tuple[Hazard, ...]:
    """The hazards in their order; numbers that the file leaves out follow its rows.

    Args:
        arrived: when the visit began; deadlines before its day are mistakes.
        photos: checks and stores the photographs of one row.
        items: how many the checklist has.
    """
    found: dict[str, Hazard] = {}
    for number, record in enumerate(rows, 1):
        key = record["编号"] or f"H{number:02d}"
        if key in found:
            mistakes.error(record.where("编号"), _("隐患编号 {key} 重复").format(key=key))
        item = record["检查项"]
        if item is not None and not 1 <= item <= items:
            mistakes.error(record.where("检查项"), _("检查项只有1～{items}").format(items=items))
        grade = record["等级"] or Grade.GENERAL
        if grade is Grade.MAJOR and not record["判定条款"]:
            mistakes.error(record.where("判定条款"), _("重大隐患须写判定条款"))
        today = local_date(arrived) if arrived else None
        deadline = record["整改期限"] or (today if record["立即整改"] else None)
        if deadline and today and deadline < today:
            mistakes.error(record.where("整改期限"), _("整改期限早于检查日期"))
        found[key] = Hazard(
            id=key,
            location=record["部位"] or "",
            description=record["描述"] or "",
            item=item,
            basis=record["依据"] or "",
            grade=grade,
            criterion=record["判定条款"] or "",
            immediate=bool(record["立即整改"]),
            deadline=deadline,
            deadline_reason=record["期限说明"] or "",
            advice=record["整改建议"] or "",
            briefed=record["已交底"],
            photos=photos(record),
            disputed=bool(record["有异议"]),
        )
    return tuple(found.values())
