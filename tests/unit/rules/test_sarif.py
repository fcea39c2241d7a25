"""SARIF 2.1.0: the part of the standard we use, in our own words, and what viewers rely on."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, unquote

import jsonschema
import pytest

from evidence.domain.document import MarkVerdict
from evidence.domain.register import Waiver
from evidence.rules.judge import judge
from evidence.rules.sarif import to_sarif
from evidence.rules.sarif_places import Found, Places
from tests.support import sample

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
        ["artifactLocation"],
        artifactLocation=closed(["uri"], uri={"type": "string", "format": "uri-reference"}),
        region=closed([], startLine={"type": "integer", "minimum": 1}),
    ),
    message=MESSAGE,
)
RESULT = closed(
    ["message"],
    ruleId=TEXT,
    ruleIndex={"type": "integer", "minimum": -1},
    kind={"enum": ["notApplicable", "pass", "fail", "review", "open", "informational"]},
    level=LEVEL,
    message=MESSAGE,
    locations={"type": "array", "minItems": 1, "items": LOCATION},
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
            ["id", "help"],
            id=TEXT,
            name=TEXT,
            shortDescription=MESSAGE,
            help=MESSAGE,
            defaultConfiguration=closed([], level=LEVEL),
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
            artifacts={
                "type": "array",
                "uniqueItems": True,
                "items": closed(
                    ["location"],
                    location=closed(["uri"], uri={"type": "string", "format": "uri-reference"}),
                    hashes={"type": "object", "additionalProperties": TEXT},
                ),
            },
        ),
    },
)


@pytest.fixture
def log() -> dict[str, Any]:
    """A log with passes, a fail, its waiver and its scan."""
    facts = sample.with_mark(
        sample.week_facts(), f"{sample.CLOSED}-JC-001", "enterprise-seal", MarkVerdict.ABSENT
    )
    waiver = Waiver(
        rule_id="G06-enterprise-seal",
        case=sample.CLOSED,
        why="公章年检",
        by="P1",
        at=sample.FRIDAY,
        attachment=sample.digest("consent"),
    )
    facts = sample.on_case(facts, sample.CLOSED, lambda one: sample.replace(one, waivers=(waiver,)))
    places = Places(
        facts,
        Found(
            file=lambda case, digest: f"企业/{case}/原件/{digest[:8]}.pdf",
            box=lambda number, page, box: (100, 800, 300, 120),
            rows={sample.CHECKED: 7},
            list_file="移交清单.xlsx",
        ),
    )
    log = to_sarif(judge(facts, sample.PARAMETERS, sample.FRIDAY), places)
    made: dict[str, Any] = json.loads(json.dumps(log))
    return made


def by_file(log: dict[str, Any]) -> dict[str, list[tuple[int, str]]]:
    """What a viewer shows: file -> (line, message) of what is wrong or undecided there."""
    found: dict[str, list[tuple[int, str]]] = {}
    for result in log["runs"][0]["results"]:
        for place in result["locations"]:
            if result["kind"] in ("fail", "review") and "physicalLocation" in place:
                physical = place["physicalLocation"]
                line = physical.get("region", {}).get("startLine", 1)
                uri = unquote(physical["artifactLocation"]["uri"])
                found.setdefault(uri, []).append((line, result["message"]["text"]))
    return found


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


def seal_of(log: dict[str, Any]) -> dict[str, Any]:
    [result] = [
        one
        for one in log["runs"][0]["results"]
        if one["ruleId"] == "G06-enterprise-seal" and one["kind"] == "fail"
    ]
    return dict(result)


def test_a_missing_mark_is_shown_on_its_page_where_it_should_stand(log: dict[str, Any]) -> None:
    document = next(
        one for one in sample.closed_case().documents if one.form.number == f"{sample.CLOSED}-JC-001"
    )
    page = next(int(one.split(":")[0]) for one in document.form.required_boxes if ":enterprise-seal:" in one)
    scan = next(one for one in document.scans if one.page == page)
    [place] = seal_of(log)["locations"]
    physical = place["physicalLocation"]
    assert physical["artifactLocation"]["uri"].endswith(f"{scan.sha256[:8]}.pdf")
    assert physical["region"]["startLine"] == scan.index + 1
    assert physical["region"]["properties"] == {"x": 100, "y": 800, "w": 300, "h": 120, "unit": "permille"}
    assert place["properties"] == {"sha256": scan.sha256}


def test_a_viewer_groups_the_findings_by_file(log: dict[str, Any]) -> None:
    grouped = by_file(log)
    scans = [uri for uri in grouped if uri.startswith(f"企业/{sample.CLOSED}/原件/")]
    assert any("企业盖章" in text for uri in scans for _line, text in grouped[uri])
    assert all(line == 7 for line, _text in grouped.get("移交清单.xlsx", [(7, "")]))
    listed = {unquote(one["location"]["uri"]) for one in log["runs"][0]["artifacts"]}
    assert set(grouped) <= listed


def test_what_has_no_file_says_its_row_of_the_list_or_its_clause(log: dict[str, Any]) -> None:
    for result in log["runs"][0]["results"]:
        assert result["locations"]
        assert all(place["logicalLocations"] for place in result["locations"])
    rows = [
        place["physicalLocation"]["region"]["startLine"]
        for result in log["runs"][0]["results"]
        for place in result["locations"]
        if place.get("physicalLocation", {}).get("artifactLocation", {}).get("uri") == quote("移交清单.xlsx")
    ]
    assert set(rows) == {7}
    standing = next(one for one in log["runs"][0]["results"] if one["ruleId"] == "T01-plan-filed")
    assert standing["locations"][0]["logicalLocations"][0]["kind"] in ("clause", "document")


def test_each_rule_says_how_to_put_it_right(log: dict[str, Any]) -> None:
    helps = {one["id"]: one["help"]["text"] for one in log["runs"][0]["tool"]["driver"]["rules"]}
    assert "补盖公章" in helps["G06-enterprise-seal"]
    assert all(helps.values())
