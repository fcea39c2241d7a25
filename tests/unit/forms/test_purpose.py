"""A form whose facts contradict what it is for is not issued, and both are named."""

from __future__ import annotations

import dataclasses
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evidence.domain.case import Attitude, Escalation, Trigger, VisitKind
from evidence.domain.hazard import HazardState
from evidence.domain.week import local_instant
from evidence.errors import InputError
from evidence.forms.content.marks import Marks
from evidence.forms.content.purpose import refuse_contradiction
from evidence.forms.content.registry import form_values
from evidence.forms.source import IssueRequest, Source, find_source
from evidence.ledger.events import EscalationRecorded, VisitRecorded
from tests.support.forms_fixture import CASE, FormsWorld, forms_fixture


@pytest.fixture
def world(tmp_path: Path) -> FormsWorld:
    return forms_fixture(tmp_path / "ws")


def source(world: FormsWorld, form: str, **more: Any) -> Source:
    declared = world.catalogue.form(form)
    return find_source(
        IssueRequest(form=form, case=CASE, **more),
        form=declared,
        folder=world.catalogue.folder / declared.id,
        view=world.ledger.view,
        originals=world.originals,
        settings=world.settings,
    )


def change(world: FormsWorld, kind: VisitKind, **changes: Any) -> None:
    """A new version of the world's visit of a kind."""
    old = max((v for v in world.ledger.view.visits(CASE) if v.kind is kind), key=lambda v: v.version)
    world.ledger.append(
        "test", VisitRecorded(visit=dataclasses.replace(old, version=old.version + 1, **changes))
    )


def report(world: FormsWorld, trigger: Trigger, **changes: Any) -> None:
    old: Escalation = world.ledger.view.escalations(CASE)[-1]
    made = dataclasses.replace(
        old, id=f"E{len(world.ledger.view.escalations(CASE)) + 1}", trigger=trigger, **changes
    )
    world.ledger.append("test", EscalationRecorded(escalation=made))


def refusal(world: FormsWorld, form: str = "SB", **more: Any) -> str:
    with pytest.raises(InputError) as refused:
        refuse_contradiction(source(world, form, **more))
    return str(refused.value)


def text(world: FormsWorld) -> str:
    asked = source(world, "SB")
    refuse_contradiction(asked)
    return str(form_values(asked, Marks(form=asked.form))["事实"])


def test_a_report_of_passivity_after_an_active_urging_names_both(world: FormsWorld) -> None:
    report(world, Trigger.PASSIVE)
    said = refusal(world)
    assert "不积极整改" in said
    assert "2022-03-23 督促登记的企业态度是“积极”" in said


def test_an_attitude_left_blank_is_no_passivity(world: FormsWorld) -> None:
    report(world, Trigger.PASSIVE)
    change(world, VisitKind.URGING, attitude=None)
    assert "“未填”" in refusal(world)


def test_what_came_after_the_report_neither_supports_nor_contradicts_it(world: FormsWorld) -> None:
    report(world, Trigger.PASSIVE, reported_at=local_instant(date(2022, 3, 22), 9))
    change(world, VisitKind.URGING, attitude=Attitude.PASSIVE)
    assert "没有登记过督促" in refusal(world, values={"上报编号": "E2"})


def test_its_text_tells_only_what_triggered_it(world: FormsWorld) -> None:
    report(world, Trigger.PASSIVE)
    change(world, VisitKind.URGING, attitude=Attitude.PASSIVE)
    said = text(world)
    assert "2022年3月23日督促时，企业仍不积极主动整改" in said
    assert "态度积极" not in said
    assert "复查" not in said


def test_an_active_attitude_is_not_told_in_a_report_of_lateness(world: FormsWorld) -> None:
    said = text(world)
    assert "积极" not in said
    assert "2022年3月31日进行了现场复查，仍有1项未整改到位" in said


def test_a_report_of_lateness_without_a_recheck_that_found_something(world: FormsWorld) -> None:
    recheck = next(v for v in world.ledger.view.visits(CASE) if v.kind is VisitKind.RECHECK)
    done = tuple(dataclasses.replace(one, state=HazardState.RECTIFIED) for one in recheck.results)
    change(world, VisitKind.RECHECK, results=done)
    assert "2022-03-31 复查登记的隐患已全部整改" in refusal(world)
    assert "2022-03-31 复查登记的隐患已全部整改" in refusal(world, "YT")
    report(world, Trigger.OVERDUE, reported_at=local_instant(date(2022, 3, 30), 9))
    assert "没有登记过复查" in refusal(world, values={"上报编号": "E2"})


def test_a_report_of_a_major_hazard_that_is_entered_as_ordinary(world: FormsWorld) -> None:
    report(world, Trigger.MAJOR)
    assert "H03 登记的等级都是“一般”" in refusal(world)


def test_a_record_of_no_hazard_that_lists_some(world: FormsWorld) -> None:
    refuse_contradiction(source(world, "JC"))
    change(world, VisitKind.CHECK, hazards_none=True)
    assert "又列有 3 项隐患" in refusal(world, "JC")
    refuse_contradiction(source(world, "JC", blank=True))
