"""Pages taken out of somebody else's PDF: theirs whole and untouched, nothing of the others, nothing live."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from evidence.bundles.pdf_pages import PageLeftBehindError, extract_pages
from evidence.bundles.sources import Sources, flat_pdf

LIVE = (
    b"/JavaScript",
    b"/Launch",
    b"/AcroForm",
    b"/Sig",
    b"/ByteRange",
    b"/Annot",
    b"/OpenAction",
    b"/AA",
    b"cmd.exe",
)


def jpeg(shade: int) -> bytes:
    buffer = io.BytesIO()
    Image.effect_noise((160, 220), 60).point(lambda value: (value + shade) % 256).save(buffer, "JPEG")
    return buffer.getvalue()


def stack(path: Path, *, pages: int = 4) -> list[bytes]:
    """As scanners write them: one resource dictionary at the top names the pictures of every page."""
    pictures = [jpeg(60 * page) for page in range(pages)]
    with pikepdf.new() as pdf:
        names = {}
        for page, data in enumerate(pictures):
            names[f"/Im{page}"] = pdf.make_stream(
                data, Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=160, Height=220,
                ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8, Filter=pikepdf.Name.DCTDecode,
            )  # fmt: skip
        for page in range(pages):
            content = pdf.make_stream(f"q 400 0 0 550 20 20 cm /Im{page} Do Q".encode())
            pdf.pages.append(
                pikepdf.Page(
                    pdf.make_indirect(
                        pikepdf.Dictionary(
                            Type=pikepdf.Name.Page, MediaBox=[0, 0, 440, 590], Contents=content
                        )
                    )
                )
            )
        pdf.Root.Pages["/Resources"] = pikepdf.Dictionary(XObject=pikepdf.Dictionary(names))
        pdf.Root.Pages["/Rotate"] = 90
        pdf.save(path)
    return pictures


def bring_to_life(path: Path) -> None:
    """A signed form field with an appearance, a launch button, scripts, an attached file."""
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        box = [50, 50, 150, 150]
        shown = pdf.make_stream(b"1 0 0 rg 0 0 100 100 re f", Type=pikepdf.Name.XObject,
                                Subtype=pikepdf.Name.Form, BBox=[0, 0, 100, 100])  # fmt: skip
        launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe"))
        signature = pikepdf.Dictionary(Type=pikepdf.Name.Sig, Contents=b"0" * 99, ByteRange=[0, 1, 2, 3])
        field = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Sig, T="s", Rect=box,
                V=pdf.make_indirect(signature), AP=pikepdf.Dictionary(N=shown), F=4, P=pdf.pages[0].obj,
            )
        )  # fmt: skip
        button = pdf.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=launch
            )
        )
        pdf.pages[0].obj["/Annots"] = pikepdf.Array([field, button])
        pdf.pages[0].obj["/AA"] = pikepdf.Dictionary(O=launch)
        pdf.Root["/AcroForm"] = pikepdf.Dictionary(Fields=[field], SigFlags=3)
        pdf.Root["/OpenAction"] = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
        pdf.attachments["other.txt"] = b"somebody else's"
        pdf.save(path)


def streams_of(data: bytes) -> list[bytes]:
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return [each.read_raw_bytes() for each in pdf.objects if isinstance(each, pikepdf.Stream)]


@pytest.mark.parametrize("wanted", [[0], [3], [1, 2], [2, 0]])
def test_only_these_pages_picture_streams_are_there_byte_for_byte(tmp_path: Path, wanted: list[int]) -> None:
    pictures = stack(tmp_path / "stack.pdf")
    made = extract_pages(tmp_path / "stack.pdf", wanted)
    there = streams_of(made)
    for page, data in enumerate(pictures):
        assert (data in there) == (page in wanted), page
    with pypdfium2.PdfDocument(made) as pdf, pypdfium2.PdfDocument(tmp_path / "stack.pdf") as whole:
        assert len(pdf) == len(wanted)
        for place, page in enumerate(wanted):
            assert pdf[place].get_size() == whole[page].get_size() == (590, 440)
            assert pdf[place].render().to_pil().tobytes() == whole[page].render().to_pil().tobytes()


def test_the_same_file_gives_the_same_bytes(tmp_path: Path) -> None:
    stack(tmp_path / "stack.pdf")
    assert extract_pages(tmp_path / "stack.pdf", [1]) == extract_pages(tmp_path / "stack.pdf", [1])


@pytest.mark.parametrize("pages", [[0], [0, 1]])
def test_nothing_live_comes_along_but_what_fields_show_stays_on_the_page(
    tmp_path: Path, pages: list[int]
) -> None:
    stack(tmp_path / "live.pdf")
    bring_to_life(tmp_path / "live.pdf")
    made = extract_pages(tmp_path / "live.pdf", pages)
    readable = io.BytesIO()
    with pikepdf.open(io.BytesIO(made)) as pdf:
        pdf.save(readable, qdf=True, object_stream_mode=pikepdf.ObjectStreamMode.disable)
    assert not [mark for mark in LIVE if mark in readable.getvalue()]
    assert b"somebody else's" not in readable.getvalue()
    with pypdfium2.PdfDocument(made) as document:
        red = document[0].render().to_pil().convert("RGB")
    # rotated by 90: the field at 50..150 from the lower left lies in the upper left
    assert red.getpixel((100, 100)) == (255, 0, 0)


def test_a_dossier_takes_a_live_page_as_its_picture_and_others_as_they_are(tmp_path: Path) -> None:
    pictures = stack(tmp_path / "live.pdf", pages=2)
    bring_to_life(tmp_path / "live.pdf")
    flat = flat_pdf(tmp_path / "live.pdf")
    there = streams_of(flat)
    assert pictures[0] not in there
    assert pictures[1] in there
    assert not [mark for mark in LIVE if mark in flat]
    with Sources() as sources:
        pages = sources.pages(tmp_path / "live.pdf", "application/pdf")
        assert round(float(pages[0].mediabox[2])) == 590
    with pypdfium2.PdfDocument(flat) as document:
        assert document[0].render().to_pil().convert("RGB").getpixel((100, 100)) == (255, 0, 0)


def test_what_cannot_be_taken_apart_says_so(tmp_path: Path) -> None:
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.7\nbroken")
    with pytest.raises(PageLeftBehindError):
        extract_pages(tmp_path / "broken.pdf", [0])
    stack(tmp_path / "stack.pdf", pages=1)
    with pytest.raises(PageLeftBehindError):
        extract_pages(tmp_path / "stack.pdf", [1])
