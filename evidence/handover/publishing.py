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
from evidence.handover.continuity import carried_receipts
from evidence.handover.filling import Papers, numbers
from evidence.handover.handover_context import HandoverContext
from evidence.handover.mirror import Mirrored, mirror
from evidence.handover.originals import originals_of
from evidence.handover.package_build import PackageBuild
from evidence.handover.week import WeekWork, made_checkpoint
from evidence.language import _
from evidence.ledger import query_tables
from evidence.ledger.comparison import LedgerBehindError, check_last_checkpoint
from evidence.ledger.events import Event, FormIssued, PackageBuilt
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
    build: PackageBuild,
    scratch: Path,
    papers: Papers,
    tagmanifest: bytes,
    stopping: Sequence[Finding],
    actor: str,
) -> Built:
    """Sync, journal, rename; in this order.

    Raises:
        UsageError: another run journalled a package meanwhile.
    """
    context, work = build.context, build.work
    waiting, digest = _finished(build, scratch, tagmanifest)
    package = _package(build, papers, digest, tagmanifest)
    _journal(build, papers, package, actor)
    final = context.folder / waiting.name
    name_once(waiting, final)
    check_last_checkpoint(context.ledger, context.names.contract_code)  # so that no opening reads the tree
    query_tables.keep(context.ledger)
    mirrored = mirror(context.ledger.view.checkpoints(), context.witness, context.root)
    return Built(
        package=package,
        path=final,
        list_level=build.list_level,
        dossier_level=build.dossier_level,
        evaluation=build.signing.key.evaluation,
        blocking=tuple(stopping),
        owing=work.owing,
        changes=work.changes,
        mirrored=mirrored,
    )


def _finished(build: PackageBuild, scratch: Path, tagmanifest: bytes) -> tuple[Path, str]:
    """The whole package on disk, waiting for its name, and its digest: the zip's or the tagmanifest's."""
    folder = build.bag.folder
    if build.order.as_folder:
        sync_tree(folder)
        finished, digest = folder, sha256(tagmanifest).hexdigest()
    else:
        build.report(_("压成一个文件"))
        finished = scratch / f"{build.work.id}.zip"
        digest = write_zip(folder, finished)
    waiting = build.context.folder / BUILDING / finished.name
    _discard(waiting)
    finished.replace(waiting)
    sync_folder(waiting.parent)
    return waiting, digest


def _package(build: PackageBuild, papers: Papers, digest: str, tagmanifest: bytes) -> Package:
    """What the journal will say of it."""
    work = build.work
    return Package(
        id=work.id,
        week=str(work.week),
        supplement=work.supplement,
        built_at=work.at,
        sha256=Sha256(digest),
        complete=build.complete,
        tree_size=work.size,
        known_size=work.known_size,
        root=work.tree.root.hex(),
        cases=tuple(CaseId(case.case.id) for case in work.facts.carried),
        documents=tuple(row.number for row in build.rows if row.record),
        originals=tuple(dict.fromkeys([*(digest for _case, digest in build.placed), *build.stacks])),
        why_incomplete=build.why_incomplete,
        list_number=papers.list.number,
        tagmanifest=sha256(tagmanifest).hexdigest(),
        signer=build.signing.key.certificate.sha256.hex(),
        organization=build.context.names.agency,
        receipts=carried_receipts(work),
        owed=work.owing.declared_by(work.id),
    )


def _journal(build: PackageBuild, papers: Papers, package: Package, actor: str) -> None:
    """Reserve the numbers of list and receipt, keep both, and journal them with the package.

    Raises:
        UsageError: another run journalled a package meanwhile.
    """
    context, work = build.context, build.work
    both = (papers.list, papers.receipt)
    events: tuple[Event, ...] = (
        *(FormIssued(form=paper.issued(week=work.week, at=work.at)) for paper in both),
        made_checkpoint(work),
        PackageBuilt(package=package),
    )

    def reserve(view: View) -> Sequence[Event]:
        expected = tuple(paper.number for paper in both)
        if (
            view.packages() != work.packages
            or numbers(view, context.issued, context.names.contract_code, work.week) != expected
        ):
            raise UsageError(_("打包期间另一个任务登记了移交包，本次作废。"), remedy=_("请再运行一次。"))
        return [NumbersReserved(numbers=tuple(Reserved(number=p.number, form=p.form) for p in both))]

    with issuing(context.ledger):
        settle_leftovers({number_case(paper.number) for paper in both}, context.ledger, context.issued)
        context.ledger.transact(actor, reserve)
        for paper in both:
            context.issued.put(
                paper.number, pdf=paper.pdf, docx=paper.docx, data=paper.data, geometry=paper.geometry
            )
        context.ledger.transact(actor, lambda _view: events)


def heal(context: HandoverContext) -> None:
    """Give a package its name that was journalled but not yet renamed; sweep what never was.

    Only whoever builds may call it: a scratch folder found here belongs to a run that died.
    """
    building = context.folder / BUILDING
    for package in context.ledger.view.packages():
        for name in (f"{package.id}.zip", package.id):
            waiting, final = building / name, context.folder / name
            if waiting.exists() and not _holds(final) and _digest_of(waiting) == package.sha256:
                name_once(waiting, final)
    for left in building.iterdir():
        if left.name != _LOCK:
            _discard(left)


def _holds(final: Path) -> bool:
    """Whether a package stands under its name; an empty folder is what a crash while naming it leaves."""
    return any(final.iterdir()) if final.is_dir() else final.exists()


def refuse_taken(context: HandoverContext, id_: str) -> None:
    """Nobody's package is ever replaced: one of this name that the journal does not know was handed over.

    Raises:
        LedgerBehindError: there is one.
    """
    for name in (f"{id_}.zip", id_):
        path = context.folder / name
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
def only_builder(context: HandoverContext) -> Iterator[None]:
    """One building process at a time.

    Raises:
        UsageError: another one is at work.
    """
    building = context.folder / BUILDING
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
def staging(context: HandoverContext, work: WeekWork, *, films: int = 0) -> Iterator[Path]:
    """A scratch folder beside the packages; gone afterwards whatever happens.

    Args:
        context: where the packages lie.
        work: the week.
        films: bytes of footage that go along.

    Raises:
        DiskFullError: no room.
    """
    building = context.folder / BUILDING
    require_room(context, work, films)
    scratch = Path(tempfile.mkdtemp(prefix=f"{work.id}-", dir=building))
    try:
        yield scratch
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _full(building) from error
        raise
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def require_room(context: HandoverContext, work: WeekWork, films: int) -> None:
    """Originals once, dossiers of about their size, films once, and the zip of all.

    Raises:
        DiskFullError: no room.
    """
    originals = sum(
        each.bytes for case in work.facts.carried for each in originals_of(work.view, case, context.originals)
    )
    place = context.folder if context.folder.is_dir() else context.root
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
