"""People's decisions: an event with name and reason, then the new outcome; undo is a new event."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evidence.domain.document import MarkVerdict, Placing
from evidence.domain.identifiers import ArrivalId, CaseId, VisitId, make_number
from evidence.errors import MissingPartError, UsageError
from evidence.inbox.deciding import Decider
from evidence.inbox.placing import Placement
from evidence.ledger.events import CaseCancelled, FormVoided
from tests.support.clips import make_clip
from tests.support.inbox_fixture import CASE, CHECK, Room, issue, open_room, picture, real_pdf, scan

WHO = Decider(actor="cli:test", by="王芳", why="看图确认")
OTHER = make_number(CaseId("WJB22-0002"), "JC", 1)
FILM = "TA00716_JX0227_20220328090500.mp4"


@pytest.fixture
def room(tmp_path: Path) -> Room:
    room = open_room(tmp_path)
    issue(room.ledger)
    issue(room.ledger, OTHER)
    return room


def test_a_page_without_code_is_linked_by_a_person_and_its_marks_are_read_on_that_word(room: Room) -> None:
    room.reader.absent.add((CHECK, 2, "escort"))
    arrival = room.take("照片.pdf", scan("no_code"))
    linked = room.desk.place(arrival.id, [Placement(index=0, number=CHECK, page=2)], WHO)
    assert linked.outcome == "linked"
    assert "经 王芳 确认归入" in linked.message
    document = room.ledger.view.document(CHECK)
    assert document is not None
    (page,) = document.scans
    assert (page.page, page.identity, page.arrival, page.sha256) == (2, "proven", arrival.id, arrival.sha256)
    assert page.placed == Placing(by="王芳", why="看图确认")
    verdicts = {mark.box: mark.verdict for mark in page.marks}
    assert verdicts.pop("escort") is MarkVerdict.ABSENT
    assert set(verdicts.values()) == {MarkVerdict.PRESENT}
    (decision,) = linked.decisions
    assert (decision.decision, decision.by, decision.why) == ("link", "王芳", "看图确认")


@pytest.mark.parametrize("fails", [None, MissingPartError("识别组件没有安装")])
def test_a_page_nothing_can_be_read_of_asks_for_every_box(room: Room, fails: Exception | None) -> None:
    arrival = room.take("照片.pdf", scan("unlike"))
    room.reader.fails = fails
    linked = room.desk.place(arrival.id, [Placement(index=0, number=CHECK, page=2)], WHO)
    assert "第2页的陪同人员签名待认定，请看图确认。" in linked.message
    (page,) = room.ledger.view.document(CHECK).scans  # type: ignore[union-attr]
    assert (page.identity, page.placed) == ("person", Placing(by="王芳", why="看图确认"))
    assert {mark.verdict for mark in page.marks} == {MarkVerdict.UNDECIDED}
    better = replace(WHO, by="李主任", why="与签发件逐行对照过", stated=True)
    room.desk.place(arrival.id, [Placement(index=0, number=CHECK, page=2)], better)
    (page,) = room.ledger.view.document(CHECK).scans  # type: ignore[union-attr]
    assert page.placed == Placing(by="李主任", why="与签发件逐行对照过", stated=True)


def test_a_page_filed_by_its_code_alone_is_confirmed_by_placing_it_where_it_lies(room: Room) -> None:
    arrival = room.take("扫描.pdf", scan(f"{CHECK}/2"))
    judged = arrival.judged
    assert judged is not None
    (read,) = judged.pages
    room.ledger.append("test", replace(judged, pages=(replace(read, identity="code"),)))
    room.desk.place(arrival.id, [Placement(index=0, number=CHECK, page=2)], WHO)
    (page,) = room.ledger.view.document(CHECK).scans  # type: ignore[union-attr]
    assert (page.identity, page.placed) == ("person", Placing(by="王芳", why="看图确认"))
    assert page.marks == read.marks


@pytest.mark.parametrize("by", ["P01", "张安"])
def test_nobody_places_the_pages_of_an_own_visit(room: Room, by: str) -> None:
    arrival = room.take("混扫.pdf", scan("no_code", "no_code"))
    before = room.ledger.head
    both = [Placement(index=n, number=CHECK, page=n + 1) for n in (0, 1)]
    with pytest.raises(UsageError, match="不能认定自己的记录"):
        room.desk.place(arrival.id, both, replace(WHO, by=by))
    assert room.ledger.head == before


def test_a_mixed_file_is_split_over_documents_and_the_rest_keeps_waiting(room: Room) -> None:
    arrival = room.take("混扫.pdf", scan(f"{CHECK}/1", "no_code", "no_code", "no_code"))
    parts = [Placement(index=1, number=CHECK, page=2), Placement(index=3, number=OTHER, page=1)]
    split = room.desk.place(arrival.id, parts, WHO)
    assert split.outcome == "unidentified"
    assert "文件中第3页仍待归入" in split.message
    assert room.ledger.view.document(CHECK).missing_pages == ()  # type: ignore[union-attr]
    assert room.ledger.view.document(OTHER).missing_pages == (2,)  # type: ignore[union-attr]
    assert split.decisions[-1].decision == "split"


def test_what_the_program_linked_can_be_moved_by_a_person(room: Room) -> None:
    arrival = room.take("扫描.pdf", scan(f"{CHECK}/1"))
    room.desk.place(arrival.id, [Placement(index=0, number=OTHER, page=1)], WHO)
    assert room.ledger.view.document(CHECK).scans == ()  # type: ignore[union-attr]
    assert len(room.ledger.view.document(OTHER).scans) == 1  # type: ignore[union-attr]


def test_undo_restores_the_outcome_before_as_a_new_event(room: Room) -> None:
    arrival = room.take("照片.pdf", scan("no_code"))
    room.desk.place(arrival.id, [Placement(index=0, number=CHECK, page=1)], WHO)
    before = room.ledger.head.size
    undone = room.desk.undo(arrival.id, WHO)
    assert (undone.outcome, undone.message) == (arrival.outcome, arrival.message)
    assert room.ledger.view.document(CHECK).scans == ()  # type: ignore[union-attr]
    assert room.ledger.head.size == before + 2
    with pytest.raises(UsageError, match="没有可以撤销的决定"):
        room.desk.undo(arrival.id, WHO)


@pytest.mark.parametrize(
    ("placement", "words"),
    [
        (Placement(index=0, number=make_number(CASE, "JC", 9), page=1), "没有签发过编号"),
        (Placement(index=0, number=CHECK, page=7), "没有第 7 页"),
        (Placement(index=5, number=CHECK, page=1), "没有第 6 页"),
    ],
)
def test_impossible_links_are_refused_and_leave_no_trace(
    room: Room, placement: Placement, words: str
) -> None:
    arrival = room.take("照片.pdf", scan("no_code"))
    before = room.ledger.head
    with pytest.raises(UsageError, match=words):
        room.desk.place(arrival.id, [placement], WHO)
    assert room.ledger.head == before


def test_a_void_form_takes_no_pages(room: Room) -> None:
    room.ledger.append("test", FormVoided(number=CHECK, why="写错"))
    arrival = room.take("照片.pdf", scan("no_code"))
    with pytest.raises(UsageError, match="已作废：写错"):
        room.desk.place(arrival.id, [Placement(index=0, number=CHECK, page=1)], WHO)


def test_one_page_image_cannot_be_two_pages(room: Room) -> None:
    arrival = room.take("照片.pdf", scan("no_code"))
    twice = [Placement(index=0, number=CHECK, page=page) for page in (1, 2)]
    with pytest.raises(UsageError, match="不能归入两处"):
        room.desk.place(arrival.id, twice, WHO)


def test_a_photograph_becomes_material_of_a_case(room: Room) -> None:
    arrival = room.take("隐患.jpg", picture("JPEG"))
    linked = room.desk.link_case(arrival.id, CASE, WHO)
    assert linked.judged is not None
    assert (linked.outcome, linked.judged.case) == ("linked", CASE)
    (material,) = room.ledger.view.materials(CASE)
    assert (material.arrival, material.sha256) == (arrival.id, arrival.sha256)
    assert (material.name, material.media_type) == ("隐患.jpg", "image/jpeg")
    assert (material.filed_by, material.why) == (WHO.by, WHO.why)
    with pytest.raises(UsageError, match="没有案件"):
        room.desk.link_case(arrival.id, CaseId("WJB22-0404"), WHO)


def test_material_leaves_its_case_when_the_decision_is_taken_back_or_made_anew(room: Room) -> None:
    arrival = room.take("隐患.jpg", picture("JPEG"))
    room.desk.link_case(arrival.id, CASE, WHO)
    room.desk.undo(arrival.id, WHO)
    assert room.ledger.view.materials(CASE) == ()
    room.desk.link_case(arrival.id, CASE, WHO)
    room.desk.link_edocument(arrival.id, CHECK, WHO)
    assert room.ledger.view.materials(CASE) == ()


def test_a_film_of_a_visit_is_no_material_but_one_filed_with_the_case_is(room: Room, tmp_path: Path) -> None:
    film = room.take("VID_0001.mp4", make_clip(tmp_path / "x.mp4", seconds=1).read_bytes())
    room.desk.link_case(film.id, CASE, WHO)
    assert [each.arrival for each in room.ledger.view.materials(CASE)] == [film.id]
    room.desk.link_visit(film.id, VisitId(f"{CASE}-V1"), WHO)
    assert room.ledger.view.materials(CASE) == ()


def test_a_word_file_becomes_the_electronic_counterpart(room: Room) -> None:
    arrival = room.take("照片.pdf", scan("no_code"))
    room.desk.link_edocument(arrival.id, CHECK, WHO)
    document = room.ledger.view.document(CHECK)
    assert document is not None
    assert document.edocuments == (arrival.sha256,)


def test_reject_keeps_the_bytes_and_the_same_bytes_again_are_looked_at_again(room: Room) -> None:
    content = picture("JPEG")
    arrival = room.take("猫.jpg", content)
    rejected = room.desk.reject(arrival.id, WHO)
    assert (rejected.outcome, rejected.message) == ("quarantined", "已由 王芳 退回：看图确认")
    assert arrival.sha256 in set(room.originals.digests())
    again = room.take("猫.jpg", content)
    assert (again.id, again.outcome) == (arrival.id, "unidentified")
    assert not (room.root / "archive/quarantine" / arrival.id).exists()


def test_retry_after_the_cause_is_gone(room: Room) -> None:
    late = make_number(CaseId("WJB22-0003"), "JC", 1)
    arrival = room.take("早到.pdf", scan(f"{late}/1"))
    assert arrival.reason == "unknown_code"
    issue(room.ledger, late, pages=1)
    retried = room.desk.retry(arrival.id, WHO)
    assert retried.outcome == "linked"
    assert [decision.decision for decision in retried.decisions] == ["retry"]
    assert not (room.root / "archive/quarantine" / arrival.id).exists()


def test_a_duplicate_is_decided_at_its_first(room: Room) -> None:
    first = room.take("甲.pdf", scan("no_code"))
    second = room.take("乙.pdf", scan("no_code"))
    for act in (room.desk.reject, room.desk.retry):
        with pytest.raises(UsageError, match=first.id):
            act(second.id, WHO)


def test_unknown_arrivals_are_named(room: Room) -> None:
    with pytest.raises(UsageError, match="没有到件"):
        room.desk.reject(ArrivalId("A-20220401-0999"), WHO)


def test_a_mark_is_decided_by_a_person_with_a_reason(room: Room) -> None:
    room.reader.absent.add((CHECK, 2, "escort"))
    room.take("扫描.pdf", scan(f"{CHECK}/1", f"{CHECK}/2"))
    room.desk.mark(CHECK, 2, "escort", MarkVerdict.PRESENT, WHO)
    document = room.ledger.view.document(CHECK)
    assert document is not None
    escort = next(mark for mark in document.marks if mark.box == "escort")
    assert (escort.verdict, escort.decided_by, escort.why) == (MarkVerdict.PRESENT, "王芳", "看图确认")
    with pytest.raises(UsageError, match="没有“nobody”"):
        room.desk.mark(CHECK, 2, "nobody", MarkVerdict.PRESENT, WHO)


def test_footage_finds_its_visit_by_recorder_and_time(room: Room, tmp_path: Path) -> None:
    content = make_clip(tmp_path / FILM, seconds=1).read_bytes()
    arrival = room.take(FILM, content)
    assert arrival.outcome == "linked"
    assert arrival.judged is not None
    (recording,) = arrival.judged.recordings
    assert recording.device == "TA00716"
    assert room.ledger.view.recordings(CASE)[0].visit == f"{CASE}-V1"


def test_footage_nobody_can_place_waits_with_suggestions_and_is_linked_by_a_person(
    room: Room, tmp_path: Path
) -> None:
    content = make_clip(tmp_path / "x.mp4", seconds=1).read_bytes()
    arrival = room.take("VID_0001.mp4", content)
    assert arrival.outcome == "unidentified"
    linked = room.desk.link_visit(arrival.id, VisitId(f"{CASE}-V1"), WHO)
    assert linked.outcome == "linked"
    assert room.ledger.view.recordings(CASE)[0].assigned_by == "王芳"
    with pytest.raises(UsageError, match="没有检查活动"):
        room.desk.link_visit(arrival.id, VisitId(f"{CASE}-V9"), WHO)


def test_an_undone_assignment_takes_the_film_from_the_visit(room: Room, tmp_path: Path) -> None:
    arrival = room.take("VID_0001.mp4", make_clip(tmp_path / "x.mp4", seconds=1).read_bytes())
    room.desk.link_visit(arrival.id, VisitId(f"{CASE}-V1"), WHO)
    undone = room.desk.undo(arrival.id, WHO)
    assert undone.outcome == "unidentified"
    assert arrival.sha256 is not None
    recording = room.ledger.view.recording(arrival.sha256)
    assert recording is not None
    assert not recording.visit
    assert room.ledger.view.recordings(CASE) == ()


def test_nothing_is_filed_with_a_cancelled_case(room: Room) -> None:
    arrival = room.take("来函.pdf", real_pdf())
    other = make_number(CaseId("WJB22-0004"), "JC", 1)
    issue(room.ledger, other)
    room.ledger.append("test", CaseCancelled(case=CaseId("WJB22-0004"), why="误开", by="P01"))
    before = room.ledger.head
    with pytest.raises(UsageError, match="已撤销：误开"):
        room.desk.link_case(arrival.id, CaseId("WJB22-0004"), WHO)
    assert room.ledger.head == before


def test_an_undone_assignment_gives_the_film_back_to_the_visit_it_had(room: Room, tmp_path: Path) -> None:
    arrival = room.take(FILM, make_clip(tmp_path / FILM, seconds=1).read_bytes())
    issue(room.ledger, make_number(CaseId("WJB22-0004"), "JC", 1))
    room.desk.link_visit(arrival.id, VisitId("WJB22-0004-V1"), WHO)
    room.desk.undo(arrival.id, WHO)
    assert [each.visit for each in room.ledger.view.recordings(CASE)] == [f"{CASE}-V1"]


@pytest.mark.parametrize("why", ["", " ", ".", "。。。。", "啊啊啊啊", "1234", "看过"])
def test_what_is_no_reason_decides_nothing(why: str) -> None:
    with pytest.raises(UsageError, match="没有实质内容" if why.strip() else "请写明原因"):
        Decider(actor="cli:test", by="王芳", why=why)


@pytest.mark.parametrize("by", ["P01", "张安"])
def test_nobody_reads_the_marks_of_an_own_visit(room: Room, by: str) -> None:
    room.take("记录.pdf", scan(f"{CHECK}/2"))
    size = room.ledger.head.size
    who = Decider(actor="cli:test", by=by, why="看图确认")
    with pytest.raises(UsageError, match="不能认定自己"):
        room.desk.mark(CHECK, 2, "escort", MarkVerdict.PRESENT, who)
    with pytest.raises(UsageError, match="不能认定自己"):
        room.desk.accept_print(CHECK, 2, True, who)
    assert room.ledger.head.size == size
    room.desk.mark(CHECK, 2, "escort", MarkVerdict.PRESENT, WHO)


def test_footage_that_came_before_its_visit_was_entered_finds_it_later(room: Room, tmp_path: Path) -> None:
    later = CaseId("WJB22-0004")
    name = "TA00716_JX0227_20220331093000.mp4"
    content = make_clip(tmp_path / name, seconds=1).read_bytes()
    arrival = room.take(name, content)
    assert arrival.outcome == "unidentified"
    issue(room.ledger, make_number(later, "JC", 1))
    room.ingest()
    found = room.ledger.view.arrival(arrival.id)
    assert found is not None
    assert found.outcome == "linked"
    assert f"已归入 {later}-V1" in found.message
    assert [each.sha256 for each in room.ledger.view.recordings(later)] == [arrival.sha256]
    before = room.ledger.head
    room.ingest()
    assert room.ledger.head == before


def test_a_cut_film_is_incomplete_and_never_counts_with_its_declared_length(
    room: Room, tmp_path: Path
) -> None:
    content = make_clip(tmp_path / FILM, seconds=4, options={"movflags": "+faststart"}).read_bytes()
    arrival = room.take(FILM, content[: len(content) * 6 // 10])
    assert (arrival.outcome, arrival.reason) == ("quarantined", "incomplete")
    assert (room.inbox / FILM).exists()
    assert arrival.judged is not None
    for recording in arrival.judged.recordings:
        assert recording.truncated
        assert (recording.duration_ms or 0) < 4000


def test_card_and_station_files_are_evidence_about_recordings(room: Room) -> None:
    card = room.take("PARAM.INI", b"[ZFY]\r\nDevNo=TA00716\r\nPolNo=JX0227\r\n")
    table = "文件名,设备编号,开始时间,时长(秒)\nx.mp4,TA00716,2022-03-28 09:05:00,60\n"
    export = room.take("清单.csv", table.encode("gbk"))
    assert (card.outcome, export.outcome) == ("linked", "linked")
    assert export.judged is not None
    assert [recording.described for recording in export.judged.recordings] == [True]
    bad = room.take("别的.csv", "列一,列二\n1,2\n".encode())
    assert (bad.outcome, bad.reason) == ("quarantined", "malformed")


def test_flagged_print_is_accepted_or_refused_by_a_person(room: Room) -> None:
    room.take("扫描.pdf", scan(f"{CHECK}/1"))
    room.desk.accept_print(CHECK, 1, True, WHO)
    entry = list(room.ledger.entries())[-1]
    assert (entry.kind, entry.payload["accepted"], entry.payload["by"]) == (
        "alteration.decided/1",
        True,
        "王芳",
    )
