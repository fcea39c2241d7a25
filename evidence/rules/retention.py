"""What may be disposed of when, on whose approval: the 销毁清册 (附件八2 留档备查; police rule as model).

The contract gives no period; the parameters do, and say so. Footage may go after its period, records
after theirs; nothing goes while its case is held, open, or not yet handed over with a receipt.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Self

from dateutil.relativedelta import relativedelta

from evidence.domain.case_files import photographs_of
from evidence.domain.facts import Facts
from evidence.domain.hazard import Picture
from evidence.domain.identifiers import VisitId
from evidence.domain.register import Hold, Package
from evidence.domain.week import local_date
from evidence.rules.case_history import CaseHistory
from evidence.rules.facts_index import FactsIndex
from evidence.rules.parameters import Parameters, clause_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Disposable:
    """One thing on the register of disposal."""

    case: str
    enterprise: str
    kind: str
    """`录像`, `记录`, `照片` or `相机原图`."""
    name: str
    sha256: str
    on: date
    """Day of the work it documents."""
    until: date
    """Last day it must be kept."""
    clause: str
    stopped_by: str
    """Chinese reason why it must stay although its period ended; empty when it may go."""

    held_since: date | None = None
    """Day its case was put on hold; None when it is not held."""

    @property
    def may_go(self) -> bool:
        """Whether the register proposes it; a person still approves."""
        return not self.stopped_by


def disposables(index: FactsIndex) -> Iterator[Disposable]:
    """Everything whose period has ended by the day of the judgement, in order of case and name."""
    sent = _Sent.of(index.facts)
    for chain in index.chains:
        unfinished = "案件未闭环" if chain.open_hazards else ""
        days = {step.id: step.day for step in chain.visits}
        for recording in sorted(chain.facts.recordings, key=lambda one: (one.name, one.sha256)):
            day = days.get(recording.visit or "")
            if day is None:
                continue
            important = "录像标为重要，须由负责人先解除" if recording.important else ""
            thing = _Thing(
                kind="录像", name=recording.name, sha256=recording.sha256, visits=(recording.visit,)
            )
            until = footage_until(day, index.parameters)
            yield from _ended(
                index, chain, thing, on=day, until=until, stops=unfinished or important,
                clause="footage_retention_days",
            )  # fmt: skip
        last = max(days.values(), default=None)
        if last is None:
            continue
        until = last + relativedelta(years=index.parameters.record_retention_years)
        for thing in (*_records(chain, sent), *_photographs(chain, sent)):
            yield from _ended(
                index, chain, thing, on=last, until=until, stops=unfinished or thing.unsent,
                clause="record_retention_years",
            )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thing:
    """One stored file of a case."""

    kind: str
    name: str
    sha256: str
    visits: tuple[VisitId | None, ...]
    """Those it is of: a hold over any of them keeps it."""
    unsent: str = ""
    """Why it counts as not handed over; empty when its package is receipted or it goes in none."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """What packages carried, and what of it the regulator received."""

    handed: frozenset[str]
    received: frozenset[str]

    @classmethod
    def of(cls, facts: Facts) -> Self:
        receipted = {receipt.package for receipt in facts.receipts}

        def carried(packages: Iterable[Package]) -> frozenset[str]:
            return frozenset(name for each in packages for name in (*each.documents, *each.originals))

        received = carried(each for each in facts.packages if each.id in receipted)
        return cls(carried(facts.packages), received)

    def unsent(self, name: str) -> str:
        """Of a record's number or a file's digest."""
        return "" if name in self.received else ("移交无回执" if name in self.handed else "尚未移交")


def _records(chain: CaseHistory, sent: _Sent) -> Iterator[_Thing]:
    for document in chain.facts.documents:
        number, visits = document.form.number, (document.form.visit,)
        for digest in sorted({scan.sha256 for scan in document.scans}):
            yield _Thing(
                kind="记录", name=number, sha256=digest, visits=visits, unsent=sent.unsent(number)
            )  # fmt: skip


def _photographs(chain: CaseHistory, sent: _Sent) -> Iterator[_Thing]:
    """The pictures in the records, and the camera's own files behind them, which go along in no package.

    A camera's file stays as long as its picture must. What a corrected visit no longer shows
    is owed to nobody.
    """
    found: dict[str, _Thing] = {}
    shown = {file.sha256 for file in photographs_of(chain.facts)}
    told: list[tuple[VisitId | None, Picture]] = [
        (visit.id, picture) for visit in chain.facts.visits for picture in visit.pictures
    ]
    told += [(None, picture) for report in chain.facts.reports for picture in report.pictures]
    for visit, picture in sorted(told, key=lambda one: (one[1].name, one[1].sha256)):
        unsent = sent.unsent(picture.sha256) if picture.sha256 in shown else ""
        camera = [("相机原图", picture.captured.original)] if picture.captured else []
        for kind, digest in (("照片", picture.sha256), *camera):
            before = found.get(digest)
            if before is None:
                before = _Thing(kind=kind, name=picture.name, sha256=digest, visits=())
            found[digest] = replace(before, visits=(*before.visits, visit), unsent=before.unsent or unsent)
    yield from found.values()


def _ended(
    index: FactsIndex, chain: CaseHistory, thing: _Thing, *, on: date, until: date, stops: str, clause: str
) -> Iterator[Disposable]:
    """The thing's row, once its period is over."""
    if until >= index.today:
        return
    holds = (hold_over(chain.facts.holds, visit) for visit in thing.visits)
    hold = min((each for each in holds if each is not None), key=lambda each: each.at, default=None)
    yield Disposable(
        case=chain.case.id,
        enterprise=chain.case.enterprise,
        kind=thing.kind,
        name=thing.name,
        sha256=thing.sha256,
        on=on,
        until=until,
        clause=clause_of(clause, index.text),
        stopped_by=_held(hold) or stops,
        held_since=None if hold is None else local_date(hold.at),
    )


def footage_until(day: date, parameters: Parameters) -> date:
    """Last day footage must be kept that was taken on a day."""
    return day + timedelta(days=parameters.footage_retention_days)


def hold_over(holds: Iterable[Hold], visit: VisitId | None) -> Hold | None:
    """The earliest hold in force over something of a visit, or over something that names none."""
    return min((hold for hold in holds if hold.covers(visit)), key=lambda hold: hold.at, default=None)


def _held(hold: Hold | None) -> str:
    if hold is None:
        return ""
    return "案件已封存" if hold.visit is None else f"{hold.visit} 已封存"
