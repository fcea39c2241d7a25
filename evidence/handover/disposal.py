"""Material whose period has ended is destroyed on a written approval; digests and the approval remain.

The journal's line comes first: whatever a crash then leaves is destroyed by the next run. Only bytes that
nothing else cites go, and only those that the register of disposal proposes at that moment.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import file_digest
from pathlib import Path

from evidence.archive.originals import Originals
from evidence.domain.case_files import files_of, pictures_of
from evidence.domain.facts import Facts
from evidence.domain.identifiers import Sha256
from evidence.domain.parties import Role
from evidence.domain.reasons import require_substance
from evidence.errors import UsageError
from evidence.language import _
from evidence.ledger.acting import Actor
from evidence.ledger.arrival_events import ArrivalTaken
from evidence.ledger.holdings import digests_of
from evidence.ledger.ledger import Ledger
from evidence.ledger.upkeep import DisposedItem, MaterialDisposed
from evidence.ledger.view import View
from evidence.rules.facts_index import FactsIndex
from evidence.rules.known import known_at
from evidence.rules.parameters import Parameters
from evidence.rules.retention import Disposable, disposables

_DISPOSAL = f'"kind":"{MaterialDisposed.KIND}"'.encode()
_CITED = "尚有其他案件或材料引用"


@dataclass(frozen=True, slots=True, kw_only=True)
class Destroyed:
    """What is gone, and what somebody else must see to."""

    items: tuple[DisposedItem, ...]
    files: tuple[str, ...]
    """Paths that were removed: originals, previews, the browsable tree."""
    left: tuple[str, ...] = ()
    """Files that could not be removed, each with why."""
    elsewhere: tuple[str, ...] = ()
    """Backups and packages that hold copies."""


def register(ledger: Ledger, facts: Facts, parameters: Parameters, at: datetime) -> tuple[Disposable, ...]:
    """Everything whose period has ended and which is still there; what others cite may not go."""
    gone = disposed(ledger)
    rows = tuple(
        each
        for each in disposables(FactsIndex(known_at(facts, at), parameters, at))
        if each.sha256 not in gone
    )
    ready: dict[str, set[str]] = {}
    for each in rows:
        if each.may_go:
            ready.setdefault(each.sha256, set()).add(each.case)
    # bytes may stand in several rows, even of one case: one that must stay keeps them for all
    kept = {each.sha256 for each in rows if not each.may_go}
    cited = _cited(facts)
    kept |= {digest for digest, cases in ready.items() if not cited.get(digest, set()) <= cases}
    return tuple(_held(each) if each.may_go and each.sha256 in kept else each for each in rows)


def disposed(ledger: Ledger) -> Mapping[str, DisposedItem]:
    """What was destroyed and never came again, as a file or with anything else that vouches for its bytes."""
    gone: dict[str, DisposedItem] = {}
    first = next((seq for seq, line in enumerate(ledger.lines()) if _DISPOSAL in line), None)
    for entry in () if first is None else ledger.entries(first):
        if isinstance(entry.event, MaterialDisposed):
            gone.update((item.sha256, item) for item in entry.event.items)
        elif isinstance(entry.event, ArrivalTaken):
            gone.pop(entry.event.sha256, None)  # also of films that stay where they lie
        else:
            for digest in digests_of(entry):
                gone.pop(digest, None)
    return gone


def decide(
    ledger: Ledger,
    rows: Sequence[Disposable],
    *,
    actor: Actor,
    why: str,
    approval: Sha256,
    elsewhere: Sequence[str],
) -> MaterialDisposed:
    """Journal that everything that may go is destroyed.

    Raises:
        UsageError: nothing may go, the reason is none, or whoever decides is no leader by his account.
    """
    require_substance(why)
    if actor.person is None or actor.person.role is not Role.LEADER:
        raise UsageError(
            _("只有项目负责人能以本人的账号销毁资料。"),
            remedy=_("请由项目负责人用自己的账号办理；账号在 evidence.toml 的 [accounts] 关联本人。"),
        )
    going = {each.sha256: each for each in rows if each.may_go}
    if not going:
        raise UsageError(
            _("没有期满可处置的资料。"), remedy=_("不必办理；evidence disposal 列出每件的期限。")
        )
    event = MaterialDisposed(
        items=tuple(
            DisposedItem(
                sha256=Sha256(each.sha256),
                kind=each.kind,
                name=each.name,
                case=each.case,
                until=each.until,
                clause=each.clause,
            )
            for each in going.values()
        ),
        approval=approval,
        by=actor.person.id,
        why=why.strip(),
        elsewhere=tuple(elsewhere),
    )
    ledger.append(actor.journalled, event)
    return event


def destroy(archive: Path, originals: Originals, view: View, gone: Mapping[str, DisposedItem]) -> Destroyed:
    """Remove every copy in the archive of what the journal says is destroyed; may be run again."""
    removed: list[str] = []
    left: list[str] = []
    places = _places(archive, originals, view, gone)
    for path in dict.fromkeys(places):
        try:
            path.unlink()
            removed.append(str(path))
        except FileNotFoundError:
            continue
        except OSError as error:
            left.append(f"{path}：{error.strerror}")
    return Destroyed(items=tuple(gone.values()), files=tuple(removed), left=tuple(left))


def packages_with(view: View, digests: Iterable[str]) -> tuple[str, ...]:
    """Packages that carry some of these bytes; they were handed over and stay whole."""
    wanted = set(digests)
    return tuple(each.id for each in view.packages() if wanted & set(each.originals))


def _places(
    archive: Path, originals: Originals, view: View, gone: Mapping[str, DisposedItem]
) -> Iterator[Path]:
    """Originals last: until they are gone everything else can be found by them."""
    last = []
    sizes: dict[int, set[str]] = {}
    for digest in gone:
        path = originals.path(Sha256(digest))
        if path.is_file():
            last.append(path)
            sizes.setdefault(path.stat().st_size, set()).add(digest)
        recording = view.recording(Sha256(digest))
        if recording is not None and recording.path:
            outside = Path(recording.path)
            with suppress(OSError):
                if outside.stat().st_size == recording.bytes and _digest(outside) == digest:
                    last.append(outside)
        for picture in _pictures(view, digest):
            yield from sorted((archive / "previews" / picture[:2]).glob(f"{picture}.*"))
    for top in ("cases", "quarantine"):
        for folder, _names, files in os.walk(archive / top):
            for name in files:
                path = Path(folder) / name
                with suppress(OSError):
                    if path.stat().st_size in sizes and _digest(path) in gone:
                        yield path
    yield from last


def _pictures(view: View, digest: str) -> Iterator[str]:
    """Derived pictures of an original's pages."""
    for arrival in view.arrivals_of(Sha256(digest)):
        judged = arrival.judged
        if judged is not None:
            shown = (*(scan.picture for scan in judged.pages), *(page.picture for page in judged.unlinked))
            yield from (picture for picture in shown if picture)


def _cited(facts: Facts) -> Mapping[str, set[str]]:
    """Digest -> every case that a record, film, photograph or filed material of these bytes belongs to."""
    cited: dict[str, set[str]] = {}
    for case in facts.cases:
        digests = {scan.sha256 for document in case.documents for scan in document.scans}
        digests |= {recording.sha256 for recording in case.recordings}
        digests |= {file.sha256 for file in files_of(case)}
        for picture in pictures_of(case).values():
            digests |= {picture.sha256, *([picture.captured.original] if picture.captured else [])}
        for digest in digests:
            cited.setdefault(digest, set()).add(case.case.id)
    return cited


def _held(row: Disposable) -> Disposable:
    return replace(row, stopped_by=_CITED)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
