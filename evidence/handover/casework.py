"""Every case's part of the bag: its originals, its signed dossier, its rows of the handover list.

Three things go on at once: dossiers are assembled in other processes, originals are copied by threads,
and this thread signs. A key may live on a token that takes one request at a time.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from evidence.bundles.assembly import assemble_all
from evidence.bundles.bag import Entry
from evidence.bundles.dossier import DossierContent
from evidence.bundles.names import component
from evidence.bundles.sources import PageUnreadableError
from evidence.domain.facts import CaseFacts
from evidence.handover.dossiers import dossier_content
from evidence.handover.listed import case_index, rows_of
from evidence.handover.package_build import PackageBuild
from evidence.handover.placing import PlacedCase, Placer
from evidence.language import _

_COPIERS = 2


def add_cases(build: PackageBuild) -> None:
    """Every case's originals, its signed dossier and its rows of the list.

    Raises:
        ChangedOriginalError: a stored file is not what its name says.
        PageUnreadableError: a stored scan cannot be put into a dossier.
        OSError: the disk is full.
    """
    cases = build.work.facts.carried
    copying: dict[str, PlacedCase] = {}
    adopted: list[Future[Entry]] = []
    copier = ThreadPoolExecutor(_COPIERS, thread_name_prefix="originals")
    placer = Placer(build, copier)

    def contents() -> Iterator[tuple[DossierContent, Path]]:
        for case in cases:
            placed = copying[case.case.id] = placer.place(case, case_folder(build, case))
            yield _content(build, case, placed), build.bag.target(dossier_path(build, case))

    try:
        dossiers = assemble_all(contents(), count=len(cases))
        for position, (case, dossier) in enumerate(zip(cases, dossiers, strict=True), 1):
            number = case.case.id
            build.report(_("卷宗 {n}/{count}：{case}").format(n=position, count=len(cases), case=number))
            build.signing.sign_file(dossier, wanted=build.dossier_level, reason=f"卷宗 {number}")
            adopted.append(copier.submit(build.bag.adopt, dossier_path(build, case)))
            placed = copying.pop(number)
            for digest, entry in placed.finish().items():
                build.placed[number, digest] = entry
            build.rows += rows_of(build, case, placed)
            build.index.append(case_index(build, case, placed))
        for each in adopted:
            each.result()
        build.stacks.update(placer.finish())
    except PageUnreadableError:
        for begun in copying.values():
            begun.finish()  # an original that was changed says more than a page that cannot be read
        raise
    finally:
        copier.shutdown(cancel_futures=True)


def case_folder(build: PackageBuild, case: CaseFacts) -> str:
    """Where a case lies in the bag."""
    enterprise = build.work.enterprise(case)
    return f"data/企业/{component(f'{enterprise.id}-{enterprise.short_name}')}/{component(case.case.id)}"


def dossier_path(build: PackageBuild, case: CaseFacts) -> str:
    """Where its dossier lies."""
    return f"{case_folder(build, case)}/卷宗.pdf"


def _content(build: PackageBuild, case: CaseFacts, placed: PlacedCase) -> DossierContent:
    return dossier_content(
        build.work,
        case,
        placed,
        names=build.context.names,
        originals=build.context.originals,
        issued=build.context.issued,
        sent=build.sent,
        notice=build.notice,
        evaluation=build.signing.key.evaluation,
    )
