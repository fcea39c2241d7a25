"""How a package hangs together with those before it (RFC 6962; docs/package-format.md, ledger/).

The slice of journal lines must continue last week's tree and give this week's; every week since the
service began must have its checkpoint. Who else held a checkpoint is what makes it *witnessed*: the
agency alone could have rewritten everything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from evidence.domain.week import Week
from evidence.errors import EvidenceError
from evidence.ledger.chain import START
from evidence.ledger.chain import check as check_chain
from evidence.ledger.checkpoint import Checkpoint, fingerprint, grouped, parse
from evidence.ledger.merkle import Frontier, verify_consistency
from evidence.verify.bag import TEXT_LIMIT
from evidence.verify.container import Container
from evidence.verify.journal import Slice
from evidence.verify.model import Check, CheckKind, LedgerReport, Witness, failed, note, passed

_CHECKPOINT = re.compile(r"data/ledger/checkpoint-(\d{4}-W\d{2}(?:-S\d+)?)\.txt")
_PREV = re.compile(rb',"prev":"([0-9a-f]{64})","seq":(\d+)\}$')
_LEDGER = "data/ledger/"
_PROOF_LIMIT = 1 << 20
"""A proof grows with the logarithm of the ledger; bytes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerPart:
    """What a package says about the ledger, and what is wrong with it."""

    package: str
    text: str = ""
    """This package's checkpoint text; empty when it cannot be read."""
    previous: str = ""
    """Id of the package before."""
    previous_text: str = ""
    """Checkpoint text of the package before, as this package repeats it."""
    texts: Mapping[str, str] = field(default_factory=dict)
    """Every checkpoint in it: `2022-W13` or `2022-W13-S1` -> text."""
    continuous: bool = False
    checks: tuple[Check, ...] = ()
    checkpoint: Checkpoint | None = None
    """This package's tree head; None when it cannot be read."""
    slice: Slice = field(default_factory=Slice)
    """Its journal lines; empty unless chain and root hold."""
    proofs: Mapping[str, tuple[bytes, ...]] = field(default_factory=dict)
    """Checkpoint label -> consistency proof from it to this package's checkpoint (format 2)."""

    def report(self, witnesses: tuple[Witness, ...]) -> LedgerReport:
        """The report's ledger part."""
        mark = fingerprint(self.text) if self.text else ""
        return LedgerReport(
            checkpoint=grouped(mark),
            previous=self.previous,
            continuous=self.continuous,
            witnessed=bool(witnesses),
            witnesses=witnesses,
        )


class _BrokenError(Exception):
    """One check failed so that those after it make no sense."""

    def __init__(self, check: Check) -> None:
        super().__init__(check.message)
        self.check = check


def examine_ledger(container: Container, info: Mapping[str, str]) -> LedgerPart:
    """Judge `data/ledger/` against itself and bag-info.txt; never raises on malformed input."""
    package, previous = info.get("External-Identifier", ""), info.get("Previous-Package", "")
    checks: list[Check] = []
    text = previous_text = ""
    checkpoint: Checkpoint | None = None
    own, proofs = Slice(), dict[str, tuple[bytes, ...]]()
    texts: dict[str, str] = {}
    try:
        texts = _checkpoint_texts(container)
        text = _own_text(texts, package, "本包")
        checkpoint = _checkpoint(text, package)
        own = _check_slice(container, info, checkpoint, checks)
        if previous:
            previous_text = _own_text(texts, previous, "上一包")
            _check_consistency(container, _checkpoint(previous_text, previous), checkpoint, checks)
        _check_weeks(texts, info, checkpoint, checks)
        proofs = _check_every_consistency(container, texts, info, checkpoint, checks)
    except _BrokenError as broken:
        checks.append(broken.check)
    except (ValueError, TypeError, KeyError, AttributeError, msgspec.MsgspecError) as error:
        checks.append(failed("ledger.form", f"账本文件无法解析（{type(error).__name__}）。", _LEDGER))
    return LedgerPart(
        package=package,
        text=text,
        previous=previous,
        previous_text=previous_text,
        texts=texts,
        continuous=not any(check.kind == CheckKind.FAIL for check in checks),
        checks=tuple(checks),
        checkpoint=checkpoint,
        slice=own,
        proofs=proofs,
    )


def _read(container: Container, name: str, limit: int = TEXT_LIMIT) -> bytes:
    extent = container.files.get(_LEDGER + name)
    if extent is None:
        raise _BrokenError(failed("ledger.form", "账本缺少文件。", _LEDGER + name, "SIGNED_DATA_NOT_FOUND"))
    return extent.read(limit)


def _json(container: Container, name: str) -> Any:
    return msgspec.json.decode(_read(container, name, _PROOF_LIMIT))


def _checkpoint_texts(container: Container) -> dict[str, str]:
    """`2022-W13` or `2022-W13-S1` -> checkpoint text."""
    found: dict[str, str] = {}
    for path in container.files:
        match = _CHECKPOINT.fullmatch(path)
        if match:
            found[match[1]] = container.files[path].read(1 << 20).decode("utf-8")
    return found


def _own_text(texts: Mapping[str, str], package: str, what: str) -> str:
    label = package.partition("-")[2]
    if label not in texts:
        raise _BrokenError(
            failed("ledger.checkpoint", f"账本缺少{what}的检查点。", package, "SIGNED_DATA_NOT_FOUND")
        )
    return texts[label]


def _checkpoint(text: str, package: str) -> Checkpoint:
    try:
        return parse(text)
    except ValueError as error:
        raise _BrokenError(failed("ledger.checkpoint", "检查点格式不对。", package)) from error


def _check_slice(
    container: Container, info: Mapping[str, str], checkpoint: Checkpoint, checks: list[Check]
) -> Slice:
    """Last week's frontier plus this week's lines give this week's root."""
    frontier = Frontier.from_json(_json(container, "frontier.json"))
    where = _LEDGER + "journal.jsonl"
    data = _read(container, "journal.jsonl")
    if data and not data.endswith(b"\n"):
        raise _BrokenError(failed("ledger.slice", "账页最后一行不完整。", where))
    lines = data.split(b"\n")[:-1]
    start, end = int(info.get("Journal-Start", "-1")), int(info.get("Journal-End", "-1"))
    if frontier.size != start or start + len(lines) != end or checkpoint.size != end:
        raise _BrokenError(failed("ledger.slice", "账页的起止行与登记不符，有缺行或多行。", where))
    if start == 0 and frontier.nodes:
        raise _BrokenError(failed("ledger.slice", "首包的树前沿应当为空。", _LEDGER + "frontier.json"))
    try:
        check_chain(lines, seq=start, prev=_first_prev(lines, start))
    except EvidenceError as error:
        raise _BrokenError(
            failed("ledger.slice", f"账页的散列链断裂：{error.what}", where, "HASH_FAILURE")
        ) from error
    root = frontier.extend(lines).root
    if root != checkpoint.root or root.hex() != info.get("Checkpoint-Root"):
        raise _BrokenError(
            failed("ledger.slice", "上周的树前沿加上本周账页，得不出本周检查点。", where, "HASH_FAILURE")
        )
    joined = "接续上周，" if start else "自首行起，"
    checks.append(passed("ledger.slice", f"本包账页 {len(lines)} 行{joined}得出本包检查点。", where))
    return Slice(start=start, lines=tuple(lines))


def _first_prev(lines: list[bytes], start: int) -> str:
    """`prev` of the first line: the chain's start, else its own word (the frontier binds it)."""
    match = _PREV.search(lines[0]) if lines and start else None
    return match[1].decode() if match else START


def _check_consistency(
    container: Container, before: Checkpoint, now: Checkpoint, checks: list[Check]
) -> None:
    where = _LEDGER + "consistency.json"
    frontier = Frontier.from_json(_json(container, "frontier.json"))
    if frontier.size != before.size or frontier.root != before.root:
        raise _BrokenError(
            failed(
                "ledger.frontier", "树前沿与上一包的检查点不符。", _LEDGER + "frontier.json", "HASH_FAILURE"
            )
        )
    document = _json(container, "consistency.json")
    proof = [bytes.fromhex(node) for node in document["proof"]]
    if before.origin != now.origin:
        raise _BrokenError(failed("ledger.consistency", "前后检查点不是同一本账。", where))
    if (document["from"], document["to"]) != (before.size, now.size):
        raise _BrokenError(failed("ledger.consistency", "一致性证明的起止与检查点不符。", where))
    if before.size and not verify_consistency(before.size, now.size, proof, before.root, now.root):
        raise _BrokenError(
            failed("ledger.consistency", "一致性证明不成立，上周的账被改写过。", where, "HASH_FAILURE")
        )
    checks.append(passed("ledger.consistency", "上周的账是本周的账的前段，没有被改写。", where))


def _check_every_consistency(
    container: Container,
    texts: Mapping[str, str],
    info: Mapping[str, str],
    now: Checkpoint,
    checks: list[Check],
) -> dict[str, tuple[bytes, ...]]:
    """Every earlier checkpoint is the beginning of this tree: any package a reader kept is a witness."""
    where = _LEDGER + "consistency.json"
    if info.get("Package-Format", "1") == "1":
        return {}
    stated = {str(each["package"]): each for each in _json(container, "consistency.json")["checkpoints"]}
    proofs: dict[str, tuple[bytes, ...]] = {}
    for label in sorted(texts.keys() - {_label(info.get("External-Identifier", ""))}, key=order_of_label):
        before = _checkpoint(texts[label], label)
        if label not in stated:
            text = f"{label} 的检查点没有一致性证明。"
            raise _BrokenError(failed("ledger.consistency", text, where, "SIGNED_DATA_NOT_FOUND"))
        proof = [bytes.fromhex(node) for node in stated[label]["proof"]]
        if before.size and not verify_consistency(before.size, now.size, proof, before.root, now.root):
            text = f"{label} 的检查点不是本包账本的前段，检查点或账本被改写过。"
            raise _BrokenError(failed("ledger.consistency", text, where, "HASH_FAILURE"))
        proofs[label] = tuple(proof)
    if proofs:
        text = f"以前的 {len(proofs)} 个检查点都是本包账本的前段。"
        checks.append(passed("ledger.consistency", text, where))
    return proofs


def _label(package: str) -> str:
    """`WJB-2022-W13-S1` -> `2022-W13-S1`."""
    return package.partition("-")[2]


def _check_weeks(
    texts: Mapping[str, str], info: Mapping[str, str], checkpoint: Checkpoint, checks: list[Check]
) -> None:
    """Every week from the first to this one has a checkpoint, and the tree never shrank."""
    first, _, last = info.get("Service-Weeks", "").partition("/")
    week, end = Week.parse(first), Week.parse(last)
    if last != info.get("Week") or week > end:
        raise _BrokenError(failed("ledger.weeks", "登记的服务周次与本包周次不符。", "bag-info.txt"))
    missing: list[str] = []
    while week <= end:
        label = str(week)
        if label not in texts:
            missing.append(label)
        week = week.shift(1)
        if len(missing) > 20:
            break
    if missing:
        raise _BrokenError(failed("ledger.weeks", f"缺少这些周的检查点：{'、'.join(missing)}。", _LEDGER))
    # A supplement may be made long after its week: it follows its own week, not the weeks after it.
    weekly = latest = 0
    for label in sorted(texts, key=order_of_label):
        each = _checkpoint(texts[label], label)
        supplement = order_of_label(label)[1] > 0
        floor = latest if supplement else weekly
        if each.origin != checkpoint.origin or not floor <= each.size <= checkpoint.size:
            raise _BrokenError(failed("ledger.weeks", "历次检查点的账目行数倒退，或不是同一本账。", label))
        latest = each.size
        weekly = weekly if supplement else each.size
    if not info.get("Previous-Package"):
        text = "这是首个移交包，没有可接续的上一包。"
        if first != last or info.get("Supplement-Of") or info.get("Journal-Start") != "0":
            raise _BrokenError(failed("ledger.weeks", "不是首周，却没有登记上一包。", "bag-info.txt"))
        checks.append(note("ledger.previous", text, "bag-info.txt"))
    checks.append(passed("ledger.weeks", f"自 {first} 至 {last} 每周都有检查点，没有缺周。", _LEDGER))


def order_of_label(label: str) -> tuple[str, int]:
    """`2022-W13-S1` -> (`2022-W13`, 1): weeks in order, a week's supplements behind it."""
    week, _, supplement = label.partition("-S")
    return week, int(supplement or 0)
