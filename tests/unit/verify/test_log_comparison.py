"""Two logs say the same when all but the places in their packages is the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from evidence.rules.judge import judge
from evidence.rules.sarif import to_sarif
from evidence.rules.sarif_places import Found, Places
from evidence.verify.log_comparison import log_head, results_of, same_without_places
from tests.support import sample


def log(file: str = "") -> bytes:
    facts = sample.week_facts()
    places = Places(facts, Found(file=lambda case, digest: file)) if file else None
    return msgspec.json.encode(to_sarif(judge(facts, sample.PARAMETERS, sample.FRIDAY), places))


def run(changed: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = changed["runs"][0]
    return found


def test_where_a_package_keeps_its_files_makes_no_difference() -> None:
    assert log("a.pdf") != log("b/c.pdf")
    assert same_without_places(log("a.pdf"), log("b/c.pdf"))
    assert same_without_places(log("a.pdf"), log())


@pytest.mark.parametrize(
    "change",
    [
        lambda log: run(log)["results"][3]["message"].update(text="没有问题。"),
        lambda log: run(log)["results"][0].update(kind="fail", level="error"),
        lambda log: run(log)["results"][-1]["properties"].update(blocking=True),
        lambda log: run(log)["results"].pop(),
        lambda log: run(log)["results"].append(run(log)["results"][0]),
        lambda log: run(log)["results"].append({}),
        lambda log: run(log)["results"].reverse(),
        lambda log: run(log)["tool"]["driver"]["rules"][0]["help"].update(text="不用管"),
        lambda log: run(log).update(language="en"),
        lambda log: run(log).update(more=1),
        lambda log: log.update(version="2.0.0"),
        lambda log: log.update(more=1),
    ],
)
def test_every_other_change_is_seen(change: Callable[[dict[str, Any]], object]) -> None:
    changed = json.loads(log())
    change(changed)
    again = msgspec.json.encode(changed)
    assert not same_without_places(again, log())
    assert not same_without_places(log(), again)


@pytest.mark.parametrize(
    "broken", [b"", b"[]", b"{}", b'{"runs":[]}', b'{"runs":[{"results":[1]}]}', log()[:-9]]
)
def test_what_is_no_log_is_refused(broken: bytes) -> None:
    with pytest.raises((ValueError, KeyError, msgspec.MsgspecError)):
        same_without_places(broken, broken)


def test_two_runs_are_no_log_of_ours() -> None:
    twice = json.loads(log())
    twice["runs"] *= 2
    with pytest.raises(ValueError, match="too many"):
        log_head(msgspec.json.encode(twice))


def test_results_come_one_by_one_as_they_stand() -> None:
    assert list(results_of(log())) == json.loads(log())["runs"][0]["results"]
