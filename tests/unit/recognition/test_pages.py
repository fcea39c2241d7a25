"""Every accepted type becomes pictures; every bad input becomes a reason."""

import errno
import os
import struct
import zlib
from io import BytesIO

import cv2
import numpy as np
import pikepdf
import pillow_heif
import pytest
from PIL import Image

from evidence.errors import UnreadableError
from evidence.recognition.pages import open_pages
from evidence.recognition.reading import Limits


def text_page(width=620, height=877):
    page = np.full((height, width, 3), 245, np.uint8)
    for row in range(8, 60):
        cv2.line(page, (60, row * 14), (width - 60, row * 14), (40, 40, 60), 2)
    return page


def picture(mode="RGB"):
    return Image.fromarray(cv2.cvtColor(text_page(), cv2.COLOR_BGR2RGB)).convert(mode)


@pytest.mark.parametrize(
    ("kind", "mode", "media"),
    [
        ("JPEG", "RGB", "image/jpeg"),
        ("JPEG", "L", "image/jpeg"),
        ("JPEG", "CMYK", "image/jpeg"),
        ("PNG", "RGBA", "image/png"),
        ("PNG", "P", "image/png"),
        ("PNG", "LA", "image/png"),
        ("TIFF", "1", "image/tiff"),
        ("TIFF", "CMYK", "image/tiff"),
        ("BMP", "RGB", "image/bmp"),
        ("WEBP", "RGB", "image/webp"),
    ],
)
def test_every_accepted_picture_opens(tmp_path, kind, mode, media):
    path = tmp_path / "scan"
    picture(mode).save(path, format=kind, dpi=(200, 200))
    (page,) = open_pages(path, media)
    assert page.image is not None
    assert page.image.dtype == np.uint8
    assert page.image.shape[0] > page.image.shape[1]
    # Paper stays light and print dark, whatever the colour model.
    assert np.percentile(page.image, 90) > 180


def test_heic_opens(tmp_path):
    path = tmp_path / "phone.heic"
    pillow_heif.from_pillow(picture()).save(path)
    (page,) = open_pages(path, "image/heic")
    assert page.image is not None


def test_sixteen_bit_gray_opens_light(tmp_path):
    path = tmp_path / "deep.png"
    gray = cv2.cvtColor(text_page(), cv2.COLOR_BGR2GRAY).astype(np.uint16) * 257
    Image.fromarray(gray).save(path)
    (page,) = open_pages(path, "image/png")
    assert page.image is not None
    assert np.percentile(page.image, 90) > 180


def test_gray_saved_as_colour_is_gray(tmp_path):
    path = tmp_path / "gray.jpg"
    picture("L").convert("RGB").save(path, quality=80)
    (page,) = open_pages(path, "image/jpeg")
    assert page.image.ndim == 2


def test_a_colour_page_with_one_small_seal_stays_colour(tmp_path):
    page = text_page()
    cv2.circle(page, (400, 700), 60, (50, 40, 210), 2)
    path = tmp_path / "seal.png"
    Image.fromarray(cv2.cvtColor(page, cv2.COLOR_BGR2RGB)).save(path)
    (opened,) = open_pages(path, "image/png")
    assert opened.image.ndim == 3


def test_exif_turned_photographs_are_upright(tmp_path):
    path = tmp_path / "turned.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    picture().rotate(90, expand=True).save(path, exif=exif)
    (page,) = open_pages(path, "image/jpeg")
    assert page.image.shape[0] > page.image.shape[1]


def test_fax_lines_are_stretched_to_square(tmp_path):
    path = tmp_path / "fax.tif"
    picture("1").resize((1728, 1130)).save(path, dpi=(204, 98), compression="group4")
    (page,) = open_pages(path, "image/tiff")
    assert page.image.shape[0] > page.image.shape[1]
    assert page.bilevel


def test_all_frames_of_a_tiff_are_pages_and_a_broken_one_is_named(tmp_path):
    path = tmp_path / "frames.tif"
    frames = [picture(), picture(), picture()]
    frames[0].save(path, save_all=True, append_images=frames[1:], compression="tiff_lzw")
    assert len(list(open_pages(path, "image/tiff"))) == 3
    data = bytearray(path.read_bytes())
    with Image.open(path) as source:
        source.seek(1)
        offset = source.tag_v2[273][0]
    data[offset : offset + 40] = b"\xff" * 40
    path.write_bytes(data)
    pages = list(open_pages(path, "image/tiff"))
    assert [page.problem for page in pages if page.index != 1] == ["", ""]


def png_header(width, height):
    """A PNG that claims a size and holds nothing: a decompression bomb's first bytes."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    body = struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    return (
        b"\x89PNG\r\n\x1a\n" + body + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    )


def test_a_picture_of_1225_megapixels_is_refused_before_it_is_decoded(tmp_path):
    path = tmp_path / "bomb.png"
    path.write_bytes(png_header(35_000, 35_000))
    (page,) = open_pages(path, "image/png")
    assert (page.image, page.problem) == (None, "too_large")
    assert "1225" in page.message


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (4, 4)])
def test_tiny_pictures_are_named(tmp_path, size):
    path = tmp_path / "tiny.png"
    Image.new("RGB", size).save(path)
    (page,) = open_pages(path, "image/png")
    assert page.problem == "malformed"


def test_pages_with_huge_boxes_are_drawn_small(tmp_path):
    path = tmp_path / "huge.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(14_400, 14_400))
        pdf.add_blank_page(page_size=(3, 14_400))
        pdf.save(path)
    first, second = open_pages(path, "application/pdf")
    assert max(first.image.shape) <= 3700
    assert second.problem in ("", "malformed")


def encrypted(tmp_path):
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        sink = BytesIO()
        pdf.save(sink, encryption=pikepdf.Encryption(owner="a", user="b"))
    return sink.getvalue()


def whole_pdf():
    sink = BytesIO()
    picture().save(sink, format="PDF", resolution=150)
    return sink.getvalue()


@pytest.mark.parametrize(
    ("content", "media", "reason"),
    [
        pytest.param(b"", "application/pdf", "empty", id="empty"),
        pytest.param(b"%PDF-1.7 nothing", "application/pdf", "malformed", id="no pdf"),
        pytest.param(whole_pdf()[:3000], "application/pdf", "malformed", id="cut pdf"),
        pytest.param(encrypted(None), "application/pdf", "encrypted", id="password"),
        pytest.param(b"\xff\xd8\xff\xe0 no picture", "image/jpeg", "malformed", id="no jpeg"),
        pytest.param(b"MZ", "application/x-msdownload", "unsupported_type", id="program"),
    ],
)
def test_broken_files_have_their_reason(tmp_path, content, media, reason):
    path = tmp_path / "bad"
    path.write_bytes(content)
    with pytest.raises(UnreadableError) as caught:
        list(open_pages(path, media))
    assert caught.value.reason == reason
    assert caught.value.what


def test_a_cut_jpeg_is_a_damaged_page(tmp_path):
    path = tmp_path / "cut.jpg"
    picture().save(path)
    path.write_bytes(path.read_bytes()[:6000])
    (page,) = open_pages(path, "image/jpeg")
    assert (page.problem, page.image is not None) == ("", True)
    assert page.damage is not None


def test_more_pages_than_allowed_is_too_large(tmp_path):
    path = tmp_path / "many.pdf"
    with pikepdf.new() as pdf:
        for _ in range(5):
            pdf.add_blank_page()
        pdf.save(path)
    with pytest.raises(UnreadableError) as caught:
        list(open_pages(path, "application/pdf", Limits(pages=4)))
    assert caught.value.reason == "too_large"


def test_a_jpeg_of_1200_dpi_is_decoded_at_a_smaller_scale(tmp_path):
    path = tmp_path / "fine.jpg"
    picture = Image.new("L", (9921, 14031), 255)
    picture.paste(0, (4000, 4000, 6000, 9000))
    picture.save(path, quality=40, dpi=(1200, 1200))
    limits = Limits(pixels=100_000_000)
    (page,) = open_pages(path, "image/jpeg", limits)
    assert page.problem == ""
    assert page.image is not None
    assert max(page.image.shape) < 4000
    assert page.dpi == 1200


@pytest.mark.parametrize("number", [errno.EIO, errno.EMFILE])
def test_a_machine_that_fails_is_no_damaged_picture(tmp_path, monkeypatch, number):
    def failing(*_arguments, **_options):
        raise OSError(number, os.strerror(number))

    path = tmp_path / "scan.jpg"
    Image.new("RGB", (600, 800), "white").save(path)
    monkeypatch.setattr(Image, "open", failing)
    with pytest.raises(OSError, match=os.strerror(number)):
        list(open_pages(path, "image/jpeg"))
