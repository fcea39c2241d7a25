"""The hands of the demonstration: office work, paper, inbox; every step through the product's own doors."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from evidence.config import Workspace
from evidence.demo.paperwork import Sheet, sheets
from evidence.demo.roster import write_roster
from evidence.demo.standing import register_entries
from evidence.domain.case import CaseKind, RectificationReport, Visit
from evidence.domain.document import BoxKind, IssuedForm
from evidence.domain.identifiers import CaseId
from evidence.domain.parties import Enterprise
from evidence.domain.register import Plan
from evidence.domain.week import Week, local_date
from evidence.forms.issue import issue_forms
from evidence.forms.open_case import open_case
from evidence.forms.parties import import_parties, record_parties
from evidence.forms.people import EnterpriseContacts, VisitDetails, read_contacts, store
from evidence.forms.plan_filing import file_plan
from evidence.forms.source import IssueRequest
from evidence.ledger.events import RegisterEntered, ReportRecorded, VisitRecorded
from evidence.ledger.facts import gather, gather_open
from evidence.ledger.view import Arrival
from evidence.rules.clause import Finding
from evidence.rules.judge import judge
from evidence.rules.planning import propose_plan

DATA = Path(__file__).parent / "data"
ACTOR = "demo"


@dataclass
class DemoClock:
    """Contract time; moves only when the story says so."""

    now: datetime

    def __call__(self) -> datetime:
        """The demo instant."""
        return self.now


@dataclass(kw_only=True)
class Story:
    """One run of the demonstration."""

    workspace: Workspace
    clock: DemoClock
    desk: Path
    """Where things lie before they go into the inbox: workbook, clips, lists."""

    # -- office work ---------------------------------------------------------------------------

    def open_cases(self) -> None:
        """Roster in, three cases opened."""
        roster = write_roster(DATA / "roster.yaml", self.desk / "企业人员记录仪名册.xlsx", made=self.clock())
        parties = import_parties(roster)
        record_parties(
            parties,
            source=roster,
            ledger=self.workspace.ledger,
            originals=self.workspace.originals,
            actor=ACTOR,
        )
        entries = [RegisterEntered(entry=entry) for entry in register_entries()]
        self.workspace.ledger.append(ACTOR, *entries)
        for enterprise in ("恒晟精密", "润禾包装", "金翎木业"):
            open_case(
                self.workspace.ledger,
                contract=self.workspace.settings.contract.code,
                enterprise=enterprise,
                kind=CaseKind.ANNUAL,
                on=local_date(self.clock()),
                actor=ACTOR,
            )

    def record(self, *events: Visit) -> None:
        """Enter visits with the names of those who were there."""
        found: list[VisitRecorded] = []
        for visit in events:
            contacts = self._contacts(visit.case)
            details = VisitDetails(
                escort=contacts.safety,
                principal=contacts.principal,
                listener=contacts.safety,
                call_minutes=12 if visit.channel else None,
            )
            found.append(
                VisitRecorded(visit=replace(visit, details=store(self.workspace.originals, details)))
            )
        self.workspace.ledger.append(ACTOR, *found)

    def receive(self, report: RectificationReport) -> None:
        """Enter the factory's rectification report."""
        self.workspace.ledger.append(ACTOR, ReportRecorded(report=report))

    def issue(self, *requests: tuple[CaseId, str]) -> list[IssuedForm]:
        """Issue records for printing."""
        return issue_forms(
            [IssueRequest(form=form, case=case) for case, form in requests],
            self.workspace.issuer(),
            now=self.clock(),
            actor=ACTOR,
        )

    def issued_form(self, case: CaseId, form: str) -> IssuedForm:
        """The form of a kind that was issued in a case."""
        return next(
            document.form
            for document in self.workspace.ledger.view.documents(case)
            if document.form.form == form
        )

    def file(self, plan: Plan) -> None:
        """File a weekly plan with the regulator."""
        workspace = self.workspace
        file_plan(plan, workspace.issuer(), now=self.clock(), actor=ACTOR)

    def propose(self, week: Week) -> Plan:
        """A plan from what is due."""
        facts = gather_open(self.workspace.ledger.view, self.clock())
        return propose_plan(facts, self.workspace.settings.parameters, self.clock(), week).plan

    # -- paper ---------------------------------------------------------------------------------

    def sign(
        self,
        form: IssuedForm,
        *,
        forgotten: Collection[str] = (),
        pages: Collection[int] = (),
        profile: str = "office",
        upside_down: bool = False,
    ) -> list[Sheet]:
        """Print a form, have it signed and sealed."""
        enterprise = self._enterprise(_case_of(form))
        day = local_date(self.clock())
        return sheets(
            form.number,
            self.workspace.issued.pdf_path(form.number),
            [page for page in self.workspace.issued.geometry(form.number) if not pages or page.page in pages],
            company=enterprise.name,
            names=self._signers(form),
            day=f"{day.year}  {day.month}  {day.day}",
            forgotten=forgotten,
            profile=profile,
            upside_down=upside_down,
        )

    def _signers(self, form: IssuedForm) -> dict[str, str]:
        """Box -> name, for every signature box of a form."""
        contacts = self._contacts(_case_of(form))
        roles = {
            "escort": contacts.safety.name,
            "principal": contacts.principal.name,
            "visited": contacts.safety.name,
            "listener": contacts.safety.name,
        }
        view = self.workspace.ledger.view
        names = {}
        for page in self.workspace.issued.geometry(form.number):
            for box in page.boxes:
                person = view.person(box.person) if box.person else None
                name = person.name if person else roles.get(box.role, "")
                if name and box.kind is BoxKind.SIGNATURE:
                    names[box.box] = name
        return names

    def _contacts(self, case_id: CaseId) -> EnterpriseContacts:
        return read_contacts(self.workspace.originals, self._enterprise(case_id).contacts)

    def _enterprise(self, case_id: CaseId) -> Enterprise:
        view = self.workspace.ledger.view
        case = view.case(case_id)
        enterprise = view.enterprise(case.enterprise) if case else None
        if enterprise is None:
            raise LookupError(case_id)
        return enterprise

    # -- inbox ---------------------------------------------------------------------------------

    def ingest(self) -> tuple[Arrival, ...]:
        """Take in what lies in the inbox."""
        result = self.workspace.intake.run([])
        view = self.workspace.ledger.view
        return tuple(arrival for each in result.arrivals if (arrival := view.arrival(each)) is not None)

    def judge(self, week: Week) -> tuple[Finding, ...]:
        """A week's findings."""
        facts = gather(self.workspace.ledger.view, week=week, case=None, at=self.clock())
        return judge(facts, self.workspace.settings.parameters, self.clock())


def _case_of(form: IssuedForm) -> CaseId:
    if form.case is None:
        raise LookupError(form.number)
    return form.case
