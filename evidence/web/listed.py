"""The worklist as the page shows it: each line with its sign, telephone number and where its button leads."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.urls import reverse

from evidence.domain.identifiers import EnterpriseId, Sha256
from evidence.domain.week import Week
from evidence.errors import EvidenceError
from evidence.forms.people import Contact, read_contacts
from evidence.rules.owed_deeds import ENTERPRISE
from evidence.web.deeds import GROUP_WORDS, Group, Panel
from evidence.web.lines import Line
from evidence.web.matrix import State
from evidence.web.register_form import registers_of
from evidence.web.worklist import Worklist

if TYPE_CHECKING:
    from evidence.config import Workspace

FEW = 8
"""Lines of one group on the first page; the rest is one click away and counted."""
A_PAGE = 100
BUTTONS: dict[Panel, str] = {
    Panel.MARKS: "看图",
    Panel.PAPER: "看缺什么",
    Panel.FILM: "看录像",
    Panel.ENTRY: "录入",
    Panel.ARRIVAL: "认定",
    Panel.FORMS: "打印文书",
    Panel.REGISTER: "登记",
    Panel.FRIDAY: "办理移交",
    Panel.PLAN: "看计划",
    Panel.CASE: "看案件",
    Panel.CAMPAIGN: "看专项",
}


RECEIVE = "登记签收"
"""A report that was made waits for the regulator's signature."""
NO_REGISTER = "看情况"
"""What no register can cure is looked at where it happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One line, ready to show."""

    line: Line
    state: State
    button: str
    url: str
    """The page on which the deed can be done, too."""
    telephones: tuple[tuple[str, str], ...]
    """Name and number of whom to ring up."""

    @property
    def first(self) -> str:
        """The first thing it cures, unless the line says just that."""
        told = self.line.messages[:1]
        return told[0] if told and told[0] != self.line.words else ""

    @property
    def more(self) -> int:
        """How many further things it cures."""
        return max(0, len(self.line.messages) - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedGroup:
    """The lines of one group that are shown, and how many there are."""

    id: str
    words: str
    lines: tuple[Listed, ...]
    total: int

    @property
    def left(self) -> int:
        """How many are not shown here."""
        return self.total - len(self.lines)


def listed(line: Line, workspace: Workspace) -> Listed:
    """One line with what the page says about it."""
    urged = line.deed.group is Group.URGE and line.deed.panel is Panel.ENTRY
    wanted = line.deed.group is Group.SUPPLY or urged or line.who == ENTERPRISE
    return Listed(
        line=line,
        state=_state(line),
        button=_button(line),
        url=url_of(line),
        telephones=telephones(workspace, line.enterprise) if wanted and line.enterprise else (),
    )


def groups(made: Worklist, workspace: Workspace, *, only: str = "", first: int = 0) -> list[ListedGroup]:
    """The groups with their first lines.

    Args:
        only: one group, of which a whole page of lines is shown.
        first: the first line of that page.
    """
    shown = []
    for group, words, lines in made.groups():
        if only and group.value != only:
            continue
        part = lines[first : first + A_PAGE] if only else lines[:FEW]
        shown.append(
            ListedGroup(
                id=group.value,
                words=words,
                lines=tuple(listed(line, workspace) for line in part),
                total=len(lines),
            )
        )
    return shown


def group_of(name: str) -> Group | None:
    """The group of this name."""
    return next((group for group in GROUP_WORDS if group.value == name), None)


def telephones(workspace: Workspace, enterprise: str) -> tuple[tuple[str, str], ...]:
    """The enterprise's people with their numbers; nobody where nothing is known."""
    party = workspace.ledger.view.enterprise(EnterpriseId(enterprise))
    if party is None or party.contacts is None:
        return ()
    return _numbers(workspace.originals, party.contacts)


@lru_cache(maxsize=4096)
def _numbers(originals: Any, contacts: Sha256) -> tuple[tuple[str, str], ...]:
    try:
        held = read_contacts(originals, contacts)
    except EvidenceError:
        return ()  # the ledger's own check says what is damaged
    people: tuple[Contact, ...] = (held.safety, held.principal, held.legal)
    return tuple(dict.fromkeys((one.name, one.telephone) for one in people if one.telephone))


def _state(line: Line) -> State:
    if line.deed.group is Group.LOOK:
        return State.UNDECIDED
    if line.overdue or line.blocking or line.major or line.failed:
        return State.MISSING
    return State.UNDECIDED if line.doubtful else State.OPEN


def _button(line: Line) -> str:
    if line.major and not line.entry:
        return RECEIVE
    return NO_REGISTER if _of_no_register(line) else BUTTONS[line.deed.panel]


def _of_no_register(line: Line) -> bool:
    return line.deed.panel is Panel.REGISTER and not registers_of(line.deed.id)


def url_of(line: Line, *, writes: bool = True) -> str:
    """The page on which the deed is done without the side panel.

    Args:
        writes: whether the reader may enter facts; who only reads is led to the case.
    """
    return str(_place(line, writes=writes))


def _place(line: Line, *, writes: bool) -> Any:
    panel, query = line.deed.panel, ""
    if panel is Panel.ARRIVAL:
        return reverse("arrival", args=[line.arrival])
    if panel is Panel.ENTRY and line.case and line.entry and writes:
        query = f"?{urlencode({'paper': line.document})}" if line.document else ""
        return reverse("write", args=[line.case, line.entry]) + query
    if panel in {Panel.MARKS, Panel.PAPER} and line.document:
        return reverse("document", args=[line.document])
    if panel in {Panel.FORMS, Panel.PLAN}:
        query = f"?week={Week.of(line.due)}" if line.due else ""
        return reverse("plan") + query
    if panel is Panel.REGISTER and not (line.case and _of_no_register(line)):
        return reverse("registers")
    if panel is Panel.CAMPAIGN and line.campaign:
        return reverse("campaign", args=[line.campaign])
    if panel is Panel.FRIDAY:
        return reverse("friday")
    return reverse("case", args=[line.case]) if line.case else reverse("cases")
