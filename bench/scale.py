"""The ledger on PostgreSQL as its history grows: what append, lookup, weekly check and package cost.

`python -m bench.scale` loads a tenth of a million records (a million events, which is two years of a
contract with a hundred cycles a week); `--scale 1` the whole: a million records, ten million events.
Figures beyond what was loaded are called extrapolated. `--raw FILE` keeps every single measurement.
"""

from __future__ import annotations

import argparse
import gc
import itertools
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path

import psycopg

from bench.result import Figure, figure
from bench.scale_load import (
    CODES,
    CYCLES_A_WEEK,
    EVENTS_A_WEEK,
    NEWEST,
    RECORDS_A_CYCLE,
    case_of,
    number_of,
    roster_lines,
    scan_of,
    week_lines,
)
from evidence.domain.facts import Facts
from evidence.ledger.events import FormVoided
from evidence.ledger.facts import gather, gather_cases
from evidence.ledger.postgres.ledger import PostgresLedger
from evidence.rules.judge import judge
from tests.support import sample
from tests.support.postgres_server import Cluster

WHOLE = 10_000_000
"""Events of a million records."""
QUICK, USUAL = 0.01, 0.1
SERVER = {"shared_buffers": "1GB", "max_wal_size": "4GB", "checkpoint_timeout": "15min"}
APPENDS, LOOKUPS = 200, 200
CHECKS, QUICK_CHECKS = 9, 3
FLAT = 1.3
"""The issue's bound for appends."""
PARAMETERS = replace(sample.PARAMETERS, contract="WAB", signed_on=date(2020, 4, 6))
"""A contract that ends with the newest week: every cycle of the default size lies in its term."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Everything measured at one size; medians, milliseconds."""

    events: int
    append: float
    insert: float
    """A bare INSERT and commit in the same server: the floor."""
    lookup: float
    check: float
    standing: float
    """Part of the check: reading and judging what belongs to no case, one line for each cycle."""
    package: float
    gigabytes: float

    @property
    def week(self) -> float:
        """Part of the check: reading the week's cases and judging them."""
        return self.check - self.standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One run."""

    points: list[Point]
    """Smallest first."""
    speed: float
    """Events loaded a second."""
    seconds: float
    """Everything: loading, vacuum, measuring."""
    raw: dict[str, list[list[float]]]
    """Work -> subject -> milliseconds of each round; of `append` the first is the bare INSERT."""


def measure(scale: float) -> Measured:
    """Three ledgers of growing size in one server, measured in turns so that noise is everybody's."""
    begun = time.perf_counter()
    weeks = max(8, round(WHOLE * scale / EVENTS_A_WEEK))
    cluster = Cluster(SERVER)
    try:
        cluster.start()
        subjects, spent = [], 0.0
        for size in sorted({max(2, weeks // 16), max(4, weeks // 4), weeks}):
            settings = cluster.ledger_settings()
            ledger = PostgresLedger.open_database(settings, clock=lambda: sample.FRIDAY)
            ledger.adopt(roster_lines(ledger.head.digest, 0))
            for week in reversed(range(size)):
                head = ledger.head
                block = week_lines(week, head.digest, head.size)
                begin = time.perf_counter()
                ledger.adopt(block)
                spent += time.perf_counter() - begin
            subjects.append(Subject(ledger=ledger, weeks=size, events=ledger.head.size))
            print(f"loaded {subjects[-1].events:,} events", file=sys.stderr, flush=True)
        with psycopg.connect(cluster.url, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CREATE TABLE floor (seq bigserial PRIMARY KEY, line bytea)")
            raw = _rounds(subjects, connection, CHECKS if scale > QUICK else QUICK_CHECKS)
            points = [_point(place, one, raw, connection) for place, one in enumerate(subjects)]
        return Measured(
            points=points,
            speed=sum(subject.events for subject in subjects) / spent,
            seconds=time.perf_counter() - begun,
            raw=raw,
        )
    finally:
        cluster.remove()


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """One of the ledgers."""

    ledger: PostgresLedger
    weeks: int
    events: int

    def look_up(self, chance: random.Random) -> None:
        """A record by its number and an arrival by its bytes, anywhere in the history."""
        place = (
            chance.randrange(self.weeks),
            chance.randrange(CYCLES_A_WEEK),
            chance.randrange(RECORDS_A_CYCLE),
        )
        assert self.ledger.view.document(number_of(*place)) is not None
        assert self.ledger.view.arrival_of(scan_of(*place)) is not None

    def check(self) -> None:
        """The week's judgement, as `evidence check` makes it."""
        facts = gather(self.ledger.view, week=NEWEST, case=None, at=sample.FRIDAY)
        # the week's own cases, and those of earlier weeks that are still under way
        assert {case_of(0, cycle) for cycle in range(CYCLES_A_WEEK)} <= {one.case.id for one in facts.cases}
        self._judge(facts)

    def standing(self) -> None:
        """The same judgement of no case at all."""
        facts = gather_cases(self.ledger.view, (), week=NEWEST, plans_since=NEWEST)
        assert not facts.cases
        self._judge(facts)

    def package(self) -> None:
        """What a weekly package takes from the journal: its lines, two frontiers, the proof between them."""
        start = self.events - EVENTS_A_WEEK
        assert len(list(self.ledger.lines(start, self.events))) == EVENTS_A_WEEK
        assert self.ledger.tree(self.events).root
        assert self.ledger.tree(start).root
        assert self.ledger.consistency_proof(start, self.events)

    def _judge(self, facts: Facts) -> None:
        assert len(facts.services) == self.weeks * CYCLES_A_WEEK
        assert judge(facts, PARAMETERS, sample.FRIDAY)

    def forget(self) -> None:
        """What is remembered costs nothing, and burdens the collector of everybody's garbage."""
        self.ledger.view.rows.forget()  # type: ignore[attr-defined]


def _rounds(
    subjects: list[Subject], connection: psycopg.Connection, checks: int
) -> dict[str, list[list[float]]]:
    """Every work of every subject; the dear ones `checks` times."""
    chance, line = random.Random(1), os.urandom(700)
    voids = itertools.cycle(
        FormVoided(number=number_of(0, cycle, record), why="重开")
        for record in range(len(CODES))
        for cycle in range(CYCLES_A_WEEK)
    )

    def insert() -> None:
        connection.execute("INSERT INTO floor (line) VALUES (%s)", (line,))

    def append(one: Subject) -> Callable[[], object]:
        return lambda: one.ledger.append("bench", next(voids))

    def look_up(one: Subject) -> Callable[[], object]:
        return lambda: one.look_up(chance)

    def afresh() -> None:
        for one in subjects:
            one.forget()

    def cleanly() -> None:
        afresh()
        gc.collect()  # one's garbage is nobody else's cost

    return {
        "append": _in_turns([insert, *map(append, subjects)], APPENDS),
        "lookup": _in_turns([look_up(one) for one in subjects], LOOKUPS, afresh),
        "check": _in_turns([one.check for one in subjects], checks, cleanly),
        "standing": _in_turns([one.standing for one in subjects], checks, cleanly),
        "package": _in_turns([one.package for one in subjects], checks, cleanly),
    }


def _in_turns(
    works: Sequence[Callable[[], object]], rounds: int, before: Callable[[], None] = lambda: None
) -> list[list[float]]:
    """Milliseconds of each work in each round; who begins changes, so that no place is favoured.

    Args:
        before: done before each work, not counted.
    """
    taken: list[list[float]] = [[] for _ in works]
    for running in range(rounds):
        for step in range(len(works)):
            place = (running + step) % len(works)
            before()
            begin = time.perf_counter()
            works[place]()
            taken[place].append((time.perf_counter() - begin) * 1000)
    return taken


def _point(
    place: int, one: Subject, raw: dict[str, list[list[float]]], connection: psycopg.Connection
) -> Point:
    insert, *appends = raw["append"]
    return Point(
        events=one.events,
        append=statistics.median(appends[place]),
        insert=statistics.median(insert),
        lookup=statistics.median(raw["lookup"][place]),
        check=statistics.median(raw["check"][place]),
        standing=statistics.median(raw["standing"][place]),
        package=statistics.median(raw["package"][place]),
        gigabytes=_size(connection, one) / 2**30,
    )


def _size(connection: psycopg.Connection, subject: Subject) -> int:
    """Bytes on disk of one ledger's tables and indexes."""
    schema = subject.ledger.place.rpartition(" ")[2]
    found = connection.execute(
        "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class AS c JOIN pg_namespace AS n"
        " ON n.oid = relnamespace WHERE nspname = %s AND relkind = 'r'",
        (schema,),
    ).fetchone()
    return 0 if found is None else int(found[0])


def figures(measured: Measured) -> Iterator[Figure]:
    """The last point beside the first, and what the whole would be."""
    first, last = measured.points[0], measured.points[-1]
    size = f"{last.events:,} events"

    def grown(name: str, now: float, before: float, note: str) -> Figure:
        return figure(
            f"scale: {name}, p50, {size}",
            now,
            "ms",
            peer=f"at {first.events:,} events",
            peer_value=before,
            target=f"≤ {FLAT} ×",
            met=now <= FLAT * before,
            note=note,
        )

    yield grown("append", last.append, first.append, "one event a transaction, synced")
    yield figure(
        f"scale: append against a bare INSERT, {size}",
        last.append,
        "ms",
        peer="INSERT and commit of 700 bytes in the same server",
        peer_value=last.insert,
        note="lock, chain, tree and view included",
    )
    yield grown("look a record and its scan up", last.lookup, first.lookup, "anywhere in the history")
    yield grown(
        f"weekly check of {CYCLES_A_WEEK} cycles",
        last.check,
        first.check,
        f"the same week beside more history; of it {last.standing:.0f} ms for the contract's standing "
        f"duties, which ask about every cycle of its two years (first: {first.standing:.0f} ms)",
    )
    yield grown(
        "weekly check, the cases of the week", last.week, first.week, "the check without standing duties"
    )
    yield grown(
        "a week's lines, frontiers and proof for its package",
        last.package,
        first.package,
        f"{EVENTS_A_WEEK:,} lines",
    )
    yield figure("scale: load", measured.speed, "events/s", note=f"{size} in blocks of a week")
    yield figure("scale: the whole run", measured.seconds, "s", note="loading, vacuum, measuring")
    if last.events < WHOLE:
        hours = WHOLE / measured.speed / 3600
        yield figure(
            "scale: extrapolated, size of 10,000,000 events",
            last.gigabytes * WHOLE / last.events,
            "GiB",
            note=f"extrapolated from {last.gigabytes:.2f} GiB; loading would take {hours:.1f} h",
        )


def run(quick: bool) -> list[Figure]:
    """A hundredth of the whole, or a tenth of it."""
    return list(figures(measure(QUICK if quick else USUAL)))


def main() -> None:
    """With a size of one's own."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument(
        "--scale", type=float, default=USUAL, help=f"1 = {WHOLE:,} events (default: %(default)s)"
    )
    parser.add_argument("--raw", type=Path, help="JSON file for every single measurement")
    given = parser.parse_args()
    measured = measure(given.scale)
    for point in measured.points:
        print(point)
    for each in figures(measured):
        print(*(each[key] for key in ("figure", "value", "unit", "ratio", "target", "met", "note")))
    if given.raw is not None:
        given.raw.write_text(json.dumps(asdict(measured)), encoding="utf-8")


if __name__ == "__main__":
    main()
