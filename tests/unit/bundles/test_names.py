"""Names inside a package keep the rules of the package format."""

from __future__ import annotations

import pytest

from evidence.bundles.names import component, is_sound, split_suffix, unique


@pytest.mark.parametrize(
    ("text", "suffix", "expected"),
    [
        ("扫描 7", ".pdf", "扫描 7.pdf"),
        ('a/b\\c:d*e?f"g<h>i|j%k', "", "a_b_c_d_e_f_g_h_i_j_k"),
        ("..", "", "_"),
        ("", "", "_"),
        (" 甲公司. ", "", "甲公司"),
        ("CON", "", "_CON"),
        ("com1.txt", "", "_com1.txt"),
        ("e\u0301te\u0301", "", "été"),
        ("左\u202e右\u200b\x00\x85", "", "左右"),
    ],
)
def test_a_component_is_readable_everywhere(text: str, suffix: str, expected: str) -> None:
    assert component(text, suffix) == expected


def test_a_long_name_is_cut_at_a_whole_character_and_keeps_its_suffix() -> None:
    name = component("检" * 60, ".tif")
    assert len(name.encode()) <= 80
    assert name.endswith("检.tif")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("扫描.JPG", ("扫描", ".jpg")),
        ("noext", ("noext", "")),
        (".hidden", (".hidden", "")),
        ("v1.2 终稿", ("v1.2 终稿", "")),
        ("a.tar.gz", ("a.tar", ".gz")),
    ],
)
def test_a_suffix_is_told_from_a_dot_in_the_name(name: str, parts: tuple[str, str]) -> None:
    assert split_suffix(name) == parts


def test_a_name_taken_in_other_case_gets_a_counter() -> None:
    assert unique("A.pdf", {"a.PDF"}) == "A-2.pdf"
    assert unique("A.pdf", {"a.pdf", "a-2.pdf"}) == "A-3.pdf"
    assert unique("B.pdf", {"a.pdf"}) == "B.pdf"


@pytest.mark.parametrize("path", ["", "/etc/passwd", "data/../x", "data//x", "a%0Ab", "data/x ", "a\x7f"])
def test_unsound_paths_are_told(path: str) -> None:
    assert not is_sound(path)
