"""Who may do what at the desk."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.web.roles import Act, Role, may, table

READING = {Act.SEE, Act.JUDGE_PACKAGE, Act.DOWNLOAD_PACKAGE}


@pytest.mark.parametrize(("role", "more"), [(Role.AUDITOR, set()), (Role.REGULATOR, {Act.WATCH})])
def test_readers_only_read_and_an_outside_auditor_sees_no_films(role: Role, more: set[Act]) -> None:
    assert {act for act in Act if may(role, act)} == READING | more


def test_the_lead_may_everything_and_the_clerk_no_exceptions() -> None:
    assert all(may(Role.LEAD, act) for act in Act)
    refused = {act for act in Act if not may(Role.CLERK, act)}
    assert refused == {Act.WAIVE, Act.BUILD_INCOMPLETE, Act.ACCOUNTS}


def test_an_inspector_reaches_nothing_but_the_own_visits() -> None:
    assert {act for act in Act if may(Role.INSPECTOR, act)} == {Act.ON_SITE}


def test_nobody_may_nothing() -> None:
    assert not any(may(None, act) for act in Act)


def test_the_documentation_shows_the_same_table() -> None:
    text = (Path(__file__).parents[3] / "docs/desk-roles.md").read_text(encoding="utf-8")
    assert table() in text
