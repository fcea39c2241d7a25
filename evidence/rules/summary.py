"""Findings counted and written out: the document of `check --json`, its exit code, what blocks a package."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from evidence.rules.clause import Finding, Kind, Level
from evidence.rules.judge import RULESET_VERSION, ruleset_sha256
from evidence.rules.owed import Owed, Owing


def counts(findings: Iterable[Finding]) -> dict[str, int]:
    """How many findings of each kind, every kind named."""
    seen = Counter(finding.kind for finding in findings)
    return {kind.value: seen[kind] for kind in Kind}


def to_json(
    findings: Sequence[Finding],
    *,
    week: str,
    at: datetime,
    version: str = RULESET_VERSION,
    owing: Owing | None = None,
) -> dict[str, Any]:
    """The document of `check --json` (interface, Findings), as plain data.

    Args:
        findings: all of them.
        week: under judgement; empty for a single case.
        at: instant of the judgement.
        version: of the ruleset.
        owing: how what blocks divides into this week and before; None for packages that were made before
            this was told apart.
    """
    rows = msgspec.to_builtins(list(findings))
    for row in rows:
        if row["incurable"] is None:
            del row["incurable"]
    if owing is not None:
        places = {id(finding): row for finding, row in zip(findings, rows, strict=True)}
        for name, owed in owed_by_name(owing):
            for each in owed:
                places[id(each.finding)] |= {"owed": name, "since": each.since}
    return {
        "week": week,
        "at": at.isoformat().replace("+00:00", "Z"),
        "ruleset": {"version": version, "sha256": ruleset_sha256(version)},
        "summary": counts(findings),
        "waived": sum(finding.waiver is not None for finding in findings),
        **({} if owing is None else {name: len(owed) for name, owed in owed_by_name(owing)}),
        "findings": rows,
    }


def owed_by_name(owing: Owing) -> tuple[tuple[str, tuple[Owed, ...]], ...]:
    """The three places under the names that documents give them."""
    return (
        ("this_week", owing.this_week),
        ("owed_before", owing.owed_before),
        ("incurable", owing.incurable),
    )


def blockers(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """What keeps a package from being complete: missing (fail, or open before its handover day) first.

    `blocking` is already false where a waiver with the regulator's document lifts it.
    """
    stopping = [finding for finding in findings if finding.blocking]
    return tuple(sorted(stopping, key=lambda finding: finding.kind is Kind.REVIEW))


def check_exit_code(findings: Iterable[Finding]) -> int:
    """3 for an error-level fail that no exception covers, else 5 for any review, else 0.

    An exception that lifts nothing, or that an account only stated, covers nothing.
    """
    undecided = False
    for finding in findings:
        waived = finding.waiver is not None and finding.waiver.stated is not True and not finding.blocking
        answered = waived or finding.incurable is not None
        if finding.kind is Kind.FAIL and finding.level is Level.ERROR and not answered:
            return 3
        undecided = undecided or (finding.kind is Kind.REVIEW and finding.incurable is None)
    return 5 if undecided else 0


def bundle_exit_code(findings: Iterable[Finding]) -> int:
    """3 when a document, page, mark or recording is missing, 5 when one is undecided, else 0."""
    stopping = blockers(findings)
    if any(finding.kind is not Kind.REVIEW for finding in stopping):
        return 3
    return 5 if stopping else 0
