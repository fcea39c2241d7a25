"""One line per cycle (`ServiceState`) and the weeks it was visited in, kept up to date by the fold."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from evidence.domain.week import Week, local_date
from evidence.ledger.rows import Rows

if TYPE_CHECKING:
    from evidence.ledger.codec import Entry

_CHECK, _RECHECK, _URGING, _GUIDANCE = "check", "recheck", "urging", "guidance"


def service_rows(rows: Rows, entry: Entry, case: str) -> None:
    """Recompute the service line and the visited weeks of one case from its rows."""
    table = f"case:{case}"
    opened = rows.get(table, "case")
    if opened is None:
        return
    visits = _in_force([row["body"] for key, row in rows.items(table) if key.startswith("visit:")])
    days = {visit["id"]: local_date(datetime.fromisoformat(visit["arrived_at"])) for visit in visits}
    weeks = sorted({str(Week.of(day)) for day in days.values()})

    def last(kind: str) -> str | None:
        found = [days[visit["id"]] for visit in visits if visit["kind"] == kind]
        return max(found).isoformat() if found else None

    checks = [days[visit["id"]] for visit in visits if visit["kind"] == _CHECK]
    state = {
        "enterprise": opened["body"]["enterprise"],
        "case": case,
        "kind": opened["body"]["kind"],
        "campaign": opened["body"].get("campaign", ""),
        "checked_on": min(checks).isoformat() if checks else None,
        "urged_on": last(_URGING),
        "rechecked_on": last(_RECHECK),
        "guidance_on": last(_GUIDANCE),
        "closed": _closed(visits),
    }
    service = f"services:{case[:8]}"
    before = rows.get(service, case)
    for week in before["body"]["weeks"] if before else ():
        if week not in weeks:
            rows.drop(f"week:{week}", case)
    for week in weeks:
        rows.put(f"week:{week}", case, {"seq": entry.seq, "at": entry.at, "body": {}})
    rows.put(service, case, {"seq": entry.seq, "at": entry.at, "body": {"state": state, "weeks": weeks}})


def _in_force(visits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The highest version of each visit, in order of time."""
    newest: dict[str, dict[str, Any]] = {}
    for visit in visits:
        held = newest.get(visit["id"])
        if held is None or visit["version"] >= held["version"]:
            newest[visit["id"]] = visit
    return sorted(newest.values(), key=lambda visit: (visit["arrived_at"], visit["id"]))


def _closed(visits: list[dict[str, Any]]) -> bool:
    """Checked, and nothing left open: no hazard found, or the last recheck found each one rectified."""
    checks = [visit for visit in visits if visit["kind"] == _CHECK]
    if not checks:
        return False
    hazards = {hazard["id"] for visit in checks for hazard in visit.get("hazards", ())}
    if not hazards:
        return all(visit.get("hazards_none") for visit in checks)
    states = {
        result["hazard"]: result["state"]
        for visit in visits
        if visit["kind"] == _RECHECK
        for result in visit.get("results", ())
    }
    return all(states.get(hazard) == "已整改" for hazard in hazards)
