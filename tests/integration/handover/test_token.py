"""Signing with a key on a PKCS#11 token; SoftHSM stands for the token."""

from __future__ import annotations

import io
import os
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pkcs11.exceptions import DeviceRemoved, PinExpired, PinIncorrect, PinLenRange, PinLocked
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.pkcs11 import PKCS11Signer
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext

from evidence.bundles.keys import issue_certificate, pem
from evidence.bundles.pades import Level, PdfSigning
from evidence.bundles.settings import SignerSettings
from evidence.bundles.signers import open_key
from evidence.bundles.unusable_key import KeyUnusableError
from tests.support.handing_over import drawn_form
from tests.support.soft_token import LIBRARY, read_configuration_again, softhsm

PIN = "246810"
pytestmark = pytest.mark.skipif(not LIBRARY.exists(), reason="softhsm2 is not installed")


@pytest.fixture(scope="module")
def token(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A token with an RSA-3072 and a P-256 key, their certificates beside it."""
    root = tmp_path_factory.mktemp("token")
    (root / "store").mkdir()
    configuration = root / "softhsm2.conf"
    configuration.write_text(
        f"directories.tokendir = {root / 'store'}\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(configuration)
    softhsm("--init-token", "--free", "--label", "agency", "--pin", PIN, "--so-pin", "13579111")
    start = datetime.now(UTC) - timedelta(days=1)
    root_key = ec.generate_private_key(ec.SECP256R1())
    issuer = issue_certificate("测试根证书", root_key, now=start, years=2, organization="测试")
    (root / "ca.pem").write_bytes(pem(issuer))
    for number, (label, key) in enumerate(
        {
            "rsa": rsa.generate_private_key(65537, 3072),
            "p256": ec.generate_private_key(ec.SECP256R1()),
        }.items(),
        1,
    ):
        made = issue_certificate(
            f"令牌签名人 {label}",
            key,
            issuer=issuer,
            issuer_key=root_key,
            now=start,
            years=1,
            organization="测试",
        )
        (root / f"{label}.pem").write_bytes(pem(made))
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        (root / "key.pem").write_bytes(private)
        softhsm(
            "--import",
            str(root / "key.pem"),
            "--token",
            "agency",
            "--label",
            label,
            "--id",
            f"0{number}",
            "--pin",
            PIN,
        )
        (root / "key.pem").unlink()
    (root / "pin").write_text(PIN)
    (root / "pin").chmod(0o600)
    read_configuration_again()
    yield root
    if before is None:
        del os.environ["SOFTHSM2_CONF"]
    else:
        os.environ["SOFTHSM2_CONF"] = before


def settings(label: str, **changes: str) -> SignerSettings:
    base = {
        "pkcs12": "",
        "password_file": "pin",
        "pkcs11_library": str(LIBRARY),
        "token_label": "agency",
        "key_label": label,
        "certificate": f"{label}.pem",
    }
    return SignerSettings(**(base | changes), chain=("ca.pem",))  # type: ignore[arg-type]


@pytest.mark.parametrize("label", ["rsa", "p256"])
def test_a_key_that_never_leaves_the_token_signs_pdf_and_cms(token: Path, label: str, tmp_path: Path) -> None:
    with open_key(settings(label), token) as key:
        assert not key.evaluation
        signing = PdfSigning(key=key)
        signed, level = signing.sign_bytes(drawn_form("WJB22-0001-JC-001", 1), wanted=Level.B_T)
        detached = signing.sign_detached(b"tagmanifest\n")
        root = key.chain[-1]
    assert level is Level.B_B
    (signature,) = PdfFileReader(io.BytesIO(signed)).embedded_regular_signatures
    context = ValidationContext(trust_roots=[root], allow_fetching=False)
    assert validate_pdf_signature(signature, context).bottom_line
    (tmp_path / "t").write_bytes(b"tagmanifest\n")
    (tmp_path / "t.p7s").write_bytes(detached)
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "t.p7s", "-content", "t"]
    subprocess.run(
        [*command, "-CAfile", str(token / "ca.pem")], cwd=tmp_path, check=True, capture_output=True
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"token_label": "nobody"}, "打不开令牌"),
        ({"key_label": "nothing", "certificate": ""}, "没有这把密钥"),
        ({"pkcs11_library": "/nowhere/lib.so"}, "打不开令牌"),
    ],
)
def test_an_absent_token_key_or_library_is_named(token: Path, changes: dict[str, str], said: str) -> None:
    with pytest.raises(KeyUnusableError, match=said), open_key(settings("rsa", **changes), token):
        pass


LOCKED = "令牌已锁定"


@pytest.mark.parametrize(
    ("error", "said"),
    [(PinLocked, LOCKED), (PinExpired, LOCKED), (PinIncorrect, "PIN 不对"), (PinLenRange, "PIN 不对")],
)
def test_what_a_real_token_says_to_a_pin_is_told_plainly(
    token: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception], said: str
) -> None:
    """SoftHSM never locks, so the token's answer is put in its mouth."""
    opened: list[str] = []

    def answer(*_: object, user_pin: str, **__: object) -> None:
        opened.append(user_pin)
        raise error

    monkeypatch.setattr("evidence.bundles.token.open_pkcs11_session", answer)
    with pytest.raises(KeyUnusableError, match=said) as refused, open_key(settings("rsa"), token):
        pass
    assert opened == [PIN], "never tried again by itself"
    assert refused.value.remedy
    assert PIN not in str(refused.value)


def test_three_wrong_pins_are_three_plain_refusals_and_the_right_one_still_opens(token: Path) -> None:
    (token / "wrong").write_text("135790")
    (token / "wrong").chmod(0o600)
    for _ in range(3):
        with (
            pytest.raises(KeyUnusableError, match="PIN 不对"),
            open_key(settings("rsa", password_file="wrong"), token),
        ):
            pass
    with open_key(settings("rsa"), token):
        pass


def test_a_token_pulled_out_between_two_signatures_is_named(
    token: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = drawn_form("WJB22-0001-JC-001", 1)
    with open_key(settings("rsa"), token) as key:
        signing = PdfSigning(key=key)
        signing.sign_bytes(source, wanted=Level.B_B)

        async def gone(*_: object) -> None:
            raise DeviceRemoved

        monkeypatch.setattr(PKCS11Signer, "async_sign_raw", gone)
        for sign in (
            lambda: signing.sign_bytes(source, wanted=Level.B_B),
            lambda: signing.sign_detached(b"x"),
        ):
            with pytest.raises(KeyUnusableError, match="没有完成签名"):
                sign()


def test_a_wrong_pin_is_tried_once_only(token: Path) -> None:
    (token / "wrong").write_text("000000")
    (token / "wrong").chmod(0o600)
    wrong = settings("rsa", password_file="wrong")
    with pytest.raises(KeyUnusableError, match="PIN 不对") as refused, open_key(wrong, token):
        pass
    assert "000000" not in str(refused.value)
    with open_key(settings("rsa"), token) as key:
        assert key.name == "令牌签名人 rsa"
