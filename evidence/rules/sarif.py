"""Findings as SARIF 2.1.0 (OASIS), so that ordinary viewers show them, grouped by file.

Our kinds are SARIF's own; a level other than `none` stands only beside `fail`, as §3.27.10 asks. A page
of a scan, or a row of a list, is the region's line: the standard knows no pages, viewers know lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any
from urllib.parse import quote

from evidence.rules.clause import Finding, Kind
from evidence.rules.judge import RULESET_VERSION, ruleset_sha256
from evidence.rules.parameters import Parameters
from evidence.rules.registry import RULESETS
from evidence.rules.rule import Rule
from evidence.rules.sarif_places import Places, Spot
from evidence.rules.wording import worded, words_of

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LAYOUT = 2
"""Of the log: 1 had no regions, no files' digests and no help; packages of before carry it."""


def to_sarif(
    findings: Iterable[Finding],
    places: Places | None = None,
    *,
    version: str = RULESET_VERSION,
    parameters: Parameters | None = None,
) -> dict[str, Any]:
    """One SARIF log with one run, as plain data.

    Args:
        places: where the findings look; without it they are placed by their subjects alone.
        parameters: those judged by, whose words the rules' titles take; None for the first contract's.
    """
    listed = list(findings)
    words = words_of(parameters or Parameters())
    spots = [places.spots(finding) if places else () for finding in listed]
    rules: dict[str, dict[str, Any]] = {}
    for finding in listed:
        rules.setdefault(finding.rule_id, _rule(finding, version, words))
    index = {rule: place for place, rule in enumerate(rules)}
    files = dict.fromkeys((spot.uri, spot.sha256) for each in spots for spot in each)
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "evidence",
                        "version": version,
                        "rules": list(rules.values()),
                        "properties": {"rulesetSha256": ruleset_sha256(version), "layout": LAYOUT},
                    }
                },
                "language": "zh-CN",
                "columnKind": "unicodeCodePoints",
                "artifacts": [_artifact(uri, sha256) for uri, sha256 in files],
                "results": [
                    {**_result(finding, index[finding.rule_id]), "locations": _locations(finding, each)}
                    for finding, each in zip(listed, spots, strict=True)
                ],
            }
        ],
    }


def _artifact(uri: str, sha256: str) -> dict[str, Any]:
    hashes = {"hashes": {"sha-256": sha256}} if sha256 else {}
    return {"location": {"uri": quote(uri)}, **hashes}


def _rule(finding: Finding, version: str, words: dict[str, object]) -> dict[str, Any]:
    declared = _declared(version).get(finding.rule_id)
    clause = f"{finding.clause.number}：{finding.clause.text}"
    return {
        "id": finding.rule_id,
        **({"name": worded(declared.title, words)} if declared else {}),
        "shortDescription": {"text": clause},
        "help": {"text": (worded(declared.remedy, words) if declared else finding.remediation) or clause},
        "defaultConfiguration": {"level": (declared or finding).level.value},
    }


@cache
def _declared(version: str) -> dict[str, Rule]:
    return {rule.id: rule for one in RULESETS if one.version == version for rule in one.rules}


def _result(finding: Finding, rule_index: int) -> dict[str, Any]:
    about = finding.subject
    result: dict[str, Any] = {
        "ruleId": finding.rule_id,
        "ruleIndex": rule_index,
        "kind": finding.kind.value,
        "level": finding.level.value if finding.kind is Kind.FAIL else "none",
        "message": {"text": finding.message},
        "properties": {
            "blocking": finding.blocking,
            "expected": finding.expected,
            "observed": finding.observed,
            "remediation": finding.remediation,
            "enterprise": about.enterprise,
            **({"due": finding.due.isoformat()} if finding.due else {}),
        },
    }
    if finding.waiver is not None:
        waiver = finding.waiver
        result["suppressions"] = [
            {
                "kind": "external",
                "status": "accepted",
                "justification": waiver.why,
                "properties": {
                    "by": waiver.by,
                    "at": waiver.at.isoformat(),
                    **({"attachment": waiver.attachment} if waiver.attachment else {}),
                },
            }
        ]
    if finding.incurable is not None:
        act = finding.incurable
        result.setdefault("suppressions", []).append(
            {
                "kind": "external",
                "status": "accepted",
                "justification": f"已声明无法补正：{act.why}",
                "properties": {"by": act.by, "at": act.at.isoformat(), "incurable": True},
            }
        )
    return result


def _locations(finding: Finding, spots: Sequence[Spot]) -> list[dict[str, Any]]:
    """The files the finding looks at, each with what it is about; a clause where it is about nothing else."""
    about = finding.subject
    named = [
        (kind, name)
        for kind, name in (
            ("case", about.case),
            ("visit", about.visit),
            ("hazard", about.hazard),
            ("document", about.document),
            ("enterprise", about.enterprise),
        )
        if name
    ] or [("clause", finding.clause.number)]
    logical = {
        "logicalLocations": [
            {"name": name, "kind": kind, "fullyQualifiedName": f"{kind}:{name}"} for kind, name in named
        ]
    }
    return [{**_physical(spot), **logical} for spot in spots] or [logical]


def _physical(spot: Spot) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(spot.uri)}}
    if spot.page is not None:
        region: dict[str, Any] = {"startLine": spot.page}
        if spot.area is not None:
            x, y, w, h = spot.area
            region["properties"] = {"x": x, "y": y, "w": w, "h": h, "unit": spot.unit}
        place["region"] = region
    told = {"message": {"text": spot.label}} if spot.label else {}
    digest = {"properties": {"sha256": spot.sha256}} if spot.sha256 else {}
    return {"physicalLocation": place, **told, **digest}
