"""A rescan is judged beside the scan before it: only strokes that came since make a mark new."""

import pytest

from evidence.demo.creases import Crease, press_crease
from evidence.domain.document import MarkVerdict
from evidence.recognition.reading import EarlierScan
from tests.support.recognition_fixture import BLUE, box_pixels, mark, signature, verdict
from tests.unit.recognition.test_seals import pressed

PRESENT, ABSENT = MarkVerdict.PRESENT, MarkVerdict.ABSENT


@pytest.fixture
def before(room, sample):
    """The first page scanned with nobody's signature, kept as an earlier scan."""
    reading = room.read(room.scan(sample, seed=3))
    picture = reading.scan.picture
    path = room.folder / "earlier.jpg"
    path.write_bytes(room.pictures.kept[picture])
    empty = tuple(each.box for each in reading.scan.marks if each.verdict is ABSENT)
    kept = EarlierScan(picture=picture, path=str(path), absent=empty)
    room.earlier_scans = {(sample.issued.number, 1): (kept,)}
    yield kept
    room.earlier_scans = {}


def test_a_signature_written_since_is_new(room, sample, before):
    reading = room.read(room.scan(sample, retouch=signature("escort", BLUE, waves=6), seed=8))
    found = mark(reading, "escort")
    assert (found.verdict, found.new_since) == (PRESENT, (before.picture,))
    assert reading.scan.compared_with == (before.picture,)
    assert mark(reading, "principal").new_since == ()


def test_a_seal_pressed_since_is_new(room, sample, before):
    found = mark(room.read(room.scan(sample, retouch=pressed(), seed=8)), "enterprise-seal")
    assert (found.verdict, found.new_since) == (PRESENT, (before.picture,))


def test_what_was_there_before_is_not_new(room, sample, before):
    """The earlier scan shows the same strokes though it was called empty: nothing came since."""
    written = signature("escort", BLUE, waves=6)
    old = room.read(room.scan(sample, retouch=written, seed=3))
    path = room.folder / "written.jpg"
    path.write_bytes(room.pictures.kept[old.scan.picture])
    kept = EarlierScan(picture=old.scan.picture, path=str(path), absent=(mark(old, "escort").box,))
    room.earlier_scans = {(sample.issued.number, 1): (kept,)}
    found = mark(room.read(room.scan(sample, retouch=written, seed=8)), "escort")
    assert (found.verdict, found.new_since) == (PRESENT, ())


def test_a_picture_that_was_deleted_proves_nothing(room, sample, before):
    gone = EarlierScan(picture=before.picture, path="", absent=before.absent)
    room.earlier_scans = {(sample.issued.number, 1): (gone,)}
    reading = room.read(room.scan(sample, retouch=signature("escort", BLUE, waves=6), seed=8))
    assert mark(reading, "escort").new_since == ()


def test_a_crease_that_came_since_signs_nothing(room, sample, before):
    def fold(rng, canvas):
        x, y, w, h = box_pixels(canvas, "escort")
        at = {"x": x + w / 2, "y": y + h / 2, "before": 300, "after": 300}
        press_crease(rng, canvas, Crease(**at, angle=20, depth=0.6))

    assert verdict(room.read(room.scan(sample, retouch=fold, seed=8)), "escort") is not PRESENT
