"""One case as a chain of steps: the newest version of each visit, hazards, deadlines, documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from evidence.domain.case import (
    Escalation,
    RectificationReport,
    Trigger,
    VisitKind,
)
from evidence.domain.coverage import Coverage, CoverageLimits, visit_coverage
from evidence.domain.cycle import Cycle
from evidence.domain.document import Document
from evidence.domain.facts import CaseFacts
from evidence.domain.hazard import Hazard, HazardState
from evidence.domain.hazard_history import HazardHistory, hazard_histories
from evidence.domain.parties import Enterprise
from evidence.domain.recording import Recording
from evidence.domain.register import RegisterEntry
from evidence.rules.clause import EvidenceRef
from evidence.rules.deadlines import Suspension, Window, general_deadline, recheck_window, urging_window
from evidence.rules.steps import Step, steps_of
from evidence.rules.surroundings import Surroundings

FROM_THE_END = 3
"""From this edition on days are counted from the visit's end."""
DEADLINE_IN_FORCE = 5
"""From this edition on a deadline that a recheck moved holds until the next, for every rule."""
FORM_OF = {
    VisitKind.CHECK: "inspection-record",
    VisitKind.URGING: "urging-record",
    VisitKind.RECHECK: "recheck-record",
    VisitKind.INTERVIEW: "interview-record",
}
"""The record each kind of visit leaves; a guidance visit is proven by its facts and footage."""

FOUR = ("inspection-record", "urging-record", "rectification-report", "recheck-record")
"""The four kinds of material that are handed over (附件六1(4))."""


@dataclass(frozen=True, slots=True)
class Expiry:
    """Hazards whose deadline ends on the same day, and the window of their recheck."""

    deadline: date
    hazards: tuple[str, ...]
    window: Window


class CaseHistory:
    """Everything one case rule looks at."""

    def __init__(self, index: Surroundings, facts: CaseFacts) -> None:
        self.index = index
        self.facts = facts
        self.case = facts.case
        self.parameters = index.parameters
        self.today = index.today
        self._coverage: dict[tuple[str, CoverageLimits], Coverage] = {}

    @cached_property
    def enterprise(self) -> Enterprise | None:
        """None when the case names an enterprise that is in no register."""
        return self.index.enterprises.get(self.case.enterprise)

    @cached_property
    def visits(self) -> tuple[Step, ...]:
        """The highest version of each visit, in order of time."""
        return steps_of(self.facts.visits)

    def of_kind(self, kind: VisitKind) -> tuple[Step, ...]:
        """Visits of one kind in order of time."""
        return tuple(step for step in self.visits if step.facts.kind is kind)

    @cached_property
    def checks(self) -> tuple[Step, ...]:
        """Checks; a case normally has one."""
        return self.of_kind(VisitKind.CHECK)

    @property
    def check(self) -> Step | None:
        """The check the chain hangs on."""
        return self.checks[0] if self.checks else None

    @cached_property
    def urgings(self) -> tuple[Step, ...]:
        """Calls and visits to urge."""
        return self.of_kind(VisitKind.URGING)

    @cached_property
    def rechecks(self) -> tuple[Step, ...]:
        """Rechecks."""
        return self.of_kind(VisitKind.RECHECK)

    @cached_property
    def inspections(self) -> tuple[Step, ...]:
        """Checks and rechecks: the two that staffing and signatures speak of."""
        return tuple(s for s in self.visits if s.facts.kind in (VisitKind.CHECK, VisitKind.RECHECK))

    @cached_property
    def hazards(self) -> dict[str, tuple[Hazard, Step]]:
        """Every hazard with the visit that found it: the check, a recheck or a guidance."""
        return {hazard.id: (hazard, step) for step in self.visits for hazard in step.facts.hazards}

    @cached_property
    def histories(self) -> tuple[HazardHistory, ...]:
        """When each hazard was open, and which deadline held."""
        return hazard_histories(self.facts.visits, self.parameters.rectification_days)

    @cached_property
    def history_of(self) -> dict[str, HazardHistory]:
        """The histories by their hazards' ids."""
        return {one.hazard.id: one for one in self.histories}

    @property
    def finding_visits(self) -> tuple[Step, ...]:
        """Checks, and any other visit that found a hazard: its duties hold wherever it was found."""
        return tuple(s for s in self.visits if s.facts.kind is VisitKind.CHECK or s.facts.hazards)

    @cached_property
    def cycle(self) -> Cycle:
        """Which steps of the cycle are there."""
        return Cycle(
            checked=self.check is not None,
            hazards_none=all(step.facts.hazards_none for step in self.checks),
            hazards=self.hazards.keys(),
            urged=bool(self.urgings),
            reported=bool(self.reports),
            rechecked=bool(self.rechecks),
            open=self.open_hazards,
        )

    @cached_property
    def suspensions(self) -> tuple[Suspension, ...]:
        """Force-majeure notices that cover this case, its enterprise or everybody."""
        return tuple(
            suspension
            for suspension, entry in self.index.suspensions
            if entry.case in (None, self.case.id) and entry.enterprise in (None, self.case.enterprise)
        )

    @cached_property
    def urging_window(self) -> Window | None:
        """When to urge; None without a check or without hazards."""
        if self.check is None or not self.hazards:
            return None
        return urging_window(self.check.day, self.parameters, self.suspensions)

    def deadline(self, hazard: Hazard, step: Step) -> date | None:
        """A hazard's first rectification deadline; immediate ones are due on the day of the check."""
        return hazard.deadline or (step.day if hazard.immediate else None)

    @cached_property
    def report_due(self) -> date | None:
        """Until when the rectification report must be in: the last deadline set on site.

        A hazard without a deadline counts as 15 days, so that its omission never wins time.
        """
        days = [
            self.deadline(hazard, step) or general_deadline(step.day, self.parameters)
            for hazard, step in self.hazards.values()
        ]
        return max(days) if days else None

    @cached_property
    def expiries(self) -> tuple[Expiry, ...]:
        """Deadlines after which a recheck is due, earliest first.

        Hazards to be put right at once are seen again together with the first of the others.
        """
        groups: dict[date, list[str]] = {}
        immediate: list[str] = []
        for hazard, step in self.hazards.values():
            if hazard.immediate:
                immediate.append(hazard.id)
            else:
                day = hazard.deadline or general_deadline(step.day, self.parameters)
                groups.setdefault(day, []).append(hazard.id)
        if immediate:
            first = min(groups) if groups else self.checks[0].day
            groups.setdefault(first, []).extend(immediate)
        for step in self.rechecks:
            for result in step.facts.results:
                if result.state is HazardState.UNRECTIFIED and result.new_deadline:
                    groups.setdefault(result.new_deadline, []).append(result.hazard)
        return tuple(
            Expiry(day, tuple(sorted(set(groups[day]))), self._recheck_window(day)) for day in sorted(groups)
        )

    def set_by(self, expiry: Expiry) -> set[str]:
        """Visits that set this deadline for hazards they found unrectified; none of them is its recheck."""
        return {
            step.id
            for step in self.rechecks
            for result in step.facts.results
            if result.new_deadline == expiry.deadline and result.hazard in expiry.hazards
        }

    def handover_due(self, step: Step) -> date:
        """When a visit's material must be handed over: a night's work counts on the day it ends."""
        return self.index.handover_due(step.last_day if self.index.edition >= FROM_THE_END else step.day)

    def _recheck_window(self, deadline: date) -> Window:
        return recheck_window(deadline, self.parameters, self.suspensions)

    @cached_property
    def open_hazards(self) -> tuple[str, ...]:
        """Hazards whose latest result is not 已整改, in order of id."""
        return tuple(sorted(one.hazard.id for one in self.histories if one.open_on(self.today)))

    @cached_property
    def reports(self) -> tuple[RectificationReport, ...]:
        """Versions of the rectification report; of one version the newest entry."""
        newest = {report.version: report for report in self.facts.reports}
        return tuple(newest[version] for version in sorted(newest))

    @cached_property
    def escalations(self) -> tuple[Escalation, ...]:
        """Reports to the regulator, newest state of each."""
        newest = {one.id: one for one in self.facts.escalations}
        return tuple(sorted(newest.values(), key=lambda one: (one.reported_at, one.id)))

    def escalated(self, trigger: Trigger) -> tuple[Escalation, ...]:
        """Reports to the regulator for one reason."""
        return tuple(one for one in self.escalations if one.trigger is trigger)

    def takers_part(self, steps: Iterable[Step]) -> frozenset[str]:
        """Inspectors and supervisors of some visits, by id and by name: nobody judges his own work."""
        people = self.index.people
        ids = {one for step in steps for one in (*step.facts.experts, *step.facts.supervisors)}
        return frozenset(ids | {people[one].name for one in ids if one in people})

    def takers_part_recorded(self, document: Document) -> frozenset[str]:
        """The same of the visits whose record a document is; nobody for any other paper."""
        return self.takers_part(step for step in self.visits if self.record(step) is document)

    def entries(self, register: str) -> tuple[RegisterEntry, ...]:
        """Entries of a register that name this case, one of its visits or its enterprise."""
        newest = {one.key: one for one in self.facts.entries if one.register == register}
        return tuple(newest[key] for key in sorted(newest))

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """Valid documents in order of number: neither void nor replaced by a later issue."""
        valid = [one for one in self.facts.documents if not one.form.voided_why]
        replaced = {one.form.predecessor for one in valid}
        return tuple(
            sorted((one for one in valid if one.form.number not in replaced), key=lambda d: d.form.number)
        )

    def of_form(self, form: str) -> tuple[Document, ...]:
        """Valid documents of one form."""
        return tuple(one for one in self.documents if one.form.form == form)

    @cached_property
    def material(self) -> tuple[tuple[Document, date], ...]:
        """The documents that have begun to arrive, each with its handover day."""
        late = self.index.edition >= FROM_THE_END
        days = {step.id: step.last_day if late else step.day for step in self.visits}
        fallback = self.visits[-1].day if self.visits else self.today
        found = []
        for document in self.documents:
            if document.form.form in (*FOUR, "interview-record") and document.scans:
                day = days.get(document.form.visit or "", fallback)
                if document.form.form == "rectification-report" and self.reports:
                    day = self.reports[-1].received_on
                found.append((document, self.index.handover_due(day)))
        return tuple(found)

    @cached_property
    def unentered(self) -> tuple[Document, ...]:
        """Returned records whose visit or report nobody has entered, in order of number."""
        known = {visit.id for visit in self.facts.visits}
        recorded = {document.form.number for document in self._records.values()}
        found = [
            document
            for document in self.documents
            if document.scans
            and document.form.form in FORM_OF.values()
            and document.form.number not in recorded
            and (document.visit is None or document.visit not in known)
        ]
        reports = [one for one in self.of_form("rectification-report") if one.scans]
        return (*found, *reports[len(self.reports) :])

    def record(self, step: Step) -> Document | None:
        """The record of a visit: of its newest version before older ones, complete before incomplete."""
        return self._records.get(step.id)

    @cached_property
    def _records(self) -> dict[str, Document]:
        found = {}
        for step in self.visits:
            form = FORM_OF.get(step.facts.kind)
            listed = [d for d in self.documents if d.form.form == form and d.visit == step.id]
            if not listed and form and len(self.of_kind(step.facts.kind)) == 1:
                listed = [d for d in self.of_form(form) if d.visit is None]
            if listed:
                found[step.id] = max(listed, key=lambda document: _merit(document, step.facts.version))
        return found

    def footage(self, step: Step) -> tuple[Recording, ...]:
        """Recordings assigned to a visit, in order of start and digest."""
        return self._footage.get(step.id, ())

    def coverage(self, step: Step, limits: CoverageLimits | None = None) -> Coverage:
        """How much of a visit its footage proves, by the contract's limits if no others are given."""
        limits = limits or self.parameters.coverage_limits
        found = self._coverage.get((step.id, limits))
        if found is None:
            found = visit_coverage(step.facts, self.footage(step), limits)
            self._coverage[step.id, limits] = found
        return found

    @cached_property
    def _footage(self) -> dict[str, tuple[Recording, ...]]:
        kept: dict[str, list[Recording]] = {}
        for one in sorted(
            self.facts.recordings, key=lambda r: (r.started_at is None, str(r.started_at), r.sha256)
        ):
            if one.visit is not None:
                kept.setdefault(one.visit, []).append(one)
        return {visit: tuple(listed) for visit, listed in kept.items()}


def _merit(document: Document, version: int) -> tuple[bool, bool, int, datetime, str]:
    """Of several records of one visit the greatest is in force."""
    form = document.form
    return (
        form.visit_version is None or form.visit_version >= version,
        not document.missing_pages,
        len(document.scans),
        form.issued_at,
        form.number,
    )


def scans_of(document: Document) -> tuple[EvidenceRef, ...]:
    """The scans a finding about a document rests on, each file once."""
    digests = dict.fromkeys(scan.sha256 for scan in document.scans)
    return tuple(EvidenceRef(path=f"originals/{digest}", sha256=digest) for digest in digests)
