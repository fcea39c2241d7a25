"""Whatever people type, cells are read the same way or refused in words; numbers never collide."""

from __future__ import annotations

import unicodedata
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from evidence.domain.document import BoxKind
from evidence.forms import cells
from evidence.forms.content.wording import choices, day
from evidence.forms.declaration import BoxDeclaration, FormDeclaration

DAYS = st.dates(date(1990, 1, 1), date(2099, 12, 31))
PATTERNS = st.sampled_from(
    ["{0}-{1}-{2}", "{0}/{1:02d}/{2:02d}", "{0}年{1}月{2}日", "{0}.{1}.{2}", "'{0}-{1}-{2}"]
)


@given(DAYS, PATTERNS, st.booleans())
def test_any_day_survives_any_way_of_writing_it(when: date, pattern: str, wide: bool) -> None:
    written = pattern.format(when.year, when.month, when.day)
    if wide:
        written = "".join(chr(ord(c) + 0xFEE0) if c.isdigit() else c for c in written)
    assert cells.day(written) == when
    assert cells.day(day(when)) == when


@given(st.text(max_size=30))
def test_text_is_clean_or_refused(written: str) -> None:
    try:
        read = cells.text(written)
    except cells.CellError:
        assert any(unicodedata.category(c) in ("Cc", "Cf", "Cn", "Cs") for c in written)
        return
    assert read == unicodedata.normalize("NFC", read)
    assert read == read.strip()
    assert not any(unicodedata.category(c) == "Cc" and c not in "\n\t\r\x80\x85" for c in read if c < "\x7f")
    assert cells.text(read) == read or read[:1] in "'‘"


@given(st.lists(st.sampled_from("甲乙丙丁"), unique=True))
def test_exactly_the_chosen_boxes_are_ticked(chosen: list[str]) -> None:
    shown = choices("甲乙丙丁", chosen)
    assert {part[-1] for part in shown.split("　") if part.startswith("☑")} == set(chosen)


@given(st.integers(1, 99), st.booleans())
def test_a_family_of_boxes_never_takes_a_date_box_for_a_signature(number: int, dated: bool) -> None:
    family = BoxDeclaration(box="expert-*", kind=BoxKind.SIGNATURE, role="expert")
    dates = BoxDeclaration(box="expert-*-date", kind=BoxKind.DATE, role="expert")
    form = FormDeclaration(id="x", code="XX", title="x", short="x", fields=(), boxes=(family, dates))
    name = f"expert-{number}-date" if dated else f"expert-{number}"
    assert form.declared_box(name) is (dates if dated else family)
    assert form.declared_box(f"expert-{number}x") is None
