"""What the fold keeps of each cycle so that one line about it (`ServiceState`) is cheap to read."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from evidence.domain.case import VisitKind
from evidence.domain.cycle import Cycle
from evidence.domain.facts import ServiceState
from evidence.domain.hazard import HazardState
from evidence.domain.week import Week, local_date
from evidence.ledger.rows import Rows

if TYPE_CHECKING:
    from evidence.ledger.codec import Line
    from evidence.ledger.payload_views import Visit

Body = dict[str, Any]


def service_table(case: str) -> str:
    """A hundred cases share one table of service lines."""
    return f"services:{case[:8]}"


def week_table(week: str) -> str:
    """Cases visited in an ISO week."""
    return f"week:{week}"


def note_case(rows: Rows, entry: Line, case: str, content: Any) -> None:
    """A case was opened; what it says may be unread."""
    table = service_table(case)
    row = rows.get(table, case)
    known = {"visits": {}} if row is None else row["body"]
    rows.put(table, case, {"seq": entry.seq, "at": entry.at, "body": {**known, "case": content}})


def note_visit(rows: Rows, entry: Line, visit: Visit) -> None:
    """A visit, or a corrected version of one, was recorded."""
    case = visit.case
    table = service_table(case)
    row = rows.get(table, case)
    visits = {} if row is None else row["body"]["visits"]
    known = visits.get(visit.id)
    if known is not None and known["version"] > visit.version:
        return
    day, week = _day_and_week(visit.arrived_at)
    line = {
        "version": visit.version,
        "kind": visit.kind,
        "on": day,
        "week": week,
        "arrived_at": visit.arrived_at,
        "hazards": [hazard.id for hazard in visit.hazards],
        "none": visit.hazards_none,
        "results": {result.hazard: result.state for result in visit.results},
        "topics": list(visit.topics),
    }
    held = {**visits, visit.id: line}
    before = {"case": None} if row is None else row["body"]
    rows.put(table, case, {"seq": entry.seq, "at": entry.at, "body": {**before, "visits": held}})
    if known is not None and all(other["week"] != known["week"] for other in held.values()):
        rows.drop(week_table(known["week"]), case)
    rows.put(week_table(week), case, {"seq": entry.seq, "at": entry.at, "body": {}})


def note_report(rows: Rows, entry: Line, case: str) -> None:
    """A rectification report came in; what it says is the case's own affair."""
    table = service_table(case)
    row = rows.get(table, case)
    known = {"case": None, "visits": {}} if row is None else row["body"]
    rows.put(table, case, {"seq": entry.seq, "at": entry.at, "body": {**known, "reported": True}})


def forget_visit(rows: Rows, case: str, visit: str) -> None:
    """A visit was withdrawn."""
    table = service_table(case)
    row = rows.get(table, case)
    if row is None or (known := row["body"]["visits"].get(visit)) is None:
        return
    held = {id: line for id, line in row["body"]["visits"].items() if id != visit}
    rows.put(table, case, {**row, "body": {**row["body"], "visits": held}})
    if all(other["week"] != known["week"] for other in held.values()):
        rows.drop(week_table(known["week"]), case)


def _day_and_week(instant: str) -> tuple[str, str]:
    """Shanghai day and week of an instant."""
    if instant[-1] != "Z":
        return _of(datetime.fromisoformat(instant))
    return _of_half(instant[:10], instant[11:13] >= "16")  # midnight in Shanghai is 16:00 UTC


@lru_cache(maxsize=4096)
def _of_half(day: str, late: bool) -> tuple[str, str]:
    return _of(datetime.fromisoformat(f"{day}T{16 if late else 0:02d}:00:00+00:00"))


def _of(instant: datetime) -> tuple[str, str]:
    day = local_date(instant)
    return day.isoformat(), str(Week.of(day))


def service_state(body: Body) -> ServiceState | None:
    """The line about one cycle; None for a cancelled one, and while only visits are known and no case."""
    case = body["case"]
    if case is None or case.get("cancelled_why"):
        return None
    visits = sorted(body["visits"].values(), key=lambda visit: visit["arrived_at"])
    days: dict[str, list[date]] = {}
    for visit in visits:
        days.setdefault(visit["kind"], []).append(date.fromisoformat(visit["on"]))
    checked, urged = days.get(VisitKind.CHECK), days.get(VisitKind.URGING)
    rechecked, guided = days.get(VisitKind.RECHECK), days.get(VisitKind.GUIDANCE)
    return ServiceState(
        enterprise=case["enterprise"],
        case=case["id"],
        kind=case["kind"],
        campaign=case.get("campaign", ""),
        checked_on=min(checked) if checked else None,
        urged_on=max(urged) if urged else None,
        rechecked_on=max(rechecked) if rechecked else None,
        guidance_on=max(guided) if guided else None,
        guided=tuple(
            (date.fromisoformat(visit["on"]), tuple(visit.get("topics", ())))
            for visit in visits
            if visit["kind"] == VisitKind.GUIDANCE
        ),
        closed=_cycle(visits, bool(body.get("reported"))).complete,
    )


def _cycle(visits: list[Body], reported: bool) -> Cycle:
    checks = [visit for visit in visits if visit["kind"] == VisitKind.CHECK]
    hazards = {hazard for visit in visits for hazard in visit["hazards"]}
    states: dict[str, str] = {}
    for visit in visits:
        if visit["kind"] == VisitKind.RECHECK:
            states.update(visit["results"])
    return Cycle(
        checked=bool(checks),
        hazards_none=all(visit["none"] for visit in checks),
        hazards=hazards,
        urged=any(visit["kind"] == VisitKind.URGING for visit in visits),
        reported=reported,
        rechecked=any(visit["kind"] == VisitKind.RECHECK for visit in visits),
        open={hazard for hazard in hazards if states.get(hazard) != HazardState.RECTIFIED},
    )
