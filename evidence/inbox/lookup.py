"""What recognition asks about issued forms, answered from the ledger and the store of issued forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from evidence.archive.issued import IssuedStore
from evidence.domain.document import Document, IssuedForm, IssuedPage, MarkVerdict
from evidence.domain.identifiers import Number, Sha256
from evidence.errors import UnreadableError
from evidence.filetypes.office_text import OfficeFile, office_text
from evidence.inbox.counterparts import IssuedText
from evidence.ledger.view import View

if TYPE_CHECKING:
    from evidence.recognition.reading import EarlierScan

_CASES = 3000
"""Newest cases whose forms a page without code is compared with: years of one agency; a whole register would
be read for every file."""
_BLOCK = 64
"""Cases read at once."""
_MAX_UNPACKED = 64 * 1024**2
"""Of our own Word files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerForms:
    """Issued forms as of now."""

    view: Callable[[], View]
    store: IssuedStore
    pictures: Callable[[Sha256], Path] | None = None
    """Where upright pictures of scans lie; None where scans are not compared."""

    def issued(self, number: Number) -> IssuedForm | None:
        """The form of this number, void ones too."""
        document = self.view().document(number)
        return None if document is None else document.form

    def geometry(self, number: Number) -> tuple[IssuedPage, ...]:
        """Its pages with codes and boxes."""
        return self.store.geometry(number)

    def pdf(self, number: Number) -> Path:
        """The issued PDF."""
        return self.store.pdf_path(number)

    def earlier(self, number: Number, page: int) -> tuple[EarlierScan, ...]:
        """Scans of a page that are kept already, with the boxes that are empty on them."""
        from evidence.recognition.reading import EarlierScan

        document = self.view().document(number)
        if document is None or self.pictures is None:
            return ()
        found = []
        for scan in (*document.scans, *document.other_copies):
            if scan.page != page or scan.picture is None:
                continue
            path = self.pictures(scan.picture)
            found.append(
                EarlierScan(
                    picture=scan.picture,
                    path=str(path) if path.is_file() else "",
                    absent=tuple(mark.box for mark in scan.marks if mark.verdict is MarkVerdict.ABSENT),
                )
            )
        return tuple(found)

    def candidates(self) -> Iterator[IssuedForm]:
        """Valid forms that are stored here: those that still wait for pages first, newest cases first."""
        complete: list[IssuedForm] = []
        for document in self._newest_documents():
            if document.form.voided_why or not self.store.pdf_path(document.form.number).exists():
                continue
            if document.missing_pages:
                yield document.form
            else:
                complete.append(document.form)
        yield from complete

    def _newest_documents(self) -> Iterator[Document]:
        """Documents of the newest cases, then those of no case."""
        view = self.view()
        newest = islice(view.newest_cases(), _CASES)
        while block := list(islice(newest, _BLOCK)):
            view.prepare(block)
            for case in block:
                yield from view.documents(case)
        yield from view.documents(None)


def issued_text_in(store: IssuedStore) -> IssuedText:
    """What forms say as they were issued, in Word and on paper; without what cannot be read.

    The lines of the PDF know a print-out of the unfilled form by another program.
    """

    def text(number: Number) -> tuple[str, ...]:
        from evidence.recognition.pdf_text import pdf_text

        path, printed = store.docx_path(number), store.pdf_path(number)
        try:
            typed = office_text(OfficeFile(path=path, workbook=False, max_unpacked=_MAX_UNPACKED))
        except (UnreadableError, OSError):
            typed = ""
        return tuple(each for each in (typed, pdf_text(printed) if printed.is_file() else "") if each)

    return text
