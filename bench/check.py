"""`check` for one week: time on an opened view, how it grows with the week and not with the ledger.

One thread that only computes: its CPU time is what an idle machine shows on the clock, and is measured
so that neighbours do not count; the wall time of the run stands in the note.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from bench.result import Figure, figure
from evidence.domain.case import Case, CaseKind, Visit
from evidence.domain.facts import CaseFacts, Facts
from evidence.domain.identifiers import CaseId, EnterpriseId, PersonId
from evidence.domain.week import Week
from evidence.ledger.facts import gather
from evidence.ledger.ledger import Ledger
from evidence.rules.judge import judge
from evidence.rules.summary import to_json
from tests import world

TARGET_S = 0.5
GROWTH = 1.6
"""A week twice as large may cost this much more than twice (noise of a shared machine)."""
WEEK = Week.parse(world.WEEK)


def run(quick: bool) -> list[Figure]:
    """Figures for `bench/results.json`."""
    small, large = (200, 500) if quick else (500, 2_000)
    active = 25 if quick else 100
    with tempfile.TemporaryDirectory(prefix="bench-check-") as name:
        folder = Path(name)
        main = _measure(folder / "main", large, active)
        half_week = _measure(folder / "half-week", large, active // 2)
        less_ledger = _measure(folder / "less-ledger", small, active)
    told = (
        f"{large} cases, {main['events']:.0f} events, {active} active, "
        f"{main['findings']:.0f} findings; wall {main['wall']:.2f} s"
    )
    return [
        figure(
            "check: one week, opened view",
            main["check"],
            "CPU s",
            target=f"<= {TARGET_S} s" if not quick else "",
            met=main["check"] <= TARGET_S if not quick else None,
            note=told,
        ),
        figure(
            "check: half as many active cases",
            main["check"],
            "CPU s",
            peer=f"the same ledger with {active // 2} active cases",
            peer_value=half_week["check"],
            target=f"ratio <= {2 * GROWTH:.1f}",
            met=main["check"] <= 2 * GROWTH * half_week["check"],
            note="linear in the cases of the week",
        ),
        figure(
            "check: a ledger a quarter as large" if not quick else "check: a smaller ledger",
            main["check"],
            "CPU s",
            peer=f"{small} cases with the same {active} active",
            peer_value=less_ledger["check"],
            target=f"ratio <= {GROWTH}",
            met=main["check"] <= GROWTH * less_ledger["check"],
            note="does not grow with the ledger",
        ),
        figure("check: opening the view", main["open"], "CPU s", note=told),
        figure("check: judging alone", main["judge"], "CPU s", note="facts in memory"),
    ]


def _measure(folder: Path, cases: int, active: int) -> dict[str, float]:
    events = _fill(folder, cases, active)
    begin = time.process_time()
    ledger = Ledger.open(folder, clock=lambda: world.FRIDAY)
    view = ledger.view
    opened = time.process_time() - begin
    checks, judged, walls, count = [], [], [], 0
    for _ in range(5):
        wall, begin = time.perf_counter(), time.process_time()
        facts = gather(view, week=WEEK, case=None, at=world.FRIDAY)
        middle = time.process_time()
        findings = judge(facts, world.PARAMETERS, world.FRIDAY)
        judged.append(time.process_time() - middle)
        to_json(findings, week=facts.week, at=world.FRIDAY)
        checks.append(time.process_time() - begin)
        walls.append(time.perf_counter() - wall)
        count = len(findings)
        if len(facts.cases) != active:
            raise AssertionError(f"{len(facts.cases)} cases in the week, {active} expected")
    return {
        "events": events,
        "open": opened,
        "check": statistics.median(checks),
        "judge": statistics.median(judged),
        "wall": statistics.median(walls),
        "findings": count,
    }


def _fill(folder: Path, cases: int, active: int) -> int:
    """A ledger whose old cases are closed and handed over; the active ones were rechecked this week."""
    firms = tuple(
        replace(world.enterprises()[0], id=EnterpriseId(f"X-{n:05d}"), short_name=f"企业{n}")
        for n in range(cases)
    )
    ledger = Ledger.open(folder, clock=lambda: world.FRIDAY)
    whole = replace(world.week_facts(), enterprises=firms, cases=(), packages=(), receipts=())
    old = [_chain(n, world.CHECK_DAY - timedelta(days=30 + n % 40)) for n in range(cases - active)]
    total = 0
    batch = world.journal_events(replace(whole, cases=tuple(old)))
    total += len(ledger.append("bench", *batch))
    handed = world.package("2022-W12", "2022-03-25", cases=tuple(one.case.id for one in old), tree_size=total)
    new = [_chain(n, world.CHECK_DAY - timedelta(days=3)) for n in range(cases - active, cases)]
    fresh = world.journal_events(Facts(week="", cases=tuple(new)), first_arrival=len(batch))
    total += len(ledger.append("bench", world.PackageBuilt(package=handed), *fresh[1:]))
    return total


def _later(visit: Visit, by: timedelta) -> Visit:
    assert visit.left_at is not None
    return replace(visit, arrived_at=visit.arrived_at + by, left_at=visit.left_at + by)


def _chain(number: int, day: date) -> CaseFacts:
    """A closed chain; people, days and hours are spread as a team of five would spread them."""
    case = CaseId(f"WJB22-{number + 1:04d}")
    expert = (PersonId(f"P{number % 5 + 1}"),)
    day += timedelta(days=number // 5 % 5)
    later = timedelta(hours=number // 25 % 4 * 2)
    check = world.check_visit(case, day, experts=expert)
    check = _later(check, later)
    urging = world.urging_visit(case, day + timedelta(days=8), experts=expert)
    recheck = world.recheck_visit(case, day + timedelta(days=17), experts=expert)
    recheck = _later(recheck, later)
    return CaseFacts(
        case=Case(id=case, enterprise=EnterpriseId(f"X-{number:05d}"), kind=CaseKind.ANNUAL, opened_on=day),
        visits=(check, urging, recheck),
        reports=(world.report(case, day + timedelta(days=14)),),
        documents=(
            world.document(case, "inspection-record", day, visit=check),
            world.document(case, "urging-record", day + timedelta(days=8), visit=urging),
            world.document(case, "rectification-report", day + timedelta(days=14)),
            world.document(case, "recheck-record", day + timedelta(days=17), visit=recheck),
        ),
        recordings=(world.footage(check), world.footage(recheck)),
        entries=world.case_entries(case, day.isoformat()),
    )


if __name__ == "__main__":
    for one in run("--quick" in sys.argv):
        print(one["figure"], one["value"], one["unit"], one["ratio"], one["target"], one["met"], one["note"])
