"""A file cut anywhere is seen to lack its end, and a whole one never is."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.filetypes import media
from evidence.filetypes.media import identify_media
from evidence.filetypes.wholeness import only_zeros, read_end
from evidence.inbox.readers import BareRenderer
from evidence.inbox.settings import InboxSettings
from tests.support.clips import make_clip
from tests.support.inbox_fixture import picture, real_pdf

PICTURES = {"png": "PNG", "jpg": "JPEG", "tif": "TIFF", "bmp": "BMP", "webp": "WEBP"}
CLIPS = {"mp4": {}, "mov": {}, "mkv": {}, "avi": {}, "faststart.mp4": {"movflags": "+faststart"}}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """One whole file of each kind."""
    folder = tmp_path_factory.mktemp("clips")
    files = Samples({name: picture(format_) for name, format_ in PICTURES.items()})
    files["pages.tif"] = picture("TIFF", frames=3)
    files["pdf"] = real_pdf(3)
    files["linear.pdf"] = _linearised(real_pdf(3))
    for name, options in CLIPS.items():
        files[name] = make_clip(folder / f"clip.{name}", seconds=1, options=options).read_bytes()
    return files


class Samples(dict[str, bytes]):
    """Prints short when a test fails."""

    def __repr__(self) -> str:
        return f"<{len(self)} whole files>"


KINDS = [*PICTURES, "pages.tif", "pdf", "linear.pdf", *CLIPS]


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_file_has_its_end(whole: dict[str, bytes], tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x"
    path.write_bytes(whole[kind])
    assert read_end(path, identify_media(path, f"x.{kind}").type).missing == ""


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0.12, 0.985))
def test_a_cut_file_lacks_its_end(whole: dict[str, bytes], tmp_path: Path, kind: str, share: float) -> None:
    path = tmp_path / "x"
    content = whole[kind]
    path.write_bytes(content[: int(len(content) * share)])
    found = identify_media(path, f"x.{kind}").type
    assert read_end(path, found).missing, f"{kind} cut at {share:.3f} of {len(content)} bytes"


def test_a_pdf_whose_pointer_lies_beyond_its_end_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(b"%PDF-1.4\n1 0 obj\nendobj\nstartxref\n99999\n%%EOF\n")
    assert read_end(path, media.PDF).missing


@pytest.mark.parametrize("kind", ["pdf", "jpg", "png", "webp", "mp4", "pages.tif"])
def test_space_reserved_for_a_file_and_filled_by_half_is_not_whole(
    whole: dict[str, bytes], tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "x"
    content = whole[kind]
    path.write_bytes(content[: len(content) // 2] + bytes(len(content) - len(content) // 2))
    found = identify_media(path, f"x.{kind}").type
    if read_end(path, found).missing:
        return
    reading = BareRenderer(settings=InboxSettings()).read(path, found)
    assert "malformed" in {reading.problem, *(page.problem for page in reading.pages)}


def test_a_phone_picture_with_a_film_behind_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "x.jpg"
    path.write_bytes(picture("JPEG") + b"ftypmp42" + bytes(2000))
    assert read_end(path, media.JPEG).missing == ""


@pytest.mark.parametrize(
    ("content", "zeros"),
    [(bytes(200_000), True), (bytes(100_000) + b"x", False), (b"", False), (b"\0", True)],
)
def test_reserved_space_is_recognised(tmp_path: Path, content: bytes, zeros: bool) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    assert only_zeros(path) is zeros


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=400),
    head=st.sampled_from(
        [b"%PDF-", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"RIFF", b"PK\x03\x04", b"\x1aE\xdf\xa3", b""]
    ),
)
def test_no_rubbish_is_ever_an_error(tmp_path: Path, content: bytes, head: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(head + content)
    assert isinstance(read_end(path, identify_media(path, "x.pdf").type).missing, str)
    for kind in media.FAMILIES:
        assert isinstance(read_end(path, kind).missing, str)


def _linearised(content: bytes) -> bytes:
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        document.save(buffer, linearize=True)
    return buffer.getvalue()
