"""The log as packages carried it before regions, digests and help: made only to compare with theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evidence.rules.clause import Finding
from evidence.rules.sarif import to_sarif


def to_sarif_layout_1(findings: Sequence[Finding], *, version: str) -> dict[str, Any]:
    """One SARIF log with one run, as plain data."""
    log = to_sarif(findings, version=version)
    (run,) = log["runs"]
    del run["artifacts"], run["tool"]["driver"]["properties"]["layout"]
    levels = {finding.rule_id: finding.level.value for finding in reversed(findings)}
    for rule in run["tool"]["driver"]["rules"]:
        rule.pop("name", None)
        del rule["help"]
        rule["defaultConfiguration"] = {"level": levels[rule["id"]]}
    for finding, result in zip(findings, run["results"], strict=True):
        result["locations"] = _locations(finding)
    return log


def _locations(finding: Finding) -> list[dict[str, Any]]:
    about = finding.subject
    subjects = (
        ("case", about.case),
        ("visit", about.visit),
        ("hazard", about.hazard),
        ("document", about.document),
    )
    logical = [
        {"name": name, "kind": kind, "fullyQualifiedName": f"{kind}:{name}"}
        for kind, name in subjects
        if name
    ]
    files = [
        {
            "physicalLocation": {"artifactLocation": {"uri": one.path}},
            "properties": {"sha256": one.sha256},
        }
        for one in finding.evidence
    ]
    return [{"logicalLocations": logical}, *files] if logical else files
