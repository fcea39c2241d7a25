"""What any ledger answers about the same events: the embedded one and the one on PostgreSQL alike."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.domain.identifiers import CaseId, Number
from evidence.domain.week import Week
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import Event
from evidence.ledger.facts import gather, gather_open
from evidence.ledger.inspection import inspect
from evidence.ledger.postgres.ledger import PostgresLedger
from evidence.ledger.view import View
from evidence.rules.judge import judge
from tests.support import sample
from tests.support.ledger_rooms import STORY, VOID, Room
from tests.support.ledger_scenario import (
    OTHER,
    OWN,
    OWN_ENTERPRISE,
    OWN_FORM,
    START,
    digest,
)
from tests.support.postgres_server import Cluster

REGISTERS = (
    "enterprises", "people", "devices", "campaigns", "cases", "arrivals", "recordings",
    "entries", "plans", "packages", "receipts", "checkpoints", "services",
)  # fmt: skip
OUTCOMES = ("waiting", "taken", "linked", "unidentified", "quarantined", "duplicate")


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
            view.waivers(case), view.incurables(case), view.holds(case), view.virus_scans(case),
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
    one, reference = room.open(), EmbeddedLedger.open(tmp_path / "reference", clock=lambda: START)
    for event in STORY:
        assert one.append("clerk:李华", event) == reference.append("clerk:李华", event)
    assert list(one.lines()) == list(reference.lines())
    assert one.head == one.check_chain() == reference.head
    assert one.tree().root == reference.tree().root
    assert answers(one.view) == answers(reference.view)
    assert answers(room.open().view) == answers(reference.view)


def test_a_view_stays_as_it_was_until_it_is_asked_for_again(room: Room) -> None:
    reader, writer = room.open(), room.open()
    writer.append("x", *STORY[:8])
    view = reader.view
    before = answers(view)
    writer.append("x", *STORY[8:])
    assert answers(view) == before
    assert answers(reader.view) == answers(writer.view) != before


def test_rebuilding_changes_no_answer(room: Room) -> None:
    ledger, other = room.open(), room.open()
    ledger.append("x", *STORY)
    before = answers(ledger.view)
    assert ledger.rebuild() == ledger.head
    assert answers(ledger.view) == before == answers(other.view)
    assert ledger.append("x", VOID) == (len(STORY),)


def test_inspection_says_the_same_of_both(room: Room, tmp_path: Path) -> None:
    one, reference = room.open(), EmbeddedLedger.open(tmp_path / "reference", clock=lambda: START)
    for ledger in (one, reference):
        ledger.append("x", *STORY)
    assert inspect(one) == inspect(reference)


def test_the_week_is_judged_alike(room: Room, tmp_path: Path) -> None:
    one, reference = room.open(), EmbeddedLedger.open(tmp_path / "reference", clock=lambda: START)
    events = sample.journal_events(sample.week_facts())
    for ledger in (one, reference):
        ledger.append("x", *events)
    facts = [
        gather(ledger.view, week=Week.parse(sample.WEEK), case=None, at=sample.FRIDAY)
        for ledger in (one, reference)
    ]
    assert facts[0] == facts[1]
    assert facts[0].cases
    found = [judge(each, sample.PARAMETERS, sample.FRIDAY) for each in facts]
    assert found[0] == found[1] != ()
    assert gather_open(one.view, sample.FRIDAY) == gather_open(reference.view, sample.FRIDAY)


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
        reference = EmbeddedLedger.open(Path(name), clock=lambda: START, snapshots=False)
        done = turn = 0
        while done < len(events):
            size = groups[turn % len(groups)]
            for ledger in (writers[turn % 2], reference):
                ledger.append("x", *events[done : done + size])
            done, turn = done + size, turn + 1
        held = reference._view.tables
        for table in [*held, "people", "weekly"]:
            assert writers[0].view.rows.items(table) == list(held.get(table, {}).items()), table
