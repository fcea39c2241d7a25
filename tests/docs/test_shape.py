"""Each page says at its head for whom it is; decisions have one style, a day, and a place in their list."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, name_of

DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
READ = [page for page in PAGES if page.is_relative_to(ROOT / "docs") and page not in DECISIONS]
FOR_WHOM = re.compile(r"(?:For |写给)")
DECIDED = re.compile(
    r"Decided \d{4}-\d\d-\d\d\. (?:In force\.|Superseded by \[decision (\d+)\]\(([^)]+)\)\.)$"
)


@pytest.mark.parametrize("page", READ, ids=name_of)
def test_a_page_says_at_its_head_for_whom(page: Path) -> None:
    title, empty, first, *_more = page.read_text("utf-8").splitlines()
    assert title.startswith("# ")
    assert empty == ""
    assert FOR_WHOM.match(first), first


@pytest.mark.parametrize("page", DECISIONS, ids=name_of)
def test_a_decision_has_its_number_its_day_and_its_state(page: Path) -> None:
    title, empty, decided, after, *_more = page.read_text("utf-8").splitlines()
    number = int(page.name[:4])
    assert re.match(rf"# {number}\. [A-Z]", title), title
    assert (empty, after) == ("", "")
    state = DECIDED.match(decided)
    assert state is not None, decided
    if state[1]:
        successor = page.parent / state[2]
        assert successor.read_text("utf-8").startswith(f"# {state[1]}. ")
    listed = (page.parent / "README.md").read_text("utf-8")
    assert f"| {number} | [{title.partition('. ')[2]}]({page.name}) | {decided.split()[1][:-1]} |" in listed


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))
