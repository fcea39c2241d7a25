"""What a finding says of a film's own clock and of a file in which a scanner found something."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from evidence.domain.recording import BURNT_IN, TimeClaim
from evidence.domain.virus_scan import FileScan, ScanResult
from evidence.rules.clause import Finding, Kind
from evidence.rules.judge import rulesets
from tests.support import sample as w

VISIT = f"{w.CLOSED}-V1"
STARTED = w.instant("2022-03-14", 9)


def films(*claims: TimeClaim, started: datetime | None = STARTED) -> list[Finding]:
    facts = w.on_recordings(w.week_facts(), VISIT, times=claims, started_at=started)
    found = rulesets()["5"](facts, w.PARAMETERS, w.FRIDAY)
    return [one for one in found if one.rule_id == "V02-sound-footage" and one.subject.visit == VISIT]


@pytest.mark.parametrize(
    ("shown", "started", "hinted"),
    [
        (None, STARTED, False),
        (STARTED, STARTED, False),
        (w.instant("2022-03-14", 23, 59), STARTED, False),
        (w.instant("2022-03-13", 23, 59), STARTED, True),
        (STARTED + timedelta(days=1), STARTED, True),
        (STARTED + timedelta(days=1), None, False),
    ],
)
def test_a_clock_in_the_picture_is_mentioned_where_it_shows_another_day(
    shown: datetime | None, started: datetime | None, *, hinted: bool
) -> None:
    claims = () if shown is None else (TimeClaim(source=BURNT_IN, at=shown, trusted=False),)
    said = films(*claims, started=started)
    assert said
    assert all(one.kind is Kind.PASS for one in said)
    assert {"画面上的时间似为" in one.message for one in said} == {hinted}


def scans(ruleset: str, *results: ScanResult) -> Finding:
    facts = w.week_facts()
    document = next(
        d for case in facts.cases for d in case.documents if d.form.number == f"{w.CLOSED}-JC-001"
    )
    digests = [scan.sha256 for scan in document.scans] + [w.digest("photo")]
    told = tuple(
        FileScan(arrival=f"A-{n}", sha256=digest, result=result)  # type: ignore[arg-type]
        for n, (digest, result) in enumerate(zip(digests, results, strict=False))
    )
    facts = w.on_case(facts, w.CLOSED, lambda one: replace(one, virus_scans=told))
    found = rulesets()[ruleset](facts, w.PARAMETERS, w.FRIDAY)
    return next(
        one
        for one in found
        if one.rule_id == "T07-virus-scan" and one.subject.document == document.form.number
    )


def test_an_infected_file_was_scanned() -> None:
    found = scans("5", ScanResult.INFECTED)
    assert found.kind is Kind.REVIEW
    assert "经病毒扫描发现有害内容，请让提供人查杀" in found.message
    assert "未经病毒扫描" not in found.message
    assert "未经病毒扫描（扫描发现有害内容）" in scans("4", ScanResult.INFECTED).message


def test_a_file_that_nobody_scanned_is_called_so() -> None:
    said = scans("5", ScanResult.UNAVAILABLE).message
    assert "有 1 个文件未经病毒扫描（扫描程序没有应答），请补扫" in said
    assert said == scans("4", ScanResult.UNAVAILABLE).message
