"""Nothing that a browser shows is worded for the terminal, and no page is half in another language.

Every page that links lead to is read as people see it, labels for ears included. What the agency typed
is taken away, and numbers; of what is left the Chinese pages hold no Latin word but those of one list,
the English pages no Chinese but what is marked as the contract's own words or as a file's name.
"""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import override_settings
from django.urls import Resolver404, resolve
from lxml import html

from evidence.config import Workspace, open_workspace
from evidence.forms.people import EnterpriseContacts, read_contacts
from evidence.ledger.acting import account_of
from evidence.web.host import Host
from tests.support import sample
from tests.support.desk_client import signed_in
from tests.support.desk_fixture import make_workspace

ALLOWED = frozenset(
    {
        "PDF", "PEM", "Excel", "ZIP", "SHA-256", "B", "KB", "MB", "GB", "English",
        "Alt", "Enter", "Esc", "R", "U", "j", "k",
    }
)  # fmt: skip
"""Latin words that a clerk reads in Chinese papers, too, units, and what stands on keys."""
TYPED = frozenset(
    {
        "path", "name", "short_name", "address", "description", "location", "basis", "person", "why", "by",
        "device", "serial", "telephone", "position", "credit_code", "advice", "text", "situation", "note",
        "topic", "outcome_words", "title", "badge", "certificate", "assigned_why", "key", "areas",
        "principal", "escort", "source", "measures", "owner", "funds", "form_number", "why_incomplete",
        "trade", "actor", "download",
    }
)  # fmt: skip
"""Names in the journal of what people typed."""
FILES = frozenset(
    {
        "arrival-original", "case-original", "document-original", "register-original", "arrival-film",
        "case-film", "picture", "arrival-picture", "photograph", "form-pdf", "print-forms", "package",
        "list-export", "campaign-export", "campaign-pack", "report-file", "verdict-pdf", "site",
    }
)  # fmt: skip
OF_A_KIND = 3
"""Pages of one address that are read: another case says nothing new."""
HAN = re.compile(r"[\u4e00-\u9fff]+")
LATIN = re.compile(r"[A-Za-z](?:[A-Za-z_.\-]*[A-Za-z])?")
NUMBER = re.compile(r"\S*\d\S*")
LABELS = ("aria-label", "title", "placeholder", "alt")


@pytest.fixture(
    scope="module",
    params=["desk", pytest.param("demo", marks=[pytest.mark.slow, pytest.mark.office])],
)
def own(
    request: pytest.FixtureRequest, host: Host, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workspace]:
    """A week as a desk has it, and the demonstration's; other tests send anything, and leave it behind."""
    from evidence.web.models import Access, Draft, SavedView

    root = tmp_path_factory.mktemp("words") / "工作区"
    if request.param == "demo":
        shutil.copytree(request.getfixturevalue("demo"), root, symlinks=True)
        workspace = open_workspace(root, clock=lambda: sample.FRIDAY)
    else:
        workspace = make_workspace(root)
    for left_behind in (Access, Draft, SavedView):
        left_behind.objects.all().delete()
    with override_settings(DESK_HOST=Host(workspace=workspace)):
        yield workspace


def pages_of(role: str, language: str) -> Iterator[tuple[str, Any]]:
    """Every page that links lead to from the first one, a few of each kind."""
    client = signed_in(role)
    client.cookies["desk_language"] = language
    kinds: Counter[str] = Counter()
    seen, waiting = {"/"}, ["/", "/account/", "/activity/"]
    while waiting:
        address = waiting.pop(0)
        response = client.get(address, follow=True)
        if not response.headers["Content-Type"].startswith("text/html"):
            continue
        assert response.status_code in {200, 204, 409}, address
        if not response.content:
            continue
        page = html.fromstring(response.content.decode())
        yield address, page
        for found in page.xpath("//a/@href | //*/@hx-get"):
            there = urlsplit(urljoin(address, found))
            target = f"{there.path}?{there.query}" if there.query else there.path
            try:
                kind = str(resolve(there.path).url_name)
            except Resolver404:
                continue
            if (
                there.netloc
                or target in seen
                or kind in FILES
                or kinds[kind] >= (OF_A_KIND if kind != "register" else 99)
            ):
                continue
            seen.add(target)
            kinds[kind] += 1
            waiting.append(target)


def typed_by_people(workspace: Workspace) -> list[str]:
    """What the journal and the accounts hold of their words, the longest first."""
    from django.contrib.auth import get_user_model

    from evidence.web.models import Access

    users = get_user_model().objects.select_related("seat")
    found = {
        workspace.settings.agency.name,
        *(word for each in users for word in (each.username, each.seat.person)),
    }

    def gather(value: Any, name: str = "") -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                gather(inner, "text" if name == "data" else key)
        elif isinstance(value, list):
            for inner in value:
                gather(inner, name)
        elif isinstance(value, str) and name in TYPED and len(value) > 1:
            found.add(value)

    found |= {word for each in Access.objects.all() for word in (each.account, each.about) if word}
    found |= {word for each in Access.objects.all() for word in each.detail.split() if "@" in word}
    for party in workspace.ledger.view.enterprises():
        contacts = (
            read_contacts(workspace.originals, party.contacts) if party.contacts else EnterpriseContacts()
        )
        for one in (contacts.legal, contacts.principal, contacts.safety):
            found |= {word for word in (one.name, one.position) if len(word) > 1}
    for entry in workspace.ledger.entries():
        gather(entry.payload)
        found.add(account_of(entry.actor))
    return sorted(found, key=len, reverse=True)


def shown(page: Any, typed: list[str], *, left_out: str = "") -> list[str]:
    """Each text of a page that somebody sees or hears, without numbers and without what people typed."""
    for gone in page.xpath("//script | //style | //template | //code | //pre"):
        gone.drop_tree()
    if left_out:
        for gone in page.xpath(left_out):
            gone.drop_tree()
    texts = [*page.itertext(), *(each.get(label, "") for each in page.iter() for label in LABELS)]
    made = []
    for text in texts:
        for word in typed:
            text = text.replace(word, " ") if word in text else text
        made.append(NUMBER.sub(" ", text))
    return made


@pytest.mark.parametrize("role", ["lead", "auditor"])
def test_a_chinese_page_names_no_command(own: Workspace, role: str) -> None:
    pages = list(pages_of(role, "zh"))
    typed = typed_by_people(own)  # with the names of what was downloaded meanwhile
    strange: dict[str, list[Any]] = {}
    for address, page in pages:
        for text in shown(page, typed):
            words = {each for each in LATIN.findall(text) if each not in ALLOWED}
            if words:
                strange.setdefault(address, []).append((sorted(words), text.strip()[:80]))
    assert not strange, "\n".join(
        f"{address}: {each}" for address, found in strange.items() for each in found
    )


@pytest.mark.parametrize("role", ["lead", "auditor"])
def test_an_english_page_is_english(own: Workspace, role: str) -> None:
    pages = list(pages_of(role, "en"))
    typed = typed_by_people(own)
    strange: dict[str, list[Any]] = {}
    for address, page in pages:
        for text in shown(page, typed, left_out="//*[starts-with(@lang, 'zh')]"):
            if HAN.search(text):
                strange.setdefault(address, []).append(text.strip()[:80])
    assert not strange, "\n".join(
        f"{address}: {each}" for address, found in strange.items() for each in found
    )
