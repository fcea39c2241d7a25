"""`check` for one week: time on an opened view, how it grows with the week and not with the ledger.

A city's roster of 50,000 enterprises with a week of 300 visits is measured in both kinds of ledger. Each
measurement opens its ledger in a process of its own, as the command does: what was made to fill it is no
burden there.

One thread that only computes: its CPU time is what an idle machine shows on the clock, and is measured
so that neighbours do not count; the wall time of the run stands in the note.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from bench.result import Figure, figure
from evidence.domain.case import Case, CaseKind, Visit
from evidence.domain.facts import CaseFacts, Facts
from evidence.domain.identifiers import CaseId, EnterpriseId, PersonId
from evidence.domain.week import Week
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.facts import gather
from evidence.ledger.ledger import Ledger
from evidence.ledger.postgres.ledger import PostgresLedger
from evidence.rules.judge import judge
from evidence.rules.summary import to_json
from tests.support import sample
from tests.support.postgres_server import Cluster

TARGET_S, CITY_S = 0.5, 1.2
GROWTH = 1.6
"""A week twice as large may cost this much more than twice (noise of a shared machine)."""
WEEK = Week.parse(sample.WEEK)


def run(quick: bool) -> list[Figure]:
    """Figures for `bench/results.json`."""
    small, large = (200, 500) if quick else (500, 2_000)
    active = 25 if quick else 100
    with tempfile.TemporaryDirectory(prefix="bench-check-") as name:
        folder = Path(name)
        main = _measure(folder / "main", large, active)
        half_week = _measure(folder / "half-week", large, active // 2)
        less_ledger = _measure(folder / "less-ledger", small, active)
        city = list(_city(folder, quick=quick))
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
        *city,
    ]


def _city(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """A week of a hundred cycles, three visits each, beside 50,000 enterprises and four times the history."""
    roster, active = (5_000, 20) if quick else (50_000, 100)
    first, more = (100, 200) if quick else (500, 2_000)
    cluster = Cluster({})
    try:
        cluster.start()
        for place in ("embedded", "PostgreSQL"):
            spent = []
            for cases in (first, more):
                opened: Callable[[], Ledger] = (
                    partial(EmbeddedLedger.open, folder / f"city-{cases}", clock=_friday)
                    if place == "embedded"
                    else partial(PostgresLedger.open_database, cluster.ledger_settings(), clock=_friday)
                )
                _fill(opened(), cases, active, roster)
                spent.append(_apart(opened, active))
            less, whole = spent
            yield figure(
                f"check: a week of {3 * active} visits, {roster:,} enterprises, {place}",
                whole["check"],
                "CPU s",
                target=f"<= {CITY_S} s" if not quick else "",
                met=whole["check"] <= CITY_S if not quick else None,
                note=f"{more} cases, {whole['findings']:.0f} findings; wall {whole['wall']:.2f} s",
            )
            yield figure(
                f"check: the same beside {more // first} times the history, {place}",
                whole["check"],
                "CPU s",
                peer=f"beside {first} cases",
                peer_value=less["check"],
                target=f"ratio <= {GROWTH}",
                met=whole["check"] <= GROWTH * less["check"],
            )
    finally:
        cluster.remove()


def _measure(folder: Path, cases: int, active: int) -> dict[str, float]:
    opened = partial(EmbeddedLedger.open, folder, clock=_friday)
    events = _fill(opened(), cases, active, cases)
    return {"events": events, **_apart(opened, active)}


def _friday() -> datetime:
    return sample.FRIDAY


def _apart(opened: Callable[[], Ledger], active: int) -> dict[str, float]:
    """`_check` in a new process."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        return pool.submit(_check, opened, active).result()


def _check(opened: Callable[[], Ledger], active: int) -> dict[str, float]:
    """Opening, and medians of five checks of the week on the opened view, seconds."""
    begin = time.process_time()
    view = opened().view
    opening = time.process_time() - begin
    checks, judged, walls, count = [], [], [], 0
    for _ in range(5):
        wall, begin = time.perf_counter(), time.process_time()
        facts = gather(view, week=WEEK, case=None, at=sample.FRIDAY)
        middle = time.process_time()
        findings = judge(facts, sample.PARAMETERS, sample.FRIDAY)
        judged.append(time.process_time() - middle)
        to_json(findings, week=facts.week, at=sample.FRIDAY)
        checks.append(time.process_time() - begin)
        walls.append(time.perf_counter() - wall)
        count = len(findings)
        if len(facts.cases) != active:
            raise AssertionError(f"{len(facts.cases)} cases in the week, {active} expected")
    return {
        "open": opening,
        "check": statistics.median(checks),
        "judge": statistics.median(judged),
        "wall": statistics.median(walls),
        "findings": count,
    }


def _fill(ledger: Any, cases: int, active: int, enterprises: int) -> int:
    """A ledger whose old cases are closed and handed over; the active ones were rechecked this week."""
    firms = tuple(
        replace(sample.enterprises()[0], id=EnterpriseId(f"X-{n:05d}"), short_name=f"企业{n}")
        for n in range(enterprises)
    )
    whole = replace(sample.week_facts(), enterprises=firms, cases=(), packages=(), receipts=())
    old = [_chain(n, sample.CHECK_DAY - timedelta(days=30 + n % 40)) for n in range(cases - active)]
    total = 0
    batch = sample.journal_events(replace(whole, cases=tuple(old)))
    total += len(ledger.append("bench", *batch))
    handed = sample.package(
        "2022-W12", "2022-03-25", cases=tuple(one.case.id for one in old), tree_size=total
    )
    new = [_chain(n, sample.CHECK_DAY - timedelta(days=3)) for n in range(cases - active, cases)]
    fresh = sample.journal_events(Facts(week="", cases=tuple(new)), first_arrival=len(batch))
    total += len(ledger.append("bench", sample.PackageBuilt(package=handed), *fresh[1:]))
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
    check = sample.check_visit(case, day, experts=expert)
    check = _later(check, later)
    urging = sample.urging_visit(case, day + timedelta(days=8), experts=expert)
    recheck = sample.recheck_visit(case, day + timedelta(days=17), experts=expert)
    recheck = _later(recheck, later)
    return CaseFacts(
        case=Case(id=case, enterprise=EnterpriseId(f"X-{number:05d}"), kind=CaseKind.ANNUAL, opened_on=day),
        visits=(check, urging, recheck),
        reports=(sample.report(case, day + timedelta(days=14)),),
        documents=(
            sample.document(case, "inspection-record", day, visit=check),
            sample.document(case, "urging-record", day + timedelta(days=8), visit=urging),
            sample.document(case, "rectification-report", day + timedelta(days=14)),
            sample.document(case, "recheck-record", day + timedelta(days=17), visit=recheck),
        ),
        recordings=(sample.footage(check), sample.footage(recheck)),
        entries=sample.case_entries(case, day.isoformat()),
    )


if __name__ == "__main__":
    for one in run("--quick" in sys.argv):
        print(one["figure"], one["value"], one["unit"], one["ratio"], one["target"], one["met"], one["note"])
