"""Records keep the rules of PDF/A that we check, and the check sees what breaks them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest

from evidence.bundles.pdf_parts import with_signature_field
from tests.support.kept_workspace import OF_2026_11_23
from tests.support.pdfa_rules import broken_rules

RECORDS = sorted((OF_2026_11_23 / "archive" / "issued").rglob("WJB22-000[1-9]-*.pdf"))


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_issued_records_keep_them(path: Path) -> None:
    assert broken_rules(path) == set()


def test_the_empty_field_of_a_receipt_keeps_them(tmp_path: Path) -> None:
    data = with_signature_field(
        RECORDS[0].read_bytes(), name="regulator", tip="接收单位签名", page=0, box=(40, 40, 200, 90),
        at=datetime(2022, 4, 1, tzinfo=UTC),
    )  # fmt: skip
    (tmp_path / "receipt.pdf").write_bytes(data)
    assert broken_rules(tmp_path / "receipt.pdf") == set()


def _without_metadata(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.Metadata


def _without_intent(pdf: pikepdf.Pdf) -> None:
    del pdf.Root.OutputIntents


def _with_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")


def _without_a_font(pdf: pikepdf.Pdf) -> None:
    for each in pdf.objects:
        if isinstance(each, pikepdf.Dictionary) and each.get("/Type") == "/FontDescriptor":
            for name in ("/FontFile", "/FontFile2", "/FontFile3"):
                if name in each:
                    del each[name]


def _with_a_hidden_note(pdf: pikepdf.Pdf) -> None:
    note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text, Rect=[0, 0, 20, 20], F=2)
    pdf.pages[0].Annots = pdf.make_indirect(pikepdf.Array([note]))


def _with_an_attachment(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["a.txt"] = b"text"


@pytest.mark.parametrize(
    ("spoil", "rules"),
    [
        (_without_metadata, {"6.6.2 metadata"}),
        (_without_intent, {"6.2.3 output intent"}),
        (_with_script, {"6.5.1 actions"}),
        (_without_a_font, {"6.2.11.4 font not embedded"}),
        (_with_a_hidden_note, {"6.3.2 annotation flags", "6.3.3 appearance"}),
        (_with_an_attachment, {"6.8 embedded files"}),
    ],
)
def test_what_breaks_them_is_seen(
    spoil: Callable[[pikepdf.Pdf], None], rules: set[str], tmp_path: Path
) -> None:
    with pikepdf.open(RECORDS[0]) as pdf:
        spoil(pdf)
        pdf.save(tmp_path / "spoilt.pdf")
    assert broken_rules(tmp_path / "spoilt.pdf") == rules
