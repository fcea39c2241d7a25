"""A signing key on a PKCS#11 token: opened with one PIN, used, and named when it fails half-way.

Imported only when the settings name a token; needs the `pkcs11` extra of pyHanko.
"""

from __future__ import annotations

import pkcs11
from asn1crypto import x509
from pkcs11.exceptions import PinExpired, PinIncorrect, PinInvalid, PinLenRange, PinLocked
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session

from evidence.bundles.settings import SignerSettings
from evidence.bundles.unusable_key import KeyUnusableError
from evidence.language import _


class TokenSigner(PKCS11Signer):
    """A signer whose token may be pulled out or locked between two signatures."""

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """See pyHanko.

        Raises:
            KeyUnusableError: the token failed.
        """
        try:
            signature: bytes = await super().async_sign_raw(data, digest_algorithm, dry_run)
        except pkcs11.PKCS11Error as error:
            raise KeyUnusableError(
                _("令牌没有完成签名：{why}").format(why=str(error) or type(error).__name__),
                where=str(self.key_label or ""),
                remedy=_("请插好令牌后再次运行；没有留下半成品。"),
            ) from error
        return signature


def open_token(
    settings: SignerSettings,
    pin: str,
    *,
    given: x509.Certificate | None,
    chain: tuple[x509.Certificate, ...],
) -> tuple[pkcs11.Session, TokenSigner, x509.Certificate]:
    """Session, signer and certificate; the caller closes the session.

    Args:
        settings: `[signer]`.
        pin: tried once, for every wrong try counts against the token.
        given: the signer's certificate when the token does not hold it.
        chain: its issuers.

    Raises:
        KeyUnusableError: no library, no such token, locked, wrong PIN, no such key.
    """
    where = f"{settings.pkcs11_library} · {settings.token_label}"
    try:
        session = open_pkcs11_session(
            settings.pkcs11_library, token_criteria=TokenCriteria(label=settings.token_label), user_pin=pin
        )
    except (PinLocked, PinExpired) as error:
        remedy = _("请由令牌管理员用 SO PIN 解锁。")
        raise KeyUnusableError(_("令牌已锁定。"), where=where, remedy=remedy) from error
    except (PinIncorrect, PinInvalid, PinLenRange) as error:
        remedy = _("请核对 PIN 后再试；连续输错会锁定令牌，程序不会自动重试。")
        raise KeyUnusableError(_("令牌的 PIN 不对。"), where=where, remedy=remedy) from error
    except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
        remedy = _("请插好令牌，检查 [signer] 的 pkcs11_library 与 token_label。")
        why = str(error) or type(error).__name__
        raise KeyUnusableError(_("打不开令牌：{why}").format(why=why), where=where, remedy=remedy) from error
    try:
        signer = TokenSigner(
            session,
            cert_label=None if given else settings.key_label,
            signing_cert=given,
            key_label=settings.key_label,
            ca_chain=chain,
        )
        certificate = signer.signing_cert
        # SoftHSM and many tokens hash outside for ECDSA.
        signer.use_raw_mechanism = certificate.public_key.algorithm == "ec"
    except Exception as error:
        session.close()
        why = str(error) or type(error).__name__
        raise KeyUnusableError(
            _("令牌里没有这把密钥或它的证书：{why}").format(why=why),
            where=f"{where} · {settings.key_label}",
            remedy=_("请核对 [signer] 的 token_label 和 key_label，确认令牌已插好，再运行 evidence doctor。"),
        ) from error
    return session, signer, certificate
