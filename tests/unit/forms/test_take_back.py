"""Acts taken back: by an event with its reason, and no number is given twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from evidence.archive.originals import Originals
from evidence.domain.identifiers import ArrivalId, CaseId, VisitId
from evidence.errors import UsageError
from evidence.forms.open_case import open_case
from evidence.forms.take_back import cancel_case, withdraw_entry, withdraw_visit
from evidence.forms.visit_entry import record_visit_file
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import Event, RegisterEntered, VisitRecorded
from evidence.ledger.facts import gather
from evidence.ledger.ledger import Ledger
from evidence.recordings.decide import release_by_person, released_from
from tests.support import sample

NEW = CaseId("WJB22-0004")
WHO = {"by": "P1", "actor": "cli:test（P1）"}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = EmbeddedLedger.open(tmp_path / "ledger", clock=lambda: sample.FRIDAY)
    made.append("test", *sample.journal_events(sample.week_facts()))
    return made


def test_a_withdrawn_visit_is_gone_from_the_facts_and_its_films_wait_again(ledger: Ledger) -> None:
    visit = VisitId(f"{sample.CLOSED}-V1")
    left = withdraw_visit(ledger, visit, why="日期写错", follow=released_from, **WHO)
    assert left == (f"{sample.CLOSED}-JC-001",)
    view = ledger.view
    assert visit not in {each.id for each in view.visits(sample.CLOSED)}
    (gone,) = view.withdrawn_visits(sample.CLOSED)
    assert (gone.visit, gone.why, gone.by) == (visit, "日期写错", "P1")
    assert all(each.visit != visit for each in view.recordings())
    state = next(each for each in view.services() if each.case == sample.CLOSED)
    assert state.checked_on is None
    assert list(ledger.entries())[-1].actor == WHO["actor"]


def test_the_number_of_a_withdrawn_visit_is_not_used_again(ledger: Ledger) -> None:
    from evidence.forms.visit_entry import _settle_visit

    case = ledger.view.case(sample.CLOSED)
    assert case is not None
    last = VisitId(f"{sample.CLOSED}-V3")
    withdraw_visit(ledger, last, why="误登", **WHO)
    again, event = _settle_visit(
        sample.recheck_visit(sample.CLOSED, date(2022, 3, 31)), ledger.view, case, None, separate=False
    )
    assert again.id == f"{sample.CLOSED}-V4"
    assert isinstance(event, VisitRecorded)


@pytest.mark.parametrize(
    ("visit", "why"),
    [(f"{sample.CLOSED}-V9", "误登"), (f"{sample.CLOSED}-V1", " "), ("WJB22-0099-V1", "误登")],
)
def test_what_is_not_there_or_has_no_reason_is_not_withdrawn(ledger: Ledger, visit: str, why: str) -> None:
    before = ledger.head
    with pytest.raises(UsageError):
        withdraw_visit(ledger, VisitId(visit), why=why, **WHO)
    assert ledger.head == before


def test_a_cancelled_case_is_judged_no_more_and_its_number_stays(ledger: Ledger) -> None:
    def opened() -> str:
        return open_case(
            ledger,
            contract="WJB",
            enterprise=sample.enterprises()[0].id,
            kind="new-enterprise",
            on=date(2022, 4, 1),
            actor="test",
        ).id

    first = opened()
    case = ledger.view.case(first)  # type: ignore[arg-type]
    assert case is not None
    cancel_case(ledger, case, why="误开", **WHO)
    assert first not in {each.case for each in ledger.view.services()}
    assert first not in ledger.view.cases_touched(sample.WEEK)
    assert opened() != first
    with pytest.raises(UsageError, match="误开"):
        gather(ledger.view, week=None, case=case.id, at=sample.FRIDAY)
    with pytest.raises(UsageError, match="已经撤销"):
        cancel_case(ledger, case, why="再撤", **WHO)


def test_a_case_that_holds_material_is_not_cancelled(ledger: Ledger) -> None:
    case = ledger.view.case(sample.CHECKED)
    assert case is not None
    with pytest.raises(UsageError, match="已有材料"):
        cancel_case(ledger, case, why="误开", **WHO)


@pytest.mark.parametrize(
    ("held", "named"),
    [
        (
            [
                ArrivalTaken(
                    arrival=ArrivalId("A-20220401-0077"), path="来函.pdf", bytes=1,
                    sha256=sample.digest("letter"), received_at=sample.FRIDAY, media_type="application/pdf",
                ),
                ArrivalJudged(arrival=ArrivalId("A-20220401-0077"), outcome="linked", case=NEW),
            ],
            "A-20220401-0077",
        ),
        ([RegisterEntered(entry=sample.entry("internal-review", "N1", "2022-03-31", case=NEW))], "N1"),
    ],
)  # fmt: skip
def test_a_case_with_a_letter_or_an_entry_is_not_cancelled(
    ledger: Ledger, held: list[Event], named: str
) -> None:
    made = open_case(
        ledger, contract="WJB", enterprise=sample.enterprises()[0].id, kind="new-enterprise",
        on=date(2022, 4, 1), actor="test",
    )  # fmt: skip
    assert made.id == NEW
    ledger.append("test", *held)
    with pytest.raises(UsageError, match=named):
        cancel_case(ledger, made, why="误开", **WHO)


def test_nothing_is_entered_into_a_cancelled_case(ledger: Ledger, tmp_path: Path) -> None:
    made = open_case(
        ledger, contract="WJB", enterprise=sample.enterprises()[0].id, kind="new-enterprise",
        on=date(2022, 4, 1), actor="test",
    )  # fmt: skip
    cancel_case(ledger, made, why="误开", **WHO)
    told = tmp_path / "登记.yaml"
    told.write_text("类型: 督促\n到达时间: 2022-04-01 09:00\n督促方式: 电话\n", encoding="utf-8")
    before = ledger.head
    with pytest.raises(UsageError, match="已撤销：误开"):
        record_visit_file(
            told, case=made, ledger=ledger, originals=Originals(tmp_path / "originals"), actor="test"
        )
    assert ledger.head == before


def test_an_entry_taken_back_gives_way_to_the_one_it_replaced(ledger: Ledger) -> None:
    first = sample.entry("assessment", "A", "2022-03-01", attachment=None)
    ledger.append("test", RegisterEntered(entry=first))
    ledger.append("test", RegisterEntered(entry=replace(first, on=date(2022, 3, 9))))

    def now() -> list[date]:
        return [each.on for each in ledger.view.entries("assessment")]

    assert now() == [date(2022, 3, 9)]
    withdraw_entry(ledger, "assessment", "A", why="登错", **WHO)
    assert now() == [date(2022, 3, 1)]
    withdraw_entry(ledger, "assessment", "A", why="登错", **WHO)
    assert now() == []
    with pytest.raises(UsageError):
        withdraw_entry(ledger, "assessment", "A", why="登错", **WHO)


def test_an_assignment_is_taken_back(ledger: Ledger) -> None:
    film = ledger.view.recordings(sample.CHECKED)[0]
    release_by_person(ledger, film.sha256, why="指派错了", **WHO)
    assert ledger.view.recordings(sample.CHECKED) == ()
    found = ledger.view.recording(film.sha256)
    assert found is not None
    assert found.visit is None
    with pytest.raises(UsageError, match="没有指派"):
        release_by_person(ledger, film.sha256, why="再撤", **WHO)


def test_a_journal_with_all_of_it_opens_again(ledger: Ledger, tmp_path: Path) -> None:
    withdraw_visit(ledger, VisitId(f"{sample.CLOSED}-V1"), why="误登", follow=released_from, **WHO)
    again = EmbeddedLedger.open(tmp_path / "ledger")
    assert again.view.head == ledger.view.head
    assert again.view.visits(sample.CLOSED) == ledger.view.visits(sample.CLOSED)
