"""Questions that a database answers from an index, and a folder by looking: the answers are the same."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from evidence.domain.case import Case, CaseKind
from evidence.domain.identifiers import ArrivalId, CaseId, VisitId
from evidence.domain.recording import BY_RULE, Recording
from evidence.domain.register import Package, RegisterEntry
from evidence.domain.virus_scan import ScanResult, VirusScan
from evidence.domain.week import Week
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalScanned, ArrivalTaken, RecordingAssigned
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import CaseOpened, PackageBuilt, RegisterEntered
from evidence.ledger.facts import gather
from evidence.ledger.ledger import Ledger
from evidence.ledger.postgres import reader
from evidence.ledger.postgres.ledger import PostgresLedger
from evidence.ledger.settings import LedgerSettings
from tests.support import sample
from tests.support.ledger_scenario import (
    OTHER,
    OTHER_FORM,
    OWN,
    OWN_ENTERPRISE,
    OWN_FORM,
    START,
    digest,
    page,
)
from tests.support.postgres_server import Cluster


def opened(settings: LedgerSettings) -> PostgresLedger:
    return PostgresLedger.open_database(settings, clock=lambda: START)


@pytest.fixture(params=["embedded", "postgres"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Ledger:
    if request.param == "embedded":
        return EmbeddedLedger.open(tmp_path, clock=lambda: START)
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
    week = sample.week_facts()
    cases = [one.case.id for one in week.cases]
    events = sample.journal_events(week)
    ledger.append("x", *(each for each in events if not isinstance(each, PackageBuilt)))
    numbers = tuple(document.form.number for one in week.cases for document in one.documents)
    late = CaseId("WJB22-0999")
    for name, documents in (("old", ()), ("all", numbers)):
        package = Package(
            id=name, week=sample.WEEK, built_at=START, sha256=digest(name), complete=True,
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
    ledger.append("x", *sample.journal_events(sample.week_facts()))

    def facts(of: Ledger) -> object:
        return gather(of.view, week=Week.parse(sample.WEEK), case=None, at=sample.FRIDAY)

    before = facts(ledger)
    # the first ledger stays open, as a desk does while somebody runs a newer program: it holds nothing up
    with psycopg.connect(settings.database, options=f"-c search_path={settings.schema}") as connection:
        connection.execute("SET lock_timeout = '20s'")
        connection.execute("DROP INDEX held_register_mark_idx")
        connection.execute("UPDATE held SET mark = NULL WHERE kind <> 'arrivals'")
        connection.execute("UPDATE head SET view_version = 1")
        connection.commit()
        assert facts(opened(settings)) == before
        assert connection.execute("SELECT to_regclass('held_register_mark_idx')").fetchone() != (None,)
    assert facts(ledger) == before


def test_a_snapshot_that_was_given_up_is_followed_by_the_newest(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "IDLE_S", 0.05)
    settings = cluster.ledger_settings()
    one, other = opened(settings), opened(settings)
    old = one.view
    assert list(old.newest_cases()) == []
    with psycopg.connect(settings.database, autocommit=True) as watching:
        open_ones = "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"
        deadline = time.monotonic() + 20
        while watching.execute(open_ones).fetchone() != (0,):
            assert time.monotonic() < deadline, "the snapshot is still open"
    other.append(
        "x",
        CaseOpened(
            case=Case(id=OWN, enterprise=OWN_ENTERPRISE, kind=CaseKind.ANNUAL, opened_on=START.date())
        ),
    )
    assert list(old.newest_cases()) == [OWN]
    assert one.view.head == other.view.head


def test_a_question_that_takes_long_does_not_use_up_the_snapshot(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two questions of one answer must not speak of two states because the first was slow."""
    monkeypatch.setattr(reader, "IDLE_S", 0.5)
    settings = cluster.ledger_settings()
    one, other = opened(settings), opened(settings)
    view = one.view
    size = view.head.size
    view.rows._ask("SELECT pg_sleep(1)", ())
    other.append(
        "x",
        CaseOpened(
            case=Case(id=OWN, enterprise=OWN_ENTERPRISE, kind=CaseKind.ANNUAL, opened_on=START.date())
        ),
    )
    assert list(view.newest_cases()) == []
    assert view.head.size == size


DOWN = VirusScan(result=ScanResult.UNAVAILABLE, why="没有应答")
CLEAN = VirusScan(result=ScanResult.CLEAN, engine="ClamAV 1.4.3", signatures="27500")


def came(ledger: Ledger, running: int, content: str, **judged: Any) -> ArrivalId:
    arrival = ArrivalId(f"A-20220314-{running:04d}")
    ledger.append(
        "x",
        ArrivalTaken(
            arrival=arrival,
            path=f"{running}.pdf",
            sha256=digest(content),
            bytes=1,
            received_at=START,
            media_type="application/pdf",
        ),
        ArrivalJudged(arrival=arrival, outcome=judged.pop("outcome", "linked"), **judged),
    )
    return arrival


def scans(ledger: Ledger, case: CaseId) -> dict[str, str]:
    return {each.arrival[-4:]: each.result.value for each in ledger.view.virus_scans(case)}


def test_each_case_knows_what_the_scanner_said_of_its_pages_letters_and_films(ledger: Ledger) -> None:
    for case in (OWN, OTHER):
        ledger.append(
            "x",
            CaseOpened(
                case=Case(id=case, enterprise=OWN_ENTERPRISE, kind=CaseKind.ANNUAL, opened_on=START.date())
            ),
        )
    film = Recording(
        sha256=digest("film"), name="f.mp4", path="", bytes=1, visit=VisitId(f"{OWN}-V1"), assigned_by=BY_RULE
    )
    stack = (page(OWN_FORM, "stack"), page(OTHER_FORM, "stack"))
    came(ledger, 1, "stack", pages=stack, scan=DOWN)
    came(ledger, 2, "typed", edocument_of=OWN_FORM, scan=CLEAN)
    letter = came(ledger, 3, "letter", case=OWN, scan=DOWN)
    came(ledger, 4, "film", recordings=(film,), scan=DOWN)
    came(ledger, 5, "list", outcome="unidentified", recordings=(film,), scan=CLEAN)
    came(ledger, 6, "nobody's", outcome="unidentified", scan=DOWN)
    came(ledger, 7, "unseen", pages=(page(OWN_FORM, "unseen"),))
    every = {"0001": "unavailable", "0002": "clean", "0003": "unavailable", "0004": "unavailable"}
    assert scans(ledger, OWN) == every
    assert scans(ledger, OTHER) == {"0001": "unavailable"}

    ledger.append("x", ArrivalScanned(arrival=ArrivalId("A-20220314-0001"), scan=CLEAN))
    ledger.append("x", ArrivalScanned(arrival=ArrivalId("A-20220314-0004"), scan=CLEAN))
    assert scans(ledger, OWN) == every | {"0001": "clean", "0004": "clean"}
    assert scans(ledger, OTHER) == {"0001": "clean"}
    # what it is found to be later says nothing of the scan that came after the first judgement
    ledger.append(
        "x", ArrivalJudged(arrival=ArrivalId("A-20220314-0001"), outcome="linked", pages=stack[1:], scan=DOWN)
    )
    del every["0001"]
    assert scans(ledger, OWN) == every | {"0004": "clean"}
    assert scans(ledger, OTHER) == {"0001": "clean"}

    ledger.append("x", ArrivalJudged(arrival=letter, outcome="linked", case=OTHER, scan=DOWN))
    assert scans(ledger, OTHER) == {"0001": "clean", "0003": "unavailable"}
    assert "0003" not in scans(ledger, OWN)
    ledger.append(
        "x", RecordingAssigned(sha256=film.sha256, visit=VisitId(f"{OTHER}-V1"), by="lihua", why="归错")
    )
    assert "0004" not in scans(ledger, OWN)
    assert scans(ledger, OTHER)["0004"] == "clean"
    (facts,) = gather(ledger.view, week=None, case=OTHER, at=START).cases
    assert facts.virus_scans == ledger.view.virus_scans(OTHER)


def test_other_bytes_under_the_same_arrival_are_unseen_again(ledger: Ledger) -> None:
    first = came(ledger, 1, "half", outcome="quarantined", reason="incomplete", scan=DOWN)
    ledger.append("x", ArrivalScanned(arrival=first, scan=CLEAN))
    came(ledger, 1, "whole", pages=(page(OWN_FORM, "whole"),), scan=DOWN)
    (scan,) = ledger.view.virus_scans(OWN)
    assert (scan.sha256, scan.result) == (digest("whole"), ScanResult.UNAVAILABLE)


def test_a_message_that_says_unscanned_stops_saying_so(ledger: Ledger) -> None:
    said = "请指定案件。（未经病毒扫描：扫描程序没有应答。）"
    arrival = came(ledger, 1, "a", outcome="unidentified", message=said, scan=DOWN)
    ledger.append("x", ArrivalScanned(arrival=arrival, scan=CLEAN))
    known = ledger.view.arrival(arrival)
    assert known is not None
    assert (known.message, known.scan) == ("请指定案件。", CLEAN)
    ledger.append("x", ArrivalScanned(arrival=arrival, scan=VirusScan(result=ScanResult.NOT_SCANNED)))
    known = ledger.view.arrival(arrival)
    assert known is not None
    assert "超过扫描程序的上限" in known.message
