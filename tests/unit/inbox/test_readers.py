"""Rendering every page proves a file whole; whatever is wrong with it has a reason, never an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from evidence.filetypes import media
from evidence.filetypes.media import identify_media
from evidence.inbox.readers import BareRenderer
from evidence.inbox.settings import InboxSettings
from tests.support.inbox_fixture import picture, real_pdf

READER = BareRenderer(settings=InboxSettings(max_pages=20))


def read(tmp_path: Path, content: bytes, name: str) -> tuple[str, list[str]]:
    path = tmp_path / name
    path.write_bytes(content)
    reading = READER.read(path, identify_media(path, name).type)
    return reading.problem, [page.problem for page in reading.pages]


def hollow(content: bytes) -> bytes:
    """The second half is zeros: space reserved, or a hole where a packet was lost."""
    return content[: len(content) // 2] + bytes(len(content) - len(content) // 2)


def test_each_page_and_frame_is_rendered(tmp_path: Path) -> None:
    assert read(tmp_path, real_pdf(3), "a.pdf") == ("", ["no_code"] * 3)
    assert read(tmp_path, picture("TIFF", frames=2), "a.tif") == ("", ["no_code"] * 2)
    assert read(tmp_path, picture("PNG"), "a.png") == ("", ["no_code"])


@pytest.mark.parametrize("format_", ["TIFF", "PNG"])
def test_a_picture_with_a_hole_is_not_whole(tmp_path: Path, format_: str) -> None:
    content = picture(format_, (300, 300), frames=3 if format_ == "TIFF" else 1)
    problem, pages = read(tmp_path, hollow(content), f"a.{format_.lower()}")
    assert "malformed" in {problem, *pages}


def test_a_pdf_with_a_hole_is_refused(tmp_path: Path) -> None:
    problem, pages = read(tmp_path, hollow(real_pdf(3)), "a.pdf")
    assert problem == "malformed" or "malformed" in pages


def test_too_many_pages_are_refused_before_they_are_rendered(tmp_path: Path) -> None:
    problem, pages = read(tmp_path, real_pdf(21), "a.pdf")
    assert (problem, pages) == ("too_large", [])


@pytest.mark.parametrize("kind", [media.PDF, media.JPEG, media.TIFF, media.HEIC])
def test_rubbish_is_malformed(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(bytes(range(256)) * 8)
    assert READER.read(path, kind).problem == "malformed"
