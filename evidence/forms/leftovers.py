"""Files that no journal line speaks of: what a crash left, or what the journal has lost."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath

from evidence.archive.issued import SET_ASIDE, IssuedStore
from evidence.archive.originals import Originals
from evidence.domain.identifiers import CaseId, Sha256, expand, number_case
from evidence.ledger.comparison import Comparison, behind, compare
from evidence.ledger.holdings import issued_place, original_place
from evidence.ledger.ledger import Ledger
from evidence.ledger.lock import LedgerBusyError

_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """An archive after what a crash left was set aside."""

    agreement: Comparison
    """Journal and archive, which agree; its leftovers are those that were found."""
    moved: tuple[str, ...]
    """Files set aside just now, by their name below the archive before."""
    kept: tuple[str, ...]
    """Files of no line that lie where they lay: set aside before, in use by others, or not ours."""


def settle_archive(ledger: Ledger, contract: str, issued: IssuedStore, originals: Originals) -> Settled:
    """Set aside every original and draft that no line and no position speaks of; nothing is deleted.

    Originals only while no living process has stored any, drafts only while nobody issues: they may be
    about to be journalled. In an archive that remembers no positions everything stays where it is.

    Raises:
        LedgerBehindError, LedgerRewrittenError: journal and archive do not agree; nothing was moved.
    """
    with originals.alone() as quiet, _nobody_issues(ledger) as idle:
        agreement = compare(ledger, contract)
        agreement.require()
        moved: list[str] = []
        if ledger.positions is not None and ledger.positions.begun():
            if quiet:
                moved += _originals_aside(agreement.leftovers, ledger, originals)
            if idle:
                moved += _drafts_aside(agreement.leftovers, ledger, issued)
    kept = tuple(place for place in agreement.leftovers if place not in moved)
    return Settled(agreement=agreement, moved=tuple(moved), kept=kept)


@contextmanager
def _nobody_issues(ledger: Ledger) -> Iterator[bool]:
    """Hold the right to issue, where it is free."""
    with ExitStack() as held:
        try:
            held.enter_context(ledger.alone("issuing", 0))
        except LedgerBusyError:
            yield False
        else:
            yield True


def _originals_aside(places: Iterable[str], ledger: Ledger, originals: Originals) -> Iterator[str]:
    for path in originals.set_unfinished_aside():
        yield f"originals/incoming/{path.name}"
    strays = {
        name: place
        for place in places
        if _DIGEST.fullmatch(name := PurePosixPath(place).name) and place == original_place(Sha256(name))
    }
    for line in ledger.lines() if strays else ():
        for named in _DIGEST.findall(line.decode()):  # whatever the line says of it: it is no stray
            strays.pop(named, None)
    for name, place in strays.items():
        if originals.set_aside(Sha256(name)) is not None:
            yield place


def _drafts_aside(places: Iterable[str], ledger: Ledger, issued: IssuedStore) -> Iterator[str]:
    drafts = [place for place in places if PurePosixPath(place).parent.name != SET_ASIDE]
    numbers = {place: expand(PurePosixPath(place).name.partition(".")[0]) for place in drafts}
    settle_leftovers({number_case(number) for number in numbers.values() if number}, ledger, issued)
    for place, number in numbers.items():
        if number and not issued.extra_path(number, PurePosixPath(place).name[len(number) :]).exists():
            yield place


def settle_leftovers(cases: Iterable[CaseId], ledger: Ledger, issued: IssuedStore) -> None:
    """Before numbers of these cases are given: set aside what was reserved and never issued.

    So is what no line and no position speaks of, in an archive that remembers positions: it proves nothing.
    In one that an older program left, such a file may be all that tells of a lost line, and stays.

    Only while holding the right to issue, so that nobody is writing just these files.

    Raises:
        LedgerBehindError: a position vouches for a form that the journal does not know.
    """
    view = ledger.view
    for case in set(cases):
        given = {each.number: each for each in view.given(case)}
        for number in sorted(issued.numbers(case)):
            known = given.get(number)
            if known is not None and known.issued:
                continue
            if ledger.positions is not None:
                place = issued_place(number, ".pdf")
                witness = ledger.positions.vouching(place)
                if witness is not None:
                    raise behind(view.head.size, witness.seq + 1, place)
            if known is not None or (ledger.positions is not None and ledger.positions.begun()):
                issued.set_aside(number)
