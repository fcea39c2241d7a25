"""What each form says, from the facts alone; nothing is rendered here."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evidence.domain.case import Attitude, Channel, Refusal, Trigger, Visit, VisitKind
from evidence.domain.hazard import HazardState
from evidence.domain.identifiers import Sha256, VisitId
from evidence.domain.parties import Campaign, CampaignKind
from evidence.domain.register import PartOfDay, Plan, PlanLine, PlannedWork
from evidence.domain.week import Week, local_instant
from evidence.errors import UsageError
from evidence.forms.content.campaign import campaign_values
from evidence.forms.content.marks import Marks
from evidence.forms.content.registry import form_values
from evidence.forms.content.weekly import handover_values, plan_values, receipt_values
from evidence.forms.source import IssueRequest, find_source
from evidence.ledger.events import EscalationRecorded, PartiesImported, VisitRecorded
from tests.support.forms_fixture import CASE, CODE, EXPERTS, FormsWorld, forms_fixture


@pytest.fixture
def world(tmp_path: Path) -> FormsWorld:
    """One enterprise with its chain."""
    return forms_fixture(tmp_path)


def values(world: FormsWorld, form: str, **more: Any) -> tuple[dict[str, Any], Marks]:
    """Field values and boxes of one form."""
    declared = world.catalogue.form(form)
    source = find_source(
        IssueRequest(form=form, case=CASE, **more),
        form=declared,
        folder=world.catalogue.folder / declared.id,
        view=world.ledger.view,
        originals=world.originals,
        settings=world.settings,
    )
    marks = Marks(form=declared)
    return form_values(source, marks), marks


def change(world: FormsWorld, kind: VisitKind, **changes: Any) -> None:
    """A new version of the visit of that kind."""
    visit = next(v for v in reversed(world.ledger.view.visits(CASE)) if v.kind is kind)
    new: Visit = dataclasses.replace(visit, version=visit.version + 1, **changes)
    world.ledger.append("test", VisitRecorded(visit=new))


def guide(world: FormsWorld, **changes: Any) -> None:
    """A guidance visit on the first of April."""
    visit = Visit(
        id=VisitId(f"{CASE}-V9"),
        case=CASE,
        kind=VisitKind.GUIDANCE,
        arrived_at=local_instant(date(2022, 4, 1), 9),
        experts=EXPERTS[:1],
        topics=("责任制", "风险辨识"),
    )
    world.ledger.append("test", VisitRecorded(visit=dataclasses.replace(visit, **changes)))


def test_each_form_gives_every_field_it_declares(world: FormsWorld) -> None:
    guide(world)
    why = {"终结情形": "☑ 停产", "情况说明": "已停产，设备断电"}
    for form in world.catalogue:
        if form.weekly and not form.personal:
            continue
        given = {"values": why} if form.id == "case-closure" else {}
        found, _marks = values(world, form.id, **given, **({"experts": EXPERTS[:1]} if form.personal else {}))
        names = {declared.name for declared in form.fields} - {"编号"}
        assert names <= set(found), form.id


def test_the_newest_version_of_a_visit_is_printed(world: FormsWorld) -> None:
    change(world, VisitKind.CHECK, scope="三号车间")
    assert values(world, "JC")[0]["检查场所"] == "三号车间"


def test_a_heavy_enterprise_has_room_for_two_experts_and_a_supervisor(world: FormsWorld) -> None:
    _found, marks = values(world, "JC", blank=True)
    assert {"expert-1", "expert-2", "supervisor-1"} <= marks.required


def test_a_blank_form_of_a_light_enterprise_has_room_for_one(tmp_path: Path) -> None:
    light = forms_fixture(tmp_path, heavy=False)
    case = light.ledger.view.case(CASE)
    assert case is not None
    source = find_source(
        IssueRequest(form="JC", case=CASE, blank=True, experts=EXPERTS[:1]),
        form=light.catalogue.form("JC"),
        folder=light.catalogue.folder / "inspection-record",
        view=light.ledger.view,
        originals=light.originals,
        settings=light.settings,
    )
    marks = Marks(form=light.catalogue.form("JC"))
    form_values(dataclasses.replace(source, visit=None), marks)
    assert {box for box in marks.required if box.startswith(("expert", "supervisor"))} == {"expert-1"}
    assert marks.persons["expert-1"] == "P01"


def test_a_refusal_is_printed_with_reason_and_witness(world: FormsWorld) -> None:
    assert values(world, "JC")[0]["拒签情况"] == "无"
    refusal = Refusal(role="principal", reason="不认可隐患2", witness="王强")
    change(world, VisitKind.CHECK, refusals=(refusal,), areas_refused=("三号库",))
    text = values(world, "JC")[0]["拒签情况"]
    assert text == "主要负责人拒绝签名，原因：不认可隐患2。见证人：王强。企业未开放场所：三号库。"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2022, 3, 28), "期满前1天"),
        (date(2022, 3, 29), "期满当天"),
        (date(2022, 3, 30), "期满后第1天"),
        (date(2022, 4, 3), "期满后第5天"),
    ],
)
def test_a_recheck_says_how_it_lies_to_the_deadline(world: FormsWorld, day: date, said: str) -> None:
    change(world, VisitKind.RECHECK, arrived_at=local_instant(day, 0, 1))
    assert values(world, "FC")[0]["期限说明"] == said


def test_a_recheck_concludes_from_its_results(world: FormsWorld) -> None:
    found, _marks = values(world, "FC")
    assert "☑ 未全部整改到位" in found["总体结论"]
    assert found["复查小结"] == "2项已整改，1项未整改"
    assert found["下次复查时间"] == "2022年4月15日期满后5天内"
    assert "☑ 上报经济发展局安监科" in found["上报去向"], "as it was reported"
    recheck = next(v for v in world.ledger.view.visits(CASE) if v.kind is VisitKind.RECHECK)
    done = tuple(dataclasses.replace(r, state=HazardState.RECTIFIED) for r in recheck.results)
    change(world, VisitKind.RECHECK, results=done)
    found, _marks = values(world, "FC")
    assert "☑ 全部整改到位" in found["总体结论"]
    assert "☑ 无需上报" in found["上报去向"]
    assert found["下次复查时间"] == "—"


def test_a_second_recheck_is_held_to_the_deadline_the_first_one_moved(world: FormsWorld) -> None:
    """The world's recheck moves one deadline to 04-15."""
    first = next(v for v in world.ledger.view.visits(CASE) if v.kind is VisitKind.RECHECK)
    second = dataclasses.replace(
        first,
        id=VisitId(f"{CASE}-V8"),
        version=1,
        arrived_at=local_instant(date(2022, 4, 18), 9),
        left_at=None,
    )
    world.ledger.append("test", VisitRecorded(visit=second))
    found, _marks = values(world, "FC", visit=second.id)
    assert (found["整改期限"], found["期限说明"]) == ("2022年4月15日", "期满后第3天")


def test_a_call_needs_no_signature_of_the_enterprise_but_a_visit_does(world: FormsWorld) -> None:
    found, marks = values(world, "DD")
    assert found["第几天"] == "第9天"
    assert found["通话时长"] == "12分钟"
    assert marks.required == {"urger"}
    change(world, VisitKind.URGING, channel=Channel.ON_SITE, attitude=Attitude.PASSIVE)
    found, marks = values(world, "DD")
    assert marks.required == {"urger", "visited"}
    assert "☑ 不积极" in found["企业态度"]


@pytest.mark.parametrize(
    ("trigger", "title", "advice"),
    [
        (Trigger.PASSIVE, "不积极主动整改隐患问题的报告", "警示约谈"),
        (Trigger.OVERDUE, "逾期未全部整改到位的报告", "依法查处"),
        (Trigger.MAJOR, "存在重大事故隐患的报告", "责令立即排除"),
    ],
)
def test_each_trigger_has_its_own_report(
    world: FormsWorld, trigger: Trigger, title: str, advice: str
) -> None:
    (old,) = world.ledger.view.escalations(CASE)
    world.ledger.append(
        "test", EscalationRecorded(escalation=dataclasses.replace(old, id="E2", trigger=trigger))
    )
    found, _marks = values(world, "SB")
    assert found["标题"] == f"关于常州甲精密机械有限公司\n{title}", "the name is never torn from its title"
    assert advice in found["建议"]
    assert trigger.value in found["事实"]
    assert [row["序号"] for row in found["未改隐患"]] == ["3"]


def test_a_report_can_be_chosen_and_an_absent_one_is_refused(world: FormsWorld) -> None:
    with pytest.raises(UsageError):
        values(world, "SB", values={"上报编号": "E9"})


def test_the_questionnaire_never_comes_with_an_answer(world: FormsWorld) -> None:
    found, _marks = values(world, "WJ")
    assert {mark for row in found["评价"] for mark in row["选项"].values()} == {"☐"}
    assert "☑" not in found["总体评价"]


def test_the_weekly_plan_is_in_order_of_days(world: FormsWorld) -> None:
    lines = tuple(
        PlanLine(day=date(2022, 4, day), enterprise=CODE, work=PlannedWork.CHECK, experts=EXPERTS)
        for day in (6, 4)
    )
    plan = Plan(week="2022-W14", version=2, filed_on=date(2022, 4, 1), lines=lines)
    found = plan_values(plan, world.ledger.view, world.settings)
    assert [row["日期"] for row in found["计划"]] == ["4月4日\n周一", "4月6日\n周三"]
    assert (found["计划"][0]["检查人员"], found["计划"][0]["外聘专家"]) == ("李建国", "周玥")
    assert found["版本"] == "第2版"
    morning, afternoon = (
        dataclasses.replace(lines[1], part_of_day=part) for part in (PartOfDay.MORNING, PartOfDay.AFTERNOON)
    )
    parted = dataclasses.replace(plan, lines=(afternoon, morning))
    found_parted = plan_values(parted, world.ledger.view, world.settings)
    assert [row["日期"] for row in found_parted["计划"]] == ["4月4日\n周一上午", "4月4日\n周一下午"]
    empty = plan_values(dataclasses.replace(plan, lines=()), world.ledger.view, world.settings)
    assert empty["计划小结"] == "下周无检查复查安排"


def test_a_week_without_material_says_so(world: FormsWorld) -> None:
    found = handover_values(
        [], world.settings, week=Week.parse("2022-W13"), package="WJB-2022-W13", completeness="本周无"
    )
    assert found["移交小结"] == "本周没有需要移交的材料"
    assert found["移交日期"] == "2022年4月1日"


def test_the_fingerprint_is_grouped_for_copying(world: FormsWorld) -> None:
    found = receipt_values(
        world.settings,
        week=Week.parse("2022-W13"),
        package="P",
        list_number="N",
        fingerprint="A1B2C3D4E5F60718",
        documents=3,
    )
    assert found["指纹"] == "A1B2-C3D4-E5F6-0718"


def test_a_campaign_counts_targets_that_nobody_visited(world: FormsWorld) -> None:
    campaign = Campaign(
        id="ZX1", topic="粉尘", kind=CampaignKind.SPECIAL, ordered_on=date(2022, 3, 1), targets=(CODE,)
    )
    world.ledger.append("test", PartiesImported(source=Sha256("0" * 64), campaigns=(campaign,)))
    found = campaign_values("ZX1", world.ledger.view, world.settings, on=date(2022, 4, 1))
    assert found["汇总小结"].startswith("应查1家，已查0家；隐患0项")
    assert found["汇总"][0]["检查日期"] == "未检查"
    with pytest.raises(UsageError):
        campaign_values("ZX2", world.ledger.view, world.settings, on=date(2022, 4, 1))


def test_the_regulators_questionnaire_is_signed_by_the_regulator_alone(world: FormsWorld) -> None:
    ours, by_enterprise = values(world, "WJ")
    theirs, by_regulator = values(world, "WJ", values={"来源": "监管部门"})
    assert by_enterprise.required == {"filler"}
    assert by_regulator.required == {"return-visitor"}
    assert (ours["标题"], theirs["标题"]) == ("安全生产第三方服务质量问卷", "安全生产第三方服务质量回访问卷")
    assert "检查人员不得代填" not in theirs["填写要求"]
    with pytest.raises(UsageError):
        values(world, "WJ", values={"来源": "本机构"})
