"""The Today page for eight people at once while files are taken in, and how soon an arrival shows."""

from __future__ import annotations

import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.result import Figure, figure
from evidence.config import Workspace, open_workspace
from evidence.domain.identifiers import ArrivalId, CaseId
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken
from evidence.ledger.events import Event, PackageBuilt
from evidence.ledger.ledger import Ledger
from evidence.settings import SETTINGS_FILE
from tests.support import sample

BEFORE = sample.FRIDAY - timedelta(days=1)
"""When the journal was written: an office's lines are not all of today."""
USERS = 8
MEDIAN_MS, P95_MS, SEEN_S, POLL_S, HELP_RATIO = 80, 200, 2.0, 1.0, 5
FIRST_S = 2.5
RECKONS = "正在核算"
EVENTS_A_CASE = 20
_SERVE = "--serve"
_HEAD = re.compile(r"head=([^\"&]+)")
_SHOWN = re.compile(r"/inbox/(A-[0-9-]+)/")


def run(quick: bool) -> list[Figure]:
    """Figures for `bench/results.json`."""
    cases, arrivals, requests = (300, 150, 12) if quick else (2_000, 1_000, 40)
    with tempfile.TemporaryDirectory(prefix="bench-desk-") as name:
        root = Path(name)
        events = _fill(root, cases)
        figures = _today(root, cases, events, arrivals, requests)
    return [*figures, _help()]


def _workspace(root: Path) -> Workspace:
    return open_workspace(root, clock=lambda: sample.FRIDAY)


def _fill(root: Path, cases: int) -> int:
    """The world's week many times over, twenty cases a week, weeks into the past."""
    (root / SETTINGS_FILE).write_text('[contract]\ncode = "WJB"\n', encoding="utf-8")
    ledger = _workspace(root).ledger
    facts = sample.week_facts()
    ledger.append("bench", *sample.journal_events(facts), at=BEFORE)
    made = 3
    while made < cases:
        batch: list[Event] = []
        for _number in range(min(200, cases - made)):
            made += 1
            case = CaseId(f"WJB22-{made:04d}")
            day = date(2022, 3, 28) - timedelta(weeks=made // 20)
            one = sample.checked_case(case, enterprise=made % 2, day=day)
            one = replace(
                one, recordings=tuple(replace(r, sha256=sample.digest(case)) for r in one.recordings)
            )
            own = sample.journal_events(
                replace(facts, cases=(one,), entries=(), plans=(), packages=(), receipts=())
            )
            batch += _renumbered(own[1:], made)
        ledger.append("bench", *batch, at=BEFORE)
    # All but this week's cases were handed over, as in an office that works.
    handed = tuple(CaseId(f"WJB22-{number:04d}") for number in range(4, cases + 1))
    sent = sample.package("2022-W12", "2022-03-25", cases=handed, tree_size=ledger.head.size)
    ledger.append("bench", PackageBuilt(package=sent), at=BEFORE)
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
                    arrival=arrival, path=f"{arrival}.jpg", sha256=sample.digest(arrival), bytes=1,
                    received_at=sample.FRIDAY - timedelta(weeks=8), media_type="image/jpeg",
                ),
                ArrivalJudged(arrival=arrival, outcome="linked", message="已归入。"),
            ]  # fmt: skip
        ledger.append("bench", *batch, at=BEFORE)


def _renumbered(events: list[Event], made: int) -> Iterator[Event]:
    """Arrival ids of their own for every case."""
    for event in events:
        if isinstance(event, ArrivalTaken | ArrivalJudged):
            running = int(event.arrival.rpartition("-")[2])
            yield replace(event, arrival=ArrivalId(f"A-20220301-{made * 10 + running:05d}"))
        else:
            yield event


def _today(root: Path, cases: int, events: int, arrivals: int, requests: int) -> list[Figure]:
    """The desk in a process of its own, as `evidence serve` runs it; the readers in this one."""
    _drop(root, arrivals)
    ledger = _workspace(root).ledger
    took: list[float] = []
    lags: list[float] = []
    begin = time.perf_counter()
    with served(root) as (port, cookie):
        first = _first_page(port, cookie)
        first_s = time.perf_counter() - begin
        _await_intake(ledger, events)
        _await_first(port, cookie)
        reckoned_s = time.perf_counter() - begin
        done = threading.Event()
        watcher = threading.Thread(target=_watch, args=(port, cookie, root, done, lags))
        users = [threading.Thread(target=_use, args=(port, cookie, requests, took)) for _user in range(USERS)]
        before = ledger.head.size
        for thread in (*users, watcher):
            thread.start()
        for thread in users:
            thread.join()
        done.set()
        watcher.join()
        meanwhile = sum(entry.kind == ArrivalTaken.KIND for entry in ledger.entries(before, ledger.head.size))
    took.sort()
    median, p95 = statistics.median(took) * 1000, took[int(len(took) * 0.95)] * 1000
    about = (
        f"{cases} cases, {events} events, {USERS} users, {len(took)} requests; the watcher took in "
        f"{meanwhile} of {arrivals} files meanwhile"
    )
    return [
        figure(
            "desk: first page after the start of serve",
            first_s,
            "s",
            target=f"<= {FIRST_S} s",
            met=first_s <= FIRST_S,
            note=(
                f"{cases} cases, {events} events; it "
                + ("says what it still reckons" if RECKONS in first else "is whole")
                + f"; the week is judged after {reckoned_s:.1f} s"
            ),
        ),
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
            max(lags, default=0.0),
            "s",
            target=f"<= {SEEN_S} s",
            met=bool(lags) and max(lags) <= SEEN_S,
            note=f"longest of {len(lags)}, from its journal entry to a page that asks every {POLL_S} s",
        ),
    ]


def _drop(root: Path, arrivals: int) -> None:
    """Enterprises' electronic documents, and every fiftieth a scanned page without a code, which is
    looked at with all means recognition has.
    """
    from docx import Document
    from PIL import Image, ImageDraw

    inbox = root / "inbox"
    inbox.mkdir()
    for running in range(arrivals):
        if running % 50:
            document = Document()
            document.add_paragraph(f"关于现场检查隐患整改情况的说明 {running}")
            document.save(str(inbox / f"{running:04d}.docx"))
            continue
        page = Image.new("L", (827, 1170), 255)
        draw = ImageDraw.Draw(page)
        for line in range(30):
            draw.text((70, 70 + 33 * line), f"{running} {line} " * 12, fill=0)
        page.save(inbox / f"{running:04d}.jpg", quality=70)


def _await_intake(ledger: Ledger, before: int) -> None:
    """Until the watcher is at work."""
    while ledger.head.size == before:
        time.sleep(0.1)


def _first_page(port: int, cookie: str) -> str:
    """What the first person sees who opens the desk."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    text = get(connection, cookie, "/")
    connection.close()
    return text


def _await_first(port: int, cookie: str) -> None:
    """Until the first judgement of the week is made: an office starts its desk before it needs it."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while RECKONS in get(connection, cookie, "/"):
        time.sleep(0.2)
    connection.close()


@contextmanager
def served(root: Path) -> Iterator[tuple[int, str]]:
    """A desk with its watcher in a process of its own: port, and the cookie of somebody signed in."""
    with subprocess.Popen(
        [sys.executable, "-m", "bench.desk", _SERVE, str(root)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        port, cookie = process.stdout.readline().split()
        try:
            yield int(port), cookie
        finally:
            process.terminate()


def _serve(root: Path) -> None:
    """The desk with its watcher, until told to stop; says port and session first."""
    from evidence.web import server
    from evidence.web.accounts import create_account

    workspace = _workspace(root)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    place = server.Place(port=port)
    server.prepare(workspace, place)
    cookie = _signed_in(create_account)

    def started() -> None:
        print(port, cookie, flush=True)

    with server.watching(workspace, poll=False, say=lambda line: print(line, file=sys.stderr)):
        server.serve(place, started=started)


def _signed_in(create_account: Callable[..., object]) -> str:
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    user: Any = create_account(username="bench", person="测", role="clerk", password=os.urandom(12).hex())
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def get(connection: http.client.HTTPConnection, cookie: str, path: str) -> str:
    """The text of a page.

    Raises:
        RuntimeError: it answered with an error.
    """
    connection.request("GET", path, headers={"Cookie": cookie})
    response = connection.getresponse()
    text = response.read().decode()
    if response.status not in (200, 204):
        raise RuntimeError(f"{path}: {response.status}")
    return text


def _use(port: int, cookie: str, requests: int, took: list[float]) -> None:
    """Someone who looks at the page about once a second; a browser keeps its connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for _request in range(requests):
        begin = time.perf_counter()
        get(connection, cookie, "/")
        took.append(time.perf_counter() - begin)
        time.sleep(0.8)
    connection.close()


def _watch(port: int, cookie: str, root: Path, done: threading.Event, lags: list[float]) -> None:
    """A page that polls as the browser does; when it first names an arrival, how old is its entry?"""
    ledger = _workspace(root).ledger
    size, known, head = ledger.head.size, set[str](), ""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while not done.wait(POLL_S):
        text = get(connection, cookie, f"/live/?head={head}")
        now = time.time()
        if not text:
            continue
        head = _HEAD.findall(text)[0]
        shown = set(_SHOWN.findall(text))
        entries = {
            entry.payload["arrival"]: entry.at
            for entry in ledger.entries(size, ledger.head.size)
            if entry.kind == ArrivalTaken.KIND
        }
        fresh = (shown - known) & entries.keys()
        lags += [now - datetime.fromisoformat(entries[each]).timestamp() for each in fresh]
        known |= shown | entries.keys()
    connection.close()


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
    if _SERVE in sys.argv:
        _serve(Path(sys.argv[2]))
    else:
        for row in run("--quick" in sys.argv):
            print(row)
