"""However a reader came to know the journal, it sees the same: following, bulk reading, snapshot."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.errors import LedgerDamagedError
from evidence.ledger import bulk
from evidence.ledger import embedded as ledger_module
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import Event
from evidence.ledger.ledger import Ledger
from tests.support.ledger_scenario import START, every_kind

STORY = every_kind()


def shown(ledger: Ledger) -> dict[str, dict[str, Any]]:
    """All tables that hold anything, decoded."""
    assert ledger.view.head == ledger.head
    tables = ledger._view.tables
    return {name: dict(tables[name]) for name in list(tables) if tables[name]}


@contextmanager
def everything_in_bulk(*, beside: bool) -> Iterator[None]:
    """However short the journal; `beside`: unread, while a second process checks the chain."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger_module, "_BULK_BYTES", 0)
        if beside:
            patch.setattr(bulk, "_WORTH_A_PROCESS", 0)
            patch.setattr(bulk.threading, "active_count", lambda: 1)
        yield


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(STORY), min_size=1, max_size=40),
    st.lists(st.integers(1, 5), min_size=1, max_size=10),
    st.integers(0, 40),
)
def test_every_way_of_reading_gives_the_same_tables(
    events: list[Event], groups: list[int], saved_at: int
) -> None:
    """Any order of events, even one that could not happen, in any grouping over two writers."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        writers = [EmbeddedLedger.open(folder, clock=lambda: START) for _ in range(2)]
        done = turn = 0
        while done < len(events):
            size = groups[turn % len(groups)]
            writer = writers[turn % 2]
            writer.append("x", *events[done : done + size])
            done, turn = done + size, turn + 1
            if done <= saved_at:
                writer.save_snapshot()
        followed = shown(writers[0])
        assert shown(writers[1]) == followed
        assert shown(EmbeddedLedger.open(folder)) == followed
        assert shown(EmbeddedLedger.open(folder, snapshots=False)) == followed
        for beside in (False, True):
            with everything_in_bulk(beside=beside):
                assert shown(EmbeddedLedger.open(folder)) == followed
                assert shown(EmbeddedLedger.open(folder, snapshots=False)) == followed
                unread = EmbeddedLedger.open(folder, snapshots=False)
        unread.save_snapshot()
        assert shown(EmbeddedLedger.open(folder)) == followed
        writers[0].save_snapshot()
        assert shown(EmbeddedLedger.open(folder)) == followed


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(STORY), min_size=1, max_size=12), st.data())
def test_one_changed_byte_anywhere_is_never_read_as_sound(events: list[Event], data: st.DataObject) -> None:
    """But for the last line's newline: a line that lost it was never acknowledged as such."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        head = EmbeddedLedger.open(folder, clock=lambda: START).append("x", *events)
        journal = folder / "journal.jsonl"
        whole = journal.read_bytes()
        at = data.draw(st.integers(0, len(whole) - 1))
        flip = data.draw(st.integers(1, 255))
        journal.write_bytes(whole[:at] + bytes([whole[at] ^ flip]) + whole[at + 1 :])
        try:
            reread = EmbeddedLedger.open(folder, snapshots=False)
        except LedgerDamagedError:
            return
        assert at == len(whole) - 1
        assert reread.head.size == len(head) - 1
