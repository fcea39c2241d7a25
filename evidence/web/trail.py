"""Where in the journal each thing and each account is spoken of: who did what when, for one thing or all.

Positions are remembered, the lines themselves are read when a page asks for them.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from evidence.domain.identifiers import CaseId, EnterpriseId, Number, Sha256, expand
from evidence.ledger.acting import account_of
from evidence.ledger.codec import Entry
from evidence.ledger.events import PartiesImported
from evidence.web.acts import Act, act_of, is_silent

if TYPE_CHECKING:
    from evidence.config import Workspace
    from evidence.domain.document import Document
    from evidence.ledger.view import View

A_PAGE = 50
_NEAR = 40
"""Lines between two wanted ones that are read along rather than looked up apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of the acts that fit, the newest first."""

    acts: tuple[Act, ...]
    total: int
    first: int

    @property
    def after(self) -> int:
        """Where the next page begins; 0 after the last."""
        following = self.first + A_PAGE
        return following if following < self.total else 0


class Trail:
    """The index, kept up to date from the journal's tail whenever somebody asks."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = Lock()
        self._size = 0
        self._all = array("L")
        self._imports = array("L")
        self._by_thing: dict[str, array[int]] = defaultdict(lambda: array("L"))
        self._by_account: dict[str, array[int]] = defaultdict(lambda: array("L"))

    def page(self, things: Collection[str] | None, account: str, first: int) -> Page:
        """The acts about any of some things by an account.

        Args:
            things: None for everything.
            account: as people sign in; empty for everybody.
            first: how many of the newest are left out.
        """
        positions = self._fitting(things, account)
        shown = positions[first : first + A_PAGE]
        return Page(acts=tuple(self._read(shown)), total=len(positions), first=first)

    def every(self, things: Collection[str]) -> tuple[Act, ...]:
        """All acts about some things, the oldest first."""
        return tuple(self._read(self._fitting(things, "")[::-1]))

    def things(self, wanted: str) -> frozenset[str]:
        """Ids under which the journal speaks of what a person asked for; empty where it never does."""
        found = things_of(self._workspace.ledger.view, wanted)
        if found:
            return found
        self.follow()
        with self._lock:
            return frozenset({wanted}) if wanted.upper() in self._by_thing else frozenset()

    def imports(self) -> Iterator[Entry]:
        """The lines by which master data came, the oldest first."""
        self.follow()
        with self._lock:
            positions = list(self._imports)
        ledger = self._workspace.ledger
        return (entry for seq in positions for entry in ledger.entries(seq, seq + 1))

    def accounts(self) -> list[str]:
        """Who ever did something."""
        self.follow()
        with self._lock:
            return sorted(self._by_account)

    def _read(self, positions: Sequence[int]) -> Iterator[Act]:
        """The acts at some positions, in their order; lines that lie near each other are read in one go."""
        ledger, wanted = self._workspace.ledger, set(positions)
        found = {
            entry.seq: act_of(entry)
            for first, last in _runs(sorted(wanted))
            for entry in ledger.entries(first, last + 1)
            if entry.seq in wanted
        }
        return (found[seq] for seq in positions)

    def _fitting(self, things: Collection[str] | None, account: str) -> list[int]:
        self.follow()
        with self._lock:
            if things is None:
                found = set(self._all)
            else:
                found = {seq for each in things for seq in self._by_thing.get(each.upper(), ())}
            if account:
                found &= set(self._by_account.get(account, ()))
        return sorted(found, reverse=True)

    def follow(self) -> None:
        """Read what was appended since; the first time takes a while where there is much."""
        ledger = self._workspace.ledger
        with self._lock:
            head = ledger.head.size
            for seq, entry in enumerate(ledger.entries(self._size, head), self._size):
                if is_silent(entry):
                    continue
                act = act_of(entry)
                self._all.append(seq)
                if entry.kind == PartiesImported.KIND:
                    self._imports.append(seq)
                self._by_account[account_of(act.actor)].append(seq)
                for each in act.subjects:
                    self._by_thing[each.upper()].append(seq)
            self._size = max(self._size, head)


def _runs(positions: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of the stretches that positions form, over gaps not worth another look."""
    first = last = -1
    for seq in positions:
        if last >= 0 and seq - last > _NEAR:
            yield first, last
            first = -1
        first = seq if first < 0 else first
        last = seq
    if last >= 0:
        yield first, last


def things_of(view: View, wanted: str) -> frozenset[str]:
    """Ids under which the journal speaks of a thing; empty where there is none of this name."""
    if number := expand(wanted):
        document = view.document(Number(number))
        return _of_document(document) if document is not None else frozenset()
    if view.case(CaseId(wanted)) is not None:
        return _of_case(view, CaseId(wanted))
    if view.enterprise(EnterpriseId(wanted)) is not None:
        cases = [_of_case(view, case.id) for case in view.cases(EnterpriseId(wanted))]
        return frozenset({wanted}).union(*cases)
    found = view.recording(Sha256(wanted)) or view.arrival_of(Sha256(wanted))
    if found is None:
        found = next((each for each in view.arrivals() if each.id == wanted), None)
    if found is None:
        return frozenset()
    arrival = view.arrival_of(Sha256(found.sha256)) if found.sha256 else None
    return frozenset(filter(None, (wanted, found.sha256, arrival.id if arrival else "")))


def _of_document(document: Document) -> frozenset[str]:
    scans = (*document.scans, *document.other_copies)
    arrivals = {str(each.arrival) for each in scans if each.arrival}
    return frozenset({str(document.form.number), *arrivals, *map(str, document.edocuments)})


def _of_case(view: View, case: CaseId) -> frozenset[str]:
    documents = [_of_document(each) for each in view.documents(case)]
    films = [str(each.sha256) for each in view.recordings(case)]
    visits = [str(each.id) for each in view.visits(case)]
    return frozenset({str(case), *films, *visits}).union(*documents)
