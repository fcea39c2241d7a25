"""Reads the marks a designer typed into a Word template and compares them with the declaration."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import jinja2
from docxtpl import DocxTemplate
from jinja2 import nodes

from evidence.errors import InputError
from evidence.forms.declaration import FieldKind, FormDeclaration
from evidence.language import _

BOXES = "框"
"""`{{r 框.escort }}`: the one name under which a form's own boxes stand."""
_WITHOUT_R = re.compile(r"\{\{(?!r\s)[^}]*?((?:框\.\w+)|(?:\w+\.(?:签名框|日期框)))[^}]*?\}\}")
_TAG = re.compile(r"<[^>]+>")


@dataclass(slots=True)
class Usage:
    """What a template uses."""

    printed: set[str] = field(default_factory=set)
    """Dotted names: `被检查单位`, `检查人员[].姓名`, `框.escort`."""
    looped: set[str] = field(default_factory=set)
    tested: set[str] = field(default_factory=set)
    """Names in conditions only."""
    bare_boxes: set[str] = field(default_factory=set)
    """Boxes written `{{ … }}` instead of `{{r … }}`."""

    @property
    def all(self) -> set[str]:
        """Every name."""
        return self.printed | self.looped | self.tested


def read_usage(template: Path) -> Usage:
    """Every mark of one template, headers and footers included.

    Raises:
        InputError: no Word file, or a mark with a syntax error; `where` names the part.
    """
    try:
        document = DocxTemplate(io.BytesIO(template.read_bytes()))
        document.init_docx()
    except Exception as error:  # python-docx names what is wrong with a package in many ways
        raise InputError(
            _("这不是可读的 Word 文件（.docx）。"),
            where=str(template),
            remedy=_("请在 Word 中另存为 .docx。"),
        ) from error
    usage = Usage()
    for part, xml in _parts(document):
        text = _TAG.sub("", xml)
        usage.bare_boxes |= {match[1] for match in _WITHOUT_R.finditer(text)}
        try:
            tree = jinja2.Environment(autoescape=True).parse(document.patch_xml(xml))
        except jinja2.TemplateSyntaxError as error:
            raise InputError(
                _("模板的标记有语法错误：{error}").format(error=error.message),
                where=f"{template}（{part}）",
                remedy=_("请在 Word 中检查 {{ }} 与 {% %} 是否成对、for 与 endfor 是否对应。"),
            ) from error
        _walk(tree.body, {}, usage)
    return usage


def _parts(document: DocxTemplate) -> Iterator[tuple[str, str]]:
    yield _("正文"), document.get_xml()
    for name, uri in ((_("页眉"), document.HEADER_URI), (_("页脚"), document.FOOTER_URI)):
        for _key, part in document.get_headers_footers(uri):
            yield name, document.get_part_xml(part)


def _walk(body: list[nodes.Node], scope: dict[str, str], usage: Usage) -> None:
    for node in body:
        if isinstance(node, nodes.For):
            source = _dotted(node.iter, scope)
            if source:
                usage.looped.add(source)
            inner = dict(scope)
            if isinstance(node.target, nodes.Name) and source:
                inner[node.target.name] = f"{source}[]"
            _walk(node.body, inner, usage)
            _walk(node.else_, scope, usage)
        elif isinstance(node, nodes.If):
            usage.tested |= set(_names(node.test, scope))
            for branch in (node.body, list(node.elif_), node.else_):
                _walk(list(branch), scope, usage)
        elif isinstance(node, nodes.Output):
            for printed in node.nodes:
                usage.printed |= set(_names(printed, scope))
        else:
            usage.tested |= set(_names(node, scope))


def _names(node: nodes.Node, scope: dict[str, str]) -> Iterator[str]:
    name = _dotted(node, scope)
    if name is not None:
        yield name
        return
    for child in node.iter_child_nodes():
        yield from _names(child, scope)


def _dotted(node: nodes.Node, scope: dict[str, str]) -> str | None:
    if isinstance(node, nodes.Name):
        return scope.get(node.name, node.name)
    if isinstance(node, nodes.Getattr):
        base = _dotted(node.node, scope)
        return None if base is None else f"{base}.{node.attr}"
    return None


def compare(usage: Usage, form: FormDeclaration) -> Iterator[tuple[str, str]]:
    """(level, message) for everything in which template and declaration disagree."""
    yield from _unknown(usage, form)
    yield from _wrong_lists(usage, form)
    yield from _missing(usage, form)
    for name in sorted(usage.bare_boxes):
        yield "error", _("签章标记“{name}”要写成 {{{{r {name} }}}}，多一个 r").format(name=name)


def _unknown(usage: Usage, form: FormDeclaration) -> Iterator[tuple[str, str]]:
    """Names that no declaration knows, and columns outside their list."""
    fields = {declared.name: declared for declared in form.fields}
    anchors = {declared.anchor for declared in form.boxes if declared.anchor}
    for name in sorted(usage.all):
        root, _dot, rest = name.partition(".")
        if root == "loop":  # Jinja's own name; `{% vm %}` uses it
            continue
        if root == BOXES:
            if rest not in anchors:
                yield "error", _("签章标记 框.{name} 没有声明").format(name=rest)
            continue
        base = root.removesuffix("[]")
        declared = fields.get(base)
        if declared is None:
            yield "error", _("用了不存在的字段“{name}”").format(name=base)
        elif root.endswith("[]"):
            columns = {item.name for item in declared.items}
            column = rest.partition(".")[0].removesuffix("[]")
            if rest and column not in columns:
                yield "error", _("“{base}”的行里没有“{column}”").format(base=base, column=column)
        elif rest:
            yield "error", _("“{name}”只能在“{base}”的循环里用").format(name=name, base=base)


def _wrong_lists(usage: Usage, form: FormDeclaration) -> Iterator[tuple[str, str]]:
    """What is looped and is no list, and lists that are printed in one piece."""
    fields = {declared.name: declared for declared in form.fields}
    for name in sorted(usage.looped):
        declared = fields.get(name)
        if declared is not None and declared.kind is not FieldKind.LIST:
            yield "error", _("“{name}”不是列表，不能循环").format(name=name)
    for name in sorted(usage.printed):
        declared = fields.get(name)
        if declared is not None and declared.kind is FieldKind.LIST:
            yield "error", _("“{name}”是列表，要用 {{%tr for … in {name} %}} 逐行印出").format(name=name)


def _missing(usage: Usage, form: FormDeclaration) -> Iterator[tuple[str, str]]:
    """What must be printed and is not: fields, and the places of signatures and seals."""
    for declared in form.fields:
        if declared.required and declared.name not in usage.all:
            yield (
                "error",
                _("缺少必须印出的字段“{name}”（{label}）").format(name=declared.name, label=declared.label),
            )
    for box in form.boxes:
        anchor = box.anchor
        if anchor and f"{BOXES}.{anchor}" not in usage.printed:
            level = "error" if box.required else "warning"
            yield (
                level,
                _("缺少签章标记 {{{{r 框.{anchor} }}}}（{label}）").format(anchor=anchor, label=box.label),
            )
