"""The door for files that a person hands to a command or a page: the same checks as the inbox makes.

A waiver's letter, a register's paper, a photograph of a hazard: none of them is stored before it is known to
be whole and of a kind that can be shown. A file of 0 bytes is no agreement.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from evidence.archive.originals import Originals
from evidence.domain.arrival_outcome import Reason
from evidence.domain.identifiers import ArrivalId, Sha256
from evidence.errors import UnreadableError, UsageError
from evidence.filetypes.examine import Question, examine
from evidence.filetypes.media import DOCX, PDF, XLSX, Family
from evidence.filetypes.office_text import OfficeFile, office_text
from evidence.inbox.screening import INFECTED, Scan, is_infected
from evidence.inbox.settings import InboxSettings
from evidence.inbox.understand import Material, refusal
from evidence.inbox.words import REASONS
from evidence.isolation.calls import run_bounded
from evidence.language import _

PAPERS = frozenset({Family.PDF, Family.IMAGE, Family.OFFICE})
PICTURES = frozenset({Family.IMAGE})


class RefusedAttachmentError(UsageError):
    """The file is not what it should be; the reason is the inbox's."""


def _refused(reason: str, name: str) -> RefusedAttachmentError:
    return RefusedAttachmentError(
        _("附件不能接收：{why}").format(why=REASONS.get(reason, REASONS[Reason.MALFORMED])),
        where=name,
        remedy=_("什么都没有登记。请换一份完整的文件再试。"),
    )


@dataclass(frozen=True, slots=True)
class _Opened:
    """What the bounded child is asked to open."""

    path: str
    media_type: str
    max_pages: int
    max_unpacked: int


def opened(asked: _Opened) -> int:
    """Pages of a file that opens from end to end; runs in the bounded child.

    Raises:
        UnreadableError: it does not open; carries the inbox's reason.
    """
    path = Path(asked.path)
    if asked.media_type in {DOCX, XLSX}:
        workbook = asked.media_type == XLSX
        office_text(OfficeFile(path=path, workbook=workbook, max_unpacked=asked.max_unpacked))
        return 1
    from evidence.recognition.pages import open_pages
    from evidence.recognition.reading import Limits

    limits = Limits(pages=asked.max_pages)
    pages = [
        bool(page.problem) or page.damage is not None for page in open_pages(path, asked.media_type, limits)
    ]
    if any(pages):
        raise UnreadableError(
            Reason.MALFORMED,
            "有一页打不开，或有一部分已损坏。",
            where=path.name,
            remedy="请重新扫描或请对方重发。",
        )
    return len(pages)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachments:
    """Checks, then stores."""

    originals: Originals
    settings: InboxSettings
    scanner: Scan | None = None
    """As `Archived.scanner`."""

    def keep(self, path: Path, name: str = "", *, kinds: frozenset[Family] = PAPERS) -> Sha256:
        """Store a file that passed.

        Args:
            path: the file.
            name: the name a person gave it, where it differs.
            kinds: what is taken.

        Raises:
            RefusedAttachmentError: empty, truncated, encrypted, damaged, too large or of another type.
        """
        self.check(path, name, kinds=kinds)
        return self.originals.put_file(path).sha256

    def admit_picture(self, path: Path) -> None:
        """Look at a photograph that belongs to a fact; it is stored with the fact.

        Raises:
            RefusedAttachmentError: as `keep`, or it is no picture.
        """
        self.check(path, kinds=PICTURES)

    def check(self, path: Path, name: str = "", *, kinds: frozenset[Family] = PAPERS) -> Sha256:
        """The digest of a file that may be stored.

        Raises:
            RefusedAttachmentError: as `keep`.
        """
        name = name or path.name
        with path.open("rb") as file:
            digest = Sha256(file_digest(file, "sha256").hexdigest())
        if self.scanner is not None and is_infected(self.scanner(path)):
            raise _refused(INFECTED, name)
        try:
            found = run_bounded(examine, Question(path=path.absolute(), name=name))
        except UnreadableError as error:
            raise _refused(error.reason, name) from error
        kind = found.media
        material = Material(
            arrival=ArrivalId(""),
            path=path,
            name=name,
            sha256=digest,
            bytes=path.stat().st_size,
            media=kind,
        )
        refused = refusal(material, self.settings)
        if refused is not None:
            raise _refused(refused.judged.reason, name)
        if kind.family not in kinds:
            raise _refused(Reason.UNSUPPORTED_TYPE, name)
        if found.end.missing and found.end.decisive:
            raise _refused(Reason.MALFORMED, name)
        asked = _Opened(
            path=str(path.absolute()),
            media_type=kind.type if kind.family is not Family.PDF else PDF,
            max_pages=self.settings.max_pages,
            max_unpacked=self.settings.max_unpacked_bytes,
        )
        try:
            run_bounded(opened, asked)
        except UnreadableError as error:
            raise _refused(error.reason, name) from error
        return digest
