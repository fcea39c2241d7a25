"""The signer's key: from a PKCS#12 file or a PKCS#11 token, loaded once, checked before use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, pkcs12
from pyhanko.sign.signers import Signer, SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from evidence import credentials
from evidence.bundles.armour import blocks_of
from evidence.bundles.keys import EVALUATION, MARKER
from evidence.bundles.settings import SignerSettings
from evidence.bundles.unusable_key import KeyUnusableError
from evidence.language import _
from evidence.release import install_command

MAX_TRIES = 3
Ask = Callable[[int], str]
"""Asks a person for the password; the argument counts the attempts from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A key ready to sign. Its representation shows the certificate only."""

    signer: Signer
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    """Issuers, root last."""
    evaluation: bool

    @property
    def name(self) -> str:
        """The certificate's common name."""
        return str(
            self.certificate.subject.native.get("common_name", self.certificate.subject.human_friendly)
        )

    def __repr__(self) -> str:
        return f"SigningKey({self.name!r}, sha256={self.certificate.sha256.hex()[:16]})"


class CachedSigner(SimpleSigner):
    """SimpleSigner that parses and checks its private key once, not twice for every signature."""

    def __init__(self, certificate: x509.Certificate, key: Any, chain: tuple[x509.Certificate, ...]) -> None:
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple([certificate, *chain])
        super().__init__(signing_cert=certificate, signing_key=None, cert_registry=store)
        self._key = key

    def sign_raw(self, data: bytes, digest_algorithm: str) -> bytes:
        """RSA PKCS#1 v1.5 or ECDSA with SHA-256."""
        if digest_algorithm.lower() != "sha256":
            raise KeyUnusableError(
                f"只用 SHA-256 签名，不用 {digest_algorithm}。",
                remedy=_("这是程序内部的错误，请联系维护人员。"),
            )
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, padding.PKCS1v15(), SHA256())
        signature: bytes = self._key.sign(data, ec.ECDSA(SHA256()))
        return signature


@contextmanager
def open_key(
    settings: SignerSettings, root: Path, *, ask: Ask | None = None, now: datetime | None = None
) -> Iterator[SigningKey]:
    """The key that evidence.toml names; a token's session is closed at the end.

    Args:
        settings: `[signer]`.
        root: the workspace.
        ask: used when there is no password file.
        now: real time.

    Raises:
        KeyUnusableError: absent, locked, wrong password, expired, weak, wrong purpose, or an
            evaluation key where none is allowed.
    """
    chain = read_certificates(root / name for name in settings.chain)
    session = None
    try:
        if settings.pkcs11_library:
            session, signer, certificate = _from_token(settings, root, chain, ask)
        else:
            signer, certificate, chain = _from_file(settings, root, chain, ask)
        evaluation = EVALUATION in certificate.subject.human_friendly
        check_certificate(certificate, now or datetime.now(UTC))
        if evaluation and not settings.evaluation and not _made_here(root, settings, certificate):
            raise KeyUnusableError(
                _("这张签名证书仅供试用（EVALUATION ONLY），本工作区不接受它。"),
                where=certificate.subject.human_friendly,
                remedy=_(
                    "请在 evidence.toml 的 [signer] 配置正式证书；"
                    "只是试用时，请在新工作区运行 evidence init --evaluation-keys。"
                ),
            )
        issuers = order_chain(certificate, chain)
        yield SigningKey(signer=signer, certificate=certificate, chain=issuers, evaluation=evaluation)
    finally:
        if session is not None:
            session.close()


def check_certificate(certificate: x509.Certificate, now: datetime) -> None:
    """Refuse what no auditor could accept.

    Raises:
        KeyUnusableError: outside its validity, weak key or digest, not meant for signing, or an
            algorithm that ordinary tools cannot check.
    """
    where = certificate.subject.human_friendly
    remedy = _(
        "请换用有效的签名证书（RSA-3072 或 P-256，用途含数字签名），在 evidence.toml 的 [signer] 指明。"
    )
    validity = certificate["tbs_certificate"]["validity"]
    if now > validity["not_after"].native:
        day = validity["not_after"].native.date()
        raise KeyUnusableError(_("签名证书已于 {day} 过期。").format(day=day), where=where, remedy=remedy)
    if now < validity["not_before"].native:
        day = validity["not_before"].native.date()
        raise KeyUnusableError(_("签名证书到 {day} 才生效。").format(day=day), where=where, remedy=remedy)
    algorithm = certificate.public_key.algorithm
    if algorithm == "rsa":
        if certificate.public_key.bit_size < 2048:
            bits = certificate.public_key.bit_size
            raise KeyUnusableError(
                _("签名密钥太弱：RSA 只有 {bits} 位。").format(bits=bits), where=where, remedy=remedy
            )
    elif algorithm != "ec":
        raise KeyUnusableError(
            _("pdfsig 和 openssl 不能核验 {algorithm} 签名。").format(algorithm=algorithm),
            where=where,
            remedy=remedy,
        )
    if certificate.signature_algo != "ed25519" and certificate.hash_algo in ("md5", "sha1"):
        raise KeyUnusableError(_("签名证书用了过时的摘要算法。"), where=where, remedy=remedy)
    usage = certificate.key_usage_value
    if usage is not None and not usage.native & {"digital_signature", "non_repudiation"}:
        raise KeyUnusableError(_("这张证书不是用来签名的。"), where=where, remedy=remedy)


def read_certificates(paths: Iterator[Path] | tuple[Path, ...]) -> tuple[x509.Certificate, ...]:
    """Every certificate in some PEM or DER files, files that are absent left out.

    Raises:
        KeyUnusableError: a file holds no certificate.
    """
    found: list[x509.Certificate] = []
    for path in paths:
        if not path.is_file():
            continue
        data = path.read_bytes()
        try:
            certificates = [x509.Certificate.load(block, strict=True) for block in blocks_of(data)]
            found += [each for each in certificates if each.subject is not None]
        except (ValueError, TypeError) as error:
            raise KeyUnusableError(
                _("这个文件里没有可读的证书。"),
                where=str(path),
                remedy=_("请换成 PEM 或 DER 格式的证书文件。"),
            ) from error
    return tuple(found)


def order_chain(
    certificate: x509.Certificate, others: tuple[x509.Certificate, ...]
) -> tuple[x509.Certificate, ...]:
    """Issuers of a certificate among others, nearest first, as far as they are known."""
    ordered: list[x509.Certificate] = []
    current = certificate
    while current.issuer != current.subject:
        issuer = next((each for each in others if each.subject == current.issuer), None)
        if issuer is None or issuer in ordered:
            break
        ordered.append(issuer)
        current = issuer
    return tuple(ordered)


def _passwords(settings: SignerSettings, root: Path, ask: Ask | None) -> Iterator[str]:
    """The password to try: the keyring's or the file's once, or a person's up to three times."""
    stored = _stored_password(settings, root)
    if stored is not None:
        yield stored
    elif ask is not None:
        for attempt in range(1, MAX_TRIES + 1):
            yield ask(attempt)
    else:
        raise KeyUnusableError(
            _("没有签名密钥的密码。"),
            where=str(root / settings.password_file),
            remedy=_("请把密码写进该文件（权限 600），或在终端里运行以便输入。"),
        )


def _stored_password(settings: SignerSettings, root: Path) -> str | None:
    try:
        if settings.keyring:
            return credentials.from_keyring(settings.keyring)
        return credentials.from_file(root / settings.password_file) if settings.password_file else None
    except credentials.CredentialError as error:
        raise KeyUnusableError(error.what, where=error.where, remedy=error.remedy) from error


def _from_file(
    settings: SignerSettings, root: Path, chain: tuple[x509.Certificate, ...], ask: Ask | None
) -> tuple[Signer, x509.Certificate, tuple[x509.Certificate, ...]]:
    path = root / settings.pkcs12
    if not settings.pkcs12 or not path.is_file():
        raise KeyUnusableError(
            _("没有签名密钥。"),
            where=str(path),
            remedy=_(
                "请在 evidence.toml 的 [signer] 指明证书文件；"
                "只是试用时，可运行 evidence init --evaluation-keys。"
            ),
        )
    data = path.read_bytes()
    for password in _passwords(settings, root, ask):
        try:
            store = pkcs12.load_pkcs12(data, password.encode())
        except ValueError:
            continue
        except UnsupportedAlgorithm as error:
            raise KeyUnusableError(
                _("证书文件用了本机不支持的加密方式。"),
                where=str(path),
                remedy=_("请用 openssl pkcs12 -export 重新导出该文件后再试。"),
            ) from error
        if store.key is None or store.cert is None:
            raise KeyUnusableError(
                _("证书文件里没有私钥或没有证书。"),
                where=str(path),
                remedy=_("请从发证机构重新导出同时含私钥和证书的 PKCS#12 文件（.p12）。"),
            )
        if not isinstance(store.key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise KeyUnusableError(
                _("只支持 RSA 或 P-256 签名密钥。"),
                where=str(path),
                remedy=_("请向发证机构申请 RSA 3072 位或 P-256 的签名证书。"),
            )
        certificate = x509.Certificate.load(store.cert.certificate.public_bytes(Encoding.DER))
        inside = tuple(
            x509.Certificate.load(each.certificate.public_bytes(Encoding.DER))
            for each in store.additional_certs
        )
        every = (*chain, *(each for each in inside if each not in chain))
        return CachedSigner(certificate, store.key, order_chain(certificate, every)), certificate, every
    raise KeyUnusableError(
        _("签名密钥的密码不对。"),
        where=str(path),
        remedy=_("请核对密码文件；密码从不写入日志。"),
    )


def _from_token(
    settings: SignerSettings, root: Path, chain: tuple[x509.Certificate, ...], ask: Ask | None
) -> tuple[Any, Signer, x509.Certificate]:
    try:
        from evidence.bundles.token import open_token
    except ImportError as error:
        raise KeyUnusableError(
            _("本机没有安装令牌支持。"),
            remedy=_("请用交付的安装文件运行：{command}").format(command=install_command("agency")),
        ) from error
    # A wrong PIN counts against the token: one try from the file, never a loop.
    pin = next(_passwords(settings, root, ask))
    given = read_certificates((root / settings.certificate,)) if settings.certificate else ()
    return open_token(settings, pin, given=given[0] if given else None, chain=chain)


def _made_here(root: Path, settings: SignerSettings, certificate: x509.Certificate) -> bool:
    """Whether `init --evaluation-keys` made this certificate in this workspace."""
    marker = (root / settings.pkcs12).parent / MARKER
    return marker.is_file() and certificate.sha256.hex() in marker.read_text(encoding="utf-8")
