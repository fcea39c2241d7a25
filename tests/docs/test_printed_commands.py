"""Every command printed in a document is run, in the order of its page, in a workspace of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, blocks, name_of
from tests.docs.running import CONSOLE, NOT_RUN, REASONS, run_page

FROM_NOTHING = {"README.md": "en_US.UTF-8", "docs/tutorial.zh.md": "zh_CN.UTF-8"}
"""Pages from an empty folder on, and the language of their reader; their twins show the same commands."""


@pytest.mark.slow
@pytest.mark.office
@pytest.mark.parametrize(("name", "language"), FROM_NOTHING.items(), ids=str)
def test_a_stranger_gets_to_a_verified_package(name: str, language: str, tmp_path: Path) -> None:
    done = run_page(ROOT / name, tmp_path, language=language)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    workspace = tmp_path / "home" / "承安证据"
    assert len(list((workspace / "archive/handover").glob("WJB-*.zip"))) == 1
    assert "TOTAL-PASSED" in done.stdout
    if "tutorial" in name:
        assert "TOTAL-FAILED" in done.stdout


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_what_is_not_run_says_what_it_needs(page: Path) -> None:
    for block in blocks(page):
        if block.info.startswith(CONSOLE) and block.info != CONSOLE:
            assert block.info.startswith(NOT_RUN), block
            assert any(reason in block.info for reason in REASONS), block
