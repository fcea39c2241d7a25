"""The index of the journal by thing and account."""

from __future__ import annotations

import pytest

from evidence.ledger.acting import account_of
from evidence.web.trail import _runs


@pytest.mark.parametrize(
    ("positions", "runs"),
    [([], []), ([7], [(7, 7)]), ([1, 2, 30], [(1, 30)]), ([0, 1, 90, 95], [(0, 1), (90, 95)])],
)
def test_near_lines_are_read_together(positions: list[int], runs: list[tuple[int, int]]) -> None:
    assert list(_runs(positions)) == runs


@pytest.mark.parametrize(
    ("actor", "account"), [("desk:lead（P1）", "lead"), ("test", "test"), ("cli:root（P01）", "root")]
)
def test_an_account_is_named_without_its_place(actor: str, account: str) -> None:
    assert account_of(actor) == account
