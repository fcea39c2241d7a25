"""Lines stay packed until somebody looks at one, and say the same then."""

from __future__ import annotations

from dataclasses import replace

from evidence.rules.clause import Kind
from evidence.web.lines import Lines
from evidence.web.worklist import MajorHazard
from tests.support.worklist_sources import CASE, OTHER, TODAY, due_item, finding, lines_of

MAJOR = MajorHazard(case=CASE, enterprise="E001", hazard="H01", words="除尘系统", reported=False)
PLAIN = lines_of(
    findings=[
        finding("G06-escort-signature", Kind.REVIEW, document=f"{CASE}-JC"),
        finding("V02-whole-visit", case=OTHER),
        finding("G02-confidentiality", due=TODAY),
    ],
    due=[due_item("P03-urging-window", last=-1, overdue=True)],
    majors=[MAJOR],
)
PACKED = Lines.of(PLAIN)


def test_a_packed_line_says_what_it_said() -> None:
    assert len(PACKED) == len(PLAIN) > 4
    assert tuple(PACKED) == PLAIN
    assert tuple(PACKED[place] for place in range(len(PACKED))) == PLAIN
    assert (PACKED[-1], tuple(PACKED[1:3])) == (PLAIN[-1], PLAIN[1:3])
    assert Lines.of(PLAIN) == PACKED
    assert not Lines.of(())


def test_what_lists_are_chosen_by_lies_open() -> None:
    assert PACKED.keys == tuple(each.key for each in PLAIN)
    assert PACKED.who == tuple(each.who for each in PLAIN)
    assert PACKED.major == tuple(each.major for each in PLAIN)
    assert [PACKED.place_of(each.key) for each in PLAIN] == [*range(len(PLAIN))]
    assert PACKED.place_of("") is None


def test_only_some_of_them_keep_their_order() -> None:
    wanted = [place % 2 == 0 for place in range(len(PLAIN))]
    assert PACKED.only(wanted) == Lines.of(PLAIN[::2])
    assert PACKED.only([False] * len(PLAIN)) == Lines()


def test_others_are_put_in_before_the_places_named() -> None:
    more = [replace(PLAIN[0], key=key) for key in ("x", "y", "z")]
    joined = PACKED.joined(Lines.of(more), (0, 2, len(PLAIN)))
    assert tuple(joined) == (more[0], *PLAIN[:2], more[1], *PLAIN[2:], more[2])
    assert joined.keys[0] == "x"
    assert Lines().joined(Lines.of(more), (0, 0, 0)) == Lines.of(more)
