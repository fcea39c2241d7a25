"""One case's pages of a stack: copied where they can be, cut out of a shared picture without loss."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from evidence.bundles.extracts import Cut, How, NotExtractableError, Region, extract, without_neighbour
from tests.unit.bundles.test_pdf_pages import stack


@pytest.mark.parametrize(
    ("kind", "media"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")]
)
def test_a_picture_of_two_sheets_gives_each_its_own_pixels(tmp_path: Path, kind: str, media: str) -> None:
    Image.effect_noise((400, 200), 90).convert("RGB").save(tmp_path / "both", kind)
    left, right = Cut(index=0, region=(0, 0, 500, 1000)), Cut(index=0, region=(500, 0, 500, 1000))
    with Image.open(tmp_path / "both") as picture:
        whole = picture.convert("RGB")
    for cut, box in ((left, (0, 0, 200, 200)), (right, (200, 0, 400, 200))):
        (made,) = extract(tmp_path / "both", media, [cut])
        assert (made.how, made.suffix, made.cuts) == (How.CROP, ".png", (cut,))
        assert Image.open(io.BytesIO(made.data)).convert("RGB").tobytes() == whole.crop(box).tobytes()


def test_a_crop_follows_the_picture_as_it_is_seen(tmp_path: Path) -> None:
    picture = Image.new("L", (200, 100), 255)
    picture.paste(0, (0, 0, 100, 100))
    exif = Image.Exif()
    exif[0x0112] = 6  # turned clockwise to be upright
    picture.save(tmp_path / "turned.jpg", exif=exif, quality=100)
    (made,) = extract(tmp_path / "turned.jpg", "image/jpeg", [Cut(index=0, region=(0, 0, 1000, 480))])
    upper = Image.open(io.BytesIO(made.data))
    assert upper.size == (100, 96)
    assert upper.getextrema()[1] < 40


def test_whole_pages_come_in_one_file_and_crops_in_one_each(tmp_path: Path) -> None:
    stack(tmp_path / "stack.pdf")
    cuts = [Cut(index=0), Cut(index=2), Cut(index=3, region=(0, 0, 1000, 500))]
    pages, crop = extract(tmp_path / "stack.pdf", "application/pdf", cuts)
    assert (pages.how, pages.cuts) == (How.PAGES, (Cut(index=0), Cut(index=2)))
    assert (crop.how, crop.media_type) == (How.CROP, "image/png")


def test_a_frame_of_another_kind_keeps_its_pixels(tmp_path: Path) -> None:
    frames = [Image.effect_noise((90, 60), 40 * n + 20).convert("RGB") for n in range(2)]
    frames[0].save(tmp_path / "two.webp", save_all=True, append_images=frames[1:], lossless=True)
    (made,) = extract(tmp_path / "two.webp", "image/webp", [Cut(index=1)])
    assert made.how is How.PICTURE
    assert Image.open(io.BytesIO(made.data)).convert("RGB").tobytes() == frames[1].tobytes()


def test_what_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"no picture")
    with pytest.raises(NotExtractableError):
        extract(tmp_path / "x", "image/jpeg", [Cut(index=0, region=(0, 0, 500, 500))])


@pytest.mark.parametrize(
    ("own", "other", "shown"),
    [
        ((0, 0, 520, 1000), (480, 0, 520, 1000), (0, 0, 500, 1000)),
        ((480, 0, 520, 1000), (0, 0, 520, 1000), (500, 0, 500, 1000)),
        ((0, 0, 1000, 520), (0, 490, 1000, 510), (0, 0, 1000, 505)),
        ((0, 490, 1000, 510), (0, 0, 1000, 520), (0, 505, 1000, 495)),
        ((0, 0, 400, 1000), (500, 0, 500, 1000), (0, 0, 400, 1000)),
    ],
)
def test_regions_with_a_margin_are_parted_between_the_sheets(
    own: Region, other: Region, shown: Region
) -> None:
    assert without_neighbour(own, other) == shown
