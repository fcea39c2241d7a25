"""SARIF 2.1.0: the part of the standard we use, in our own words, and what viewers rely on."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from evidence.domain.document import MarkVerdict
from evidence.domain.register import Waiver
from evidence.rules.judge import judge
from evidence.rules.sarif import to_sarif
from tests import world

TEXT = {"type": "string"}
BAG = {"type": "object"}


def closed(required: list[str], **properties: Any) -> dict[str, Any]:
    """An object of the standard: nothing but its own properties."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": {**properties, "properties": BAG},
    }


MESSAGE = closed(["text"], text=TEXT)
LEVEL = {"enum": ["none", "note", "warning", "error"]}
LOCATION = closed(
    [],
    logicalLocations={
        "type": "array",
        "minItems": 1,
        "items": closed([], name=TEXT, kind=TEXT, fullyQualifiedName=TEXT),
    },
    physicalLocation=closed(
        [], artifactLocation=closed([], uri={"type": "string", "format": "uri-reference"})
    ),
)
RESULT = closed(
    ["message"],
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": -1},
    kind={"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
    level=LEVEL,
    message=MESSAGE,
    locations={"type": "array", "items": LOCATION},
    suppressions={
        "type": "array",
        "items": closed(
            ["kind"],
            kind={"enum": ["inSource", "external"]},
            status={"enum": ["accepted", "underReview", "rejected"]},
            justification=TEXT,
        ),
    },
)
DRIVER = closed(
    ["name"],
    name={"type": "string"},
    version=TEXT,
    rules={
        "type": "array",
        "uniqueItems": True,
        "items": closed(
            ["id"], id=TEXT, shortDescription=MESSAGE, defaultConfiguration=closed([], level=LEVEL)
        ),
    },
)
SCHEMA = closed(
    ["version", "runs"],
    **{"$schema": {"type": "string", "format": "uri"}},
    version={"const": "2.1.0"},
    runs={
        "type": "array",
        "items": closed(
            ["tool"],
            tool=closed(["driver"], driver=DRIVER),
            language={"type": "string", "pattern": "^[a-zA-Z]{2}(-[a-zA-Z]{2})?$"},
            columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            results={"type": "array", "items": RESULT},
        ),
    },
)


@pytest.fixture
def log() -> dict[str, Any]:
    """A log with passes, a fail, its waiver and its scan."""
    facts = world.with_mark(
        world.week_facts(), f"{world.CLOSED}-JC-001", "enterprise-seal", MarkVerdict.ABSENT
    )
    waiver = Waiver(
        rule_id="G06-enterprise-seal",
        case=world.CLOSED,
        why="公章年检",
        by="P1",
        at=world.FRIDAY,
        attachment=world.digest("consent"),
    )
    facts = world.on_case(facts, world.CLOSED, lambda one: world.replace(one, waivers=(waiver,)))
    made: dict[str, Any] = json.loads(json.dumps(to_sarif(judge(facts, world.PARAMETERS, world.FRIDAY))))
    return made


def test_the_log_keeps_to_the_standard(log: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(log)


def test_a_level_stands_only_beside_a_fail(log: dict[str, Any]) -> None:
    for result in log["runs"][0]["results"]:
        assert (result["level"] != "none") == (result["kind"] == "fail")


def test_every_result_points_at_its_rule(log: dict[str, Any]) -> None:
    run = log["runs"][0]
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    assert (
        "专家人员签名"
        in next(r for r in rules if r["id"] == "G06-expert-signatures")["shortDescription"]["text"]
    )


def test_a_waiver_is_a_suppression_with_its_reason(log: dict[str, Any]) -> None:
    suppressed = [r for r in log["runs"][0]["results"] if r.get("suppressions")]
    assert [r["ruleId"] for r in suppressed] == ["G06-enterprise-seal"]
    assert suppressed[0]["suppressions"][0]["justification"] == "公章年检"
    assert suppressed[0]["kind"] == "fail"


def test_a_finding_points_at_the_scans_it_rests_on(log: dict[str, Any]) -> None:
    result = next(r for r in log["runs"][0]["results"] if r.get("suppressions"))
    physical = [one["physicalLocation"] for one in result["locations"] if "physicalLocation" in one]
    assert physical[0]["artifactLocation"]["uri"].startswith("originals/")
