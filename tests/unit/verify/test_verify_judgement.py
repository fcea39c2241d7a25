"""Judging somebody else's facts again costs bounded time and memory, whatever they make a rule do."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from evidence.domain.week import Week
from evidence.rules.judge import RULESET_VERSION, judge, ruleset_sha256
from evidence.rules.parameters import Parameters
from evidence.rules.sarif import to_sarif
from evidence.rules.sarif_layout_1 import to_sarif_layout_1
from evidence.rules.sarif_places import Found, Places
from evidence.verify import judgement, task_processes
from evidence.verify.examine import verify_path
from evidence.verify.model import Indication
from evidence.verify.pdf.task import judge_task
from tests.support import sample
from tests.support.packing import Service, to_zip, two_weeks
from tests.support.pki import shared_pki

AT = datetime(2022, 4, 2, tzinfo=UTC)


def for_ever(*_: object) -> tuple[object, ...]:
    while True:
        pass


def too_much(*_: object) -> tuple[object, ...]:
    return tuple(bytes(1 << 30) for _ in range(8))


@pytest.mark.parametrize(("rule", "said"), [(for_ever, "超过时限"), (too_much, "失败（MemoryError）")])
def test_a_rule_that_never_ends_or_swallows_memory_never_lets_the_package_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: Callable[..., object], said: str
) -> None:
    monkeypatch.setattr(judgement, "rulesets", lambda: {RULESET_VERSION: rule})
    monkeypatch.setattr(judgement, "ruleset_sha256", lambda _: ruleset_sha256(RULESET_VERSION))
    monkeypatch.setattr(judgement, "_SECONDS", 0.5)
    # Only a forked process sees the rule put in here; a fork server, used beside threads, does not.
    monkeypatch.setattr(task_processes, "_context", lambda _: multiprocessing.get_context("fork"))
    path = tmp_path / "WJB-2022-W13.zip"
    path.write_bytes(to_zip(two_weeks()[1], "WJB-2022-W13"))
    report = verify_path(
        path,
        trust=[shared_pki().root.pem],
        at=AT,
        judge_pdfs=lambda tasks: [judge_task(task) for task in tasks],
    )
    assert report.indication is not Indication.PASSED
    (check,) = [check for check in report.checks if check.id == "judgement.recomputed"]
    assert said in check.message


def sarif_judged(tmp_path: Path, change: Callable[[dict[str, Any]], None], *, layout: int = 2) -> str:
    """What a package is told whose findings.sarif was changed before it was sealed."""
    service = Service()
    service.write(5)
    facts, week = sample.week_facts(), Week.parse(sample.WEEK)
    at = datetime(2022, 4, 1, 7, tzinfo=UTC)
    findings = judge(facts, Parameters(), at)
    if layout == 1:
        log = to_sarif_layout_1(findings, version=RULESET_VERSION)
    else:
        name = "企业/X-甲/原件/a.pdf"
        log = to_sarif(findings, Places(facts, Found(file=lambda case, digest: name)))
    change(log)
    extra = {"data/findings.sarif": json.dumps(log).encode(), "data/企业/X-甲/原件/a.pdf": b"%PDF"}
    path = tmp_path / "WJB-2022-W13.zip"
    path.write_bytes(to_zip(service.pack(week, facts=facts, extra=extra), "WJB-2022-W13"))
    report = verify_path(
        path,
        trust=[shared_pki().root.pem],
        at=AT,
        judge_pdfs=lambda tasks: [judge_task(task) for task in tasks],
    )
    assert report.completeness is not None
    return report.completeness.recomputed


def lies(log: dict[str, Any]) -> None:
    log["runs"][0]["results"][0]["message"]["text"] = "另一句话"


def points_outside(log: dict[str, Any]) -> None:
    for result in log["runs"][0]["results"]:
        for place in result["locations"]:
            if "physicalLocation" in place:
                place["physicalLocation"]["artifactLocation"]["uri"] = "elsewhere.pdf"


def points_nowhere(log: dict[str, Any]) -> None:
    log["runs"][0]["results"][0]["locations"] = []


@pytest.mark.parametrize("layout", [1, 2])
def test_a_log_of_either_layout_tells_the_same_findings(tmp_path: Path, layout: int) -> None:
    assert sarif_judged(tmp_path, lambda log: None, layout=layout) == "equal"


@pytest.mark.parametrize("change", [lies, points_outside, points_nowhere])
def test_a_log_that_tells_or_shows_something_else_differs(
    tmp_path: Path, change: Callable[[dict[str, Any]], None]
) -> None:
    assert sarif_judged(tmp_path, change) == "differs"


def test_the_first_layout_is_held_to_its_own_words(tmp_path: Path) -> None:
    assert sarif_judged(tmp_path, lies, layout=1) == "differs"


@pytest.mark.parametrize("name", ["data/findings.sarif", "data/findings.json", "data/facts.json"])
def test_what_is_nested_without_end_is_another_judgement(tmp_path: Path, name: str) -> None:
    service = Service()
    service.write(5)
    deep = {"data/findings.sarif": b'{"runs":[{"results":[%s]}]}', "data/facts.json": b'{"ruleset":%s}'}
    extra = {name: deep.get(name, b"%s") % (b"[" * 100_000 + b"]" * 100_000)}
    path = tmp_path / "WJB-2022-W13.zip"
    packed = service.pack(Week.parse(sample.WEEK), facts=sample.week_facts(), extra=extra)
    path.write_bytes(to_zip(packed, "WJB-2022-W13"))
    report = verify_path(
        path,
        trust=[shared_pki().root.pem],
        at=AT,
        judge_pdfs=lambda tasks: [judge_task(task) for task in tasks],
    )
    assert report.completeness is not None
    assert report.completeness.recomputed == "differs"
