"""The free part of a ruled cell, for any cell and any print."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evidence.domain.document import BoxKind
from evidence.forms.anchors import FoundAnchor, Rect, box_rect, enclosing_cell, free_part

CELL = Rect(100, 200, 300, 320)


@st.composite
def rectangles(draw: st.DrawFn) -> Rect:
    """Print somewhere in or across the cell."""
    left, bottom = draw(st.floats(60, 320)), draw(st.floats(160, 340))
    return Rect(left, bottom, left + draw(st.floats(3, 120)), bottom + draw(st.floats(3, 40)))


@given(st.lists(rectangles(), max_size=6))
def test_the_free_part_lies_in_the_cell_and_touches_no_print(print_rects: list[Rect]) -> None:
    inside = [rect for rect in print_rects if rect.overlaps(CELL)]
    free = free_part(CELL, inside)
    assert CELL.left <= free.left <= free.right <= CELL.right
    assert CELL.bottom <= free.bottom <= free.top <= CELL.top
    if free.area > 0:
        assert not any(free.overlaps(rect) for rect in inside)


@given(st.floats(101, 299), st.floats(201, 319))
def test_any_point_of_a_cell_finds_that_cell(x: float, y: float) -> None:
    across = [Rect(0, level - 0.5, 400, level + 0.5) for level in (100, 200, 320, 500)]
    upright = [Rect(level - 0.5, 0, level + 0.5, 600) for level in (50, 100, 300, 380)]
    assert enclosing_cell(x, y, across, upright) == CELL


def test_a_point_outside_every_rule_finds_none() -> None:
    assert enclosing_cell(10, 10, [Rect(0, 20, 400, 21)], [Rect(0, 0, 1, 600)]) is None


def test_an_unruled_anchor_gives_no_box() -> None:
    anchor = FoundAnchor(box="escort", page=1, x=1, y=1, cell=None, print=())
    assert box_rect(anchor, BoxKind.SIGNATURE) is None


def test_a_date_box_is_the_row_of_its_print_when_other_print_shares_the_cell() -> None:
    label, row = Rect(105, 300, 200, 312), Rect(220, 205, 290, 216)
    anchor = FoundAnchor(box="d", page=1, x=291, y=210, cell=CELL, print=(label, row))
    box = box_rect(anchor, BoxKind.DATE)
    assert box is not None
    assert not box.overlaps(label)
    assert box.bottom < row.bottom
    assert box.top > row.top
