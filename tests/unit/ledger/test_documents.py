"""Several scans of one page: which marks they show together."""

from datetime import UTC, datetime

import pytest

from evidence.domain.document import BoxKind, Mark, MarkVerdict, ScannedPage
from evidence.domain.identifiers import Number, Sha256
from evidence.ledger.documents import DISAGREEING, Copy, agreed

PRESENT, ABSENT, UNDECIDED = MarkVerdict.PRESENT, MarkVerdict.ABSENT, MarkVerdict.UNDECIDED
NOW = datetime(2022, 4, 1, tzinfo=UTC)


def copy(seq, verdict, *, since=(), compared=(), by=""):
    """A scan of one page with one box; its picture is named after its place in the journal."""
    mark = Mark(
        box="escort",
        kind=BoxKind.SIGNATURE,
        role="escort",
        page=1,
        required=True,
        verdict=verdict,
        score=900,
        decided_by=by,
        new_since=tuple(Sha256(f"picture-{n}") for n in since),
    )
    page = ScannedPage(
        number=Number("WJB22-0001-JC-001"),
        page=1,
        arrival=f"A-{seq}",
        sha256=Sha256("0" * 64),
        index=0,
        quality=500,
        marks=(mark,),
        picture=Sha256(f"picture-{seq}"),
        compared_with=None if compared is None else tuple(Sha256(f"picture-{n}") for n in compared),
    )
    return Copy(page=page, received_at=NOW, seq=seq)


def verdict(best, *copies):
    (mark,) = agreed(best, copies).marks
    return mark.verdict


def test_a_later_present_with_new_strokes_stands():
    first, then = copy(1, ABSENT), copy(2, PRESENT, since=[1], compared=[1])
    assert verdict(then, first, then) is PRESENT
    assert verdict(first, first, then) is PRESENT


def test_a_later_present_without_new_strokes_is_undecided_and_says_why():
    first, then = copy(1, ABSENT), copy(2, PRESENT, compared=[1])
    (mark,) = agreed(then, (first, then)).marks
    assert (mark.verdict, mark.why) == (UNDECIDED, DISAGREEING)


def test_a_later_absent_over_a_present_is_undecided():
    first, then = copy(1, PRESENT), copy(2, ABSENT, compared=[1])
    assert verdict(first, first, then) is UNDECIDED


def test_new_strokes_must_be_new_against_every_scan_that_lacks_them():
    copies = copy(1, ABSENT), copy(2, ABSENT, compared=[1]), copy(3, PRESENT, since=[2], compared=[1, 2])
    assert verdict(copies[2], *copies) is UNDECIDED


def test_scans_in_one_file_that_disagree_are_undecided():
    first, then = copy(1, ABSENT), copy(1, PRESENT)
    assert verdict(then, first, then) is UNDECIDED


@pytest.mark.parametrize("said", [PRESENT, ABSENT])
def test_a_persons_word_about_the_copy_in_force_stands(said):
    first, then = (
        copy(1, said, by="clerk:lihua"),
        copy(2, ABSENT if said is PRESENT else PRESENT, compared=[1]),
    )
    assert verdict(first, first, then) is said


def test_scans_read_before_they_were_compared_stand_as_they_stood():
    first, then = copy(1, ABSENT, compared=None), copy(2, PRESENT, compared=None)
    assert verdict(then, first, then) is PRESENT


def test_agreeing_scans_stay_as_they_are():
    first, then = copy(1, PRESENT), copy(2, PRESENT, compared=[1])
    assert verdict(then, first, then) is PRESENT
    first, then = copy(1, UNDECIDED), copy(2, ABSENT, compared=[1])
    assert verdict(then, first, then) is ABSENT
