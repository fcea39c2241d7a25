"""Damage inside a picture is seen: boxes near it are undecided, the rest is judged, nobody is accused."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import img2pdf
import numpy as np
import pikepdf
import pytest
from PIL import Image

from evidence.domain.document import MarkVerdict, ScannedPage
from evidence.recognition.damage import decoded_jpeg, everything
from evidence.recognition.frame_damage import flat_bands
from evidence.recognition.pages import open_pages
from tests.support.recognition_fixture import Room

PAGE = 2


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    return Room(tmp_path_factory.mktemp("damage"))


@pytest.fixture(scope="module")
def signed(room: Room) -> bytes:
    """A page with every box signed, as a scanner's JPEG."""
    sample = room.issue(0)
    names = {box.box.rpartition("-p")[0] for box in sample.geometry[PAGE - 1].boxes}
    return room.file(room.scan(sample, PAGE, signed=names, dpi=150), "signed.jpg").read_bytes()


def zeroed(content: bytes, share: float, size: int | None = None) -> bytes:
    """Scan data lost from a share on, to the end or for so many bytes; the end marker stays."""
    start = int(len(content) * share)
    end = len(content) - 2 if size is None else start + size
    return content[:start] + bytes(end - start) + content[end:]


def read(room: Room, name: str, content: bytes) -> ScannedPage:
    path = room.folder / name
    path.write_bytes(content)
    (reading,) = room.read_path(path)
    assert reading.scan is not None, reading
    return reading.scan


@pytest.mark.parametrize("share", [0.45, 0.6, 0.75])
@pytest.mark.parametrize("kind", ["jpg", "pdf"])
def test_a_half_destroyed_page_accuses_nobody(room: Room, signed: bytes, kind: str, share: float) -> None:
    content = zeroed(signed, share)
    if kind == "pdf":
        content = img2pdf.convert(content)
    scan = read(room, f"half.{kind}", content)
    assert scan.damaged
    assert scan.alterations == ()
    assert MarkVerdict.ABSENT not in {mark.verdict for mark in scan.marks}
    assert any(mark.verdict is MarkVerdict.UNDECIDED for mark in scan.marks)
    assert any("损坏" in note for note in scan.notes)


def test_the_sound_page_is_judged_as_ever(room: Room, signed: bytes) -> None:
    scan = read(room, "sound.jpg", signed)
    assert not scan.damaged
    assert MarkVerdict.ABSENT not in {mark.verdict for mark in scan.marks}
    assert MarkVerdict.PRESENT in {mark.verdict for mark in scan.marks}


def test_what_lies_above_the_damage_is_judged(room: Room, signed: bytes) -> None:
    whole = read(room, "whole.jpg", signed)
    late = read(room, "late.jpg", zeroed(signed, 0.97))
    assert late.damaged
    kept = {mark.box for mark in late.marks if mark.verdict is MarkVerdict.PRESENT}
    assert kept
    assert kept <= {mark.box for mark in whole.marks}


def test_a_damaged_copy_never_outranks_the_sound_one(room: Room, signed: bytes) -> None:
    assert read(room, "a.jpg", zeroed(signed, 0.6)).quality < read(room, "b.jpg", signed).quality


@pytest.mark.parametrize(
    "spoiled",
    [
        pytest.param(lambda data: zeroed(data, 0.5, 512), id="a sector of zeros"),
        pytest.param(lambda data: zeroed(data, 0.5, 64), id="a few zeros"),
        pytest.param(
            lambda data: data[: len(data) // 2] + b"\xff" * 4096 + data[len(data) // 2 + 4096 :], id="ones"
        ),
        pytest.param(lambda data: data[: len(data) // 2] + data[len(data) // 2 + 3000 :], id="a gap"),
    ],
)
def test_every_kind_of_loss_is_seen(signed: bytes, spoiled: object) -> None:
    assert callable(spoiled)
    assert decoded_jpeg(spoiled(signed), 1)[1] is not None


@pytest.mark.parametrize("quality", [30, 75, 95])
@pytest.mark.parametrize("options", [{}, {"optimize": True}, {"progressive": True}])
@pytest.mark.parametrize("content", ["blank", "grey", "noise", "print"])
def test_no_sound_jpeg_is_called_damaged(content: str, options: dict[str, bool], quality: int) -> None:
    generator = np.random.default_rng(1)
    page = np.full((1754, 1240, 3), {"blank": 255, "grey": 128}.get(content, 235), np.uint8)
    if content == "noise":
        page = generator.integers(0, 255, page.shape).astype(np.uint8)
    if content == "print":
        page[200:1600:40, 100:1100] = 20
    buffer = io.BytesIO()
    Image.fromarray(page).save(buffer, "JPEG", quality=quality, **options)
    for tail in (b"", b"\0" * 5000):
        assert decoded_jpeg(buffer.getvalue() + tail, 1)[1] is None


def test_a_cut_jpeg_keeps_what_came_before_the_cut(signed: bytes) -> None:
    pixels, damage = decoded_jpeg(signed[: len(signed) // 2], 1)
    assert pixels is not None
    assert damage is not None
    share = float(damage.mean()) / 255
    assert 0.2 < share < 0.9
    assert everything(pixels).min() == 255


def fax(seed: int = 1) -> bytes:
    page = np.full((2200, 1700), 255, np.uint8)
    generator = np.random.default_rng(seed)
    page[generator.integers(0, 2200, 9000), generator.integers(0, 1700, 9000)] = 0
    buffer = io.BytesIO()
    Image.fromarray(page).convert("1").save(buffer, "TIFF", compression="group4", dpi=(200, 200))
    return buffer.getvalue()


@pytest.mark.parametrize("filling", [bytes(2000), b"\x5a\xc3" * 1000])
def test_a_fax_with_lost_lines_is_damaged(tmp_path: Path, filling: bytes) -> None:
    content = fax()
    start = len(content) // 2
    path = tmp_path / "x.tif"
    path.write_bytes(content[:start] + filling + content[start + len(filling) :])
    (page,) = open_pages(path, "image/tiff")
    assert page.damage is not None or page.problem == "malformed"
    path.write_bytes(content)
    (page,) = open_pages(path, "image/tiff")
    assert page.damage is None


def test_thumbnails_of_a_tiff_are_no_pages(tmp_path: Path) -> None:
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    pages = [Image.new("L", (600, 800), shade) for shade in (250, 245)]
    thumbnail = Image.new("L", (60, 80), 250)
    mark = ImageFileDirectory_v2()
    mark[254] = 1
    thumbnail.encoderinfo = {"tiffinfo": mark}  # type: ignore[attr-defined]
    path = tmp_path / "x.tif"
    pages[0].save(path, "TIFF", save_all=True, append_images=[thumbnail, pages[1]])
    assert [page.index for page in open_pages(path, "image/tiff")] == [0, 1]


def test_a_page_tree_that_miscounts_is_read_whole(tmp_path: Path) -> None:
    from tests.support.inbox_fixture import real_pdf

    path = tmp_path / "x.pdf"
    path.write_bytes(real_pdf(3).replace(b"/Count 3", b"/Count 1"))
    assert [page.index for page in open_pages(path, "application/pdf")] == [0, 1, 2]


def test_a_negative_is_read(room: Room, signed: bytes) -> None:
    with Image.open(io.BytesIO(signed)) as positive:
        buffer = io.BytesIO()
        Image.fromarray(255 - np.asarray(positive)).save(buffer, "JPEG", quality=90)
    scan = read(room, "negative.jpg", buffer.getvalue())
    assert (scan.page, scan.damaged) == (PAGE, False)


def test_a_plan_of_endless_curves_is_named_at_once(tmp_path: Path) -> None:
    import pikepdf

    path = tmp_path / "plan.pdf"
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(2384, 1684))
        document.pages[0].obj.Contents = document.make_stream(b"1 1 m 9 9 5 5 200 300 c S\n" * 130_000)
        document.save(path)
    (page,) = open_pages(path, "application/pdf")
    assert page.problem == "too_complex"
    assert "520000" in page.message


def stored_as(content: bytes, kind: str) -> bytes:
    """The page in a format whose decoder does not complain of what is lost: the middle of it is."""
    buffer = io.BytesIO()
    picture = Image.open(io.BytesIO(content)).convert("L" if kind != "webp" else "RGB")
    if kind == "pdf":
        return deflated(picture)
    picture.save(buffer, {"tif": "TIFF", "bmp": "BMP", "webp": "WEBP"}[kind])
    whole = buffer.getvalue()
    return zeroed(whole, 0.5, len(whole) // 6)


def deflated(picture: Image.Image) -> bytes:
    """A PDF whose only picture is cut in the middle of its deflated data."""
    packed = zlib.compress(picture.tobytes())
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(595, 842))
        image = pdf.make_stream(b"", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image)
        image.Width, image.Height, image.BitsPerComponent = picture.width, picture.height, 8
        image.ColorSpace = pikepdf.Name.DeviceGray
        image.write(packed[: len(packed) // 2], filter=pikepdf.Name.FlateDecode)
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(I=image))
        page.Contents = pdf.make_stream(b"q 595 0 0 842 0 0 cm /I Do Q")
        buffer = io.BytesIO()
        pdf.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["tif", "bmp", "webp", "pdf"])
def test_decoders_that_say_nothing_are_not_believed(room: Room, signed: bytes, kind: str) -> None:
    path = room.folder / f"silent.{kind}"
    path.write_bytes(stored_as(signed, kind))
    (reading,) = room.read_path(path)
    assert reading.problem != "wrong_case", "print that did not survive contradicts nothing"
    assert reading.problem == "damaged" or (reading.scan is not None and reading.scan.damaged), reading
    if reading.scan is not None:
        assert reading.scan.alterations == ()
        assert MarkVerdict.ABSENT not in {mark.verdict for mark in reading.scan.marks}


def test_the_open_lid_of_a_scanner_is_no_damage() -> None:
    paper = np.random.default_rng(1).integers(210, 255, (900, 600), dtype=np.uint8)
    assert flat_bands(paper) is None
    lid = paper.copy()
    lid[:60] = lid[-80:] = 0
    assert flat_bands(lid) is None
    lid[400:440] = 0
    found = flat_bands(lid)
    assert found is not None
    assert (found[420].all(), found[100].any(), found[30].any()) == (True, False, False)
