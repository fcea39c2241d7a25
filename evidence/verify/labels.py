"""The labels of bag-info.txt against what the package says elsewhere (checks `bag.info`, `bag.time`).

A label is what a person, or another archive's program, reads first; one that contradicts the facts, the
checkpoint or the identifier would be believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from evidence.domain.week import local_date, show_instant, show_instant_text
from evidence.ledger.checkpoint import fingerprint
from evidence.verify.continuity import order_of_label
from evidence.verify.model import Check, failed, note, passed
from evidence.verify.package import Package

_ID = "bag.info"
_INFO = "bag-info.txt"
_NAME = re.compile(r"([^-]+)-(\d{4}-W\d{2})(-S\d+)?")
_LONG = timedelta(days=1)
"""From here on the real time of making is worth a word."""


def examine_labels(package: Package) -> tuple[Check, ...]:
    """Labels that contradict the package, and the real time of its making."""
    if package.ledger.checkpoint is None:
        return ()
    wrong = [
        failed(_ID, f"登记的 {label} 与{against}不符。", _INFO) for label, against in _contradicted(package)
    ]
    if not wrong:
        wrong = [passed(_ID, "bag-info.txt 的登记与事实、账本和包的编号相符。", _INFO)]
    return (*wrong, *_made(package))


def _contradicted(package: Package) -> Iterator[tuple[str, str]]:
    """(label, what it contradicts)."""
    info = package.info
    name = _NAME.fullmatch(package.id)
    if name is None:
        yield "External-Identifier", "编号的写法"
        return
    contract, week, supplement = name.groups()
    if info.get("Bag-Group-Identifier") != contract:
        yield "Bag-Group-Identifier", "编号"
    if info.get("Week") != week:
        yield "Week", "编号"
    if bool(info.get("Supplement-Of")) != bool(supplement):
        yield "Supplement-Of", "编号"
    if info.get("Checkpoint-Fingerprint") != fingerprint(package.ledger.text):
        yield "Checkpoint-Fingerprint", "检查点"
    first = min(package.ledger.texts, key=order_of_label, default="")
    if info.get("Service-Weeks", "").partition("/")[0] != first:
        yield "Service-Weeks", "账本最早的检查点"
    as_of = _instant(info.get("As-Of", ""))
    if as_of is None or info.get("Bagging-Date") != local_date(as_of).isoformat():
        yield "Bagging-Date", "判断时点"
    judged = package.facts.get("at")
    if judged is not None and _instant(str(judged)) != as_of:
        yield "As-Of", "事实文件的判断时点"


def _made(package: Package) -> Iterator[Check]:
    """When it was really made, as far as a time stamp tells, where the package itself says nothing of it."""
    row, as_of = package.proof.row, _instant(package.info.get("As-Of", ""))
    stamped = None if row is None else row.timestamp
    if stamped is None or as_of is None:
        return
    stated = _instant(package.info.get("Real-Time", ""))
    if abs(stamped - (stated or as_of)) > _LONG:
        said = "登记的实际制作时间" if stated else "判断时点"
        text = (
            f"{said}为{show_instant_text(package.info['Real-Time' if stated else 'As-Of'])}，"
            f"时间戳为{show_instant(stamped)}，相差一天以上。"
        )
        yield note("bag.time", text, _INFO)


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else None
