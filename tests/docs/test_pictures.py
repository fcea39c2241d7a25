"""The pictures of the documents show what their pages show now: words and places, not pixels."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts import desk_pictures, forms_pictures, page_pictures, site_pictures
from scripts.seen import NEAR, stale
from tests.docs.pages import PAGES, ROOT, links


@pytest.mark.slow
@pytest.mark.office
def test_no_picture_of_the_demonstration_is_stale(demo: Path, tmp_path: Path) -> None:
    """In a process of its own: the desk is set up once in each."""
    workspace = shutil.copytree(demo, tmp_path / "workspace", symlinks=True)
    _held_against("scripts.desk_pictures", str(workspace))


@pytest.mark.slow
@pytest.mark.office
def test_every_page_shows_at_every_width_what_its_picture_shows(demo: Path, tmp_path: Path) -> None:
    workspace = shutil.copytree(demo, tmp_path / "workspace", symlinks=True)
    _held_against("scripts.page_pictures", str(workspace))


def test_no_page_scrolls_sideways_at_any_width_and_each_has_its_picture() -> None:
    kept = json.loads(page_pictures.SEEN.read_text("utf-8"))
    assert not [name for name, words in kept.items() if any("scrolls sideways" in each[0] for each in words)]
    assert set(kept) == set(page_pictures.PAGES) == {path.stem for path in page_pictures.OUT.glob("*.png")}
    assert {Path(link).stem for link in links(page_pictures.SHOWN) if link.endswith(".png")} == set(kept)


@pytest.mark.slow
@pytest.mark.office
def test_no_picture_of_the_telephone_is_stale() -> None:
    _held_against("scripts.site_pictures")


@pytest.mark.slow
@pytest.mark.office
def test_no_picture_of_a_form_is_stale() -> None:
    _held_against("scripts.forms_pictures")


def _held_against(module: str, *workspace: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", module, "check", *workspace],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"run make pictures\n{done.stdout}{done.stderr[-2000:]}"


def test_every_picture_of_a_form_is_shown_and_has_words_to_compare() -> None:
    designer = ROOT / "docs" / "template-designer.md"
    kept = {path.stem for path in forms_pictures.OUT.glob("*.png")}
    assert {Path(link).stem for link in links(designer) if link.startswith("forms/")} == kept
    assert kept == set(json.loads(forms_pictures.SEEN.read_text("utf-8")))


def test_every_picture_that_is_kept_has_a_page_that_shows_it_and_words_to_compare() -> None:
    shown = {
        (page.parent / link).resolve()
        for page in PAGES
        for link in (*links(page), *re.findall(r'<img src="([^"]+)"', page.read_text("utf-8")))
    }
    kept = set((ROOT / "docs" / "pictures").glob("*.png"))
    assert kept - shown == set()
    told = {
        name for each in (desk_pictures, site_pictures) for name in json.loads(each.SEEN.read_text("utf-8"))
    }
    assert {path.stem for path in kept} == told


def test_a_word_that_changed_or_moved_is_seen() -> None:
    kept = {"a": [["今天", 10, 20], ["收件", 50, 20]]}
    assert stale({"a": [["今天", 10, 20], ["收件", 50, 20]]}, kept) == []
    assert "is now" in stale({"a": [["今日", 10, 20], ["收件", 50, 20]]}, kept)[0]
    assert "stands at" in stale({"a": [["今天", 10, 21 + NEAR], ["收件", 50, 20]]}, kept)[0]
    assert "words now" in stale({"a": [["今天", 10, 20]]}, kept)[0]
    assert "no picture" in stale({"b": []}, kept)[0]
