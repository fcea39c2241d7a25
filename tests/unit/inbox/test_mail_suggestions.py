"""What a message makes likely of its attachments: never a link, whoever it says it is from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evidence.archive.originals import Originals
from evidence.domain.identifiers import ArrivalId
from evidence.domain.parties import Enterprise
from evidence.filetypes.mail_headers import Letterhead
from evidence.forms.people import EnterpriseContacts, store
from evidence.inbox.mail_suggestions import MailSuggestions
from evidence.ledger.arrival_events import ArrivalJudged
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import PartiesImported
from tests.support import sample

Told = tuple[MailSuggestions, Enterprise]
ADDRESS = "zhang@factory.cn"
WAITING = ArrivalJudged(arrival=ArrivalId("A-20220401-0001"), outcome="unidentified", message="待认定。")


@pytest.fixture
def room(tmp_path: Path) -> Told:
    """A week whose first enterprise has told its address."""
    ledger, originals = EmbeddedLedger.open(tmp_path / "ledger"), Originals(tmp_path / "originals")
    ledger.append("test", *sample.journal_events(sample.week_facts()))
    first = ledger.view.enterprises()[0]
    contacts = store(originals, EnterpriseContacts(emails=(ADDRESS,)))
    assert contacts is not None
    told = replace(first, contacts=contacts)
    ledger.append("test", PartiesImported(source=contacts, enterprises=(told,)))
    titles = {
        document.form.form: "整改报告"
        for case in ledger.view.cases()
        for document in ledger.view.documents(case.id)
    }
    return MailSuggestions(view=ledger.view, originals=originals, titles=lambda: titles), told


def test_the_sender_s_address_leads_to_its_enterprise(room: Told) -> None:
    suggestions, enterprise = room
    assert suggestions.about(Letterhead(sender=ADDRESS)) == (enterprise,)
    assert enterprise.name in suggestions.remark(Letterhead(sender=ADDRESS))


@pytest.mark.parametrize("name", ["name", "short_name"])
def test_the_subject_may_name_the_enterprise(room: Told, name: str) -> None:
    suggestions, enterprise = room
    assert enterprise in suggestions.about(Letterhead(subject=f"关于{getattr(enterprise, name)}的整改"))


def test_a_stranger_s_message_suggests_nothing(room: Told) -> None:
    suggestions, _enterprise = room
    head = Letterhead(sender="someone@else.cn", subject="您好")
    assert suggestions.about(head) == ()
    assert suggestions.remark(head) == ""
    assert suggestions.completed(WAITING, "x.pdf", head) == WAITING


def test_an_attachment_that_waits_is_suggested_and_not_linked(
    room: Told,
) -> None:
    suggestions, enterprise = room
    judged = suggestions.completed(WAITING, "x.pdf", Letterhead(sender=ADDRESS, subject="整改报告"))
    assert judged.outcome == "unidentified"
    assert judged.edocument_of is None
    assert judged.case is None
    assert enterprise.name in judged.message
    numbers = {each.number for page in judged.unlinked for each in page.suggestions}
    owned = {
        d.form.number
        for case in suggestions.view.cases(enterprise.id)
        for d in suggestions.view.documents(case.id)
    }
    assert numbers
    assert numbers <= owned


def test_what_is_linked_by_its_own_pages_stays_as_it_is(room: Told) -> None:
    suggestions, _enterprise = room
    linked = replace(WAITING, outcome="linked", message="已归入。")
    assert suggestions.completed(linked, "x.pdf", Letterhead(sender=ADDRESS)) == linked
