"""Judged as of a day, a journal says what the same journal said when it ended on that day."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.domain.case import VisitKind
from evidence.domain.facts import Facts
from evidence.domain.week import Week, local_date
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.facts import gather, gather_open
from evidence.ledger.known import lines_known_at, view_known_at
from evidence.ledger.ledger import Ledger
from evidence.ledger.view import View
from evidence.rules.clause import Finding, Kind
from evidence.rules.judge import judge
from evidence.rules.known import known_at
from tests.support import sample

URGING = next(one.id for one in sample.closed_case().visits if one.kind is VisitKind.URGING)
FIRST = datetime(2022, 3, 10, 1, tzinfo=UTC)


def judged(view: View, at: datetime) -> tuple[Finding, ...]:
    week = Week.of(local_date(at))
    return judge(gather(view, week=week, case=None, at=at), sample.PARAMETERS, at)


@pytest.fixture(scope="module")
def journal() -> Iterator[tuple[Ledger, list[datetime]]]:
    """The week in order, each event six hours after the one before."""
    with TemporaryDirectory() as folder:
        ledger = EmbeddedLedger.open(Path(folder))
        times = []
        for place, event in enumerate(sample.journal_events(sample.week_facts())):
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
        cut = EmbeddedLedger.open(Path(folder))
        assert judged(view_known_at(ledger, at), at) == judged(cut.view, at)


def test_a_line_of_a_clock_that_ran_ahead_is_known_when_an_earlier_one_follows(tmp_path: Path) -> None:
    ledger = EmbeddedLedger.open(tmp_path)
    events = sample.journal_events(sample.week_facts())[:4]
    for event, hours in zip(events, (0, 99, 1, 50), strict=True):
        ledger.append("test", event, at=FIRST + timedelta(hours=hours))
    assert [lines_known_at(ledger, FIRST + timedelta(hours=hours)) for hours in (0, 1, 49, 50, 98, 99)] == [
        1, 3, 3, 4, 4, 4,
    ]  # fmt: skip


def test_a_journal_that_began_later_is_judged_by_what_had_happened(tmp_path: Path) -> None:
    ledger = EmbeddedLedger.open(tmp_path)
    ledger.append("test", *sample.journal_events(sample.week_facts()), at=datetime(2026, 11, 28, tzinfo=UTC))
    assert view_known_at(ledger, sample.FRIDAY).head == ledger.head
    assert any(
        one.kind.value == "pass" for one in judged(view_known_at(ledger, sample.FRIDAY), sample.FRIDAY)
    )


@pytest.fixture(scope="module")
def journalled_late() -> Iterator[View]:
    """The whole week, written down long after everything had happened."""
    with TemporaryDirectory() as folder:
        yield late(sample.week_facts(), folder).view


def late(facts: Facts, folder: str) -> Ledger:
    ledger = EmbeddedLedger.open(Path(folder))
    ledger.append("test", *sample.journal_events(facts), at=datetime(2026, 11, 28, tzinfo=UTC))
    return ledger


@settings(max_examples=25, deadline=None)
@given(on=st.dates(date(2022, 3, 1), date(2022, 5, 31)))
def test_what_happens_later_changes_no_finding_of_today(journalled_late: View, on: date) -> None:
    """A case that nothing had been done about says nothing; of every other one each finding is the same."""
    at = sample.instant(on, 23)  # the line about a cycle knows days, no hours
    happened = known_at(sample.week_facts(), at)
    begun = {one.case.id for one in happened.cases if one.visits or one.documents}
    with TemporaryDirectory() as folder:
        only_then = judged(late(happened, folder).view, at)
    told = tuple(one for one in judged(journalled_late, at) if one.subject.case in begun | {""})
    assert told == tuple(one for one in only_then if one.subject.case in begun | {""})


def test_a_case_that_was_closed_and_handed_over_later_was_open_before() -> None:
    moved = sample.on_visit(sample.week_facts(), URGING, arrived_at=sample.instant("2022-03-28", 8))
    handed_over = sample.package("2022-W14", "2022-04-08", cases=(sample.CLOSED,), tree_size=10_000)
    facts, at = replace(moved, packages=(*moved.packages, handed_over)), sample.instant("2022-03-25", 15)
    with TemporaryDirectory() as folder:
        view = late(facts, folder).view
        assert sample.CLOSED not in view.cases_touched(Week.of(local_date(at)))
        for gathered in (gather(view, week=None, case=None, at=at), gather_open(view, at)):
            found = [
                one.kind
                for one in judge(gathered, sample.PARAMETERS, at)
                if (one.subject.case, one.rule_id) == (sample.CLOSED, "K03-chain-closed")
            ]
            assert found == [Kind.OPEN]


def test_a_paper_that_came_back_later_was_not_there(tmp_path: Path) -> None:
    facts, day = sample.week_facts(), sample.instant("2022-03-15")
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
    ledger, at = EmbeddedLedger.open(tmp_path), datetime(2022, 3, 15, 4, tzinfo=UTC)
    findings = judged(view_known_at(ledger, at), at)
    passed = {one.rule_id for one in findings if one.kind.value == "pass"}
    assert not passed & {"F02-yearly-chain", "P07-report-document", "P12-recheck-record"}
    said = json.dumps([one.message for one in findings if one.kind.value == "pass"], ensure_ascii=False)
    assert "FC-001" not in said
