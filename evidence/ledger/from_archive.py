"""Journal events told from the files alone: for archives of programs that remembered no positions.

A package says nearly everything about itself; a form says its number, its pages and its boxes. What only the
lost lines knew (who issued it, for which visit) stays open.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from hashlib import file_digest, sha256
from pathlib import Path

import msgspec

from evidence.domain.document import IssuedForm, IssuedPage
from evidence.domain.identifiers import CaseId, Number, Sha256, expand, number_case
from evidence.domain.register import Package
from evidence.domain.week import Week, local_date
from evidence.errors import InputError
from evidence.foreign import fault_of
from evidence.language import _
from evidence.ledger.events import CheckpointMade, Event, FormIssued, PackageBuilt
from evidence.ledger.fold_tables import WEEKLY
from evidence.ledger.holdings import issued_place
from evidence.ledger.sent import NAME, SentPackage
from evidence.ledger.view import View

_LABEL = re.compile(r"(?m)^([A-Za-z-]+): (.*)$")
_ORIGINAL = re.compile(r"(?m)^([0-9a-f]{64})  data/(?:.*/)?原件/")
_LIST, _RECEIPT = "YD", "HS"


class _Form(msgspec.Struct):
    number: Number


class _Document(msgspec.Struct):
    form: _Form


class _Case(msgspec.Struct):
    id: CaseId


class _CaseFacts(msgspec.Struct):
    case: _Case
    documents: list[_Document] = []


class _Cases(msgspec.Struct):
    cases: list[_CaseFacts] = []


class _Facts(msgspec.Struct):
    facts: _Cases


def package_events(
    view: View, package: SentPackage, archive: Path, form_ids: Mapping[str, str]
) -> Iterator[Event]:
    """What the journal would have said of a package: its two papers, its checkpoint, itself.

    Args:
        form_ids: a form's two letters -> its id.

    Raises:
        InputError: the package cannot be read.
    """
    if any(known.id == package.id for known in view.packages()):
        return
    match = NAME.fullmatch(package.id)
    if match is None:
        raise ValueError(package.id)
    papers = _papers(package, archive)
    for number in papers:
        if view.document(number) is None:
            form = issued_form(archive, number, form_ids, week=match[2])
            if form is not None:
                yield FormIssued(form=form)
    made = package.checkpoint
    if all(known.week != package.id.partition("-")[2] for known in view.checkpoints()):
        yield CheckpointMade(
            week=package.id.partition("-")[2],
            size=made.size,
            root=made.root.hex(),
            text=package.checkpoint_text,
        )
    yield PackageBuilt(package=_package(package, match[2], int(match[3] or 0), papers))


def issued_form(
    archive: Path, number: Number, form_ids: Mapping[str, str], *, week: str = ""
) -> IssuedForm | None:
    """A form told from its four files; None when one is missing, as after a crash."""
    files = {
        suffix: archive / issued_place(number, suffix)
        for suffix in (".pdf", ".docx", ".json", ".geometry.json")
    }
    try:
        digests = {suffix: _digest(path) for suffix, path in files.items()}
        pages = msgspec.json.decode(files[".geometry.json"].read_bytes(), type=tuple[IssuedPage, ...])
        at = datetime.fromtimestamp(files[".pdf"].stat().st_mtime, UTC).replace(microsecond=0)
    except (OSError, msgspec.MsgspecError):
        return None
    weekly = number_case(number).endswith(WEEKLY)
    return IssuedForm(
        number=number,
        form=form_ids.get(number[11:13], number[11:13]),
        case=None if weekly else number_case(number),
        week=(week or str(Week.of(local_date(at)))) if weekly else "",
        issued_at=at,
        checks=tuple(page.check for page in pages),
        pdf=digests[".pdf"],
        docx=digests[".docx"],
        data=digests[".json"],
        geometry=digests[".geometry.json"],
        required_boxes=tuple(
            f"{page.page}:{box.box}:{box.kind}:{box.role}"
            for page in pages
            for box in page.boxes
            if box.required
        ),
    )


def unknown_numbers(view: View, archive: Path) -> Iterator[Number]:
    """Numbers whose PDF lies in the archive and of which the journal knows nothing, in order."""
    found = set()
    for path in (archive / "issued").glob("*/*.pdf"):
        number = expand(path.stem)
        if number is not None and path == archive / issued_place(number, ".pdf"):
            found.add(number)
    yield from (number for number in sorted(found) if view.document(number) is None)


def _package(package: SentPackage, week: str, supplement: int, papers: list[Number]) -> Package:
    labels = dict(_LABEL.findall(package.read("bag-info.txt").decode()))
    manifest = package.read("manifest-sha256.txt").decode()
    tagmanifest = sha256(package.read("tagmanifest-sha256.txt")).hexdigest()
    try:
        facts = msgspec.json.decode(package.read("data/facts.json"), type=_Facts).facts.cases
        built_at = datetime.fromisoformat(labels["As-Of"])
    except (KeyError, ValueError, msgspec.MsgspecError) as error:
        raise InputError(
            _("移交包 {id} 的内容读不懂：{error}。").format(id=package.id, error=fault_of(error)),
            where=str(package.path),
            remedy=_("请换用监管部门保存的那一份。"),
        ) from error
    return Package(
        id=package.id,
        week=week,
        supplement=supplement,
        built_at=built_at,
        sha256=Sha256(tagmanifest) if package.path.is_dir() else _digest(package.path),
        complete=labels.get("Complete") == "yes",
        tree_size=package.checkpoint.size,
        root=package.checkpoint.root.hex(),
        cases=tuple(case.case.id for case in facts),
        documents=tuple(each.form.number for case in facts for each in case.documents),
        originals=tuple(dict.fromkeys(Sha256(digest) for digest in _ORIGINAL.findall(manifest))),
        list_number=next((number for number in papers if number[11:13] == _LIST), ""),
        tagmanifest=tagmanifest,
    )


def _papers(package: SentPackage, archive: Path) -> list[Number]:
    """Numbers of the package's list and receipt: the receipt's data name the package and its list."""
    for path in sorted((archive / "issued" / "weekly").glob(f"*-{_RECEIPT}-*.json")):
        number = expand(path.stem)
        if number is not None and f'"{package.id}"'.encode() in path.read_bytes():
            return [Number(number.replace(f"-{_RECEIPT}-", f"-{_LIST}-")), number]
    return []


def _digest(path: Path) -> Sha256:
    with path.open("rb") as file:
        return Sha256(file_digest(file, "sha256").hexdigest())
