"""From a filled bag to a package under its name: pack, sync, journal, rename, in this order."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from evidence.bundles.bag import TAGMANIFEST
from evidence.bundles.pades import Level
from evidence.bundles.zipping import write_zip
from evidence.domain.identifiers import CaseId, Sha256, number_case
from evidence.domain.register import Package
from evidence.durable import name_once, sync_folder, sync_tree
from evidence.errors import InputError, MissingPartError, UsageError
from evidence.forms.issue import issuing
from evidence.forms.leftovers import settle_leftovers
from evidence.handover.bench import Bench
from evidence.handover.continuity import carried_receipts
from evidence.handover.filling import Papers, numbers
from evidence.handover.mirror import Mirrored, mirror
from evidence.handover.office import Office
from evidence.handover.originals import originals_of
from evidence.handover.week import WeekWork, made_checkpoint
from evidence.language import _
from evidence.ledger import query_tables
from evidence.ledger.comparison import LedgerBehindError, check_last_checkpoint
from evidence.ledger.events import (
    Event,
    FormIssued,
    PackageBuilt,
)
from evidence.ledger.sent import read_package
from evidence.ledger.upkeep import NumbersReserved, Reserved
from evidence.ledger.view import View
from evidence.rules.clause import Finding
from evidence.rules.owed import Owing

BUILDING = ".building"
_LOCK = "lock"


class DiskFullError(MissingPartError):
    """Not enough room to build the package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A finished package."""

    package: Package
    path: Path
    list_level: Level
    dossier_level: Level
    evaluation: bool
    blocking: tuple[Finding, ...] = ()
    """Gaps of this week, those of before left out."""
    owing: Owing = field(default_factory=Owing)
    changes: tuple[str, ...] = ()
    """What a supplement was made for."""
    mirrored: Mirrored = field(default_factory=Mirrored)
    """Where the checkpoint went at once."""


def publish(
    bench: Bench,
    scratch: Path,
    papers: Papers,
    tagmanifest: bytes,
    stopping: Sequence[Finding],
    actor: str,
) -> Built:
    """Sync, journal, rename; in this order."""
    office, work = bench.office, bench.work
    folder = bench.bag.folder
    if bench.order.as_folder:
        sync_tree(folder)
        finished, digest = folder, sha256(tagmanifest).hexdigest()
    else:
        bench.report(_("压成一个文件"))
        finished = scratch / f"{work.id}.zip"
        digest = write_zip(folder, finished)
    waiting = office.folder / BUILDING / finished.name
    final = office.folder / finished.name
    _discard(waiting)
    finished.replace(waiting)
    sync_folder(waiting.parent)
    package = Package(
        id=work.id,
        week=str(work.week),
        supplement=work.supplement,
        built_at=work.at,
        sha256=Sha256(digest),
        complete=bench.complete,
        tree_size=work.size,
        known_size=work.known_size,
        root=work.tree.root.hex(),
        cases=tuple(CaseId(case.case.id) for case in work.facts.carried),
        documents=tuple(row.number for row in bench.rows if row.record),
        originals=tuple(dict.fromkeys([*(digest for _case, digest in bench.placed), *bench.stacks])),
        why_incomplete=bench.why_incomplete,
        list_number=papers.list.number,
        tagmanifest=sha256(tagmanifest).hexdigest(),
        signer=bench.signing.key.certificate.sha256.hex(),
        organization=office.names.agency,
        receipts=carried_receipts(work),
        owed=work.owing.declared_by(work.id),
    )
    events: tuple[Event, ...] = (
        FormIssued(form=papers.list.issued(week=work.week, at=work.at)),
        FormIssued(form=papers.receipt.issued(week=work.week, at=work.at)),
        made_checkpoint(work),
        PackageBuilt(package=package),
    )

    both = (papers.list, papers.receipt)

    def reserve(view: View) -> Sequence[Event]:
        expected = tuple(paper.number for paper in both)
        if (
            view.packages() != work.packages
            or numbers(view, office.issued, office.names.contract_code, work.week) != expected
        ):
            raise UsageError(_("打包期间另一个任务登记了移交包，本次作废。"), remedy=_("请再运行一次。"))
        return [NumbersReserved(numbers=tuple(Reserved(number=p.number, form=p.form) for p in both))]

    with issuing(office.ledger):
        settle_leftovers({number_case(paper.number) for paper in both}, office.ledger, office.issued)
        office.ledger.transact(actor, reserve)
        for paper in both:
            office.issued.put(
                paper.number, pdf=paper.pdf, docx=paper.docx, data=paper.data, geometry=paper.geometry
            )
        office.ledger.transact(actor, lambda _view: events)
    name_once(waiting, final)
    check_last_checkpoint(office.ledger, office.names.contract_code)  # so that no opening reads the tree
    query_tables.keep(office.ledger)
    mirrored = mirror(office.ledger.view.checkpoints(), office.witness, office.root)
    return Built(
        package=package,
        path=final,
        list_level=bench.list_level,
        dossier_level=bench.dossier_level,
        evaluation=bench.signing.key.evaluation,
        blocking=tuple(stopping),
        owing=work.owing,
        changes=work.changes,
        mirrored=mirrored,
    )


def heal(office: Office) -> None:
    """Give a package its name that was journalled but not yet renamed; sweep what never was.

    Only whoever builds may call it: a scratch folder found here belongs to a run that died.
    """
    building = office.folder / BUILDING
    for package in office.ledger.view.packages():
        for name in (f"{package.id}.zip", package.id):
            waiting, final = building / name, office.folder / name
            if waiting.exists() and not _holds(final) and _digest_of(waiting) == package.sha256:
                name_once(waiting, final)
    for left in building.iterdir():
        if left.name != _LOCK:
            _discard(left)


def _holds(final: Path) -> bool:
    """Whether a package stands under its name; an empty folder is what a crash while naming it leaves."""
    return any(final.iterdir()) if final.is_dir() else final.exists()


def refuse_taken(office: Office, id_: str) -> None:
    """Nobody's package is ever replaced: one of this name that the journal does not know was handed over.

    Raises:
        LedgerBehindError: there is one.
    """
    for name in (f"{id_}.zip", id_):
        path = office.folder / name
        if _holds(path):
            raise LedgerBehindError(
                _("移交包 {id} 已经在档案里，账本却没有它的账目，没有覆盖。").format(id=id_),
                where=_journal_of(path),
                remedy=_("账本落后于档案：请换上较新的备份，或运行 evidence ledger recover。"),
            )


def _journal_of(path: Path) -> str:
    """The file, and which journal it was made from."""
    try:
        package = read_package(path)
    except InputError:
        return str(path)
    return _("{path}（由账本 {origin} 的前 {size} 行做成，树根 {root}）").format(
        path=path,
        origin=package.checkpoint.origin,
        size=package.checkpoint.size,
        root=package.checkpoint.root.hex(),
    )


@contextmanager
def only_builder(office: Office) -> Iterator[None]:
    """One building process at a time.

    Raises:
        UsageError: another one is at work.
    """
    building = office.folder / BUILDING
    building.mkdir(parents=True, exist_ok=True)
    with (building / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise UsageError(
                _("另一个打包任务正在进行。"), where=str(building), remedy=_("请等它完成后再试。")
            ) from error
        yield


@contextmanager
def staging(office: Office, work: WeekWork, *, films: int = 0) -> Iterator[Path]:
    """A scratch folder beside the packages; gone afterwards whatever happens.

    Args:
        office: where the packages lie.
        work: the week.
        films: bytes of footage that go along.

    Raises:
        DiskFullError: no room.
    """
    building = office.folder / BUILDING
    require_room(office, work, films)
    scratch = Path(tempfile.mkdtemp(prefix=f"{work.id}-", dir=building))
    try:
        yield scratch
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _full(building) from error
        raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def require_room(office: Office, work: WeekWork, films: int) -> None:
    """Originals once, dossiers of about their size, films once, and the zip of all.

    Raises:
        DiskFullError: no room.
    """
    originals = sum(
        each.bytes for case in work.facts.carried for each in originals_of(work.view, case, office.originals)
    )
    place = office.folder if office.folder.is_dir() else office.root
    if shutil.disk_usage(place).free < 4 * originals + 2 * films + (64 << 20):
        raise _full(place)


def _full(building: Path) -> DiskFullError:
    return DiskFullError(
        _("磁盘空间不足，移交包没有做成，也没有留下半成品。"),
        where=str(building),
        remedy=_("请腾出空间后再次运行。"),
    )


def _digest_of(path: Path) -> str:
    target = path / TAGMANIFEST if path.is_dir() else path
    with target.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _discard(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
