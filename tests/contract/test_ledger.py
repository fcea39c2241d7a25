"""What the house may expect of any ledger: one suite over the embedded one and the one on PostgreSQL."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.domain.identifiers import CaseId, Number
from evidence.domain.week import Week
from evidence.errors import LedgerDamagedError
from evidence.ledger import chain, merkle
from evidence.ledger.events import Event, FormIssued, FormVoided
from evidence.ledger.facts import gather, gather_open
from evidence.ledger.inspection import inspect
from evidence.ledger.ledger import Ledger
from evidence.ledger.lock import LedgerBusyError, WriterLock
from evidence.ledger.postgres.ledger import PostgresLedger
from evidence.ledger.settings import LedgerSettings
from evidence.ledger.view import View
from evidence.rules.judge import judge
from tests import world
from tests.ledger_story import OTHER, OWN, OWN_ENTERPRISE, OWN_FORM, START, digest, every_kind, form
from tests.postgres_room import Cluster

STORY = every_kind()
REGISTERS = (
    "enterprises", "people", "devices", "campaigns", "cases", "arrivals", "recordings",
    "entries", "plans", "packages", "receipts", "checkpoints", "services",
)  # fmt: skip
OUTCOMES = ("waiting", "taken", "linked", "unidentified", "quarantined", "duplicate")
VOID = FormVoided(number=OWN_FORM, why="试")


class Room(Protocol):
    """One ledger that several hosts open."""

    def open(self, *, lock_timeout_s: int = 30) -> Ledger:
        """As another process would."""

    def held(self) -> AbstractContextManager[object]:
        """Somebody is in the middle of writing."""

    def damage(self, seq: int, line: bytes) -> None:
        """Change a line where it is kept, as only an intruder can."""


class EmbeddedRoom:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, *, lock_timeout_s: int = 30) -> Ledger:
        return Ledger.open(self._folder, clock=lambda: START, lock_timeout_s=lock_timeout_s)

    def held(self) -> AbstractContextManager[object]:
        return WriterLock(self._folder / "journal.lock").held()

    def damage(self, seq: int, line: bytes) -> None:
        path = self._folder / "journal.jsonl"
        lines = path.read_bytes().splitlines()
        lines[seq] = line
        path.write_bytes(b"".join(each + b"\n" for each in lines))


class PostgresRoom:
    def __init__(self, settings: LedgerSettings) -> None:
        self._settings = settings

    def open(self, *, lock_timeout_s: int = 30) -> Ledger:
        settings = LedgerSettings(
            database=self._settings.database, schema=self._settings.schema, lock_timeout_s=lock_timeout_s
        )
        return PostgresLedger.open_database(settings, clock=lambda: START)

    def held(self) -> AbstractContextManager[object]:
        connection = self._raw()
        connection.execute("SELECT * FROM head FOR UPDATE")
        return closing(connection)

    def damage(self, seq: int, line: bytes) -> None:
        with self._raw() as connection:
            connection.execute("ALTER TABLE line DISABLE TRIGGER line_is_final")
            connection.execute("UPDATE line SET line = %s WHERE seq = %s", (line, seq))
            connection.execute("ALTER TABLE line ENABLE TRIGGER line_is_final")

    def _raw(self) -> psycopg.Connection:
        return psycopg.connect(self._settings.database, options=f"-c search_path={self._settings.schema}")


@pytest.fixture(params=["embedded", "postgres"])
def room(request: pytest.FixtureRequest, tmp_path: Path) -> Room:
    if request.param == "embedded":
        return EmbeddedRoom(tmp_path)
    return PostgresRoom(request.getfixturevalue("cluster").ledger_settings())


def answers(view: View) -> dict[str, Any]:
    """What a view says to every question of the protocol."""
    said: dict[str, Any] = {name: getattr(view, name)() for name in REGISTERS}
    said["head"] = view.head
    said["enterprise"] = view.enterprise(OWN_ENTERPRISE)
    said["cases of"] = view.cases(OWN_ENTERPRISE)
    said["outcomes"] = {outcome: view.arrivals(outcome) for outcome in OUTCOMES}
    said["plans"] = [view.plans(week) for week in (None, Week(2022, 1), Week(2022, 13), Week(2023, 1))]
    said["packages of"] = [view.packages_about(cases) for cases in ((), (OWN,), (OTHER,), (OWN, OTHER))]
    said["counts"] = view.arrival_counts(), view.all_visits()
    said["last"] = [view.last_case(prefix) for prefix in ("WJB22-", "WJB2", "WJB21-", "")]
    said["newest"] = list(view.newest_cases())
    said["next"] = [view.next_case(prefix) for prefix in ("WJB22-", "WJB21-")], view.restores()
    said["lost"] = [
        view.may_be_lost(Number(n)) for n in ("WJB22-0013-JC-009", "WJB22-0013-JC-900", "WJB22-0099-JC-001")
    ]
    said["weekly"] = view.documents(None), view.next_running(CaseId("WJB22-0000"), "JH")
    said["touched"] = view.cases_touched(Week(2022, 11)), [view.touched_since(seq) for seq in (0, 9, 99)]
    said["register"] = view.entries("consent"), view.entries(case=OWN)
    said["about"] = [view.entries_about(names) for names in ((), (OWN,), (f"{OWN}-V1",), (OTHER,), ("?",))]
    for case in (OWN, OTHER):
        said[case] = [
            view.case(case), view.visits(case), view.reports(case), view.escalations(case),
            view.documents(case), view.next_running(case, "JC"), view.recordings(case), view.given(case),
            view.waivers(case), view.incurables(case), view.holds(case),
        ]  # fmt: skip
    for each in said["people"]:
        said[each.id] = view.person(each.id)
    for each in said["arrivals"]:
        said[each.id] = view.arrival(each.id)
        if each.sha256 is not None:
            said[each.sha256] = view.arrival_of(each.sha256), view.arrivals_of(each.sha256)
    for each in said["recordings"]:
        said["film " + each.sha256] = view.recording(each.sha256)
    said["document"] = view.document(OWN_FORM)
    said["nothing"] = view.document(Number("WJB22-0099-JC-001")), view.arrival_of(digest("never"))
    return said


def test_the_same_events_give_the_same_bytes_the_same_tree_and_the_same_answers(
    room: Room, tmp_path: Path
) -> None:
    one, reference = room.open(), Ledger.open(tmp_path / "reference", clock=lambda: START)
    for event in STORY:
        assert one.append("clerk:李华", event) == reference.append("clerk:李华", event)
    assert list(one.lines()) == list(reference.lines())
    assert one.head == one.check_chain() == reference.head
    assert one.tree().root == reference.tree().root
    assert answers(one.view) == answers(reference.view)
    assert answers(room.open().view) == answers(reference.view)


def test_what_one_host_appends_another_reads_and_continues(room: Room) -> None:
    one, other = room.open(), room.open()
    assert one.append("a", VOID) == (0,)
    assert other.append("b", VOID, VOID) == (1, 2)
    assert one.append("a", VOID) == (3,)
    assert [entry.actor for entry in other.entries()] == ["a", "b", "b", "a"]
    assert one.head == other.head == one.check_chain()
    assert (one.opened_at, room.open().opened_at) == (0, 4)


def test_a_view_stays_as_it_was_until_it_is_asked_for_again(room: Room) -> None:
    reader, writer = room.open(), room.open()
    writer.append("x", *STORY[:8])
    view = reader.view
    before = answers(view)
    writer.append("x", *STORY[8:])
    assert answers(view) == before
    assert answers(reader.view) == answers(writer.view) != before


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


def test_rebuilding_changes_no_answer(room: Room) -> None:
    ledger, other = room.open(), room.open()
    ledger.append("x", *STORY)
    before = answers(ledger.view)
    assert ledger.rebuild() == ledger.head
    assert answers(ledger.view) == before == answers(other.view)
    assert ledger.append("x", VOID) == (len(STORY),)


def test_inspection_says_the_same_of_both(room: Room, tmp_path: Path) -> None:
    one, reference = room.open(), Ledger.open(tmp_path / "reference", clock=lambda: START)
    for ledger in (one, reference):
        ledger.append("x", *STORY)
    assert inspect(one) == inspect(reference)


def test_the_week_is_judged_alike(room: Room, tmp_path: Path) -> None:
    one, reference = room.open(), Ledger.open(tmp_path / "reference", clock=lambda: START)
    events = world.journal_events(world.week_facts())
    for ledger in (one, reference):
        ledger.append("x", *events)
    facts = [
        gather(ledger.view, week=Week.parse(world.WEEK), case=None, at=world.FRIDAY)
        for ledger in (one, reference)
    ]
    assert facts[0] == facts[1]
    assert facts[0].cases
    found = [judge(each, world.PARAMETERS, world.FRIDAY) for each in facts]
    assert found[0] == found[1] != ()
    assert gather_open(one.view, world.FRIDAY) == gather_open(reference.view, world.FRIDAY)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(STORY), min_size=1, max_size=30),
    st.lists(st.integers(1, 5), min_size=1, max_size=8),
)
def test_any_order_of_events_in_any_grouping_gives_the_rows_that_the_embedded_view_holds(
    cluster: Cluster, events: list[Event], groups: list[int]
) -> None:
    """Even an order that could not happen, over two writers."""
    where = cluster.ledger_settings()
    writers = [PostgresLedger.open_database(where, clock=lambda: START) for _ in range(2)]
    with tempfile.TemporaryDirectory() as name, closing(writers[0]), closing(writers[1]):
        reference = Ledger.open(Path(name), clock=lambda: START, snapshots=False)
        done = turn = 0
        while done < len(events):
            size = groups[turn % len(groups)]
            for ledger in (writers[turn % 2], reference):
                ledger.append("x", *events[done : done + size])
            done, turn = done + size, turn + 1
        held = reference._view.tables
        for table in [*held, "people", "weekly"]:
            assert writers[0].view.rows.items(table) == list(held.get(table, {}).items()), table


def test_a_moment_without_zone_is_refused(room: Room) -> None:
    with pytest.raises(ValueError, match="aware"):
        room.open().append("x", VOID, at=datetime(2022, 3, 14, 1, 30))  # noqa: DTZ001
    assert room.open().append("x", VOID, at=datetime(2022, 3, 14, 1, 30, tzinfo=UTC)) == (0,)
