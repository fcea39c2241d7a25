"""Ink that lives in the file: drawn, and at least asked and named."""

import pytest

from evidence.demo.electronic import sign_in_file
from evidence.domain.document import MarkVerdict
from tests.support.recognition_fixture import mark, verdict

PRESENT, ABSENT, UNDECIDED = MarkVerdict.PRESENT, MarkVerdict.ABSENT, MarkVerdict.UNDECIDED


def box_of(sample, name):
    return next(box for box in sample.geometry[0].boxes if box.box.startswith(name))


@pytest.mark.parametrize("kind", ["ink", "stamp", "field"])
def test_a_signature_made_of_an_object_of_the_file_is_asked_and_named(room, sample, kind):
    path = sign_in_file(
        sample.pdf, room.folder / f"{kind}.pdf", 0, sample.geometry[0], box_of(sample, "escort"), kind
    )
    reading = room.read_path(path)[0]
    found = mark(reading, "escort")
    assert (found.verdict, found.why) == (UNDECIDED, "电子签名图像")
    assert verdict(reading, "principal") is ABSENT


@pytest.mark.parametrize("kind", ["ink", "field"])
def test_the_same_over_a_scanned_page_leaves_the_other_boxes_as_they_are(room, sample, kind):
    scan = room.scan(sample, signed={"principal"}, seed=6)
    stack = room.file([scan], f"scan-{kind}.pdf")
    path = sign_in_file(
        stack, room.folder / f"over-{kind}.pdf", 0, sample.geometry[0], box_of(sample, "escort"), kind
    )
    reading = room.read_path(path)[0]
    found = mark(reading, "escort")
    assert (found.verdict, found.why) == (UNDECIDED, "电子签名图像")
    assert verdict(reading, "principal") is PRESENT
    assert verdict(reading, "expert-1") is ABSENT


def test_a_page_without_a_scan_in_it_was_never_signed_with_a_pen(room, sample):
    import pikepdf

    box = box_of(sample, "escort")
    target = room.folder / "flattened.pdf"
    with pikepdf.open(sample.pdf) as document:
        y = sample.geometry[0].height - box.y - box.h / 2
        line = " ".join(
            f"{box.x + 10 + 8 * k} {y + (9 if k % 2 else -9)} {box.x + 14 + 8 * k} {y - 4} "
            f"{box.x + 18 + 8 * k} {y + 3} c"
            for k in range(12)
        )
        drawn = f"q 1.4 w {box.x + 10} {y} m {line} S Q".encode()
        document.pages[0].contents_add(document.make_stream(drawn))
        document.save(target)
    found = mark(room.read_path(target)[0], "escort")
    assert (found.verdict, found.why) == (UNDECIDED, "电子签名图像")
