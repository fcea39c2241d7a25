"""Handover list and receipt as their Word templates make them."""

from __future__ import annotations

import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.domain.page_code import decode
from evidence.handover.form_printer import TemplatePrinter
from evidence.handover.package import build_package
from evidence.ledger.checkpoint import fingerprint, grouped
from tests.support.codes_seen import codes_on
from tests.support.handing_over import PROFILE, make_office, open_office, order
from tests.support.pdf_text import text_of

pytestmark = pytest.mark.office
TEMPLATES = Path(__file__).parents[3] / "templates"


@pytest.mark.slow
def test_the_same_head_prints_the_same_papers_from_the_templates(key_home: Path, tmp_path: Path) -> None:
    make_office(tmp_path / "one", key_home)
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    printer = TemplatePrinter(templates=TEMPLATES, settings=PROFILE)
    made = []
    for name in ("one", "two"):
        office = open_office(tmp_path / name, printer=printer)
        built = build_package(office, order(), clock=lambda: datetime.now(UTC))
        with zipfile.ZipFile(built.path) as archive:
            receipt = archive.read("WJB-2022-W13/data/接收回执.pdf")
            listed = archive.read("WJB-2022-W13/data/移交清单.pdf")
            checkpoint = archive.read("WJB-2022-W13/data/ledger/checkpoint-2022-W13.txt").decode()
        made.append((receipt, listed[: listed.index(b"%%EOF")]))
    assert made[0] == made[1]
    receipt, _listed = made[0]
    seen = [decode(text) for text in codes_on(receipt)]
    assert [code.number for code in seen if code] == ["WJB22-0000-HS-001"] * 2
    document = office.ledger.view.document("WJB22-0000-HS-001")  # type: ignore[arg-type]
    assert document is not None
    assert {box.rpartition(":")[2] for box in document.form.required_boxes} == {"receiver", "regulator"}
    path = tmp_path / "receipt.pdf"
    path.write_bytes(receipt)
    assert grouped(fingerprint(checkpoint)) in text_of(path)
