"""What stands in a template's Word package that would print wrongly or not at all, each with its place.

Word, WPS and LibreOffice keep more in a document than the eye sees: tracked changes print struck
through, comments become notes in the PDF, equations and fields hide marks from filling, a Strict or
encrypted file cannot be filled. Each is named here before anything is filled or numbered.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from lxml import etree

from evidence.errors import InputError
from evidence.language import _

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_STRICT = "http://purl.oclc.org/ooxml/"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_STORY = re.compile(r"word/(document|header|footer|footnotes|endnotes)(\d*)\.xml")
_CHANGES = ("ins", "del", "moveFrom", "moveTo", "rPrChange", "pPrChange", "tblPrChange", "trPrChange",
            "tcPrChange", "sectPrChange", "cellIns", "cellDel", "cellMerge", "numberingChange")  # fmt: skip
_STEADY_FIELDS = {"PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION", "PAGEREF", "REF", "SEQ", "STYLEREF",
                  "HYPERLINK", "TOC"}  # fmt: skip
"""Fields that print the same on every day and every machine; all others are named."""
_BRACE = re.compile(r"[{}｛｝]")
LEFTOVER = re.compile(r"\{\{|\}\}|\{%|%\}|\{#|｛{1,2}|｝{1,2}|\{\s*[{%]|[}%]\s*\}|\{\s+\S{1,30}?\s+\}")
"""A mark that filling left standing on the page: half a brace, full-width braces, blanks inside."""
_LONGEST_QUOTE = 24
MOST_BYTES = 200 * 1024**2
"""Of all parts of a template unpacked; the shipped ones have one megabyte."""


def faults_of(path: Path) -> list[tuple[str, str]]:
    """(message, place) of everything that must be put right first; to be called in the bounded process.

    Raises:
        InputError: see `read_package` and `package_faults`.
    """
    return list(package_faults(read_package(path)))


def read_package(path: Path) -> dict[str, bytes]:
    """The parts of a Word template by name.

    Raises:
        InputError: encrypted, in Word's old format, Strict Open XML, or no Word file at all.
    """
    data = path.read_bytes()
    if data.startswith(_OLE):
        raise InputError(
            _("模板设了打开密码，或是旧版 .doc 格式，无法填写。"),
            where=str(path),
            remedy=_("请在 Word 中去掉密码，另存为 .docx。"),
        )
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            if sum(entry.file_size for entry in package.infolist()) > MOST_BYTES:
                raise InputError(
                    _("模板展开后超过上限（{most} MB）。").format(most=MOST_BYTES // 1024**2),
                    where=str(path),
                    remedy=_("请在 Word 中压缩或删去图片后另存为 .docx。"),
                )
            parts = {name: package.read(name) for name in package.namelist()}
    except (zipfile.BadZipFile, RuntimeError, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise _unreadable(path) from error
    body = parts.get("word/document.xml")
    if body is not None and _STRICT.encode() in body[:4096]:
        raise InputError(
            _("模板存成了“Strict Open XML 文档”，无法填写。"),
            where=str(path),
            remedy=_("请在 Word 中另存为，类型选“Word 文档（.docx）”。"),
        )
    return parts


def package_faults(parts: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """(message, place) of everything that must be put right in Word first.

    Raises:
        InputError: a part is no XML, or refers to one that is not there.
    """
    for message, where in _broken_relations(parts):
        raise InputError(message, where=where, remedy=_("请用 Word 打开模板，删除空白的图片后另存为 .docx。"))
    for name in sorted(parts):
        match = _STORY.fullmatch(name)
        if match is None:
            continue
        root = _xml(parts[name], name)
        title = _story_title(match[1], match[2])
        yield from ((message, f"{title}{quote}") for message, quote in _story_faults(root))


def _unreadable(path: Path) -> InputError:
    return InputError(
        _("这不是可读的 Word 文件（.docx）。"), where=str(path), remedy=_("请在 Word 中另存为 .docx。")
    )


def _xml(data: bytes, name: str) -> etree._Element:
    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError as error:
        raise InputError(
            _("模板中的“{part}”已损坏，读不出来。").format(part=name),
            where=name,
            remedy=_("请用 Word 打开模板，修复后另存为 .docx。"),
        ) from error


def _story_title(kind: str, number: str) -> str:
    words = {
        "document": _("正文"),
        "header": _("页眉"),
        "footer": _("页脚"),
        "footnotes": _("脚注"),
        "endnotes": _("尾注"),
    }
    return words[kind] + number


def _broken_relations(parts: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """Pictures and parts that the document refers to and that are not in the file."""
    for name in sorted(parts):
        if not name.endswith(".rels"):
            continue
        folder = posixpath.dirname(posixpath.dirname(name))
        for relation in _xml(parts[name], name):
            target = relation.get("Target") or ""
            if relation.get("TargetMode") == "External":
                continue
            path = posixpath.normpath(posixpath.join("/" + folder, unquote(target))).lstrip("/")
            if path not in parts:
                kind = (relation.get("Type") or "").rpartition("/")[2]
                yield (
                    _("引用的内容不在文件里（{kind}，目标“{target}”）").format(kind=kind, target=target),
                    f"{name} {relation.get('Id') or ''}",
                )


def _story_faults(root: etree._Element) -> Iterator[tuple[str, str]]:
    for tag in _CHANGES:
        for element in root.iter(_W + tag):
            yield _("有修订未接受"), _quote(element)
            break
    for element in root.iter(_W + "commentReference"):
        yield _("有批注，会印进 PDF；请删除批注"), _quote(element)
        break
    for field in _fields(root):
        yield _("用了域 {field}，印出的内容会随时间或机器变化").format(field=field[0]), _quote(field[1])
    for element in root.iter(_M + "oMath"):
        written = "".join(element.itertext())
        braced = any("{" in each.get(_M + "val", "") for each in element.iter(_M + "begChr"))
        if braced or _BRACE.search(written):
            yield _("标记写进了公式，不会填写；请改成普通文字"), _quote(element)


def _fields(root: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """Names and places of fields that are not steady."""
    instructions = [(element.get(_W + "instr") or "", element) for element in root.iter(_W + "fldSimple")]
    instructions += _complex_fields(root)
    for instruction, element in instructions:
        words = instruction.split()
        if words and words[0].upper() not in _STEADY_FIELDS:
            yield words[0].upper(), element


def _complex_fields(root: etree._Element) -> list[tuple[str, etree._Element]]:
    """Instructions of complex fields, whose text Word may spread over several runs."""
    found: list[tuple[str, etree._Element]] = []
    text, first = "", None
    for element in root.iter(_W + "fldChar", _W + "instrText"):
        if element.tag == _W + "instrText":
            text, first = text + (element.text or ""), element if first is None else first
        elif first is not None:
            found.append((text, first))
            text, first = "", None
    return found


def _quote(element: etree._Element) -> str:
    """The paragraph an element stands in, as its reader sees it, shortened."""
    paragraph = element
    for above in element.iterancestors(_W + "p"):
        paragraph = above
        break
    words = "".join(each.text or "" for each in paragraph.iter(_W + "t", _W + "delText", _M + "t")).strip()
    if not words:
        return ""
    short = words if len(words) <= _LONGEST_QUOTE else words[:_LONGEST_QUOTE] + "…"
    return f"“{short}”"
