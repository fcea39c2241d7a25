"""Who looked at which material today, and how far the journal says something else than that.

Looking is written down once for each person, thing and day, a download once for each file of the thing.
Nothing that was reckoned changes by it, so whatever is kept ready asks for the position of the last line
that says more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from threading import Lock
from typing import TYPE_CHECKING, Any

from evidence.domain.week import local_date
from evidence.ledger.upkeep import FootageSeen, MaterialViewed, OriginalHandedOut
from evidence.web.acting import reader_of

if TYPE_CHECKING:
    from evidence.config import Workspace
    from evidence.ledger.codec import Entry

_LOOKS = frozenset({FootageSeen.KIND, OriginalHandedOut.KIND, MaterialViewed.KIND})
_LONGEST_NAME = 200
_BLOCK = 256
"""Lines read first while going back to the beginning of the day; each step back is twice as long."""


class Viewings:
    """What today's lines say about looking, kept up to date from the journal's tail."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._lock = Lock()
        self._day = local_date(workspace.clock())
        self._viewed: set[tuple[str, str]] = set()
        self._said = 0
        self._size = workspace.ledger.head.size
        for entry in self._backwards(self._size):
            if entry.kind not in _LOOKS:
                self._said = max(self._said, entry.seq + 1)
            if local_date(entry.instant) >= self._day:
                self._note(entry)
            elif self._said:
                break

    def _backwards(self, end: int) -> Iterator[Entry]:
        step = _BLOCK
        while end > 0:
            first = max(0, end - step)
            yield from reversed(list(self._workspace.ledger.entries(first, end)))
            end, step = first, 2 * step

    def said(self) -> int:
        """Journal position after the last line that says more than that somebody looked."""
        with self._lock:
            self._follow()
            return self._said

    def new(self, actor: str, things: Iterable[str]) -> list[str]:
        """Those of some things at which an account has not looked today, each once."""
        with self._lock:
            return self._new(actor, things)

    def record(self, actor: str, looked: Sequence[MaterialViewed]) -> None:
        """Write down what an account has not looked at today."""
        by_thing = {_thing(each): each for each in looked}
        with self._lock:
            if fresh := self._new(actor, by_thing):
                self._workspace.ledger.append(actor, *(by_thing[thing] for thing in fresh))

    def _new(self, actor: str, things: Iterable[str]) -> list[str]:
        self._follow()
        return [each for each in dict.fromkeys(things) if (actor, each) not in self._viewed]

    def _follow(self) -> None:
        today, head = local_date(self._workspace.clock()), self._workspace.ledger.head.size
        if today != self._day:
            self._day, self._viewed = today, set()
        for entry in self._workspace.ledger.entries(self._size, head) if head > self._size else ():
            if entry.kind not in _LOOKS:
                self._said = entry.seq + 1
            elif local_date(entry.instant) == today:
                self._note(entry)
        self._size = max(self._size, head)

    def _note(self, entry: Entry) -> None:
        if entry.kind == MaterialViewed.KIND and isinstance(entry.event, MaterialViewed):
            self._viewed.add((entry.actor, _thing(entry.event)))


def _thing(looked: MaterialViewed) -> str:
    thing = looked.number or looked.arrival or looked.case or looked.package
    return f"{thing}/{looked.download}" if looked.download else thing


def looked_at(
    request: Any, *, numbers: Iterable[str] = (), arrival: str = "", cases: Iterable[str] = ()
) -> None:
    """Write down that the request's answer shows these things; an answer without a body shows nothing.

    Args:
        numbers: documents whose forms or pages are shown.
        cases: those whose photographs are shown.

    Raises:
        EvidenceError: it cannot be written down; then it is not shown either.
    """
    looked = [MaterialViewed(number=each, by="") for each in numbers]
    looked += [MaterialViewed(case=each, by="") for each in cases]
    looked += [MaterialViewed(arrival=arrival, by="")] if arrival else []
    _record(request, looked)


def downloaded(
    request: Any, name: str, *, number: str = "", arrival: str = "", case: str = "", package: str = ""
) -> None:
    """Write down that the answer is a file that the desk made; of which thing, where it is of one.

    Args:
        name: under which the file goes out.

    Raises:
        EvidenceError: it cannot be written down; then it does not go out either.
    """
    about = {"number": number, "arrival": arrival, "case": case, "package": package}
    _record(request, [MaterialViewed(download=name[:_LONGEST_NAME], by="", **about)])


def _record(request: Any, looked: Iterable[MaterialViewed]) -> None:
    if request.method == "HEAD":
        return
    reader = reader_of(request)
    own = [replace(each, by=reader.by) for each in looked]
    request.desk.board.viewings.record(reader.journalled, own)
