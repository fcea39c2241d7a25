"""What the rows say: the questions of `View`, answered over any storage of the fold's rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Protocol, TypeVar

import msgspec

from evidence.domain.case import Case, Escalation, RectificationReport, Visit
from evidence.domain.document import Document, Material
from evidence.domain.facts import ServiceState
from evidence.domain.identifiers import ArrivalId, CaseId, EnterpriseId, Number, PersonId, Sha256
from evidence.domain.parties import Campaign, Device, Enterprise, Person
from evidence.domain.recording import Recording
from evidence.domain.register import Hold, Incurable, Package, Plan, Receipt, RegisterEntry, Waiver
from evidence.domain.virus_scan import FileScan
from evidence.domain.week import Week
from evidence.ledger import fold_arrivals, fold_tables, numbering
from evidence.ledger.events import CheckpointMade, VisitWithdrawn
from evidence.ledger.from_rows import (
    arrival_of_row,
    documents_of,
    in_order_of_start,
    is_about,
    material_of,
    of_case,
    only_about,
    recording_of_row,
)
from evidence.ledger.numbering import Given, Restored
from evidence.ledger.rows import Rows
from evidence.ledger.service import service_state
from evidence.ledger.upkeep import LedgerRestored
from evidence.ledger.view import Arrival

T = TypeVar("T")


class TabledRows(Rows, Protocol):
    """Rows that know the names of their tables."""

    def tables(self, prefix: str) -> list[str]:
        """Names of tables with a prefix, sorted."""
        ...


class RowsView:
    """Answers every question of `View` from the fold's rows; who keeps them adds `head`."""

    rows: TabledRows

    # --- registers -----------------------------------------------------------------------------
    def enterprises(self) -> tuple[Enterprise, ...]:
        """In order of id."""
        found = [each for table in self.rows.tables("enterprises:") for each in self._all(table, Enterprise)]
        return tuple(sorted(found, key=lambda enterprise: enterprise.id))

    def enterprise(self, id: EnterpriseId) -> Enterprise | None:
        """One enterprise."""
        return self._one(fold_tables.enterprise_table(id), id, Enterprise)

    def people(self) -> tuple[Person, ...]:
        """In order of id."""
        return self._all("people", Person)

    def person(self, id: PersonId) -> Person | None:
        """One person."""
        return self._one("people", id, Person)

    def devices(self) -> tuple[Device, ...]:
        """In order of serial."""
        return self._all("devices", Device)

    def campaigns(self) -> tuple[Campaign, ...]:
        """In order of id."""
        return self._all("campaigns", Campaign)

    def plans(self, since: Week | None = None) -> tuple[Plan, ...]:
        """All, or those for this week and later ones, in order of week and version."""
        first = "" if since is None else str(since)
        found = (plan for plan in self._all("plans", Plan) if plan.week >= first)
        return tuple(sorted(found, key=lambda plan: (plan.week, plan.version)))

    def packages(self) -> tuple[Package, ...]:
        """In order of building."""
        return self._all("packages", Package, by_time=True)

    def packages_about(self, cases: Collection[CaseId]) -> tuple[Package, ...]:
        """Every package, of what it lists only the documents of these cases."""
        return tuple(only_about(package, cases) for package in self.packages())

    def receipts(self) -> tuple[Receipt, ...]:
        """In order of arrival."""
        return self._all("receipts", Receipt, by_time=True)

    def checkpoints(self) -> tuple[CheckpointMade, ...]:
        """In order of tree size."""
        return self._all("checkpoints", CheckpointMade, by_time=True)

    def entries(self, register: str | None = None, case: CaseId | None = None) -> tuple[RegisterEntry, ...]:
        """Entries in force, of one register or all; those naming one case or its visits."""
        tables = self.rows.tables("register:" if register is None else f"register:{register}:")
        found = [entry for table in tables for entry in self._all(table, RegisterEntry)]
        found.sort(key=lambda entry: (entry.register, entry.key))
        if case is None:
            return tuple(found)
        return tuple(entry for entry in found if of_case(entry, case))

    def entries_about(self, names: Collection[str]) -> tuple[RegisterEntry, ...]:
        """Entries that name one of these cases or visits, and those that name none."""
        return tuple(entry for entry in self.entries() if is_about(entry, names))

    # --- cases ---------------------------------------------------------------------------------
    def cases(self, enterprise: EnterpriseId | None = None) -> tuple[Case, ...]:
        """In order of id."""
        if enterprise is None:
            ids = [key for table in self.rows.tables("services:") for key, _row in self.rows.items(table)]
        else:
            ids = [key for key, _row in self.rows.items(f"enterprise:{enterprise}")]
        return tuple(case for name in sorted(ids) if (case := self.case(CaseId(name))) is not None)

    def case(self, id: CaseId) -> Case | None:
        """One case."""
        return self._one(fold_tables.case_table(id), "case", Case)

    def prepare(self, cases: Sequence[CaseId]) -> None:
        """Nothing to do where rows are at hand."""

    def visits(self, case: CaseId) -> tuple[Visit, ...]:
        """Every version, in order of arrival time, then version."""
        found = self._prefixed(case, "visit:", Visit)
        return tuple(sorted(found, key=lambda visit: (visit.arrived_at, visit.id, visit.version)))

    def withdrawn_visits(self, case: CaseId) -> tuple[VisitWithdrawn, ...]:
        """Visits taken back, in order of id; their numbers stay used."""
        return tuple(self._prefixed(case, "withdrawn:", VisitWithdrawn))

    def all_visits(self) -> tuple[Visit, ...]:
        """Those of every case, in order of case."""
        return tuple(visit for case in self.cases() for visit in self.visits(case.id))

    def newest_cases(self) -> Iterator[CaseId]:
        """Every case from the highest id down."""
        return self._downwards("")

    def last_case(self, prefix: str) -> CaseId | None:
        """The highest case id that begins so."""
        return next(self._downwards(prefix), None)

    def _downwards(self, prefix: str) -> Iterator[CaseId]:
        for table in reversed(self.rows.tables("services:" + prefix)):
            for key, row in sorted(self.rows.items(table), key=lambda item: item[0], reverse=True):
                if row["body"]["case"] is not None:
                    yield CaseId(key)

    def reports(self, case: CaseId) -> tuple[RectificationReport, ...]:
        """In order of version."""
        found = self._prefixed(case, "report:", RectificationReport)
        return tuple(sorted(found, key=lambda report: report.version))

    def escalations(self, case: CaseId) -> tuple[Escalation, ...]:
        """In order of time."""
        found = self._prefixed(case, "escalation:", Escalation)
        return tuple(sorted(found, key=lambda escalation: (escalation.reported_at, escalation.id)))

    def waivers(self, case: CaseId) -> tuple[Waiver, ...]:
        """In order of time."""
        return tuple(self._prefixed(case, "waiver:", Waiver))

    def incurables(self, case: CaseId) -> tuple[Incurable, ...]:
        """In order of time."""
        return tuple(self._prefixed(case, "incurable:", Incurable))

    def holds(self, case: CaseId) -> tuple[Hold, ...]:
        """In order of placing."""
        return tuple(self._prefixed(case, "hold:", Hold))

    def services(self) -> tuple[ServiceState, ...]:
        """Every cycle in one line, in order of case."""
        return tuple(
            state
            for table in self.rows.tables("services:")
            for _key, row in sorted(self.rows.items(table), key=lambda item: item[0])
            if (state := service_state(row["body"])) is not None
        )

    def cases_touched(self, week: Week) -> tuple[CaseId, ...]:
        """Cases visited in a week, or with evidence that arrived or changed since the last package."""
        visited = {CaseId(key) for key, _row in self.rows.items(f"week:{week}")}
        return tuple(sorted(visited.union(self.touched_since(0))))

    def touched_since(self, seq: int) -> tuple[CaseId, ...]:
        """Cases touched from journal line `seq` on and not handed over since, in order of id."""
        return tuple(
            sorted(
                CaseId(key)
                for table in self.rows.tables("touched:")
                for key, row in self.rows.items(table)
                if row["seq"] >= seq
            )
        )

    # --- documents -----------------------------------------------------------------------------
    def document(self, number: Number) -> Document | None:
        """One document with its pages in force."""
        table = self.rows.items(fold_tables.case_table(fold_tables.case_of(number)))
        rows = [(key, row) for key, row in table if key.split(":", 2)[1:2] == [number]]
        return next(iter(documents_of(rows)), None)

    def documents(self, case: CaseId | None) -> tuple[Document, ...]:
        """Documents of a case in order of number; of no case (weekly forms) for None."""
        if case is None:
            found = (self.document(Number(key)) for key, _row in sorted(self.rows.items("weekly")))
            return tuple(document for document in found if document is not None)
        return tuple(documents_of(self.rows.items(fold_tables.case_table(case))))

    def materials(self, case: CaseId) -> tuple[Material, ...]:
        """Files that a person filed with the case, in order of arrival."""
        keys = (
            key for key, _row in self.rows.items(fold_tables.case_table(case)) if key.startswith("material:")
        )
        found = (self.arrival(ArrivalId(key.removeprefix("material:"))) for key in sorted(keys))
        return tuple(material_of(arrival) for arrival in found if arrival is not None)

    def virus_scans(self, case: CaseId) -> tuple[FileScan, ...]:
        """What the scanner said of the files that the case rests on, in order of arrival."""
        rows = list(self.rows.items(fold_tables.case_table(case)))
        films = (
            self.rows.get("recording:" + sha256[:2], sha256)
            for sha256 in (key.removeprefix("recording:") for key, _row in rows if key[:10] == "recording:")
        )
        found = [row["body"] for key, row in rows if key.startswith("virus:")]
        found += [film["body"]["scan"] for film in films if film is not None and "scan" in film["body"]]
        scans = {each["arrival"]: msgspec.convert(each, FileScan) for each in found}
        return tuple(scans[arrival] for arrival in sorted(scans))

    def given(self, case: CaseId) -> tuple[Given, ...]:
        """Every number of a case that is taken: issued, void or reserved; in order of number."""
        rows = [(key.partition(":"), row) for key, row in self.rows.items(fold_tables.case_table(case))]
        issued = {number: row for (what, _colon, number), row in rows if what == "form"}
        reserved = {number: row for (what, _colon, number), row in rows if what == "reserved"}
        return tuple(
            Given(
                number=Number(number),
                form=(reserved | issued)[number]["body"]["form"],
                seq=min(held[number]["seq"] for held in (reserved, issued) if number in held),
                issued=number in issued,
            )
            for number in sorted(reserved | issued)
        )

    def restores(self) -> tuple[Restored, ...]:
        """Every time a backup became the ledger, in order."""
        return tuple(
            numbering.restored(row["seq"], msgspec.convert(row["body"], LedgerRestored), row["at"])
            for _key, row in sorted(self.rows.items("restores"))
        )

    def next_running(self, case: CaseId, form: str) -> int:
        """The next running number of a form, by its two letters: void and reserved ones counted."""
        return numbering.next_running(case, form, self.given(case), self.restores(), self._opened(case))

    def next_case(self, prefix: str) -> int:
        """The next running number of a case id that begins so."""
        if restores := self.restores():
            return numbering.next_case_running(prefix, self._openings(prefix), restores)
        last = self.last_case(prefix)
        return 1 if last is None else int(last[-4:]) + 1

    def may_be_lost(self, number: Number) -> bool:
        """Whether an unknown number may have been given out before a restore that lost its line."""
        case = CaseId(fold_tables.case_of(number))
        restores = self.restores()
        if not restores:
            return False
        return numbering.is_in_a_gap(
            number, self.given(case), restores, self._opened(case), self._openings(case[:-4])
        )

    def _opened(self, case: CaseId) -> int | None:
        row = self.rows.get(fold_tables.case_table(case), "case")
        return None if row is None else int(row["seq"])

    def _openings(self, prefix: str) -> Iterator[tuple[CaseId, int]]:
        for case in self.newest_cases():
            seq = self._opened(case)
            if case.startswith(prefix) and seq is not None:
                yield case, seq

    # --- arrivals and recordings ----------------------------------------------------------------
    def arrival(self, id: ArrivalId) -> Arrival | None:
        """One arrival."""
        row = self.rows.get(fold_tables.arrival_table(id), id)
        return None if row is None else arrival_of_row(id, row["body"])

    def arrivals(self, outcome: str | None = None) -> tuple[Arrival, ...]:
        """All, or those with one current outcome, in order of id."""
        if outcome in fold_arrivals.OPEN_OUTCOMES:
            listed = sorted(key for key, _row in self.rows.items(f"outcome:{outcome}"))
            return tuple(each for key in listed if (each := self.arrival(ArrivalId(key))) is not None)
        found = [
            (key, row["body"])
            for table in self.rows.tables("arrivals:")
            for key, row in self.rows.items(table)
            if outcome is None or fold_arrivals.outcome_of(row["body"]) == outcome
        ]
        return tuple(arrival_of_row(key, body) for key, body in sorted(found, key=lambda item: item[0]))

    def arrival_counts(self) -> dict[str, int]:
        """Current outcome -> arrivals that have it."""
        return dict(
            Counter(
                fold_arrivals.outcome_of(row["body"])
                for table in self.rows.tables("arrivals:")
                for _key, row in self.rows.items(table)
            )
        )

    def arrival_of(self, sha256: Sha256) -> Arrival | None:
        """The first arrival that brought these bytes."""
        return next(iter(self.arrivals_of(sha256)), None)

    def arrivals_of(self, sha256: Sha256) -> tuple[Arrival, ...]:
        """Every arrival that brought these bytes, first to last."""
        row = self.rows.get(fold_tables.digest_table(sha256), sha256)
        held = () if row is None else (self.arrival(each) for each in row["body"])
        return tuple(arrival for arrival in held if arrival is not None)

    def recording(self, sha256: Sha256) -> Recording | None:
        """One recording with its assignment."""
        row = self.rows.get("recording:" + sha256[:2], sha256)
        return None if row is None else recording_of_row(row["body"])

    def recordings(self, case: CaseId | None = None) -> tuple[Recording, ...]:
        """All, or those assigned to visits of one case, in order of start."""
        if case is None:
            found: Iterable[Recording | None] = (
                recording_of_row(row["body"])
                for table in self.rows.tables("recording:")
                for _key, row in self.rows.items(table)
            )
        else:
            found = (
                self.recording(Sha256(key.removeprefix("recording:")))
                for key, _row in self.rows.items(fold_tables.case_table(case))
                if key.startswith("recording:")
            )
        return in_order_of_start(found)

    def films_taken_from(self, case: CaseId) -> tuple[Recording, ...]:
        """Films that a person took from this case's visits and gave to another's, in order of start."""
        rows = self.rows.items(fold_tables.case_table(case))
        keys = (key.removeprefix("film-taken:") for key, _row in rows if key.startswith("film-taken:"))
        return in_order_of_start(self.recording(Sha256(key)) for key in keys)

    # --- shared --------------------------------------------------------------------------------
    def _one(self, table: str, key: str, type_: type[T]) -> T | None:
        row = self.rows.get(table, key)
        return None if row is None else msgspec.convert(row["body"], type_)

    def _all(self, table: str, type_: type[T], *, by_time: bool = False) -> tuple[T, ...]:
        held = list(self.rows.items(table))
        held.sort(key=(lambda item: item[1]["seq"]) if by_time else (lambda item: item[0]))
        # one call for all: a roster of 50,000 enterprises is read for every check
        return msgspec.convert([row["body"] for _key, row in held], tuple[type_, ...])  # type: ignore[valid-type]

    def _prefixed(self, case: CaseId, prefix: str, type_: type[T]) -> list[T]:
        rows = [
            (row["seq"], row["body"])
            for key, row in self.rows.items(fold_tables.case_table(case))
            if key.startswith(prefix)
        ]
        return [msgspec.convert(body, type_) for _seq, body in sorted(rows, key=lambda item: item[0])]
