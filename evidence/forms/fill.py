"""Filling a Word template, seen from the program: values in, docx bytes out.

A template is changed by people with other programs, so its package is opened in the bounded process
alone (`fill_template`). Signature, seal and date boxes become anchors: tokens in one point size that the
rendered page is searched for, and that are taken out of the final PDF again (see `anchors`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evidence.errors import InputError
from evidence.forms.template_values import Anchor, Filling, Group, Photo, Rows, Sample, Value
from evidence.isolation.calls import run_bounded
from evidence.isolation.limits import Bounds
from evidence.language import _

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
BOUNDS = Bounds(cpu_seconds=60)
"""Of filling one form; the longest takes two seconds."""


def anchor(box: str) -> Anchor:
    """The mark of one box."""
    return Anchor(box)


def fill(template: Path, values: Mapping[str, Any]) -> bytes:
    """The filled document; the same input gives the same bytes.

    Raises:
        InputError: a Jinja error or unknown field in the template, a control character in a value, a
            template without end; `where` names template or field.
    """
    from evidence.forms.fill_template import filled

    asked = Filling(
        template=template.absolute(), values={name: _sent(each, name) for name, each in values.items()}
    )
    return run_bounded(filled, asked, BOUNDS)


def with_first_line(docx: bytes, text: str) -> bytes:
    """The document with one more line above everything else.

    Raises:
        InputError: it cannot be read.
    """
    from evidence.forms.fill_template import FirstLine, first_line_added

    return run_bounded(first_line_added, FirstLine(docx=docx, text=text), BOUNDS)


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


def _sent(value: Any, where: str) -> Value:
    match value:
        case None | bool() | int() | float() | Anchor() | Photo():
            return value
        case Sample(text=text):
            return Sample(clean_text(text, where=where))
        case str():
            return str(clean_text(value, where=where))
        case Mapping():
            return Group({str(key): _sent(inner, f"{where} · {key}") for key, inner in value.items()})
        case list() | tuple():
            return Rows([_sent(inner, f"{where} · {n}") for n, inner in enumerate(value, 1)])
        case _:
            raise TypeError(f"{type(value).__name__} cannot be printed")
