"""Filling a Word template, inside the bounded process: docxtpl, python-docx and Jinja.

The same input gives the same bytes.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
import msgspec
from docx import Document
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage, RichText
from jinja2.sandbox import SandboxedEnvironment

from evidence.errors import InputError
from evidence.forms.template_values import Anchor, Filling, Group, Photo, Rows, Sample, Value
from evidence.language import _

ANCHOR_POINTS = 1
"""Type size of anchors; nothing else on a form is set so small."""
_FIXED_TIME = (1980, 1, 1, 0, 0, 0)


class FirstLine(msgspec.Struct):
    """A document, and the line to be set above it."""

    docx: bytes
    text: str


def _mark(box: str) -> RichText:
    """An anchor as it is printed; never hyphenated, so never broken."""
    mark = RichText()
    mark.add(f"⟦{box.replace('-', '_')}⟧", size=2 * ANCHOR_POINTS, color="FFFFFF", font="DejaVu Sans")
    return mark


class _SampleText(str):
    """See `Sample`."""

    __slots__ = ()

    def __getitem__(self, key: Any) -> Any:
        return self if isinstance(key, str) else super().__getitem__(key)

    def __iter__(self) -> Iterator[Any]:
        return iter((self,))


@lru_cache(maxsize=32)
def _template_bytes(path: Path, mtime_ns: int) -> bytes:
    return path.read_bytes()


def _ready(value: Value, document: DocxTemplate) -> Any:
    match value:
        case Sample(text=text):
            return _SampleText(text)
        case Anchor(box=box):
            return _mark(box)
        case Photo(jpeg=jpeg, width_mm=width):
            return InlineImage(document, io.BytesIO(jpeg), width=Mm(width))
        case Group(entries=entries):
            return {key: _ready(inner, document) for key, inner in entries.items()}
        case Rows(items=items):
            return [_ready(inner, document) for inner in items]
        case _:
            return value


def filled(asked: Filling) -> bytes:
    """The filled document; to be called in the bounded process.

    Raises:
        InputError: see `fill`.
    """
    template = asked.template
    document = DocxTemplate(io.BytesIO(_template_bytes(template, template.stat().st_mtime_ns)))
    context = {name: _ready(value, document) for name, value in asked.values.items()}
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


def first_line_added(asked: FirstLine) -> bytes:
    """See `with_first_line`; to be called in the bounded process."""
    document = Document(io.BytesIO(asked.docx))
    body = document.element.body
    line = document.add_paragraph(asked.text)
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
