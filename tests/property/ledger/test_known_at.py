"""Judged as of a day, a journal says what the same journal said when it ended on that day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.domain.week import Week, local_date
from evidence.ledger.facts import gather
from evidence.ledger.known import lines_known_at
from evidence.ledger.ledger import Ledger
from evidence.ledger.view import View
from evidence.rules.clause import Finding
from evidence.rules.judge import judge
from evidence.rules.known import known_at
from tests import world

FIRST = datetime(2022, 3, 10, 1, tzinfo=UTC)


def judged(view: View, at: datetime) -> tuple[Finding, ...]:
    week = Week.of(local_date(at))
    return judge(gather(view, week=week, case=None, at=at), world.PARAMETERS, at)


@pytest.fixture(scope="module")
def journal() -> Iterator[tuple[Ledger, list[datetime]]]:
    """The week in order, each event six hours after the one before."""
    with TemporaryDirectory() as folder:
        ledger = Ledger.open(Path(folder))
        times = []
        for place, event in enumerate(world.journal_events(world.week_facts())):
            times.append(FIRST + timedelta(hours=6 * place))
            ledger.append("test", event, at=times[-1])
        yield ledger, times


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_findings_at_a_day_are_those_of_the_journal_cut_at_that_day(
    journal: tuple[Ledger, list[datetime]], data: st.DataObject
) -> None:
    ledger, times = journal
    place = data.draw(st.integers(0, len(times) - 1))
    at = times[place] + timedelta(minutes=data.draw(st.integers(0, 359)))
    with TemporaryDirectory() as folder:
        lines = list(ledger.lines(0, place + 1))
        Path(folder, "journal.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))
        cut = Ledger.open(Path(folder))
        assert judged(ledger.known_at(at), at) == judged(cut.view, at)


def test_a_line_of_a_clock_that_ran_ahead_is_known_when_an_earlier_one_follows(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path)
    events = world.journal_events(world.week_facts())[:4]
    for event, hours in zip(events, (0, 99, 1, 50), strict=True):
        ledger.append("test", event, at=FIRST + timedelta(hours=hours))
    assert [lines_known_at(ledger, FIRST + timedelta(hours=hours)) for hours in (0, 1, 49, 50, 98, 99)] == [
        1, 3, 3, 4, 4, 4,
    ]  # fmt: skip


def test_a_journal_that_began_later_is_judged_by_what_had_happened(tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path)
    ledger.append("test", *world.journal_events(world.week_facts()), at=datetime(2026, 11, 28, tzinfo=UTC))
    assert ledger.known_at(world.FRIDAY).head == ledger.head
    assert any(one.kind.value == "pass" for one in judged(ledger.known_at(world.FRIDAY), world.FRIDAY))


def test_a_paper_that_came_back_later_was_not_there(tmp_path: Path) -> None:
    facts, day = world.week_facts(), world.instant("2022-03-15")
    known = known_at(facts, day)
    assert any(document.scans for one in facts.cases for document in one.documents)
    assert [each for one in known.cases for each in one.documents if each.received_at] == [
        each for one in facts.cases for each in one.documents if each.received_at and each.received_at <= day
    ]
    assert {visit.id for one in known.cases for visit in one.visits} == {
        visit.id for one in facts.cases for visit in one.visits if visit.arrived_at <= day
    }


def test_on_the_day_after_the_check_nothing_of_the_recheck_is_known(tmp_path: Path) -> None:
    kept = Path(__file__).parents[2] / "data/workspace-2026-11-23/archive/ledger/journal.jsonl"
    (tmp_path / "journal.jsonl").write_bytes(kept.read_bytes())
    ledger, at = Ledger.open(tmp_path), datetime(2022, 3, 15, 4, tzinfo=UTC)
    findings = judged(ledger.known_at(at), at)
    passed = {one.rule_id for one in findings if one.kind.value == "pass"}
    assert not passed & {"F02-yearly-chain", "P07-report-document", "P12-recheck-record"}
    said = json.dumps([one.message for one in findings if one.kind.value == "pass"], ensure_ascii=False)
    assert "FC-001" not in said
