"""Where each original lies in the bag: in its case's folder, or once beside the enterprises with the case's
own pages taken out of it."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evidence.bundles.bag import Entry, require_unchanged
from evidence.bundles.extracts import Cut, Taken, take_out
from evidence.bundles.names import component, split_suffix, unique
from evidence.bundles.sources import SourcePage
from evidence.domain.facts import CaseFacts
from evidence.domain.identifiers import Sha256
from evidence.handover.footage import Film, add_film
from evidence.handover.originals import Original, originals_of
from evidence.handover.package_build import PackageBuild
from evidence.language import _

STACKS = "data/原件"
"""Files that hold pages of several cases, exact bytes, once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derived:
    """One case's pages of a stack, as a file of their own."""

    extract: Taken
    sha256: Sha256
    name: str
    path: Path
    """Outside the bag, for the dossier's assembly."""


@dataclass(slots=True, kw_only=True)
class PlacedCase:
    """A case's originals on their way into the bag."""

    folder: str
    originals: tuple[Original, ...]
    entries: dict[Sha256, Future[Entry]] = field(default_factory=dict)
    """By digest of what is written: an original, or a file derived from a stack."""
    derived: dict[Sha256, tuple[Derived, ...]] = field(default_factory=dict)
    """By digest of the stack."""
    checks: list[Future[None]] = field(default_factory=list)
    """Of those that an earlier package carried: the dossier shows their pages all the same."""

    def finish(self) -> dict[Sha256, Entry]:
        """Wait; raises what copying raised."""
        for check in self.checks:
            check.result()
        return {digest: future.result() for digest, future in self.entries.items()}

    def source(self, original: Original, cut: Cut, *, store: Path, rotation: int = 0) -> SourcePage:
        """Where the dossier takes a page from: never a file that shows other cases' pages."""
        for derived in self.derived.get(original.sha256, ()):
            if cut in derived.extract.cuts:
                return SourcePage(
                    path=derived.path,
                    media_type=derived.extract.media_type,
                    index=derived.extract.cuts.index(cut),
                    rotation=rotation,
                )
        return SourcePage(path=store, media_type=original.media_type, index=cut.index, rotation=rotation)


class Placer:
    """Writes the originals of one package's cases, each stack once."""

    def __init__(self, build: PackageBuild, copier: ThreadPoolExecutor) -> None:
        self._build = build
        self._copier = copier
        self._stack_names: set[str] = set()
        self.stacks: dict[Sha256, Future[Entry]] = {}
        self._checks: list[Future[None]] = []

    def place(self, case: CaseFacts, folder: str) -> PlacedCase:
        """Begin to copy what no earlier package carried; every file is checked against its digest.

        Raises:
            NotExtractableError: a stack cannot be taken apart.
            ChangedOriginalError: a stack is not what its name says.
        """
        build, taken = self._build, set[str]()
        store = build.context.originals
        begun = PlacedCase(folder=folder, originals=originals_of(build.work.view, case, store))
        for original in begun.originals:
            source = store.path(original.sha256)
            if original.elsewhere is not None:
                self._film(begun, Film(original=original, source=original.elsewhere), taken)
            elif original.cuts is not None:
                self._stack(original, source)
                begun.derived[original.sha256] = self._derive(original, source, case.case.id)
                for each in begun.derived[original.sha256]:
                    if each.sha256 not in build.sent.package_of:
                        name = unique(each.name, taken)
                        taken.add(name)
                        begun.entries[each.sha256] = self._add(
                            f"{folder}/原件/{name}", each.path, each.sha256
                        )
            elif original.sha256 in build.sent.package_of:
                begun.checks.append(self._copier.submit(require_unchanged, source, original.sha256))
            else:
                name = unique(original.bag_name, taken)
                taken.add(name)
                begun.entries[original.sha256] = self._add(f"{folder}/原件/{name}", source, original.sha256)
        for film in build.films.get(case.case.id, ()):
            self._film(begun, film, taken)
        return begun

    def finish(self) -> dict[Sha256, Entry]:
        """The stacks of this package; raises what copying raised."""
        for check in self._checks:
            check.result()
        return {digest: future.result() for digest, future in self.stacks.items()}

    def _film(self, begun: PlacedCase, film: Film, taken: set[str]) -> None:
        """A film goes along only when it was asked for, and only once."""
        digest, build = film.original.sha256, self._build
        if not build.order.with_footage or digest in begun.entries or digest in build.sent.package_of:
            return
        name = unique(film.original.bag_name, taken)
        taken.add(name)
        build.report(_("录像 {name}").format(name=name))
        path = f"{begun.folder}/原件/{name}"
        begun.entries[digest] = self._copier.submit(add_film, build.bag, path, film)

    def _add(self, path: str, source: Path, digest: Sha256) -> Future[Entry]:
        return self._copier.submit(self._build.bag.add_file, path, source, sha256=digest)

    def _stack(self, original: Original, source: Path) -> None:
        if original.sha256 in self.stacks:
            return
        if original.sha256 in self._build.sent.package_of:
            self._checks.append(self._copier.submit(require_unchanged, source, original.sha256))
            return
        name = unique(original.bag_name, self._stack_names)
        self._stack_names.add(name)
        self.stacks[original.sha256] = self._add(f"{STACKS}/{name}", source, original.sha256)

    def _derive(self, original: Original, source: Path, case: str) -> tuple[Derived, ...]:
        require_unchanged(source, original.sha256)
        folder = self._build.scratch / "derived" / case
        folder.mkdir(parents=True, exist_ok=True)
        taken = take_out(source, original.media_type, original.cuts or (), folder)
        return tuple(
            Derived(
                extract=part, sha256=Sha256(part.sha256), name=derived_name(original, part), path=part.path
            )
            for part in taken
        )


def derived_name(original: Original, part: Taken) -> str:
    """`A-20220331-0001-周四扫描 第3-6页.pdf`; a crop says so."""
    stem, _suffix = split_suffix(original.bag_name)
    crop = " 截取" if any(cut.region is not None for cut in part.cuts) else ""
    suffix = f" 第{page_span(cut.index for cut in part.cuts)}页{crop}{part.suffix}"
    return component(stem, suffix)


def page_span(indexes: Any) -> str:
    """`1-3、5` of 0-based indexes; a long list is cut to its ends."""
    pages = sorted({index + 1 for index in indexes})
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1].append(page)
        else:
            runs.append([page])
    told = [str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]
    return "、".join(told) if len(told) <= 4 else f"{told[0]}…{told[-1]}"
