"""The four properties of DA/T 70-2018 (真实性、完整性、可用性、安全性), item by item, from the checks made.

An item says what was looked at and how it came out. What no check looked at is not called in order.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from evidence.verify.model import Check, CheckKind


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """One item of the standard."""

    of: str
    name: str
    how: str
    """What this program does for it."""
    checks: tuple[str, ...]
    """Ids of checks, or their beginnings up to a dot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyItem:
    """One item and how it came out."""

    property: str
    item: str
    how: str
    kind: CheckKind | None
    """The gravest outcome; None when nothing was looked at."""
    passed: int
    """Checks in order."""
    remarks: tuple[str, ...] = ()
    """What failed, is open or must be known; each sentence once."""


_ITEMS = (
    _Item(
        of="真实性",
        name="来源真实性（固化信息有效性）",
        how="验证整包、移交清单和各卷宗的电子签名、时间戳、证书链与吊销状态，核对签名人",
        checks=("signature.", "pdf.", "renewal.", "trust.", "attached."),
    ),
    _Item(
        of="真实性",
        name="内容数据与登记一致",
        how="逐个文件重算摘要，与签名所覆盖的清单、与账本所载的事实、原件、文书、卷宗、移交清单比对",
        checks=(
            *("bag.files", "bag.changed", "bag.renamed", "bag.manifest"),
            *("material.facts", "material.original", "material.paper", "material.list"),
        ),
    ),
    _Item(
        of="真实性",
        name="元数据与内容关联一致",
        how="由包内事实按所载规则集重算判断，与包内结论逐项比对（证明推算无误，不证明事实为真）",
        checks=("judgement.",),
    ),
    _Item(
        of="真实性",
        name="移交信息包一致、历次连续",
        how="核对账本散列树、一致性证明、上一包与接收回执",
        checks=("ledger.", "bag.time"),
    ),
    _Item(
        of="完整性",
        name="数据总量相符",
        how="核对清单所列文件件数与总字节数，有无缺少、多出；移交清单逐行与包内文件、文书比对",
        checks=(
            *("bag.files", "bag.missing", "bag.undeclared", "bag.info", "bag.declaration"),
            *("material.original", "material.list"),
        ),
    ),
    _Item(
        of="完整性",
        name="内容完整",
        how="核对本周缺项、此前声明未移交而仍欠的项目，未结案件是否都列入判断",
        checks=("completeness.",),
    ),
    _Item(
        of="可用性",
        name="移交信息包可读",
        how="按 BagIt 与 ZIP 的结构把每个文件读到末尾，这些格式不依赖本程序",
        checks=("bag.files", "bag.layout", "container.", "zip."),
    ),
    _Item(
        of="可用性",
        name="内容数据可读",
        how="打开每个带签名的 PDF，读其结构到末尾；原件打开到基础安装所能及",
        checks=("pdf.structure", "pdf.coverage", "material.opened"),
    ),
    _Item(
        of="安全性",
        name="过程安全",
        how="只读、不解压，逐个文件在限时限内存的单独进程中处理；存储结构无链接、炸弹、重名",
        checks=("bag.files", "container.", "zip."),
    ),
    _Item(
        of="安全性",
        name="病毒与载体",
        how="本程序不检测；由接收单位按其规定查杀，并检查载体",
        checks=(),
    ),
)
_GRAVITY = (CheckKind.FAIL, CheckKind.REVIEW, CheckKind.NOTE, CheckKind.PASS)


def four_properties(checks: Sequence[Check]) -> tuple[PropertyItem, ...]:
    """Every item in the standard's order; a check may serve several."""
    return tuple(_judged(item, [each for each in checks if serves(item.checks, each.id)]) for item in _ITEMS)


def items_of(check_id: str) -> tuple[str, ...]:
    """Names of the items that a check serves."""
    return tuple(item.name for item in _ITEMS if serves(item.checks, check_id))


def serves(named: Sequence[str], check_id: str) -> bool:
    """Whether a check is among those named, each by its id or by its area."""
    return any(check_id.startswith(name) if name.endswith(".") else check_id == name for name in named)


def _judged(item: _Item, checks: Sequence[Check]) -> PropertyItem:
    tally = Counter(each.kind if each.decides else CheckKind.NOTE for each in checks)
    # remarks alone are no examination
    kind = next((kind for kind in _GRAVITY if tally[kind]), None)
    told = [each for each in checks if each.kind is not CheckKind.PASS]
    told.sort(key=lambda each: _GRAVITY.index(each.kind))
    return PropertyItem(
        property=item.of,
        item=item.name,
        how=item.how,
        kind=kind,
        passed=tally[CheckKind.PASS],
        remarks=tuple(dict.fromkeys(each.message for each in told)),
    )
