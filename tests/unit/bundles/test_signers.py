"""The signing key: found, unlocked, judged, or refused with what to do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import NameOID

from evidence.bundles.keys import issue_certificate, make_crl, make_evaluation_keys
from evidence.bundles.revocation import Revocation, fresh, read_revocation, refuse_revoked
from evidence.bundles.settings import SignerSettings
from evidence.bundles.signers import check_certificate, open_key, read_certificates
from evidence.bundles.unusable_key import KeyUnusableError
from evidence.errors import ExitCode

NOW = datetime.now(UTC)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("signer")
    make_evaluation_keys(folder / "keys", curve=True)
    return folder


def test_the_workspace_s_own_evaluation_key_opens(root: Path) -> None:
    with open_key(SignerSettings(), root) as key:
        assert key.evaluation
        assert key.name == "EVALUATION ONLY 试用签名人"
        assert [each.subject.native["common_name"] for each in key.chain] == ["EVALUATION ONLY 试用根证书"]


def test_key_files_are_private_and_every_subject_says_evaluation(root: Path) -> None:
    for name in ("signer.p12", "signer.password", "tsa/tsa.key"):
        assert (root / "keys" / name).stat().st_mode & 0o077 == 0, name
    for certificate in read_certificates((root / "keys/ca.pem", root / "keys/tsa/tsa.pem")):
        assert "EVALUATION ONLY" in certificate.subject.human_friendly


def test_making_keys_again_changes_nothing(root: Path) -> None:
    before = (root / "keys/signer.p12").read_bytes()
    make_evaluation_keys(root / "keys")
    assert (root / "keys/signer.p12").read_bytes() == before


def test_an_evaluation_key_from_elsewhere_is_refused(root: Path, tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    for name in ("signer.p12", "signer.password", "ca.pem"):
        target = tmp_path / "keys" / name
        target.write_bytes((root / "keys" / name).read_bytes())
        target.chmod(0o600)
    with (
        pytest.raises(KeyUnusableError, match="EVALUATION ONLY") as refused,
        open_key(SignerSettings(), tmp_path),
    ):
        pass
    assert refused.value.exit_code == ExitCode.MISSING_PART
    with open_key(SignerSettings(evaluation=True), tmp_path) as key:
        assert key.evaluation


def test_no_key_and_no_password_say_what_to_do(root: Path, tmp_path: Path) -> None:
    with (
        pytest.raises(KeyUnusableError, match="没有签名密钥") as missing,
        open_key(SignerSettings(), tmp_path),
    ):
        pass
    assert "init --evaluation-keys" in missing.value.remedy
    settings = SignerSettings(password_file="keys/none")
    with pytest.raises(KeyUnusableError, match="没有签名密钥的密码"), open_key(settings, root):
        pass


def test_a_password_file_others_can_read_is_refused(root: Path) -> None:
    exposed = root / "keys" / "exposed"
    exposed.write_text("secret")
    exposed.chmod(0o644)
    settings = SignerSettings(password_file="keys/exposed")
    with pytest.raises(KeyUnusableError, match="其他账户") as refused, open_key(settings, root):
        pass
    assert "chmod 600" in refused.value.remedy
    assert "secret" not in str(refused.value)


def test_the_password_comes_from_the_system_s_keyring_when_one_is_named(
    root: Path, system_keyring: dict[tuple[str, str], str]
) -> None:
    system_keyring["evidence", "agency"] = (root / "keys/signer.password").read_text().strip()
    with open_key(SignerSettings(keyring="agency", password_file=""), root) as key:
        assert key.evaluation


def test_a_keyring_without_the_password_says_how_to_store_it(
    root: Path, system_keyring: dict[tuple[str, str], str]
) -> None:
    assert not system_keyring
    with (
        pytest.raises(KeyUnusableError, match="密钥环里没有") as refused,
        open_key(SignerSettings(keyring="agency"), root),
    ):
        pass
    assert "keyring set evidence agency" in refused.value.remedy
    assert refused.value.exit_code == ExitCode.MISSING_PART


def test_a_wrong_password_is_asked_three_times_and_never_shown(root: Path) -> None:
    asked: list[int] = []

    def ask(attempt: int) -> str:
        asked.append(attempt)
        return f"wrong-{attempt}"

    settings = SignerSettings(password_file="")
    with pytest.raises(KeyUnusableError, match="密码不对") as refused, open_key(settings, root, ask=ask):
        pass
    assert asked == [1, 2, 3]
    assert "wrong-" not in str(refused.value)


def test_the_right_password_at_the_second_attempt_opens(root: Path) -> None:
    right = (root / "keys/signer.password").read_text().strip()
    answers = {1: "wrong", 2: right}
    with open_key(SignerSettings(password_file=""), root, ask=lambda attempt: answers[attempt]) as key:
        assert key.evaluation
        assert right not in repr(key)


def certificate(
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey,
    *,
    start: datetime,
    years: float = 1,
    ca: bool = False,
) -> asn1_x509.Certificate:
    root_key = ec.generate_private_key(ec.SECP256R1())
    issuer = issue_certificate("root", root_key, now=start, years=10)
    made = (
        issuer
        if ca
        else issue_certificate("signer", key, issuer=issuer, issuer_key=root_key, now=start, years=years)
    )
    return asn1_x509.Certificate.load(made.public_bytes(serialization.Encoding.DER))


def weak() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 1024)  # noqa: S505  that it is refused is the point


def strong() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: certificate(strong(), start=NOW - timedelta(days=800), years=1), "过期"),
        (lambda: certificate(strong(), start=NOW + timedelta(days=1)), "才生效"),
        (lambda: certificate(weak(), start=NOW - timedelta(days=1)), "太弱"),
        (lambda: certificate(strong(), start=NOW - timedelta(days=1), ca=True), "不是用来签名"),
    ],
)
def test_a_certificate_no_auditor_could_accept_is_refused(
    make: Callable[[], asn1_x509.Certificate], said: str
) -> None:
    with pytest.raises(KeyUnusableError, match=said):
        check_certificate(make(), NOW)


def test_a_sound_certificate_passes() -> None:
    check_certificate(certificate(strong(), start=NOW - timedelta(days=1)), NOW)


def test_ed25519_is_refused_because_ordinary_tools_cannot_check_it() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ed")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .sign(key, None)
    )
    with pytest.raises(KeyUnusableError, match="不能核验"):
        check_certificate(asn1_x509.Certificate.load(made.public_bytes(serialization.Encoding.DER)), NOW)


def revocation(
    folder: Path, *, revoked: bool, age_days: int = 1, years: float = 1
) -> tuple[asn1_x509.Certificate, Revocation]:
    key, root_key = strong(), strong()
    start = NOW - timedelta(days=900)
    issuer = issue_certificate("root", root_key, now=start, years=10)
    signer = issue_certificate("signer", key, issuer=issuer, issuer_key=root_key, now=start, years=9)
    serials = (signer.serial_number,) if revoked else ()
    path = folder / "ca.crl"
    path.write_bytes(
        make_crl(issuer, root_key, now=NOW - timedelta(days=age_days), years=years, revoked=serials)
    )
    loaded = asn1_x509.Certificate.load(signer.public_bytes(serialization.Encoding.DER))
    return loaded, read_revocation([path, folder / "absent.crl"])


def test_a_revoked_certificate_must_not_sign(tmp_path: Path) -> None:
    signer, known = revocation(tmp_path, revoked=True)
    with pytest.raises(KeyUnusableError, match="吊销"):
        refuse_revoked(signer, known)


def test_a_fresh_list_covers_its_issuer_s_certificates_and_a_stale_one_does_not(tmp_path: Path) -> None:
    signer, known = revocation(tmp_path, revoked=False)
    refuse_revoked(signer, known)
    assert known.covers([signer], NOW)
    signer, stale = revocation(tmp_path, revoked=False, age_days=800)
    assert not fresh(stale.crls[0], NOW)
    assert not stale.covers([signer], NOW)


def test_a_file_that_is_no_list_is_named(tmp_path: Path) -> None:
    (tmp_path / "ca.crl").write_bytes(b"not a list")
    with pytest.raises(KeyUnusableError, match="CRL"):
        read_revocation([tmp_path / "ca.crl"])


def test_the_digest_in_the_marker_is_the_signer_s(root: Path) -> None:
    marker = (root / "keys" / "EVALUATION-ONLY.txt").read_text()
    with open_key(SignerSettings(), root) as key:
        loaded = x509.load_der_x509_certificate(key.certificate.dump())
    assert loaded.fingerprint(hashes.SHA256()).hex() in marker
