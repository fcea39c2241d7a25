"""`template check`: what a designer must put right before a template is used.

First the marks are compared with the declaration, then the template is filled with sample values,
rendered, and the page itself is examined: boxes, codes, number, fonts.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pikepdf
import pypdfium2
import zxingcpp

from evidence.domain.document import BoxKind, IssuedPage
from evidence.domain.identifiers import Number, make_case_id, make_number
from evidence.domain.page_code import draw_check
from evidence.errors import EvidenceError
from evidence.forms.catalogue import Catalogue
from evidence.forms.content.marks import Marks
from evidence.forms.declaration import FieldDeclaration, FieldKind, FormDeclaration
from evidence.forms.fill import fill
from evidence.forms.finish import MM, MODULE, QUIET_MODULES, Finished, finish
from evidence.forms.kai_punctuation import for_rendering
from evidence.forms.office import render
from evidence.forms.settings import FormsSettings
from evidence.forms.template_text import BOXES, compare, read_usage
from evidence.language import _

SMALLEST = {BoxKind.SIGNATURE: (45.0, 14.0), BoxKind.SEAL: (45.0, 45.0), BoxKind.DATE: (20.0, 5.0)}
"""Least width and height in mm for people to write or stamp in."""
DECODE_DPI = 200
SAMPLE_NUMBER_CASE = make_case_id("ABC", 2000, 1)
_SAMPLE_TIME = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateFinding:
    """One thing to put right."""

    form: str
    level: str
    """`error`: the form cannot be issued so; `warning`: look at it."""
    message: str
    where: str = ""


class _Sample(str):
    """A sample value that also answers for nested values (`行.左.图`) and nested rows (`类.项目`)."""

    __slots__ = ()

    def __getitem__(self, key: Any) -> Any:
        return self if isinstance(key, str) else super().__getitem__(key)

    def __iter__(self) -> Iterator[Any]:
        return iter((self,))


def check_templates(
    catalogue: Catalogue, settings: FormsSettings, only: Sequence[str] = ()
) -> list[TemplateFinding]:
    """Check all forms, or those named.

    Raises:
        MissingPartError: LibreOffice is not installed.
        UsageError: an unknown form is named.
    """
    forms = [catalogue.form(name) for name in only] if only else list(catalogue)
    findings: list[TemplateFinding] = []
    filled: dict[str, tuple[FormDeclaration, Marks, bytes]] = {}
    for form in forms:
        try:
            usage = read_usage(catalogue.docx(form))
            findings += [
                TemplateFinding(form=form.id, level=level, message=message)
                for level, message in compare(usage, form)
            ]
            marks = Marks(form=form)
            values = sample_values(form, marks)
            filled[form.id] = form, marks, fill(catalogue.docx(form), values)
        except EvidenceError as error:
            findings.append(
                TemplateFinding(form=form.id, level="error", message=error.what, where=error.where)
            )
    rendered = render({key: for_rendering(docx) for key, (_f, _m, docx) in filled.items()}, settings)
    for key, (form, marks, _docx) in filled.items():
        result = rendered[key]
        if result.pdf is None:
            findings.append(TemplateFinding(form=key, level="error", message=result.problem))
        else:
            findings += _check_pages(form, marks, result.pdf)
    return sorted(findings, key=lambda finding: (finding.form, finding.level))


def sample_values(form: FormDeclaration, marks: Marks) -> dict[str, Any]:
    """A value for every declared field, an anchor for every box."""
    values: dict[str, Any] = {declared.name: _sample(declared, form, marks) for declared in form.fields}
    values["编号"] = _number(form)
    return {**values, BOXES: marks.fixed()}


def _number(form: FormDeclaration) -> Number:
    return make_number(SAMPLE_NUMBER_CASE, form.code, 1)


def _sample(declared: FieldDeclaration, form: FormDeclaration, marks: Marks) -> Any:
    if declared.kind is not FieldKind.LIST:
        return _Sample(declared.label or declared.name)
    boxes = [item.name for item in declared.items if item.kind is FieldKind.BOX]
    row = {item.name: _Sample(item.label or item.name) for item in declared.items}
    if not boxes:
        return [row, row]
    families = [box.box for box in form.boxes if box.box.endswith("-*")]
    rows = []
    for family in families:
        base = family.replace("*", "1")
        names = [base, f"{base}-date"]
        rows.append({**row, **{key: marks.box(name) for key, name in zip(boxes, names, strict=False)}})
    return rows


def _check_pages(form: FormDeclaration, marks: Marks, pdf: bytes) -> Iterator[TemplateFinding]:
    finished = finish(
        pdf,
        form=form,
        number=_number(form),
        draw=draw_check,
        persons={},
        required=frozenset(),
        expected=marks.expected,
        at=_SAMPLE_TIME,
    )
    for level, message, where in (
        *_missing_boxes(form, finished),
        *_small_boxes(form, finished),
        *_codes(finished),
        *_fonts(finished),
    ):
        yield TemplateFinding(form=form.id, level=level, message=message, where=where)


def _missing_boxes(form: FormDeclaration, finished: Finished) -> Iterator[tuple[str, str, str]]:
    for box in finished.missing:
        declared = form.declared_box(box)
        label = (declared.label if declared else "") or box
        yield "error", _("版面上找不到“{label}”：标记须放在四周有边框的单元格里").format(label=label), ""


def _small_boxes(form: FormDeclaration, finished: Finished) -> Iterator[tuple[str, str, str]]:
    for page in finished.pages:
        for box in page.boxes:
            width, height = box.w / MM, box.h / MM
            least = SMALLEST[box.kind]
            if width + 0.5 < least[0] or height + 0.5 < least[1]:
                declared = form.declared_box(box.box)
                message = _("“{label}”只有 {w:.0f}×{h:.0f} 毫米，至少要 {lw:.0f}×{lh:.0f} 毫米").format(
                    label=(declared.label if declared else "") or box.box,
                    w=width,
                    h=height,
                    lw=least[0],
                    lh=least[1],
                )
                yield "warning", message, _("第{page}页").format(page=page.page)


def _codes(finished: Finished) -> Iterator[tuple[str, str, str]]:
    """Both codes must be read back from the page as printed, and nothing may stand in their margin."""
    document = pypdfium2.PdfDocument(finished.pdf)
    try:
        for issued in finished.pages:
            where = _("第{page}页").format(page=issued.page)
            page = document[issued.page - 1]
            image = page.render(scale=DECODE_DPI / 72, grayscale=True).to_numpy()
            found = {
                symbol.text
                for symbol in zxingcpp.read_barcodes(
                    image, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
                )
            }
            for code in issued.codes:
                if code.payload not in found:
                    corner = _("右上角") if code.corner == "T" else _("左下角")
                    yield "error", _("{corner}的二维码读不出来，可能被内容遮挡").format(corner=corner), where
            text = page.get_textpage()
            for code in issued.codes:
                margin = QUIET_MODULES * MODULE
                covered = text.get_text_bounded(
                    left=code.x - margin,
                    bottom=issued.height - code.y - code.size - margin,
                    right=code.x + code.size + margin,
                    top=issued.height - code.y + margin,
                ).strip()
                if covered:
                    yield "error", _("二维码四周留白内有文字“{text}”").format(text=covered[:20]), where
            if not _number_printed(issued, text.get_text_range()):
                yield "error", _("没有印出编号，请在页眉或页脚放 {{ 编号 }}"), where
            text.close()
    finally:
        document.close()


def _number_printed(issued: IssuedPage, text: str) -> bool:
    compact = issued.codes[0].payload[1:15]
    return compact in text.replace("-", "").replace("\u2010", "").replace("\ufffe", "")


def _fonts(finished: Finished) -> Iterator[tuple[str, str, str]]:
    """Every font must be embedded, or the page looks different elsewhere."""
    with pikepdf.open(io.BytesIO(finished.pdf)) as pdf:
        for item in pdf.objects:
            if not isinstance(item, pikepdf.Dictionary) or item.get("/Type") != "/FontDescriptor":
                continue
            if not any(key in item for key in ("/FontFile", "/FontFile2", "/FontFile3")):
                name = str(item.get("/FontName", "?"))
                yield "error", _("字体 {name} 没有嵌入，请换用宋体、黑体、楷体或仿宋").format(name=name), ""
