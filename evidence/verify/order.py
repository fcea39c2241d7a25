"""The order of times: journal, judgement, package, time stamp (check `ledger.order`).

The journal's times are the writing machine's; only the stamp's are somebody else's. An order that
cannot have been says that somebody should ask, not who is wrong: it leaves the verdict open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from evidence.domain.week import show_instant
from evidence.verify.journal import Line
from evidence.verify.model import Check, note, passed, review
from evidence.verify.package import Package

SKEW = timedelta(minutes=5)
"""How far two clocks may differ, or one be set back by a time server, without a word."""
_ID = "ledger.order"
_SLICE = "data/ledger/journal.jsonl"


def examine_order(package: Package) -> tuple[Check, ...]:
    """Times never fall in the slice; no package was made, or stamped, before its own instant."""
    modern = package.info.get("Package-Format", "1") != "1"
    say = review if modern else note
    found = [
        say(_ID, text, where)
        for text, where in (
            *_falls([line for line in package.journal.lines if not line.earlier]),
            *_built_too_soon(package),
            *_stamped_too_soon(package),
        )
    ]
    if found or not package.journal.lines:
        return tuple(found)
    return (passed(_ID, "账本、判断、制作与时间戳的先后相符。"),)


def _falls(lines: Sequence[Line]) -> Iterator[tuple[str, str]]:
    latest: Line | None = None
    for line in lines:
        if latest is not None and line.at < latest.at - SKEW:
            text = (
                f"账本时间倒退：第 {line.seq + 1} 行记为 {show_instant(line.at)}，"
                f"早于第 {latest.seq + 1} 行的 {show_instant(latest.at)}；请机构说明当时的时钟。"
            )
            yield text, _SLICE
            return
        if latest is None or line.at > latest.at:
            latest = line


def _built_too_soon(package: Package) -> Iterator[tuple[str, str]]:
    for id, (line, built) in package.journal.packages().items():
        as_of = datetime.fromisoformat(built["built_at"])
        if not line.earlier and line.at < as_of - SKEW:
            yield f"{id} 在其判断时刻之前就已记为做好（第 {line.seq + 1} 行）。", _SLICE


def _stamped_too_soon(package: Package) -> Iterator[tuple[str, str]]:
    stamped = package.proof.row.timestamp if package.proof.row else None
    if stamped is None:
        return
    try:
        as_of = datetime.fromisoformat(package.info.get("As-Of", ""))
    except ValueError:
        return
    own = [line.at for line in package.journal.lines if not line.earlier]
    latest = max([as_of, *own])
    if stamped < latest - SKEW:
        text = f"时间戳 {show_instant(stamped)}早于判断时刻或账本最后一行（{show_instant(latest)}）。"
        yield text, "tagmanifest-sha256.txt.p7s"
