"""A new signing certificate takes the place of the old one, in words that the old key has signed.

Without such words a reader cannot tell a renewal from somebody else who continues the ledger. When the
old key is lost or its certificate revoked, the regulator signs them instead.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator, Sequence
from datetime import datetime

from asn1crypto import cms, x509
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import async_validate_detached_cms
from pyhanko.sign.validation.errors import SignatureValidationError

from evidence.bundles.armour import signed_data
from evidence.bundles.integrity import anyone
from evidence.bundles.signers import Ask, check_certificate, open_key
from evidence.domain.identifiers import Sha256
from evidence.domain.reasons import require_words
from evidence.domain.signer_change import Consent, SignerChange, statement
from evidence.errors import InputError, UsageError
from evidence.handover.handover_context import HandoverContext
from evidence.language import _
from evidence.ledger.events import Event, SignerChanged
from evidence.ledger.ledger import Ledger
from evidence.ledger.view import View

_KIND = f'"kind":"{SignerChanged.KIND}"'.encode()


def changes(ledger: Ledger) -> Iterator[SignerChange]:
    """Every journalled change, first to last."""
    for seq, line in enumerate(ledger.lines()):
        if _KIND in line:
            for entry in ledger.entries(seq, seq + 1):
                if isinstance(event := entry.event, SignerChanged):
                    yield event.change


def signer_in_force(ledger: Ledger) -> Sha256 | None:
    """SHA-256 of the certificate that the journal expects to sign next; None before the first package
    and after packages made when the journal did not record it.
    """
    packages = ledger.view.packages()
    signed = packages[-1].signer if packages else ""
    for change in changes(ledger):
        if not signed or change.before == signed:
            signed = change.after
    return Sha256(signed) if signed else None


def change_signer(
    context: HandoverContext,
    certificate: x509.Certificate,
    *,
    why: str,
    now: datetime,
    actor: str,
    ask: Ask | None = None,
) -> SignerChange:
    """Sign the change with the key that evidence.toml still names, and journal it.

    Raises:
        UsageError: the new certificate is the present one, or there is no reason.
        KeyUnusableError: the old key cannot be opened, or the new certificate could not sign packages.
    """
    _require(why, certificate, now)
    with open_key(context.signer, context.root, ask=ask, now=now) as key:
        old = key.certificate
        _refuse_same(old, certificate)
        text = statement(context.names.contract_code, _digest(old), _digest(certificate), now)
        signed: cms.ContentInfo = asyncio.run(
            key.signer.async_sign_general_data(text.encode(), "sha256", detached=True, use_cades=True)
        )
    return _journal(context, _change(context, old, certificate, now, why, Consent.OLD_KEY, signed), actor)


def statement_for(
    context: HandoverContext, old: x509.Certificate, new: x509.Certificate, now: datetime
) -> str:
    """The words for the regulator to sign when the old key cannot.

    Raises:
        UsageError: the new certificate is the old one.
    """
    _refuse_same(old, new)
    return statement(context.names.contract_code, _digest(old), _digest(new), now)


def change_agreed(
    context: HandoverContext,
    old: x509.Certificate,
    new: x509.Certificate,
    *,
    words: str,
    signature: bytes,
    why: str,
    now: datetime,
    actor: str,
) -> SignerChange:
    """Journal a change that the regulator's key has signed.

    Whether it is the regulator's is for the auditor to say; here the signature must be sound, over these
    very words, and not by the key that is being given up or taken on.

    Raises:
        UsageError: no reason, or the words are not those of this change.
        InputError: the signature is none, or not over these words.
    """
    _require(why, new, now)
    at = _instant(words)
    if words != statement(context.names.contract_code, _digest(old), _digest(new), at):
        raise UsageError(
            _("这份声明说的不是这次换证。"), remedy=_("请用 evidence signer statement 重新写出声明再签。")
        )
    signed = _read(signature)
    signer = _signer_over(words, signed)
    if signer.public_key.dump() in (old.public_key.dump(), new.public_key.dump()):
        raise UsageError(
            _("声明是用机构自己的密钥签的。"),
            remedy=_("旧密钥还能用时，请直接运行 evidence signer change，不带 --agreed。"),
        )
    return _journal(context, _change(context, old, new, at, why, Consent.REGULATOR, signed), actor)


def _change(
    context: HandoverContext,
    old: x509.Certificate,
    new: x509.Certificate,
    at: datetime,
    why: str,
    consent: Consent,
    signed: cms.ContentInfo,
) -> SignerChange:
    return SignerChange(
        contract=context.names.contract_code,
        before=_digest(old),
        after=_digest(new),
        at=at,
        why=why.strip(),
        certificate=base64.b64encode(new.dump()).decode(),
        replaced=base64.b64encode(old.dump()).decode(),
        consent=consent,
        signature=base64.b64encode(signed.dump()).decode(),
    )


def _journal(context: HandoverContext, change: SignerChange, actor: str) -> SignerChange:
    def decide(_view: View) -> Sequence[Event]:
        return (SignerChanged(change=change),)

    context.ledger.transact(actor, decide)
    return change


def _require(why: str, certificate: x509.Certificate, now: datetime) -> None:
    if not why.strip():
        raise UsageError(_("更换签名证书必须说明原因。"), remedy='--why "…"')
    require_words(why)
    check_certificate(certificate, now)


def _refuse_same(old: x509.Certificate, new: x509.Certificate) -> None:
    if old.dump() == new.dump():
        raise UsageError(
            _("给出的就是现在的签名证书。"),
            where=old.subject.human_friendly,
            remedy=_("请给出新证书；登记之后再在 evidence.toml 的 [signer] 换上新密钥。"),
        )


def _digest(certificate: x509.Certificate) -> Sha256:
    return Sha256(certificate.sha256.hex())


def _instant(words: str) -> datetime:
    last = words.rstrip("\n").rpartition("\nat ")[2]
    try:
        return datetime.fromisoformat(last)
    except ValueError as error:
        raise UsageError(
            _("这不是换证声明。"), remedy=_("请用 evidence signer statement 写出声明。")
        ) from error


def _read(signature: bytes) -> cms.ContentInfo:
    try:
        return signed_data(signature)
    except ValueError as error:
        raise InputError(
            _("同意换证的签名文件无法读取。"), remedy=_("请监管部门用 openssl cms -sign 对声明原文签名。")
        ) from error


def _signer_over(words: str, signed: cms.ContentInfo) -> x509.Certificate:
    try:
        status = asyncio.run(
            async_validate_detached_cms(words.encode(), signed["content"], signer_validation_context=anyone())
        )
    except (SignatureValidationError, SigningError, ValueError, TypeError, KeyError) as error:
        raise InputError(
            _("同意换证的签名无法核验：{why}").format(why=error),
            remedy=_("请监管部门对声明原文重新签名。"),
        ) from error
    if not (status.intact and status.valid):
        raise InputError(
            _("同意换证的签名不是对这份声明的签名。"), remedy=_("请监管部门对声明原文重新签名。")
        )
    signer: x509.Certificate = status.signing_cert
    return signer
