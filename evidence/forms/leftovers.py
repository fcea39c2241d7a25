"""Files of numbers that no journal line speaks of: what a crash left, or what the journal has lost."""

from __future__ import annotations

from collections.abc import Iterable

from evidence.archive.issued import IssuedStore
from evidence.domain.identifiers import CaseId
from evidence.ledger.comparison import behind
from evidence.ledger.holdings import issued_place
from evidence.ledger.ledger import Ledger


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
