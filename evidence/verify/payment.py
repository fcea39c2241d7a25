"""The pack of a payment or of a campaign: a signed bag of lists and the documents that prove them, without
ledger or judgement.

`evidence instalment --out` and the desk write it. What it proves is who signed it, when, that nothing was
changed since, and that its lists and its documents speak of the same cases; whether the money is due, or the
campaign covered everybody, no file decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from evidence.rules.campaign_pack import UNCHECKED_WORDS
from evidence.rules.clause import KIND_NAMES, Kind
from evidence.rules.instalments import UNSERVED_WORDS
from evidence.verify.bag import TEXT_LIMIT, Layout, examine_bag
from evidence.verify.container import Container
from evidence.verify.continuity import LedgerPart
from evidence.verify.digests import Digest, digest_all
from evidence.verify.guarding import guarded
from evidence.verify.journal import Journal
from evidence.verify.material_told import some
from evidence.verify.model import Check, failed, note, passed, review
from evidence.verify.opening import open_container, renewals_beside
from evidence.verify.package import FACTS, Package, prove, take_apart
from evidence.verify.trust import TrustStore
from evidence.verify.workbook_rows import workbook_rows

_Row = tuple[str, ...]
LISTING = "data/资料包.json"
"""The lists for programs; only such a pack has it."""
SHEET = "data/企业闭环清单.xlsx"
RECORDS, ORIGINALS = "data/企业/", "data/原件/"
MONEY = "data/付款与违约核对.xlsx"
SUMMARY = "data/专项检查汇总清单.pdf"
"""Only the pack of a campaign has it."""
PAYMENT = Layout(what="付款资料包", payload=(LISTING, SHEET, MONEY))
CAMPAIGN = Layout(what="专项资料包", payload=(LISTING, SHEET, SUMMARY))
_CHAIN_COLUMNS, _MONEY_COLUMNS = "BCDEFGH", "BCDE"
"""All but the first, which numbers the rows."""
_LONGEST = 32_766
"""Characters of a cell before what Excel cannot hold is cut off."""
_DAY_ZERO = date(1899, 12, 30)
"""Excel counts days from here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPack:
    """A pack for a payment, or of a campaign, taken apart; no ledger, so nothing is compared with it."""

    package: Package
    """Its bag and signature; ledger, journal and facts are empty."""
    about: tuple[Check, ...]
    """What its lists say against its files."""


def open_and_take(path: Path, store: TrustStore, now: datetime) -> Package | PaymentPack | Check:
    """What lies at a path taken apart by its own layout, or why it cannot be read.

    The one door for what is under judgement, for each of a folder and for what the reader kept.

    Args:
        path: of the zip or folder; later time stamps lie beside it.
        store: the reader's anchors.
        now: instant of verification.

    Raises:
        InputError: the path does not exist, or is neither a folder nor a zip.
        ForeignBagError: it is a bag of another system.
        OSError: a file cannot be read.
    """
    container = open_container(path)
    if isinstance(container, Check):
        return container
    if is_payment_pack(container):
        return take_payment_apart(path, container, store, now)
    return take_apart(path, container, store, now)


def is_payment_pack(container: Container) -> bool:
    """Whether a bag of ours is one for a payment or of a campaign; changing that breaks the signature."""
    return LISTING in container.files and not {FACTS, "data/ledger/journal.jsonl"} & container.files.keys()


def take_payment_apart(path: Path, container: Container, store: TrustStore, now: datetime) -> PaymentPack:
    """The bag and its signature, and what its lists say against its files.

    Args:
        path: of the zip or folder; later time stamps lie beside it.
        container: its files.
        store: the reader's anchors.
        now: instant of verification.

    Raises:
        OSError: a file cannot be read.
    """
    digests = digest_all(container.files)
    package = Package(
        path=path,
        container=container,
        digests=digests,
        bag=examine_bag(container, digests, layout_of(container)),
        proof=prove(container, store, now, renewals_beside(path)),
        ledger=LedgerPart(package=container.name),
        journal=Journal(),
        facts={},
    )
    about = guarded(
        "payment.lists", lambda: tuple(_about(container, digests, package.info)), lambda check: (check,)
    )
    return PaymentPack(package=package, about=about)


def layout_of(container: Container) -> Layout:
    """A campaign's summary list tells its pack from one for a payment."""
    return CAMPAIGN if SUMMARY in container.files else PAYMENT


def _about(container: Container, digests: Mapping[str, Digest], info: Mapping[str, str]) -> Iterator[Check]:
    told = msgspec.json.decode(container.files[LISTING].read(TEXT_LIMIT))
    chains = list(told["chains"])
    of_campaign = layout_of(container) is CAMPAIGN
    enclosed = [told["summary_list"]] if of_campaign else []
    if of_campaign and digests[SUMMARY].sha256 != enclosed[0]["pdf"]:
        yield failed("payment.documents", "汇总清单与清单所记的摘要不符。", SUMMARY, "HASH_FAILURE")
    yield from _documents(container, digests, chains)
    yield from _originals(container, digests, chains, enclosed)
    yield from _sheets(container, chains, told)
    what = info.get("External-Description") or container.name
    open_question = "全覆盖是否达到要求由监管部门认定" if of_campaign else "是否应付由合同双方决定"
    yield note(
        "payment.scope",
        f"这是{layout_of(container).what}（{what}）：只证明由谁、何时签名，此后没有改动，清单与所附文书相符；"
        f"不含账本和判断，{open_question}。",
    )


def _documents(
    container: Container, digests: Mapping[str, Digest], chains: Sequence[Mapping[str, Any]]
) -> Iterator[Check]:
    """Every record that a line names lies in its case's folder with the bytes it states, and no other."""
    named = {(str(one["case"]), str(number)) for one in chains for number in one["documents"]}
    here = {
        (each.parent.name, each.stem): digests[str(each)].sha256
        for each in map(PurePosixPath, container.files)
        if str(each).startswith(RECORDS) and each.suffix == ".pdf"
    }
    if absent := sorted(number for _case, number in named - here.keys()):
        yield failed("payment.documents", f"清单列出的文书不在包内：{some(absent)}。", LISTING)
    if strange := sorted(number for _case, number in here.keys() - named):
        yield review("payment.documents", f"包内有清单没有列出的文书：{some(strange)}。", LISTING)
    if unlike := sorted(_unlike(chains, here)):
        yield failed(
            "payment.documents", f"文书与清单所记的摘要不符：{some(unlike)}。", LISTING, "HASH_FAILURE"
        )
    elif not named and not here:
        yield review("payment.documents", "清单没有列出任何文书，包内也没有：没有可以证明的。", LISTING)
    elif named == here.keys():
        yield passed("payment.documents", f"清单列出的 {len(named)} 份文书都在包内。", LISTING)


def _unlike(chains: Sequence[Mapping[str, Any]], here: Mapping[tuple[str, str], str]) -> Iterator[str]:
    """Records in the pack whose bytes the lists state otherwise, or not while they state others."""
    for one in chains:
        if "records" not in one:
            continue  # made before the lists told digests
        stated = {str(each["number"]): each["pdf"] for each in one["records"]}
        for number in map(str, one["documents"]):
            found = here.get((str(one["case"]), number))
            if found is not None and (stated.get(number) != found):
                yield number


def _originals(
    container: Container,
    digests: Mapping[str, Digest],
    chains: Sequence[Mapping[str, Any]],
    enclosed: Sequence[Mapping[str, Any]],
) -> Iterator[Check]:
    """An original is named by its digest, and is one that a record states.

    Args:
        enclosed: records that belong to no case: a campaign's summary list.
    """
    mine = [path for path in container.files if path.startswith(ORIGINALS)]
    wrong = [path for path in mine if digests[path].sha256 != PurePosixPath(path).stem]
    for path in wrong:
        yield failed("payment.originals", "原件与其名称中的摘要不符。", path, "HASH_FAILURE")
    here = {digests[path].sha256 for path in mine} - {digests[path].sha256 for path in wrong}
    told = [*enclosed, *(each for one in chains for each in one.get("records", ()))]
    stated = {str(digest) for each in told for digest in each["scans"]}
    if absent := sorted(stated - here):
        yield failed("payment.originals", f"清单所记的原件不在包内：{some(absent)}。", LISTING)
    if (enclosed or any("records" in one for one in chains)) and (strange := sorted(here - stated)):
        yield review("payment.originals", f"包内有清单没有记载的原件：{some(strange)}。", LISTING)
    elif not mine and not absent:
        yield review("payment.originals", "包内没有任何原件：文书是否回收无从核对。", LISTING)
    elif not wrong and not absent:
        yield passed("payment.originals", f"{len(mine)} 个原件与名称中的摘要相符。")


def _sheets(
    container: Container, chains: Sequence[Mapping[str, Any]], told: Mapping[str, Any]
) -> Iterator[Check]:
    """What people read says of each case and each claim what programs read, and counts the same."""
    words = UNCHECKED_WORDS if layout_of(container) is CAMPAIGN else UNSERVED_WORDS
    unserved = [
        (one["name"], one["enterprise"], "", "", "否", words, "") for one in told["section"]["unserved"]
    ]
    lines = [*map(_chain_row, chains), *unserved]
    summary, complete = told["summary"], sum(map(_complete, chains))
    if differing := _differing(container, SHEET, _CHAIN_COLUMNS, lines):
        named = sorted({case or code for _name, code, case, *_rest in differing})
        yield failed("payment.lists", f"供人看的清单与供程序读的不同：{some(named)}。", SHEET)
    elif MONEY in container.files and (
        differing := _differing(container, MONEY, _MONEY_COLUMNS, map(_money_row, told["money"]))
    ):
        named = sorted({clause for clause, *_rest in differing})
        yield failed("payment.lists", f"供人看的付款与违约核对与供程序读的不同：{some(named)}。", MONEY)
    elif (summary["checked"], summary["complete"]) != (len(chains), complete):
        yield failed("payment.lists", "合计的家数与各行不符。", LISTING)
    else:
        words = f"供人看的和供程序读的清单一致：{len(chains)} 家已检查，{complete} 家资料完整、已闭环。"
        yield passed("payment.lists", words, SHEET)


def _differing(container: Container, path: str, columns: str, stated: Iterable[_Row]) -> list[_Row]:
    """Rows that only one of the two has, as often as they are missing in the other."""
    _head, *rows = workbook_rows(container.files[path].read(TEXT_LIMIT))
    shown = Counter(tuple(row.get(column, "")[:_LONGEST] for column in columns) for row in rows)
    wanted = Counter(tuple(text[:_LONGEST] for text in row) for row in stated)
    return [*(shown - wanted), *(wanted - shown)]


def _chain_row(one: Mapping[str, Any]) -> _Row:
    lacking, documents = "\n".join(one["lacking"]), "\n".join(one["documents"])
    closed = "是" if _complete(one) else "否"
    return (one["name"], one["enterprise"], one["case"], _day(one["checked_on"]), closed, lacking, documents)


def _money_row(one: Mapping[str, Any]) -> _Row:
    return (one["clause"]["number"], KIND_NAMES[Kind(one["kind"])], one["message"], _day(one["due"]))


def _day(text: str | None) -> str:
    """As a cell holds it: a number of days; nothing where there is none."""
    return str((date.fromisoformat(text) - _DAY_ZERO).days) if text else ""


def _complete(line: Mapping[str, Any]) -> bool:
    return bool(line["closed"]) and not line["lacking"]
