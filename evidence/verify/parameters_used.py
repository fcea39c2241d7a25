"""The numbers that a package was judged with: against the signed contract, and against another package's.

They are the agency's settings and in no journal line: loosened ones would judge anything complete. That
they differ may be lawful (an agreed change, another contract), so it is said and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import msgspec

from evidence.rules.parameters import NO_NUMBERS, NOT_AGREED, Parameters, clause_of, contract_text
from evidence.verify.model import Check, note, stated
from evidence.verify.package import FACTS, Package

_ID = "judgement.parameters"


def examine_parameters(package: Package) -> tuple[Check, ...]:
    """Numbers other than those of the contract that the rules were written for."""
    found, signed = _parameters(package), Parameters()
    if found is None or found.contract != signed.contract:
        return ()
    names = tuple(name for name in _differing(found, signed) if name not in NOT_AGREED)
    if not names:
        return ()
    told = _told(names, found, signed, "合同原文")
    return (note(_ID, f"判断所用的参数与合同原文不同：{told}。", FACTS),)


def compare_parameters(package: Package, kept: Package) -> tuple[Check, ...]:
    """Numbers, rules struck out and words that differ between two packages of one ledger."""
    ours, theirs = _parameters(package), _parameters(kept)
    if ours is None or theirs is None:
        return ()
    names = _differing(ours, theirs)
    told = [_told(names, ours, theirs, kept.id)] if names else []
    told += _otherwise_meant(ours, theirs)
    # older packages do not say it: nothing that the agency changed
    stated_by_both = all("judge_client" in each.facts["parameters"] for each in (package, kept))
    if stated_by_both and ours.judge_client != theirs.judge_client:
        told.append(f"{'也' if ours.judge_client else '不'}判断委托方的义务")
    if not told:
        return ()
    return (stated(_ID, f"判断所用的参数与“{kept.id}”不同：{'；'.join(told)}，请核对有无约定。", FACTS),)


def _otherwise_meant(ours: Parameters, theirs: Parameters) -> Iterator[str]:
    """What the contract's own words changed: a rule struck out since would silence whatever it found."""
    now, before = contract_text(ours), contract_text(theirs)
    struck, restored = (
        sorted(set(one.without_rules) - set(other.without_rules))
        for one, other in ((now, before), (before, now))
    )
    if struck:
        yield f"不再判断 {'、'.join(struck)}"
    if restored:
        yield f"重新判断 {'、'.join(restored)}"
    if replace(now, without_rules=()) != replace(before, without_rules=()):
        yield "合同条款或名称的文字"


def _differing(ours: Parameters, theirs: Parameters) -> tuple[str, ...]:
    """Names of the numbers that differ; the contract's own words are another matter."""
    return tuple(
        one.name
        for one in fields(Parameters)
        if one.name not in NO_NUMBERS and getattr(ours, one.name) != getattr(theirs, one.name)
    )


def _parameters(package: Package) -> Parameters | None:
    """None where they cannot be read, which judging again tells."""
    try:
        return msgspec.convert(package.facts.get("parameters"), Parameters)
    except msgspec.ValidationError:
        return None


def _told(names: tuple[str, ...], ours: Parameters, theirs: Parameters, whose: str) -> str:
    text = contract_text(ours)
    pairs = ((name, _shown(getattr(ours, name)), _shown(getattr(theirs, name))) for name in names)
    return "；".join(
        f"{clause_of(name, text)}（{name}）为 {one}，{whose}为 {other}" for name, one, other in pairs
    )


def _shown(value: Any) -> str:
    return "（无）" if value is None else str(value)
