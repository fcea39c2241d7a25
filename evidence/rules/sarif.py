"""Findings as SARIF 2.1.0 (OASIS), so that ordinary viewers show them.

Our kinds are SARIF's own; a level other than `none` stands only beside `fail`, as §3.27.10 asks.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from evidence.rules.clause import Finding, Kind
from evidence.rules.judge import RULESET_VERSION, ruleset_sha256

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def to_sarif(findings: Iterable[Finding], *, version: str = RULESET_VERSION) -> dict[str, Any]:
    """One SARIF log with one run, as plain data."""
    listed = list(findings)
    rules: dict[str, dict[str, Any]] = {}
    for finding in listed:
        rules.setdefault(finding.rule_id, _rule(finding))
    index = {rule: place for place, rule in enumerate(rules)}
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
                        "properties": {"rulesetSha256": ruleset_sha256(version)},
                    }
                },
                "language": "zh-CN",
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding, index[finding.rule_id]) for finding in listed],
            }
        ],
    }


def _rule(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.rule_id,
        "shortDescription": {"text": f"{finding.clause.number}：{finding.clause.text}"},
        "defaultConfiguration": {"level": finding.level.value},
    }


def _result(finding: Finding, rule_index: int) -> dict[str, Any]:
    about = finding.subject
    result: dict[str, Any] = {
        "ruleId": finding.rule_id,
        "ruleIndex": rule_index,
        "kind": finding.kind.value,
        "level": finding.level.value if finding.kind is Kind.FAIL else "none",
        "message": {"text": finding.message},
        "locations": _locations(finding),
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


def _locations(finding: Finding) -> list[dict[str, Any]]:
    """What the finding is about as logical locations, the scans it rests on as physical ones."""
    about = finding.subject
    named = [
        (kind, name)
        for kind, name in (
            ("case", about.case),
            ("visit", about.visit),
            ("hazard", about.hazard),
            ("document", about.document),
        )
        if name
    ]
    places: list[dict[str, Any]] = [
        {
            "logicalLocations": [
                {"name": name, "kind": kind, "fullyQualifiedName": f"{kind}:{name}"} for kind, name in named
            ]
        }
    ]
    places += [
        {
            "physicalLocation": {"artifactLocation": {"uri": one.path}},
            "properties": {"sha256": one.sha256},
        }
        for one in finding.evidence
    ]
    return places if named else places[1:]
