"""Every case's part of the bag: its originals, its signed dossier, its rows of the handover list.

Three things go on at once: dossiers are assembled in other processes, originals are copied by threads,
and this thread signs. A key may live on a token that takes one request at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from evidence.bundles.assembly import assemble_all
from evidence.bundles.bag import Entry, require_unchanged
from evidence.bundles.dossier import DossierContent
from evidence.bundles.names import component, split_suffix, unique
from evidence.bundles.sources import PageUnreadableError
from evidence.domain.document import Document
from evidence.domain.facts import CaseFacts
from evidence.domain.identifiers import Sha256
from evidence.handover.bench import Bench
from evidence.handover.dossiers import dossier_content
from evidence.handover.footage import add_film
from evidence.handover.papers import HandedOver
from evidence.handover.week import Original, originals_of
from evidence.handover.wording import in_order
from evidence.language import _

_COPIERS = 2


@dataclass(slots=True, kw_only=True)
class _Copying:
    """A case's originals on their way into the bag."""

    entries: dict[Sha256, Future[Entry]] = field(default_factory=dict)
    checks: list[Future[None]] = field(default_factory=list)
    """Of those that an earlier package carried: the dossier shows their pages all the same."""

    def finish(self) -> dict[Sha256, Entry]:
        """Wait; raises what copying raised."""
        for check in self.checks:
            check.result()
        return {digest: future.result() for digest, future in self.entries.items()}


def add_cases(bench: Bench) -> None:
    """Every case's originals, its signed dossier and its rows of the list.

    Raises:
        ChangedOriginalError: a stored file is not what its name says.
        PageUnreadableError: a stored scan cannot be put into a dossier.
        OSError: the disk is full.
    """
    cases = bench.work.facts.cases
    copying: dict[str, _Copying] = {}
    adopted: list[Future[Entry]] = []
    copier = ThreadPoolExecutor(_COPIERS, thread_name_prefix="originals")

    def contents() -> Iterator[tuple[DossierContent, Path]]:
        for case in cases:
            copying[case.case.id] = _place_originals(bench, case, copier)
            yield _content(bench, case), bench.bag.target(dossier_path(bench, case))

    try:
        dossiers = assemble_all(contents(), count=len(cases))
        for position, (case, dossier) in enumerate(zip(cases, dossiers, strict=True), 1):
            number = case.case.id
            bench.report(_("卷宗 {n}/{count}：{case}").format(n=position, count=len(cases), case=number))
            bench.signing.sign_file(dossier, wanted=bench.dossier_level, reason=f"卷宗 {number}")
            adopted.append(copier.submit(bench.bag.adopt, dossier_path(bench, case)))
            for digest, entry in copying.pop(number).finish().items():
                bench.placed[number, digest] = entry
            bench.rows += [_row(bench, case, document) for document in in_order(case.documents)]
        for each in adopted:
            each.result()
    except PageUnreadableError:
        for begun in copying.values():
            begun.finish()  # an original that was changed says more than a page that cannot be read
        raise
    finally:
        copier.shutdown(cancel_futures=True)


def case_folder(bench: Bench, case: CaseFacts) -> str:
    """Where a case lies in the bag."""
    enterprise = bench.work.enterprise(case)
    return f"data/企业/{component(f'{enterprise.id}-{enterprise.short_name}')}/{component(case.case.id)}"


def dossier_path(bench: Bench, case: CaseFacts) -> str:
    """Where its dossier lies."""
    return f"{case_folder(bench, case)}/卷宗.pdf"


def original_name(original: Original) -> str:
    """`A-20220401-0007-扫描.pdf`."""
    stem, suffix = split_suffix(original.name)
    return component(
        f"{original.arrival}-{stem}" if original.arrival else f"{original.sha256[:12]}-{stem}", suffix
    )


def _place_originals(bench: Bench, case: CaseFacts, copier: ThreadPoolExecutor) -> _Copying:
    """Begin to copy what no earlier package carried; every file is checked against its digest."""
    folder, taken = case_folder(bench, case), set[str]()
    begun = _Copying()
    for original in originals_of(bench.work, case):
        source = bench.office.originals.path(original.sha256)
        if original.sha256 in bench.sent.package_of:
            begun.checks.append(copier.submit(require_unchanged, source, original.sha256))
            continue
        name = unique(original_name(original), taken)
        taken.add(name)
        begun.entries[original.sha256] = copier.submit(
            bench.bag.add_file, f"{folder}/原件/{name}", source, sha256=original.sha256
        )
    for film in bench.films.get(case.case.id, ()):
        name = unique(original_name(film.original), taken)
        taken.add(name)
        bench.report(_("录像 {name}").format(name=name))
        begun.entries[film.original.sha256] = copier.submit(
            add_film, bench.bag, f"{folder}/原件/{name}", film
        )
    return begun


def _content(bench: Bench, case: CaseFacts) -> DossierContent:
    return dossier_content(
        bench.work,
        case,
        names=bench.office.names,
        originals=bench.office.originals,
        issued=bench.office.issued,
        sent=bench.sent,
        notice=bench.notice,
        evaluation=bench.signing.key.evaluation,
    )


def _row(bench: Bench, case: CaseFacts, document: Document) -> HandedOver:
    digest = document.scans[0].sha256 if document.scans else Sha256("")
    entry = bench.placed.get((case.case.id, digest))
    return HandedOver(
        case=case,
        enterprise=bench.work.enterprise(case).name,
        document=document,
        file=entry.path.removeprefix("data/") if entry else bench.sent.package_of.get(digest, ""),
        sha256=digest,
        bytes=entry.bytes if entry else 0,
    )
