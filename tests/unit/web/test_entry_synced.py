"""Which visit a blank paper that came back is about, when the visit was entered before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from evidence.config import Workspace, open_workspace
from evidence.domain.case import Case
from evidence.domain.identifiers import CaseId
from evidence.settings import SETTINGS_FILE
from evidence.web.entry_synced import visit_of_paper
from evidence.web.week_forms import wanted_on
from tests.support import sample
from tests.support.first_contract import SETTINGS_TEXT

CASE = CaseId("WJB22-0001")
DAY = date(2022, 3, 28)


def _workspace(root: Path, *, paper: bool, recorded: bool = False, visited: bool = True) -> Workspace:
    """One check, entered; its blank paper back or not, its own record issued or not."""
    (root / SETTINGS_FILE).write_text(SETTINGS_TEXT, encoding="utf-8")
    workspace = open_workspace(root, clock=lambda: sample.FRIDAY)
    whole = sample.checked_case(CASE, enterprise=0, day=DAY)
    (visit,) = whole.visits
    made = sample.document(CASE, "inspection-record", DAY, visit=visit)
    blank = sample.document(CASE, "inspection-record", DAY, visit=visit, running=2)
    blank = replace(blank, form=replace(blank.form, blank=True, visit=None, visit_version=None))
    documents = (*((made,) if recorded else ()), *((blank,) if paper else ()))
    case = replace(whole, visits=(visit,) if visited else (), documents=documents, recordings=())
    facts = replace(sample.week_facts(), cases=(case,), services=())
    workspace.ledger.append("test", *sample.journal_events(facts), at=sample.FRIDAY - timedelta(hours=2))
    return workspace


def _case(workspace: Workspace) -> Case:
    found = workspace.ledger.view.case(CASE)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("paper", "recorded", "visited", "found"),
    [
        (True, False, True, True),
        (True, True, True, False),
        (False, False, True, False),
        (True, False, False, False),
    ],
)
def test_a_paper_starts_from_the_visit_that_has_no_other_record(
    tmp_path: Path, paper: bool, recorded: bool, visited: bool, found: bool
) -> None:
    workspace = _workspace(tmp_path, paper=paper, recorded=recorded, visited=visited)
    visit = visit_of_paper(workspace.ledger.view, _case(workspace), "检查", "")
    assert (visit is not None) == found
    assert visit_of_paper(workspace.ledger.view, _case(workspace), "复查", "") is None


@pytest.mark.parametrize(
    ("paper", "recorded", "wanted"),
    [
        (False, False, "filled"),
        (False, True, "none: signed paper is back"),
        (True, False, "none: filled in by hand"),
    ],
)
def test_the_days_records_are_filled_where_the_visit_was_entered(
    tmp_path: Path, paper: bool, recorded: bool, wanted: str
) -> None:
    workspace = _workspace(tmp_path, paper=paper, recorded=recorded)
    view = workspace.ledger.view
    line = replace(
        next(line for plan in sample.plans() for line in plan.lines if line.work.name == "CHECK"),
        day=DAY,
        enterprise=sample.enterprises()[0].id,
        case=None,
    )
    found = wanted_on(view, replace(sample.plans()[0], lines=(line,)), DAY)
    if wanted != "filled":
        assert found == []
        return
    (one,) = found
    assert one.visit == view.visits(CASE)[0].id
    assert one.request(CASE).blank is False
    assert one.request(CASE).visit == one.visit
