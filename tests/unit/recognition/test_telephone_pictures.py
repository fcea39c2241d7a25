"""Point 7 of the research on real pages: what messengers, scanner apps, thumbs and folds do to a page."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from evidence.domain.document import BoxKind, MarkVerdict
from tests.support.recognition_fixture import all_boxes, box_pixels, verdict

SIGNATURES = frozenset({BoxKind.SIGNATURE})
PRESENT, ABSENT, UNDECIDED = MarkVerdict.PRESENT, MarkVerdict.ABSENT, MarkVerdict.UNDECIDED


def photograph(room, sample, *, dpi, quality, seed=11, **more):
    """Sent through a messenger: small, and saved anew with strong compression."""
    scan = room.scan(sample, profile="phone", seed=seed, dpi=dpi, **more)
    return replace(scan, truth=replace(scan.truth, jpeg_quality=quality))


@pytest.mark.parametrize("dpi", [110, 140])
@pytest.mark.parametrize("quality", [35, 55])
def test_a_messengers_photograph_is_linked_and_no_signature_is_made_up(room, sample, dpi, quality):
    signed = {"expert-1", "principal"}
    reading = room.read(photograph(room, sample, dpi=dpi, quality=quality, signed=signed))
    assert reading.scan is not None
    assert reading.number == sample.issued.number
    assert verdict(reading, "expert-1") is not ABSENT
    assert verdict(reading, "escort") is not PRESENT
    assert not any("200 dpi" in note for note in reading.scan.notes), "nothing is open for lack of resolution"


def test_a_thumb_on_a_box_leaves_it_to_a_person(room, sample):
    def thumb(rng, canvas):
        x, y, w, h = box_pixels(canvas, "principal")
        middle = (x + w, y + h // 2)
        size = (int(14 * canvas.mm), int(9 * canvas.mm))
        cv2.ellipse(canvas.image, middle, size, 0, 0, 360, (125, 150, 205), -1, cv2.LINE_AA)

    reading = room.read(photograph(room, sample, dpi=200, quality=80, retouch=thumb))
    assert reading.scan is not None
    assert verdict(reading, "principal") is not PRESENT
    assert verdict(reading, "expert-1") is not PRESENT


@pytest.mark.parametrize(
    ("seed", "pressed"),
    [
        pytest.param(11, "expert-1", id="in the middle of its box, slightly blurred"),
        pytest.param(198, "expert-2", id="over the edge of two boxes"),
        pytest.param(266, "escort", id="wholly in its box, every ridge sharp"),
    ],
)
def test_the_ridges_of_a_red_fingerprint_do_not_sign(room, sample, seed, pressed):
    """These three unsigned boxes were called signed: a thumb's ridges are as long and narrow as strokes."""
    reading = room.read(photograph(room, sample, dpi=200, quality=80, seed=seed))
    assert verdict(reading, pressed) is UNDECIDED
    assert any(mark.box == f"{pressed}-p1.fingerprint" for mark in reading.scan.marks)
    names = all_boxes(sample, SIGNATURES)
    assert {name for name in names if verdict(reading, name) is PRESENT} == set()


@pytest.mark.parametrize(("seed", "pressed"), [(11, "expert-1"), (198, "expert-2"), (266, "escort")])
def test_a_fingerprint_without_colour_is_asked(room, sample, seed, pressed):
    """These three, too, were called signed: gray ridges are told by their running side by side."""
    reading = room.read(photograph(room, sample, dpi=200, quality=80, seed=seed, mode="gray"))
    assert verdict(reading, pressed) is UNDECIDED


def test_a_corner_folded_over_its_code_and_a_box_is_asked_not_called_empty(room, sample):
    def fold(rng, canvas):
        code = next(code for code in sample.geometry[0].codes if code.corner == "B")
        x, y, w, h = box_pixels(canvas, "principal-date")
        top = min(y - 10, round(code.y * canvas.pt))
        back = np.array([[0, canvas.image.shape[0]], [0, top], [x + w, canvas.image.shape[0]]])
        cv2.fillPoly(canvas.image, [back], (176, 184, 190), cv2.LINE_AA)
        cv2.fillPoly(
            canvas.image, [np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]])], (176, 184, 190)
        )

    reading = room.read(room.scan(sample, retouch=fold))
    assert reading.scan is not None
    assert reading.scan.identity == "proven"
    assert verdict(reading, "principal-date") is UNDECIDED


@pytest.mark.parametrize("mode", ["color", "gray"])
def test_a_picture_whitened_by_a_scanner_app_keeps_its_signatures(room, sample, mode):
    scan = room.scan(sample, profile="phone", seed=12, dpi=170, mode="color", signed={"expert-1", "escort"})
    picture = scan.image if mode == "color" else cv2.cvtColor(scan.image, cv2.COLOR_BGR2GRAY)
    paper = cv2.medianBlur(cv2.dilate(picture, np.ones((25, 25))), 51)
    white = cv2.convertScaleAbs(cv2.divide(picture, np.maximum(paper, 30), scale=255), alpha=1.5, beta=-110)
    reading = room.read(replace(scan, image=white))
    assert reading.scan is not None
    assert verdict(reading, "expert-1") is not ABSENT
    assert verdict(reading, "escort") is not ABSENT
    assert verdict(reading, "expert-2") is not PRESENT


def test_a_strongly_curled_photograph_says_nothing_wrong_about_its_boxes(room, sample):
    """Curl of several millimetres: boxes may be asked, but none is signed that is not."""
    signed = {"expert-1", "principal"}
    for seed in (21, 22):
        scan = room.scan(sample, profile="phone", seed=seed, dpi=170, signed=signed)
        rows, columns = scan.image.shape[:2]
        across, down = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
        swing = 3.5 / 25.4 * 170
        wave = (down + swing * np.sin(2 * np.pi * across / columns)).astype(np.float32)
        curled = cv2.remap(scan.image, across, wave, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        reading = room.read(replace(scan, image=curled))
        assert reading.scan is not None
        clear = {name.rpartition("-p")[0] for name in scan.truth.touched} ^ all_boxes(sample, SIGNATURES)
        assert clear, seed
        for name in clear & all_boxes(sample, SIGNATURES):
            assert verdict(reading, name) is not (ABSENT if name in signed else PRESENT), (seed, name)
