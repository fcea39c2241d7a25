"""What a form is filled from: the request, the ledger's view, and the contract profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from evidence.archive.originals import Originals
from evidence.contracts.contract import Contract, FormText
from evidence.domain.case import Case, Visit, in_force
from evidence.domain.identifiers import CaseId, EnterpriseId, Number, PersonId, Sha256, VisitId
from evidence.domain.parties import Enterprise, Person
from evidence.errors import UsageError
from evidence.forms.declaration import FormDeclaration
from evidence.forms.people import EnterpriseContacts, VisitDetails, read_contacts, read_details
from evidence.forms.photographs import prepare
from evidence.forms.settings import FormsSettings
from evidence.forms.template_values import Photo
from evidence.language import _
from evidence.ledger.lookup import standing_case
from evidence.ledger.view import View
from evidence.rules.parameters import Parameters


class ContractProfile(Protocol):
    """Names of the contract that forms print."""

    @property
    def code(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def section(self) -> str: ...
    @property
    def signed_on(self) -> date: ...


class AgencyProfile(Protocol):
    """The agency as forms print it."""

    @property
    def name(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def telephone(self) -> str: ...


class RegulatorProfile(Protocol):
    """The client as forms print it."""

    @property
    def name(self) -> str: ...
    @property
    def bureau(self) -> str: ...
    @property
    def section(self) -> str: ...
    @property
    def section_in_full(self) -> str: ...
    @property
    def enforcement(self) -> str: ...


class IssueSettings(Protocol):
    """The part of the workspace's settings that forms need."""

    @property
    def contract(self) -> ContractProfile: ...
    @property
    def agency(self) -> AgencyProfile: ...
    @property
    def regulator(self) -> RegulatorProfile: ...
    @property
    def forms(self) -> FormsSettings: ...
    @property
    def parameters(self) -> Parameters: ...
    @property
    def profile(self) -> Contract: ...
    @property
    def form_texts(self) -> Mapping[str, FormText]: ...
    def require_names(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRequest:
    """One form that is wanted."""

    form: str
    """Id, code or title."""
    case: CaseId | None = None
    """None for weekly forms."""
    visit: VisitId | None = None
    """None: the latest visit of the kind the form records."""
    week: str = ""
    """ISO week of a weekly form."""
    blank: bool = False
    """Prefilled with what is known, the rest left free for writing on site."""
    experts: tuple[PersonId, ...] = ()
    """Who will go, for a blank form without a visit."""
    supervisors: tuple[PersonId, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    """Further field values by field name; they win over what the ledger knows."""
    predecessor: Number | None = None
    """The number this one replaces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Everything the content of one form is made from."""

    request: IssueRequest
    form: FormDeclaration
    folder: Path
    """The template's folder, with data files of its own such as `checklist.yaml`."""
    view: View
    originals: Originals
    settings: IssueSettings
    case: Case | None
    enterprise: Enterprise | None
    visit: Visit | None

    @property
    def blank(self) -> bool:
        """Whether free space is wanted where nothing is known."""
        return self.request.blank

    def contacts(self) -> EnterpriseContacts:
        """People of the enterprise."""
        return read_contacts(self.originals, self.enterprise.contacts if self.enterprise else None)

    def details(self) -> VisitDetails:
        """People of the visit."""
        return read_details(self.originals, self.visit.details if self.visit else None)

    def people(self, ids: tuple[PersonId, ...]) -> tuple[Person, ...]:
        """Known people by id.

        Raises:
            UsageError: an id the ledger does not know.
        """
        found = []
        for wanted in ids:
            person = self.view.person(wanted)
            if person is None:
                raise UsageError(
                    _("名册中没有人员“{id}”。").format(id=wanted),
                    remedy=_("请先用 evidence import 导入人员名册。"),
                )
            found.append(person)
        return tuple(found)

    def visits(self, kind: str) -> tuple[Visit, ...]:
        """Visits of a kind in this case, latest version of each, in order of time."""
        if self.case is None:
            return ()
        return tuple(visit for visit in in_force(self.view.visits(self.case.id)) if visit.kind == kind)

    def photo(self, digest: Sha256, width_mm: float, height_mm: float) -> Photo:
        """A stored photograph, upright and bounded.

        Raises:
            InputError: it is no picture.
        """
        return prepare(self.originals.path(digest), width_mm, height_mm, self.settings.forms)


def find_source(
    request: IssueRequest,
    *,
    form: FormDeclaration,
    folder: Path,
    view: View,
    originals: Originals,
    settings: IssueSettings,
) -> Source:
    """Look up what a request is about.

    Raises:
        UsageError: unknown or cancelled case, unknown enterprise, visit or person, or no visit to record.
    """
    case, enterprise, visit = None, None, None
    if not form.weekly:
        if request.case is None:
            raise UsageError(
                _("文书“{short}”属于一个案件，请指明案件编号。").format(short=_(form.short)),
                remedy=_("例：evidence issue WJB22-0001 现场检查记录。"),
            )
        case = standing_case(view, request.case)
        enterprise = view.enterprise(EnterpriseId(case.enterprise))
        visit = _visit(request, form, case, view)
    source = Source(
        request=request,
        form=form,
        folder=folder,
        view=view,
        originals=originals,
        settings=settings,
        case=case,
        enterprise=enterprise,
        visit=visit,
    )
    # Named people are known before a number is spent, on forms that do not print them too.
    source.people((*request.experts, *request.supervisors))
    return source


def _visit(request: IssueRequest, form: FormDeclaration, case: Case, view: View) -> Visit | None:
    visits = in_force(view.visits(case.id))
    if request.visit is not None:
        same = [visit for visit in visits if visit.id == request.visit]
        if not same:
            raise UsageError(
                _("案件 {case} 没有 {visit} 这次活动。").format(case=case.id, visit=request.visit),
                remedy=_("案件的活动见 evidence case show 案件编号。"),
            )
        return same[-1]
    if not form.visit_kind:
        return None
    same = [visit for visit in visits if visit.kind == form.visit_kind]
    if not same:
        if request.blank:
            return None
        raise UsageError(
            _("案件 {case} 还没有可填写《{short}》的记录。").format(case=case.id, short=_(form.short)),
            remedy=_("请先用 evidence visit add 登记，或加 --blank 签发空白文书到现场填写。"),
        )
    return same[-1]
