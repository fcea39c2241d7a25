"""What every case stands in: contract, parties, registers, packages and calendar, each with its index."""

from __future__ import annotations

from datetime import date, datetime
from functools import cached_property

from evidence.contracts.contract import no_clause
from evidence.contracts.text import ContractText, PartyNames, first_clauses
from evidence.domain.case import VisitKind
from evidence.domain.facts import CaseFacts, Facts, ServiceState
from evidence.domain.parties import Enterprise, Person, Role
from evidence.domain.register import Package, Plan, Receipt, RegisterEntry
from evidence.domain.week import WEEKDAYS, Week, local_date, service_year, service_year_span
from evidence.rules.deadlines import Suspension, Window, handover_day, handover_due, planning_day
from evidence.rules.departures import departures, ended
from evidence.rules.parameters import Parameters, YearRule, contract_text
from evidence.rules.steps import Step, steps_of
from evidence.rules.wording import words_of

EDITION = 5
"""Number of today's ruleset."""


class Surroundings:
    """Facts as they were known at the judgement's instant, parameters and that instant."""

    def __init__(
        self, facts: Facts, parameters: Parameters, as_of: datetime, *, edition: int = EDITION
    ) -> None:
        self.departures = departures(facts, local_date(as_of))
        """Enterprise -> the entry that says it left."""
        self.facts = facts = ended(facts, self.departures)
        self.parameters = parameters
        self.as_of = as_of
        self.edition = edition
        """Number of the ruleset that judges."""
        self.today = local_date(as_of)
        self.week = Week.parse(facts.week) if facts.week else None
        self.enterprises: dict[str, Enterprise] = {one.id: one for one in facts.enterprises}
        self.people: dict[str, Person] = {one.id: one for one in facts.people}
        self._spans: dict[int, tuple[date, date]] = {}

    @cached_property
    def text(self) -> ContractText:
        """The contract's own words."""
        return contract_text(self.parameters)

    @cached_property
    def names(self) -> PartyNames:
        """What the contract calls those it concerns."""
        return self.text.names

    @cached_property
    def words(self) -> dict[str, object]:
        """What a rule's sentences may name."""
        return words_of(self.parameters)

    @cached_property
    def handover_day(self) -> str:
        """周五."""
        return WEEKDAYS[self.parameters.handover_weekday - 1]

    def clause_number(self, rule: str) -> str:
        """The number of the clause behind a rule, by its id."""
        known = first_clauses() if self.parameters.text is None else self.text.clauses
        return known[rule].number if rule in known else no_clause("").number

    def name_of(self, enterprise: str) -> str:
        """Short name of an enterprise, or its id when it is in no register."""
        found = self.enterprises.get(enterprise)
        return found.short_name if found else enterprise

    @cached_property
    def _registers(self) -> dict[str, dict[str, RegisterEntry]]:
        """Register -> key -> entry in force: a later entry with the same key replaces an earlier one."""
        registers: dict[str, dict[str, RegisterEntry]] = {}
        for entry in self.facts.entries:
            registers.setdefault(entry.register, {})[entry.key] = entry
        for one in self.facts.cases:
            for entry in one.entries:
                registers.setdefault(entry.register, {})[entry.key] = entry
        return registers

    def entries(self, register: str) -> tuple[RegisterEntry, ...]:
        """Entries in force, in order of key."""
        kept = self._registers.get(register, {})
        return tuple(kept[key] for key in sorted(kept))

    def entry(self, register: str, key: str) -> RegisterEntry | None:
        """One entry in force."""
        return self._registers.get(register, {}).get(key)

    @cached_property
    def _by_person(self) -> dict[tuple[str, str], list[RegisterEntry]]:
        kept: dict[tuple[str, str], list[RegisterEntry]] = {}
        for register in self._registers:
            for entry in self.entries(register):
                if entry.person is not None:
                    kept.setdefault((register, entry.person), []).append(entry)
        return kept

    def entries_of(self, register: str, person: str) -> tuple[RegisterEntry, ...]:
        """Entries in force that concern one person."""
        return tuple(self._by_person.get((register, person), ()))

    @cached_property
    def cases(self) -> tuple[CaseFacts, ...]:
        """What is known of the cases under judgement, in order of their ids."""
        return tuple(sorted(self.facts.cases, key=lambda one: one.case.id))

    @cached_property
    def _presence(self) -> dict[tuple[str, date], tuple[Step, ...]]:
        kept: dict[tuple[str, date], list[Step]] = {}
        for one in self.cases:
            for step in steps_of(one.visits):
                if step.on_site:
                    for person in step.facts.experts:
                        kept.setdefault((person, step.day), []).append(step)
        return {key: tuple(steps) for key, steps in kept.items()}

    def presence(self, person: str, day: date) -> tuple[Step, ...]:
        """On-site visits of one person on one day among the cases under judgement."""
        return self._presence.get((person, day), ())

    @cached_property
    def _texts(self) -> dict[str, set[str]]:
        kept: dict[str, set[str]] = {}
        for one in self.cases:
            for step in steps_of(one.visits):
                if step.facts.kind is VisitKind.CHECK:
                    kept.setdefault("".join(step.facts.summary.split()), set()).add(one.case.id)
        return kept

    def same_text(self, text: str) -> set[str]:
        """Cases whose check says exactly this, blanks aside."""
        return self._texts.get(text, set())

    @cached_property
    def suspensions(self) -> tuple[tuple[Suspension, RegisterEntry], ...]:
        """Delivered force-majeure notices; one without proof of delivery moves nothing (第十条2)."""
        return tuple(
            (Suspension(key=entry.key, first=entry.valid_from, last=entry.valid_to), entry)
            for entry in self.entries("force-majeure-notice")
            if entry.valid_from and entry.valid_to and (entry.receipt_on or entry.attachment)
        )

    @cached_property
    def team(self) -> tuple[Person, ...]:
        """Leader and members of the project team (附件一), whatever their dates."""
        return tuple(
            one
            for one in sorted(self.facts.people, key=lambda person: person.id)
            if one.role in (Role.LEADER, Role.MEMBER)
        )

    def active_team(self, day: date) -> tuple[Person, ...]:
        """Team members in service on a day."""
        return tuple(one for one in self.team if in_force(day, one.active_from, one.active_to))

    @cached_property
    def _services(self) -> dict[str, tuple[ServiceState, ...]]:
        kept: dict[str, list[ServiceState]] = {}
        for one in self.facts.services:
            kept.setdefault(one.enterprise, []).append(one)
        return {enterprise: tuple(listed) for enterprise, listed in kept.items()}

    def services_of(self, enterprise: str) -> tuple[ServiceState, ...]:
        """Every cycle of one enterprise."""
        return self._services.get(enterprise, ())

    def handover_due(self, day: date) -> date:
        """When the material of work done on `day` must be handed over."""
        return handover_due(day, self.parameters.holiday_friday, self.parameters.handover_weekday)

    def handover_window(self, week: Week) -> Window:
        """The day on which a week's material is handed over."""
        return handover_day(week, self.parameters)

    def planning_day(self, week: Week) -> Window:
        """The day by which the plan for a week is filed."""
        return planning_day(week, self.parameters.holiday_friday, self.parameters.handover_weekday)

    def plans_for(self, week: Week) -> tuple[Plan, ...]:
        """All versions of the plan for a week, oldest first."""
        text = str(week)
        return tuple(sorted((p for p in self.facts.plans if p.week == text), key=lambda p: p.version))

    def packages_for(self, week: Week) -> tuple[Package, ...]:
        """The package of a week and its supplements."""
        text = str(week)
        return tuple(
            sorted((p for p in self.facts.packages if p.week == text), key=lambda p: (p.supplement, p.id))
        )

    @cached_property
    def _carriers(self) -> dict[str, list[Package]]:
        """Documents under judgement -> packages that carried them; packages list many thousands of others."""
        mine = {document.form.number for one in self.facts.cases for document in one.documents}
        found: dict[str, list[Package]] = {}
        for package in self.facts.packages:
            for number in mine.intersection(package.documents):
                found.setdefault(number, []).append(package)
        return found

    def carriers(self, number: str) -> tuple[Package, ...]:
        """Packages that carried a document under judgement, first to last."""
        return tuple(sorted(self._carriers.get(number, ()), key=lambda package: package.built_at))

    def receipt_for(self, package: Package) -> Receipt | None:
        """The regulator's first receipt for a package."""
        mine = (one for one in self.facts.receipts if one.package == package.id)
        return min(mine, key=lambda one: (one.at, repr(one)), default=None)

    def year_of(self, day: date) -> int:
        """The service year of a day: 1-based from the contract date, or the calendar year."""
        if self.parameters.service_year is YearRule.CALENDAR:
            return day.year
        return service_year(self.parameters.signed_on, day)

    def year_span(self, year: int) -> tuple[date, date]:
        """First and last day of a service year."""
        span = self._spans.get(year)
        if span is None:
            calendar = self.parameters.service_year is YearRule.CALENDAR
            span = self._spans[year] = (
                (date(year, 1, 1), date(year, 12, 31))
                if calendar
                else service_year_span(self.parameters.signed_on, year)
            )
        return span

    @cached_property
    def term(self) -> tuple[date, date]:
        """First and last day of the contract's term."""
        first = self.parameters.signed_on
        return first, service_year_span(first, self.parameters.term_years)[1]

    def in_term(self, week: Week) -> bool:
        """Whether any day of a week lies in the contract's term."""
        return week.sunday >= self.term[0] and week.monday <= self.term[1]


def in_force(day: date, first: date | None, last: date | None) -> bool:
    """Whether a day lies between two dates, open where None."""
    return (first is None or first <= day) and (last is None or day <= last)
