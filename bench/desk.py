"""The Today page for eight people at once while files are taken in, and how soon an arrival shows."""

from __future__ import annotations

import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from bench.result import Figure, figure
from evidence.config import SETTINGS_FILE, Workspace, open_workspace
from evidence.domain.identifiers import ArrivalId, CaseId
from evidence.ledger.events import ArrivalJudged, ArrivalTaken, Event, PackageBuilt
from evidence.ledger.ledger import Ledger
from tests import world

USERS = 8
MEDIAN_MS, P95_MS, SEEN_S, POLL_S, HELP_RATIO = 80, 200, 2.0, 1.0, 5
EVENTS_A_CASE = 20
_TAKE_IN = "--take-in"


def run(quick: bool) -> list[Figure]:
    """Figures for `bench/results.json`."""
    cases, arrivals, requests = (300, 150, 12) if quick else (2_000, 1_000, 40)
    with tempfile.TemporaryDirectory(prefix="bench-desk-") as name:
        root = Path(name)
        events = _fill(root, cases)
        figures = _today(root, cases, events, arrivals, requests)
    return [*figures, _help()]


def _workspace(root: Path) -> Workspace:
    return open_workspace(root, clock=lambda: world.FRIDAY)


def _fill(root: Path, cases: int) -> int:
    """The world's week many times over, twenty cases a week, weeks into the past."""
    (root / SETTINGS_FILE).write_text("", encoding="utf-8")
    ledger = _workspace(root).ledger
    facts = world.week_facts()
    ledger.append("bench", *world.journal_events(facts))
    made = 3
    while made < cases:
        batch: list[Event] = []
        for _number in range(min(200, cases - made)):
            made += 1
            case = CaseId(f"WJB22-{made:04d}")
            day = date(2022, 3, 28) - timedelta(weeks=made // 20)
            one = world.checked_case(case, enterprise=made % 2, day=day)
            one = replace(
                one, recordings=tuple(replace(r, sha256=world.digest(case)) for r in one.recordings)
            )
            own = world.journal_events(
                replace(facts, cases=(one,), entries=(), plans=(), packages=(), receipts=())
            )
            batch += _renumbered(own[1:], made)
        ledger.append("bench", *batch)
    # All but this week's cases were handed over, as in an office that works.
    handed = tuple(CaseId(f"WJB22-{number:04d}") for number in range(4, cases + 1))
    sent = world.package("2022-W12", "2022-03-25", cases=handed, tree_size=ledger.head.size)
    ledger.append("bench", PackageBuilt(package=sent))
    _top_up(ledger, cases * EVENTS_A_CASE)
    return ledger.head.size


def _top_up(ledger: Ledger, wanted: int) -> None:
    """Old arrivals that were rejected, until the journal is as long as such an office's."""
    running = 0
    while ledger.head.size < wanted:
        batch: list[Event] = []
        for _number in range(min(1_000, (wanted - ledger.head.size) // 2 + 1)):
            running += 1
            arrival = ArrivalId(f"A-20220201-{running:05d}")
            batch += [
                ArrivalTaken(
                    arrival=arrival, path=f"{arrival}.jpg", sha256=world.digest(arrival), bytes=1,
                    received_at=world.FRIDAY - timedelta(weeks=8), media_type="image/jpeg",
                ),
                ArrivalJudged(arrival=arrival, outcome="linked", message="已归入。"),
            ]  # fmt: skip
        ledger.append("bench", *batch)


def _renumbered(events: list[Event], made: int) -> Iterator[Event]:
    """Arrival ids of their own for every case."""
    for event in events:
        if isinstance(event, ArrivalTaken | ArrivalJudged):
            running = int(event.arrival.rpartition("-")[2])
            yield replace(event, arrival=ArrivalId(f"A-20220301-{made * 10 + running:05d}"))
        else:
            yield event


def _today(root: Path, cases: int, events: int, arrivals: int, requests: int) -> list[Figure]:
    import uvicorn

    from evidence.web import server
    from evidence.web.accounts import create_account

    workspace = _workspace(root)
    host = server.prepare(workspace, server.Place())
    cookie = _signed_in(create_account)
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    running = uvicorn.Server(uvicorn.Config(server.application(), log_level="error", lifespan="off"))
    threading.Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True).start()
    while not running.started:
        time.sleep(0.01)
    _get(port, cookie, "/")  # the first judgement of the week
    took: list[float] = []
    lags: list[float] = []
    # Files are taken in by another process, as a busy office would have it.
    with subprocess.Popen(
        [sys.executable, "-m", "bench.desk", _TAKE_IN, str(root), str(arrivals)],
        stdout=subprocess.PIPE,
        text=True,
    ) as taking:
        users = [threading.Thread(target=_use, args=(port, cookie, requests, took)) for _user in range(USERS)]
        watcher = threading.Thread(target=_watch, args=(host.board, taking, lags))
        for thread in (*users, watcher):
            thread.start()
        for thread in users:
            thread.join()
        taking.terminate()
        watcher.join()
    running.should_exit = True
    took.sort()
    median, p95 = statistics.median(took) * 1000, took[int(len(took) * 0.95)] * 1000
    about = f"{cases} cases, {events} events, {USERS} users, files taken in meanwhile, {len(took)} requests"
    seen = max(lags, default=0.0) + POLL_S
    return [
        figure(
            "desk: Today page, median",
            median,
            "ms",
            target=f"<= {MEDIAN_MS} ms",
            met=median <= MEDIAN_MS,
            note=about,
        ),
        figure(
            "desk: Today page, 95th percentile",
            p95,
            "ms",
            target=f"<= {P95_MS} ms",
            met=p95 <= P95_MS,
            note=about,
        ),
        figure(
            "desk: an arrival appears",
            seen,
            "s",
            target=f"<= {SEEN_S} s",
            met=bool(lags) and seen <= SEEN_S,
            note=f"longest of {len(lags)}, with the page's whole polling interval of {POLL_S} s",
        ),
    ]


def _signed_in(create_account: object) -> str:
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    user = create_account(username="bench", person="测", role="clerk", password=os.urandom(12).hex())  # type: ignore[operator]
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def _get(port: int, cookie: str, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Cookie": cookie})
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    if response.status != 200:
        raise RuntimeError(f"{path}: {response.status}")
    return text


def _use(port: int, cookie: str, requests: int, took: list[float]) -> None:
    """Someone who looks at the page about once a second."""
    for _request in range(requests):
        begin = time.perf_counter()
        _get(port, cookie, "/")
        took.append(time.perf_counter() - begin)
        time.sleep(0.8)


def _watch(board: object, taking: subprocess.Popen[str], lags: list[float]) -> None:
    """How long after its fsync an arrival is known to the board that pages are made from."""
    assert taking.stdout is not None
    for line in taking.stdout:
        name, written = line.split()
        while not any(seen.id == name for seen in board.arrivals.latest(50)):  # type: ignore[attr-defined]
            board.arrivals.follow()  # type: ignore[attr-defined]
            time.sleep(0.02)
        lags.append(time.time() - float(written))


def _take_in(root: Path, arrivals: int) -> None:
    ledger = _workspace(root).ledger
    for running in range(arrivals):
        arrival = ArrivalId(f"A-20220401-{running + 5000:05d}")
        name = f"{arrival}.jpg"
        ledger.append(
            "bench",
            ArrivalTaken(
                arrival=arrival, path=name, sha256=world.digest(name), bytes=1, received_at=world.FRIDAY,
                media_type="image/jpeg",
            ),
            ArrivalJudged(arrival=arrival, outcome="unidentified", message="没有读到二维码，请看图归入。"),
        )  # fmt: skip
        if running % 10 == 0:
            print(arrival, time.time(), flush=True)
        time.sleep(0.02)


def _help() -> Figure:
    """`evidence --help` beside `python -c pass`, best of five each."""

    def best(*command: str) -> float:
        times = []
        for _round in range(5):
            begin = time.perf_counter()
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            times.append(time.perf_counter() - begin)
        return min(times)

    bare = best(sys.executable, "-c", "pass")
    ours = best(sys.executable, "-c", "from evidence.cli.main import main; main(['--help'])")
    return figure(
        "desk: evidence --help",
        ours * 1000,
        "ms",
        peer="python -c pass",
        peer_value=bare * 1000,
        target=f"<= {HELP_RATIO} x",
        met=ours <= HELP_RATIO * bare,
    )


if __name__ == "__main__":
    if _TAKE_IN in sys.argv:
        _take_in(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        for row in run("--quick" in sys.argv):
            print(row)
