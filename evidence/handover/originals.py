"""A case's stored files with their names, and which pages of them belong to the case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from evidence.archive.originals import Originals
from evidence.bundles.extracts import Cut, without_neighbour
from evidence.bundles.names import component, split_suffix
from evidence.domain.arrival_outcome import ArrivalOutcome
from evidence.domain.case_files import CaseFile, FileRole, files_of, pictures_of
from evidence.domain.document import ScannedPage
from evidence.domain.facts import CaseFacts
from evidence.domain.hazard import Picture
from evidence.domain.identifiers import CaseId, Sha256, number_case
from evidence.ledger.view import Arrival, View

NOBODY = ""
"""Owner of a page that no case has yet."""
_MAGIC = {
    b"\xff\xd8\xff": (".jpg", "image/jpeg"),
    b"\x89PNG": (".png", "image/png"),
    b"%PDF": (".pdf", "application/pdf"),
    b"II*\0": (".tif", "image/tiff"),
    b"MM\0*": (".tif", "image/tiff"),
    b"PK\3\4": (".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """One stored file that a case rests on."""

    sha256: Sha256
    arrival: str
    name: str
    media_type: str
    bytes: int
    role: FileRole
    number: str = ""
    hazard: str = ""
    told: Picture | None = None
    """What was told of a photograph when it was handed in."""
    elsewhere: Path | None = None
    """Where a film lies that was registered by reference; None for what the archive holds."""
    cuts: tuple[Cut, ...] | None = None
    """The case's own pages of a file that shows others as well; None when the whole file is the case's."""

    @property
    def bag_name(self) -> str:
        """`A-20220401-0007-扫描.pdf`, `H01-IMG_001.jpg`."""
        stem, suffix = split_suffix(self.name)
        first = self.hazard or self.arrival or self.sha256[:12]
        return component(f"{first}-{stem}", suffix)


def originals_of(view: View, case: CaseFacts, store: Originals) -> tuple[Original, ...]:
    """Every stored file of a case, each once: scans, e-documents, what people filed, photographs, papers."""
    told = pictures_of(case)
    return tuple(_original(view, case.case.id, each, told.get(each.sha256), store) for each in files_of(case))


def _original(view: View, case: CaseId, file: CaseFile, told: Picture | None, store: Originals) -> Original:
    arrivals = view.arrivals_of(file.sha256)
    path = store.path(file.sha256)
    film = view.recording(file.sha256)
    if arrivals:
        first = arrivals[0]
        name, media_type, size = first.path.rpartition("/")[2], first.media_type, first.bytes or 0
    elif told is not None:
        name, media_type, size = told.name, told.media_type, told.bytes
    else:
        name, media_type, size = _unnamed(file, path)
    return Original(
        sha256=file.sha256,
        arrival=arrivals[0].id if arrivals else "",
        name=name,
        media_type=media_type,
        bytes=size,
        role=file.role,
        number=file.number,
        hazard=file.hazard,
        told=told,
        elsewhere=Path(film.path) if film is not None and film.path else None,
        cuts=own_cuts(arrivals, case),
    )


def _unnamed(file: CaseFile, path: Path) -> tuple[str, str, int]:
    """Name and kind told by role and bytes, of a file whose name nobody kept."""
    if not path.is_file():
        return file.role.value, "", 0
    with path.open("rb") as stream:
        head = stream.read(8)
    suffix, media_type = next((kind for magic, kind in _MAGIC.items() if head.startswith(magic)), ("", ""))
    return f"{file.role.value}{suffix}", media_type, path.stat().st_size


def own_cuts(arrivals: Iterable[Arrival], case: CaseId) -> tuple[Cut, ...] | None:
    """The pages that belong to a case, None when no page of the file belongs to anybody else.

    A page that waits for a person may be anybody's, so a file that holds one is not this case's alone.
    """
    pages = tuple(_pages(arrivals))
    strangers = [cut for cut, owner in pages if owner != case]
    if not strangers:
        return None
    own = dict.fromkeys(_apart(cut, strangers) for cut, owner in pages if owner == case)
    return tuple(sorted(own, key=lambda cut: (cut.index, cut.region or ())))


def _apart(cut: Cut, strangers: Iterable[Cut]) -> Cut:
    """A sheet without the strip that its region shares with a stranger's in the same picture."""
    if cut.region is None:
        return cut
    shown = cut.region
    for other in strangers:
        if other.index == cut.index and other.region is not None:
            shown = without_neighbour(shown, other.region)
    return replace(cut, shown=shown)


def _pages(arrivals: Iterable[Arrival]) -> Iterator[tuple[Cut, str]]:
    """Every page of a file that is somebody's or might be."""
    for arrival in arrivals:
        judged = arrival.judged
        if judged is None or arrival.outcome not in (ArrivalOutcome.LINKED, ArrivalOutcome.UNIDENTIFIED):
            continue
        for page in judged.pages:
            yield Cut(index=page.index, region=page.region), number_case(page.number)
        for waiting in judged.unlinked:
            yield Cut(index=waiting.index), NOBODY
        if judged.case:
            for index in judged.filed_pages:
                yield Cut(index=index), judged.case


def cut_of(scan: ScannedPage) -> Cut:
    """Where a scanned page lies in its file."""
    return Cut(index=scan.index, region=scan.region)
