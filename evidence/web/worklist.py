"""What people have to do today, decided from findings, due days, arrivals and the plan; pure.

One line is one deed for one enterprise, with every finding it cures folded inside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256

from evidence.domain.identifiers import expand
from evidence.domain.register import PlanLine
from evidence.rules.agenda import DueItem
from evidence.rules.clause import Finding, Kind, Level
from evidence.rules.owed_deeds import CLERK, CLIENT, ENTERPRISE, INSPECTOR, LEAD
from evidence.web.deeds import (
    CONSEQUENCES,
    GROUP_WORDS,
    PAPER_OF_RULE,
    PAPERS,
    REPORT_MAJOR,
    Deed,
    Group,
    Panel,
    deed_for,
)

_NEEDY = (Kind.FAIL, Kind.REVIEW)
_EVERYBODYS = frozenset({"G02-confidentiality", "T08-integrity", "T02-badge-valid", "S06-external-experts"})
"""About a person of the team: the same sentence in ten cases is one deed."""
_URGED_BY = {ENTERPRISE: CLERK, INSPECTOR: CLERK, CLIENT: LEAD}
"""What somebody without an account owes -> the role that urges it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An arrival that a person must decide."""

    id: str
    path: str
    message: str
    case: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MajorHazard:
    """A major hazard whose report to the regulator has no receipt yet."""

    case: str
    enterprise: str
    hazard: str
    words: str
    reported: bool
    """Reported, and waiting for the receipt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Everything the list is made of, as of one moment."""

    today: date
    findings: Sequence[Finding] = ()
    due: Sequence[DueItem] = ()
    waiting: Sequence[Waiting] = ()
    planned: Sequence[PlanLine] = ()
    """Of the filed plans, those not carried out; later days are left out here."""
    majors: Sequence[MajorHazard] = ()
    enterprise_names: Mapping[str, str] = field(default_factory=dict)
    enterprise_of_case: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One deed for one enterprise."""

    key: str
    deed: Deed
    words: str
    name: str
    """Short name of the enterprise; empty for the office's own."""
    enterprise: str = ""
    case: str = ""
    who: str
    due: date | None = None
    overdue: bool = False
    blocking: bool = False
    """Something folded inside keeps the package from being complete."""
    document: str = ""
    visit: str = ""
    arrival: str = ""
    major: bool = False
    messages: tuple[str, ...] = ()
    """What the line cures, each said once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worklist:
    """The lines in the order of their groups, the gravest of each group first."""

    lines: tuple[Line, ...]
    later: tuple[DueItem, ...]
    """Whose time has not come; counted and shown apart."""

    @property
    def banners(self) -> tuple[Line, ...]:
        """Major hazards whose report is not receipted."""
        return tuple(line for line in self.lines if line.major)

    def groups(self) -> list[tuple[Group, str, tuple[Line, ...]]]:
        """Group, its words and its lines; empty groups are left out."""
        return [
            (group, GROUP_WORDS[group], lines)
            for group in Group
            if (lines := tuple(line for line in self.lines if line.deed.group is group))
        ]

    def only(self, person: str, role: str) -> Worklist:
        """The lines of one person: named, or done by whoever has the role."""
        mine = tuple(line for line in self.lines if line.major or is_for(line.who, person, role))
        return Worklist(lines=mine, later=self.later)

    def line(self, key: str) -> Line | None:
        """The line with this key."""
        return next((line for line in self.lines if line.key == key), None)

    def after(self, key: str) -> Line | None:
        """The line below a key; the first one when the key is gone or last."""
        keys = [line.key for line in self.lines]
        position = keys.index(key) + 1 if key in keys else 0
        rest = self.lines[position:] or tuple(line for line in self.lines if line.key != key)
        return rest[0] if rest else None


def is_for(who: str, person: str, role: str) -> bool:
    """Whether `who` (names joined by 、, or a role's word) means this person or everybody of this role."""
    meant = who.split("、")
    return person in meant or role in meant or any(_URGED_BY.get(each) == role for each in meant)


@dataclass(slots=True, kw_only=True)
class _Folding:
    """A line while it is being folded."""

    deed: Deed
    words: str
    case: str = ""
    enterprise: str = ""
    who: str = ""
    due: date | None = None
    overdue: bool = False
    blocking: bool = False
    document: str = ""
    visit: str = ""
    arrival: str = ""
    major: bool = False
    messages: dict[str, None] = field(default_factory=dict)

    def take(self, finding: Finding) -> None:
        """Fold one more finding in."""
        self.messages.setdefault(finding.message)
        self.blocking |= finding.blocking and finding.level is Level.ERROR
        self.document = self.document or (expand(finding.subject.document) or "")
        self.visit = self.visit or finding.subject.visit
        self.fall_due(finding.due)

    def fall_due(self, day: date | None) -> None:
        """The earliest day counts."""
        if day is not None and (self.due is None or day < self.due):
            self.due = day


_Key = tuple[str, ...]


def worklist(sources: Sources) -> Worklist:
    """Fold everything that needs a person into one line a deed."""
    folded: dict[_Key, _Folding] = {}
    needy = [each for each in sources.findings if each.kind in _NEEDY and not _lifted(each)]
    for finding in needy:
        if finding.rule_id not in CONSEQUENCES:
            _fold_finding(folded, finding)
    for finding in needy:
        if finding.rule_id in CONSEQUENCES:
            _fold_consequence(folded, finding)
    later = [item for item in sources.due if not _fold_due(folded, item, sources.today)]
    for waiting in sources.waiting:
        folded["arrival", waiting.id] = _arrival(waiting)
    for planned in sources.planned:
        _fold_planned(folded, planned, sources)
    for major in sources.majors:
        _fold_major(folded, major, sources.today)
    lines = [_line(key, one, sources) for key, one in folded.items()]
    return Worklist(lines=tuple(sorted(lines, key=_order)), later=tuple(later))


def _lifted(finding: Finding) -> bool:
    """Whether an exception took the deed away; one without the regulator's document only explains it."""
    waiver = finding.waiver
    if waiver is None or finding.blocking:
        return False
    return waiver.attachment is not None and waiver.stated is not True


def _order(line: Line) -> tuple[object, ...]:
    return (
        list(Group).index(line.deed.group),
        not line.major,
        not line.overdue,
        not line.blocking,
        line.due or date.max,
        line.name,
        line.case,
        line.key,
    )


def _paper_code(finding: Finding) -> str:
    number = expand(finding.subject.document) if finding.subject.document else None
    return number[11:13] if number else PAPER_OF_RULE.get(finding.rule_id, "")


def _fold_finding(folded: dict[_Key, _Folding], finding: Finding) -> None:
    deed = deed_for(finding.rule_id, finding.kind, finding.message)
    subject = finding.subject
    case = "" if finding.rule_id in _EVERYBODYS else subject.case
    words, code = deed.words, _paper_code(finding)
    key: _Key
    if deed.id in {"paper", "marks", "transcribe"}:
        key = (case, deed.id, code)
        words = f"{PAPERS.get(code, '')}{deed.words}"
    elif finding.rule_id in _EVERYBODYS:
        key, words = (deed.id, finding.message), finding.message
    elif deed.panel is Panel.REGISTER and not case:
        key = (deed.id, subject.enterprise, finding.message)
    elif deed.panel in {Panel.FILM, Panel.ENTRY} and deed.group is not Group.URGE:
        key = (case, deed.id, subject.visit)
    else:
        key = (case or subject.enterprise, deed.id)
    one = folded.setdefault(
        key, _Folding(deed=deed, words=words, case=case, enterprise=subject.enterprise if case else "")
    )
    if not case and deed.id not in _EVERYBODYS:
        one.enterprise = subject.enterprise
    one.take(finding)


def _fold_consequence(folded: dict[_Key, _Folding], finding: Finding) -> None:
    """Into the line that cures it: of the same document, else visit, else case; else a line of its own."""
    number = expand(finding.subject.document) if finding.subject.document else None
    of_case = [one for one in folded.values() if finding.subject.case and one.case == finding.subject.case]
    near = (
        [one for one in of_case if number and one.document == number]
        or [one for one in of_case if finding.subject.visit and one.visit == finding.subject.visit]
        or [one for one in of_case if one.deed.panel in {Panel.PAPER, Panel.FILM, Panel.ENTRY}]
    )
    if near:
        near[0].messages.setdefault(finding.message)
        near[0].blocking |= finding.blocking and finding.level is Level.ERROR
    else:
        _fold_finding(folded, finding)


def _fold_due(folded: dict[_Key, _Folding], item: DueItem, today: date) -> bool:
    """False for what cannot be done yet."""
    if not item.overdue and item.first > today:
        return False
    deed = deed_for(item.rule_id, None, item.what)
    same = [
        one
        for one in folded.values()
        if one.deed.id == deed.id
        and one.case == item.case
        and (item.case or one.enterprise == item.enterprise)
    ]
    if same and not (not item.case and item.detail and deed.group is Group.FRIDAY):
        one = same[0]
    else:
        key = (item.case or item.enterprise, deed.id, item.detail)
        one = folded.setdefault(
            key, _Folding(deed=deed, words=item.what, case=item.case, enterprise=item.enterprise)
        )
        detail = f" {item.detail}" if item.detail else ""
        one.messages.setdefault(f"{item.what}{detail}（{item.clause}）")
    one.fall_due(item.due)
    one.overdue |= item.overdue
    one.who = one.who or item.who
    return True


def _arrival(waiting: Waiting) -> _Folding:
    deed = Deed(id="arrival", group=Group.LOOK, words="认定到件", who=CLERK, panel=Panel.ARRIVAL)
    return _Folding(
        deed=deed,
        words=f"{deed.words}：{waiting.path}",
        case=waiting.case,
        arrival=waiting.id,
        messages={waiting.message: None} if waiting.message else {},
    )


def _fold_planned(folded: dict[_Key, _Folding], planned: PlanLine, sources: Sources) -> None:
    if planned.day > sources.today:
        return
    who = "、".join(sources.people.get(each, each) for each in planned.experts)
    missed = planned.day < sources.today
    words = f"{planned.work.value}没有进行，改期或说明原因" if missed else planned.work.value
    deed = Deed(
        id="missed" if missed else "visit",
        group=Group.URGE if missed else Group.VISIT,
        words=words,
        who=who or CLERK,
        panel=Panel.PLAN if missed else Panel.FORMS,
    )
    key = (planned.enterprise, deed.id, planned.work.value, planned.day.isoformat())
    one = folded.setdefault(
        key, _Folding(deed=deed, words=words, case=planned.case or "", enterprise=planned.enterprise)
    )
    one.fall_due(planned.day)
    one.overdue = missed
    if planned.note:
        one.messages.setdefault(planned.note)


def _fold_major(folded: dict[_Key, _Folding], major: MajorHazard, today: date) -> None:
    same = [one for one in folded.values() if one.deed.id == REPORT_MAJOR.id and one.case == major.case]
    one = same[0] if same else _Folding(deed=REPORT_MAJOR, words="", case=major.case)
    if not same:
        folded[major.case, REPORT_MAJOR.id] = one
    one.words = "登记重大事故隐患上报的签收" if major.reported else REPORT_MAJOR.words
    one.major, one.enterprise = True, major.enterprise
    one.messages.setdefault(f"{major.hazard} {major.words}")
    one.fall_due(today)


def _line(key: _Key, one: _Folding, sources: Sources) -> Line:
    enterprise = one.enterprise or sources.enterprise_of_case.get(one.case, "")
    return Line(
        key=sha256("\0".join(key).encode()).hexdigest()[:16],
        deed=one.deed,
        words=one.words or one.deed.words,
        name=sources.enterprise_names.get(enterprise, enterprise),
        enterprise=enterprise,
        case=one.case,
        who=one.who or one.deed.who,
        due=one.due,
        overdue=one.overdue or (one.due is not None and one.due < sources.today),
        blocking=one.blocking,
        document=one.document,
        visit=one.visit,
        arrival=one.arrival,
        major=one.major,
        messages=tuple(one.messages),
    )
