"""PAdES signatures as pdfsig, qpdf and pyHanko see them, with the level that was really reached."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from evidence.bundles.appearance import seal_style
from evidence.bundles.keys import make_evaluation_keys
from evidence.bundles.pades import Level, PdfSigning, Place
from evidence.bundles.revocation import Revocation, read_revocation
from evidence.bundles.settings import SignerSettings, TimestampSettings
from evidence.bundles.signers import open_key, read_certificates
from evidence.bundles.timestamp import open_authority
from evidence.bundles.unusable_key import KeyUnusableError
from tests.support.handing_over import drawn_form
from tests.support.sample import FRIDAY


@pytest.fixture(scope="module", params=["rsa", "p256"])
def signing(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PdfSigning]:
    root = tmp_path_factory.mktemp(request.param)
    make_evaluation_keys(root / "keys", curve=request.param == "p256")
    with open_key(SignerSettings(), root) as key:
        yield PdfSigning(
            key=key,
            authority=open_authority(TimestampSettings(), root),
            revocation=read_revocation([root / "keys/ca.crl"]),
            authority_chain=read_certificates((root / "keys/ca.pem",)),
        )


def trusted(signing: PdfSigning) -> ValidationContext:
    roots: list[x509.Certificate] = [signing.key.chain[-1]]
    return ValidationContext(trust_roots=roots, crls=list(signing.revocation.crls), allow_fetching=False)


@pytest.mark.parametrize("level", list(Level))
def test_each_level_is_reached_and_sound(signing: PdfSigning, level: Level, tmp_path: Path) -> None:
    source = drawn_form("WJB22-0001-JC-001", 2)
    signed, reached = signing.sign_bytes(source, wanted=level)
    assert reached is level
    assert signed.startswith(source), "the unsigned revision stands unchanged at the beginning"
    reader = PdfFileReader(io.BytesIO(signed))
    (signature,) = reader.embedded_regular_signatures
    status = validate_pdf_signature(signature, trusted(signing))
    assert status.bottom_line
    assert signature.docmdp_level is MDPPerm.NO_CHANGES
    stamped = status.timestamp_validity is not None
    assert stamped is (level is not Level.B_B)
    assert ("/DSS" in reader.root) is (level in (Level.B_LT, Level.B_LTA))
    assert len(reader.embedded_timestamp_signatures) == (1 if level is Level.B_LTA else 0)
    if level is not Level.B_LT:
        last = reader.embedded_signatures[-1]
        last.compute_integrity_info()
        assert last.evaluate_signature_coverage() is SignatureCoverageLevel.ENTIRE_FILE
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed)
    shown = subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False).stdout
    assert "Signature is Valid." in shown
    subprocess.run(["qpdf", "--check", str(path)], check=True, capture_output=True)


def test_the_key_is_loaded_once_for_any_number_of_signatures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_evaluation_keys(tmp_path / "keys", curve=True)
    real, opened = pkcs12.load_pkcs12, list[bytes]()

    def counting(data: bytes, password: bytes) -> object:
        opened.append(data)
        return real(data, password)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("the key is parsed again")

    monkeypatch.setattr(pkcs12, "load_pkcs12", counting)
    with open_key(SignerSettings(), tmp_path) as key:
        monkeypatch.setattr(serialization, "load_der_private_key", never)
        signing = PdfSigning(key=key)
        for _ in range(3):
            signing.sign_bytes(drawn_form("WJB22-0001-JC-001", 1), wanted=Level.B_B)
        signing.sign_detached(b"tagmanifest")
    assert len(opened) == 1


@pytest.mark.parametrize("level", [Level.B_T, Level.B_LTA])
def test_signing_in_place_appends_and_touches_nothing_before(
    signing: PdfSigning, level: Level, tmp_path: Path
) -> None:
    source = drawn_form("WJB22-0001-JC-001", 2)
    path = tmp_path / "dossier.pdf"
    path.write_bytes(source)
    assert signing.sign_file(path, wanted=level) is level
    signed = path.read_bytes()
    assert signed.startswith(source)
    (signature,) = PdfFileReader(io.BytesIO(signed)).embedded_regular_signatures
    assert validate_pdf_signature(signature, trusted(signing)).bottom_line


def test_without_authority_or_lists_the_lower_level_is_stated(signing: PdfSigning) -> None:
    bare = PdfSigning(key=signing.key)
    assert bare.reachable(Level.B_LTA) is Level.B_B
    unlisted = PdfSigning(
        key=signing.key,
        authority=signing.authority,
        authority_chain=signing.authority_chain,
        revocation=Revocation(),
    )
    assert unlisted.reachable(Level.B_LTA) is Level.B_T
    assert signing.reachable(Level.B_LTA) is Level.B_LTA


def test_the_visible_mark_names_the_agency_in_chinese(signing: PdfSigning, tmp_path: Path) -> None:
    style = seal_style("常州承安安全咨询服务有限公司", signing.key, now=FRIDAY, scratch=tmp_path)
    signed, _level = signing.sign_bytes(
        drawn_form("WJB22-0001-JC-001", 1),
        wanted=Level.B_T,
        place=Place(page=0, box=(100, 100, 220, 220), style=style),
    )
    path = tmp_path / "signed.pdf"
    path.write_bytes(signed)
    text = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, text=True, check=True).stdout
    assert "电子签名" in text
    assert "EVALUATION ONLY" in text
    fonts = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True).stdout
    rows = fonts.splitlines()[2:]
    assert rows
    assert all(" yes " in row for row in rows), "every font is embedded"


def test_one_changed_byte_before_the_end_breaks_the_signature(signing: PdfSigning) -> None:
    signed = bytearray(signing.sign_bytes(drawn_form("WJB22-0001-JC-001", 1), wanted=Level.B_T)[0])
    place = signed.index(b"/MediaBox")
    signed[place + 12] ^= 1
    (signature,) = PdfFileReader(io.BytesIO(bytes(signed))).embedded_regular_signatures
    assert not validate_pdf_signature(signature, trusted(signing)).intact


def test_a_chain_that_does_not_hold_is_told_and_nothing_is_signed(
    signing: PdfSigning, tmp_path: Path
) -> None:
    """The revocation list is the right issuer's by name but not by key."""
    make_evaluation_keys(tmp_path / "keys", curve=signing.key.certificate.public_key.algorithm == "ec")
    wrong = PdfSigning(
        key=signing.key,
        authority=signing.authority,
        revocation=read_revocation([tmp_path / "keys/ca.crl"]),
        authority_chain=signing.authority_chain,
    )
    with pytest.raises(KeyUnusableError, match="签名没有成功") as refused:
        wrong.sign_bytes(drawn_form("WJB22-0001-JC-001", 1), wanted=Level.B_LTA)
    assert "list_level" in refused.value.remedy
