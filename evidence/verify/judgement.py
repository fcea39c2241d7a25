"""The package's findings, judged again from its frozen facts under the ruleset it names.

Equal findings prove the judgement, not that the facts are true: the report says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote

import msgspec

from evidence.domain.facts import Facts
from evidence.rules.clause import Finding
from evidence.rules.judge import ruleset_sha256, rulesets
from evidence.rules.owed import Owing
from evidence.rules.parameters import Parameters
from evidence.rules.sarif import to_sarif
from evidence.rules.sarif_layout_1 import to_sarif_layout_1
from evidence.rules.summary import blockers, to_json
from evidence.verify.bag import TEXT_LIMIT
from evidence.verify.container import Container
from evidence.verify.log_comparison import log_head, results_of, same_without_places
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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stated:
    """What the package says was judged, and by which ruleset."""

    facts: bytes
    version: str
    ruleset: str
    """Digest of the ruleset."""


def _stated(container: Container) -> _Stated:
    """Raises: ValueError, TypeError, KeyError, msgspec.MsgspecError: the files have another shape."""
    msgspec.json.decode(container.files[_FINDINGS].read(TEXT_LIMIT))  # kept by nobody: it is large
    raw = container.files[_FACTS].read(TEXT_LIMIT)
    named = msgspec.json.decode(msgspec.json.decode(raw, type=dict[str, msgspec.Raw])["ruleset"])
    return _Stated(facts=raw, version=str(named["version"]), ruleset=str(named["sha256"]))


def _recompute(container: Container, info: Mapping[str, str], checks: list[Check], *, complete: bool) -> str:
    if _FACTS not in container.files or _FINDINGS not in container.files:
        return "unknown_ruleset"  # missing files are named by the bag's own checks
    try:
        stated = _stated(container)
    except (ValueError, TypeError, KeyError, RecursionError, msgspec.MsgspecError):
        checks.append(failed("judgement.recomputed", "事实或判断文件不是有效的 JSON。", _FACTS))
        return "differs"
    judges, version = rulesets(), stated.version
    if version not in judges or ruleset_sha256(version) != stated.ruleset:
        ours = f"本程序没有规则集 {version}（{stated.ruleset[:12]}…）"
        words = f"{ours}，无法重算判断；请用载有该规则集的版本验证。"
        checks.append(review("judgement.recomputed", words, _FACTS, "POLICY_PROCESSING_ERROR"))
        return "unknown_ruleset"
    try:
        frozen = msgspec.json.decode(stated.facts, type=FrozenFacts)
        findings = judges[version](frozen.facts, frozen.parameters, frozen.at)
        owed = owing_of(frozen.facts, findings, info)
        document = to_json(findings, week=frozen.facts.week, at=frozen.at, version=version, owing=owed)
        again = msgspec.json.encode(document)
        del document  # a week of a hundred visits: a hundred megabytes
    except Exception as error:  # facts are someone else's data: a rule may break on them in any way
        checks.append(
            failed("judgement.recomputed", f"由事实文件重算判断失败（{type(error).__name__}）。", _FACTS)
        )
        return "differs"
    if difference := _difference(container, info, stated, frozen, findings, again):
        checks.append(difference)
        return "differs"
    if complete:
        checks.append(_completeness(findings, owed))
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


def _difference(
    container: Container,
    info: Mapping[str, str],
    stated: _Stated,
    frozen: FrozenFacts,
    findings: tuple[Finding, ...],
    again: bytes,
) -> Check | None:
    """The first thing in which the package says otherwise than judging again does."""
    if (info.get("Ruleset"), info.get("Week")) != (stated.version, frozen.facts.week):
        return failed("judgement.recomputed", "事实文件的规则集或周次与包的登记不符。", _FACTS)
    if not _same_json(container.files[_FINDINGS].read(TEXT_LIMIT), again):
        words = "由事实重算的判断与包中的判断不同，判断被改动过。"
        return failed("judgement.recomputed", words, _FINDINGS, "HASH_FAILURE")
    if not _same_sarif(container, findings, frozen.parameters, stated.version):
        return failed("judgement.recomputed", "SARIF 文件与重算的判断不同。", _SARIF, "HASH_FAILURE")
    return None


def _completeness(findings: tuple[Finding, ...], owed: Owing | None) -> Check:
    """Of a package that calls itself complete."""
    if blockers(findings) if owed is None else not owed.complete:
        return failed("completeness.declared", "判断中有必须补齐的缺项，包却自称完整。", "bag-info.txt")
    return passed("completeness.declared", "重算的判断中没有应随包移交而缺少的材料。", "bag-info.txt")


def _same_sarif(
    container: Container, findings: tuple[Finding, ...], parameters: Parameters, version: str
) -> bool:
    """Whether findings.sarif, when it is there, tells the same findings and names files of the package."""
    extent = container.files.get(_SARIF)
    if extent is None:
        return True
    try:
        stated = extent.read(TEXT_LIMIT)
        if "layout" not in log_head(stated)["tool"]["driver"]["properties"]:
            return _same_json(stated, msgspec.json.encode(to_sarif_layout_1(findings, version=version)))
        again = msgspec.json.encode(to_sarif(findings, version=version, parameters=parameters))
        return same_without_places(stated, again) and _names_files(container, stated)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError, msgspec.MsgspecError):
        return False


def _same_json(stated: bytes, again: bytes) -> bool:
    return bool(msgspec.json.decode(stated) == msgspec.json.decode(again))


def _names_files(container: Container, log: bytes) -> bool:
    """Whether every file the log points at belongs to the package, and every finding points somewhere.

    A file that the package says it holds and does not is missing material, not another judgement.
    """
    known = {*container.files, *_declared_originals(container)}
    locations = (place for result in results_of(log) for place in result["locations"] or [{}])
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
