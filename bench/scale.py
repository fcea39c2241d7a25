"""The ledger on PostgreSQL as its history grows: what append, lookup, weekly check and package cost.

`python -m bench.scale` loads a tenth of a million records (a million events); `--scale 1` the whole: a
million records, ten million events. Figures beyond what was loaded are called extrapolated.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import psycopg

from bench.result import Figure, figure
from bench.scale_load import (
    CODES,
    CYCLES_A_WEEK,
    EVENTS_A_WEEK,
    NEWEST,
    RECORDS_A_CYCLE,
    number_of,
    scan_of,
    week_lines,
)
from evidence.ledger.events import FormVoided
from evidence.ledger.facts import gather
from evidence.ledger.postgres.ledger import PostgresLedger
from evidence.rules.judge import judge
from tests import world
from tests.postgres_room import Cluster

WHOLE = 10_000_000
"""Events of a million records."""
QUICK, USUAL = 0.01, 0.1
SERVER = {"shared_buffers": "1GB", "max_wal_size": "4GB", "checkpoint_timeout": "15min"}
APPENDS, LOOKUPS, CHECKS = 200, 200, 5
FLAT = 1.3
"""The issue's bound for appends."""
NOISE = 1.6
"""What a check of the same week may cost more beside a larger history: as in `bench.check`."""
PARAMETERS = replace(world.PARAMETERS, contract="WAB")


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """Everything measured at one size; milliseconds."""

    events: int
    append: float
    insert: float
    """A bare INSERT and commit in the same server: the floor."""
    lookup: float
    check: float
    week: float
    """Part of the check: reading the week's cases and judging them."""
    standing: float
    """Part of the check: one line for each cycle the ledger ever knew, and the registers."""
    package: float
    gigabytes: float


def measure(scale: float) -> tuple[list[Point], float]:
    """Three ledgers of growing size in one server, measured in turns so that noise is everybody's.

    Returns:
        The points, smallest first, and events loaded a second.
    """
    weeks = max(8, round(WHOLE * scale / EVENTS_A_WEEK))
    cluster = Cluster(SERVER)
    try:
        cluster.start()
        subjects, spent = [], 0.0
        for size in sorted({max(2, weeks // 16), max(4, weeks // 4), weeks}):
            settings = cluster.ledger_settings()
            ledger = PostgresLedger.open_database(settings, clock=lambda: world.FRIDAY)
            for week in range(size):
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
            points = _points(subjects, connection)
        return points, sum(subject.events for subject in subjects) / spent
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
        self.ledger.view.rows.forget()  # type: ignore[attr-defined]  # what is remembered costs nothing
        place = (
            chance.randrange(self.weeks),
            chance.randrange(CYCLES_A_WEEK),
            chance.randrange(RECORDS_A_CYCLE),
        )
        assert self.ledger.view.document(number_of(*place)) is not None
        assert self.ledger.view.arrival_of(scan_of(*place)) is not None


def _points(subjects: list[Subject], connection: psycopg.Connection) -> list[Point]:
    chance, line = random.Random(1), os.urandom(700)
    voids = itertools.cycle(
        FormVoided(number=number_of(0, cycle, record), why="重开")
        for record in range(len(CODES))
        for cycle in range(CYCLES_A_WEEK)
    )
    insert, *appends = _in_turns(
        [
            lambda: connection.execute("INSERT INTO floor (line) VALUES (%s)", (line,)),
            *(lambda one=one: one.ledger.append("bench", next(voids)) for one in subjects),
        ],
        APPENDS,
    )
    lookups = _in_turns([lambda one=one: one.look_up(chance) for one in subjects], LOOKUPS)
    checks = _in_turns([lambda one=one: _check(one.ledger) for one in subjects], CHECKS)
    standing = _in_turns([lambda one=one: _standing(one.ledger) for one in subjects], CHECKS)
    packages = _in_turns([lambda one=one: _package(one.ledger, one.events) for one in subjects], CHECKS)
    return [
        Point(
            events=one.events,
            append=appends[place],
            insert=insert,
            lookup=lookups[place],
            check=checks[place],
            week=checks[place] - standing[place],
            standing=standing[place],
            package=packages[place],
            gigabytes=_size(connection, one) / 2**30,
        )
        for place, one in enumerate(subjects)
    ]


def _size(connection: psycopg.Connection, subject: Subject) -> int:
    """Bytes on disk of one ledger's tables and indexes."""
    schema = subject.ledger.place.rpartition(" ")[2]
    found = connection.execute(
        "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class AS c JOIN pg_namespace AS n"
        " ON n.oid = relnamespace WHERE nspname = %s AND relkind = 'r'",
        (schema,),
    ).fetchone()
    return 0 if found is None else int(found[0])


def _check(ledger: PostgresLedger) -> None:
    view = ledger.view
    view.rows.forget()  # type: ignore[attr-defined]
    facts = gather(view, week=NEWEST, case=None, at=world.FRIDAY)
    assert len(facts.cases) == CYCLES_A_WEEK, len(facts.cases)
    assert judge(facts, PARAMETERS, world.FRIDAY)


def _standing(ledger: PostgresLedger) -> None:
    """What a check reads beside the week's own cases."""
    view = ledger.view
    for question in (view.services, view.enterprises, view.entries, view.plans, view.packages, view.receipts):
        question()


def _package(ledger: PostgresLedger, size: int) -> None:
    """What a weekly package takes from the journal: its lines, two frontiers, the proof between them."""
    start = size - EVENTS_A_WEEK
    assert len(list(ledger.lines(start, size))) == EVENTS_A_WEEK
    assert ledger.tree(size).root
    assert ledger.tree(start).root
    assert ledger.consistency_proof(start, size)


def _in_turns(works: Sequence[Callable[[], object]], rounds: int) -> list[float]:
    """Median milliseconds of each work."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for place, work in enumerate(works):
            begin = time.perf_counter()
            work()
            taken[place].append((time.perf_counter() - begin) * 1000)
    return [statistics.median(each) for each in taken]


def figures(points: list[Point], speed: float) -> Iterator[Figure]:
    """The last point beside the first, and what the whole would be."""
    first, last = points[0], points[-1]
    growth = f"{first.events:,} to {last.events:,} events"
    beside = f"at {first.events:,} events"
    yield figure(
        f"scale: append, p50, {last.events:,} events",
        last.append,
        "ms",
        peer=beside,
        peer_value=first.append,
        target=f"≤ {FLAT} ×",
        met=last.append <= FLAT * first.append,
        note=f"{growth}; one event a transaction, synced",
    )
    yield figure(
        f"scale: append against a bare INSERT, {last.events:,} events",
        last.append,
        "ms",
        peer="INSERT and commit of 700 bytes in the same server",
        peer_value=last.insert,
        note="lock, chain, tree and view included",
    )
    yield figure(
        f"scale: look a record and its scan up, p50, {last.events:,} events",
        last.lookup,
        "ms",
        peer=beside,
        peer_value=first.lookup,
        target=f"≤ {FLAT} ×",
        met=last.lookup <= FLAT * first.lookup,
        note=growth,
    )
    yield figure(
        f"scale: weekly check, the cases of the week, {last.events:,} events",
        last.week,
        "ms",
        peer=beside,
        peer_value=first.week,
        target=f"≤ {FLAT} ×",
        met=last.week <= FLAT * first.week,
        note=f"the same {CYCLES_A_WEEK} cycles beside more history",
    )
    yield figure(
        f"scale: weekly check of {CYCLES_A_WEEK} cycles, {last.events:,} events",
        last.check,
        "ms",
        peer=beside,
        peer_value=first.check,
        target=f"≤ {NOISE} ×",
        met=last.check <= NOISE * first.check,
        note=f"the same week beside more history; of it {last.standing:.0f} ms for the contract's standing "
        f"duties, which look at one line for every cycle (first: {first.standing:.0f} ms)",
    )
    yield figure(
        f"scale: a week's lines, frontiers and proof for its package, {last.events:,} events",
        last.package,
        "ms",
        peer=beside,
        peer_value=first.package,
        target=f"≤ {NOISE} ×",
        met=last.package <= NOISE * first.package,
        note=f"{EVENTS_A_WEEK:,} lines",
    )
    yield figure("scale: load", speed, "events/s", note=f"{last.events:,} events in blocks of a week")
    if last.events < WHOLE:
        hours = WHOLE / speed / 3600
        yield figure(
            "scale: extrapolated, size of 10,000,000 events",
            last.gigabytes * WHOLE / last.events,
            "GiB",
            note=f"extrapolated from {last.gigabytes:.2f} GiB; loading would take {hours:.1f} h",
        )


def run(quick: bool) -> list[Figure]:
    """A hundredth of the whole, or a tenth of it."""
    return list(figures(*measure(QUICK if quick else USUAL)))


def main() -> None:
    """With a size of one's own."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument(
        "--scale", type=float, default=USUAL, help=f"1 = {WHOLE:,} events (default: %(default)s)"
    )
    points, speed = measure(parser.parse_args().scale)
    for point in points:
        print(point)
    for each in figures(points, speed):
        print(
            each["figure"],
            each["value"],
            each["unit"],
            each["ratio"],
            each["target"],
            each["met"],
            each["note"],
        )


if __name__ == "__main__":
    main()
