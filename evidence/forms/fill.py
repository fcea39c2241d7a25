"""Fills a Word template: values in, docx bytes out, the same input giving the same bytes.

Signature, seal and date boxes become anchors: tokens in one point size that the rendered page is
searched for, and that are taken out of the final PDF again (see `anchors`).
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
from docx import Document
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage, RichText
from jinja2.sandbox import SandboxedEnvironment

from evidence.errors import InputError
from evidence.language import _

ANCHOR_POINTS = 1
"""Type size of anchors; nothing else on a form is set so small."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)


def anchor(box: str) -> RichText:
    """What `{{r 框.… }}` prints: an invisible mark for the box; never hyphenated, so never broken."""
    mark = RichText()
    mark.add(f"⟦{box.replace('-', '_')}⟧", size=2 * ANCHOR_POINTS, color="FFFFFF", font="DejaVu Sans")
    return mark


@dataclass(frozen=True, slots=True)
class Photo:
    """A photograph to be placed: JPEG bytes already upright and bounded."""

    jpeg: bytes
    width_mm: float


@lru_cache(maxsize=32)
def _template_bytes(path: Path, mtime_ns: int) -> bytes:
    return path.read_bytes()


def clean_text(value: str, *, where: str) -> str:
    """The text, refused when it carries control characters that would break the document.

    Raises:
        InputError: a control character; `where` names the field.
    """
    match = _CONTROL.search(value)
    if match is not None:
        raise InputError(
            _("文字中有控制字符 U+{code:04X}，无法印在文书上。").format(code=ord(match[0])),
            where=where,
            remedy=_("请在原录入文件中删除该字符后重新导入。"),
        )
    return value


def _ready(value: Any, document: DocxTemplate, where: str) -> Any:
    if isinstance(value, str):
        return clean_text(value, where=where)
    if isinstance(value, Photo):
        return InlineImage(document, io.BytesIO(value.jpeg), width=Mm(value.width_mm))
    if isinstance(value, Mapping):
        return {key: _ready(inner, document, f"{where} · {key}") for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_ready(inner, document, f"{where} · {n}") for n, inner in enumerate(value, 1)]
    return value


def fill(template: Path, values: Mapping[str, Any]) -> bytes:
    """The filled document.

    Raises:
        InputError: a Jinja error or unknown field in the template, a control character in a value;
            `where` names template or field.
    """
    document = DocxTemplate(io.BytesIO(_template_bytes(template, template.stat().st_mtime_ns)))
    context = {name: _ready(value, document, name) for name, value in values.items()}
    environment = SandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=True)
    try:
        document.render(context, environment)
    except jinja2.TemplateSyntaxError as error:
        raise InputError(
            _("模板的标记有语法错误：{error}").format(error=error.message),
            where=str(template),
            remedy=_("请在 Word 中检查 {{ }} 与 {% %} 是否成对，再运行 evidence template check。"),
        ) from error
    except jinja2.UndefinedError as error:
        raise InputError(
            _("模板用了不存在的字段：{error}").format(error=error.message),
            where=str(template),
            remedy=_("请运行 evidence template check 查看可用字段。"),
        ) from error
    except (jinja2.TemplateError, TypeError, ValueError) as error:
        raise InputError(
            _("模板无法填写：{error}").format(error=error),
            where=str(template),
            remedy=_("请运行 evidence template check 查明是哪一处。"),
        ) from error
    buffer = io.BytesIO()
    document.save(buffer)
    return _same_bytes(buffer.getvalue())


def with_first_line(docx: bytes, text: str) -> bytes:
    """The document with one more line above everything else."""
    document = Document(io.BytesIO(docx))
    body = document.element.body
    line = document.add_paragraph(text)
    body.remove(line._p)
    body.insert(0, line._p)
    buffer = io.BytesIO()
    document.save(buffer)
    return _same_bytes(buffer.getvalue())


def _same_bytes(docx: bytes) -> bytes:
    """The package with fixed entry times, so that equal content means equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as source, zipfile.ZipFile(out, "w") as target:
        for entry in source.infolist():
            fixed = zipfile.ZipInfo(entry.filename, _FIXED_TIME)
            fixed.compress_type = zipfile.ZIP_DEFLATED
            fixed.external_attr = 0o600 << 16
            target.writestr(fixed, source.read(entry.filename))
    return out.getvalue()
