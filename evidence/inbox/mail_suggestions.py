"""Whom a message may come from, and what it may belong to: suggestions, never links.

Anybody can write any sender; the address leads to an enterprise only as the master data name it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from evidence.archive.originals import Originals
from evidence.domain.arrival_outcome import ArrivalOutcome, Reason
from evidence.domain.identifiers import Sha256
from evidence.domain.parties import Enterprise
from evidence.errors import EvidenceError
from evidence.filetypes.mail_headers import Letterhead
from evidence.forms.people import read_contacts
from evidence.inbox.edocuments import Claim, likely_documents, numbers_in
from evidence.ledger.arrival_events import ArrivalJudged, UnlinkedPage
from evidence.ledger.view import View

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class MailSuggestions:
    """Reads a letterhead with the ledger's eyes."""

    view: View
    originals: Originals
    titles: Callable[[], Mapping[str, str]]
    """Form id -> Chinese title."""

    def about(self, head: Letterhead) -> tuple[Enterprise, ...]:
        """Enterprises that the sender's address or the subject names."""
        return tuple(each for each in self.view.enterprises() if self._names(each, head))

    def remark(self, head: Letterhead) -> str:
        """What the clerk reads beside the message; empty when nothing is likely."""
        found = self.about(head)[:_MOST_NAMED]
        return f"可能来自{'、'.join(self._with_case(each) for each in found)}，请确认。" if found else ""

    def completed(self, judged: ArrivalJudged, name: str, head: Letterhead) -> ArrivalJudged:
        """An attachment that waits for a person, with what its message makes likely."""
        if judged.outcome != ArrivalOutcome.UNIDENTIFIED:
            return judged
        said = "\n".join((head.subject, *(each.name for each in self.about(head))))
        mentioned = [
            document for number in numbers_in(head.subject) if (document := self.view.document(number))
        ]
        likely = likely_documents(Claim(name=name, text=said), mentioned, self.view, self.titles())
        remark = self.remark(head)
        judged = replace(judged, message=f"{judged.message}{remark}") if remark else judged
        if not likely:
            return judged
        if not judged.unlinked and not judged.pages:
            page = UnlinkedPage(index=0, reason=Reason.NO_CODE, suggestions=likely)
            return replace(judged, unlinked=(page,))
        pages = tuple(replace(page, suggestions=page.suggestions or likely) for page in judged.unlinked)
        return replace(judged, unlinked=pages)

    def _names(self, enterprise: Enterprise, head: Letterhead) -> bool:
        if enterprise.name in head.subject or (
            enterprise.short_name and enterprise.short_name in head.subject
        ):
            return True
        if not head.sender or enterprise.contacts is None:
            return False
        return head.sender in _addresses(self.originals.root, enterprise.contacts)

    def _with_case(self, enterprise: Enterprise) -> str:
        open_ = [case.id for case in self.view.cases(enterprise.id) if not case.cancelled_why]
        return f"{enterprise.name}（{open_[-1]}）" if open_ else enterprise.name


@lru_cache(maxsize=100_000)  # contacts are named by their digest: they never change
def _addresses(originals: Path, contacts: Sha256) -> frozenset[str]:
    try:
        return frozenset(address.lower() for address in read_contacts(Originals(originals), contacts).emails)
    except EvidenceError:
        return frozenset()  # the audit names what is missing or changed
