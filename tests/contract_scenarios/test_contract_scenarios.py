"""Every scenario of this folder: what a user enters, and what the contract's words make of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from evidence import config
from evidence.domain.week import Week, local_date
from tests.support.scenario_runner.compare import differences, unlisted
from tests.support.scenario_runner.steps import Course
from tests.support.scenario_runner.table import Judgement, Situation, situations
from tests.support.scenario_runner.workspace import Agencies, Clock


@pytest.fixture(scope="module")
def agencies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agencies]:
    """Workspaces of this module, copied from starting points filled once; commands read their clock."""
    clock = Clock()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(config, "open_workspace", clock.open_workspace)
        yield Agencies(tmp_path_factory.mktemp("情形"), clock)


def marked(one: Situation) -> Any:
    """Where a form is issued LibreOffice is started."""
    printed = any(step.act == "签发" for step in one.steps)
    return pytest.param(one, id=f"{one.file}-{one.name}", marks=[pytest.mark.office] if printed else [])


@pytest.mark.parametrize("situation", [marked(one) for one in situations()])
def test_the_words_of_the_contract(situation: Situation, agencies: Agencies) -> None:
    course = Course(situation, agencies)
    for step in situation.steps:
        course.take(step)
    wrong = [line for one in situation.judgements for line in judged(course, one)]
    assert not wrong, "\n".join(["", *wrong])


def judged(course: Course, one: Judgement) -> list[str]:
    """What `check` says of each case and of the week at that moment, against what the scenario expects."""
    agency = course.agency
    agency.now = max(agency.now, one.at)
    week = str(Week.of(local_date(one.at)))
    code, findings = agency.findings("--week", week, at=one.at)
    judged_in_week = {row["subject"]["case"] for row in findings}
    for case in course.cases:
        if case not in judged_in_week:
            findings += agency.findings("--case", case, at=one.at)[1]
    wrong = differences(one.expected, findings, course.ids())
    if one.listed:
        wrong += unlisted(one.listed, agency.due(at=one.at))
    if one.exit_code is not None and code != one.exit_code:
        wrong.append(f"退出码应是 {one.exit_code}，得到 {code}")
    return [f"{one.at:%Y-%m-%d %H:%M} {line}" for line in wrong]
