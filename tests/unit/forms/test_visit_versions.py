"""What is entered again about a visit: a new version with its difference; nothing is overwritten."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.domain.case import Clocked, in_force
from evidence.domain.case_files import pictures_of
from evidence.domain.hazard import Capture, Picture
from evidence.domain.identifiers import Sha256, VisitId
from evidence.errors import UsageError
from evidence.forms.device_report import DeviceReport
from evidence.forms.source import IssueRequest
from tests.support import sample as week
from tests.support.forms_fixture import FormsWorld
from tests.support.visits_fixture import CHECK, OTHER, RECHECK, REPORT, enter, refused, visits_fixture


@pytest.fixture
def world(tmp_path: Path) -> FormsWorld:
    return visits_fixture(tmp_path)


def test_the_same_file_twice_changes_nothing(world: FormsWorld) -> None:
    enter(world, CHECK)
    before = world.ledger.head
    assert enter(world, CHECK).unchanged
    assert world.ledger.head == before


def test_a_corrected_file_is_a_new_version_with_its_difference(world: FormsWorld) -> None:
    enter(world, CHECK)
    recorded = enter(world, CHECK.replace("2022-03-30", "2022-04-02").replace("结果: 合格", "结果: 不合格"))
    assert (recorded.id, recorded.version, recorded.new) == ("WJB22-0002-V1", 2, False)
    assert set(recorded.differences) == {
        "隐患 1 · 整改期限：2022-03-30 → 2022-04-02",
        "检查项目 1 · 结果：合格 → 不合格",
    }
    assert [visit.version for visit in world.ledger.view.visits(OTHER)] == [1, 2]


def test_a_second_visit_of_the_day_can_be_told_apart(world: FormsWorld) -> None:
    enter(world, CHECK)
    assert enter(world, CHECK, separate=True).id == "WJB22-0002-V2"


def test_correcting_a_visit_of_another_kind_is_refused(world: FormsWorld) -> None:
    enter(world, CHECK)
    urging = "类型: 督促\n到达时间: 2022-03-23 10:00\n检查人员: P01\n督促方式: 电话\n企业态度: 积极\n"
    with pytest.raises(UsageError):
        enter(world, urging, visit="WJB22-0002-V1")
    assert enter(world, urging).id == "WJB22-0002-V2"


def test_a_report_and_its_review_are_one_version_and_a_second_report_the_next(world: FormsWorld) -> None:
    enter(world, CHECK)
    assert enter(world, REPORT).version == 1
    reviewed = enter(world, REPORT + "审核人: P01\n审核日期: 2022-03-29\n审核结论: 明显不符合\n")
    assert (reviewed.version, reviewed.new) == (1, False)
    assert enter(world, REPORT.replace("03-28", "03-30")).version == 2


def test_an_escalation_gets_its_receipt_later(world: FormsWorld) -> None:
    enter(world, CHECK)
    text = "类型: 上报\n上报情形: 重大事故隐患\n收件单位: 安监科\n上报时间: 2022-03-15 15:05\n上报隐患: H01\n"
    assert enter(world, text).id == "E1"
    receipt = enter(world, text + "签收时间: 2022-03-15 16:20\n")
    assert receipt.id == "E1"
    assert receipt.differences[0].startswith("签收时间：（空） → 2022-03-15T08:20")
    (escalation,) = world.ledger.view.escalations(OTHER)
    assert escalation.receipt_at == datetime(2022, 3, 15, 8, 20, tzinfo=UTC)


def test_a_correction_keeps_the_numbers_of_its_hazards(world: FormsWorld) -> None:
    enter(world, CHECK)
    enter(world, CHECK.replace("2022-03-15", "2022-03-22"))
    corrected = CHECK.replace("2022-03-15", "2022-03-22").replace("无防护罩", "防护罩损坏")
    enter(
        world,
        corrected.replace("{部位: 一车间", "{编号: H03, 部位: 一车间").replace(
            "{部位: 二", "{编号: H04, 部位: 二"
        ),
    )
    newest = max(world.ledger.view.visits(OTHER), key=lambda visit: (visit.id, visit.version))
    assert (newest.version, [hazard.id for hazard in newest.hazards]) == (2, ["H03", "H04"])


def test_a_result_for_a_hazard_that_was_corrected_away_is_refused(world: FormsWorld) -> None:
    enter(world, CHECK)
    gone = CHECK.replace("- {部位: 二车间, 描述: 通道堵塞, 立即整改: 是, 已交底: 是}\n", "")
    enter(world, gone)
    assert "没有隐患 H02" in refused(world, RECHECK)


def test_what_a_telephone_says_beside_facts_that_the_desk_entered_is_kept(world: FormsWorld) -> None:
    first = enter(world, CHECK)
    pressed = Clocked(what="arrived", device_time=datetime(2022, 4, 1, 1, 0, 7, tzinfo=UTC), ahead_ms=-3000)
    for _time in range(2):  # sent twice, journalled once; nobody has to say what is only added
        told = enter(world, CHECK, device=DeviceReport(clocked=(pressed,)), settled=False)
        assert not told.differences
        (standing,) = (each for each in in_force(world.ledger.view.visits(OTHER)) if each.id == first.id)
        assert (standing.version, standing.clocked) == (2, (pressed,))
    assert told.unchanged
    again = replace(pressed, ahead_ms=-2990)  # the clocks are compared anew with every sending
    assert enter(world, CHECK, device=DeviceReport(clocked=(again,))).unchanged
    left = Clocked(what="left", device_time=datetime(2022, 4, 1, 3, 30, 2, tzinfo=UTC))
    enter(world, CHECK, device=DeviceReport(clocked=(left,)))
    (standing,) = (each for each in in_force(world.ledger.view.visits(OTHER)) if each.id == first.id)
    assert standing.clocked == (pressed, left)


def test_what_a_telephone_adds_does_not_outdate_a_record_that_was_printed(world: FormsWorld) -> None:
    first = enter(world, CHECK)
    world.issue(IssueRequest(form="JC", case=OTHER, visit=VisitId(first.id)))
    pressed = Clocked(what="arrived", device_time=datetime(2022, 4, 1, 1, 0, 7, tzinfo=UTC), ahead_ms=-3000)
    assert enter(world, CHECK, device=DeviceReport(clocked=(pressed,))).unchanged
    assert len(world.ledger.view.visits(OTHER)) == 1


def test_what_was_said_of_a_photograph_later_goes_before_what_was_not() -> None:
    digest = Sha256("ab" * 32)
    plain = Picture(sha256=digest, name="a.jpg", media_type="image/jpeg", bytes=7)
    said = replace(
        plain,
        captured=Capture(original=Sha256("cd" * 32), device_time=datetime(2022, 4, 1, 1, tzinfo=UTC)),
    )
    case = next(case for case in week.week_facts().cases if case.visits)
    visit = replace(case.visits[0], pictures=(plain,))
    gained = replace(visit, version=visit.version + 1, pictures=(said,))
    assert pictures_of(replace(case, visits=(visit, gained)))[digest] == said
    forgotten = replace(gained, version=gained.version + 1, pictures=(plain,))
    assert pictures_of(replace(case, visits=(visit, gained, forgotten)))[digest] == said
