"""Other people's paper on a box: whatever is printed or written on it signs nothing, and it is named."""

from dataclasses import dataclass
from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from evidence.demo.covers import COVERS, business_card, lay_on_a_box, lay_paper, other_sheet, receipt, slip
from evidence.demo.seal import stamp
from evidence.domain.document import MarkVerdict
from evidence.recognition.reference import MM
from evidence.recognition.surroundings import have_strayed
from tests.support.recognition_fixture import box_pixels, mark, verdict


def lying(kind, seed):
    """A piece of paper on the middle of a box."""

    def retouch(_rng, canvas):
        x, y, w, h = box_pixels(canvas, "expert-1")
        kind(np.random.default_rng(seed), canvas, (x + 0.4 * w, y + h / 2))

    return retouch


@pytest.mark.parametrize("kind", [receipt, business_card, slip])
@pytest.mark.parametrize("seed", range(2))
def test_paper_of_others_on_a_box_is_asked_and_named(room, sample, kind, seed):
    found = mark(room.read(room.scan(sample, retouch=lying(kind, seed))), "expert-1")
    assert (found.verdict, found.why) == (MarkVerdict.UNDECIDED, "有别的纸或物盖在上面")


def test_another_sheet_of_the_same_form_on_a_box_is_asked(room, sample):
    def retouch(_rng, canvas):
        x, y, w, _h = box_pixels(canvas, "expert-1")
        other_sheet(np.random.default_rng(3), canvas, canvas.image.copy(), (x + w, y + 0.3 * canvas.dpi))

    assert verdict(room.read(room.scan(sample, retouch=retouch)), "expert-1") is MarkVerdict.UNDECIDED


@pytest.mark.parametrize("corner", [(0.3, -0.05), (0.6, 1.02)])
def test_a_seal_is_asked_where_paper_of_others_reaches_over_its_boxs_border(room, sample, corner):
    """The seal itself is whole and plain to see: what else lies under the slip nobody knows."""

    def retouch(_rng, canvas):
        box = next(box for box in canvas.boxes if box.box.startswith("enterprise-seal"))
        stamp(np.random.default_rng(3), canvas, box, "常州鑫盛精密机械有限公司")
        x, y, w, h = box_pixels(canvas, "enterprise-seal")
        slip(np.random.default_rng(1), canvas, (x + corner[0] * w, y + corner[1] * h))

    found = mark(room.read(room.scan(sample, retouch=retouch)), "enterprise-seal")
    assert found.verdict is MarkVerdict.UNDECIDED


def without_labels(rng, canvas):
    """The printed words left of every signature box are painted out, the rules of the table are not."""
    for left, right in ((21.5, 43.5), (98.5, 133.5)):
        for top in (198.5, 212.5):
            rows = slice(round(top * canvas.mm), round((top + 11) * canvas.mm))
            canvas.image[rows, round(left * canvas.mm) : round(right * canvas.mm)] = 252


@pytest.mark.parametrize("profile", ["clean", "office"])
def test_words_missing_beyond_a_whole_frame_do_not_cover_the_box(room, sample, profile):
    """They were painted out, which is flagged; nothing lies on the box, or its frame would be hidden."""
    scan = room.scan(sample, profile=profile, seed=3, signed={"escort"}, retouch=without_labels)
    reading = room.read(scan)
    assert "altered_print" in {found.kind for found in reading.scan.alterations}
    assert verdict(reading, "escort") is MarkVerdict.PRESENT
    assert {verdict(reading, name) for name in ("expert-2", "principal")} == {MarkVerdict.ABSENT}


@pytest.mark.parametrize("reach", [0.08, 0.3])
def test_a_slip_that_hides_words_and_reaches_over_the_frame_is_still_asked(room, sample, reach):
    def retouch(rng, canvas):
        without_labels(rng, canvas)
        x, y, w, h = box_pixels(canvas, "escort")
        paper = np.full((2 * h, round(reach * w + 12 * canvas.mm), 3), 250, np.uint8)
        centre = (x + reach * w - paper.shape[1] / 2, y + h / 2)
        lay_paper(np.random.default_rng(2), canvas, paper, centre, 4)

    reading = room.read(room.scan(sample, signed={"escort", "principal"}, retouch=retouch))
    assert verdict(reading, "escort") is MarkVerdict.UNDECIDED
    assert verdict(reading, "principal") is MarkVerdict.PRESENT


@pytest.mark.parametrize("kind", COVERS)
def test_each_cover_of_the_simulator_covers_some_box_and_says_so(room, sample, kind):
    scan = room.scan(
        sample, retouch=lambda _rng, canvas: lay_on_a_box(np.random.default_rng(2), canvas, kind)
    )
    reading = room.read(scan)
    covered = {box.rpartition("-p")[0] for box in scan.truth.covered}
    assert covered
    assert {name for name in covered if verdict(reading, name) is MarkVerdict.PRESENT} == set()


@dataclass(frozen=True, eq=False)
class Issued:
    """A page as it was issued."""

    gray: np.ndarray


def strays(*moves):
    """Whether 年 月 日 at the foot, moved so many mm right and down, have strayed; None: a slip hides one."""
    page = np.full((round(60 * MM), round(80 * MM)), 255, np.uint8)
    seen = page.copy()
    places = []
    for k, (letter, move) in enumerate(zip("BRK", moves, strict=True)):
        x, y, side = round((15 + 15 * k) * MM), round(30 * MM), round(3.6 * MM)
        places.append((x, y, side, side))
        cv2.putText(page, letter, (x, y + side), cv2.FONT_HERSHEY_SIMPLEX, side / 22, 0, 2)
        if move is not None:
            across, down = (round(each * MM) for each in move)
            place = (x + across, y + side + down)
            cv2.putText(seen, letter, place, cv2.FONT_HERSHEY_SIMPLEX, side / 22, 60, 2)
    sheet = SimpleNamespace(gray=seen, reference=Issued(page))
    return have_strayed(sheet, np.array(places))


@pytest.mark.parametrize(
    ("moves", "strayed"),
    [
        pytest.param([(-1, 3.5), (-1, 4.2), (-1, 5)], True, id="as bent paper moves them"),
        pytest.param([(-1, 3.5), None, (-1, 5)], False, id="one is hidden"),
        pytest.param([(-1, 3.5), (-1, -3.5), (-1, 5)], False, id="every one another way"),
    ],
)
def test_words_that_bent_paper_moved_cover_no_seal_box(moves, strayed):
    assert strays(*moves) is strayed
