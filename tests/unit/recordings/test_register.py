"""Footage that stays where it is: registered, revised when more is known, audited later."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from evidence.domain.case import Case, CaseKind, Visit, VisitKind
from evidence.domain.coverage import CoverageLimits
from evidence.domain.identifiers import ArrivalId, CaseId, EnterpriseId, PersonId, VisitId
from evidence.domain.parties import Device, Enterprise, EnterpriseClass, Person, Role
from evidence.errors import UsageError
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import CaseOpened, PartiesImported, VisitRecorded
from evidence.ledger.ledger import Ledger
from evidence.ledger.view import View
from evidence.recordings.assign import CLAIMED_BY_SEVERAL
from evidence.recordings.decide import (
    assign_by_person,
    enter_offset,
    find_recording,
    journal_audit,
    visit_against_footage,
)
from evidence.recordings.exports import read_export
from evidence.recordings.reaudit import Standing, audit_footage
from evidence.recordings.register import Registered, footage_below, register_in_place
from evidence.recordings.revise import claimed_by, revise
from evidence.recordings.settings import RecordingsSettings
from tests.support.clips import make_clip

NOW = datetime(2022, 3, 15, 1, tzinfo=UTC)
ARRIVED = datetime(2022, 3, 14, 1, 30, tzinfo=UTC)
CASE, VISIT, WANG = CaseId("WJB22-0001"), VisitId("WJB22-0001-V1"), PersonId("P-01")
SETTINGS = RecordingsSettings(samples=0)
NAME = "0012345_000123_20220314093005.MP4"
THE_VISIT = Visit(
    id=VISIT, case=CASE, kind=VisitKind.CHECK, arrived_at=ARRIVED, left_at=ARRIVED + timedelta(seconds=60),
    experts=(WANG,), devices=("0012345",),
)  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    made = EmbeddedLedger.open(tmp_path / "ledger", clock=lambda: NOW)
    enterprise = Enterprise(
        id=EnterpriseId("X-1"), name="甲公司", short_name="甲", classes=(EnterpriseClass.BELOW_SCALE,)
    )
    made.append(
        "test",
        PartiesImported(
            source="0" * 64,  # type: ignore[arg-type]
            enterprises=(enterprise,),
            people=(Person(id=WANG, name="王明", role=Role.MEMBER),),
            devices=(Device(serial="0012345", holder=WANG),),
        ),
        CaseOpened(
            case=Case(id=CASE, enterprise=enterprise.id, kind=CaseKind.ANNUAL, opened_on=date(2022, 3, 14))
        ),
    )
    return made


def _number(view: View, now: datetime) -> ArrivalId:
    return ArrivalId(f"A-20220315-{len(view.arrivals()) + 1:04d}")


def _register(ledger: Ledger, *paths: Path) -> list[Registered]:
    return list(
        register_in_place(
            footage_below(paths),
            ledger=ledger,
            settings=SETTINGS,
            actor="资料员",
            now=lambda: NOW,
            number=_number,
        )
    )


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    folder = tmp_path / "nas" / "2022-03-14"
    folder.mkdir(parents=True)
    return make_clip(folder / NAME, seconds=3)


def test_a_file_is_registered_where_it_lies(ledger: Ledger, clip: Path) -> None:
    ledger.append("test", VisitRecorded(visit=THE_VISIT))
    (found,) = _register(ledger, clip.parent.parent)
    assert found.outcome == "linked"
    (recording,) = ledger.view.recordings(CASE)
    assert recording.path == str(clip)
    assert recording.visit == VISIT
    assert recording.person == WANG
    taken = next(entry for entry in ledger.entries() if entry.kind == ArrivalTaken.KIND)
    assert taken.payload["by_reference"] == str(clip)


def test_registering_twice_is_said(ledger: Ledger, clip: Path) -> None:
    first, second = _register(ledger, clip, clip)
    assert (first.outcome, second.outcome) == ("unidentified", "duplicate")
    assert first.arrival in second.message


def test_a_broken_file_does_not_stop_the_others(ledger: Ledger, clip: Path) -> None:
    (clip.parent / "a.mp4").write_bytes(b"")
    (clip.parent / "b.mp4").write_bytes(b"junk" * 100)
    assert [each.outcome for each in _register(ledger, clip.parent)] == [
        "unidentified",
        "quarantined",
        "quarantined",
    ]


def test_a_card_beside_the_file_names_the_recorder(ledger: Ledger, clip: Path) -> None:
    plain = clip.rename(clip.parent / "MOVI0001.MP4")
    (clip.parent.parent / "PARAM.INI").write_bytes(b"[ZFY]\nDevNo=0012345\nPolNo=000123\n")
    (found,) = _register(ledger, plain)
    assert found.recording is not None
    assert found.recording.device == "0012345"


def test_a_visit_entered_later_finds_its_footage(ledger: Ledger, clip: Path) -> None:
    (found,) = _register(ledger, clip)
    assert found.outcome == "unidentified"
    ledger.append("test", VisitRecorded(visit=THE_VISIT))
    ledger.transact("system", lambda view: revise(view, SETTINGS))
    assert ledger.view.recordings(CASE)[0].visit == VISIT
    arrival = ledger.view.arrival(ArrivalId(found.arrival))
    assert arrival is not None
    assert arrival.outcome == "linked"
    assert ledger.transact("system", lambda view: revise(view, SETTINGS)) == ()


def test_a_list_that_comes_later_names_the_recorder(ledger: Ledger, clip: Path, tmp_path: Path) -> None:
    ledger.append("test", VisitRecorded(visit=THE_VISIT))
    plain = clip.rename(clip.parent / "MOVI0001.MP4")
    _register(ledger, plain)
    listing = tmp_path / "list.csv"
    listing.write_text(
        f"wjbh,cpxh,start_time,wjcd,wjdx\nMOVI0001.MP4,0012345,2022-03-14 09:30:05,3,{plain.stat().st_size}\n"
    )
    ledger.append(
        "test",
        ArrivalTaken(
            arrival=ArrivalId("A-20220315-0002"), path="list.csv", sha256="1" * 64, bytes=1,  # type: ignore[arg-type]
            received_at=NOW, media_type="text/csv",
        ),
        ArrivalJudged(
            arrival=ArrivalId("A-20220315-0002"), outcome="linked", recordings=read_export(listing)
        ),
    )  # fmt: skip
    ledger.transact("system", lambda view: revise(view, SETTINGS))
    (recording,) = ledger.view.recordings(CASE)
    assert recording.device == "0012345"
    assert recording.started_at == ARRIVED + timedelta(seconds=5)
    assert ledger.transact("system", lambda view: revise(view, SETTINGS)) == ()


def test_a_measured_clock_moves_the_footage(ledger: Ledger, clip: Path) -> None:
    ledger.append("test", VisitRecorded(visit=THE_VISIT))
    _register(ledger, clip)
    enter_offset(
        ledger, "0012345", shown=NOW + timedelta(seconds=95), real=NOW, proof=None,
        valid_from=None, valid_to=None, by="资料员",
    )  # fmt: skip
    ledger.transact("system", lambda view: revise(view, SETTINGS))
    (recording,) = ledger.view.recordings(CASE)
    assert recording.started_at == ARRIVED + timedelta(seconds=5 - 95)
    assert ledger.transact("system", lambda view: revise(view, SETTINGS)) == ()


def test_a_second_visit_that_claims_the_same_film_makes_it_a_question(ledger: Ledger, clip: Path) -> None:
    ledger.append("test", VisitRecorded(visit=THE_VISIT))
    _register(ledger, clip)
    assert ledger.view.recordings(CASE)[0].visit == VISIT
    rival = replace(THE_VISIT, id=VisitId("WJB22-0001-V2"))
    ledger.append("test", VisitRecorded(visit=rival))
    ledger.transact("system", lambda view: revise(view, SETTINGS))
    (recording,) = ledger.view.recordings()
    assert not recording.visit
    assert set(recording.suggestions) == {VISIT, rival.id}
    assert "多次检查同时主张本段录像。" in recording.doubts
    assign_by_person(ledger, recording.sha256, VISIT, why="看过录像", by="资料员")
    ledger.transact("system", lambda view: revise(view, SETTINGS))
    assert ledger.view.recordings()[0].visit == VISIT
    assert CLAIMED_BY_SEVERAL not in ledger.view.recordings()[0].doubts  # a person has answered it


def test_a_rival_claim_is_a_question_from_the_moment_it_is_entered(ledger: Ledger, clip: Path) -> None:
    ledger.append("test", VisitRecorded(visit=THE_VISIT))
    _register(ledger, clip)
    rival = replace(THE_VISIT, id=VisitId("WJB22-0002-V1"), case=CaseId("WJB22-0002"))
    _enter(ledger, rival)
    (recording,) = ledger.view.recordings()
    assert recording.visit is None
    assert set(recording.suggestions) == {VISIT, rival.id}
    assert CLAIMED_BY_SEVERAL in recording.doubts
    arrival = ledger.view.arrival(ArrivalId(recording.arrival))
    assert arrival is not None
    assert arrival.outcome == "unidentified"
    _enter(ledger, replace(rival, version=2, devices=("0099999",), experts=()))
    (recording,) = ledger.view.recordings()
    assert recording.visit == VISIT
    assert recording.doubts == ()


def test_a_visit_that_claims_nothing_changes_nothing(ledger: Ledger, clip: Path) -> None:
    ledger.append("test", VisitRecorded(visit=THE_VISIT))
    _register(ledger, clip)
    later = replace(
        THE_VISIT, id=VisitId("WJB22-0001-V2"), arrived_at=ARRIVED + timedelta(days=9), left_at=None
    )
    assert claimed_by(ledger.view, later, SETTINGS) == ()
    same_day = replace(later, arrived_at=ARRIVED + timedelta(hours=5))
    assert claimed_by(ledger.view, same_day, SETTINGS) == ()


def test_a_visit_moved_away_gives_its_footage_back(ledger: Ledger, clip: Path) -> None:
    ledger.append("test", VisitRecorded(visit=THE_VISIT))
    _register(ledger, clip)
    _enter(ledger, replace(THE_VISIT, version=2, arrived_at=ARRIVED + timedelta(days=9), left_at=None))
    assert ledger.view.recordings()[0].visit is None


def _enter(ledger: Ledger, visit: Visit) -> None:
    ledger.transact("test", lambda view: (VisitRecorded(visit=visit), *claimed_by(view, visit, SETTINGS)))


def test_what_a_person_assigned_stays(ledger: Ledger, clip: Path) -> None:
    other = replace(THE_VISIT, id=VisitId("WJB22-0001-V2"), arrived_at=ARRIVED + timedelta(days=1))
    ledger.append("test", VisitRecorded(visit=THE_VISIT), VisitRecorded(visit=replace(other, left_at=None)))
    (found,) = _register(ledger, clip)
    assert found.recording is not None
    assign_by_person(ledger, found.recording.sha256[:12], other.id, why="试验指派", by="资料员")
    ledger.transact("system", lambda view: revise(view, SETTINGS))
    assert ledger.view.recordings(CASE)[0].visit == other.id
    assert ledger.view.recordings(CASE)[0].assigned_by == "资料员"


@pytest.mark.parametrize(
    ("by", "why", "said"), [("P01", "看过画面内容", "P01参加了"), ("资料员", "。。。。", "没有实质内容")]
)
def test_a_film_is_not_assigned_by_who_was_there_nor_without_a_reason(
    ledger: Ledger, clip: Path, by: str, why: str, said: str
) -> None:
    ledger.append("test", VisitRecorded(visit=replace(THE_VISIT, experts=(PersonId("P01"),))))
    (found,) = _register(ledger, clip)
    assert found.recording is not None
    before = ledger.head
    with pytest.raises(UsageError, match=said):
        assign_by_person(ledger, found.recording.sha256, VISIT, why=why, by=by)
    assert ledger.head == before


def test_unknown_recordings_and_visits_are_usage_errors(ledger: Ledger, clip: Path) -> None:
    _register(ledger, clip)
    with pytest.raises(UsageError):
        find_recording(ledger.view, "ffff")
    with pytest.raises(UsageError):
        find_recording(ledger.view, "")
    digest = ledger.view.recordings()[0].sha256
    with pytest.raises(UsageError):
        assign_by_person(ledger, digest, VisitId("WJB22-0009-V1"), why="试验指派", by="y")


def test_coverage_of_a_visit_is_judged_from_the_ledger(ledger: Ledger, clip: Path) -> None:
    ledger.append("test", VisitRecorded(visit=THE_VISIT))
    _register(ledger, clip)
    _facts, own, found = visit_against_footage(ledger.view, VISIT, CoverageLimits(tolerance_s=10))
    assert len(own) == 1
    assert found.verdict == "fail"
    assert found.covered_s == 3


@pytest.mark.parametrize(
    ("change", "standing"),
    [
        (lambda clip: None, Standing.SAME),
        (lambda clip: clip.unlink(), Standing.MISSING),
        (lambda clip: clip.write_bytes(clip.read_bytes()[:-1]), Standing.CHANGED),
        (lambda clip: clip.write_bytes(clip.read_bytes()[:-1] + b"x"), Standing.CHANGED),
        (lambda clip: clip.rename(clip.parent.parent / "elsewhere.mp4"), Standing.MOVED),
    ],
)
def test_an_audit_tells_what_became_of_a_file(
    ledger: Ledger, clip: Path, change: object, standing: Standing
) -> None:
    _register(ledger, clip)
    change(clip)  # type: ignore[operator]
    results = list(audit_footage(ledger.view.recordings(), [clip.parent.parent]))
    assert [each.standing for each in results] == [standing]
    journal_audit(ledger, results)
    (recording,) = ledger.view.recordings()
    moved = str(clip.parent.parent / "elsewhere.mp4")
    assert recording.path == (moved if standing is Standing.MOVED else str(clip))
