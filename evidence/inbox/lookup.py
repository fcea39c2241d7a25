"""What recognition asks about issued forms, answered from the ledger and the store of issued forms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from evidence.archive.issued import IssuedStore
from evidence.domain.document import IssuedForm, IssuedPage
from evidence.domain.identifiers import Number
from evidence.ledger.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerForms:
    """Issued forms as of now."""

    view: Callable[[], View]
    store: IssuedStore

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

    def candidates(self) -> Iterator[IssuedForm]:
        """Valid forms that are stored here: those that still wait for pages first, newest cases first."""
        view = self.view()
        complete: list[IssuedForm] = []
        for case in (*reversed([case.id for case in view.cases()]), None):
            for document in view.documents(case):
                if document.form.voided_why or not self.store.pdf_path(document.form.number).exists():
                    continue
                if document.missing_pages:
                    yield document.form
                else:
                    complete.append(document.form)
        yield from complete
