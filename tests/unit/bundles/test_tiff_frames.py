"""Frames taken out of a TIFF: the same pixels, the same compressed bytes, nothing of the other frames."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image

from evidence.bundles.tiff_frames import TiffFrameError, tiff_frames

KINDS: dict[str, tuple[str, dict[str, Any]]] = {
    "raw": ("L", {"compression": "raw"}),
    "lzw": ("RGB", {"compression": "tiff_lzw"}),
    "deflate": ("RGB", {"compression": "tiff_adobe_deflate"}),
    "jpeg": ("RGB", {"compression": "jpeg"}),
    "fax": ("1", {"compression": "group4"}),
    "big": ("L", {"compression": "tiff_lzw", "big_tiff": True}),
    "palette": ("P", {"compression": "packbits"}),
    "strips": ("L", {"compression": "tiff_lzw", "strip_size": 4096}),
}


def stack(kind: str, count: int = 3) -> tuple[bytes, list[Image.Image]]:
    mode, options = KINDS[kind]
    frames = [Image.effect_noise((120, 90), 20 + 60 * n).convert("RGB").convert(mode) for n in range(count)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "TIFF", save_all=True, append_images=frames[1:], dpi=(200, 200), **options)
    return buffer.getvalue(), frames


def pieces(data: bytes, frame: int) -> list[bytes]:
    """The compressed strips of a frame."""
    with Image.open(io.BytesIO(data)) as picture:
        picture.seek(frame)
        tags: Any = picture.tag_v2  # type: ignore[attr-defined]
        return [data[at : at + size] for at, size in zip(tags[273], tags[279], strict=True)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wanted", [[0], [2], [2, 1]])
def test_frames_are_the_same_and_the_only_ones(kind: str, wanted: list[int]) -> None:
    data, _frames = stack(kind)
    made = tiff_frames(data, wanted)
    with Image.open(io.BytesIO(made)) as picture, Image.open(io.BytesIO(data)) as whole:
        assert getattr(picture, "n_frames", 1) == len(wanted)
        for place, frame in enumerate(wanted):
            picture.seek(place)
            whole.seek(frame)
            assert picture.tobytes() == whole.tobytes()
            assert picture.info.get("dpi") == whole.info.get("dpi")
            assert pieces(made, place) == pieces(data, frame)
    for frame in set(range(3)) - set(wanted):
        assert not any(piece in made for piece in pieces(data, frame))


def big_endian() -> bytes:
    """Two one-pixel frames as a Macintosh wrote them."""
    body = bytearray(b"MM\0*\0\0\0\x08")
    for last, shade in ((False, 7), (True, 9)):
        start = len(body)
        tags = [(256, 3, 1), (257, 3, 1), (258, 3, 8), (259, 3, 1), (262, 3, 1), (277, 3, 1), (279, 4, 1)]
        end = start + 2 + 12 * 8 + 4
        tags.insert(5, (273, 4, end))
        body += len(tags).to_bytes(2, "big")
        for tag, kind, value in sorted(tags):
            body += tag.to_bytes(2, "big") + kind.to_bytes(2, "big") + (1).to_bytes(4, "big")
            body += value.to_bytes(2, "big") + b"\0\0" if kind == 3 else value.to_bytes(4, "big")
        body += (0 if last else end + 2).to_bytes(4, "big") + bytes([shade, 0])
    return bytes(body)


def test_the_other_byte_order_is_read_and_kept() -> None:
    made = tiff_frames(big_endian(), [1])
    assert made[:4] == b"MM\0*"
    with Image.open(io.BytesIO(made)) as picture:
        assert picture.getpixel((0, 0)) == 9


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[:100],
        lambda data: b"II*\0" + b"\xff" * 60,
        lambda data: b"",
        lambda data: data[:4] + data[:4],
    ],
)
def test_a_damaged_file_is_refused_not_guessed(spoil: Any) -> None:
    with pytest.raises(TiffFrameError):
        tiff_frames(spoil(stack("lzw")[0]), [0])


def test_a_frame_that_is_not_there_is_refused() -> None:
    with pytest.raises(TiffFrameError):
        tiff_frames(stack("lzw")[0], [3])
