"""What a package still owes: whether it says so truly, and whether it forgets what was declared before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from evidence.domain.facts import Facts
from evidence.domain.identifiers import CaseId
from evidence.domain.register import Gap
from evidence.rules.clause import Finding
from evidence.rules.owed import Owing, declared_in, owing
from evidence.verify.bag import TEXT_LIMIT
from evidence.verify.container import Container
from evidence.verify.model import Check, failed, note, passed

THIS_WEEK, OWED_BEFORE, INCURABLE = "Owed-This-Week", "Owed-Before", "Incurable"
"""Labels of bag-info.txt."""
_ID = "completeness.owed"
_FACTS = "data/facts.json"
_FINDINGS = "data/findings.json"
_INFO = "bag-info.txt"
_MOST_NAMED = 5


def owing_of(facts: Facts, findings: Sequence[Finding], info: Mapping[str, str]) -> Owing | None:
    """How what blocks divides; None for packages of before every open case was judged every week."""
    if facts.moved is None:
        return None
    return owing(facts, findings, supplement=bool(info.get("Supplement-Of")))


def stated_number(info: Mapping[str, str], label: str) -> int:
    """A number of bag-info.txt; 0 where it is absent or none."""
    value = info.get(label, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0


def check_owed(facts: Facts, owed: Owing, info: Mapping[str, str]) -> list[Check]:
    """The numbers stated are those of the facts, and no open case was left out of the judgement."""
    checks: list[Check] = []
    counted = {
        THIS_WEEK: len(owed.this_week),
        OWED_BEFORE: len(owed.owed_before),
        INCURABLE: len(owed.incurable),
    }
    wrong = [label for label, number in counted.items() if info.get(label) != str(number)]
    if wrong:
        checks.append(failed(_ID, f"登记的欠交项数与事实不符（{'、'.join(wrong)}）。", _INFO))
    judged = {one.case.id for one in facts.cases}
    declared = declared_in(facts.packages)
    left_out = sorted({str(case) for case in declared if case not in judged})
    left_out += sorted(
        one.case
        for one in facts.services
        if not one.closed and CaseId(one.case) not in judged and one.case not in left_out and _visited(one)
    )
    if left_out:
        checks.append(failed(_ID, f"未结案件没有列入判断：{_some(left_out)}。", _FACTS))
    if not wrong and not left_out:
        checks.append(_stated(owed))
    return checks


def _visited(service: Any) -> bool:
    return any((service.checked_on, service.urged_on, service.rechecked_on, service.guidance_on))


def _stated(owed: Owing) -> Check:
    told = []
    if owed.owed_before:
        packages = dict.fromkeys(each.since for each in owed.owed_before)
        told.append(f"此前声明未移交、至今仍欠 {len(owed.owed_before)} 项（见 {'、'.join(packages)}）")
    if owed.incurable:
        told.append(f"已声明无法补正 {len(owed.incurable)} 项")
    if told:
        return note(_ID, f"{'；'.join(told)}。", _FINDINGS)
    return passed(_ID, "未结案件均已列入判断，此前没有欠交。", _FACTS)


def compare_owed(container: Container, earlier: Container) -> list[Check]:
    """Everything the earlier package declares missing is answered for here: owed, delivered or incurable.

    Args:
        container: the package under verification.
        earlier: the one before it, from the reader's own copy, genuine.
    """
    before, now = _findings(earlier), _findings(container)
    if before is None or now is None:
        return []  # each package's own checks say so
    mine: dict[str, list[Gap]] = {}
    for gap in map(_gap, now["findings"]):
        mine.setdefault(gap.case, []).append(gap)
    declared = [_gap(row) for row in before["findings"] if _is_declared(row)]
    forgotten = [
        gap
        for gap in declared
        if not any(gap.covers(other) or _same_rule(gap, other) for other in mine.get(gap.case, ()))
    ]
    if not forgotten:
        text = f"上一包声明未移交的 {len(declared)} 项，本包逐项有交代。" if declared else "上一包没有欠交。"
        return [passed(_ID, text, _FINDINGS)]
    named = _some(sorted({gap.document or gap.case for gap in forgotten}))
    text = f"上一包声明未移交的 {len(forgotten)} 项（{named}），本包没有交代。"
    if "owed_before" not in now:  # made before this was asked of a package
        return [note(_ID, text, _FINDINGS)]
    return [failed(_ID, text, _FINDINGS)]


def _same_rule(gap: Gap, other: Gap) -> bool:
    """The rule was judged over the case again and has nothing to say of this subject any more."""
    return gap.rule_id == other.rule_id


def _is_declared(row: Mapping[str, Any]) -> bool:
    return bool(row.get("blocking")) or bool(row.get("incurable"))


def _gap(row: Mapping[str, Any]) -> Gap:
    about = row["subject"]
    return Gap(
        rule_id=str(row["rule_id"]),
        case=CaseId(about["case"]),
        visit=about["visit"],
        hazard=about["hazard"],
        document=about["document"],
    )


def _findings(container: Container) -> dict[str, Any] | None:
    extent = container.files.get(_FINDINGS)
    if extent is None:
        return None
    try:
        found = msgspec.json.decode(extent.read(TEXT_LIMIT))
        for row in found["findings"]:
            _gap(row)
    except (ValueError, TypeError, KeyError, AttributeError, msgspec.MsgspecError):
        return None
    return dict(found)


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" 等 {len(listed)} 个" if len(listed) > _MOST_NAMED else ""
    return "、".join(listed[:_MOST_NAMED]) + more
