"""No code readable: OCR, shortlist, registration; a person confirms."""

import cv2
import pytest

from evidence.recognition import suggestions
from evidence.recognition.ocr import TextLine, installed_ocr


def hide_codes(sample, page=1):
    def retouch(rng, canvas):
        for code in sample.geometry[page - 1].codes:
            x, y, size = (round(value * canvas.pt) for value in (code.x, code.y, code.size))
            cv2.rectangle(canvas.image, (x - 4, y - 4), (x + size + 4, y + size + 4), (50, 50, 50), -1)

    return retouch


@pytest.mark.skipif(installed_ocr() is None, reason="the extra evidence[ocr] is not installed")
@pytest.mark.parametrize("orientation", [0, 90])
def test_the_right_page_is_suggested_first_and_never_linked(room, orientation):
    sample = room.issue(4)
    scan = room.scan(sample, profile="office", seed=3, orientation=orientation, retouch=hide_codes(sample))
    reading = room.read(scan, ocr=True)
    assert (reading.scan, reading.problem) == (None, "no_code")
    best = reading.suggestions[0]
    assert (best.number, best.page) == (sample.issued.number, 1)
    assert best.score > 700
    assert sample.issued.number in reading.message


def test_without_ocr_features_alone_find_the_page(room):
    sample = room.issue(0)
    reading = room.read(room.scan(sample, retouch=hide_codes(sample)), ocr=False)
    assert reading.scan is None
    assert reading.suggestions[0].number == sample.issued.number


def test_a_code_too_weak_for_the_first_look_is_read_on_the_straightened_page(room, monkeypatch):
    """Registration by print alone recovers a code that the plain picture did not give up."""
    from evidence.recognition import read

    sample = room.issue(0)
    monkeypatch.setattr(read, "find_codes", lambda gray: ())
    reading = room.read(room.scan(sample, profile="rough", seed=3, mode="gray"), ocr=False)
    assert reading.scan is not None
    assert reading.scan.number == sample.issued.number


class Reader:
    """An engine that reads the given words in the head that is cut out, and others on the whole picture."""

    def __init__(self, head: str, whole: str) -> None:
        self.head, self.whole = head, whole
        self.asked: list[str] = []

    def lines(self, gray, *, upright=False):
        self.asked.append("head" if upright else "whole")
        return tuple(
            TextLine(text=text, score=0.9) for text in ((self.head if upright else self.whole),) if text
        )


@pytest.mark.parametrize("head", ["", "企业现场检查记录"], ids=["nothing", "no number"])
def test_a_head_without_its_number_is_looked_for_on_the_whole_page(room, monkeypatch, head):
    """Longer fields push a page off its sisters' layout: the head is then cut out where it is not."""
    issued = [room.issue(index) for index in range(7)]
    sample = issued[-1]  # beyond the shortlist, which print alone fills in the order of issue
    reader = Reader(head, f"编号：{sample.issued.number}")
    monkeypatch.setattr(suggestions, "installed_ocr", lambda: reader)
    reading = room.read(room.scan(sample, retouch=hide_codes(sample)), ocr=True)
    assert (reading.scan, reading.problem) == (None, "no_code")
    assert (reading.suggestions[0].number, reading.suggestions[0].page) == (sample.issued.number, 1)
    assert reader.asked == ["head", "whole"]


def test_the_whole_page_is_not_read_when_the_head_tells_its_number(room, monkeypatch):
    sample = room.issue(0)
    reader = Reader(f"编号：{sample.issued.number}", "")
    monkeypatch.setattr(suggestions, "installed_ocr", lambda: reader)
    reading = room.read(room.scan(sample, retouch=hide_codes(sample)), ocr=True)
    assert reading.suggestions[0].number == sample.issued.number
    assert reader.asked == ["head"]


@pytest.mark.parametrize(
    ("read", "same"),
    [
        ("WJB220001ZG001", True),
        ("WIB22OOO1ZGOO1", True),
        ("WJB220002ZG001", False),
        ("WJB220001JC001", False),
    ],
)
def test_a_number_is_known_by_what_tells_it_from_others(read, same):
    assert (suggestions._alike("WJB220001ZG001", read) == 1) is same


def test_a_number_with_lookalikes_is_found_by_the_letters_of_its_own_contract():
    assert suggestions._numbers("编号 SZX22OOO1ZGOO1", frozenset({"SZX"})) == ["SZX22OOO1ZGOO1"]
    assert suggestions._numbers("编号 WJB22OOO1ZGOO1", frozenset({"SZX"})) == []


def test_a_page_that_lies_on_another_forms_layout_is_suggested_by_its_number(room, monkeypatch):
    """A pale fax lay on no layout of its own form; its number and page number were plainly read."""
    sample, other = room.issue(0), room.issue(4, pages=2)
    monkeypatch.setattr(suggestions, "_pages", lambda *_: [(other.issued, 2)])
    monkeypatch.setattr(suggestions, "_read_print", lambda *_: f"编号：{sample.issued.number}\n第2页 共2页")
    monkeypatch.setattr(suggestions, "register_by_print", lambda *_: None)
    reading = room.read(room.scan(sample, 2, retouch=hide_codes(sample, 2)), ocr=True)
    best = reading.suggestions[0]
    assert (reading.scan, best.number, best.page) == (None, sample.issued.number, 2)
    assert best.why == "读到了这个编号"
