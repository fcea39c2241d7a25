"""Dossiers assembled from pages of every kind, the same input giving the same bytes."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject

from evidence.bundles.assembly import WORTH_A_POOL, assemble_all
from evidence.bundles.dossier import DossierContent, DossierPart, build_dossier
from evidence.bundles.sources import PageUnreadableError, SourcePage
from tests.support.handing_over import drawn_form
from tests.support.sample import FRIDAY

SHEET: dict[str, Any] = {
    "title": "甲公司 卷宗",
    "agency": "机构",
    "contract_name": "合同",
    "kind": "年度全面检查",
    "cover": [("企业名称", "龘喆祎玥堃精密机械有限公司")],
    "date": "2022年4月1日",
    "notice": "",
    "findings_summary": "核对 1 项。",
    "findings": [],
    "marks": [],
    "visits": [],
    "photos": [],
    "originals": [],
}


def content(folder: Path, *scans: SourcePage, at: datetime = FRIDAY, **sheet: Any) -> DossierContent:
    document = folder / "issued.pdf"
    document.write_bytes(drawn_form("WJB22-0001-JC-001", 2))
    part = DossierPart(
        title="现场检查记录",
        number="WJB22-0001-JC-001",
        date="2022-03-14",
        state="present" if scans else "missing",
        document=document,
        document_pages=2,
        scans=scans,
    )
    return DossierContent(case="WJB22-0001", sheet=SHEET | sheet, parts=(part,), at=at)


def picture(path: Path, size: tuple[int, int] = (620, 877), kind: str = "JPEG", frames: int = 1) -> Path:
    """A white page with a black corner at its upper left."""
    images = [Image.new("RGB", size, "white") for _ in range(frames)]
    for image in images:
        image.paste("black", (0, 0, size[0] // 4, size[1] // 8))
    more = {"save_all": True, "append_images": images[1:]} if frames > 1 else {}
    images[0].save(path, kind, dpi=(75, 75), **more)
    return path


def page_image(pdf: bytes, page: int) -> Image.Image:
    with pypdfium2.PdfDocument(pdf) as document:
        return document[page].render(scale=0.5).to_pil().convert("L")


@pytest.mark.parametrize(
    ("kind", "media"),
    [
        ("JPEG", "image/jpeg"),
        ("PNG", "image/png"),
        ("TIFF", "image/tiff"),
        ("BMP", "image/bmp"),
        ("WEBP", "image/webp"),
    ],
)
def test_every_kind_of_scan_becomes_an_upright_a4_page(tmp_path: Path, kind: str, media: str) -> None:
    path = picture(tmp_path / "scan", kind=kind)
    pdf = build_dossier(content(tmp_path, SourcePage(path=path, media_type=media, index=0)))
    reader = PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) == 2 + 2 + 1 + 2
    page = reader.pages[4]
    assert [round(float(edge)) for edge in page.mediabox] == [0, 0, 595, 842]
    seen = page_image(pdf, 4)
    assert seen.getpixel((10, 30)) < 60, "the black corner stays upper left"
    assert seen.getpixel((280, 30)) > 200


def test_jpeg_bytes_are_embedded_untouched(tmp_path: Path) -> None:
    path = picture(tmp_path / "scan.jpg")
    pdf = build_dossier(content(tmp_path, SourcePage(path=path, media_type="image/jpeg", index=0)))
    assert path.read_bytes() in pdf


@pytest.mark.parametrize(
    ("rotation", "corner"), [(0, (10, 30)), (90, (280, 30)), (180, (280, 390)), (270, (10, 390))]
)
def test_a_page_scanned_askew_is_turned_and_its_stamp_stays_lower_right(
    tmp_path: Path, rotation: int, corner: tuple[int, int]
) -> None:
    path = picture(tmp_path / "scan.jpg")
    scan = SourcePage(path=path, media_type="image/jpeg", index=0, rotation=rotation)
    pdf = build_dossier(content(tmp_path, scan))
    seen = page_image(pdf, 4)
    scale = seen.width / 298, seen.height / 421
    assert seen.getpixel((int(corner[0] * scale[0]), int(corner[1] * scale[1]))) < 60
    foot = seen.crop((seen.width * 6 // 10, seen.height - 14, seen.width - 4, seen.height - 2))
    assert foot.getextrema()[0] < 140, "the running number is at the foot"


def test_a_page_that_stands_there_twice_is_turned_once_each_time(tmp_path: Path) -> None:
    path = picture(tmp_path / "scan.jpg")
    scan = SourcePage(path=path, media_type="image/jpeg", index=0, rotation=90)
    reader = PdfReader(io.BytesIO(build_dossier(content(tmp_path, scan, replace(scan, rotation=0), scan))))
    assert [page.rotation for page in reader.pages[4:7]] == [90, 0, 90]
    assert len({page["/Contents"][-1].get_data() for page in reader.pages[4:7]}) == 2, "labels stay upright"


def test_frames_of_a_tiff_and_pages_of_a_pdf_are_taken_by_index(tmp_path: Path) -> None:
    tiff = picture(tmp_path / "scan.tif", kind="TIFF", frames=3)
    stack = tmp_path / "stack.pdf"
    writer = PdfWriter()
    for width in (300, 400, 500):
        writer.add_blank_page(width, 600)
    writer.write(stack)
    pdf = build_dossier(
        content(
            tmp_path,
            SourcePage(path=tiff, media_type="image/tiff", index=2),
            SourcePage(path=stack, media_type="application/pdf", index=1),
        )
    )
    assert float(PdfReader(io.BytesIO(pdf)).pages[5].mediabox.width) == 400


def test_the_same_input_gives_the_same_bytes_and_another_instant_other_bytes(tmp_path: Path) -> None:
    path = picture(tmp_path / "scan.jpg")
    wanted = content(tmp_path, SourcePage(path=path, media_type="image/jpeg", index=0))
    assert build_dossier(wanted) == build_dossier(wanted)
    later = replace(wanted, at=datetime(2022, 4, 2, tzinfo=FRIDAY.tzinfo))
    assert build_dossier(wanted) != build_dossier(later)


def test_a_missing_scan_is_said_in_the_index(tmp_path: Path) -> None:
    reader = PdfReader(io.BytesIO(build_dossier(content(tmp_path))))
    assert "未收到签章扫描件" in reader.pages[1].extract_text()


def test_photographs_stand_with_caption_and_digest(tmp_path: Path) -> None:
    photo = picture(tmp_path / "photo.jpg", size=(400, 300))
    wanted = content(
        tmp_path,
        photos=[
            {"file": name, "caption": "H01 整改前：冲压车间", "name": "IMG_1.jpg", "sha256": "ab" * 32}
            for name in ("p", "gone")
        ],
    )
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")
    reader = PdfReader(io.BytesIO(build_dossier(replace(wanted, photos={"p": photo, "gone": broken}))))
    texts = ["".join(page.extract_text().split()) for page in reader.pages]
    shown = next(text for text in texts if "H01整改前：冲压车间" in text)
    assert "ab" * 16 in shown
    assert "IMG_1.jpg" in shown
    assert "不能显示，见原件" in shown


def test_a_photograph_goes_in_at_the_size_it_is_printed(tmp_path: Path) -> None:
    noise = Image.effect_noise((4000, 3000), 90).convert("RGB")
    noise.save(tmp_path / "photo.jpg", quality=95)
    rows = [{"file": "p", "caption": "H01", "name": "a.jpg", "sha256": "ab" * 32}]
    pdf = build_dossier(replace(content(tmp_path, photos=rows), photos={"p": tmp_path / "photo.jpg"}))
    sizes = {
        image.image.size for page in PdfReader(io.BytesIO(pdf)).pages for image in page.images if image.image
    }
    assert sizes == {(1000, 750)}
    assert len(pdf) < (tmp_path / "photo.jpg").stat().st_size / 4


@pytest.mark.parametrize(
    ("data", "media", "index"),
    [
        (b"no picture", "image/jpeg", 0),
        (b"%PDF-1.7 broken", "application/pdf", 0),
        (b"", "image/png", 0),
        (None, "image/jpeg", 7),
    ],
)
def test_a_scan_that_cannot_be_read_is_named(
    tmp_path: Path, data: bytes | None, media: str, index: int
) -> None:
    path = picture(tmp_path / "scan.jpg")
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(PageUnreadableError) as refused:
        build_dossier(content(tmp_path, SourcePage(path=path, media_type=media, index=index)))
    assert str(path) in refused.value.where


def test_scripts_and_form_fields_of_foreign_pdfs_do_not_come_along(tmp_path: Path) -> None:
    hostile = tmp_path / "hostile.pdf"
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert('x')")}
    )
    page[NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})
    link = DictionaryObject({NameObject("/Subtype"): NameObject("/Link"), NameObject("/A"): action})
    page[NameObject("/Annots")] = ArrayObject([link])
    writer.write(hostile)
    pdf = build_dossier(content(tmp_path, SourcePage(path=hostile, media_type="application/pdf", index=0)))
    assert b"/JavaScript" not in pdf
    assert b"app.alert" not in pdf


@pytest.mark.slow
def test_many_dossiers_come_in_order_whatever_process_made_them(tmp_path: Path) -> None:
    path = picture(tmp_path / "scan.jpg")
    base = content(tmp_path, SourcePage(path=path, media_type="image/jpeg", index=0))
    wanted = [replace(base, case=f"WJB22-{number:04d}") for number in range(1, WORTH_A_POOL + 1)]
    targets = [tmp_path / f"{each.case}.pdf" for each in wanted]
    made = list(assemble_all(zip(wanted, targets, strict=True), count=len(wanted)))
    assert made == targets
    assert [path.read_bytes() for path in made] == [build_dossier(each) for each in wanted]


@pytest.mark.slow
def test_an_unreadable_scan_is_named_from_another_process_too(tmp_path: Path) -> None:
    path = tmp_path / "bad.jpg"
    path.write_bytes(b"bad")
    bad = content(tmp_path, SourcePage(path=path, media_type="image/jpeg", index=0))
    with pytest.raises(PageUnreadableError) as refused:
        list(assemble_all(((bad, tmp_path / f"{n}.pdf") for n in range(9)), count=9))
    assert str(path) in refused.value.where
    assert refused.value.remedy
