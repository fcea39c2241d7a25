"""Whatever bytes come: an answer, never an exception, never a pass."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from asn1crypto import core
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from evidence.verify.algorithms import digest_of_bytes
from evidence.verify.cms import load_signed_data, read_signature
from evidence.verify.cms_form import is_der
from evidence.verify.container import bad_component
from evidence.verify.line_breaking import NEVER_FIRST, NEVER_LAST, broken
from evidence.verify.model import Indication, Integrity, conclude
from evidence.verify.pdf.signatures import judge_pdf
from evidence.verify.trust import TrustStore
from evidence.verify.trust_files import read_pem_or_der
from evidence.verify.zip_structure import NotAPackageZipError, open_zip
from tests.support.forgery import contract
from tests.support.packing import sign_cms, sign_pdf, to_zip, two_weeks
from tests.support.pki import shared_pki

NOON = datetime(2022, 4, 1, 7, tzinfo=UTC)
NOW = datetime(2022, 4, 2, tzinfo=UTC)
CMS = sign_cms(b"hello", shared_pki(), None)
PDF = sign_pdf(contract(), shared_pki(), NOON, stamped=False)
ZIP = to_zip({name: data for name, data in two_weeks()[1].items() if len(data) < 500}, "WJB-2022-W13")
QUICK = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def spoilt(draw: st.DrawFn, original: bytes) -> bytes:
    """The original with a few bytes overwritten, cut out or put in."""
    data = bytearray(original)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(data) - 1))
        piece = draw(st.binary(min_size=0, max_size=8))
        data[place : place + draw(st.integers(0, 8))] = piece
    return bytes(data)


@QUICK
@given(data=st.one_of(st.binary(max_size=400), spoilt(PDF)))
def test_a_spoilt_pdf_gets_an_answer_and_never_passes(data: bytes) -> None:
    store = TrustStore(anchors=(shared_pki().root.der,), crls=(shared_pki().crl,))
    verdict = judge_pdf(io.BytesIO(data), file="x.pdf", store=store, now=NOW, ours=True)
    if data != PDF and not _only_padding_differs(data):
        assert conclude(verdict.checks)[0] is not Indication.PASSED


def _only_padding_differs(data: bytes) -> bool:
    """Hex digits may change case, and nothing else, without changing what the file says."""
    return len(data) == len(PDF) and data.lower() == PDF.lower()


@QUICK
@given(data=st.one_of(st.binary(max_size=200), spoilt(CMS)))
def test_a_spoilt_signature_is_read_without_exception(data: bytes) -> None:
    try:
        signed = load_signed_data(data)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
        return  # what the callers catch
    verdict = read_signature(signed, digest_of_bytes(b"other"))
    assert verdict.integrity is not Integrity.PASSED


@QUICK
@given(data=st.one_of(st.binary(max_size=300), spoilt(ZIP)))
def test_a_spoilt_zip_is_refused_or_noticed(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(data)
    try:
        container = open_zip(path)
    except NotAPackageZipError:
        return
    inside = sum(extent.size for extent in container.files.values())
    assert inside <= len(data)
    for extent in container.files.values():
        assert len(extent.read(1 << 20)) == extent.size


@QUICK
@given(st.binary(max_size=200))
def test_trust_material_of_any_bytes_is_read_or_left_out(data: bytes) -> None:
    assert isinstance(read_pem_or_der(data), list)


@given(st.recursive(st.integers(), lambda children: st.lists(children, max_size=4), max_leaves=20))
def test_what_is_encoded_as_der_is_der_and_not_with_a_byte_more(value: object) -> None:
    data = _encode(value)
    assert is_der(data)
    assert not is_der(data + b"\0")
    assert not is_der(data[:-1])


def _encode(value: object) -> bytes:
    if isinstance(value, list):
        body = b"".join(_encode(item) for item in value)
        return bytes(core.Sequence(contents=body).dump())
    return bytes(core.Integer(value).dump())


@given(st.text(max_size=60))
def test_a_component_that_is_allowed_leads_nowhere_else(component: str) -> None:
    if not bad_component(component):
        assert Path("/base", component).parent == Path("/base")
        assert component not in (".", "..")


@given(text=st.text(st.sampled_from("验证报告，。（）abc-_/ 0123"), max_size=120))
@example("00000。。。。000000000000。。。。（ 00")
@example("0" * 23 + "（" + "0" * 9)
@example("（" * 30 + "验")
def test_breaking_lines_loses_no_letter_and_keeps_marks_where_they_belong(text: str) -> None:
    lines = list(broken(text, 12, lambda letter: 0.5 if letter.isascii() else 1.0))
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    for before, after in pairwise(lines):
        assert after[0] not in NEVER_FIRST or before == ""
        assert before[-1] not in NEVER_LAST or not before.strip(NEVER_LAST) or after[0] in NEVER_FIRST
