"""Every form with the least and the most that is realistic: forty hazards, 120 characters, rare names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pypdfium2
import pytest
import zxingcpp

from evidence.domain.document import IssuedForm
from evidence.forms.finish import MM
from evidence.forms.template_text import read_usage
from tests.support.forms_extremes import PERSONAL_FORMS, issue, longest, shortest
from tests.support.forms_fixture import LONG_NAME, FormsWorld

pytestmark = [pytest.mark.office, pytest.mark.slow]

BOTTOM_MARGIN = 30 * MM
"""Of every form; codes and page numbers stand below."""
SPARE = 6 * MM
"""More than a line."""
Made = dict[str, tuple[FormsWorld, IssuedForm]]
QR = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
LISTS = {
    "inspection-record",
    "urging-record",
    "rectification-report",
    "recheck-record",
    "escalation-report",
    "weekly-plan",
    "handover-list",
    "campaign-summary",
    "deadline-extension",
    "case-closure",
}
"""Forms whose list of rows is closed with 以下空白."""
PAGES = {
    "inspection-record": 5,
    "urging-record": 1,
    "rectification-report": 2,
    "recheck-record": 2,
    "interview-notice": 2,
    "interview-record": 1,
    "escalation-report": 2,
    "questionnaire": 1,
    "tenant-notice": 2,
    "guidance-record": 2,
    "deadline-extension": 2,
    "case-closure": 2,
    "undertaking": 1,
    "interest-declaration": 1,
    "personnel-change": 2,
    "weekly-plan": 1,
    "handover-list": 1,
    "handover-receipt": 1,
    "campaign-summary": 1,
}
"""Pages of the shortest filling: more would be half empty."""


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Every form, shortest."""
    return issue(shortest(tmp_path_factory.mktemp("short")))


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Every form, longest."""
    return issue(longest(tmp_path_factory.mktemp("long")))


def pages_of(world: FormsWorld, form: IssuedForm) -> Iterator[pypdfium2.PdfPage]:
    """Rendered pages."""
    yield from pypdfium2.PdfDocument(world.issued.pdf_path(form.number).read_bytes())


def squeezed(text: str) -> str:
    """Text without blanks, line breaks and the hyphen variants of PDF text."""
    return re.sub(r"\s", "", text).replace("\ufffe", "-").replace("\u2010", "-").replace("\u2011", "-")


def printed(world: FormsWorld, form: IssuedForm) -> str:
    """All text of a document."""
    return "".join(squeezed(page.get_textpage().get_text_range()) for page in pages_of(world, form))


def page_count(world: FormsWorld, form: IssuedForm, number: int) -> str:
    """How a page says its place: an official letter by GB/T 9704, a record with the whole's count."""
    letter = world.catalogue.form(form.form).letter or form.form == "tenant-notice"
    return f"—{number}—" if letter else f"第{number}页共{form.pages}页"


def test_the_shortest_filling_wastes_no_page(short: Made) -> None:
    assert {name: form.pages for name, (_world, form) in short.items()} == PAGES


def test_every_shortest_form_survives_another_version_s_line_breaks(short: Made) -> None:
    """Another LibreOffice sets some lines a little higher: its last page must not be full to the brim."""
    free = {}
    for name, (world, form) in short.items():
        picture = list(pages_of(world, form))[-1].render(scale=2, grayscale=True).to_numpy()
        body = picture[: picture.shape[0] - round(BOTTOM_MARGIN * 2)]
        inked = (body < 128).any(axis=1).nonzero()[0]
        free[name] = (len(body) - 1 - inked.max()) / 2
    assert {name: spare / MM for name, spare in free.items() if spare < SPARE} == {}


@pytest.mark.parametrize("which", ["short", "long"])
def test_nothing_leaves_the_paper_and_every_page_says_what_it_is(
    which: str, request: pytest.FixtureRequest
) -> None:
    made: Made = request.getfixturevalue(which)
    assert set(made) == set(PAGES)
    for name, (world, form) in made.items():
        for number, (page, issued) in enumerate(
            zip(pages_of(world, form), world.issued.geometry(form.number), strict=True), 1
        ):
            width, height = page.get_size()
            text = page.get_textpage()
            for left, bottom, right, top in (text.get_rect(n) for n in range(text.count_rects())):
                assert left >= 15 * MM, name
                assert right <= width - 10 * MM, name
                assert 8 * MM <= bottom <= top <= height - 8 * MM, name
            said = squeezed(text.get_text_range())
            assert form.number in said
            assert page_count(world, form, number) in said
            if 1 < number < form.pages and not issued.boxes:
                continue  # like its neighbours; decoding is what takes time here
            image = page.render(scale=150 / 72, grayscale=True).to_numpy()
            found = {symbol.text for symbol in zxingcpp.read_barcodes(image, formats=QR)}
            assert {code.payload for code in issued.codes} <= found, (name, number)


@pytest.mark.parametrize("which", ["short", "long"])
def test_marks_have_room_and_never_stand_alone(which: str, request: pytest.FixtureRequest) -> None:
    made: Made = request.getfixturevalue(which)
    least = {"signature": (45, 14), "seal": (45, 45), "date": (20, 5)}
    for name, (world, form) in made.items():
        for page, issued in zip(pages_of(world, form), world.issued.geometry(form.number), strict=True):
            if not issued.boxes:
                continue
            text = page.get_textpage()
            highest = min(box.y for box in issued.boxes)
            above = text.get_text_bounded(
                left=0, bottom=issued.height - highest, right=issued.width, top=issued.height - 29 * MM
            )
            assert len(squeezed(above)) > 8, f"{name}: a signature block stands alone on page {issued.page}"
            for box in issued.boxes:
                width, height = least[box.kind]
                assert box.w >= (width - 0.5) * MM, (name, box.box)
                assert box.h >= (height - 0.5) * MM, (name, box.box)


@pytest.mark.parametrize("which", ["short", "long"])
def test_lists_are_closed_once(which: str, request: pytest.FixtureRequest) -> None:
    made: Made = request.getfixturevalue(which)
    closed = {name: printed(world, form).count("以下空白") for name, (world, form) in made.items()}
    assert closed == {name: int(name in LISTS) for name in made}


def test_no_word_of_a_list_is_lost(long: Made) -> None:
    """Every value of every column the template prints stands on the page in full."""
    checked = 0
    for name, (world, form) in long.items():
        usage = read_usage(world.catalogue.folder / name / "form.docx")
        values = msgspec.json.decode(world.issued.data_path(form.number).read_bytes())
        whole = printed(world, form)
        for mark in usage.printed:
            field, inside, column = mark.partition("[].")
            if not inside or "." in column:
                continue
            for row in values[field]:
                # a row may break over a page: then the foot and head of the page stand between
                pieces = [piece for piece in re.split(r"\n", row.get(column, "")) if piece]
                assert all(squeezed(piece) in whole for piece in pieces), (name, mark, row[column])
                checked += len(pieces)
    assert checked > 2000


def test_the_longest_name_and_rare_characters_are_printed(long: Made) -> None:
    whole = {name: printed(world, form) for name, (world, form) in long.items()}
    of_a_week = {"handover-receipt", "weekly-plan", "handover-list", "campaign-summary"}
    for name in set(whole) - of_a_week - set(PERSONAL_FORMS):
        assert LONG_NAME in whole[name], name
    assert len(LONG_NAME) == 120
    assert all(character in whole["inspection-record"] for character in "龘喆祎玥堃")


def test_heads_are_repeated_on_each_page(long: Made) -> None:
    world, form = long["inspection-record"]
    texts = [squeezed(page.get_textpage().get_text_range()) for page in pages_of(world, form)]
    with_hazards = [text for text in texts if "部位/场所" in text]
    assert len(with_hazards) > 5
    assert all("检查发现的问题和事故隐患（共40项" in text for text in with_hazards)


def test_the_pictures_in_docs_are_of_every_form() -> None:
    folder = Path(__file__).parents[3] / "docs/forms"
    names = {path.stem for path in folder.glob("*.png")}
    assert {f"{form}-{which}" for form in PAGES for which in ("shortest", "longest")} <= names
