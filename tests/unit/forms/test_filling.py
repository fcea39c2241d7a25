"""Filling a Word template: what goes in, what is refused, and the same bytes each time."""

from __future__ import annotations

import io
import os
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest
from PIL import Image

from evidence.domain.document import BoxKind
from evidence.domain.identifiers import Sha256
from evidence.errors import InputError
from evidence.forms.catalogue import Catalogue, shipped_templates
from evidence.forms.declaration import (
    BoxDeclaration,
    FieldDeclaration,
    FieldKind,
    FormDeclaration,
    ItemDeclaration,
)
from evidence.forms.fill import anchor, fill
from evidence.forms.kai_punctuation import for_rendering
from evidence.forms.photographs import picture_of, prepare
from evidence.forms.settings import FormsSettings
from evidence.forms.template_text import compare, read_usage

FORM = FormDeclaration(
    id="sample",
    code="YB",
    title="样表",
    short="样表",
    fields=(
        FieldDeclaration(name="编号", required=True, label="编号"),
        FieldDeclaration(name="企业", required=True, label="企业名称"),
        FieldDeclaration(name="行", kind=FieldKind.LIST, items=(ItemDeclaration(name="名"),)),
    ),
    boxes=(
        BoxDeclaration(box="escort", kind=BoxKind.SIGNATURE, role="escort", required=True, anchor="escort"),
    ),
)
GOOD = ["{{ 编号 }}{{ 企业 }}", "{%p for 个 in 行 %}", "{{ 个.名 }}", "{%p endfor %}", "{{r 框.escort }}"]


def template(path: Path, paragraphs: list[str]) -> Path:
    """A Word file with these paragraphs."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    document.save(str(path))
    return path


def text_of(data: bytes) -> str:
    """The text of a Word file."""
    return "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(data)).paragraphs)


def test_equal_values_give_equal_bytes(tmp_path: Path) -> None:
    path = template(tmp_path / "a.docx", GOOD)
    values = {"编号": "1", "企业": "甲", "行": [{"名": "乙"}], "框": {"escort": anchor("escort")}}
    assert fill(path, values) == fill(path, values)


@pytest.mark.parametrize("name", ["A&B<公司>", "龘喆祎玥堃", "“甲”公司", "{{ 编号 }}", "𠮷野家"])
def test_names_stay_as_they_are(tmp_path: Path, name: str) -> None:
    path = template(tmp_path / "a.docx", ["{{ 企业 }}"])
    assert text_of(fill(path, {"企业": name})) == name


@pytest.mark.parametrize("hidden", ["\x00", "\x07", "\x1f", "\ufffe", "\ud800"])
def test_a_control_character_is_refused_with_its_field(tmp_path: Path, hidden: str) -> None:
    path = template(tmp_path / "a.docx", ["{{ 企业.名 }}"])
    with pytest.raises(InputError) as refused:
        fill(path, {"企业": {"名": f"甲{hidden}"}})
    assert "企业 · 名" in refused.value.where


@pytest.mark.parametrize(
    ("marks", "message"),
    [
        (["{{ 企业 "], "语法错误"),
        (["{%p for 个 in 行 %}", "{{ 个.名 }}"], "语法错误"),
        (["{{ 企业|不存在的过滤 }}"], "无法填写|语法错误"),
        (["{{ 没有 }}"], "不存在的字段"),
        (["{{ 企业.__class__.__mro__ }}"], "不存在的字段|无法填写"),
    ],
)
def test_a_broken_template_is_refused_with_its_file(tmp_path: Path, marks: list[str], message: str) -> None:
    path = template(tmp_path / "a.docx", marks)
    with pytest.raises(InputError, match=message) as refused:
        fill(path, {"企业": "甲", "行": []})
    assert str(path) in refused.value.where


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        (GOOD, set()),
        (GOOD[:-1], {"缺少签章标记 {{r 框.escort }}（）"}),
        ([*GOOD, "{{ 地址 }}"], {"用了不存在的字段“地址”"}),
        ([*GOOD, "{{ 行 }}"], {"“行”是列表，要用 {%tr for … in 行 %} 逐行印出"}),
        (["{{ 编号 }}", *GOOD[1:]], {"缺少必须印出的字段“企业”（企业名称）"}),
        ([*GOOD, "{%p for 个 in 企业 %}", "{{ 个 }}", "{%p endfor %}"], {"“企业”不是列表，不能循环"}),
        ([*GOOD, "{%p for 个 in 行 %}", "{{ 个.价 }}", "{%p endfor %}"], {"“行”的行里没有“价”"}),
        ([*GOOD, "{{r 框.boss }}"], {"签章标记 框.boss 没有声明"}),
        ([*GOOD[:-1], "{{ 框.escort }}"], {"签章标记“框.escort”要写成 {{r 框.escort }}，多一个 r"}),
        ([*GOOD, "{%p if 企业 %}", "有", "{%p endif %}"], set()),
    ],
)
def test_the_check_says_what_the_designer_must_change(
    tmp_path: Path, marks: list[str], expected: set[str]
) -> None:
    path = template(tmp_path / "a.docx", marks)
    assert {message for _level, message in compare(read_usage(path), FORM)} == expected


def test_a_template_that_is_no_word_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(b"not a document")
    with pytest.raises(InputError, match="Word"):
        read_usage(path)


def test_a_header_is_read_too(tmp_path: Path) -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "{{ 页眉里的 }}"
    path = tmp_path / "a.docx"
    document.save(str(path))
    assert "页眉里的" in read_usage(path).printed


def test_shipped_templates_use_only_what_they_declare() -> None:
    catalogue = Catalogue.load(shipped_templates())
    assert len(catalogue.forms) == 19
    for form in catalogue:
        assert list(compare(read_usage(catalogue.docx(form)), form)) == [], form.id


def test_kai_punctuation_is_set_in_song_only_for_rendering(tmp_path: Path) -> None:
    document = docx.Document()
    run = document.add_paragraph().add_run("检查，整改。")
    run.font.name = "楷体"
    run._element.rPr.rFonts.set(
        "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}eastAsia", "楷体"
    )
    path = tmp_path / "a.docx"
    document.save(str(path))
    rendered = for_rendering(path.read_bytes())
    runs = docx.Document(io.BytesIO(rendered)).paragraphs[0].runs
    assert [(part.text, part.font.name) for part in runs] == [
        ("检查", "楷体"),
        ("，", "宋体"),
        ("整改", "楷体"),
        ("。", "宋体"),
    ]
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(io.BytesIO(rendered)) as after:
        assert before.namelist() == after.namelist()


def test_a_photograph_is_turned_upright_and_bounded(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x112] = 6
    picture = Image.new("RGB", (4000, 3000), "white")
    picture.paste("red", (0, 0, 400, 400))
    path = tmp_path / "a.jpg"
    picture.save(path, exif=exif)
    before = path.read_bytes()
    photo = prepare(path, 76.0, 46.0, FormsSettings())
    with Image.open(io.BytesIO(photo.jpeg)) as placed:
        assert placed.height > placed.width
        assert max(placed.size) <= 1400
        red, green, _blue = placed.getpixel((placed.width - 20, 20))  # type: ignore[misc]
        assert red > 200 > green + 100, "top-left of the sensor is top-right of the upright picture"
        assert not placed.getexif().get(0x112)
    assert photo.width_mm == pytest.approx(46.0 * 3 / 4, abs=0.2)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff\xe0 torn"])
def test_a_picture_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(content)
    with pytest.raises(InputError, match="照片"):
        prepare(path, 76.0, 46.0, FormsSettings())


def test_a_photograph_keeps_its_name_ending_and_times(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "2022:03:14 09:12:30"
    path = tmp_path / "冲压车间 1.JPG"
    Image.new("RGB", (40, 30), "white").save(path, "JPEG", exif=exif)
    os.utime(path, (1_647_220_000, 1_647_220_000))
    told = picture_of(path, Sha256("ab" * 32))
    assert (told.name, told.media_type, told.bytes) == ("冲压车间 1.JPG", "image/jpeg", path.stat().st_size)
    assert told.taken_at == datetime(2022, 3, 14, 1, 12, 30, tzinfo=UTC)
    assert told.file_time == datetime.fromtimestamp(1_647_220_000, UTC)


@pytest.mark.parametrize(
    ("original", "offset", "expected"),
    [
        ("2022:03:14 09:12:30", "+09:00", datetime(2022, 3, 14, 0, 12, 30, tzinfo=UTC)),
        ("0000:00:00 00:00:00", "", None),
        ("yesterday", "", None),
    ],
)
def test_the_camera_s_time_is_taken_at_its_word_or_left_out(
    tmp_path: Path, original: str, offset: str, expected: datetime | None
) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = original
    if offset:
        exif.get_ifd(0x8769)[0x9011] = offset
    path = tmp_path / "a.jpg"
    Image.new("RGB", (40, 30), "white").save(path, "JPEG", exif=exif)
    assert picture_of(path, Sha256("ab" * 32)).taken_at == expected


def test_a_telephone_s_heic_is_a_photograph(tmp_path: Path) -> None:
    path = tmp_path / "a.heic"
    Image.new("RGB", (400, 300), "red").save(path, "HEIF")
    assert prepare(path, 76.0, 46.0, FormsSettings()).jpeg
    assert picture_of(path, Sha256("ab" * 32)).media_type == "image/heif"
