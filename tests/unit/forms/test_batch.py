"""A batch with forms that cannot be made; LibreOffice is stood in for, the rest is real."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from evidence.domain.document import IssuedPage
from evidence.errors import IncompleteError, UsageError
from evidence.forms.batch import Batch, issue_batch
from evidence.forms.finish import Finished
from evidence.forms.office import Rendered
from evidence.forms.source import IssueRequest
from tests.support.forms_fixture import NOW, FormsWorld, forms_fixture


class Press:
    """Renders every document but those whose number is spoilt, and counts."""

    def __init__(self) -> None:
        self.spoilt: set[str] = set()
        self.boxless: set[str] = set()
        self.rendered: list[str] = []

    def render(self, documents: Mapping[str, bytes], _settings: object) -> dict[str, Rendered]:
        """Stands in for LibreOffice."""
        self.rendered += documents
        return {
            name: Rendered(name=name, pdf=None, problem="LibreOffice 无法转换")
            if name[-6:] in self.spoilt
            else Rendered(name=name, pdf=b"%PDF " + name.encode())
            for name in documents
        }

    def finish(
        self, pdf: bytes, *, number: str, draw: Any, expected: Sequence[str], **_more: Any
    ) -> Finished:
        """Stands in for measuring and stamping."""
        page = IssuedPage(page=1, width=595.0, height=842.0, check=draw(), codes=(), boxes=())
        return Finished(
            pdf=pdf, pages=(page,), missing=tuple(expected) if number[-6:] in self.boxless else ()
        )


@pytest.fixture
def press(monkeypatch: pytest.MonkeyPatch) -> Press:
    """In place of the real one."""
    made = Press()
    monkeypatch.setattr("evidence.forms.issue.render", made.render)
    monkeypatch.setattr("evidence.forms.issue.finish", made.finish)
    return made


@pytest.fixture
def world(tmp_path: Path) -> FormsWorld:
    """One enterprise with its chain."""
    return forms_fixture(tmp_path)


def batch(world: FormsWorld, *requests: IssueRequest) -> Batch:
    """Issue what can be issued."""
    return issue_batch(requests, world.issuer, now=NOW)


def ends(done: Batch) -> list[str]:
    """`WJ-001` of each form issued."""
    return [form.number[-6:] for form in done.issued]


def test_a_sound_batch_is_rendered_once(world: FormsWorld, press: Press) -> None:
    done = batch(world, world.request("WJ"), world.request("GZ"), world.request("WJ"))
    assert ends(done) == ["WJ-001", "GZ-001", "WJ-002"]
    assert done.failures == ()
    assert len(press.rendered) == 3


def test_wrong_content_leaves_the_others_and_their_numbers_whole(world: FormsWorld, press: Press) -> None:
    empty = world.request("JC", values={"检查场所": ""})
    hidden = world.request("WJ", values={"被评价人员": "甲\x07"})
    done = batch(world, world.request("WJ"), empty, hidden, world.request("WJ"))
    assert ends(done) == ["WJ-001", "WJ-002"]
    assert [failure.request for failure in done.failures] == [empty, hidden]
    assert "检查场所" in done.failures[0].error.what
    assert "U+0007" in done.failures[1].error.what


def test_what_keeps_its_number_is_not_rendered_again(world: FormsWorld, press: Press) -> None:
    press.spoilt = {"GZ-001"}
    done = batch(world, world.request("WJ"), world.request("GZ"), world.request("YT"))
    assert ends(done) == ["WJ-001", "YT-001"]
    assert "无法转换" in done.failures[0].error.what
    assert [number[-6:] for number in press.rendered] == ["WJ-001", "GZ-001", "YT-001"]


def test_a_box_that_is_not_found_fails_that_form_alone(world: FormsWorld, press: Press) -> None:
    press.boxless = {"DD-001"}
    done = batch(world, world.request("DD"), world.request("WJ"))
    assert ends(done) == ["WJ-001"]
    assert "找不到签章位置" in done.failures[0].error.what


def test_numbers_follow_on_after_a_failed_form(world: FormsWorld, press: Press) -> None:
    batch(world, world.request("JC", values={"检查场所": ""}), world.request("WJ"))
    assert ends(batch(world, world.request("JC"), world.request("WJ"))) == ["JC-001", "WJ-002"]


def test_when_none_can_be_made_nothing_is_issued(world: FormsWorld, press: Press) -> None:
    before = world.ledger.head
    done = batch(world, world.request("JC", values={"检查场所": ""}))
    assert (done.issued, len(done.failures)) == ((), 1)
    assert world.ledger.head == before


def test_a_list_that_is_wrong_itself_issues_nothing(world: FormsWorld, press: Press) -> None:
    before = world.ledger.head
    with pytest.raises(UsageError, match="没有案件"):
        batch(world, world.request("WJ"), IssueRequest(form="WJ", case="WJB22-0099"))  # type: ignore[arg-type]
    assert world.ledger.head == before


def test_one_form_alone_says_its_error(world: FormsWorld, press: Press) -> None:
    press.spoilt = {"WJ-001"}
    with pytest.raises(IncompleteError, match="无法转换"):
        world.issue(world.request("WJ"), world.request("GZ"))
    assert not world.ledger.view.documents(None)
