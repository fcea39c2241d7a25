"""The package's findings, judged again from its frozen facts under the ruleset it names.

Equal findings prove the judgement, not that the facts are true: the report says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import unquote

import msgspec

from evidence.domain.facts import Facts
from evidence.rules.clause import Finding
from evidence.rules.judge import ruleset_sha256, rulesets
from evidence.rules.parameters import Parameters
from evidence.rules.sarif import to_sarif, without_places
from evidence.rules.sarif_layout_1 import to_sarif_layout_1
from evidence.rules.summary import blockers, to_json
from evidence.verify.bag import TEXT_LIMIT
from evidence.verify.container import Container
from evidence.verify.model import Check, CompletenessReport, failed, note, passed, review
from evidence.verify.owed import OWED_BEFORE, check_owed, owing_of, stated_number
from evidence.verify.task_processes import run_in_processes

_FACTS = "data/facts.json"
_FINDINGS = "data/findings.json"
_SARIF = "data/findings.sarif"
_ORIGINALS = "data/originals.json"
_SECONDS = 60.0
_SECONDS_PER_BYTE = 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesetName:
    """Which rules judged."""

    version: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenFacts:
    """The shape of facts.json."""

    ruleset: RulesetName
    at: datetime
    parameters: Parameters
    facts: Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgementVerdict:
    """What judging again gave."""

    report: CompletenessReport
    checks: tuple[Check, ...]


def examine_judgement(container: Container, info: Mapping[str, str]) -> JudgementVerdict:
    """Judge again and compare; never raises on malformed input."""
    checks: list[Check] = []
    complete = info.get("Complete") == "yes"
    supplement = bool(info.get("Supplement-Of"))
    if complete:
        claim = "补充包自称所载材料完整，不代表该周完整。" if supplement else "移交包自称完整。"
        checks.append(note("completeness.declared", claim, "bag-info.txt"))
    else:
        why = info.get("Incomplete-Why", "")
        checks.append(
            note("completeness.declared", f"移交包自称不完整：{why or '未说明原因'}。", "bag-info.txt")
        )
    (again,) = run_in_processes(
        _recompute_apart, [_Task(container=container, info=dict(info))], seconds=_allowance, give_up=_give_up
    )
    return JudgementVerdict(
        report=CompletenessReport(
            complete=complete,
            owed_before=stated_number(info, OWED_BEFORE),
            supplement=supplement,
            recomputed=again.recomputed,
        ),
        checks=(*checks, *again.checks),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    container: Container
    info: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Again:
    recomputed: str
    checks: tuple[Check, ...]


def _recompute_apart(task: _Task) -> _Again:
    """In a process of its own: someone else's facts may be made to keep a rule busy for ever."""
    checks: list[Check] = []
    complete = task.info.get("Complete") == "yes"
    recomputed = _recompute(task.container, task.info, checks, complete=complete)
    return _Again(recomputed=recomputed, checks=tuple(checks))


def _allowance(task: _Task) -> float:
    facts = task.container.files.get(_FACTS)
    return _SECONDS + (facts.size if facts else 0) * _SECONDS_PER_BYTE


def _give_up(_task: _Task, why: str) -> _Again:
    text = "超过时限" if why == "timeout" else "内存不足或进程中断"
    check = review("judgement.recomputed", f"重算判断{text}，未能认定。", _FACTS, "POLICY_PROCESSING_ERROR")
    return _Again(recomputed="unknown_ruleset", checks=(check,))


def _recompute(container: Container, info: Mapping[str, str], checks: list[Check], *, complete: bool) -> str:
    if _FACTS not in container.files or _FINDINGS not in container.files:
        return "unknown_ruleset"  # missing files are named by the bag's own checks
    try:
        stated = msgspec.json.decode(container.files[_FINDINGS].read(TEXT_LIMIT))
        raw = container.files[_FACTS].read(TEXT_LIMIT)
        named = msgspec.json.decode(raw)["ruleset"]
        version, digest = str(named["version"]), str(named["sha256"])
    except (ValueError, TypeError, KeyError, msgspec.MsgspecError):
        checks.append(failed("judgement.recomputed", "事实或判断文件不是有效的 JSON。", _FACTS))
        return "differs"
    judges = rulesets()
    if version not in judges or ruleset_sha256(version) != digest:
        checks.append(
            review(
                "judgement.recomputed",
                f"本程序没有规则集 {version}（{digest[:12]}…），无法重算判断；请用载有该规则集的版本验证。",
                _FACTS,
                "POLICY_PROCESSING_ERROR",
            )
        )
        return "unknown_ruleset"
    try:
        frozen = msgspec.json.decode(raw, type=FrozenFacts)
        findings = judges[version](frozen.facts, frozen.parameters, frozen.at)
        owed = owing_of(frozen.facts, findings, info)
        document = to_json(findings, week=frozen.facts.week, at=frozen.at, version=version, owing=owed)
        again = msgspec.json.decode(msgspec.json.encode(document))
    except Exception as error:  # facts are someone else's data: a rule may break on them in any way
        checks.append(
            failed("judgement.recomputed", f"由事实文件重算判断失败（{type(error).__name__}）。", _FACTS)
        )
        return "differs"
    if (info.get("Ruleset"), info.get("Week")) != (version, frozen.facts.week):
        checks.append(failed("judgement.recomputed", "事实文件的规则集或周次与包的登记不符。", _FACTS))
        return "differs"
    if again != stated:
        checks.append(
            failed(
                "judgement.recomputed",
                "由事实重算的判断与包中的判断不同，判断被改动过。",
                _FINDINGS,
                "HASH_FAILURE",
            )
        )
        return "differs"
    if not _same_sarif(container, findings, frozen.parameters, version):
        checks.append(failed("judgement.recomputed", "SARIF 文件与重算的判断不同。", _SARIF, "HASH_FAILURE"))
        return "differs"
    if complete and (blockers(findings) if owed is None else not owed.complete):
        checks.append(
            failed("completeness.declared", "判断中有必须补齐的缺项，包却自称完整。", "bag-info.txt")
        )
    elif complete:
        text = "重算的判断中没有应随包移交而缺少的材料。"
        checks.append(passed("completeness.declared", text, "bag-info.txt"))
    if owed is not None:
        checks.extend(check_owed(frozen.facts, owed, info))
    checks.append(
        passed(
            "judgement.recomputed",
            f"按规则集 {version} 由事实重算，判断完全一致（证明判断无误，不证明事实为真）。",
            _FINDINGS,
        )
    )
    return "equal"


def _same_sarif(
    container: Container, findings: tuple[Finding, ...], parameters: Parameters, version: str
) -> bool:
    """Whether findings.sarif, when it is there, tells the same findings and names files of the package."""
    extent = container.files.get(_SARIF)
    if extent is None:
        return True
    try:
        stated = msgspec.json.decode(extent.read(TEXT_LIMIT))
        if "layout" not in stated["runs"][0]["tool"]["driver"]["properties"]:
            again = to_sarif_layout_1(findings, version=version)
            return bool(stated == msgspec.json.decode(msgspec.json.encode(again)))
        log = to_sarif(findings, version=version, parameters=parameters)
        again = without_places(msgspec.json.decode(msgspec.json.encode(log)))
        return bool(again == without_places(stated)) and _names_files(container, stated)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, msgspec.MsgspecError):
        return False


def _names_files(container: Container, log: Any) -> bool:
    """Whether every file the log points at belongs to the package, and every finding points somewhere.

    A file that the package says it holds and does not is missing material, not another judgement.
    """
    (run,) = log["runs"]
    known = {*container.files, *_declared_originals(container)}
    locations = [place for result in run["results"] for place in result["locations"] or [{}]]
    return all(
        "logicalLocations" in place
        and (
            "physicalLocation" not in place
            or f"data/{unquote(place['physicalLocation']['artifactLocation']['uri'])}" in known
        )
        for place in locations
    )


def _declared_originals(container: Container) -> set[str]:
    extent = container.files.get(_ORIGINALS)
    if extent is None:
        return set()
    index = msgspec.json.decode(extent.read(TEXT_LIMIT))
    rows = [*(row for case in index["cases"] for row in case["files"]), *index["stacks"]]
    return {str(row["path"]) for row in rows}
