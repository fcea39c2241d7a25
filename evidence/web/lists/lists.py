"""The lists there are: what a row is and which columns it has."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from evidence.web.lists import ledger_lists, party_lists
from evidence.web.lists.known import Known
from evidence.web.lists.listing import Column


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One list."""

    key: str
    title: str
    columns: Callable[[Known], tuple[Column, ...]]
    rows: Callable[[Known], Sequence[Any]]
    empty: str
    """What to do while there is nothing."""
    prepare: Callable[[Known, Sequence[Any]], None] = lambda known, rows: None
    """Reads in one go what the rows of a page need."""
    bulk: Callable[[Any], str] | None = None
    """What a row is called when several are chosen; None where nothing is done with several."""


LISTINGS: tuple[Listing, ...] = (
    Listing(
        key="enterprises", title="企业", columns=party_lists.enterprise_columns,
        rows=party_lists.enterprise_rows, prepare=party_lists.prepare_enterprises,
        bulk=lambda row: str(row.id), empty="名册里还没有企业。请先导入名册。",
    ),
    Listing(
        key="cases", title="案件", columns=ledger_lists.case_columns, rows=ledger_lists.case_rows,
        empty="还没有案件。可以在企业清单里选中企业后开立。",
    ),
    Listing(
        key="documents", title="文书", columns=ledger_lists.document_columns,
        rows=ledger_lists.document_rows, empty="还没有签发文书。", bulk=lambda row: str(row.form.number),
    ),
    Listing(
        key="arrivals", title="到件", columns=ledger_lists.arrival_columns, rows=ledger_lists.arrival_rows,
        empty="还没有到件。请把扫描件放进收件夹。",
    ),
    Listing(
        key="hazards", title="隐患台账", columns=ledger_lists.hazard_columns,
        rows=lambda known: known.all_hazards(), empty="没有登记隐患。",
    ),
    Listing(
        key="footage", title="录像", columns=ledger_lists.footage_columns, rows=ledger_lists.footage_rows,
        empty="还没有录像。请把记录仪的文件放进收件夹。",
    ),
    Listing(
        key="packages", title="移交包", columns=ledger_lists.package_columns,
        rows=ledger_lists.package_rows, empty="还没有制作移交包。",
    ),
    Listing(
        key="entries", title="台账登记", columns=ledger_lists.entry_columns, rows=ledger_lists.entry_rows,
        empty="台账还没有登记。",
    ),
    Listing(
        key="people", title="人员", columns=party_lists.person_columns, rows=party_lists.person_rows,
        empty="名册里还没有人员。请先导入名册。",
    ),
    Listing(
        key="recorders", title="记录仪", columns=party_lists.device_columns, rows=party_lists.device_rows,
        empty="名册里还没有记录仪。请先导入名册。",
    ),
    Listing(
        key="campaigns", title="专项", columns=party_lists.campaign_columns,
        rows=party_lists.campaign_rows, empty="名册里还没有专项。请先导入名册。",
    ),
)  # fmt: skip
BY_KEY = {listing.key: listing for listing in LISTINGS}
