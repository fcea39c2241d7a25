"""What people have to do today, decided from findings, due days, arrivals and the plan; pure.

One line is one deed for one enterprise, with every finding it cures folded inside.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from hashlib import sha256

from evidence.domain.register import PlanLine
from evidence.rules.clause import Finding, Kind
from evidence.rules.due_item import DueItem
from evidence.rules.owed_deeds import CLERK, CLIENT, ENTERPRISE, INSPECTOR, LEAD
from evidence.web.deeds import CONSEQUENCES, ENTER_RULE, GROUP_WORDS, Group
from evidence.web.line_drafts import Key, LineDraft, LineDrafts
from evidence.web.lines import Line, Lines

_NEEDY = (Kind.FAIL, Kind.REVIEW)
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
    visit_kinds: Mapping[str, str] = field(default_factory=dict)
    """Visit id -> `urging`: which record a gap in its facts belongs to."""
    visit_people: Mapping[str, str] = field(default_factory=dict)
    """Visit id -> names of those who went, joined by 、; case id -> those who went last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worklist:
    """The lines in the order of their groups, the gravest of each group first."""

    lines: Lines = field(default_factory=Lines)
    later: tuple[DueItem, ...] = ()
    """Whose time has not come; counted and shown apart."""

    @property
    def banners(self) -> tuple[Line, ...]:
        """Major hazards whose report is not receipted."""
        return tuple(self.lines.only(self.lines.major))

    def groups(self) -> list[tuple[Group, str, Lines]]:
        """Group, its words and its lines; empty groups are left out."""
        found = []
        for group, place in _GROUP_ORDER.items():
            lines = self.lines[self._first_of(place) : self._first_of(place + 1)]
            if lines:
                found.append((group, GROUP_WORDS[group], lines))
        return found

    def _first_of(self, place: int) -> int:
        """Where a group begins: the lines stand in the order of their groups."""
        return bisect_left(self.lines, place, key=lambda line: _GROUP_ORDER[line.deed.group])

    def only(self, person: str, role: str) -> Worklist:
        """The lines of one person: named, or done by whoever has the role."""
        named = zip(self.lines.major, self.lines.who, strict=True)
        mine = [major or is_for(who, person, role) for major, who in named]
        return Worklist(
            lines=self.lines.only(mine),
            later=tuple(one for one in self.later if is_for(one.who, person, role)),
        )

    def line(self, key: str) -> Line | None:
        """The line with this key."""
        place = self.lines.place_of(key)
        return None if place is None else self.lines[place]

    def after(self, key: str) -> Line | None:
        """The line below a key; the first one when the key is gone or last."""
        place, count = self.lines.place_of(key), len(self.lines)
        if place is None:
            return self.lines[0] if count else None
        return self.lines[(place + 1) % count] if count > 1 else None


_GROUP_ORDER = {group: place for place, group in enumerate(Group)}


@lru_cache(maxsize=1024)  # asked for thousands of lines, of a few names
def is_for(who: str, person: str, role: str) -> bool:
    """Whether `who` (names joined by 、, or a role's word) means this person or everybody of this role."""
    meant = who.split("、")
    return person in meant or role in meant or any(_URGED_BY.get(each) == role for each in meant)


def worklist(sources: Sources) -> Worklist:
    """Fold everything that needs a person into one line a deed."""
    drafts = LineDrafts(sources.visit_kinds)
    needy = [each for each in sources.findings if each.kind in _NEEDY and not _lifted(each)]
    # What entering a record cures has to find the line that asks for it.
    for finding in sorted(needy, key=lambda each: each.rule_id != ENTER_RULE):
        if finding.rule_id not in CONSEQUENCES:
            drafts.finding(finding)
    for finding in needy:
        if finding.rule_id in CONSEQUENCES:
            drafts.consequence(finding)
    later = [item for item in sources.due if not drafts.due(item, sources.today)]
    for waiting in sources.waiting:
        drafts.arrival(waiting.id, waiting.path, waiting.message, waiting.case)
    for planned in sources.planned:
        drafts.planned(planned, sources.today, sources.people)
    for major in sources.majors:
        drafts.major(major.case, major.enterprise, f"{major.hazard} {major.words}", sources.today)
        if major.reported:
            drafts.reported(major.case)
    lines = [_line(key, one, sources) for key, one in drafts.folded.items()]
    return Worklist(lines=Lines.of(sorted(lines, key=_order)), later=tuple(later))


def with_arrivals(made: Worklist, waiting: Sequence[Waiting], names: Mapping[str, str]) -> Worklist:
    """The same list with the arrivals that a person must decide: they change more often than all the rest."""
    more = worklist(Sources(today=date.min, waiting=waiting, enterprise_names=names)).lines
    if not more:
        return made

    @cache  # one after the other they ask for mostly the same lines
    def order_at(place: int) -> tuple[object, ...]:
        return _order(made.lines[place])

    everywhere = range(len(made.lines))
    places = [bisect_right(everywhere, _order(each), key=order_at) for each in more]
    return Worklist(lines=made.lines.joined(more, places), later=made.later)


def _lifted(finding: Finding) -> bool:
    """Whether an exception took the deed away; one without the regulator's document only explains it."""
    waiver = finding.waiver
    if waiver is None or finding.blocking:
        return False
    return waiver.attachment is not None and waiver.stated is not True


def _order(line: Line) -> tuple[object, ...]:
    return (
        _GROUP_ORDER[line.deed.group],
        not line.major,
        not line.overdue,
        not line.blocking,
        line.due or date.max,
        line.name,
        line.case,
        line.arrival,
        line.words,
        line.key,
    )


def _line(key: Key, one: LineDraft, sources: Sources) -> Line:
    enterprise = one.enterprise or sources.enterprise_of_case.get(one.case, "")
    who = one.who or one.deed.who
    if who == INSPECTOR:
        who = sources.visit_people.get(one.visit) or sources.visit_people.get(one.case, who)
    return Line(
        key=sha256("\0".join(key).encode()).hexdigest()[:16],
        deed=one.deed,
        phrase=one.phrase,
        terms=one.terms,
        name=sources.enterprise_names.get(enterprise) or one.name or enterprise,
        enterprise=enterprise,
        case=one.case,
        who=who,
        due=one.due,
        overdue=one.overdue or (one.due is not None and one.due < sources.today),
        blocking=one.blocking,
        failed=one.failed,
        doubtful=one.doubtful,
        document=one.document,
        visit=one.visit,
        arrival=one.arrival,
        entry=one.entry,
        campaign=one.campaign,
        major=one.major,
        messages=tuple(one.messages),
    )
