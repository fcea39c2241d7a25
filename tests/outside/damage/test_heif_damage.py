"""HEIC and AVIF: their decoders conceal what is lost; the structure of the coded picture tells."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pillow_heif
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from evidence.domain.document import MarkVerdict
from evidence.errors import UnreadableError
from evidence.recognition.heif_items import Heif, Item
from evidence.recognition.pages import open_pages
from evidence.recognition.picture import PagePicture
from evidence.recognition.reading import Limits, PageReading
from evidence.recognition.worker import shared_reader
from tests.support.recognition_fixture import Pictures, Room

pillow_heif.register_heif_opener(thumbnails=False)
TYPES = {"HEIF": "image/heic", "AVIF": "image/avif"}
TILED = {"tile_size": 192}
OPTIONS: Mapping[str, tuple[str, Mapping[str, object]]] = {
    "heic": ("HEIF", {"quality": 60}),
    "heic of tiles": ("HEIF", {"quality": 60, **TILED}),
    "avif": ("AVIF", {"quality": 60}),
}
unhurried = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def drawn(width: int, height: int, content: str, seed: int = 1) -> Image.Image:
    page = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(page)
    if content == "print":
        for line in range(6, height, 14):
            pen.text((8, line), "A7Kx 39 Tq " * (width // 60), fill=(20, 20, 60))
    pixels = np.asarray(page).astype(np.int16)
    if content in {"print", "noise"}:
        spread = 3 if content == "print" else 60
        pixels = pixels + np.random.default_rng(seed).normal(0, spread, pixels.shape).astype(np.int16)
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def opened(folder: Path, content: bytes, media_type: str) -> list[PagePicture]:
    path = folder / "x"
    path.write_bytes(content)
    return list(open_pages(path, media_type))


@cache
def sound(name: str) -> bytes:
    kind, options = OPTIONS[name]
    return saved(drawn(500, 320, "print"), kind, **options)


@cache
def coded(name: str) -> tuple[tuple[int, int], ...]:
    """Where the coded pictures of a sample lie."""
    items = Heif(sound(name)).items.values()
    return tuple(place for item in items if item.kind in {b"hvc1", b"av01"} for place in item.extents or ())


@unhurried
@given(
    kind=st.sampled_from(["HEIF", "AVIF"]),
    width=st.integers(16, 240),
    height=st.integers(16, 240),
    content=st.sampled_from(["blank", "print", "noise"]),
    mode=st.sampled_from(["RGB", "L", "RGBA"]),
    quality=st.sampled_from([5, 40, 75, 95, "lossless"]),
    tiled=st.booleans(),
    turn=st.integers(1, 8),
)
def test_no_sound_picture_is_called_damaged(
    tmp_path: Path,
    kind: str,
    width: int,
    height: int,
    content: str,
    mode: str,
    quality: int | str,
    *,
    tiled: bool,
    turn: int,
) -> None:
    options: dict[str, object] = {"quality": quality}
    if quality == "lossless":
        heif = kind == "HEIF"
        options = {"quality": -1, "chroma": 444} if heif else {"quality": 100, "subsampling": "4:4:4"}
    if kind == "HEIF":
        options |= {"tile_size": 64} if tiled and mode != "RGBA" else {}
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = turn, "Maker"
    picture = drawn(width, height, content).convert(mode)
    (page,) = opened(tmp_path, saved(picture, kind, exif=exif.tobytes(), **options), TYPES[kind])
    assert (page.problem, page.damage) == ("", None)


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
@pytest.mark.parametrize("content", ["blank", "print"])
def test_no_large_sound_page_is_called_damaged(tmp_path: Path, kind: str, content: str) -> None:
    size = (2480, 3508) if content == "blank" else (827, 1169)
    options: dict[str, int] = {"tile_size": 512} if kind == "HEIF" else {"speed": 10}
    (page,) = opened(tmp_path, saved(drawn(*size, content), kind, quality=50, **options), TYPES[kind])
    assert (page.problem, page.damage) == ("", None)


def test_neither_thumbnails_nor_pages_beside_it_make_a_picture_damaged(tmp_path: Path) -> None:
    heif = pillow_heif.from_pillow(drawn(640, 480, "print"))
    heif.add_from_pillow(drawn(300, 420, "noise"))
    buffer = io.BytesIO()
    heif.save(buffer, quality=60, thumbnails=[128, 64])
    pages = opened(tmp_path, buffer.getvalue(), "image/heic")
    assert [(page.problem, page.damage) for page in pages] == [("", None)] * 2


@pytest.mark.parametrize("name", OPTIONS)
@unhurried
@given(data=st.data())
def test_every_lost_stretch_inside_the_coded_picture_is_found(
    tmp_path: Path, name: str, data: st.DataObject
) -> None:
    content, size = sound(name), data.draw(st.integers(64, 700))
    start, end = data.draw(st.sampled_from([each for each in coded(name) if each[1] - each[0] > size]))
    start = data.draw(st.integers(start, end - size))
    spoiled = content[:start] + bytes(size) + content[start + size :]
    if spoiled != content:
        (page,) = opened(tmp_path, spoiled, TYPES[OPTIONS[name][0]])
        assert page.damage is not None or page.problem == "malformed"


@pytest.mark.parametrize("turn", [1, 3, 6, 8, 5])
def test_only_the_lost_tile_of_a_telephones_picture_is_damaged(tmp_path: Path, turn: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = turn
    whole = saved(drawn(500, 320, "print"), "HEIF", quality=60, exif=exif.tobytes(), **TILED)
    (before,) = opened(tmp_path, whole, "image/heic")
    tiles = [item for item in Heif(whole).items.values() if item.kind == b"hvc1"]
    assert len(tiles) == 6
    for tile in tiles:
        (page,) = opened(tmp_path, without_middle(whole, tile), "image/heic")
        assert page.image is not None
        assert before.image is not None
        assert page.damage is not None
        changed = cv2.absdiff(page.image, before.image).max(axis=2) > 0
        assert changed.any()
        assert not (changed & (page.damage == 0)).any(), "what changed lies within what is doubted"
        if turn != 5:
            assert page.damage.mean() < 255 / 3, "and the rest is believed"


def without_middle(content: bytes, item: Item) -> bytes:
    assert item.extents is not None
    ((start, end),) = item.extents
    middle = (start + end) // 2
    return content[:middle] + bytes(100) + content[middle + 100 :]


def test_of_two_pages_only_the_broken_one_is_doubted(tmp_path: Path) -> None:
    heif = pillow_heif.from_pillow(drawn(640, 480, "print"))
    heif.add_from_pillow(drawn(300, 420, "noise"))
    buffer = io.BytesIO()
    heif.save(buffer, quality=60, thumbnails=[128])
    content = buffer.getvalue()
    for index, item in enumerate(Heif(content).shown()):
        pages = opened(tmp_path, without_middle(content, item), "image/heic")
        assert [page.damage is not None for page in pages] == [index == 0, index == 1]


@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_cut_picture_is_damaged(tmp_path: Path, name: str, share: float) -> None:
    content = sound(name)
    start, end = min(coded(name))[0], max(coded(name))[1]
    cut = content[: start + int((end - start) * share)]
    if name == "avif":
        with pytest.raises(UnreadableError, match="已损坏"):
            opened(tmp_path, cut, "image/avif")
        return
    (page,) = opened(tmp_path, cut, "image/heic")
    assert page.damage is not None or page.problem == "malformed"


@pytest.mark.parametrize("name", OPTIONS)
def test_the_worker_outlives_a_picture_that_no_decoder_takes(tmp_path: Path, name: str) -> None:
    content, (start, end) = sound(name), coded(name)[0]
    path = tmp_path / "x"
    path.write_bytes(content[:start] + b"\x12\x00\x0a" * ((end - start) // 3) + content[end:])
    reading = shared_reader().read(
        path,
        media_type=TYPES[OPTIONS[name][0]],
        forms=Room(tmp_path),
        limits=Limits(),
        previews=Pictures(),
    )
    problems = {reading.problem, *(page.problem for page in reading.pages)} - {""}
    assert problems <= {"malformed", "damaged"}
    assert problems


@pytest.mark.parametrize("name", ["heic of tiles", "heic"])
def test_units_that_do_not_fill_the_picture_are_damage(tmp_path: Path, name: str) -> None:
    """Another file's bytes over the length of a unit."""
    content = sound(name)
    for start, _end in coded(name):
        spoiled = content[:start] + b"\x7f\x3a\x91\x5c" * 4 + content[start + 16 :]
        (page,) = opened(tmp_path, spoiled, "image/heic")
        assert page.damage is not None or page.problem == "malformed"


def test_a_thumbnail_never_stands_in_for_its_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file may hold a large thumbnail that shows something else, or nothing any more."""
    monkeypatch.setattr("evidence.recognition.pages.DRAFT", 200)
    picture = pillow_heif.from_pillow(drawn(500, 500, "print"))
    buffer = io.BytesIO()
    picture.save(buffer, quality=50, thumbnails=[300])
    (page,) = opened(tmp_path, buffer.getvalue(), "image/heic")
    assert page.image is not None
    assert page.image.shape[:2] == (500, 500)


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Room:
    return Room(tmp_path_factory.mktemp("heif"))


@pytest.fixture(scope="module")
def signed(room: Room) -> Image.Image:
    """A page with every box signed."""
    sample = room.issue(0)
    names = {box.box.rpartition("-p")[0] for box in sample.geometry[1].boxes}
    path = room.file(room.scan(sample, 2, signed=names, dpi=150), "signed.jpg")
    with Image.open(path) as page:
        return page.convert("RGB")


def read(room: Room, name: str, content: bytes) -> PageReading:
    (room.folder / name).write_bytes(content)
    (reading,) = room.read_path(room.folder / name)
    return reading


@pytest.mark.parametrize("suffix", ["heic", "avif"])
def test_a_page_with_a_hole_accuses_nobody(room: Room, signed: Image.Image, suffix: str) -> None:
    kind, options = ("HEIF", {"tile_size": 512}) if suffix == "heic" else ("AVIF", {"speed": 10})
    content = saved(signed, kind, quality=70, **options)
    whole = read(room, f"whole.{suffix}", content).scan
    assert whole is not None
    assert not whole.damaged
    assert MarkVerdict.PRESENT in {mark.verdict for mark in whole.marks}
    pictures = [item for item in Heif(content).items.values() if item.kind in {b"hvc1", b"av01"}]
    for item in pictures[::4]:
        reading = read(room, f"hole.{suffix}", without_middle(content, item))
        if reading.scan is None:
            assert reading.problem in {"malformed", "damaged"}
            continue
        assert reading.scan.damaged
        assert reading.scan.alterations == ()
        assert MarkVerdict.ABSENT not in {mark.verdict for mark in reading.scan.marks}
