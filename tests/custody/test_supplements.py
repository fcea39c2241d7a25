"""Several supplements of one week, the last of them made after the next week's package."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from evidence.domain.case import Case
from evidence.domain.document import Document
from evidence.domain.identifiers import CaseId
from evidence.ledger.events import CaseOpened, VisitRecorded
from evidence.verify.examine import verify_path
from evidence.verify.model import CheckKind, Indication, Report
from evidence.verify.pdf.task import judge_task
from evidence.verify.series import SeriesReport, verify_series
from tests.custody.ten_weeks import REGULATOR, Clock, Weeks, friday, make_pki, pack, world_arrival, write_keys
from tests.support import sample
from tests.support.handing_over import NAMES, document_events, open_office, record

ORDER = ("W13", "W14", "W14-S1", "W14-S2", "W15", "W14-S3", "W16")
"""As they are made."""


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Weeks:
    """Three cases of W14 lack a page each; the pages come one by one."""
    root, clock = tmp_path_factory.mktemp("supplements") / "agency", Clock()
    agency = make_pki("甲", NAMES.agency)
    root.mkdir()
    write_keys(root / "keys", agency)
    office = open_office(root, clock=clock)
    weeks = Weeks(
        office=office, clock=clock, agency=agency, second=agency, regulator=make_pki("监管", REGULATOR)
    )
    record(office, sample.week_facts())
    pack(weeks, "W13")
    clock.now = friday("W14") - timedelta(hours=5)
    lacking = [_without_its_second_page(weeks, running) for running in (4, 5, 6)]
    for label in ORDER[1:]:
        if "-S" in label:
            clock.now += timedelta(hours=3)
            _bring_the_rest(weeks, lacking.pop(0))
        pack(weeks, label, at=clock.now if "-S" in label else None)
    return weeks


def _without_its_second_page(weeks: Weeks, running: int) -> tuple[Document, int]:
    enterprise = 1 + running % 2
    day = friday("W14").date() - timedelta(days=3)
    facts = sample.checked_case(CaseId(f"WJB22-000{running}"), enterprise, day)
    case: Case = facts.case
    (document,) = facts.documents
    weeks.office.ledger.append(
        "test",
        CaseOpened(case=case),
        *(VisitRecorded(visit=visit) for visit in facts.visits),
        *document_events(
            weeks.office, replace(document, scans=document.scans[:1]), world_arrival(f"00{running}1", "14")
        ),
    )
    return document, running


def _bring_the_rest(weeks: Weeks, lacking: tuple[Document, int]) -> None:
    document, running = lacking
    events = list(document_events(weeks.office, document, world_arrival(f"00{running}2", "14")))
    weeks.office.ledger.append("test", *events[1:])


def judged(story: Weeks, label: str, *kept: str) -> Report:
    return verify_path(
        story.built[label],
        trust=[story.agency.root.pem],
        regulator=story.regulators,
        previous=[story.built[each] for each in kept],
        judge_pdfs=lambda tasks: [judge_task(task) for task in tasks],
    )


def doubts(report: Report) -> list[str]:
    return [
        f"{check.id} {check.message} {check.location}"
        for check in report.checks
        if check.kind in (CheckKind.FAIL, CheckKind.REVIEW)
    ]


@pytest.mark.parametrize("label", ORDER)
def test_each_is_sound_alone_and_beside_any_other(story: Weeks, label: str) -> None:
    assert doubts(judged(story, label)) == []
    for kept in ORDER:
        report = judged(story, label, kept)
        assert doubts(report) == []
        assert report.ledger.witnessed is (kept != label)


def test_a_supplement_claims_no_more_than_what_it_carries(story: Weeks) -> None:
    for label in ("W14-S1", "W14-S2", "W14-S3"):
        report = judged(story, label)
        assert report.completeness.supplement
        assert any("不代表该周完整" in check.message for check in report.checks)
        assert report.completeness.owed_before > 0


def series_of(story: Weeks, folder: Path, *without: str) -> SeriesReport:
    for label in ORDER:
        if label not in without:
            (folder / story.built[label].name).hardlink_to(story.built[label])
    return verify_series(
        folder,
        trust=[story.agency.root.pem],
        judge_pdfs=lambda tasks: [judge_task(task) for task in tasks],
    )


def test_together_they_are_one_series(story: Weeks, tmp_path: Path) -> None:
    series = series_of(story, tmp_path)
    assert (series.indication, series.missing_weeks, series.forks) == (Indication.PASSED, (), ())
    assert [doubts(report) for report in series.packages] == [[]] * len(ORDER)


@pytest.mark.parametrize(
    "without",
    [("W14-S1",), ("W14-S2",), ("W14-S3",), ("W14-S1", "W14-S2", "W15")],
    ids=lambda each: "+".join(each),
)
def test_every_hole_is_named(story: Weeks, tmp_path: Path, without: tuple[str, ...]) -> None:
    series = series_of(story, tmp_path, *without)
    assert series.indication is Indication.INDETERMINATE
    assert series.missing_weeks == tuple(f"2022-{label}" for label in without)
    assert [doubts(report) for report in series.packages] == [[]] * (len(ORDER) - len(without))
