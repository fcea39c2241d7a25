"""No parser of a foreign file runs in the main process: here every parser is forbidden, and all are read."""

from __future__ import annotations

import csv
import email
import json
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import av
import docx
import docxtpl
import olefile
import pikepdf
import pymediainfo
import pypdfium2
import pytest
import yaml
from lxml import etree
from PIL import Image

import evidence
from evidence.domain.document import IssuedForm, IssuedPage
from evidence.domain.identifiers import Number
from evidence.errors import InputError
from evidence.forms.catalogue import Catalogue, shipped_templates
from evidence.forms.checked_templates import check_templates
from evidence.forms.content.checklist import checklist_rows
from evidence.forms.fill import anchor, fill
from evidence.forms.settings import FormsSettings
from evidence.forms.template_package import MOST_BYTES
from evidence.inbox.readers import Recogniser
from tests.outside.compound import compound
from tests.outside.workbooks.maker import packed, sheet_xml, workbook
from tests.support.clips import make_clip
from tests.support.inbox_fixture import QUICK, open_room, picture, real_pdf
from tests.support.recognition_fixture import Pictures


@dataclass
class Nothing:
    """Nothing was ever issued."""

    def issued(self, number: Number) -> IssuedForm | None:
        return None

    def geometry(self, number: Number) -> tuple[IssuedPage, ...]:
        return ()

    def pdf(self, number: Number) -> Path:
        return Path()

    def earlier(self, number: Number, page: int) -> tuple[object, ...]:
        return ()

    def candidates(self) -> Iterator[IssuedForm]:
        return iter(())


def forbidden(*_arguments: object, **_more: object) -> object:
    raise AssertionError("a foreign file was parsed in the main process")


PARSERS = [
    (av, "open"), (pymediainfo.MediaInfo, "parse"), (pikepdf, "open"), (pikepdf.Pdf, "open"),
    (pypdfium2, "PdfDocument"), (Image, "open"), (zipfile, "ZipFile"), (zipfile, "is_zipfile"),
    (olefile, "OleFileIO"), (csv, "reader"), (ElementTree, "fromstring"), (email, "message_from_binary_file"),
    (json, "loads"),
]  # fmt: skip


def test_every_accepted_kind_is_read_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pages = Recogniser(forms=Nothing(), previews=Pictures(), settings=QUICK)
    room = open_room(tmp_path, reader=pages)  # type: ignore[arg-type]
    film = make_clip(tmp_path / "a.mp4", seconds=1).read_bytes()
    files = {
        "页.pdf": real_pdf(2), "片.mp4": film, "清单.csv": "文件名,设备编号\na.mp4,1\n".encode("gbk"),
        "清单.json": b'[{"F_FileName": "a.mp4", "F_DeviceNo": "1"}]', "清单.xml": b"<a><b><c>1</c></b></a>",
        "表.xlsx": workbook([("一", sheet_xml({"A1": "x"}))]), "信.eml": b"From: a\nTo: b\nSubject: c\n\nx",
        "文.docx": packed({"[Content_Types].xml": "<Types/>", "word/document.xml": "<d><t>x</t></d>"}),
        "包.zip": packed({"图.png": picture("PNG")}), "密.docx": compound({"EncryptedPackage": b"x"}),
        "PARAM.INI": b"[ZFY]\nDevNo=1\n",
    }  # fmt: skip
    for format_, extension in (("JPEG", "jpg"), ("TIFF", "tif"), ("BMP", "bmp"), ("WEBP", "webp")):
        files[f"图.{extension}"] = picture(format_)
    for name, content in files.items():
        room.drop(name, content)
    for module, name in PARSERS:
        monkeypatch.setattr(module, name, forbidden)
    arrivals = room.ingest()
    assert {each.path for each in arrivals} >= set(files)
    assert not [each.message for each in arrivals if "程序出错" in each.message]


TEMPLATE_PARSERS = [
    (docx, "Document"), (docxtpl, "DocxTemplate"), (zipfile, "ZipFile"), (etree, "fromstring"),
    (yaml, "load"), (yaml, "parse"),
]  # fmt: skip


def test_templates_are_opened_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(shipped_templates(), tmp_path, dirs_exist_ok=True)
    (tmp_path / "interview-notice" / "form.docx").write_bytes(packed({"word/document.xml": b"\0" * 10}))
    bomb = packed({"word/document.xml": b"<a/>", "word/media/image1.png": bytes(MOST_BYTES)})
    (tmp_path / "recheck-record" / "form.docx").write_bytes(bomb)
    for module, name in TEMPLATE_PARSERS:
        monkeypatch.setattr(module, name, forbidden)
    catalogue = Catalogue.load(tmp_path)
    found = check_templates(catalogue, FormsSettings(), ["interview-notice", "recheck-record"])
    assert [each.unreadable for each in found] == [True, True]
    assert any("超过上限" in each.message for each in found), found
    with pytest.raises(InputError):
        fill(tmp_path / "recheck-record" / "form.docx", {"编号": "1", "框": {"escort": anchor("escort")}})
    contracts = Path(evidence.__file__).parent / "contracts"
    assert len(checklist_rows(contracts / "wjb", None)) == 6
