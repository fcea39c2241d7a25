"""What the program knows of a visit before anybody types: nobody is asked for it again; pure but for blobs.

Everything here is shown with where it was taken from and can be changed. Times are only offered, never
filled in: a recorder that was switched on late would otherwise become the arrival.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from evidence.archive.originals import Originals
from evidence.domain.case import Case, Visit, VisitKind, in_force
from evidence.domain.document import Document, IssuedPage
from evidence.domain.hazard import Grade
from evidence.domain.hazard_history import HazardHistory, hazard_histories
from evidence.domain.identifiers import EnterpriseId, PersonId
from evidence.domain.parties import Device
from evidence.domain.recording import Recording
from evidence.domain.register import PlanLine, PlannedWork
from evidence.domain.week import SHANGHAI, is_workday, local_date
from evidence.forms.people import Contact, read_contacts, read_details
from evidence.forms.visit_tables import ESCALATION, KINDS, REPORT
from evidence.ledger.view import View
from evidence.rules.parameters import Parameters
from evidence.web.entry_form import HEADINGS, head_name

_WORKS = {
    "检查": {PlannedWork.CHECK, PlannedWork.SPECIAL},
    "复查": {PlannedWork.RECHECK},
    "督促": {PlannedWork.URGING},
    "指导": {PlannedWork.GUIDANCE},
}
_FILMS_BACK = timedelta(days=14)
_OFFERED = 4
PAPER, PLAN, BEFORE, FIRM, RECORDERS, DUE = (
    "印在文书上", "周计划", "上次登记", "企业档案", "记录仪登记", "按合同推算",
)  # fmt: skip


@dataclass(slots=True)
class Known:
    """Values by field name, where each is from, and values that only may fit."""

    values: dict[str, list[str]] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    offers: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)

    def say(self, heading: str, value: str | Iterable[str], source: str) -> None:
        """The first that knows something is believed."""
        given = [value] if isinstance(value, str) else list(value)
        name = head_name(heading)
        if any(given) and name not in self.values:
            self.values[name], self.sources[name] = given, source


def open_hazards(visits: Iterable[Visit], parameters: Parameters, today: date) -> tuple[HazardHistory, ...]:
    """What a recheck still has to look at."""
    known = hazard_histories(visits, parameters.rectification_days)
    return tuple(each for each in known if each.open_on(today))


def open_hazard_words(visits: Iterable[Visit], parameters: Parameters, today: date) -> dict[str, str]:
    """The same by id, in words: `配电间：箱门未接地（期限 2022-04-13）`."""
    return {
        each.hazard.id: f"{each.hazard.location}：{each.hazard.description}"
        f"（期限 {each.deadline(today).isoformat()}）"
        for each in open_hazards(visits, parameters, today)
    }


def planned(view: View, case: Case, kind: str, today: date) -> PlanLine | None:
    """The line of a filed plan that this visit most likely carries out: the last one until today."""
    newest: dict[str, tuple[int, Sequence[PlanLine]]] = {}
    for plan in view.plans():
        if plan.version >= newest.get(plan.week, (0, ()))[0]:
            newest[plan.week] = (plan.version, plan.lines)
    lines = [
        line
        for _version, filed in newest.values()
        for line in filed
        if line.enterprise == case.enterprise
        and line.work in _WORKS.get(kind, set())
        and line.case in (None, case.id)
        and line.day <= today
    ]
    return max(lines, key=lambda line: line.day, default=None)


def recheck_day(checked: date, parameters: Parameters) -> date:
    """The first working day after the general deadline."""
    day = checked + timedelta(days=parameters.rectification_days + 1)
    for _day in range(parameters.recheck_days - 1):
        works = is_workday(day)
        if works or (works is None and day.weekday() < 5):
            break
        day += timedelta(days=1)
    return day


def known_of(
    view: View,
    originals: Originals,
    case: Case,
    kind: str,
    *,
    parameters: Parameters,
    today: date,
    pages: Sequence[IssuedPage] = (),
    paper: Document | None = None,
    me: PersonId | None = None,
) -> Known:
    """Everything known about a visit of this kind at this case.

    Args:
        today: contract day.
        pages: geometry of the paper that came back, which names who was to sign it.
        paper: that paper.
        me: the person of the roster who is entering it.
    """
    known = Known()
    visits = in_force(view.visits(case.id))
    line = planned(view, case, kind, today)
    _people(known, pages, line, visits)
    team = {*known.values.get(head_name("检查人员"), ()), *known.values.get(head_name("监管人员"), ())}
    _recorders(known, view.devices(), team, view.recordings(), today)
    _firm(known, view, originals, case, kind, visits)
    if kind == REPORT:
        received = paper.received_at if paper else None
        known.say("收到日期", (local_date(received) if received else today).isoformat(), PAPER)
        known.say("接收人", me or "", BEFORE)
    if kind == ESCALATION:
        _escalation(known, open_hazards(visits, parameters, today))
    return Known(
        values={name: value for name, value in known.values.items() if _asked(kind, name)},
        sources=known.sources,
        offers=known.offers,
    )


def _asked(kind: str, name: str) -> bool:
    return name.partition("|")[2] in HEADINGS[kind]


def _people(
    known: Known, pages: Sequence[IssuedPage], line: PlanLine | None, visits: Sequence[Visit]
) -> None:
    signing = [box for page in pages for box in page.boxes if box.person]
    for heading, role in (("检查人员", "expert"), ("监管人员", "supervisor")):
        named = dict.fromkeys(box.person for box in signing if box.role == role and box.person)
        known.say(heading, named, PAPER)
    if line is not None:
        known.say("检查人员", line.experts, PLAN)
    if visits:
        known.say("检查人员", visits[-1].experts, BEFORE)
        known.say("监管人员", visits[-1].supervisors, BEFORE)


def _recorders(
    known: Known, devices: Sequence[Device], team: set[str], films: Sequence[Recording], today: date
) -> None:
    worn = [each for each in devices if each.holder in team and not (each.to_date and each.to_date < today)]
    known.say("记录仪", [each.serial for each in worn], RECORDERS)
    serials = {name for each in worn for name in (each.serial, *each.aliases)}
    since = today - _FILMS_BACK
    days: dict[date, list[Recording]] = {}
    for film in films:
        if film.started_at is None or film.visit is not None or film.device not in serials:
            continue
        if since <= (day := local_date(film.started_at)) <= today:
            days.setdefault(day, []).append(film)
    starts: list[tuple[str, str]] = []
    ends: list[tuple[str, str]] = []
    for day in sorted(days, reverse=True)[:_OFFERED]:
        begun = min(film.started_at for film in days[day] if film.started_at)
        over = max(
            film.started_at + timedelta(milliseconds=film.duration_ms or 0)
            for film in days[day]
            if film.started_at
        )
        for at, kept in ((begun, starts), (over, ends)):
            local = at.astimezone(SHANGHAI)
            kept.append((f"{local:%Y-%m-%dT%H:%M}", f"{local:%m-%d %H:%M}"))
    known.offers |= {head_name("到达时间"): tuple(starts), head_name("离开时间"): tuple(ends)}


def _firm(
    known: Known, view: View, originals: Originals, case: Case, kind: str, visits: Sequence[Visit]
) -> None:
    """People of the enterprise: as they were met last, else as its file names them."""
    enterprise = view.enterprise(EnterpriseId(case.enterprise))
    contacts = read_contacts(originals, enterprise.contacts if enterprise else None)
    met = read_details(originals, visits[-1].details) if visits else None
    principal = contacts.principal if contacts.principal.name else contacts.legal
    safety = contacts.safety if contacts.safety.name else principal
    if met is not None:
        _contact(known, "陪同人员", met.escort, BEFORE)
        _contact(known, "主要负责人", met.principal, BEFORE)
        _contact(known, "接洽人", met.listener, BEFORE)
    _contact(known, "陪同人员", safety, FIRM)
    _contact(known, "主要负责人", principal, FIRM)
    _contact(known, "接洽人", safety, FIRM)
    scopes = [visit.scope for each in view.cases(case.enterprise) for visit in in_force(view.visits(each.id))]
    if kind != "督促":
        known.say("检查场所", next((scope for scope in reversed(scopes) if scope), ""), BEFORE)


def _contact(known: Known, role: str, contact: Contact, source: str) -> None:
    if head_name(role) in known.values or not contact.name:
        return
    known.say(role, contact.name, source)
    known.say(f"{role}职务", contact.position, source)
    known.say(f"{role}电话", contact.telephone, source)


def _escalation(known: Known, waiting: Sequence[HazardHistory]) -> None:
    """A major hazard is reported as one; otherwise what is still open has run over its deadline."""
    major = [each.hazard.id for each in waiting if each.hazard.grade is Grade.MAJOR]
    known.say("上报情形", "重大事故隐患" if major else "", BEFORE)
    known.say("上报隐患", major or [each.hazard.id for each in waiting], BEFORE)


def kind_of(kind: str) -> VisitKind | None:
    """The visit kind a word of the forms stands for; None for 整改报告 and 上报."""
    value = KINDS.get(kind, "")
    return VisitKind(value) if value in set(VisitKind) else None
