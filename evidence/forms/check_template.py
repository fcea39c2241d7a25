"""`template check`: what a designer must put right before a template is used.

First the marks are compared with the declaration, then the template is filled with sample values,
rendered, and the page itself is examined: boxes, codes, number, fonts.
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Sequence
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
from evidence.forms.kept_checks import TemplateFinding
from evidence.forms.office import render
from evidence.forms.settings import FormsSettings
from evidence.forms.template_package import LEFTOVER, faults_of
from evidence.forms.template_text import BOXES, compare, read_usage
from evidence.forms.template_values import Sample
from evidence.isolation.calls import run_bounded
from evidence.language import _

SMALLEST = {BoxKind.SIGNATURE: (45.0, 14.0), BoxKind.SEAL: (45.0, 45.0), BoxKind.DATE: (20.0, 5.0)}
"""Least width and height in mm for people to write or stamp in."""
DECODE_DPI = 200
SAMPLE_NUMBER_CASE = make_case_id("ABC", 2000, 1)
_SAMPLE_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def check_anew(
    catalogue: Catalogue, forms: Sequence[FormDeclaration], settings: FormsSettings
) -> list[TemplateFinding]:
    """Fill, render and examine these templates.

    Raises:
        MissingPartError: LibreOffice is not installed, or a Word file is gone.
    """
    findings: list[TemplateFinding] = []
    filled: dict[str, tuple[FormDeclaration, Marks, bytes]] = {}
    for form in forms:
        path = catalogue.docx(form)
        try:
            faults = run_bounded(faults_of, path.absolute())
        except EvidenceError as error:
            findings.append(_refusal(form, error, unreadable=True))
            continue
        findings += [
            TemplateFinding(form=form.id, level="error", message=message, where=where)
            for message, where in faults
        ]
        try:
            findings += [
                TemplateFinding(form=form.id, level=level, message=message)
                for level, message in compare(run_bounded(read_usage, path.absolute()), form)
            ]
            if not faults:
                marks = Marks(form=form)
                filled[form.id] = form, marks, fill(path, sample_values(form, marks))
        except EvidenceError as error:
            findings.append(_refusal(form, error))
    wanted = {key: for_rendering(docx) for key, (_form, _marks, docx) in filled.items()}
    rendered = render(wanted, settings) if wanted else {}
    for key, (form, marks, _docx) in filled.items():
        result = rendered[key]
        if result.pdf is None:
            findings.append(TemplateFinding(form=key, level="error", message=result.problem))
        else:
            findings += _check_pages(form, marks, result.pdf)
    return findings


def _refusal(form: FormDeclaration, error: EvidenceError, *, unreadable: bool = False) -> TemplateFinding:
    return TemplateFinding(
        form=form.id, level="error", message=error.what, where=error.where, unreadable=unreadable
    )


def sample_values(form: FormDeclaration, marks: Marks) -> dict[str, Any]:
    """A value for every declared field, an anchor for every box."""
    values: dict[str, Any] = {declared.name: _sample(declared, form, marks) for declared in form.fields}
    values["编号"] = _number(form)
    return {**values, BOXES: marks.fixed()}


def _number(form: FormDeclaration) -> Number:
    return make_number(SAMPLE_NUMBER_CASE, form.code, 1)


def _sample(declared: FieldDeclaration, form: FormDeclaration, marks: Marks) -> Any:
    if declared.kind is not FieldKind.LIST:
        return Sample(declared.label or declared.name)
    boxes = [item.name for item in declared.items if item.kind is FieldKind.BOX]
    row = {item.name: Sample(item.label or item.name) for item in declared.items}
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
        *_doubled_boxes(form, finished),
        *_leftovers(finished),
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


def _doubled_boxes(form: FormDeclaration, finished: Finished) -> Iterator[tuple[str, str, str]]:
    """One box in two places: nobody could say which of them must be signed."""
    places = Counter(box.box for page in finished.pages for box in page.boxes)
    for box, count in places.items():
        if count > 1:
            declared = form.declared_box(box)
            label = (declared.label if declared else "") or box
            yield "error", _("“{label}”的签章标记出现了 {count} 次").format(label=label, count=count), ""


def _leftovers(finished: Finished) -> Iterator[tuple[str, str, str]]:
    """Marks that filling did not recognise and that would be printed as they stand."""
    document = pypdfium2.PdfDocument(finished.pdf)
    try:
        for number, page in enumerate(document, 1):
            text = page.get_textpage()
            for mark in dict.fromkeys(match[0] for match in LEFTOVER.finditer(text.get_text_range())):
                message = _("页面上留有没有填写的标记“{mark}”；标记要用成对的半角花括号").format(mark=mark)
                yield "error", message, _("第{page}页").format(page=number)
            text.close()
    finally:
        document.close()


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
