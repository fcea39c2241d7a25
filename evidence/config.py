"""The only place that wires parts together: one workspace with its settings, stores and journeys."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from evidence.errors import UsageError
from evidence.jobs.settings import Where
from evidence.language import _
from evidence.settings import SETTINGS_FILE, Settings, load_settings

if TYPE_CHECKING:
    from evidence.archive.issued import IssuedStore
    from evidence.archive.originals import Originals
    from evidence.archive.previews import Previews
    from evidence.domain.case import Visit
    from evidence.domain.document import IssuedForm
    from evidence.domain.identifiers import VisitId
    from evidence.domain.virus_scan import VirusScan
    from evidence.forms.catalogue import Catalogue
    from evidence.forms.issuer import Issuer
    from evidence.forms.kept_checks import KeptChecks
    from evidence.forms.plausible import Plausible
    from evidence.handover.handover_context import HandoverContext
    from evidence.handover.self_check import OwnVerdict
    from evidence.inbox.attachments import Attachments
    from evidence.inbox.case_tree import CaseTree
    from evidence.inbox.deferred import DeferredRecognition
    from evidence.inbox.desk import Desk
    from evidence.inbox.ingest import Intake
    from evidence.jobs.job import DeadJob, Queue
    from evidence.jobs.kept import KeptQueue
    from evidence.ledger.acting import Actor
    from evidence.ledger.events import Event
    from evidence.ledger.ledger import Ledger
    from evidence.ledger.view import View


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, kw_only=True)
class Workspace:
    """One workspace with its parts, each opened on first use."""

    root: Path
    settings: Settings
    clock: Callable[[], datetime] = utc_now
    """Contract time; the demo replaces it. Certificates and time stamps always carry real time."""
    clock_is_right: bool = False
    """A person vouches for a clock that the ledger would not believe."""

    @property
    def inbox(self) -> Path:
        """Where the clerk drops files."""
        return self.root / "inbox"

    @property
    def archive(self) -> Path:
        """Everything that is evidence."""
        return self.root / "archive"

    @property
    def templates(self) -> Path:
        """The record templates."""
        return self.root / "templates"

    @cached_property
    def ledger_as_found(self) -> Ledger:
        """Journal and view, not yet compared with the archive: for those who examine or mend it."""
        from evidence.ledger.clock_guard import ClockGuard
        from evidence.ledger.place import open_ledger

        ledger = open_ledger(self.archive / "ledger", self.settings.ledger, clock=self.clock)
        if not self.clock_is_right:
            ledger.clock_guard = ClockGuard(not_before=self.settings.contract.signed_on)
        return ledger

    @cached_property
    def ledger(self) -> Ledger:
        """Journal and view, after a quick comparison with the archive.

        Raises:
            LedgerBehindError, LedgerRewrittenError: the archive proves another history.
        """
        from evidence.ledger.comparison import check_at_opening

        check_at_opening(self.ledger_as_found, self.settings.contract.code)
        return self.ledger_as_found

    @cached_property
    def originals(self) -> Originals:
        """Write-once store of exact bytes."""
        from evidence.archive.originals import Originals

        return Originals(self.archive / "originals")

    @cached_property
    def issued(self) -> IssuedStore:
        """Issued forms by number."""
        from evidence.archive.issued import IssuedStore

        return IssuedStore(self.archive / "issued")

    @cached_property
    def previews(self) -> Previews:
        """Derived pictures."""
        from evidence.archive.previews import Previews

        return Previews(self.archive / "previews")

    @cached_property
    def case_tree(self) -> CaseTree:
        """The tree people browse; follows what is journalled from now on."""
        from evidence.inbox.case_tree import CaseTree

        return CaseTree(self.archive, self.ledger, self.ledger.opened_at)

    @cached_property
    def intake(self) -> Intake:
        """Files come in."""
        from evidence.inbox.ingest import Intake
        from evidence.inbox.lookup import LedgerForms, issued_text_in
        from evidence.inbox.quarantine import Quarantine
        from evidence.inbox.readers import Recogniser
        from evidence.inbox.understand import Understander

        inbox = self.settings.inbox
        forms = LedgerForms(view=lambda: self.ledger.view, store=self.issued, pictures=self.previews.path)
        understander = Understander(
            pages=Recogniser(forms=forms, previews=self.previews, settings=inbox),
            settings=inbox,
            inbox=self.inbox,
            recordings=self.settings.recordings,
            titles=lambda: {form.id: form.title for form in self.catalogue().forms},
            issued_text=issued_text_in(self.issued),
        )
        return Intake(
            inbox=self.inbox,
            ledger=self.ledger,
            originals=self.originals,
            quarantine=Quarantine(self.archive / "quarantine", self.originals),
            understander=understander,
            settings=inbox,
            clock=self.clock,
            deferred=self._deferred(),
            scanner=self.virus_scan,
        )

    @property
    def virus_scan(self) -> Callable[[Path], VirusScan] | None:
        """Asks the scanner that evidence.toml names; None when it names none."""
        if not self.settings.antivirus.clamd:
            return None
        from evidence.antivirus.clamd import Clamd

        return Clamd(settings=self.settings.antivirus).scan

    @cached_property
    def queue(self) -> Queue | None:
        """Where recognition waits for other processes; None when it happens on the spot."""
        jobs = self.settings.jobs
        if jobs.where is Where.HERE:
            return None
        if jobs.where is Where.POOL:
            from evidence.jobs.pool import PoolQueue

            return PoolQueue(self.root, jobs.processes)
        if not self.settings.ledger.database:
            raise UsageError(
                _("要由工作进程识别，账本须在数据库。"),
                where="evidence.toml [jobs] where",
                remedy=_('请在 [ledger] 写上 database，或在 [jobs] 写 where = "pool"。'),
            )
        from evidence.jobs.database import DatabaseQueue

        return DatabaseQueue(self.settings.ledger)

    @property
    def kept_jobs(self) -> KeptQueue:
        """What is done beside the watcher, by whichever process watches."""
        from evidence.jobs.kept import FILE_NAME, KeptQueue

        return KeptQueue(self.archive / FILE_NAME, self.settings.jobs)

    @property
    def given_up(self) -> tuple[DeadJob, ...]:
        """Jobs that were tried in vain and wait for a person."""
        return (*self.kept_jobs.dead(), *(() if self.queue is None else self.queue.dead()))

    def _deferred(self) -> DeferredRecognition | None:
        from evidence.inbox.deferred import DeferredRecognition

        if self.queue is None:
            return None
        return DeferredRecognition(
            queue=self.queue, most_waiting=self.settings.jobs.most_waiting, clock=self.clock
        )

    @cached_property
    def attachments(self) -> Attachments:
        """The door for files that people hand to a command or a page."""
        from evidence.inbox.attachments import Attachments

        return Attachments(originals=self.originals, settings=self.settings.inbox, scanner=self.virus_scan)

    @cached_property
    def desk(self) -> Desk:
        """Where people decide about arrivals."""
        from evidence.inbox.desk import Desk

        return Desk(ledger=self.ledger, intake=self.intake, geometry=self.issued.geometry)

    def actor(self, named: str = "") -> Actor:
        """Who acts at this terminal.

        Args:
            named: whom the command names (`--by`).

        Raises:
            InputError, UsageError: see `ledger.acting`.
        """
        from evidence.ledger.acting import of_system

        return of_system(self.ledger.view, self.settings.accounts, named)

    def year_of(self, day: date) -> int:
        """The year of service that a day lies in."""
        from evidence.domain.week import service_year
        from evidence.rules.parameters import YearRule

        parameters = self.settings.parameters
        calendar = parameters.service_year is YearRule.CALENDAR
        return day.year if calendar else service_year(parameters.signed_on, day)

    def plausible(self) -> Plausible:
        """What bounds the facts entered now."""
        from evidence.forms.plausible import Plausible

        return Plausible(
            now=self.clock(),
            contract_from=self.settings.contract.signed_on,
            items=self.settings.parameters.checklist_items,
        )

    def claims(self, view: View, visit: Visit) -> tuple[Event, ...]:
        """What a visit being entered changes about footage that is already there."""
        from evidence.recordings.revise import claimed_by

        return claimed_by(view, visit, self.settings.recordings)

    def releases(self, view: View, visit: VisitId) -> list[Event]:
        """What withdrawing a visit changes about its footage."""
        from evidence.recordings.decide import released_from

        return released_from(view, visit)

    def catalogue(self) -> Catalogue:
        """The forms, as the contract calls them; the templates are read anew each time."""
        from evidence.forms.catalogue import Catalogue

        return Catalogue.load(self.templates, self.settings.form_texts)

    @property
    def checklist_folder(self) -> Path:
        """Where `checklist.yaml` lies: beside the inspection record's template, else with the contract."""
        from evidence.forms.content.checklist import checklist_folder

        own = self.catalogue().folder / "inspection-record"
        return checklist_folder(own, self.settings.profile.folder)

    def issuer(self) -> Issuer:
        """What issuing works with; the templates are read anew each time."""
        from evidence.forms.issuer import Issuer

        return Issuer(
            catalogue=self.catalogue(),
            ledger=self.ledger,
            originals=self.originals,
            issued=self.issued,
            settings=self.settings,
            kept_checks=self.kept_checks,
        )

    @property
    def kept_checks(self) -> KeptChecks:
        """Results of template checks."""
        from evidence.forms.kept_checks import KeptChecks

        return KeptChecks(self.archive / "previews" / "template-checks.json")

    def keep_features(self, forms: Iterable[IssuedForm]) -> Exception | None:
        """Keep what recognition compares returning scans with, beside each PDF; what went wrong, if anything.

        It can be rebuilt when the first page comes back, so nothing that goes wrong here concerns the
        issue, which is already in the ledger.
        """
        try:
            from evidence.recognition.reference import keep_references

            for form in forms:
                keep_references(self.issued.pdf_path(form.number), self.issued.geometry(form.number))
        except Exception as error:  # OpenCV's own errors share no narrower base
            return error
        return None

    @cached_property
    def handover(self) -> HandoverContext:
        """What the weekly handover works with."""
        from evidence.handover.form_printer import TemplatePrinter
        from evidence.handover.handover_context import HandoverContext, Names

        return HandoverContext(
            root=self.root,
            names=Names(
                contract_code=self.settings.contract.code,
                contract_name=self.settings.contract.name,
                agency=self.settings.agency.name,
                regulator=self.settings.regulator.section_in_full,
                profile=self.settings,
            ),
            ledger=self.ledger,
            originals=self.originals,
            issued=self.issued,
            parameters=replace(
                self.settings.parameters, judge_client=self.settings.contract.claims_in_package
            ),
            printer=TemplatePrinter(
                templates=self.templates, settings=self.settings, kept_checks=self.kept_checks
            ),
            examine=examine_own_package,
            signer=self.settings.signer,
            timestamp=(
                self.settings.timestamp.whatever_its_clock()
                if self.clock_is_right
                else self.settings.timestamp
            ),
            witness=self.settings.witness,
        )


def examine_own_package(folder: Path, trust: Sequence[bytes]) -> OwnVerdict:
    """`verify` as the handover asks it."""
    from evidence.handover.self_check import Doubt, OwnVerdict
    from evidence.verify.examine import verify_path
    from evidence.verify.model import Check, CheckKind

    report = verify_path(folder, trust=trust)

    def told(kind: CheckKind) -> tuple[Doubt, ...]:
        found: tuple[Check, ...] = tuple(check for check in report.checks if check.kind is kind)
        return tuple(Doubt(check=each.id, message=each.message, location=each.location) for each in found)

    return OwnVerdict(
        indication=report.indication.value, failing=told(CheckKind.FAIL), open=told(CheckKind.REVIEW)
    )


def find_workspace(start: Path) -> Path:
    """The nearest directory upwards with an evidence.toml.

    Raises:
        UsageError: there is none.
    """
    for directory in (start, *start.parents):
        if (directory / SETTINGS_FILE).is_file():
            return directory
    raise UsageError(
        _("这里不是工作区：向上各级目录都没有 evidence.toml。"),
        where=str(start),
        remedy=_("请先运行 evidence init 目录，或用 --workspace 指明工作区。"),
    )


def open_workspace(directory: Path | None = None, *, clock: Callable[[], datetime] = utc_now) -> Workspace:
    """Open the given or the nearest workspace."""
    root = find_workspace(Path.cwd()) if directory is None else directory.resolve()
    if not (root / SETTINGS_FILE).is_file():
        raise UsageError(
            _("该目录不是工作区：没有 evidence.toml。"),
            where=str(root),
            remedy=_("请先运行 evidence init {root}").format(root=root),
        )
    return Workspace(root=root, settings=load_settings(root / SETTINGS_FILE), clock=clock)
