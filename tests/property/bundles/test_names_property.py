"""Whatever a clerk calls a file, its name inside a package is sound."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from evidence.bundles.names import MAX_BYTES, component, is_sound, unique


@given(st.text(max_size=120), st.sampled_from(["", ".pdf", ".tiff"]))
def test_every_text_becomes_a_sound_component(text: str, suffix: str) -> None:
    name = component(text, suffix)
    assert is_sound(name)
    assert len(name.encode()) <= MAX_BYTES
    assert unicodedata.is_normalized("NFC", name)


@given(st.lists(st.text(max_size=40), max_size=12))
def test_names_made_unique_never_collide_on_a_disk_that_ignores_case(texts: list[str]) -> None:
    taken: set[str] = set()
    for text in texts:
        name = unique(component(text, ".pdf"), taken)
        assert name.casefold() not in {each.casefold() for each in taken}
        taken.add(name)
