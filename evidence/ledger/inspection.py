"""`ledger verify`: everything that can be said about a journal, recomputed from its lines alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import msgspec

from evidence.domain.arrival_outcome import OUTCOMES, ArrivalOutcome
from evidence.errors import InputError, LedgerDamagedError
from evidence.language import _
from evidence.ledger import checkpoint as checkpoints
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken, ArrivalWaiting
from evidence.ledger.canonical import encode
from evidence.ledger.checkpoint import Checkpoint
from evidence.ledger.codec import event_of, read_line
from evidence.ledger.events import Event, FormIssued
from evidence.ledger.ledger import Ledger
from evidence.ledger.merkle import Frontier
from evidence.ledger.upkeep import TailCut


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointFit:
    """One checkpoint against the journal's tree."""

    name: str
    """Week or package of the checkpoint, or the file it was read from."""
    size: int
    fits: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """The findings; `problems` empty means sound."""

    lines: int
    head: str
    """Digest of the last line."""
    root: str
    """Hex root of the tree over all lines."""
    checkpoints: tuple[CheckpointFit, ...]
    arrivals: dict[str, int]
    """received, linked, unidentified, quarantined, duplicate, waiting: recomputed from the lines."""
    tails_cut: int
    """Times a torn, never acknowledged line was cut after a crash."""
    unacknowledged_bytes: int
    """Bytes after the last complete line: being written now, or torn."""
    problems: tuple[str, ...]


@dataclass(slots=True)
class _Seen:
    outcomes: dict[str, str] = field(default_factory=dict)
    """Arrival -> current outcome."""
    numbers: set[str] = field(default_factory=set)
    tails_cut: int = 0
    problems: list[str] = field(default_factory=list)


def inspect(
    ledger: Ledger,
    *,
    anchors: Mapping[str, Checkpoint] | None = None,
    progress: Callable[[int], None] = lambda _lines: None,
) -> Inspection:
    """Read every line: chain, canonical form, meaning, tree, checkpoints.

    Args:
        anchors: checkpoints kept elsewhere (the regulator's copy) by name.
        progress: called with the number of lines read so far.

    Raises:
        LedgerDamagedError: the chain breaks or a line cannot be read; `where` names it.
    """
    frontier, seen, head = Frontier(), _Seen(), ""
    stated = [(made.week, made.size, made.root) for made in ledger.view.checkpoints()]
    stated += [(name, anchor.size, anchor.root.hex()) for name, anchor in (anchors or {}).items()]
    sizes = {size for _name, size, _root in stated}
    roots = {0: frontier.root.hex()}
    for seq, line in enumerate(ledger.lines()):
        entry = read_line(line, seq)
        if encode(msgspec.json.decode(line)) != line:
            raise _not_canonical(seq)
        _note(seen, seq, event_of(entry.kind, entry.payload, seq))
        frontier.append(line)
        head = entry.digest
        if frontier.size in sizes:
            roots[frontier.size] = frontier.root.hex()
        if frontier.size % 5000 == 0:
            progress(frontier.size)
    fits = tuple(
        CheckpointFit(name=name, size=size, fits=roots.get(size) == root) for name, size, root in stated
    )
    return Inspection(
        lines=frontier.size,
        head=head,
        root=frontier.root.hex(),
        checkpoints=fits,
        arrivals=_summary(seen.outcomes.values()),
        tails_cut=seen.tails_cut,
        unacknowledged_bytes=ledger.unacknowledged_bytes(),
        problems=(*seen.problems, *_misfits(fits)),
    )


def read_anchor(text: str, name: str) -> Checkpoint:
    """A checkpoint kept elsewhere.

    Raises:
        InputError: the text is none.
    """
    try:
        return checkpoints.parse(text)
    except ValueError as error:
        raise InputError(
            _("这不是检查点文本。"), where=name, remedy=_("请给出移交包 ledger 目录中的 checkpoint-*.txt。")
        ) from error


def _note(seen: _Seen, seq: int, event: Event) -> None:
    """Keep what the summary needs, and notice what no program of ours would write."""
    problem = ""
    if isinstance(event, ArrivalWaiting):
        seen.outcomes.setdefault(event.arrival, ArrivalOutcome.WAITING)
    elif isinstance(event, ArrivalTaken):
        seen.outcomes[event.arrival] = (
            ArrivalOutcome.DUPLICATE if event.duplicate_of else ArrivalOutcome.TAKEN
        )
    elif isinstance(event, ArrivalJudged):
        before = seen.outcomes.get(event.arrival)
        refused = event.outcome == ArrivalOutcome.QUARANTINED  # too large, no file, taken away half written
        if before is None or (before == ArrivalOutcome.WAITING and not refused):
            problem = _("到件 {id} 有结论，却没有入档记录").format(id=event.arrival)
        seen.outcomes[event.arrival] = event.outcome
    elif isinstance(event, FormIssued):
        if event.form.number in seen.numbers:
            problem = _("文书编号 {number} 签发了两次").format(number=event.form.number)
        seen.numbers.add(event.form.number)
    elif isinstance(event, TailCut):
        seen.tails_cut += 1
    if problem:
        seen.problems.append(_("第 {line} 行：{problem}。").format(line=seq + 1, problem=problem))


def _summary(outcomes: Iterable[str]) -> dict[str, int]:
    held = list(outcomes)
    counts = {"received": len(held), **{outcome: held.count(outcome) for outcome in OUTCOMES}}
    unjudged = held.count(ArrivalOutcome.TAKEN)
    return {**counts, ArrivalOutcome.TAKEN.value: unjudged} if unjudged else counts


def _misfits(fits: Iterable[CheckpointFit]) -> list[str]:
    return [
        _("检查点 {name}（{size} 行）与现在的账本不符：此前的账目被改写过。").format(
            name=fit.name, size=fit.size
        )
        for fit in fits
        if not fit.fits
    ]


def _not_canonical(seq: int) -> LedgerDamagedError:
    return LedgerDamagedError(
        _("账本第 {line} 行不是规范写法。").format(line=seq + 1),
        where=_("journal.jsonl 第 {line} 行").format(line=seq + 1),
        remedy=_("该行不是本程序写的。请保留现场并从备份恢复（evidence restore）。"),
    )
