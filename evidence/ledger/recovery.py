"""Bringing a journal that has fallen behind up to what its archive proves.

First the lines themselves: packages carry every line up to their checkpoint, and the folders of the archive
keep the lines that created their files. Where these continue the journal's chain they are taken over
unchanged, and the history is the same as before. What stands behind a gap is journalled anew: an event says
what was lost and what proves it, and the lines behind it repeat what they stand for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path

from evidence.domain.identifiers import ArrivalId, Sha256, number_case
from evidence.errors import LedgerDamagedError
from evidence.language import _
from evidence.ledger import chain
from evidence.ledger.arrival_events import ArrivalTaken
from evidence.ledger.codec import read_line
from evidence.ledger.comparison import LedgerRewrittenError, compare, rewritten
from evidence.ledger.events import CheckpointMade, Event, FormIssued, PackageBuilt, ReceiptReceived
from evidence.ledger.from_archive import issued_form, package_events, unknown_numbers
from evidence.ledger.ledger import Ledger
from evidence.ledger.merkle import Frontier
from evidence.ledger.positions import Witness
from evidence.ledger.proofs import Proofs
from evidence.ledger.sent import SentPackage
from evidence.ledger.upkeep import LedgerRecovered, LedgerRestored, NumbersReserved, RecoveredItem
from evidence.ledger.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """What was brought back."""

    size: int
    """Lines the journal had."""
    regained: int
    """Lines taken over unchanged."""
    known: int
    """Lines that are proven; those between the regained and the recovered are lost for good."""
    items: tuple[RecoveredItem, ...]
    """What was journalled anew."""
    unproven: tuple[str, ...]
    """Files whose line is lost and whose bytes are no longer what it said."""

    @property
    def lost(self) -> int:
        """Lines that nothing brings back: what they said must be entered again."""
        return max(0, self.known - self.size - self.regained - len(self.items))


def lines_behind(ledger: Ledger, proofs: Proofs) -> list[bytes]:
    """The lost lines that still exist and continue the journal's chain, in order without a gap.

    Raises:
        InputError: a package or a copy of the journal cannot be read.
        LedgerRewrittenError: a package was made over another history than this journal's.
    """
    head = ledger.head
    held: dict[int, list[bytes]] = defaultdict(list)
    for seq, line in _known_lines(proofs, head.size):
        held[seq].append(line)
    found: list[bytes] = []
    digest = head.digest
    while following := held.get(head.size + len(found)):
        seq = head.size + len(found)
        fitting = next((line for line in following if _continues(line, seq, digest)), None)
        if fitting is None:
            break
        found.append(fitting)
        digest = chain.stated_digest(fitting)
    _require_packages(ledger, proofs.packages, found)
    return found


def recover(
    ledger: Ledger, proofs: Proofs, *, contract: str, form_ids: Mapping[str, str], by: str
) -> Recovery:
    """Append what the archive proves; nothing when the journal is not behind.

    Args:
        contract: code at the beginning of our packages' names.
        form_ids: a form's two letters -> its id, for archives that remember no positions.
        by: the account that asks for it.

    Raises:
        InputError: a package or a copy of the journal cannot be read.
        LedgerRewrittenError: journal, archive or a package tell different histories; nothing was written.
    """
    if forked := compare(ledger, contract).rewritten:
        raise rewritten(forked[0])
    return _bring_up(ledger, proofs, form_ids=form_ids, by=by, restored=None)


def restore_ledger(
    ledger: Ledger, proofs: Proofs, restored: LedgerRestored, *, form_ids: Mapping[str, str]
) -> Recovery:
    """The same for a journal that was just laid out from a backup, which is journalled in any case.

    Args:
        restored: the event; how many lines were regained is entered here.

    Raises:
        InputError, LedgerRewrittenError: as `recover`.
    """
    return _bring_up(ledger, proofs, form_ids=form_ids, by=restored.by, restored=restored)


def _bring_up(
    ledger: Ledger,
    proofs: Proofs,
    *,
    form_ids: Mapping[str, str],
    by: str,
    restored: LedgerRestored | None,
) -> Recovery:
    positions = ledger.positions
    if positions is None:
        raise ValueError("a ledger without archive has nothing to recover from")
    size, mark = ledger.head.size, positions.mark()
    regained = lines_behind(ledger, proofs)
    if regained:
        ledger.adopt(regained)
    found, lost = _remembered(ledger.view, proofs, positions.archive)
    if mark is None or restored is not None:
        told = {item.id for item, _event in found}
        more = _unremembered(ledger.view, proofs, positions.archive, form_ids)
        found += [(item, event) for item, event in more if item.id not in told]
    known = max(proofs.known, ledger.head.size, 0 if mark is None else mark.size)
    items = tuple(item for item, _event in found)
    said = LedgerRecovered(
        size=size,
        regained=len(regained),
        known=known,
        by=by,
        items=items,
        lost=tuple(_lost_item(witness) for witness in lost),
    )
    events: list[Event] = []
    if restored is not None:
        events.append(replace(restored, regained=len(regained)))
    if found or lost or (restored is None and known > size):
        events.append(said)
    if not events:
        return Recovery(size=size, regained=0, known=known, items=(), unproven=())
    first, *_rest = ledger.append(
        "restore" if restored else "recover", *events, *(event for _item, event in found)
    )
    positions.supersede(lost, next(ledger.entries(first + len(events) - 1)))
    head = ledger.head
    positions.advance(head.size, head.digest, anyway=True)
    unproven = tuple(place for witness in lost for place in witness.places)
    return Recovery(size=size, regained=len(regained), known=known, items=items, unproven=unproven)


def _known_lines(proofs: Proofs, size: int) -> Iterator[tuple[int, bytes]]:
    """Every line of position `size` or later that some proof holds."""
    for package in proofs.packages:
        if package.checkpoint.size > size:
            for seq, line in enumerate(package.lines(), package.start):
                if seq >= size:
                    yield seq, line
    for witness in proofs.witnesses:
        if witness.seq >= size and witness.line:
            yield witness.seq, witness.line
    for journal in proofs.journals:
        for seq, line in enumerate(journal.read_bytes().split(b"\n")[:-1]):
            if seq >= size:
                yield seq, line


def _continues(line: bytes, seq: int, digest: str) -> bool:
    try:
        chain.check([line], seq=seq, prev=digest)
        read_line(line, seq)
    except LedgerDamagedError:
        return False
    return True


def _require_packages(ledger: Ledger, packages: Sequence[SentPackage], found: Sequence[bytes]) -> None:
    """Every package must rest on the lines as they will stand: else its reader sees two histories."""
    frontier = ledger.tree()
    size = frontier.size
    wanted: dict[int, list[SentPackage]] = defaultdict(list)
    for package in packages:
        wanted[package.checkpoint.size].append(package)
    roots = {reached: ledger.tree(reached).root for reached in wanted if reached <= size}
    for line in found:
        frontier.append(line)
        if frontier.size in wanted:
            roots[frontier.size] = frontier.root
    for reached in sorted(wanted):
        for package in wanted[reached]:
            if reached not in roots:
                raise _missing_lines(package, frontier)
            if package.checkpoint.root != roots[reached]:
                raise _another_history(package)


def _another_history(package: SentPackage) -> LedgerRewrittenError:
    return LedgerRewrittenError(
        _("移交包 {id} 的检查点与本账本不是同一部历史，不能补记。").format(id=package.id),
        where=str(package.path),
        remedy=_("恢复后已另行记账的，请用同一份备份重新恢复，并以 --newer 指明这个包；没有写入任何内容。"),
    )


def _missing_lines(package: SentPackage, frontier: Frontier) -> LedgerRewrittenError:
    return LedgerRewrittenError(
        _("移交包 {id} 之前的账目还缺第 {first} 行起的一段，补记会造成两部历史。").format(
            id=package.id, first=frontier.size + 1
        ),
        where=str(package.path),
        remedy=_(
            "没有写入任何内容。请向监管部门索回缺少的前几个移交包，以 --newer 指明后再运行；"
            "或换上较新的备份。"
        ),
    )


def _remembered(
    view: View, proofs: Proofs, archive: Path
) -> tuple[list[tuple[RecoveredItem, Event]], list[Witness]]:
    """What the positions prove beyond the journal, in its order, and those that no longer prove anything."""
    size = view.head.size
    found: list[tuple[RecoveredItem, Event]] = []
    lost: list[Witness] = []
    given: set[ArrivalId] = set()
    latest = {place: witness for witness in proofs.witnesses for place in witness.places}
    beyond = {(each.seq, each.places): each for each in latest.values() if each.seq >= size}
    for witness in sorted(beyond.values(), key=lambda each: each.seq):
        if not witness.line:
            lost.append(witness)
            continue
        event = read_line(witness.line, witness.seq).event
        if _knows(view, event) or not all(_as_said(archive, place, event) for place in witness.places):
            lost.append(witness)
            continue
        if isinstance(event, ArrivalTaken):
            event = _renumbered(event, view, given)
            given.add(event.arrival)
        found.append((_item(event, witness), event))
    return found, lost


def _unremembered(
    view: View, proofs: Proofs, archive: Path, form_ids: Mapping[str, str]
) -> list[tuple[RecoveredItem, Event]]:
    """What the files of an archive without positions prove."""
    events = [event for each in proofs.packages for event in package_events(view, each, archive, form_ids)]
    told = {event.form.number for event in events if isinstance(event, FormIssued)}
    forms = (
        issued_form(archive, number, form_ids)
        for number in unknown_numbers(view, archive)
        if number not in told
    )
    events = [*(FormIssued(form=form) for form in forms if form is not None), *events]
    return [(_item(event, None), event) for event in events]


def _item(event: Event, witness: Witness | None) -> RecoveredItem:
    what, id_, sha256 = _names(event)
    seq, digest = (None, "") if witness is None else (witness.seq, witness.digest)
    return RecoveredItem(what=what, id=id_, sha256=sha256, seq=seq, digest=digest)


def _lost_item(witness: Witness) -> RecoveredItem:
    names = "、".join(place.rpartition("/")[2] for place in witness.places)
    return RecoveredItem(what=witness.kind, id=names, seq=witness.seq, digest=witness.digest)


def _names(event: Event) -> tuple[str, str, Sha256 | None]:
    if isinstance(event, FormIssued):
        return "form", event.form.number, event.form.pdf
    if isinstance(event, ArrivalTaken):
        return "arrival", event.arrival, event.sha256
    if isinstance(event, CheckpointMade):
        return "checkpoint", event.week, None
    if isinstance(event, PackageBuilt):
        return "package", event.package.id, event.package.sha256
    if isinstance(event, ReceiptReceived):
        return "receipt", event.receipt.package, event.receipt.source
    if isinstance(event, NumbersReserved):
        return "reserved", "、".join(item.number for item in event.numbers), None
    return event.KIND, "", None


def _knows(view: View, event: Event) -> bool:
    """Whether the journal says it already."""
    if isinstance(event, FormIssued):
        return view.document(event.form.number) is not None
    if isinstance(event, ArrivalTaken):
        known = view.arrival(event.arrival)
        return known is not None and known.sha256 == event.sha256
    if isinstance(event, CheckpointMade):
        return any(made.week == event.week and made.size == event.size for made in view.checkpoints())
    if isinstance(event, PackageBuilt):
        return any(package.id == event.package.id for package in view.packages())
    if isinstance(event, ReceiptReceived):
        return event.receipt in view.receipts()
    if isinstance(event, NumbersReserved):
        given = {each.number for item in event.numbers for each in view.given(number_case(item.number))}
        return all(item.number in given for item in event.numbers)
    return False


def _renumbered(event: ArrivalTaken, view: View, given: Collection[ArrivalId]) -> ArrivalTaken:
    """An arrival whose id was given again meanwhile gets the next one of its day."""
    day, running, id_ = event.arrival[:-4], int(event.arrival[-4:]), event.arrival
    while view.arrival(id_) is not None or id_ in given:
        running += 1
        id_ = ArrivalId(f"{day}{running:04d}")
    return replace(event, arrival=id_)


def _as_said(archive: Path, place: str, event: Event) -> bool:
    """Whether a file still has the bytes that its lost line named."""
    path = archive / place
    if isinstance(event, (CheckpointMade, PackageBuilt, NumbersReserved)):
        return True  # no file of their own; packages answer for themselves: their checkpoint was compared
    if isinstance(event, FormIssued):
        form = event.form
        named = {".pdf": form.pdf, ".docx": form.docx, ".geometry.json": form.geometry, ".json": form.data}
        wanted = next(digest for suffix, digest in named.items() if place.endswith(suffix))
    else:
        wanted = Sha256(path.name)
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest() == wanted
    except OSError:
        return False
