"""How findings, due days, arrivals and planned visits become lines: one deed, one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from evidence.domain.identifiers import expand
from evidence.domain.register import PlanLine
from evidence.rules.clause import Finding, Kind, Level
from evidence.rules.due_item import DueItem
from evidence.rules.owed_deeds import CLERK, CLIENT, ENTERPRISE, INSPECTOR, LEAD
from evidence.rules.returned import NOT_ENTERED
from evidence.web import deeds
from evidence.web.deeds import (
    ENTRY_OF_PAPER,
    ENTRY_OF_VISIT,
    OF_THE_TEAM,
    PAPER_OF_RULE,
    PAPERS,
    RISKS,
    Deed,
    Group,
    Panel,
    deed_for,
)

Key = tuple[str, ...]
_ROLES = frozenset({CLERK, CLIENT, ENTERPRISE, INSPECTOR, LEAD})
_ABOUT_A_PAPER = frozenset({"paper", "marks", "transcribe", "enter", "correct"})
_CURING = frozenset({Panel.PAPER, Panel.FILM, Panel.ENTRY, Panel.MARKS})
"""Panels of deeds that cure what follows from them."""
_CODE_OF_VISIT = {
    visit: code for visit, kind in ENTRY_OF_VISIT.items() for code, of in ENTRY_OF_PAPER.items() if of == kind
}


@dataclass(slots=True, kw_only=True)
class LineDraft:
    """A line while it is being folded."""

    deed: Deed
    phrase: str
    terms: tuple[tuple[str, str], ...] = ()
    case: str = ""
    enterprise: str = ""
    name: str = ""
    who: str = ""
    due: date | None = None
    overdue: bool = False
    blocking: bool = False
    failed: bool = False
    doubtful: bool = False
    document: str = ""
    visit: str = ""
    arrival: str = ""
    entry: str = ""
    details: set[str] = field(default_factory=set)
    """Weeks, packages, forms and campaigns it is about, where it is about no enterprise."""
    major: bool = False
    messages: dict[str, None] = field(default_factory=dict)

    @property
    def campaign(self) -> str:
        """The campaign on whose page it is done."""
        return next(iter(self.details), "") if self.deed.panel is Panel.CAMPAIGN else ""

    def take(self, finding: Finding) -> None:
        """Fold one more finding in."""
        self.messages.setdefault(finding.message)
        self.blocking |= finding.blocking and finding.level is Level.ERROR
        failed = finding.kind is Kind.FAIL and finding.level is Level.ERROR
        self.failed |= failed
        self.doubtful |= not failed
        self.document = self.document or (expand(finding.subject.document) or "")
        self.visit = self.visit or finding.subject.visit
        self.details.add(finding.subject.document)
        self.fall_due(finding.due)

    def fall_due(self, day: date | None) -> None:
        """The earliest day counts."""
        if day is not None and (self.due is None or day < self.due):
            self.due = day


class LineDrafts:
    """The lines so far, by what makes two things one deed."""

    def __init__(self, visit_kinds: Mapping[str, str]) -> None:
        self.folded: dict[Key, LineDraft] = {}
        self._near: dict[tuple[str, str], list[LineDraft]] = {}
        """The lines of one case, or of one enterprise where they are of no case."""
        self._visit_kinds = visit_kinds
        self._unentered: dict[str, LineDraft] = {}
        """Record that came back -> the line that asks to enter it."""

    def finding(self, finding: Finding) -> None:
        """One finding that its own deed cures."""
        deed, subject = deed_for(finding.rule_id, finding.kind, finding.message), finding.subject
        if (entering := self._entering(finding)) is not None:
            entering.take(finding)
            return
        if finding.rule_id in RISKS:
            deed = deeds.WEIGH_RISKS
        of_the_team = finding.rule_id in OF_THE_TEAM
        case = "" if of_the_team else subject.case
        made = LineDraft(deed=deed, phrase=deed.words, case=case, entry=deed.entry)
        if not of_the_team:
            made.enterprise = subject.enterprise
        key: Key
        if deed.id in _ABOUT_A_PAPER:
            code = self._paper_code(finding)
            made.terms = (("paper", PAPERS.get(code, deeds.ANY_RECORD)),)
            if deed.panel is Panel.ENTRY:
                made.entry = ENTRY_OF_PAPER.get(code) or ENTRY_OF_VISIT.get(self._kind(finding), "检查")
            key = (case, deed.id, code, subject.visit if deed.panel is Panel.ENTRY else "")
        elif of_the_team or finding.rule_id in RISKS:
            key = (deed.id,)
        elif deed.panel is Panel.CAMPAIGN:
            key = (deed.id, subject.document)
        elif deed.panel is Panel.REGISTER and not case:
            key = (deed.id, subject.enterprise, finding.message)
        elif deed.panel is Panel.FILM:
            key = (case, deed.id, subject.visit)
        else:
            key = (case or subject.enterprise, deed.id)
        one = self._line(key, made)
        one.take(finding)
        if deed.id == deeds.ENTER_FACTS.id and subject.document:
            self._unentered[subject.document] = one

    def _entering(self, finding: Finding) -> LineDraft | None:
        """The line that cures a finding by entering its record: whatever cannot be checked before, the film
        that finds its visit then, and the transcription that is made by the same press.
        """
        cured = (
            finding.observed == NOT_ENTERED
            or finding.rule_id.startswith(("V01-", "V02-"))
            or deed_for(finding.rule_id, finding.kind).id == deeds.TRANSCRIBE.id
        )
        visitless = not finding.subject.visit
        return self._unentered.get(finding.subject.document) if cured and visitless else None

    def consequence(self, finding: Finding) -> None:
        """Into the line that cures it: of the same document, else visit, else case; else one line a case."""
        subject = finding.subject
        number = expand(subject.document) if subject.document else None
        of_case = self._near.get((subject.case, ""), ()) if subject.case else ()
        curing = [one for one in of_case if one.deed.panel in _CURING]
        near = (
            [one for one in curing if number and one.document == number]
            or [one for one in curing if subject.visit and one.visit == subject.visit]
            or curing
        )
        if near:
            near[0].messages.setdefault(finding.message)
            near[0].blocking |= finding.blocking and finding.level is Level.ERROR
            return
        made = LineDraft(
            deed=deeds.SETTLE, phrase=deeds.SETTLE.words, case=subject.case, enterprise=subject.enterprise
        )
        key = (subject.case or subject.enterprise, deeds.SETTLE.id)
        self._line(key, made).take(finding)

    def due(self, item: DueItem, today: date) -> bool:
        """False for what cannot be done yet."""
        if not item.overdue and item.first > today:
            return False
        deed = deed_for(item.rule_id, None, item.what)
        one = self._same_deed(item, deed)
        if one is None:
            key = (item.case or item.enterprise, deed.id, item.detail)
            # 上报整改报告 is what the enterprise owes; what is done about it here is 催收整改报告.
            phrase = deed.words if deed.panel is Panel.ENTRY else item.what
            made = LineDraft(deed=deed, phrase=phrase, case=item.case, enterprise=item.enterprise)
            made.name, made.entry = item.name, deed.entry
            one = self._line(key, made)
            one.details.add(item.detail)
            detail = f" {item.detail}" if item.detail else ""
            one.messages.setdefault(f"{item.what}{detail}（{item.clause}）")
        elif item.overdue and deed.group is Group.FRIDAY:
            # The finding says in a sentence what is missing; what to do about it are the due day's words.
            one.phrase = item.what
        one.fall_due(item.due)
        one.overdue |= item.overdue
        if item.who not in _ROLES or deed.panel not in _CURING:
            one.who = one.who or item.who
        return True

    def _same_deed(self, item: DueItem, deed: Deed) -> LineDraft | None:
        place = (item.case, "" if item.case else item.enterprise)
        same = [one for one in self._near.get(place, ()) if one.deed.id == deed.id]
        if deed.id == deeds.TRANSCRIBE.id:
            # Entering a record transcribes it by the same press.
            same += [one for one in self._near.get(place, ()) if one.deed.id == deeds.ENTER_FACTS.id]
        named_alone = deed.group is Group.FRIDAY or deed.panel is Panel.CAMPAIGN
        if item.case or not item.detail or not named_alone:
            return same[0] if same else None
        named = [one for one in same if item.detail in one.details]
        # A finding about earlier weeks and each of those weeks to be made up for are one.
        earlier = [one for one in same if item.overdue and one.details == {""}]
        return next(iter(named or earlier), None)

    def arrival(self, id: str, path: str, message: str, case: str) -> None:
        """A file that a person must decide."""
        made = LineDraft(
            deed=deeds.ARRIVAL, phrase=deeds.ANY_ARRIVAL, terms=(("path", path),), case=case, arrival=id
        )
        if message:
            made.messages.setdefault(message)
        self._line(("arrival", id), made)

    def planned(self, planned: PlanLine, today: date, people: Mapping[str, str]) -> None:
        """A visit of a filed plan: on its day, or when it was missed."""
        if planned.day > today:
            return
        who = "、".join(people.get(each, each) for each in planned.experts)
        missed = planned.day < today
        phrase = deeds.MISSED_VISIT if missed else deeds.PLANNED_VISIT
        deed = Deed(
            id="missed" if missed else "visit",
            group=Group.URGE if missed else Group.VISIT,
            words=phrase,
            who=who or CLERK,
            panel=Panel.PLAN if missed else Panel.FORMS,
        )
        made = LineDraft(
            deed=deed, phrase=phrase, case=planned.case or "", enterprise=planned.enterprise,
            terms=(("work", planned.work.value),),
        )  # fmt: skip
        key = (planned.enterprise, deed.id, planned.work.value, planned.day.isoformat())
        one = self._line(key, made)
        one.fall_due(planned.day)
        one.overdue = missed
        if planned.note:
            one.messages.setdefault(planned.note)

    def major(self, case: str, enterprise: str, words: str, today: date) -> None:
        """A major hazard whose report has no receipt."""
        deed = deeds.REPORT_MAJOR
        same = [one for one in self._near.get((case, ""), ()) if one.deed.id == deed.id]
        made = LineDraft(deed=deed, phrase=deed.words, case=case, entry=deed.entry)
        one = same[0] if same else self._line((case, deed.id), made)
        one.phrase, one.major, one.enterprise = deed.words, True, enterprise
        one.messages.setdefault(words)
        one.fall_due(today)

    def reported(self, case: str) -> None:
        """The report of a case's major hazard was sent; its receipt is wanted."""
        one = next(each for each in self._near[case, ""] if each.major)
        one.phrase, one.entry = deeds.RECEIVE_MAJOR, ""

    def _line(self, key: Key, made: LineDraft) -> LineDraft:
        """The line of this key; a new one is found by its case, or its enterprise, from now on."""
        held = self.folded.get(key)
        if held is None:
            held = self.folded[key] = made
            place = (made.case, "" if made.case else made.enterprise)
            self._near.setdefault(place, []).append(made)
        return held

    def _kind(self, finding: Finding) -> str:
        return self._visit_kinds.get(finding.subject.visit, "")

    def _paper_code(self, finding: Finding) -> str:
        """`DD`: of the document, else of the rule, else of the visit's own record."""
        number = expand(finding.subject.document) if finding.subject.document else None
        code = number[11:13] if number else PAPER_OF_RULE.get(finding.rule_id, "")
        return code or _CODE_OF_VISIT.get(self._kind(finding), "")
