"""An in-memory agency and its week 2022-W13, from domain dataclasses alone; every test may bend it.

`week_facts()` holds three cases in which everything is in order at `FRIDAY`:
`WJB22-0001` a closed chain (check 03-14, urging 03-22, report 03-28, recheck 03-31),
`WJB22-0002` checked this week, `WJB22-0003` a heavy-class enterprise with two experts and a supervisor.
Judge it with `PARAMETERS`, which know the contract price. All names are invented."""

from dataclasses import replace
from datetime import date

from evidence.domain.document import BoxKind, MarkVerdict
from evidence.domain.facts import Facts
from evidence.domain.parties import Role
from evidence.ledger.events import PackageBuilt, VisitRecorded
from tests.support.sample.cases import case_entries, checked_case, closed_case, heavy_case, standing_entries
from tests.support.sample.changes import (
    number,
    on_case,
    on_document,
    on_enterprise,
    on_hazard,
    on_person,
    on_recordings,
    on_report,
    on_visit,
    with_entry,
    with_mark,
    with_visit,
    without_document,
    without_entries,
    without_page,
    without_visit,
)
from tests.support.sample.journal import journal_events
from tests.support.sample.papers import document, footage
from tests.support.sample.parties import (
    CHECK_DAY,
    CHECKED,
    CLOSED,
    FORM_CODES,
    FRIDAY,
    HEAVY,
    PARAMETERS,
    WEEK,
    devices,
    digest,
    enterprises,
    entry,
    instant,
    people,
    undertakings,
)
from tests.support.sample.visits import check_visit, hazards, items, recheck_visit, report, urging_visit
from tests.support.sample.weeks import case_facts, package, packages, plans, receipt, services, week_facts

__all__ = [
    "CHECKED",
    "CHECK_DAY",
    "CLOSED",
    "FORM_CODES",
    "FRIDAY",
    "HEAVY",
    "PARAMETERS",
    "WEEK",
    "BoxKind",
    "Facts",
    "MarkVerdict",
    "PackageBuilt",
    "Role",
    "VisitRecorded",
    "case_entries",
    "case_facts",
    "check_visit",
    "checked_case",
    "closed_case",
    "date",
    "devices",
    "digest",
    "document",
    "enterprises",
    "entry",
    "footage",
    "hazards",
    "heavy_case",
    "instant",
    "items",
    "journal_events",
    "number",
    "on_case",
    "on_document",
    "on_enterprise",
    "on_hazard",
    "on_person",
    "on_recordings",
    "on_report",
    "on_visit",
    "package",
    "packages",
    "people",
    "plans",
    "receipt",
    "recheck_visit",
    "replace",
    "report",
    "services",
    "standing_entries",
    "undertakings",
    "urging_visit",
    "week_facts",
    "with_entry",
    "with_mark",
    "with_visit",
    "without_document",
    "without_entries",
    "without_page",
    "without_visit",
]
