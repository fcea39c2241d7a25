"""Which visit a recording belongs to: certain, or a question with suggestions."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from evidence.domain.case import Channel, Visit, VisitKind
from evidence.domain.identifiers import CaseId, PersonId, Sha256, VisitId
from evidence.domain.parties import Device, Person, Role
from evidence.domain.recording import Recording
from evidence.recordings.assign import Assignment, assign
from evidence.recordings.clock import ONLY_CONTAINER

ARRIVED = datetime(2022, 3, 14, 0, 55, tzinfo=UTC)
WANG, LI = PersonId("P-01"), PersonId("P-02")
DEVICES = (
    Device(serial="0012345", holder=WANG, officer_id="000123", aliases=("ZFY-A",)),
    Device(serial="0012346", holder=LI, officer_id="000124"),
)
PEOPLE = (
    Person(id=WANG, name="王明", role=Role.MEMBER),
    Person(id=LI, name="李华", role=Role.MEMBER),
)


def _visit(n: int, start_min: int, minutes: int, **more: object) -> Visit:
    arrived = ARRIVED + timedelta(minutes=start_min)
    facts = {
        "id": VisitId(f"WJB22-000{n}-V1"), "case": CaseId(f"WJB22-000{n}"), "kind": VisitKind.CHECK,
        "arrived_at": arrived, "left_at": arrived + timedelta(minutes=minutes), "experts": (WANG,),
        "devices": ("0012345",),
    } | more  # fmt: skip
    return Visit(**facts)  # type: ignore[arg-type]


def _file(start_min: int, minutes: int, **more: object) -> Recording:
    facts = {
        "sha256": Sha256("1" * 64), "name": "x.mp4", "bytes": 1, "device": "0012345",
        "started_at": ARRIVED + timedelta(minutes=start_min), "duration_ms": minutes * 60_000,
        "video": True, "audio": True,
    } | more  # fmt: skip
    return Recording(**facts)  # type: ignore[arg-type]


def _one(recording: Recording, *visits: Visit, devices: tuple[Device, ...] = DEVICES) -> Assignment:
    return assign([recording], visits, devices, PEOPLE)[0]


FIRST, SECOND = _visit(1, 0, 60), _visit(2, 120, 60)


def test_device_and_time_together_are_certain() -> None:
    found = _one(_file(0, 60), FIRST, SECOND)
    assert found.visit == FIRST.id
    assert found.person == WANG
    assert found.doubts == ()


def test_an_alias_of_the_device_counts() -> None:
    assert _one(_file(0, 60, device="ZFY-A"), FIRST).visit == FIRST.id


def test_the_holder_at_the_visit_is_enough_when_no_device_was_noted() -> None:
    assert _one(_file(0, 60), replace(FIRST, devices=())).visit == FIRST.id


def test_the_wearers_name_in_the_file_name_counts() -> None:
    named = _file(0, 60, device="", name="王明@202203140855000000.mp4")
    assert _one(named, replace(FIRST, devices=())).visit == FIRST.id


def test_the_officer_number_finds_the_device() -> None:
    assert _one(_file(0, 60, device="", officer="000123"), FIRST).visit == FIRST.id


def test_another_persons_recorder_is_a_question() -> None:
    found = _one(_file(0, 60, device="0012346"), FIRST)
    assert found.visit is None
    assert found.suggestions == (FIRST.id,)


def test_an_unregistered_device_is_a_question_with_its_next_step() -> None:
    found = _one(_file(0, 60, device="7777777"), FIRST)
    assert found.visit is None
    assert found.suggestions == (FIRST.id,)
    assert "登记" in found.why


def test_a_register_entry_out_of_date_does_not_count() -> None:
    ended = (replace(DEVICES[0], to_date=date(2022, 3, 13)),)
    assert _one(_file(0, 60), FIRST, devices=ended).visit is None


def test_outside_every_visit_the_days_visits_are_suggested() -> None:
    found = _one(_file(300, 10), FIRST, SECOND)
    assert found.visit is None
    assert set(found.suggestions) == {FIRST.id, SECOND.id}
    assert "时钟" in found.why


def test_without_a_time_the_devices_visits_are_suggested() -> None:
    found = _one(_file(0, 60, started_at=None), FIRST)
    assert found.visit is None
    assert found.suggestions == (FIRST.id,)


def test_a_container_time_alone_is_tried_in_both_zones() -> None:
    shifted = _file(480, 60, doubts=(ONLY_CONTAINER,))
    found = _one(shifted, FIRST, SECOND)
    assert found.visit is None
    assert FIRST.id in found.suggestions


def test_a_file_across_two_visits_goes_to_the_longer_share_with_a_doubt() -> None:
    found = _one(_file(30, 150), FIRST, replace(SECOND, arrived_at=ARRIVED + timedelta(minutes=90)))
    assert found.visit == SECOND.id
    assert FIRST.id in found.suggestions
    assert found.doubts


def test_two_visits_at_one_time_claiming_one_recorder_are_a_question() -> None:
    rival = _visit(2, 10, 60)
    found = _one(_file(0, 60), FIRST, rival)
    assert found.visit is None
    assert set(found.suggestions) == {FIRST.id, rival.id}


def test_two_devices_with_one_serial_are_a_question() -> None:
    files = [_file(0, 60), _file(10, 60, sha256=Sha256("2" * 64))]
    found = assign(files, [FIRST], DEVICES, PEOPLE)
    assert [each.visit for each in found] == [None, None]
    assert all("同一编号" in each.why for each in found)


def test_consecutive_files_of_one_device_are_fine() -> None:
    files = [_file(0, 30), _file(30, 30, sha256=Sha256("2" * 64))]
    assert [each.visit for each in assign(files, [FIRST], DEVICES, PEOPLE)] == [FIRST.id, FIRST.id]


def test_only_the_version_in_force_counts() -> None:
    corrected = replace(
        FIRST, version=2, arrived_at=ARRIVED + timedelta(days=1), left_at=ARRIVED + timedelta(days=1, hours=1)
    )
    assert _one(_file(0, 60), FIRST, corrected).visit is None


def test_a_telephone_urging_is_not_filmed() -> None:
    call = _visit(1, 0, 60, kind=VisitKind.URGING, channel=Channel.PHONE)
    assert _one(_file(0, 60), call).visit is None
    assert _one(_file(0, 60), replace(call, channel=Channel.ON_SITE)).visit == call.id
