"""How any ledger is written: one suite over the embedded one and the one on PostgreSQL."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from evidence.errors import LedgerDamagedError
from evidence.ledger import chain, merkle
from evidence.ledger.events import Event, FormIssued, FormVoided
from evidence.ledger.ledger import Ledger
from evidence.ledger.lock import LedgerBusyError
from evidence.ledger.view import View
from tests.support.ledger_rooms import STORY, VOID, Room
from tests.support.ledger_scenario import (
    OWN,
    OWN_FORM,
    form,
)


def test_what_one_host_appends_another_reads_and_continues(room: Room) -> None:
    one, other = room.open(), room.open()
    assert one.append("a", VOID) == (0,)
    assert other.append("b", VOID, VOID) == (1, 2)
    assert one.append("a", VOID) == (3,)
    assert [entry.actor for entry in other.entries()] == ["a", "b", "b", "a"]
    assert one.head == other.head == one.check_chain()
    assert (one.opened_at, room.open().opened_at) == (0, 4)


def test_a_decision_sees_what_others_wrote_a_moment_ago(room: Room) -> None:
    one, other = room.open(), room.open()
    other.append("b", *STORY[:3], FormIssued(form=form(OWN, 1)))
    (issued,) = one.transact("a", lambda view: [FormIssued(form=form(OWN, view.next_running(OWN, "JC")))])
    assert isinstance(issued, FormIssued)
    assert issued.form.number == "WJB22-0012-JC-002"
    assert one.transact("a", lambda _view: []) == ()


def test_a_decision_that_fails_writes_nothing_and_holds_nobody_up(room: Room) -> None:
    one, other = room.open(), room.open(lock_timeout_s=1)

    def refuse(_view: View) -> list[Event]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        one.transact("a", refuse)
    assert other.append("b", VOID) == (0,)
    assert one.head.size == 1


def test_a_decision_must_not_append_itself(room: Room) -> None:
    ledger = room.open(lock_timeout_s=1)

    def nested(_view: View) -> list[Event]:
        ledger.append("a", VOID)
        return []

    with pytest.raises(LedgerBusyError):
        ledger.transact("a", nested)
    assert ledger.append("a", VOID) == (0,)


def test_a_batch_that_cannot_be_written_whole_is_not_written_at_all(room: Room) -> None:
    ledger = room.open()
    bad = FormVoided(number=OWN_FORM, why=0.5)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="float"):
        ledger.append("a", VOID, bad)
    assert ledger.head.size == 0
    assert list(ledger.lines()) == []


def test_numbers_given_by_many_at_once_have_neither_hole_nor_double(room: Room) -> None:
    ledgers = [room.open() for _ in range(4)]
    ledgers[0].append("x", *STORY[:2])

    def issue(ledger: Ledger) -> None:
        for _ in range(6):
            ledger.transact("x", lambda view: [FormIssued(form=form(OWN, view.next_running(OWN, "JC")))])

    together(*(lambda ledger=ledger: issue(ledger) for ledger in ledgers))
    numbers = [document.form.number for document in room.open().view.documents(OWN)]
    assert numbers == [f"WJB22-0012-JC-{running:03d}" for running in range(1, 25)]
    assert ledgers[0].check_chain().size == 26


def test_one_ledger_object_serves_several_threads(room: Room) -> None:
    ledger = room.open()

    def work() -> None:
        for _ in range(10):
            ledger.append("x", VOID)
            assert ledger.view.head.size > 0
            assert list(ledger.lines(0, 3))

    together(work, work, work)
    assert ledger.check_chain().size == 30


def together(*works: Callable[[], None]) -> None:
    """Run at once; the first failure of any of them is raised."""
    failed: list[BaseException] = []

    def run(work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    if failed:
        raise failed[0]


def test_lines_can_be_read_from_anywhere_to_anywhere(room: Room) -> None:
    ledger = room.open()
    ledger.append("x", *STORY)
    whole = list(ledger.lines())
    for start, stop in ((0, 1), (0, None), (3, 7), (7, 7), (len(whole) - 1, None), (5, 9999), (9999, None)):
        assert list(ledger.lines(start, stop)) == whole[start:stop]


def test_tree_and_proofs_of_every_size_fit_the_lines(room: Room) -> None:
    ledger = room.open()
    for _ in range(20):
        ledger.append("x", *[VOID] * 37)
    lines = list(ledger.lines())
    for size in (0, 1, 2, 255, 256, 257, 512, 700, 740):
        assert ledger.tree(size).nodes == merkle.Frontier().extend(lines[:size]).nodes
    roots = {size: merkle.root(lines[:size]) for size in range(1, 741)}
    for old, new in ((1, 740), (255, 256), (256, 740), (511, 512), (300, 301), (513, 739), (740, 740)):
        proof = ledger.consistency_proof(old, new)
        assert merkle.verify_consistency(old, new, proof, roots[old], roots[new])
    with pytest.raises(ValueError, match="no consistency proof"):
        ledger.consistency_proof(0, 5)


@pytest.mark.parametrize("change", ["content", "another's place", "not JSON"])
def test_a_changed_line_is_found_and_named(room: Room, change: str) -> None:
    ledger = room.open()
    ledger.append("x", *STORY)
    lines = list(ledger.lines())
    forged = {
        "content": lines[4].replace(b'"actor":"x"', b'"actor":"y"'),
        "another's place": lines[5],
        "not JSON": b"{}",
    }[change]
    room.damage(4, forged)
    with pytest.raises(LedgerDamagedError, match="第 5 行"):
        ledger.check_chain()


def test_a_line_sealed_anew_breaks_the_next_one(room: Room) -> None:
    ledger = room.open()
    ledger.append("x", *STORY)
    before = next(iter(ledger.entries(3, 4)))
    fields = {
        "actor": "y",
        "at": "2022-03-14T01:30:00Z",
        "kind": VOID.KIND,
        "payload": {"number": "x", "why": "y"},
    }
    room.damage(4, chain.seal(fields, seq=4, prev=before.digest)[0])
    with pytest.raises(LedgerDamagedError, match="第 6 行"):
        ledger.check_chain()


def test_a_holder_that_does_not_let_go_is_a_loud_failure_and_no_damage(room: Room) -> None:
    ledger = room.open(lock_timeout_s=1)
    with room.held(), pytest.raises(LedgerBusyError, match="1 秒"):
        ledger.append("x", VOID)
    assert ledger.append("x", VOID) == (0,)


def test_a_task_has_one_holder_among_all_hosts(room: Room) -> None:
    one, other = room.open(), room.open()
    with one.alone("issuing", 5):
        with pytest.raises(LedgerBusyError), other.alone("issuing", 0.2):
            pass
        with other.alone("another", 0.2):
            assert other.append("x", VOID) == (0,)  # a task keeps nobody from writing
    with other.alone("issuing", 5):
        pass


def test_a_moment_without_zone_is_refused(room: Room) -> None:
    with pytest.raises(ValueError, match="aware"):
        room.open().append("x", VOID, at=datetime(2022, 3, 14, 1, 30))  # noqa: DTZ001
    assert room.open().append("x", VOID, at=datetime(2022, 3, 14, 1, 30, tzinfo=UTC)) == (0,)
