"""Pages of one file on the places they belong to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evidence.domain.identifiers import ArrivalId, Number
from evidence.errors import UsageError
from evidence.inbox.placing import Placement
from evidence.ledger.arrival_events import ArrivalJudged, Suggestion, UnlinkedPage
from evidence.ledger.embedded import EmbeddedLedger
from evidence.web.sorting import lay_out, placements_of
from tests.support import sample

RECORD = Number("WJB22-0002-JC-001")
OTHER = Number("WJB22-0001-FC-001")


def _judged(view: object) -> ArrivalJudged:
    document = view.document(RECORD)  # type: ignore[attr-defined]
    scan = replace(document.scans[0], index=0, page=1)
    return ArrivalJudged(
        arrival=ArrivalId("A-20220401-0001"),
        outcome="unidentified",
        message="",
        pages=(scan,),
        unlinked=(
            UnlinkedPage(
                index=1, reason="no_code", picture=sample.digest("page"),
                suggestions=(Suggestion(number=OTHER, page=1, score=700, why="标题相符"),),
            ),
        ),
        blank_pages=(2,),
    )  # fmt: skip


@pytest.fixture
def view(tmp_path: object) -> object:
    ledger = EmbeddedLedger.open(tmp_path / "ledger")  # type: ignore[operator]
    ledger.append("test", *sample.journal_events(sample.week_facts()))
    return ledger.view


def test_every_page_of_the_file_lies_somewhere(view: object) -> None:
    layout = lay_out(view, _judged(view), "A-20220401-0001")  # type: ignore[arg-type]
    assert layout.tiles == 3
    assert [tile.index for tile in layout.tray] == [1, 2]
    assert [lane.number for lane in layout.lanes] == [RECORD, OTHER]
    (tile,) = (slot.tile for slot in layout.lanes[0].slots if slot.tile)
    assert tile.linked
    assert tile.slot == f"{RECORD}/1"


def test_a_form_asked_for_gets_its_places_and_an_unknown_one_none(view: object) -> None:
    asked = [Number("WJB22-0003-JC-001"), Number("WJB22-0999-JC-001")]
    layout = lay_out(view, _judged(view), "A-20220401-0001", asked)  # type: ignore[arg-type]
    assert [lane.number for lane in layout.lanes] == [RECORD, asked[0], OTHER]


def test_only_what_moved_is_decided(view: object) -> None:
    sent = {"slot-0": f"{RECORD}/1", "slot-1": f"{RECORD}/2", "slot-2": "", "why": "x", "slot-x": "y/1"}
    assert placements_of(sent, _judged(view)) == [Placement(index=1, number=RECORD, page=2)]


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"slot-0": f"{RECORD}/1"},
        {"slot-1": f"{RECORD}/1"},
        {"slot-1": f"{OTHER}/1", "slot-2": f"{OTHER}/1"},
    ],
    ids=["nothing", "nothing moved", "on an occupied place", "two on one place"],
)
def test_what_makes_no_sense_is_refused(view: object, sent: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        placements_of(sent, _judged(view))
