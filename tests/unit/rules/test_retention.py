"""Photographs leave the archive as records do, the camera's own file no earlier than its picture."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from evidence.domain.facts import Facts
from evidence.domain.hazard import Capture, Picture
from evidence.domain.identifiers import CaseId, Sha256, VisitId
from evidence.domain.register import Hold
from evidence.handover.disposal import disposed, register
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import VisitRecorded
from evidence.ledger.upkeep import DisposedItem, MaterialDisposed
from evidence.rules.facts_index import FactsIndex
from evidence.rules.parameters import Parameters
from evidence.rules.retention import disposables
from tests.support import sample

LATER = sample.instant("2033-01-03")
"""More than the ten years of records after the last visit."""
COPY, CAMERA = Sha256("c" * 64), Sha256("d" * 64)
DROPPED, SCAN = Sha256("e" * 64), Sha256("9" * 64)


def _picture(sha256: Sha256, original: Sha256) -> Picture:
    captured = Capture(original=original, device_time=sample.instant("2022-03-15"))
    return Picture(sha256=sha256, name="IMG_1.jpg", media_type="image/jpeg", bytes=9, captured=captured)


def _facts(*, original: Sha256 = CAMERA, sent: bool = True) -> Facts:
    """The closed case; its first hazard has a photograph from a telephone."""
    facts = sample.on_hazard(sample.week_facts(), "H01", photos=(COPY,))
    facts = sample.on_visit(
        facts, f"{sample.CLOSED}-V1", pictures=(_picture(COPY, original), _picture(DROPPED, DROPPED))
    )
    packages = facts.packages
    if sent:
        packages = tuple(replace(each, originals=(*each.originals, COPY)) for each in packages)
    receipts = tuple(sample.receipt(each.id, "2022-04-02") for each in packages)
    return replace(facts, packages=packages, receipts=receipts)


def _rows(facts: Facts, at: datetime = LATER) -> dict[str, tuple[str, str]]:
    index = FactsIndex(facts, Parameters(), at)
    return {
        each.sha256: (each.kind, each.stopped_by)
        for each in disposables(index)
        if each.kind in {"照片", "相机原图"}
    }


def test_photograph_and_cameras_file_are_proposed_with_the_records() -> None:
    found = _rows(_facts())
    assert found == {COPY: ("照片", ""), CAMERA: ("相机原图", ""), DROPPED: ("照片", "")}


def test_nothing_is_proposed_before_the_records_period_ended() -> None:
    assert _rows(_facts(), sample.instant("2031-12-01")) == {}


def test_the_cameras_file_stays_while_its_picture_is_not_handed_over() -> None:
    found = _rows(_facts(sent=False))
    assert found[COPY] == ("照片", "尚未移交")
    assert found[CAMERA] == ("相机原图", "尚未移交")
    assert found[DROPPED] == ("照片", ""), "no record shows it any more: it goes in no package"


def test_the_cameras_file_stays_with_the_last_picture_made_of_it() -> None:
    """A corrected visit shows another copy of the same file; the earlier copy is owed to nobody."""
    earlier = replace(_picture(DROPPED, CAMERA), name="IMG_0.jpg")
    facts = sample.on_visit(
        _facts(sent=False), f"{sample.CLOSED}-V1", pictures=(earlier, _picture(COPY, CAMERA))
    )
    found = _rows(facts)
    assert found == {
        COPY: ("照片", "尚未移交"), CAMERA: ("相机原图", "尚未移交"), DROPPED: ("照片", ""),
    }  # fmt: skip


def test_a_photograph_of_two_visits_stays_while_one_of_them_is_held() -> None:
    facts = _held_visit(sample.on_visit(_facts(), f"{sample.CLOSED}-V2", pictures=(_picture(COPY, CAMERA),)))
    found = _rows(facts)
    assert found[COPY] == ("照片", f"{sample.CLOSED}-V2 已封存")
    assert found[CAMERA] == ("相机原图", f"{sample.CLOSED}-V2 已封存")
    assert found[DROPPED] == ("照片", "")


def test_bytes_that_one_row_of_a_case_keeps_go_with_no_other_row(tmp_path: Path) -> None:
    """A photograph of one visit was filed as the scan of a record of another, which is held."""
    facts = _held_visit(_facts(original=SCAN))
    (case,) = [each for each in facts.cases if each.case.id == sample.CLOSED]
    scans = [each for each in case.documents if each.scans and each.form.visit == f"{sample.CLOSED}-V2"]
    shared = replace(scans[0], scans=(replace(scans[0].scans[0], sha256=SCAN), *scans[0].scans[1:]))
    documents = tuple(shared if each is scans[0] else each for each in case.documents)
    facts = replace(
        facts,
        cases=tuple(replace(each, documents=documents) if each is case else each for each in facts.cases),
    )
    rows = register(EmbeddedLedger.open(tmp_path / "ledger"), facts, Parameters(), LATER)
    mine = [each for each in rows if each.sha256 == SCAN]
    assert {each.kind for each in mine} == {"记录", "相机原图"}
    assert not any(each.may_go for each in mine)


def _held_visit(facts: Facts) -> Facts:
    """The second visit of the closed case is disputed."""
    held = Hold(
        case=CaseId(sample.CLOSED), why="争议", by="P1", at=sample.FRIDAY,
        visit=VisitId(f"{sample.CLOSED}-V2"),
    )  # fmt: skip
    cases = (replace(each, holds=(held,)) if each.case.id == sample.CLOSED else each for each in facts.cases)
    return replace(facts, cases=tuple(cases))


def test_a_file_that_is_record_and_original_at_once_is_one_row() -> None:
    assert COPY in _rows(_facts(original=COPY))
    assert CAMERA not in _rows(_facts(original=COPY))


@pytest.mark.parametrize("field", ["sha256", "original"])
def test_what_a_case_still_kept_cites_stays(field: str, tmp_path: Path) -> None:
    facts = _facts()
    other = _picture(COPY, Sha256("f" * 64)) if field == "sha256" else _picture(Sha256("f" * 64), CAMERA)
    facts = sample.on_visit(facts, f"{sample.CHECKED}-V1", pictures=(other,))
    ledger = EmbeddedLedger.open(tmp_path / "ledger")
    shared = COPY if field == "sha256" else CAMERA
    rows = register(ledger, facts, Parameters(), LATER)
    (stopped,) = {each.stopped_by for each in rows if (each.case, each.sha256) == (sample.CLOSED, shared)}
    assert stopped == "尚有其他案件或材料引用"


@pytest.mark.parametrize("seen_in", ["hazard", "camera"])
def test_bytes_that_were_entered_again_are_there_and_no_later_act_destroys_them(
    seen_in: str, tmp_path: Path
) -> None:
    ledger = EmbeddedLedger.open(tmp_path / "ledger")
    item = DisposedItem(
        sha256=COPY, kind="照片", name="IMG_1.jpg", case=sample.CLOSED, until=date(2032, 4, 1), clause="x"
    )
    ledger.append("x", MaterialDisposed(items=(item,), approval=SCAN, by="P1", why="保管期满"))
    assert list(disposed(ledger)) == [COPY]
    (visit, *_others) = next(each.visits for each in sample.week_facts().cases if each.visits)
    pictures = (_picture(DROPPED, COPY),) if seen_in == "camera" else ()
    hazards = (replace(visit.hazards[0], photos=(COPY,)),) if seen_in == "hazard" else ()
    ledger.append("x", VisitRecorded(visit=replace(visit, hazards=hazards, pictures=pictures)))
    assert list(disposed(ledger)) == []
