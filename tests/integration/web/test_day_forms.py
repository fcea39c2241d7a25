"""The blank records of a planned day: one that cannot be made does not keep the others from the printer."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from evidence.domain.identifiers import CaseId
from evidence.domain.register import PlanLine, PlannedWork
from evidence.errors import InputError
from evidence.forms import batch
from evidence.forms.batch import Batch, Failure
from evidence.forms.source import IssueRequest
from evidence.web.host import Host
from evidence.web.week_forms import Wanted
from tests.support.desk_client import DeskClient
from tests.support.desk_fixture import CHECK_RECORD

CASES = [CaseId("WJB22-0001"), CaseId("WJB22-0002")]
REFUSED = InputError("缺少企业地址。", remedy="请补登名册。")


def said_at_the_end(host: Host, monkeypatch: pytest.MonkeyPatch, fail: Sequence[CaseId]) -> str:
    """What the page of the job says once two records were asked for and these were refused."""
    view = host.workspace.ledger.view
    planned = [
        Wanted(
            line=PlanLine(day=date(2022, 3, 30), enterprise=found.enterprise, work=PlannedWork.CHECK),
            form="inspection-record",
            case=found.id,
            ready=None,
        )
        for case in CASES
        if (found := view.case(case)) is not None
    ]
    document = view.document(CHECK_RECORD)
    assert document is not None
    issued = document.form

    def instead(requests: Sequence[IssueRequest], *_: object, **__: object) -> Batch:
        assert [request.case for request in requests] == CASES
        refused = tuple(Failure(request=each, error=REFUSED) for each in requests if each.case in fail)
        return Batch(issued=(issued,) * (len(requests) - len(refused)), failures=refused)

    monkeypatch.setattr("evidence.web.plan.wanted_on", lambda *_: planned)
    monkeypatch.setattr(batch, "issue_batch", instead)
    from django.contrib.auth import get_user_model

    client = DeskClient(SERVER_NAME="127.0.0.1")
    user: Any = get_user_model().objects.get(username="lead")
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    job = client.post("/plan/forms/", {"week": "2022-W13", "day": "2022-03-30"})["Location"]
    deadline = time.monotonic() + 20
    while "hx-get" in (page := client.get(job).content.decode()) and time.monotonic() < deadline:
        continue
    return page


def test_all_that_could_be_made_are_printed_together(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    page = said_at_the_end(host, monkeypatch, fail=[])
    assert "当天的文书已备好" in page
    assert "没有签发" not in page


def test_one_that_was_refused_is_named_with_its_reason_and_the_other_printed(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = said_at_the_end(host, monkeypatch, fail=CASES[1:])
    assert "✕ WJB22-0002 没有签发：缺少企业地址。请补登名册。" in page
    assert f"有 1 份没有签发，原因见上；其余的请一次打印：{CHECK_RECORD}" in page


def test_when_none_could_be_made_the_reason_is_the_answer(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = said_at_the_end(host, monkeypatch, fail=CASES)
    assert page.count("没有签发") == 2
    assert 'class="notice success"' not in page
