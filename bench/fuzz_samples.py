"""Sound files of every accepted kind, small, made by the tests' own makers; made once a process."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Mapping
from email.message import EmailMessage
from functools import cache
from pathlib import Path

import pikepdf
import pillow_heif
from PIL import Image, ImageDraw

from tests.outside.compound import compound
from tests.outside.workbooks.maker import packed, sheet_xml, workbook
from tests.support.clips import make_clip
from tests.support.forgery import contract
from tests.support.inbox_fixture import real_pdf

_LIST: Mapping[str, str | int | float] = {
    "A1": "文件名", "B1": "设备编号", "C1": "警号", "D1": "开始时间", "E1": "时长(秒)",
    "A2": "0012346_000124_20220329140500.MP4", "B2": "0012346", "C2": "000124", "D2": "2022-03-29 14:05:00",
    "E2": 60,
}  # fmt: skip
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@cache
def arrivals() -> Mapping[str, bytes]:
    """By name; the extension names the kind."""
    pillow_heif.register_heif_opener()
    page = _page()
    paged = real_pdf(3)
    found = {
        "三页.pdf": paged,
        "表格.pdf": contract(field=True),
        "压缩.pdf": _streams(paged),
        "图片.pdf": _saved([page], "PDF"),
        "图.jpg": _saved([page], "JPEG", quality=70),
        "渐进.jpg": _saved([page], "JPEG", progressive=True),
        "图.png": _saved([page], "PNG"),
        "图.tif": _saved([page.convert("1")] * 2, "TIFF", compression="group4"),
        "灰.tif": _saved([page.convert("L")], "TIFF", compression="tiff_lzw"),
        "图.bmp": _saved([page.resize((120, 160))], "BMP"),
        "图.webp": _saved([page], "WEBP"),
        "图.heic": _saved([page], "HEIF"),
        "图.avif": _saved([page], "AVIF"),
        "清单.csv": _csv().encode("gbk"),
        "清单2.csv": _csv().encode("utf-8-sig"),
        "清单.json": b'[{"F_FileName": "a.mp4", "F_DeviceNo": "1", "F_StartTime": "2022-03-29 14:05:00"}]',
        "清单.xml": ("<?xml version='1.0' encoding=\"UTF-8\"?><清单>" + _record() * 2 + "</清单>").encode(),
        "清单.xlsx": workbook([("清单", sheet_xml(_LIST))]),
        "说明.docx": _document(),
        "PARAM.INI": b"[ZFY]\r\nDevNo=0012346\r\nPolNo=000124\r\n",
        "Info.dat": b"0012346;;000124;\n",
        "录像.mp4": _clip("a.mp4"),
        "录像.mov": _clip("a.mov"),
        "录像.avi": _clip("a.avi", codec="mpeg4"),
        "录像.mkv": _clip("a.mkv"),
    }
    members = {name: found[name] for name in ("三页.pdf", "图.jpg", "说明.docx")}
    found["材料.zip"] = packed(members)
    found["来信.eml"] = _mail(members)
    found["转发.msg"] = compound(
        {
            "__properties_version1.0": bytes(32),
            "__attach_version1.0_#00000000/__substg1.0_3707001F": "图.jpg".encode("utf-16-le"),
            "__attach_version1.0_#00000000/__substg1.0_37010102": found["图.png"],
        }
    )
    return found


def _page() -> Image.Image:
    page = Image.new("RGB", (300, 420), "white")
    pen = ImageDraw.Draw(page)
    for line in range(30, 400, 14):
        pen.line((20, line, 200 + line % 80, line), fill=(40, 40, 60), width=3)
    pen.ellipse((180, 300, 260, 380), outline=(200, 20, 20), width=4)
    return page


def _saved(frames: list[Image.Image], kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    more = {"save_all": True, "append_images": frames[1:]} if len(frames) > 1 else {}
    frames[0].save(buffer, kind, **more, **options)
    return buffer.getvalue()


def _streams(content: bytes) -> bytes:
    """The same with cross-reference and object streams."""
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        document.save(buffer, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return buffer.getvalue()


def _csv() -> str:
    head = ",".join(str(_LIST[f"{letter}1"]) for letter in "ABCDE")
    return f"{head}\n" + (",".join(str(_LIST[f"{letter}2"]) for letter in "ABCDE") + "\n") * 3


def _record() -> str:
    return (
        "<录像>"
        + "".join(
            f"<{_LIST[f'{letter}1']}>{_LIST[f'{letter}2']}</{_LIST[f'{letter}1']}>" for letter in "ABCD"
        )
        + "</录像>"
    )


def _document() -> bytes:
    text = "".join(f"<w:p><w:r><w:t>整改说明 {number}</w:t></w:r></w:p>" for number in range(5))
    types = "http://schemas.openxmlformats.org/package/2006/content-types"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    related = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    return packed(
        {
            "[Content_Types].xml": f'<Types xmlns="{types}">'
            f'<Override PartName="/word/document.xml" ContentType="{kind}"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{related}">'
            f'<Relationship Id="r1" Type="{office}" Target="word/document.xml"/></Relationships>',
            "word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{text}</w:body></w:document>',
        }
    )


def _mail(members: Mapping[str, bytes]) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.com", "b@example.com", "整改材料"
    message.set_content("见附件")
    for name, content in members.items():
        message.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return message.as_bytes()


def _clip(name: str, codec: str = "libx264") -> bytes:
    with tempfile.TemporaryDirectory(prefix="fuzz-clip-") as folder:
        return make_clip(Path(folder) / name, seconds=1, codec=codec).read_bytes()
