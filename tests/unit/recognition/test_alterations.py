"""Print that was changed after issue, ink where nobody writes, and pages that merely look worn."""

from types import SimpleNamespace

import cv2
import numpy as np
import pytest

from evidence.demo.canvas import font
from evidence.demo.creases import Crease, press_crease
from evidence.demo.pen import handwritten
from evidence.demo.seal import SEAL_FACE
from evidence.domain.document import BoxKind, MarkVerdict
from evidence.recognition.alterations import is_written_over
from tests.support.recognition_fixture import all_boxes, box_pixels, line_on, mark

MARKS = frozenset({BoxKind.SIGNATURE, BoxKind.DATE, BoxKind.SEAL})


def kinds(reading):
    assert reading.scan is not None, reading.problem
    return [alteration.kind for alteration in reading.scan.alterations]


def whiten(canvas, top_mm, bottom_mm, left_mm=21.5, right_mm=150):
    rows = slice(int(top_mm * canvas.mm), int(bottom_mm * canvas.mm))
    canvas.image[rows, int(left_mm * canvas.mm) : int(right_mm * canvas.mm)] = 252


def print_line(canvas, text, x_mm, y_mm, size_mm=11 / 72 * 25.4):
    from PIL import Image, ImageDraw

    face = font(SEAL_FACE, round(size_mm * canvas.mm))
    sheet = Image.fromarray(canvas.image)
    ImageDraw.Draw(sheet).text((x_mm * canvas.mm, y_mm * canvas.mm), text, (20, 20, 20), face)
    canvas.image = np.array(sheet)


def removed_row(rng, canvas):
    """A hazard painted out."""
    whiten(canvas, 94.5, 101.5)


def replaced_row(rng, canvas):
    """A hazard painted out and another printed over it."""
    removed_row(rng, canvas)
    print_line(canvas, "2. 食堂：未发现问题；以上情况无需整改，不再复查。", 22, 95.5)


def replaced_date(rng, canvas):
    """The visiting time of the table replaced: fourth row, 8 mm each from 42 mm."""
    whiten(canvas, 42 + 24.8, 42 + 31.2, 51.5, 150)
    print_line(canvas, "2021年12月30日 8时00分至8时05分", 52, 42 + 25.8)


@pytest.mark.parametrize("profile", ["clean", "office"])
@pytest.mark.parametrize("change", [removed_row, replaced_row, replaced_date])
def test_changed_print_is_flagged_with_its_region(room, sample, profile, change):
    reading = room.read(room.scan(sample, profile=profile, seed=3, mode="color", retouch=change))
    assert "altered_print" in kinds(reading)
    region = next(a.region for a in reading.scan.alterations if a.kind == "altered_print")
    assert all(isinstance(value, int) for value in region)
    assert 42 < region[1] / 72 * 25.4 < 103
    assert all(a.crop in room.pictures.kept for a in reading.scan.alterations)


def replaced_month(rng, canvas):
    """The printed 年 月 日 of a date box painted out, and words in its place."""
    x, y, w, h = box_pixels(canvas, "principal-date")
    inner = slice(y + round(0.06 * h), y + round(0.95 * h)), slice(x + 2, x + w - 2)
    canvas.image[inner] = 252
    print_line(canvas, "责实无人共需场其再已负内", (x + 2) / canvas.mm, y / canvas.mm + 2.6, 3.6)


@pytest.mark.parametrize("profile", ["clean", "office"])
def test_a_replaced_date_is_flagged_though_its_box_is_no_longer_empty(room, sample, profile):
    reading = room.read(room.scan(sample, profile=profile, seed=3, mode="color", retouch=replaced_month))
    assert mark(reading, "principal-date").verdict is not MarkVerdict.ABSENT
    assert "altered_print" in kinds(reading)


@pytest.mark.parametrize("mode", ["color", "gray", "bilevel"])
def test_digits_right_across_the_printed_date_alter_nothing(room, sample, mode):
    def written(rng, canvas):
        x, y, w, h = box_pixels(canvas, "principal-date")
        alpha = handwritten(np.random.default_rng(4), "2022 12 28", round(0.9 * h))
        canvas.ink(alpha, x + 0.15 * w, y + 0.05 * h, (60, 30, 20))

    reading = room.read(room.scan(sample, profile="office", seed=3, mode=mode, retouch=written))
    assert mark(reading, "principal-date").verdict is MarkVerdict.PRESENT
    assert kinds(reading) == []


@pytest.mark.parametrize("seed", [6, 9])
def test_a_signed_and_sealed_page_is_not_flagged(room, sample, seed):
    reading = room.read(room.scan(sample, seed=seed, signed=all_boxes(sample, MARKS)))
    assert kinds(reading) == []


def test_handwriting_outside_the_writable_places_is_added_ink(room, sample):
    def note(rng, canvas):
        t = np.linspace(0, 1, 120)
        across = (60 + 60 * t) * canvas.mm
        down = (172 + 3 * np.sin(t * 40)) * canvas.mm
        line_on(canvas, np.stack([across, down], 1), (150, 60, 30), 0.5)

    assert kinds(room.read(room.scan(sample, retouch=note))) == ["added_ink"]


def test_holes_folds_and_staples_are_not_alterations(room, sample):
    def wear(rng, canvas):
        height, width = canvas.image.shape[:2]
        for y in (0.36, 0.63):
            cv2.circle(
                canvas.image, (int(11 * canvas.mm), int(y * height)), int(3 * canvas.mm), (30,) * 3, -1
            )
        line_on(canvas, np.array([[0, height * 0.5], [width, height * 0.5 + 3]]), (150,) * 3, 0.4)
        cv2.line(canvas.image, (60, 60), (100, 80), (120,) * 3, 3)

    assert kinds(room.read(room.scan(sample, retouch=wear))) == []


@pytest.mark.parametrize("profile", ["clean", "office"])
def test_a_replaced_number_inside_a_line_is_flagged(room, sample, profile):
    """Only the street number of the address changes: the second row of the table."""

    def renumber(rng, canvas):
        whiten(canvas, 42 + 9, 42 + 15, 51.5 + 42, 51.5 + 62)
        print_line(canvas, "988号", 51.5 + 43, 42 + 9.8)

    reading = room.read(room.scan(sample, profile=profile, seed=3, mode="color", retouch=renumber))
    assert kinds(reading) == ["altered_print"]


@pytest.mark.parametrize("profile", ["clean", "office"])
@pytest.mark.parametrize(
    ("digits", "place"),
    [
        pytest.param("5542", (45.1, 15.5, 5.3, 3.4), id="the last digits of the form's number"),
        pytest.param("60", (113.7, 68.0, 4.3, 3.9), id="the minutes of a time"),
        pytest.param("133", (120.7, 94.8, 4.0, 3.9), id="a day amid a line"),
    ],
)
def test_a_few_digits_replaced_by_smaller_ones_are_flagged(room, sample, profile, digits, place):
    """The rest of the word is there, and the false digits are thin: the word as a whole looks like itself."""
    x, y, width, height = place

    def renumber(rng, canvas):
        whiten(canvas, y, y + height, x, x + width)
        print_line(canvas, digits, x, y + 0.05 * height, 0.8 * height)

    reading = room.read(room.scan(sample, profile=profile, seed=3, mode="color", retouch=renumber))
    assert kinds(reading) == ["altered_print"]
    left, top, wide, high = (value / 72 * 25.4 for value in reading.scan.alterations[0].region)
    assert left - width < x < left + wide
    assert top - height < y < top + high


@pytest.mark.parametrize("profile", ["clean", "office"])
@pytest.mark.parametrize(("digits", "top"), [("41", 110.1), ("881", 110.1), ("881", 124.8)])
def test_a_short_number_that_stands_alone_is_flagged(room, sample, profile, digits, top):
    """The numbers 3 and 5 before hazards: so little print is like other print by chance."""

    def renumber(rng, canvas):
        whiten(canvas, top, top + 3.2, 22.1, 25.3)
        print_line(canvas, digits, 22.1, top + 0.16, 1.9)

    reading = room.read(room.scan(sample, profile=profile, seed=3, mode="color", retouch=renumber))
    assert kinds(reading) == ["altered_print"]


@pytest.mark.parametrize("streak_mm", [0.3, 0.6, 1.0])
def test_white_streaks_of_a_worn_drum_are_not_altered_print(room, sample, streak_mm):
    """They take strokes away and print nothing instead."""

    def wear(rng, canvas):
        for x in (47, 115.5, 122.5):
            whiten(canvas, 10, 200, x, x + streak_mm)

    assert kinds(room.read(room.scan(sample, profile="office", seed=3, mode="color", retouch=wear))) == []


def test_a_pen_across_digits_is_not_altered_print(room, sample):
    def strike(rng, canvas):
        for x, y in ((45, 17), (113.5, 70), (120.5, 97)):
            line_on(canvas, np.array([[x, y + 1], [x + 5, y - 1]]) * canvas.mm, (150, 60, 30), 0.5)

    reading = room.read(room.scan(sample, profile="office", seed=3, mode="color", retouch=strike))
    assert "altered_print" not in kinds(reading)


def test_paper_that_bends_is_not_altered_print(room, sample):
    """The foot of the page lies 2 mm lower than the rest of the sheet tells."""
    from dataclasses import replace

    scan = room.scan(sample, profile="clean", seed=5, dpi=200, mode="color")
    rows, columns = scan.image.shape[:2]
    across, down = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
    lower = 2 / 25.4 * 200 * np.clip((down / rows - 0.86) / 0.14, 0, 1) ** 2
    bent = cv2.remap(
        scan.image,
        across,
        (down - lower).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    assert "altered_print" not in kinds(room.read(replace(scan, image=bent)))


@pytest.mark.parametrize("angle", [8, 27, 55, 80])
def test_a_fold_across_the_page_is_no_ink_that_somebody_added(room, sample, angle):
    def fold(rng, canvas):
        h, w = canvas.image.shape[:2]
        crease = Crease(
            x=0.55 * w, y=0.42 * h, angle=angle, before=120, after=120, breadth=0.5, depth=0.42, flank=0.15
        )
        press_crease(np.random.default_rng(angle), canvas, crease)

    assert "added_ink" not in kinds(room.read(room.scan(sample, retouch=fold)))


def test_a_black_ruled_line_through_print_is_still_added_ink(room, sample):
    def strike(rng, canvas):
        x = np.linspace(40, 150, 60)
        points = np.stack([x, 90 + 0.12 * (x - 40)], 1) * canvas.mm
        line_on(canvas, points, (20, 20, 20), 0.6)

    assert "added_ink" in kinds(room.read(room.scan(sample, retouch=strike)))


@pytest.mark.parametrize(
    ("mode", "unchecked", "why"),
    [
        ("color", (), ""),
        ("gray", (), ""),
        ("bilevel", ("added_ink",), "黑白图像看不出书写处以外有无添写"),
    ],
)
def test_a_copy_that_cannot_show_added_writing_is_not_called_unaltered(room, sample, mode, unchecked, why):
    scan = room.read(room.scan(sample, profile="clean", seed=3, mode=mode)).scan
    assert (scan.alterations, scan.unchecked) == ((), unchecked)
    told = [note for note in scan.notes if "改动情况无法判断" in note]
    assert [why in note for note in told] == ([True] if why else [])


def test_print_too_blurred_to_be_compared_is_neither_altered_nor_unaltered(room, sample):
    def out_of_focus(rng, canvas):
        sharp = canvas.image
        canvas.image = cv2.GaussianBlur(sharp, (0, 0), 0.7 * canvas.mm)
        for code in sample.geometry[0].codes:
            x, y, size = (int(value * canvas.pt) for value in (code.x, code.y, code.size))
            place = np.s_[y - 4 : y + size + 4, x - 4 : x + size + 4]
            canvas.image[place] = sharp[place]

    scan = room.read(room.scan(sample, profile="clean", seed=3, mode="color", retouch=out_of_focus)).scan
    assert (scan.alterations, scan.unchecked) == ((), ("altered_print",))
    assert any("印刷内容无法逐字与签发件核对" in note for note in scan.notes)


def sheet_that_shows(brightness):
    """A sheet of one word of full strokes, seen at one brightness."""
    page = np.full((60, 80), 255, np.uint8)
    page[20:40, 20:60] = 0
    seen = np.where(page == 0, brightness, 255).astype(np.uint8)
    return SimpleNamespace(gray=seen, contrast=200.0, reference=SimpleNamespace(gray=page))


@pytest.mark.parametrize(
    ("place", "brightness", "written"),
    [
        pytest.param((18, 18, 44, 24), 20, True, id="its strokes are dark"),
        pytest.param((18, 18, 44, 24), 250, False, id="its strokes are gone"),
        pytest.param((0, 18, 44, 24), 20, None, id="it lies at the picture's edge"),
        pytest.param((62, 45, 10, 10), 20, None, id="it has no strokes"),
    ],
)
def test_whether_a_word_lies_beneath_writing_has_three_answers(place, brightness, written):
    assert is_written_over(sheet_that_shows(brightness), place) is written
