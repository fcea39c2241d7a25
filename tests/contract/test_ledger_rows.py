"""What the fold may expect of any storage: one suite for each implementation of `Rows`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from evidence.ledger.postgres.connection import asking, connect
from evidence.ledger.postgres.rows import PostgresRows
from evidence.ledger.postgres.schema import ensure
from evidence.ledger.rows import HeldRows, Row, Rows
from evidence.ledger.snapshot import SavedTables
from evidence.ledger.tinydb_rows import TinyRows


@pytest.fixture(params=["plain", "saved", "tinydb", "postgres", "postgres, written through"])
def rows(request: pytest.FixtureRequest) -> Iterator[Rows]:
    if request.param == "plain":
        yield HeldRows()
    elif request.param == "saved":
        yield HeldRows(SavedTables())
    elif request.param == "tinydb":
        yield TinyRows(SavedTables())
    else:
        cluster = request.getfixturevalue("cluster")
        settings = cluster.ledger_settings()
        with closing(connect(settings.database, settings.schema, idle_s=60)) as connection:
            ensure(connection, settings.schema)
            kind = PostgresRows if request.param == "postgres" else WrittenThrough
            yield kind(asking(connection))


class WrittenThrough(PostgresRows):
    """Remembers nothing between two calls: what is got comes from the tables."""

    def get(self, table: str, key: str) -> Row | None:
        self.flush()
        self.forget()
        return super().get(table, key)


def row(number: int, body: object = None) -> Row:
    return {"seq": number, "at": "2022-03-14T01:30:00Z", "body": body}


def test_what_was_put_is_got_and_nothing_else(rows: Rows) -> None:
    assert rows.get("t", "a") is None
    rows.put("t", "a", row(1, {"x": [1, "二"]}))
    assert rows.get("t", "a") == row(1, {"x": [1, "二"]})
    assert rows.get("t", "b") is None
    assert rows.get("u", "a") is None


def test_putting_again_replaces_the_whole_row_and_keeps_its_place(rows: Rows) -> None:
    for number, key in enumerate(["a", "b", "c"]):
        rows.put("t", key, row(number, {"old": True}))
    rows.put("t", "b", row(9, {"new": True}))
    assert list(rows.items("t")) == [
        ("a", row(0, {"old": True})),
        ("b", row(9, {"new": True})),
        ("c", row(2, {"old": True})),
    ]


def test_dropping_removes_one_row_and_dropping_nothing_is_fine(rows: Rows) -> None:
    rows.put("t", "a", row(1))
    rows.put("t", "b", row(2))
    rows.drop("t", "a")
    rows.drop("t", "a")
    rows.drop("never", "a")
    assert list(rows.items("t")) == [("b", row(2))]


def test_rows_may_change_while_a_table_is_walked(rows: Rows) -> None:
    for key in "abc":
        rows.put("t", key, row(1))
    for key, _row in rows.items("t"):
        rows.drop("t", key)
        rows.put("t", key + key, row(2))
    assert [key for key, _row in rows.items("t")] == ["aa", "bb", "cc"]


def test_keys_with_every_kind_of_character_stay_apart(rows: Rows) -> None:
    keys = ["1", "01", "a:b", "a", "键", "", " "]
    for number, key in enumerate(keys):
        rows.put("t", key, row(number))
    assert [rows.get("t", key) for key in keys] == [row(number) for number in range(len(keys))]
