"""A case's rows of the handover list and its part of originals.json: each file by name, digest, place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from evidence.bundles.bag import Entry
from evidence.domain.case_files import FileRole
from evidence.domain.document import Document
from evidence.domain.facts import CaseFacts
from evidence.domain.identifiers import Sha256
from evidence.domain.recording import Recording
from evidence.domain.terms import form_title
from evidence.handover.handed_over import HandedOver
from evidence.handover.originals import Original, cut_of
from evidence.handover.package_build import PackageBuild
from evidence.handover.placing import Derived, PlacedCase, page_span
from evidence.handover.wording import document_state, in_order


def rows_of(build: PackageBuild, case: CaseFacts, placed: PlacedCase) -> Iterator[HandedOver]:
    """One row a record, then one for every further file of the case."""
    rows = _Rows(build, case, placed)
    shown: set[Sha256] = set()
    for document in in_order(case.documents):
        row, digests = rows.record(document)
        shown |= digests
        yield row
    for original in placed.originals:
        for digest, derived in _files(original, placed):
            if digest not in shown:
                shown.add(digest)
                yield rows.file(original, digest, derived)
    for recording in case.recordings:
        if not recording.described and recording.sha256 not in shown:
            shown.add(recording.sha256)
            yield rows.film(recording)


def stack_rows(build: PackageBuild) -> Iterator[HandedOver]:
    """One row for every file that holds several cases' pages."""
    for digest, entry in build.stacks.items():
        arrival = build.work.view.arrival_of(digest)
        yield HandedOver(
            enterprise="（多家企业）",
            credit_code="",
            case="",
            material="整叠扫描原件",
            number="" if arrival is None else arrival.id,
            file=entry.path.removeprefix("data/"),
            sha256=digest,
            bytes=entry.bytes,
            note="各企业的页已分别取出，列在各自案件下",
        )


def _files(original: Original, placed: PlacedCase) -> Iterator[tuple[Sha256, Derived | None]]:
    """The files that stand for an original in its case's folder."""
    if original.cuts is None:
        yield original.sha256, None
    for derived in placed.derived.get(original.sha256, ()):
        yield derived.sha256, derived


class _Rows:
    """Rows of one case."""

    def __init__(self, build: PackageBuild, case: CaseFacts, placed: PlacedCase) -> None:
        self._build = build
        self._case = case
        self._placed = placed
        self._originals = {each.sha256: each for each in placed.originals}

    def record(self, document: Document) -> tuple[HandedOver, set[Sha256]]:
        """The row of one record, and the files it names."""
        form = document.form
        scan = document.scans[0] if document.scans else None
        digest, derived = Sha256(""), None
        if scan is not None:
            original = self._originals[scan.sha256]
            digest, derived = next(
                (
                    (digest, derived)
                    for digest, derived in _files(original, self._placed)
                    if derived is None or cut_of(scan) in derived.extract.cuts
                ),
                (digest, None),
            )
        missing = "、".join(map(str, document.missing_pages))
        notes = [f"缺第{missing}页"] if missing else []
        notes += _taken_from(derived, self._originals.get(scan.sha256) if scan else None)
        row = self._row(
            digest,
            material=form_title(form.form),
            number=form.number,
            pages=form.pages,
            span=_span_in(document, digest, derived),
            paper_copies=1 if document.scans else 0,
            state=document_state(document),
            note="；".join(
                [*notes, *_taken_from(derived, self._originals.get(scan.sha256) if scan else None)]
            ),
            record=True,
        )
        return row, {digest} if scan is not None else set()

    def file(self, original: Original, digest: Sha256, derived: Derived | None) -> HandedOver:
        """The row of a further file."""
        what = original.role.value + (f"（{original.hazard}）" if original.hazard else "")
        return self._row(
            digest,
            material=what,
            number=original.number or original.arrival,
            note="；".join(_taken_from(derived, original)),
        )

    def film(self, recording: Recording) -> HandedOver:
        """The row of a film, which stays with the agency unless it was asked for."""
        here = (self._case.case.id, recording.sha256) in self._build.placed
        return self._row(
            recording.sha256,
            material=FileRole.FOOTAGE.value,
            number=recording.visit or "",
            note=recording.name.rpartition("/")[2] + ("" if here else "；由服务机构留存，凭摘要核对"),
        )

    def _row(self, digest: Sha256, **told: Any) -> HandedOver:
        entry: Entry | None = self._build.placed.get((self._case.case.id, digest))
        return HandedOver(
            enterprise=self._build.work.enterprise(self._case).name,
            credit_code=self._case.case.enterprise,
            case=self._case.case.id,
            file=entry.path.removeprefix("data/") if entry else self._build.sent.package_of.get(digest, ""),
            sha256=digest,
            bytes=entry.bytes if entry else 0,
            **told,
        )


def _span_in(document: Document, digest: Sha256, derived: Derived | None) -> str:
    """Where the record's pages lie in the file that the row names: its scans, counted in that file."""
    if derived is None:
        indexes = [scan.index for scan in document.scans if scan.sha256 == digest]
    else:
        cuts = list(derived.extract.cuts)
        indexes = [cuts.index(cut) for cut in map(cut_of, document.scans) if cut in cuts]
    return f"第{page_span(indexes)}页" if indexes else ""


def _taken_from(derived: Derived | None, original: Original | None) -> list[str]:
    if derived is None or original is None:
        return []
    pages = page_span(cut.index for cut in derived.extract.cuts)
    return [f"取自整叠原件 {original.name} 第{pages}页（SHA-256 {original.sha256}）"]


def case_index(build: PackageBuild, case: CaseFacts, placed: PlacedCase) -> dict[str, Any]:
    """The case's part of `originals.json`."""
    files = []
    for original in placed.originals:
        for digest, derived in _files(original, placed):
            entry = build.placed.get((case.case.id, digest))
            if entry is None and digest not in build.sent.package_of:
                continue  # a film that stays with the agency
            row: dict[str, Any] = {
                "sha256": digest,
                "role": original.role.name.lower(),
                "arrival": original.arrival,
                "name": original.name,
                "number": original.number,
                "path": entry.path if entry else "",
                "package": "" if entry else build.sent.package_of.get(digest, ""),
            }
            if original.hazard:
                row["hazard"] = original.hazard
            if original.told is not None:
                row |= {"taken_at": original.told.taken_at, "file_time": original.told.file_time}
            if derived is not None:
                row["derived"] = {
                    "from": original.sha256,
                    "how": derived.extract.how.value,
                    "pages": [
                        {"page": cut.index + 1} | ({"region": cut.shown or cut.region} if cut.region else {})
                        for cut in derived.extract.cuts
                    ],
                }
            files.append(row)
    for film in build.films.get(case.case.id, ()):
        entry = build.placed.get((case.case.id, film.original.sha256))
        if entry is not None:
            files.append(_film_row(film.original, entry))
    return {"case": case.case.id, "files": files}


def _film_row(original: Original, entry: Entry) -> dict[str, Any]:
    return {
        "sha256": original.sha256,
        "role": FileRole.FOOTAGE.name.lower(),
        "arrival": original.arrival,
        "name": original.name,
        "number": original.number,
        "path": entry.path,
        "package": "",
    }


def originals_index(build: PackageBuild) -> dict[str, Any]:
    """`originals.json`: where every original of every case is, here or in an earlier package."""
    stacks = {each["derived"]["from"] for case in build.index for each in case["files"] if "derived" in each}
    return {
        "cases": build.index,
        "stacks": [
            {
                "sha256": digest,
                "path": build.stacks[digest].path if digest in build.stacks else "",
                "package": "" if digest in build.stacks else build.sent.package_of.get(digest, ""),
            }
            for digest in sorted(stacks)
        ],
    }
