"""What the journal's own lines say about earlier packages, against what this package shows of them.

A package that its own journal names cannot be left out, nor a checkpoint be told differently. When a
ledger begins late, or anew, the weeks without a package since the contract are counted and said.
"""

from __future__ import annotations

from datetime import date

from evidence.domain.week import Week
from evidence.verify.continuity import order_of_label
from evidence.verify.journal import EARLIER
from evidence.verify.model import Check, failed, note, passed, review
from evidence.verify.package import Package

_ID = "ledger.history"
_SLICE = "data/ledger/journal.jsonl"


def examine_history(package: Package) -> tuple[Check, ...]:
    """Packages and checkpoints that the journal names, against those this package shows."""
    if package.ledger.checkpoint is None or not package.ledger.continuous:
        return ()
    checks = (*_hidden(package), *_retold(package), *_unproven(package))
    if not checks:
        count = len(package.journal.packages())
        said = f"账本记载的 {count} 个以前的移交包都在检查点之列，上一包无误。" if count else ""
        checks = (passed(_ID, said, _SLICE),) if said else ()
    return (*checks, *_before_the_first(package))


def _hidden(package: Package) -> list[Check]:
    """Packages that the journal says were built, and this package does not know."""
    found: list[Check] = []
    texts = package.ledger.texts
    built = package.journal.packages()
    for id in built:
        if _label(id) not in texts:
            text = f"账本记载做过移交包 {id}，本包的检查点里没有它：它被隐瞒了。"
            found.append(failed(_ID, text, _SLICE, "HASH_FAILURE"))
    last = max(built.values(), key=lambda pair: pair[0].seq, default=None)
    if last is not None and last[1]["id"] != package.ledger.previous and not last[0].earlier:
        text = (
            f"账本最后做的移交包是 {last[1]['id']}，本包却自称接续 {package.ledger.previous or '（没有）'}。"
        )
        found.append(failed(_ID, text, "bag-info.txt", "HASH_FAILURE"))
    previous = built.get(package.ledger.previous)
    stated = package.info.get("Previous-Tagmanifest-SHA256")
    if previous is not None and previous[1].get("tagmanifest") not in ("", None, stated):
        text = f"本包登记的上一包清单摘要与账本记载的 {package.ledger.previous} 不同。"
        found.append(failed(_ID, text, "bag-info.txt", "HASH_FAILURE"))
    return found


def _retold(package: Package) -> list[Check]:
    """Checkpoints whose text the journal gives otherwise."""
    return [
        failed(
            _ID,
            f"{label} 的检查点与账本自己的记载不同，检查点被改写过。",
            f"data/ledger/checkpoint-{label}.txt",
            "HASH_FAILURE",
        )
        for line in package.journal.of("checkpoint.made/1")
        if (label := line.payload["week"]) in package.ledger.texts
        and package.ledger.texts[label] != line.payload["text"]
    ]


def _unproven(package: Package) -> list[Check]:
    """Earlier packages that are shown, and whose line in the journal is not (format 2)."""
    if package.info.get("Package-Format", "1") == "1":
        return []
    told = {_label(id) for id in package.journal.packages()}
    missing = sorted(package.ledger.texts.keys() - told - {_label(package.id)}, key=order_of_label)
    if not missing:
        return []
    text = f"以前的移交包 {'、'.join(missing)} 没有账本的记载（缺少账目及其证明），不能与账本核对。"
    return [review(_ID, text, EARLIER, "SIGNED_DATA_NOT_FOUND")]


def _before_the_first(package: Package) -> tuple[Check, ...]:
    """Weeks between the contract and the first package."""
    first = package.info.get("Service-Weeks", "").partition("/")[0]
    signed = package.facts.get("parameters", {}).get("signed_on", "")
    try:
        week, begin = Week.of(date.fromisoformat(str(signed))), Week.parse(first)
    except ValueError:
        return ()
    count = 0
    while week < begin and count < 1000:
        week, count = week.shift(1), count + 1
    if not count:
        return ()
    text = f"合同签订于 {signed}，首个移交包是 {first}：其间 {count} 周没有移交包，请核对是否另有账本。"
    return (note("ledger.weeks", text, "bag-info.txt"),)


def _label(package: str) -> str:
    return package.partition("-")[2]
