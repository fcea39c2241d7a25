"""Cases, arrivals, registers, parties and waivers as one plain TinyDB database that anybody can ask.

`view.json` holds whole tables under everyday names and states the journal position they were made at.
It is written at moments of rest (a checkpoint, a rebuild, a restore, a clean stop) and never the truth:
our own lists ask it only while its position is the journal's end, and make the same tables anew otherwise.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from tinydb import TinyDB, where
from tinydb.storages import MemoryStorage

from evidence.domain.arrival_outcome import as_told
from evidence.durable import write_whole
from evidence.ledger.view import Arrival, Head, View

if TYPE_CHECKING:
    from evidence.ledger.ledger import Ledger

NAME = "view.json"
_STAMP = '{{"position": {{"1": {{"size": {size}, "digest": "{digest}", "tables_sha256": "{tables}"}}}}, '
_STAMPED = re.compile(
    rb'\{"position": \{"1": \{"size": (\d{1,15}), "digest": "([0-9a-f]{64})", '
    rb'"tables_sha256": "([0-9a-f]{64})"\}\}, '
)
_STAMP_BYTES = 256

Row = dict[str, Any]
"""Plain JSON values; instants in UTC, days as they are, both in ISO 8601."""


def tables_of(view: View) -> dict[str, list[Row]]:
    """Every table with its rows, in the order in which the program lists such things."""
    cases = view.cases()
    return {
        "cases": [_plain(case) for case in cases],
        "arrivals": [_arrival(each) for each in view.arrivals()],
        "registers": [_plain(entry) for entry in view.entries()],
        "parties": list(_parties(view)),
        "waivers": [_plain(waiver) for case in cases for waiver in view.waivers(case.id)],
    }


def write(folder: Path, view: View) -> Path:
    """Put `view.json` into a folder, whole or not at all; nothing to do when it stands at the view's head.

    Beside the tables it has one, `position`, of one row: `size` (journal lines), `digest` (of the last of
    them) and `tables_sha256` (of the file's bytes behind that row).

    Raises:
        OSError: disk full or folder not writable; the old file is untouched.
    """
    path = folder / NAME
    head = view.head
    if _read(path, head) is None:
        with _in_memory(tables_of(view)) as made:
            # in ASCII: TinyDB opens a file in whatever encoding the machine prefers
            rest = json.dumps(made.storage.read()).encode("ascii")[1:]
        stamp = _STAMP.format(size=head.size, digest=head.digest, tables=sha256(rest).hexdigest())
        write_whole(path, stamp.encode("ascii") + rest)
    return path


def keep(ledger: Ledger) -> None:
    """Write the file of a ledger that has an archive; a disk that refuses is no reason to stop."""
    if ledger.positions is not None:
        with suppress(OSError):
            write(ledger.positions.archive / "ledger", ledger.view)


def tables(folder: Path, view: View) -> TinyDB:
    """The tables as of the view's head, to be asked with `Query` and closed afterwards.

    From `view.json` when that was written at this very position and nobody changed it; else made anew.
    """
    kept = _read(folder / NAME, view.head)
    if kept is None:
        return _in_memory(tables_of(view))
    held = TinyDB(storage=MemoryStorage)
    held.storage.write(kept)
    return held


def _read(path: Path, head: Head) -> dict[str, Any] | None:
    """What the file holds; None when it is of another position, damaged, changed, or not there."""
    with suppress(OSError, ValueError):
        data = path.read_bytes()
        stated = _STAMPED.match(data[:_STAMP_BYTES])
        if stated is None or (int(stated[1]), stated[2].decode()) != (head.size, head.digest):
            return None
        if sha256(memoryview(data)[stated.end() :]).hexdigest() == stated[3].decode():
            kept: dict[str, Any] = msgspec.json.decode(data)
            return kept
    return None


def ask(tables: TinyDB, name: str, like: Mapping[str, object | None]) -> list[Row]:
    """The rows of a table whose fields equal the given values; a None asks nothing of its field."""
    found = tables.table(name)
    asked = [where(field) == value for field, value in like.items() if value is not None]
    if not asked:
        return [dict(row) for row in found.all()]
    query = asked[0]
    for further in asked[1:]:
        query = query & further
    return [dict(row) for row in found.search(query)]


def _in_memory(rows: Mapping[str, list[Row]]) -> TinyDB:
    made = TinyDB(storage=MemoryStorage)
    made.storage.write({name: {} for name in rows})  # a table without rows is there, too
    for name, held in rows.items():
        made.table(name).insert_multiple(held)
    return made


def _plain(value: Any) -> Row:
    row: Row = msgspec.to_builtins(value)
    return row


def _arrival(arrival: Arrival) -> Row:
    """One arrival, its fields as `ingest --json` names them, with the numbers and the case it belongs to."""
    row = _plain(arrival)
    judged = row.pop("judged") or {}
    row["outcome"] = as_told(arrival.outcome)
    row["numbers"] = list(dict.fromkeys(page["number"] for page in judged.get("pages", ())))
    row["edocument_of"] = judged.get("edocument_of")
    row["case"] = judged.get("case")
    return {"arrival": row.pop("id"), **row}


def _parties(view: View) -> Iterable[Row]:
    """Enterprises, people, recorders and campaigns in one table, told apart by `party`."""
    for party, held in (
        ("enterprise", view.enterprises()),
        ("person", view.people()),
        ("recorder", view.devices()),
        ("campaign", view.campaigns()),
    ):
        for each in held:
            yield {"party": party, **_plain(each)}
