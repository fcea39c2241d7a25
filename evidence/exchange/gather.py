"""What of a handed-over package, or of a closed case, goes to an archive.

Both come out of the signed packages, byte for byte, with the files that prove them signed: so an archive can
join each digest to a package that the regulator holds.
"""

from __future__ import annotations

import mimetypes
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from hashlib import file_digest
from io import BufferedIOBase
from pathlib import Path, PurePosixPath
from typing import cast

from evidence.domain.case import Case
from evidence.domain.identifiers import CaseId, Sha256
from evidence.domain.register import Package
from evidence.domain.week import Week, local_date
from evidence.errors import MissingPartError, UsageError, VerificationFailedError
from evidence.exchange.submission import Submission, SubmittedEvent, SubmittedFile
from evidence.language import _
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalScanned, PersonDecided
from evidence.ledger.codec import Entry
from evidence.ledger.events import PackageBuilt, ReceiptReceived
from evidence.ledger.holdings import digests_of
from evidence.ledger.ledger import Ledger

_CASES = "data/企业/"
_SIGNED = frozenset(
    {
        "bagit.txt",
        "bag-info.txt",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
        "tagmanifest-sha256.txt.p7s",
    }
)
"""Files that prove a package's manifest; with `certificates/` they go along with every selection of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Who hands over to whom, under which contract."""

    agency: str
    regulator: str
    contract: str
    contract_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Archives:
    """Where packages lie, and the ledger that tells of them."""

    ledger: Ledger
    handover: Path
    parties: Parties

    def package(self, id: str, created: datetime) -> Submission:
        """A handed-over package, whole.

        Raises:
            UsageError: no such package.
            MissingPartError: its file is not in the archive.
            VerificationFailedError: its file is not what was signed.
        """
        package = next((each for each in self.ledger.view.packages() if each.id == id), None)
        if package is None:
            raise UsageError(
                _("没有这个移交包：{id}。").format(id=id), remedy=_("已有的移交包见 evidence handover list。")
            )
        week = Week.parse(package.week)
        return self._submission(
            id=package.id,
            title=f"{self.parties.contract} {package.id} 移交包",
            begun=week.monday.isoformat(),
            ended=week.sunday.isoformat(),
            created=created,
            files=self._files(package, lambda _path: True),
        )

    def case(self, id: CaseId, created: datetime) -> Submission:
        """Everything that packages hold of a closed case.

        Raises:
            UsageError: no such case, not closed yet, or never handed over.
            MissingPartError, VerificationFailedError: as for `package`.
        """
        case = self.ledger.view.case(id)
        state = next((each for each in self.ledger.view.services() if each.case == id), None)
        if case is None or state is None or not state.closed:
            raise UsageError(
                _("{id} 还没有闭环，不能移交档案。").format(id=id),
                remedy=_("用 evidence check --case {id} 查看还缺什么。").format(id=id),
            )
        packages = [each for each in self.ledger.view.packages() if id in each.cases]
        if not packages:
            raise UsageError(
                _("{id} 还没有随移交包移交过。").format(id=id),
                remedy=_("请先用 evidence bundle 制作移交包。"),
            )
        files = [file for package in packages for file in self._files(package, partial(_is_of_case, case))]
        days = [local_date(package.built_at) for package in packages]
        return self._submission(
            id=id,
            title=self._title(case),
            begun=case.opened_on.isoformat(),
            ended=max(days).isoformat(),
            created=created,
            files=files,
        )

    def _title(self, case: Case) -> str:
        enterprise = self.ledger.view.enterprise(case.enterprise)
        name = enterprise.name if enterprise is not None else case.enterprise
        return f"{name} 安全检查卷宗 {case.id}"

    def _submission(
        self,
        *,
        id: str,
        title: str,
        begun: str,
        ended: str,
        created: datetime,
        files: Sequence[SubmittedFile],
    ) -> Submission:
        return Submission(
            id=id,
            title=title,
            agency=self.parties.agency,
            regulator=self.parties.regulator,
            contract=self.parties.contract_code,
            begun_on=begun,
            ended_on=ended,
            created=created,
            files=tuple(sorted(files, key=lambda file: str(file.path))),
            events=tuple(self._events(files)),
        )

    def _files(self, package: Package, wanted: Callable[[str], bool]) -> list[SubmittedFile]:
        """The members of a package that are wanted, and those that prove it signed."""
        found = []
        for name, size, opened in _members(self._stored(package), package.id):
            if not (wanted(name) or name in _SIGNED or name.startswith("certificates/")):
                continue
            with opened() as file:
                digest = Sha256(file_digest(file, "sha256").hexdigest())
            arrival = self.ledger.view.arrival_of(digest)
            found.append(
                SubmittedFile(
                    path=PurePosixPath(package.id, name),
                    sha256=digest,
                    bytes=size,
                    media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
                    open=opened,
                    arrival="" if arrival is None else arrival.id,
                    packages=(package.id,),
                )
            )
        return found

    def _stored(self, package: Package) -> Path:
        zipped, folder = self.handover / f"{package.id}.zip", self.handover / package.id
        if zipped.is_file():
            with zipped.open("rb") as file:
                signed = file_digest(file, "sha256").hexdigest() == package.sha256
            path = zipped
        elif folder.is_dir():
            with (folder / "tagmanifest-sha256.txt").open("rb") as file:
                signed = file_digest(file, "sha256").hexdigest() == package.tagmanifest
            path = folder
        else:
            raise MissingPartError(
                _("移交包不在档案里：{id}。").format(id=package.id),
                where=str(zipped),
                remedy=_("请由备份或监管部门的一份取回，再运行 evidence audit。"),
            )
        if not signed:
            raise VerificationFailedError(
                _("移交包与登记时不同：{id}。").format(id=package.id),
                where=str(path),
                remedy=_("请由备份取回，再运行 evidence audit。"),
            )
        return path

    def _events(self, files: Sequence[SubmittedFile]) -> Iterator[SubmittedEvent]:
        digests = {file.sha256 for file in files}
        arrivals = {file.arrival: file.sha256 for file in files if file.arrival}
        packages = {package for file in files for package in file.packages}
        for entry in self.ledger.entries():
            about = tuple(dict.fromkeys(_about(entry, digests, arrivals)))
            if about or _package_of(entry) in packages:
                yield SubmittedEvent(
                    seq=entry.seq,
                    digest=entry.digest,
                    kind=entry.kind,
                    at=entry.instant,
                    actor=entry.actor,
                    about=about,
                )


def _is_of_case(case: Case, name: str) -> bool:
    parts = name.split("/")
    return name.startswith(_CASES) and len(parts) > 4 and parts[3] == case.id


def _about(entry: Entry, digests: set[Sha256], arrivals: dict[str, Sha256]) -> Iterable[Sha256]:
    event = entry.event
    yield from (digest for digest in digests_of(entry) if digest in digests)
    if isinstance(event, ArrivalJudged | ArrivalScanned | PersonDecided) and event.arrival in arrivals:
        yield arrivals[event.arrival]


def _package_of(entry: Entry) -> str:
    event = entry.event
    if isinstance(event, PackageBuilt):
        return event.package.id
    return event.receipt.package if isinstance(event, ReceiptReceived) else ""


def _members(path: Path, id: str) -> Iterator[tuple[str, int, Callable[[], BufferedIOBase]]]:
    """Name below the bag, bytes, and how to open, of every file of a package."""
    if path.is_dir():
        for file in sorted(each for each in path.rglob("*") if each.is_file()):
            yield file.relative_to(path).as_posix(), file.stat().st_size, partial(_plain, file)
        return
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if not entry.is_dir():
                name = entry.filename.removeprefix(f"{id}/")
                yield name, entry.file_size, partial(_opened, path, entry.filename)


def _plain(path: Path) -> BufferedIOBase:
    return path.open("rb")


def _opened(path: Path, member: str) -> BufferedIOBase:
    return cast(BufferedIOBase, zipfile.ZipFile(path).open(member))
