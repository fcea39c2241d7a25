"""The desk beside 50,000 enterprises: its list, and what eight people find while they type."""

from __future__ import annotations

import http.client
import statistics
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from bench.desk import get, served
from bench.result import Figure, figure
from evidence.config import open_workspace
from evidence.domain.identifiers import EnterpriseId
from evidence.ledger.events import PartiesImported
from evidence.settings import SETTINGS_FILE
from tests.support import sample

USERS, LIST_MS, TYPED_MS = 8, 120, 100
LISTS = ("/lists/enterprises/", "/lists/enterprises/?page=200", "/lists/enterprises/?sort=-name")
SURNAMES, TRADES = "丰禾云泽恒冶金坛华晨瑞祥博远天宁", "机械包装铸造电子精密化工涂装纺织"
TYPED = {
    "Chinese": ("丰", "丰禾", "丰禾机", "禾机械", "泽包装", "恒冶铸造"),
    "initials": ("f", "fh", "fhj", "fhjx", "yzbz", "hyzz"),
    "whole pinyin": ("feng", "fenghe", "fenghejixie", "yunze", "yunzebaozhuang", "hengye"),
}


def run(quick: bool) -> list[Figure]:
    """Figures for `bench/results.json`."""
    count, rounds = (5_000, 3) if quick else (50_000, 10)
    with tempfile.TemporaryDirectory(prefix="bench-roster-") as name:
        root = Path(name)
        (root / SETTINGS_FILE).write_text('[contract]\ncode = "WJB"\n', encoding="utf-8")
        (root / "inbox").mkdir()
        _fill(root, count)
        with served(root) as (port, cookie):
            _until_found(port, cookie)
            lists = [_spent(port, cookie, path) for _round in range(rounds) for path in LISTS]
            typed = {kind: _typed(port, cookie, words, rounds) for kind, words in TYPED.items()}
    listed = statistics.median(lists) * 1000
    found = [
        figure(
            f"roster: list of {count:,} enterprises",
            listed,
            "ms",
            target=f"<= {LIST_MS} ms" if not quick else "",
            met=listed <= LIST_MS if not quick else None,
            note="median of first page, a page in the middle, sorted by name",
        )
    ]
    for kind, spent in typed.items():
        p95 = sorted(spent)[int(len(spent) * 0.95)] * 1000
        found.append(
            figure(
                f"roster: search as you type, {kind}, 95th percentile, {USERS} users",
                p95,
                "ms",
                target=f"<= {TYPED_MS} ms" if not quick else "",
                met=p95 <= TYPED_MS if not quick else None,
                note=f"{len(spent)} requests, median {statistics.median(spent) * 1000:.0f} ms",
            )
        )
    return found


def _fill(root: Path, count: int) -> None:
    ledger = open_workspace(root, clock=lambda: sample.FRIDAY).ledger
    ledger.append("bench", *sample.journal_events(sample.week_facts()))
    firms = []
    for number in range(count):
        first, trade = number % (len(SURNAMES) // 2), number // 8 % (len(TRADES) // 2)
        short = f"{SURNAMES[2 * first : 2 * first + 2]}{TRADES[2 * trade : 2 * trade + 2]}{number}"
        firms.append(
            replace(
                sample.enterprises()[0],
                id=EnterpriseId(f"91320412MA2{number:06d}"),
                name=f"常州市{short}有限公司",
                short_name=short[:8],
            )
        )
    ledger.append("bench", PartiesImported(source=sample.digest("roster"), enterprises=tuple(firms)))


def _until_found(port: int, cookie: str) -> None:
    """Until the index is made: it is made once after a start, beside the pages."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    while "丰禾机械0" not in get(connection, cookie, f"/search/?q={quote('丰禾机械0')}"):
        time.sleep(0.2)
    connection.close()


def _spent(port: int, cookie: str, path: str) -> float:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    begin = time.perf_counter()
    get(connection, cookie, path)
    spent = time.perf_counter() - begin
    connection.close()
    return spent


def _typed(port: int, cookie: str, words: tuple[str, ...], rounds: int) -> list[float]:
    """Everybody types the same words, a letter a third of a second, each in his own order."""
    took: list[float] = []

    def types(start: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for number in range(rounds * len(words)):
            word = words[(start + number) % len(words)]
            begin = time.perf_counter()
            get(connection, cookie, f"/search/?q={quote(word)}")
            took.append(time.perf_counter() - begin)
            time.sleep(0.3)
        connection.close()

    people = [threading.Thread(target=types, args=(start,)) for start in range(USERS)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    return took
