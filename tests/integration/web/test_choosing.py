"""What a clerk chooses is what the clerk saw, and what a telephone says afterwards is never settled by it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from evidence.config import Workspace
from evidence.ledger.events import VisitRecorded
from evidence.web.site.recording import Entry, Taken
from tests.integration.web import test_site
from tests.integration.web.test_site import CALL
from tests.support import sample

plan, signed_in, send, taken_back = (
    test_site.plan, test_site.signed_in, test_site.send, test_site.taken_back,
)  # fmt: skip
WORDS = "head|情况"


@pytest.fixture
def kept(send: Callable[..., Any], workspace: Workspace, taken_back: None) -> Iterator[Any]:
    """The desk corrected a visit, and its telephone says otherwise."""
    from evidence.web.models import SiteVersion

    first = send().json()["receipt"]
    stored = next(each for each in workspace.ledger.view.visits(sample.HEAVY) if each.id == first["visit"])
    workspace.ledger.append("clerk", VisitRecorded(visit=replace(stored, version=2, summary="资料员更正")))
    assert send(typed={WORDS: ["手机上的"]}).status_code == 409
    yield SiteVersion.objects.get(key=first["key"])
    SiteVersion.objects.all().delete()


@pytest.fixture
def choose(signed_in: Callable[..., Any], kept: Any) -> Callable[[], Any]:
    """The clerk looks at both now; called, the clerk has chosen the telephone's."""
    client, address = signed_in("clerk"), f"/cases/{kept.case}/versions/{kept.pk}/"
    drawn = client.get(address).content.decode()
    said = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', drawn))
    said |= dict.fromkeys(re.findall(r'type="radio" name="([^"]+)"', drawn), "telephone")

    def chosen() -> Any:
        return client.post(address, said)

    return chosen


def _settled(kept: Any) -> dict[str, str]:
    from evidence.web.site.choosing import settled_keys

    return settled_keys(kept.owner)


def _standing(workspace: Workspace, visit: str) -> Any:
    versions = [each for each in workspace.ledger.view.visits(sample.HEAVY) if each.id == visit]
    return max(versions, key=lambda each: each.version)


def test_what_was_chosen_stands_and_the_telephone_is_told(
    choose: Callable[[], Any], kept: Any, workspace: Workspace
) -> None:
    assert choose().status_code == 302
    assert _standing(workspace, kept.visit).summary == "手机上的"
    assert _settled(kept) == {kept.key: kept.visit}


def test_what_came_after_the_page_was_drawn_is_not_chosen_unseen(
    choose: Callable[[], Any], send: Callable[..., Any], kept: Any, workspace: Workspace
) -> None:
    assert send(typed={WORDS: ["后来才写的"]}).status_code == 409
    answer = choose()
    assert answer.status_code == 409
    assert "后来才写的" in answer.content.decode()
    assert _standing(workspace, kept.visit).summary == "资料员更正"
    assert _settled(kept) == {}


def test_what_a_colleague_corrected_after_the_page_was_drawn_is_shown_first(
    choose: Callable[[], Any], kept: Any, workspace: Workspace
) -> None:
    standing = _standing(workspace, kept.visit)
    again = replace(standing, version=standing.version + 1, summary="同事又更正")
    workspace.ledger.append("desk:lead", VisitRecorded(visit=again))
    assert choose().status_code == 409
    assert _standing(workspace, kept.visit).summary == "同事又更正"


def test_what_a_telephone_sends_while_a_choice_is_entered_goes_on_waiting(
    choose: Callable[[], Any], send: Callable[..., Any], kept: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = Entry.take

    def meanwhile(entry: Entry) -> Taken:
        taken = take(entry)
        monkeypatch.setattr(Entry, "take", take)
        assert send(typed={WORDS: ["后来才写的"]}).status_code == 409
        return taken

    monkeypatch.setattr(Entry, "take", meanwhile)
    choose()
    kept.refresh_from_db()
    assert not kept.settled
    assert "后来才写的" in kept.body


def test_what_was_refused_after_a_choice_is_not_called_settled(
    choose: Callable[[], Any], send: Callable[..., Any], kept: Any
) -> None:
    choose()
    answer = send(typed={**CALL, "head|到达时间": ["2031-04-01T10:00"], "head|离开时间": []})
    assert answer.status_code == 409
    assert answer.json()["sent"]
    assert _settled(kept) == {}
