"""Guidance, a longer deadline, the end of a case, undertakings, letters: what each says from the facts."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evidence.domain.case import Trigger, VisitKind
from evidence.domain.hazard import Grade, HazardResult, HazardState
from evidence.domain.identifiers import Number
from evidence.domain.register import Plan, PlanLine, PlannedWork
from evidence.domain.week import local_instant
from evidence.errors import UsageError
from evidence.forms.content.letters import reference_number
from evidence.forms.content.weekly import plan_values
from evidence.forms.page_marks import page_boxes
from evidence.forms.people import read_contacts
from evidence.forms.settings import EachPage
from evidence.ledger.events import EscalationRecorded, PartiesImported
from evidence.rules.registry import RULESETS
from tests.support.forms_fixture import CASE, CODE, EXPERTS, FormsWorld, forms_fixture
from tests.unit.forms.test_content import change, guide, values


@pytest.fixture
def world(tmp_path: Path) -> FormsWorld:
    """One enterprise with its chain: three hazards."""
    return forms_fixture(tmp_path)


def rechecked(world: FormsWorld, *states: HazardState) -> None:
    """What the last recheck found, hazard by hazard."""
    results = tuple(
        HazardResult(
            hazard=f"H{n:02d}",
            state=state,
            new_deadline=None if state is HazardState.RECTIFIED else date(2022, 4, 20),
        )
        for n, state in enumerate(states, 1)
    )
    change(world, VisitKind.RECHECK, results=results)


DONE, OPEN = HazardState.RECTIFIED, HazardState.UNRECTIFIED


def test_guidance_ticks_the_subjects_covered_and_no_others(world: FormsWorld) -> None:
    guide(world)
    found, marks = values(world, "ZD")
    ticked = {row["内容"]: row["完成"][0] for row in found["指导内容"]}
    assert ticked == {"责任制": "☑", "自查自改": "☐", "系统申报": "☐", "风险辨识": "☑"}
    assert {"expert-1", "visited"} <= marks.required
    assert "enterprise-seal" not in marks.required
    assert found["发现隐患"] == "无"


def test_guidance_names_the_hazards_found_on_it(world: FormsWorld) -> None:
    check = next(v for v in world.ledger.view.visits(CASE) if v.kind is VisitKind.CHECK)
    guide(world, hazards=(dataclasses.replace(check.hazards[0], id="H09"),))
    assert values(world, "ZD")[0]["发现隐患"].startswith("H09 ")


def test_a_longer_deadline_is_asked_for_what_is_open_and_never_for_a_major_one(world: FormsWorld) -> None:
    rechecked(world, DONE, OPEN, OPEN)
    found, _marks = values(world, "YQ")
    assert [(row["序号"], row["申请期限"]) for row in found["延期"]] == [
        ("2", "2022-04-20"),
        ("3", "2022-04-20"),
    ]
    check = next(v for v in reversed(world.ledger.view.visits(CASE)) if v.kind is VisitKind.CHECK)
    major = dataclasses.replace(check.hazards[1], grade=Grade.MAJOR)
    change(world, VisitKind.CHECK, hazards=(check.hazards[0], major, check.hazards[2]))
    assert [row["序号"] for row in values(world, "YQ")[0]["延期"]] == ["3"]
    rechecked(world, DONE, DONE, DONE)
    with pytest.raises(UsageError, match="没有可以延期"):
        values(world, "YQ")


def test_a_case_with_open_hazards_never_ends_as_closed(world: FormsWorld) -> None:
    rechecked(world, DONE, OPEN, DONE)
    with pytest.raises(UsageError, match="1 项隐患未确认整改"):
        values(world, "JA")
    told = {"终结情形": "☑ 搬迁", "情况说明": "企业已搬迁，设备拆除"}
    found, _marks = values(world, "JA", values=told)
    assert found["未整改"].startswith("2. ")
    assert found["隐患小结"] == "共3项，已整改2项，未整改1项"
    rechecked(world, DONE, DONE, DONE)
    found, _marks = values(world, "JA")
    assert found["终结情形"].startswith("☑ 整改闭环")
    assert (found["未整改"], found["批准人"]) == ("无", "李建国")
    assert [row["环节"] for row in found["经过"]] == ["检查", "督促", "复查", "约谈"]


@pytest.mark.parametrize(("form", "signer"), [("CN", "declarant"), ("LH", "declarant"), ("BG", "applicant")])
def test_a_paper_about_a_person_is_filled_from_the_roster(world: FormsWorld, form: str, signer: str) -> None:
    found, marks = values(world, form, experts=EXPERTS[:1])
    assert found["人员编号"] == EXPERTS[0]
    assert signer in marks.required
    assert "☑" not in str(found.get("有无关系", ""))
    again, _marks = values(world, form, values={"人员编号": EXPERTS[1]})
    assert again["人员编号"] == EXPERTS[1]
    with pytest.raises(UsageError, match="关于一个人"):
        values(world, form)


def test_every_form_names_rules_that_exist(world: FormsWorld) -> None:
    known = {rule.id for rule in RULESETS[-1].rules}
    implied = {"ZD", "YQ", "JA", "CN", "LH", "BG"}
    for form in world.catalogue:
        assert set(form.served_rules) <= known, form.id
        assert form.served_rules or form.code not in implied, form.id


def test_a_report_upward_names_who_signs_its_basis_and_its_enclosures(world: FormsWorld) -> None:
    found, _marks = values(world, "SB")
    assert found["签发人"] == "李建国"
    assert "服务合同附件五（二）1" in found["依据"]
    assert "《中华人民共和国安全生产法》第四十一条" in found["依据"]
    assert (found["附件"], found["附件数"]) == ("无", "0件")
    assert found["发现与上报"] == ""


def test_a_report_of_a_major_hazard_lists_it_alone_with_both_hours(world: FormsWorld) -> None:
    check = next(v for v in reversed(world.ledger.view.visits(CASE)) if v.kind is VisitKind.CHECK)
    major = dataclasses.replace(check.hazards[0], grade=Grade.MAJOR)
    change(world, VisitKind.CHECK, hazards=(major, *check.hazards[1:]))
    last = world.ledger.view.escalations(CASE)[-1]
    report = dataclasses.replace(
        last,
        id="E9",
        trigger=Trigger.MAJOR,
        hazards=("H01", "H02"),
        reported_at=local_instant(date(2022, 3, 14), 15, 5),
    )
    world.ledger.append("test", EscalationRecorded(escalation=report))
    found, _marks = values(world, "SB", values={"上报编号": "E9"})
    assert [row["序号"] for row in found["未改隐患"]] == ["1"]
    assert found["清单名称"] == "重大事故隐患清单"
    assert "2022年3月14日9时00分至2022年3月14日11时30分的现场检查" in found["发现与上报"]
    assert "上报时间：2022年3月14日15时05分" in found["发现与上报"]


def test_a_notice_of_interview_names_its_basis(world: FormsWorld) -> None:
    found, _marks = values(world, "YT")
    assert found["依据"] == "服务合同附件五（二）1和《中华人民共和国安全生产法》第六十五条"


def test_a_letter_s_number_is_unique_because_the_form_s_is(world: FormsWorld) -> None:
    first, second = Number("WJB22-0001-SB-001"), Number("WJB22-0012-SB-002")
    assert reference_number(first, world.settings, date(2022, 3, 24)) == "WJB〔2022〕1-1号"
    assert reference_number(second, world.settings, date(2022, 3, 24)) == "WJB〔2022〕12-2号"
    forms = dataclasses.replace(world.settings.forms, letter_sign="承安")
    named = dataclasses.replace(world.settings, forms=forms)
    assert reference_number(first, named, date(2022, 3, 24)) == "承安〔2022〕1-1号"


def test_a_notice_to_an_enterprise_says_why_it_is_told(world: FormsWorld) -> None:
    assert values(world, "GZ")[0]["情形"].startswith("☑ 新进企业")
    known = world.ledger.view.enterprise(CODE)
    assert known is not None
    old = dataclasses.replace(known, entered_zone=None)
    world.ledger.append("test", PartiesImported(source="0" * 64, enterprises=(old,)))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="为何须告知"):
        values(world, "GZ")
    assert values(world, "GZ", values={"情形": "☑ 厂中厂"})[0]["情形"] == "☑ 厂中厂"
    marks = values(world, "GZ", values={"情形": "☑ 厂中厂"})[1]
    assert {"notifier", "visited", "agency-seal", "enterprise-seal"} <= marks.required


def test_a_record_without_hazards_names_no_day_of_recheck(tmp_path: Path) -> None:
    clean = forms_fixture(tmp_path, hazards=0)
    assert values(clean, "JC")[0]["计划复查时间"] == "无需复查"


def test_the_plan_says_whom_to_call_and_who_approves(world: FormsWorld) -> None:
    line = PlanLine(day=date(2022, 4, 6), enterprise=CODE, work=PlannedWork.CHECK)
    plan = Plan(week="2022-W14", filed_on=date(2022, 4, 1), lines=(line,))

    def contacts(enterprise: Any) -> Any:
        return read_contacts(world.originals, enterprise.contacts)

    found = plan_values(plan, world.ledger.view, world.settings, contacts=contacts)
    assert found["计划"][0]["联系人"] == "张伟\n0519-86000001"
    assert found["批准人"] == "李建国"
    assert found["周次"] == "2022年第14周（2022-W14）"


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (EachPage.NOTHING, []),
        (EachPage.SIGNATURE, ["page-2-expert", "page-2-visited"]),
        (EachPage.SEAM, ["page-2-seam"]),
    ],
)
def test_marks_on_each_page_are_boxes_that_nobody_must_fill(wanted: EachPage, names: list[str]) -> None:
    boxes = page_boxes(wanted, 2, 5, 595.3, 841.9)
    assert [box.box for box in boxes] == names
    assert not any(box.required for box in boxes)
    assert all(box.x >= 0 and box.x + box.w <= 595.31 for box in boxes)
    assert page_boxes(wanted, 1, 1, 595.3, 841.9) == ()
