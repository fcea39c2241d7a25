"""Pictures that pdfium paints whatever they have lost accuse nobody: JPEG 2000, Group 4, JBIG2 in a PDF."""

from __future__ import annotations

import io

import img2pdf
import numpy as np
import pikepdf
import pytest
from PIL import Image

from evidence.domain.document import MarkVerdict
from evidence.recognition.coded_pictures import group4_is_whole, jbig2_is_whole, jpeg2000_is_whole
from tests.support.recognition_fixture import Room

PAGE = 2


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    return Room(tmp_path_factory.mktemp("pictures"))


@pytest.fixture(scope="module")
def signed(room: Room) -> Image.Image:
    sample = room.issue(0)
    names = {box.box.rpartition("-p")[0] for box in sample.geometry[PAGE - 1].boxes}
    with Image.open(room.file(room.scan(sample, PAGE, signed=names, dpi=150), "signed.jpg")) as picture:
        return picture.convert("RGB")


def jpeg2000(picture: Image.Image, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG2000", **options)
    return buffer.getvalue()


def group4(picture: Image.Image) -> bytes:
    """The coded lines alone, in one strip."""
    buffer = io.BytesIO()
    picture.convert("1", dither=Image.Dither.NONE).save(buffer, "TIFF", compression="group4", dpi=(150, 150))
    with pikepdf.open(io.BytesIO(img2pdf.convert(buffer.getvalue()))) as pdf:
        (image,) = pdf.pages[0].Resources.XObject.values()
        return bytes(image.read_raw_bytes())


def in_pdf(picture: Image.Image, coded: bytes, fax: bool) -> bytes:
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        image = pdf.make_stream(b"", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
        image.Width, image.Height, image.BitsPerComponent = picture.width, picture.height, 1 if fax else 8
        image.ColorSpace = pikepdf.Name.DeviceGray if fax else pikepdf.Name.DeviceRGB
        lines = pikepdf.Dictionary(K=-1, Columns=picture.width, Rows=picture.height, BlackIs1=False)
        filtered = pikepdf.Name.CCITTFaxDecode if fax else pikepdf.Name.JPXDecode
        image.write(coded, filter=filtered, decode_parms=lines if fax else None)
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=image))
        page.Contents = pdf.make_stream(b"q 595 0 0 842 0 0 cm /I Do Q")
        buffer = io.BytesIO()
        pdf.save(buffer)
    return buffer.getvalue()


def without(coded: bytes, share: float, size: int) -> bytes:
    start = int(len(coded) * share)
    return coded[:start] + bytes(size) + coded[start + size :]


@pytest.mark.parametrize("share", [0.3, 0.5, 0.7])
@pytest.mark.parametrize("fax", [False, True])
def test_a_page_with_a_lost_cluster_accuses_nobody(
    room: Room, signed: Image.Image, share: float, fax: bool
) -> None:
    coded = group4(signed) if fax else jpeg2000(signed, quality_mode="rates", quality_layers=[20])
    path = room.folder / f"lost-{fax}-{share}.pdf"
    path.write_bytes(in_pdf(signed, without(coded, share, min(len(coded) // 4, 8192)), fax))
    (reading,) = room.read_path(path)
    assert reading.problem != "wrong_case", "print that did not survive contradicts nothing"
    assert reading.problem == "damaged" or (reading.scan is not None and reading.scan.damaged), reading
    if reading.scan is not None:
        assert reading.scan.alterations == ()
        assert {mark.verdict for mark in reading.scan.marks} == {MarkVerdict.UNDECIDED}


@pytest.mark.parametrize("fax", [False, True])
def test_the_sound_page_is_no_damaged_one(room: Room, signed: Image.Image, fax: bool) -> None:
    coded = group4(signed) if fax else jpeg2000(signed)
    path = room.folder / f"sound-{fax}.pdf"
    path.write_bytes(in_pdf(signed, coded, fax))
    (reading,) = room.read_path(path)
    assert reading.scan is not None
    assert not reading.scan.damaged


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"no_jp2": True},
        {"tile_size": (256, 256)},
        {"quality_mode": "rates", "quality_layers": [40, 20, 10]},
        {"progression": "RPCL", "precinct_size": (128, 128), "codeblock_size": (64, 64)},
    ],
)
def test_no_sound_jpeg_2000_is_called_damaged(options: dict[str, object]) -> None:
    print_ = np.full((1754, 1240, 3), 235, np.uint8)
    print_[200:1600:40, 100:1100] = 20
    for page in (print_, np.full((3508, 2480, 3), 255, np.uint8)):
        whole = jpeg2000(Image.fromarray(page), **options)
        assert jpeg2000_is_whole(whole)
        assert jpeg2000_is_whole(whole + bytes(5000))
        assert jpeg2000_is_whole(whole[:-2]), "some writers leave the end mark out"
    assert not jpeg2000_is_whole(jpeg2000(Image.fromarray(print_), **options)[:-2000])


def test_no_sound_fax_is_called_damaged() -> None:
    for width, height in ((20, 20), (1700, 2200), (6500, 100)):
        page = np.full((height, width), 255, np.uint8)
        page[:: max(height // 5, 1)] = 0
        assert group4_is_whole(group4(Image.fromarray(page)), width, height)


def test_a_bi_level_picture_with_a_lost_sector_is_damaged() -> None:
    coded = np.random.default_rng(1).integers(1, 255, 4096, dtype=np.uint8).tobytes()
    assert jbig2_is_whole(coded + bytes(600))
    assert not jbig2_is_whole(without(coded, 0.5, 512))
