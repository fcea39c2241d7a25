"""`view.json`: whole tables that plain TinyDB opens, at one stated position, and never the truth."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tinydb import TinyDB, where

from evidence.ledger import query_tables
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.ledger import Ledger
from tests.support import sample

EVENTS = sample.journal_events(sample.week_facts())


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = EmbeddedLedger.open(tmp_path)
    ledger.append("test", *EVENTS)
    return ledger


def test_plain_tinydb_opens_the_file_and_finds_what_the_view_holds(tmp_path: Path, ledger: Ledger) -> None:
    path = query_tables.write(tmp_path, ledger.view)
    with TinyDB(path) as opened:
        assert opened.tables() == {"position", "cases", "arrivals", "registers", "parties", "waivers"}
        (position,) = opened.table("position").all()
        assert (position["size"], position["digest"]) == (ledger.head.size, ledger.head.digest)
        linked = opened.table("arrivals").search(where("outcome") == "linked")
        assert [row["arrival"] for row in linked] == [each.id for each in ledger.view.arrivals("linked")]
        assert linked
        assert [row["id"] for row in opened.table("cases").all()] == [each.id for each in ledger.view.cases()]
        (party,) = opened.table("parties").search(where("id") == ledger.view.enterprises()[0].id)
        assert (party["party"], party["name"]) == ("enterprise", ledger.view.enterprises()[0].name)
        assert len(opened.table("registers")) == len(ledger.view.entries())


def test_our_lists_ask_the_file_while_it_stands_at_the_end_of_the_journal(
    tmp_path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    query_tables.write(tmp_path, ledger.view)
    monkeypatch.setattr(query_tables, "tables_of", lambda view: pytest.fail("made anew"))
    with query_tables.tables(tmp_path, ledger.view) as tables:
        assert query_tables.ask(tables, "arrivals", {"outcome": "linked"})


def test_a_file_behind_the_journal_is_not_asked(tmp_path: Path, ledger: Ledger) -> None:
    query_tables.write(tmp_path, ledger.view)
    ledger.append("test", EVENTS[0])
    (tmp_path / query_tables.NAME).write_text(
        (tmp_path / query_tables.NAME).read_text().replace('"cases": {"1"', '"cases": {"9"')
    )
    with query_tables.tables(tmp_path, ledger.view) as tables:
        assert next(row.doc_id for row in tables.table("cases").all()) == 1


@pytest.mark.parametrize("what", ["edited", "cut", "empty", "no JSON", "stamp alone"])
def test_a_file_in_doubt_is_made_anew(tmp_path: Path, ledger: Ledger, what: str) -> None:
    path = query_tables.write(tmp_path, ledger.view)
    good = path.read_bytes()
    name = json.dumps(ledger.view.enterprises()[0].name)[1:-1].encode()
    bad = {
        "edited": good.replace(name, b"another firm"),
        "cut": good[:-40],
        "empty": b"",
        "no JSON": b"\xff\xfe",
        "stamp alone": good[: good.index(b"}}, ") + 4],
    }[what]
    assert bad != good
    path.write_bytes(bad)
    with query_tables.tables(tmp_path, ledger.view) as tables:
        (row,) = query_tables.ask(tables, "parties", {"id": ledger.view.enterprises()[0].id})
        assert row["name"] == ledger.view.enterprises()[0].name
    query_tables.write(tmp_path, ledger.view)
    assert path.read_bytes() == good


def test_a_file_at_the_head_is_not_written_again(tmp_path: Path, ledger: Ledger) -> None:
    path = query_tables.write(tmp_path, ledger.view)
    before = path.stat().st_mtime_ns, path.stat().st_ino
    query_tables.write(tmp_path, ledger.view)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before


def test_an_empty_ledger_has_its_tables_too(tmp_path: Path) -> None:
    ledger = EmbeddedLedger.open(tmp_path)
    with TinyDB(query_tables.write(tmp_path, ledger.view)) as opened:
        assert opened.table("arrivals").search(where("outcome") == "linked") == []
    with query_tables.tables(tmp_path, ledger.view) as tables:
        assert query_tables.ask(tables, "waivers", {}) == []


def test_fields_that_are_asked_nothing_about_exclude_nothing(tmp_path: Path, ledger: Ledger) -> None:
    with query_tables.tables(tmp_path, ledger.view) as tables:
        every = query_tables.ask(tables, "arrivals", {"outcome": None, "case": None})
        assert len(every) == len(ledger.view.arrivals())
        both = query_tables.ask(tables, "arrivals", {"outcome": "linked", "arrival": every[0]["arrival"]})
        assert len(both) <= 1
