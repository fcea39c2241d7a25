"""Judging somebody else's facts again costs bounded time and memory, whatever they make a rule do."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.rules.judge import RULESET_VERSION, ruleset_sha256
from evidence.verify import isolation, judgement
from evidence.verify.examine import verify_path
from evidence.verify.model import Indication
from evidence.verify.pdf.task import judge_task
from tests.packing import to_zip, two_weeks
from tests.pki import shared_pki

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
    monkeypatch.setattr(isolation, "_context", lambda _: multiprocessing.get_context("fork"))
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
