"""Questions that a database answers from an index, and a folder by looking: the answers are the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from evidence.domain.case import Case, CaseKind
from evidence.domain.identifiers import CaseId, VisitId
from evidence.domain.register import Package, RegisterEntry
from evidence.domain.week import Week
from evidence.ledger.events import CaseOpened, PackageBuilt, RegisterEntered
from evidence.ledger.facts import gather
from evidence.ledger.ledger import Ledger
from evidence.ledger.postgres.ledger import PostgresLedger
from evidence.ledger.settings import LedgerSettings
from tests import world
from tests.ledger_story import OTHER, OWN, OWN_ENTERPRISE, START, digest
from tests.postgres_room import Cluster


def opened(settings: LedgerSettings) -> PostgresLedger:
    return PostgresLedger.open_database(settings, clock=lambda: START)


@pytest.fixture(params=["embedded", "postgres"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Ledger:
    if request.param == "embedded":
        return Ledger.open(tmp_path, clock=lambda: START)
    return opened(request.getfixturevalue("cluster").ledger_settings())


NAMED: dict[str, dict[str, Any]] = {
    "nobody": {},
    "enterprise": {"enterprise": OWN_ENTERPRISE},
    "case": {"case": OWN, "enterprise": OWN_ENTERPRISE},
    "visit": {"visit": VisitId(f"{OWN}-V1")},
    "both": {"case": OWN, "visit": VisitId(f"{OWN}-V1")},
    "two cases": {"case": OWN, "visit": VisitId(f"{OTHER}-V1")},
}


@pytest.mark.parametrize(
    ("names", "found"),
    [
        ((), ["enterprise", "nobody"]),
        ((OWN,), ["both", "case", "enterprise", "nobody", "two cases"]),
        ((f"{OWN}-V1",), ["both", "enterprise", "nobody", "visit"]),
        ((OTHER,), ["enterprise", "nobody"]),
        ((f"{OTHER}-V1", "?"), ["enterprise", "nobody", "two cases"]),
    ],
)
def test_register_entries_are_found_by_the_case_or_visit_they_name(
    ledger: Ledger, names: tuple[str, ...], found: list[str]
) -> None:
    for key, named in NAMED.items():
        entry = RegisterEntry(register="notice", key=key, on=START.date(), **named)
        ledger.append("x", RegisterEntered(entry=entry))
    assert [entry.key for entry in ledger.view.entries_about(names)] == found


def test_a_package_comes_with_the_documents_of_the_cases_asked_about_and_of_no_others(ledger: Ledger) -> None:
    week = world.week_facts()
    cases = [one.case.id for one in week.cases]
    events = world.journal_events(week)
    ledger.append("x", *(each for each in events if not isinstance(each, PackageBuilt)))
    numbers = tuple(document.form.number for one in week.cases for document in one.documents)
    late = CaseId("WJB22-0999")
    for name, documents in (("old", ()), ("all", numbers)):
        package = Package(
            id=name, week=world.WEEK, built_at=START, sha256=digest(name), complete=True,
            tree_size=1, root="", cases=tuple(cases), documents=documents, originals=(digest("scan"),),
        )  # fmt: skip
        ledger.append("x", PackageBuilt(package=package))
    opened = Case(id=late, enterprise=OWN_ENTERPRISE, kind=CaseKind.ANNUAL, opened_on=START.date())
    ledger.append("x", CaseOpened(case=opened))

    def listed(*asked: CaseId) -> dict[str, set[str]]:
        found = ledger.view.packages_about(asked)
        assert [(package.cases, package.originals) for package in found] == [((), ())] * 2
        return {package.id: set(package.documents) for package in found}

    assert listed(*cases, late) == {"old": set(), "all": set(numbers)}
    mine = {number for number in numbers if number.startswith(cases[0])}
    assert set() < mine < set(numbers)
    assert listed(cases[0]) == {"old": set(), "all": mine}
    assert listed(late) == listed() == {"old": set(), "all": set()}


def test_cases_come_newest_first_and_only_as_many_as_are_asked_for(ledger: Ledger) -> None:
    ids = [
        CaseId(f"WJB{year}-{running:04}") for year in (22, 23) for running in (1, 9, 10, 99, *range(100, 240))
    ]
    opened = (
        Case(id=each, enterprise=OWN_ENTERPRISE, kind=CaseKind.ANNUAL, opened_on=START.date())
        for each in sorted(ids, key=lambda each: each[::-1])
    )
    assert list(ledger.view.newest_cases()) == []
    ledger.append("x", *(CaseOpened(case=each) for each in opened))
    assert list(ledger.view.newest_cases()) == sorted(ids, reverse=True)
    assert next(ledger.view.newest_cases()) == "WJB23-0239"


def test_rows_that_an_older_program_made_are_made_anew_when_the_ledger_is_opened(cluster: Cluster) -> None:
    settings = cluster.ledger_settings()
    ledger = opened(settings)
    ledger.append("x", *world.journal_events(world.week_facts()))

    def facts(of: Ledger) -> object:
        return gather(of.view, week=Week.parse(world.WEEK), case=None, at=world.FRIDAY)

    before = facts(ledger)
    with psycopg.connect(settings.database, options=f"-c search_path={settings.schema}") as connection:
        connection.execute("DROP INDEX held_register_mark_idx")
        connection.execute("UPDATE held SET mark = NULL WHERE kind <> 'arrivals'")
        connection.execute("UPDATE head SET view_version = 1")
        connection.commit()
        assert facts(opened(settings)) == before
        assert connection.execute("SELECT to_regclass('held_register_mark_idx')").fetchone() != (None,)
