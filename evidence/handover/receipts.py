"""The regulator's receipt comes back signed: as our PDF with a signature, or a CMS over the checkpoint.

A scan on paper takes the inbox's way instead, told by its printed code. Whether a signature makes a
witness is for the auditor's trust to say; here it must only be sound and about the right package.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from asn1crypto import x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import async_validate_detached_cms, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pypdf import PdfReader
from pypdf.errors import PyPdfError

from evidence.bundles.armour import signed_data
from evidence.bundles.integrity import anyone
from evidence.domain.document import MarkVerdict
from evidence.domain.identifiers import Number
from evidence.domain.organization import is_among
from evidence.domain.register import Package, Receipt
from evidence.domain.terms import box_title
from evidence.errors import UndecidedError, UsageError, VerificationFailedError
from evidence.handover.handover_context import HandoverContext
from evidence.handover.own_certificates import own_certificates
from evidence.language import _
from evidence.ledger.checkpoint import fingerprint
from evidence.ledger.events import Event, ReceiptReceived
from evidence.ledger.view import View


class ReceiptRefusedError(VerificationFailedError):
    """The file is no sound receipt for this package."""


def find_package(view: View, name: str) -> Package:
    """The package a person names, by id or by file name.

    Raises:
        UsageError: there is none.
    """
    wanted = name.rstrip("/").rpartition("/")[2].removesuffix(".zip")
    found = next((package for package in view.packages() if package.id == wanted), None)
    if found is None:
        raise UsageError(
            _("没有移交包 {name}。").format(name=wanted), remedy=_("用 evidence handover list 查看。")
        )
    return found


def is_signed(data: bytes) -> bool:
    """Whether a file carries an electronic signature: a CMS, or a PDF with a filled signature field."""
    if data[:5] == b"%PDF-":
        return b"/ByteRange" in data
    return _cms(data) is not None


def accept_signed(
    context: HandoverContext, package: Package, data: bytes, *, now: datetime, actor: str
) -> Receipt:
    """Check a signed receipt and record it; the same file again changes nothing.

    Raises:
        ReceiptRefusedError: the signature is broken, ours, or about something else.
        UndecidedError: the signature is sound but the text cannot be matched to the package.
    """
    check, suffix = (_check_pdf, ".pdf") if data[:5] == b"%PDF-" else (_check_cms, ".p7s")
    signer = check(context, package, data)
    source = context.originals.put_bytes(data, suffix)
    receipt = Receipt(
        package=package.id,
        at=now,
        source=source,
        manner="signature",
        signer=f"{signer.subject.human_friendly} sha256:{signer.sha256.hex()}",
    )

    def decide(view: View) -> Sequence[Event]:
        known = any(each.source == source and each.package == package.id for each in view.receipts())
        return () if known else (ReceiptReceived(receipt=receipt),)

    context.ledger.transact(actor, decide)
    return receipt


def accept_scan(
    context: HandoverContext, package: Package, ingest: Callable[[], object], *, digest: str
) -> Receipt | None:
    """Send a scan through the inbox and see whether it was this package's receipt.

    Args:
        context: the handover's parts.
        package: the package it should belong to.
        ingest: takes the file in.
        digest: SHA-256 of the file.

    Returns:
        The receipt; None when the inbox could not recognise it and a person must link it.

    Raises:
        ReceiptRefusedError: its code belongs to another package.
        UndecidedError: a signature or seal was not seen on it.
    """
    ingest()
    mine = [each for each in context.ledger.view.receipts() if each.source == digest]
    for receipt in mine:
        if receipt.package == package.id:
            _require_marks(context, package)
            return receipt
    if mine:
        raise ReceiptRefusedError(
            _("这是 {other} 的接收回执，已登记在那个包下，不是 {package} 的。").format(
                other=mine[0].package, package=package.id
            ),
            remedy=_("请核对后用正确的包名再试。"),
        )
    return None


def _require_marks(context: HandoverContext, package: Package) -> None:
    """A receipt that nobody signed is only our own paper."""
    document = context.ledger.view.document(_receipt_number(package))
    marks = () if document is None else document.marks
    unseen = [
        box_title(mark.role, mark.kind)
        for mark in marks
        if mark.required and mark.verdict is not MarkVerdict.PRESENT
    ]
    if unseen:
        raise UndecidedError(
            _("接收回执上未见：{boxes}。").format(boxes="、".join(unseen)),
            where=package.id,
            remedy=_("请补签盖章后重新扫描；确已签章的，用 evidence inbox 由人认定。"),
        )


def _check_pdf(context: HandoverContext, package: Package, data: bytes) -> x509.Certificate:
    try:
        reader = PdfFileReader(io.BytesIO(data), strict=False)
        embedded = list(reader.embedded_regular_signatures)
        if not embedded:
            raise _refused(_("PDF 里没有签名。"))
        for signature in embedded:
            status = validate_pdf_signature(signature, anyone(), skip_diff=True)
            if not (status.intact and status.valid):
                raise _refused(_("PDF 签名与内容不符。"))
            _refuse_own(context, signature.signer_cert)
    except (PdfError, SignatureValidationError, SigningError, ValueError, TypeError, KeyError) as error:
        raise _refused(_("PDF 签名无法核验：{why}").format(why=error)) from error
    issued = context.issued.pdf_path(_receipt_number(package))
    if issued.is_file() and data.startswith(issued.read_bytes()):
        signer: x509.Certificate = embedded[-1].signer_cert
        return signer
    # Some software writes the file anew: then the printed fingerprint must tell.
    if fingerprint(_checkpoint(context, package)) not in _letters(data):
        raise UndecidedError(
            _("签名完好，但这份 PDF 里找不到 {package} 的检查点指纹。").format(package=package.id),
            remedy=_("请让监管部门在本包的《接收回执》上签名，或把纸质回执扫描后放入收件夹。"),
        )
    rewritten: x509.Certificate = embedded[-1].signer_cert
    return rewritten


def _check_cms(context: HandoverContext, package: Package, data: bytes) -> x509.Certificate:
    signed = _cms(data)
    if signed is None:
        raise _refused(_("文件既不是 PDF，也不是 CMS 签名。"))
    try:
        status = asyncio.run(
            async_validate_detached_cms(
                _checkpoint(context, package).encode(), signed, signer_validation_context=anyone()
            )
        )
    except (SignatureValidationError, ValueError, TypeError, KeyError) as error:
        raise _refused(_("CMS 签名无法核验：{why}").format(why=error)) from error
    if not (status.intact and status.valid):
        raise _refused(_("CMS 签名不是对 {package} 检查点的签名。").format(package=package.id))
    _refuse_own(context, status.signing_cert)
    signer: x509.Certificate = status.signing_cert
    return signer


def _refuse_own(context: HandoverContext, signer: x509.Certificate) -> None:
    """The agency cannot witness itself: neither with a key of any of its packages, nor in its own name."""
    for certificate in own_certificates(context):
        if certificate.public_key.dump() == signer.public_key.dump():
            raise _refused(_("回执是用移交单位自己的密钥签的，不能作为接收回执。"))
    names = signer.subject.native.get("organization_name", "")
    if is_among(context.names.agency, [names] if isinstance(names, str) else names):
        raise _refused(_("回执是移交单位自己的人签的，不能作为接收回执。"))


def _receipt_number(package: Package) -> Number:
    """The receipt carries the same case and running number as the list."""
    return Number(f"{package.list_number[:11]}HS{package.list_number[13:]}")


def _checkpoint(context: HandoverContext, package: Package) -> str:
    name = package.id.partition("-")[2]
    return next(made.text for made in context.ledger.view.checkpoints() if made.week == name)


def _letters(data: bytes) -> str:
    try:
        text = "".join(page.extract_text() or "" for page in PdfReader(io.BytesIO(data)).pages)
    except (PyPdfError, ValueError, KeyError, TypeError):
        return ""
    return "".join(letter for letter in text if letter.isalnum())


def _cms(data: bytes) -> Any:
    """The SignedData in DER or PEM; None when it is none."""
    try:
        return signed_data(data)["content"]
    except (ValueError, TypeError):
        return None


def _refused(what: str) -> ReceiptRefusedError:
    return ReceiptRefusedError(what, remedy=_("请与监管部门核对后取得有效的回执；原文件未作任何改动。"))
