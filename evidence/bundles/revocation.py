"""Revocation lists and answers: read, checked for freshness, handed to the signer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from asn1crypto import crl, ocsp, x509
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, RevokedError, ValidationError

from evidence.bundles.armour import blocks_of
from evidence.bundles.unusable_key import KeyUnusableError
from evidence.language import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Revocation:
    """What is known about revocation at the time of signing."""

    crls: tuple[crl.CertificateList, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = ()

    def covers(self, certificates: Sequence[x509.Certificate], now: datetime) -> bool:
        """Whether a fresh list of the issuer or a fresh answer is there for every certificate but roots."""
        return all(
            any(each.issuer == certificate.issuer and fresh(each, now) for each in self.crls)
            or any(_answers_for(single, certificate, now) for single in self._singles())
            for certificate in certificates
            if certificate.issuer != certificate.subject
        )

    def _singles(self) -> Iterator[Any]:
        """The answers about single certificates in all OCSP responses (RFC 6960 4.2.1)."""
        for each in self.ocsps:
            if each["response_status"].native == "successful":
                yield from each.response_data["responses"]


def read_revocation(paths: Sequence[Path]) -> Revocation:
    """The lists in some PEM or DER files; absent files are left out.

    Raises:
        KeyUnusableError: a file holds no revocation list.
    """
    lists: list[crl.CertificateList] = []
    for path in paths:
        if not path.is_file():
            continue
        data = path.read_bytes()
        try:
            for block in blocks_of(data):
                each = crl.CertificateList.load(block, strict=True)
                each["tbs_cert_list"]["this_update"].native  # noqa: B018  parse now, not while signing
                lists.append(each)
        except (ValueError, TypeError) as error:
            raise KeyUnusableError(
                _("这个文件里没有可读的吊销列表（CRL）。"),
                where=str(path),
                remedy=_("请向发证机构重新下载吊销列表（PEM 或 DER）后替换该文件。"),
            ) from error
    return Revocation(crls=tuple(lists))


def fresh(each: crl.CertificateList, now: datetime) -> bool:
    """Whether a list is in force at a time (RFC 5280 5.1.2.5)."""
    body = each["tbs_cert_list"]
    until = body["next_update"].native
    return bool(body["this_update"].native <= now and (until is None or now <= until))


def _answers_for(single: Any, certificate: x509.Certificate, now: datetime) -> bool:
    until = single["next_update"].native
    return bool(
        single["cert_id"]["serial_number"].native == certificate.serial_number
        and single["cert_status"].name == "good"
        and single["this_update"].native <= now
        and (until is None or now <= until)
    )


def gather(
    certificates: Sequence[x509.Certificate],
    *,
    roots: Sequence[x509.Certificate],
    others: Sequence[x509.Certificate],
    known: Revocation,
) -> Revocation:
    """Ask the addresses in the certificates (OCSP, CRL) once, for every signature of a package.

    Args:
        certificates: end entities: the signer's and the authority's.
        roots: where their chains end.
        others: issuers between.
        known: lists from files, used where they do.

    Returns:
        What was known and what was fetched; only what was known when the network or an answer fails:
        the signature then reaches a lower level, which is stated.

    Raises:
        KeyUnusableError: an answer says that a certificate is revoked.
    """
    try:
        return asyncio.run(_gather(certificates, validation_context(roots, others, known, fetch=True)))
    except RevokedError as error:
        raise KeyUnusableError(
            _("签名或时间戳的证书已于 {day} 被吊销。").format(day=error.revocation_dt.date()),
            where="；".join(each.subject.human_friendly for each in certificates),
            remedy=_("请换用有效的签名证书，在 evidence.toml 的 [signer] 指明。"),
        ) from error
    except (PathError, ValidationError, OSError, TimeoutError):
        return known


async def _gather(certificates: Sequence[x509.Certificate], context: ValidationContext) -> Revocation:
    async with aclosing(context):
        for certificate in certificates:
            await CertificateValidator(certificate, validation_context=context).async_validate_path()
    return Revocation(crls=tuple(context.crls), ocsps=tuple(context.ocsps))


def refuse_revoked(certificate: x509.Certificate, known: Revocation) -> None:
    """A revoked key must not sign.

    Raises:
        KeyUnusableError: the issuer's list names the certificate.
    """
    for each in known.crls:
        if each.issuer != certificate.issuer:
            continue
        for entry in each["tbs_cert_list"]["revoked_certificates"] or ():
            if entry["user_certificate"].native == certificate.serial_number:
                raise KeyUnusableError(
                    _("签名证书已于 {day} 被吊销。").format(day=entry["revocation_date"].native.date()),
                    where=certificate.subject.human_friendly,
                    remedy=_("请换用有效的签名证书，在 evidence.toml 的 [signer] 指明。"),
                )


def validation_context(
    roots: Sequence[x509.Certificate],
    others: Sequence[x509.Certificate],
    known: Revocation,
    *,
    fetch: bool = False,
) -> ValidationContext:
    """What pyHanko needs to gather validation data for B-LT and B-LTA."""
    return ValidationContext(
        trust_roots=list(roots),
        other_certs=list(others),
        crls=list(known.crls),
        ocsps=list(known.ocsps),
        allow_fetching=fetch,
        revocation_mode="require",
    )
