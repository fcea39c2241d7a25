"""A scanner's PDF gives up its picture as it is; anything unusual is drawn, and looks the same."""

import cv2
import img2pdf
import numpy as np
import pikepdf
import pytest

from evidence.recognition import pdf_pages
from evidence.recognition.pages import PDF, open_pages
from evidence.recognition.reading import Limits


def sheet(width=827, height=1169):
    """A page at 100 dpi with something in every corner that tells it from the others."""
    rng = np.random.default_rng(3)
    image = np.full((height, width, 3), 250, np.uint8)
    image[40:160, 40:200] = (40, 40, 200)
    image[-200:-60, -300:-50] = (60, 160, 60)
    image[500:520, 100:700] = 20
    return np.clip(image + rng.normal(0, 2, image.shape), 0, 255).astype(np.uint8)


@pytest.fixture
def jpeg(tmp_path):
    path = tmp_path / "sheet.jpg"
    cv2.imwrite(str(path), sheet(), [cv2.IMWRITE_JPEG_QUALITY, 90])
    return path


def pdf_of(jpeg, name="sheet.pdf", **more):
    layout = img2pdf.get_layout_fun(pagesize=(img2pdf.in_to_pt(8.27), img2pdf.in_to_pt(11.69)))
    path = jpeg.with_name(name)
    path.write_bytes(
        img2pdf.convert(
            jpeg.read_bytes(), layout_fun=layout, engine=img2pdf.Engine.internal, nodate=True, **more
        )
    )
    return path


def changed(path, change):
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        change(pdf, pdf.pages[0])
        pdf.save(path)
    return path


def read(path, **limits):
    return next(iter(open_pages(path, PDF, Limits(**limits))))


def drawn(path, monkeypatch):
    monkeypatch.setattr(pdf_pages, "_scanned_jpeg", lambda index, page, limits: None)
    picture = read(path)
    monkeypatch.undo()
    return picture


def difference(a, b):
    size = (400, 560) if a.shape[0] > a.shape[1] else (560, 400)
    a, b = (cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(int) for image in (a, b))
    return float(np.abs(a - b).mean())


def test_a_scanned_page_comes_out_with_the_scanners_own_pixels(jpeg):
    picture = read(pdf_of(jpeg))
    assert np.array_equal(picture.image, cv2.imread(str(jpeg)))
    assert 98 < picture.dpi < 102


@pytest.mark.parametrize("angle", [0, 90, 180, 270])
def test_a_turned_page_is_turned_as_a_viewer_turns_it(jpeg, angle, monkeypatch):
    path = changed(pdf_of(jpeg), lambda pdf, page: page.__setattr__("Rotate", angle))
    assert difference(read(path).image, drawn(path, monkeypatch).image) < 2


def test_ink_drawn_over_the_picture_is_not_lost(jpeg):
    def annotate(pdf, page):
        page.contents_add(b"q 0 0 0 rg 100 300 200 200 re f Q")

    image = read(changed(pdf_of(jpeg), annotate)).image
    height, width = image.shape[:2]
    assert image[int(height * (1 - 400 / 842)), int(width * 200 / 595)].max() < 40


def test_a_cropped_page_shows_what_a_viewer_shows(jpeg, monkeypatch):
    path = changed(pdf_of(jpeg), lambda pdf, page: page.__setattr__("cropbox", [100, 100, 400, 500]))
    assert difference(read(path).image, drawn(path, monkeypatch).image) < 2


def test_a_picture_stretched_on_its_page_is_drawn_in_the_pages_shape(jpeg):
    def flatten(pdf, page):
        page.mediabox = [0, 0, 595, 421]
        page.Contents = pdf.make_stream(b"q 595 0 0 421 0 0 cm /Im0 Do Q")

    image = read(changed(pdf_of(jpeg), flatten)).image
    assert 1.3 < image.shape[1] / image.shape[0] < 1.5


def test_a_picture_beyond_the_limit_of_pixels_is_drawn_at_working_size(jpeg):
    image = read(pdf_of(jpeg), pixels=10_000).image
    assert image is not None
    assert max(image.shape) < 4600


def test_a_cut_picture_is_never_taken_for_a_whole_one(jpeg):
    data = jpeg.read_bytes()

    def cut(pdf, page):
        page.Resources.XObject.Im0.write(data[: len(data) // 2], filter=pikepdf.Name.DCTDecode)

    picture = read(changed(pdf_of(jpeg), cut))
    assert picture.image is None or not np.array_equal(picture.image, cv2.imread(str(jpeg)))
