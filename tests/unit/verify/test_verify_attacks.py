"""No published attack on signed PDFs passes, and a sound file of the same make does."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from functools import cache

import pytest
from pyhanko.sign.fields import MDPPerm

from evidence.verify.model import CheckKind, Indication, conclude
from evidence.verify.pdf.signatures import PdfVerdict, judge_pdf
from evidence.verify.trust import TrustStore
from tests.support.forgery import (
    append_update,
    contract,
    evil_annotation,
    incremental_forgeries,
    shadow_forgeries,
    stream,
    universal_forgeries,
    wrapping_forgery,
)
from tests.support.packing import sign_pdf
from tests.support.pki import shared_pki

NOON = datetime(2022, 4, 1, 4, tzinfo=UTC)
NOW = datetime(2022, 4, 2, tzinfo=UTC)


@cache
def signed(*, field: bool = False, hidden: bool = False, permission: int = 0) -> bytes:
    return sign_pdf(
        contract(field=field, hidden=hidden),
        shared_pki(),
        NOON,
        certify=bool(permission),
        permission=MDPPerm(permission or 1),
    )


def judge(data: bytes, *, ours: bool = False) -> tuple[Indication, PdfVerdict]:
    pki = shared_pki()
    store = TrustStore(anchors=(pki.root.der,), crls=(pki.crl,))
    verdict = judge_pdf(io.BytesIO(data), file="合同.pdf", store=store, now=NOW, ours=ours)
    return conclude(verdict.checks)[0], verdict


@pytest.mark.parametrize("ours", [True, False])
@pytest.mark.parametrize("permission", [0, 1, 2, 3])
@pytest.mark.parametrize("kind", ["plain", "field", "hidden"])
def test_the_untouched_file_passes(kind: str, permission: int, ours: bool) -> None:
    data = signed(field=kind == "field", hidden=kind == "hidden", permission=permission)
    indication, verdict = judge(data, ours=ours)
    # ours are certified so that nothing may change; anything else is left open
    expected = Indication.INDETERMINATE if ours and permission != 1 else Indication.PASSED
    assert indication is expected, verdict.checks
    assert [(row.coverage, row.level, row.trusted) for row in verdict.rows] == [("entire_file", "B-T", True)]


USF = universal_forgeries(signed(hidden=True))
ISA = incremental_forgeries(signed(hidden=True))
CERTIFIED_ISA = incremental_forgeries(signed(hidden=True, permission=1))
SHADOW = shadow_forgeries(signed(hidden=True), signed(field=True))
CERTIFIED_SHADOW = shadow_forgeries(signed(hidden=True, permission=2), signed(field=True, permission=2))


def must_fail(data: bytes) -> None:
    for ours in (True, False):
        indication, verdict = judge(data, ours=ours)
        assert indication is Indication.FAILED, (ours, verdict.checks)
        assert any(check.kind is CheckKind.FAIL and check.message for check in verdict.checks)


def must_not_pass(data: bytes) -> None:
    """Nothing that is shown differs, or a person must look at what was added: never a pass."""
    assert judge(data, ours=True)[0] is Indication.FAILED
    indication, verdict = judge(data)
    assert indication is not Indication.PASSED, verdict.checks


HARMLESS = ("empty cross-reference table", "comment behind the end", "second end marker", "unused object")
"""Made like an attack, but no reader shows anything else for it."""


@pytest.mark.parametrize("name", USF)
def test_universal_signature_forgery_fails(name: str) -> None:
    must_fail(USF[name])


@pytest.mark.parametrize("name", ISA)
def test_incremental_saving_attack_fails(name: str) -> None:
    (must_not_pass if name in HARMLESS else must_fail)(ISA[name])


@pytest.mark.parametrize("name", CERTIFIED_ISA)
def test_incremental_saving_attack_on_a_certified_file_fails(name: str) -> None:
    (must_not_pass if name in HARMLESS else must_fail)(CERTIFIED_ISA[name])


def test_signature_wrapping_fails() -> None:
    must_fail(wrapping_forgery(signed(hidden=True)))


@pytest.mark.parametrize("certified", [False, True])
@pytest.mark.parametrize("name", SHADOW)
def test_shadow_attack_fails(name: str, certified: bool) -> None:
    data = (CERTIFIED_SHADOW if certified else SHADOW)[name]
    if name != "replace behind the field":
        must_fail(data)
        return
    # a changed field of a form is what forms are for: ours has none, other people's waits for a person
    assert judge(data, ours=True)[0] is Indication.FAILED
    assert judge(data)[0] is Indication.INDETERMINATE


@pytest.mark.parametrize("permission", [2, 3])
def test_evil_annotation_attack_never_passes(permission: int) -> None:
    # permission 3 allows annotations, so that a person must look
    (must_fail if permission == 2 else must_not_pass)(
        evil_annotation(signed(hidden=True, permission=permission))
    )


@pytest.mark.parametrize("permission", [2, 3])
@pytest.mark.parametrize("forger", ["甲", "乙"])
def test_sneaky_signature_over_certified_content_never_passes(permission: int, forger: str) -> None:
    certified = signed(hidden=True, permission=permission)
    attacked = sign_pdf(
        certified, shared_pki(forger), NOON, name="Sneaky", certify=False, box=(60, 690, 360, 730)
    )
    must_not_pass(attacked)


def test_a_second_invisible_signature_is_no_attack() -> None:
    both = sign_pdf(signed(hidden=True), shared_pki(), NOON, name="Second", certify=False)
    indication, verdict = judge(both)
    assert indication is Indication.PASSED, verdict.checks
    assert [row.coverage for row in verdict.rows] == ["entire_revision", "entire_file"]


def test_a_second_visible_signature_on_an_uncertified_file_is_no_attack() -> None:
    both = sign_pdf(
        signed(hidden=True), shared_pki(), NOON, name="Second", certify=False, box=(60, 60, 160, 120)
    )
    assert judge(both)[0] is Indication.PASSED


def test_long_term_signature_with_validation_data_behind_it_passes() -> None:
    data = sign_pdf(contract(), shared_pki(), NOON, long_term=True)
    indication, verdict = judge(data, ours=True)
    assert indication is Indication.PASSED, verdict.checks
    assert [row.level for row in verdict.rows] == ["B-LTA", "DocTimeStamp"]


@pytest.mark.parametrize("name", ["empty", "object", "comment"])
def test_nothing_hides_behind_long_term_validation_data(name: str) -> None:
    data = sign_pdf(contract(), shared_pki(), NOON, long_term=True)
    attacked = {
        "empty": append_update(data, {}),
        "object": append_update(data, {4: stream(b"BT ET")}),
        "comment": data + b"% (pay 999)\n",
    }[name]
    (must_fail if name == "object" else must_not_pass)(attacked)


def test_a_filled_form_waits_for_a_person_and_names_why() -> None:
    from pyhanko.pdf_utils.generic import pdf_string
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(signed(field=True, permission=2)))
    field = writer.root["/AcroForm"]["/Fields"][0].get_object()
    field["/V"] = pdf_string("120")
    writer.update_container(field)
    target = io.BytesIO()
    writer.write(target)
    indication, verdict = judge(target.getvalue())
    assert indication is Indication.INDETERMINATE, verdict.checks
    assert judge(target.getvalue(), ours=True)[0] is Indication.FAILED


@pytest.mark.parametrize(
    "data", [b"", b"%PDF-1.7\n", b"%PDF-1.7\n" + b"\0" * 5000, b"PK\x03\x04", contract()[:400]]
)
def test_broken_files_are_answered_not_crashed_on(data: bytes) -> None:
    indication, verdict = judge(data)
    assert indication is Indication.INDETERMINATE
    assert verdict.checks[0].id == "pdf.structure"
    assert judge(data, ours=True)[0] is Indication.FAILED


def test_a_file_without_signature_is_open_and_fails_where_one_is_due() -> None:
    assert judge(contract())[0] is Indication.INDETERMINATE
    assert judge(contract(), ours=True)[0] is Indication.FAILED
