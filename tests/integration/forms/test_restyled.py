"""A clerk restyles a template in a word processor; nobody programs, and the marks follow."""

from __future__ import annotations

import shutil
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from docx.document import Document
from docx.oxml.ns import qn
from docx.shared import Pt

from evidence.forms.catalogue import Catalogue, shipped_templates
from evidence.forms.checked_templates import check_templates
from evidence.forms.settings import FormsSettings
from tests.support.forms_fixture import FormsWorld, forms_fixture

pytestmark = [pytest.mark.office]

FORM = "questionnaire"


def restyle(document: Document) -> None:
    """Another title face and size, a paragraph more, larger type in every cell, wider margins."""
    title = document.paragraphs[0]
    for run in title.runs:
        run.font.size = Pt(26)
        run._element.rPr.rFonts.set(qn("w:eastAsia"), "黑体")
    note = deepcopy(title._p)
    title._p.addprevious(note)
    for run in docx.text.paragraph.Paragraph(note, title._parent).runs:
        run.text = "（请于三日内填好交回）"
    for table in document.tables:
        for cell in {id(cell._tc): cell for row in table.rows for cell in row.cells}.values():
            for paragraph in cell.paragraphs:
                for run in paragraph.runs:
                    if run.font.size is not None and run.font.size > Pt(8):
                        run.font.size = Pt(run.font.size.pt + 0.5)


@pytest.fixture
def world(tmp_path: Path) -> FormsWorld:
    """A world whose templates are the workspace's own, one of them restyled."""
    templates = tmp_path / "templates"
    shutil.copytree(shipped_templates(), templates)
    path = templates / FORM / "form.docx"
    document = docx.Document(str(path))
    restyle(document)
    document.save(str(path))
    return replace(forms_fixture(tmp_path / "ws"), catalogue=Catalogue.load(templates))


def test_a_restyled_template_is_found_good_and_its_boxes_move(world: FormsWorld, tmp_path: Path) -> None:
    assert [f for f in check_templates(world.catalogue, FormsSettings(), [FORM]) if f.level == "error"] == []
    plain = replace(world, catalogue=Catalogue.load(shipped_templates()))
    (new,), (old,) = world.issue(world.request(FORM)), plain.issue(plain.request(FORM))
    boxes = [
        {box.box: box for page in world.issued.geometry(form.number) for box in page.boxes}
        for form in (new, old)
    ]
    assert boxes[0].keys() == boxes[1].keys() == {"filler", "filler-date"}
    pages = [[page.page for page in world.issued.geometry(form.number) if page.boxes] for form in (new, old)]
    assert (pages[0], boxes[0]["filler"].y) != (pages[1], boxes[1]["filler"].y), "it follows the text"
