"""What packages the reader kept say about this one: his own copies are witnesses the agency cannot reach.

A genuine package that is not the one before convicts only when both tell a checkpoint differently;
otherwise the question stays open, for the reader took the wrong file.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from evidence.verify.bag import TAGMANIFEST, TEXT_LIMIT
from evidence.verify.continuity import LedgerPart, order_of_label
from evidence.verify.model import Check, failed, passed, review
from evidence.verify.opening import open_container
from evidence.verify.owed import compare_owed
from evidence.verify.package import Package, take_apart
from evidence.verify.trust import TrustStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a kept package says."""

    checks: tuple[Check, ...] = ()
    witnessed: bool = False


def compare_with_kept(package: Package, kept: Path, store: TrustStore, now: datetime) -> Compared:
    """Check the reader's own copy of a package, then whether this one continues it.

    Args:
        package: the one under judgement.
        kept: zip or folder of the reader's copy.
        store: the reader's anchors.
        now: instant of verification.

    Raises:
        InputError: the path does not exist or is no package.
    """
    container = open_container(kept)
    if isinstance(container, Check):
        text = f"给出的上一包读不出来，不能作为见证：{container.message}"
        return Compared(checks=(review("ledger.previous", text, kept.name, "FORMAT_FAILURE"),))
    before = take_apart(kept, container, store, now)
    bad = [check for check in before.checks if check.kind == "fail"]
    if bad:
        # damage to the reader's own copy says nothing against this package
        text = f"给出的上一包本身有问题，不能作为见证：{bad[0].message}"
        where = f"{kept.name} · {bad[0].location}"
        return Compared(checks=(review("ledger.previous", text, where, bad[0].sub_indication),))
    check = _compare(package, before)
    witnessed = check.kind == "pass" and TAGMANIFEST in container.files
    owed: tuple[Check, ...] = ()
    if check.kind == "pass":
        owed = tuple(compare_owed(package.container, container))
    return Compared(checks=(check, *owed), witnessed=witnessed)


def _compare(package: Package, before: Package) -> Check:
    """Whether this package really continues the one the reader kept."""
    part, where = package.ledger, before.container.name
    tagmanifest = before.container.files.get(TAGMANIFEST)
    if before.ledger.package != part.previous:
        return _compare_with_other(part, before.ledger, where)
    if tagmanifest is None or sha256(tagmanifest.read(TEXT_LIMIT)).hexdigest() != package.info.get(
        "Previous-Tagmanifest-SHA256"
    ):
        return failed(
            "ledger.previous", "上一包的清单与本包登记的摘要不符，历史被改写过。", where, "HASH_FAILURE"
        )
    if before.ledger.text != part.previous_text:
        return failed(
            "ledger.previous", "上一包的检查点与本包所载不同，历史被改写过。", where, "HASH_FAILURE"
        )
    return passed("ledger.previous", "本包确实接续你所持有的上一包。", where)


def _compare_with_other(part: LedgerPart, other: LedgerPart, where: str) -> Check:
    """What a package that is not the one before can still tell: the checkpoints both repeat."""
    shared = sorted(
        # another contract's ledger has its own name in the first line, and tells nothing about this one
        (
            label
            for label in part.texts.keys() & other.texts.keys()
            if _origin(part, label) == _origin(other, label)
        ),
        key=order_of_label,
    )
    differing = [label for label in shared if part.texts[label] != other.texts[label]]
    if differing:
        text = f"{'、'.join(differing)} 的检查点与你所持“{other.package}”中的不同，历史被改写过。"
        return failed("ledger.previous", text, where, "HASH_FAILURE")
    right = f"请给出“{part.previous}”" if part.previous else "本包是首个移交包，没有上一包"
    agree = f"；两包共有的 {len(shared)} 个检查点相同" if shared else ""
    text = f"给出的“{other.package}”不是本包的直接上一包，不足以证明连续{agree}。{right}。"
    return review("ledger.previous", text, where, "SIGNED_DATA_NOT_FOUND")


def _origin(part: LedgerPart, label: str) -> str:
    return part.texts[label].partition("\n")[0]
