"""Every link of every document leads somewhere: the file is there, and the heading in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, anchors, links, name_of


def lead_nowhere(page: Path) -> list[str]:
    """The links of a page whose file or heading is not there."""
    wrong = []
    for link in links(page):
        if "://" in link or link.startswith("mailto:"):
            continue
        target, _hash, anchor = link.partition("#")
        file = (page.parent / target).resolve() if target else page
        if not file.exists() or not file.is_relative_to(ROOT) or (anchor and anchor not in anchors(file)):
            wrong.append(link)
    return wrong


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert lead_nowhere(page) == []


def test_a_link_that_leads_nowhere_is_seen(tmp_path: Path) -> None:
    page = ROOT / "docs" / "ledger.md"
    told = page.read_text("utf-8")
    assert lead_nowhere(page) == []
    wrong = tmp_path / "page.md"
    wrong.write_text(f"{told}\n[there](nowhere.md) [here](#no-such-heading)", "utf-8")
    assert {"nowhere.md", "#no-such-heading"} <= set(lead_nowhere(wrong))


def test_every_document_is_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    todo = [ROOT / "README.md", ROOT / "README.zh-CN.md"]
    while todo:
        page = todo.pop()
        if page in reached or page.suffix != ".md" or not page.is_file():
            continue
        reached.add(page)
        for link in links(page):
            if "://" not in link:
                target = (page.parent / link.partition("#")[0]).resolve()
                todo += sorted(target.glob("*.md")) if target.is_dir() else [target]
    docs = {page for page in PAGES if page.is_relative_to(ROOT / "docs")}
    assert sorted(map(name_of, docs - reached)) == []


SOURCE = re.compile(r"`([\w./-]+/[\w.-]+\.(?:py|sh|typ))`|`(test_[a-z_0-9]+)`")
PLACES = (ROOT, ROOT / "evidence", ROOT / "tests", ROOT / "scripts")
TESTS = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_module_and_test_a_page_names_is_there(page: Path) -> None:
    missing = [
        path or test
        for path, test in SOURCE.findall(page.read_text("utf-8"))
        if not (test in TESTS if test else any((place / path).is_file() for place in PLACES))
    ]
    assert missing == []
