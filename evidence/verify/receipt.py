"""The regulator's receipt for the package before: a witness when it is signed, a statement when scanned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from asn1crypto import x509

from evidence.ledger.checkpoint import fingerprint
from evidence.verify.algorithms import digest_of_bytes
from evidence.verify.bag import TEXT_LIMIT
from evidence.verify.cms import load_signed_data, read_signature
from evidence.verify.container import Container
from evidence.verify.continuity import LedgerPart
from evidence.verify.model import Check, Integrity, SignatureRow, failed, note, passed, review
from evidence.verify.package_signature import PackageProof
from evidence.verify.pdf.signatures import PdfVerdict
from evidence.verify.signature_details import signature_details
from evidence.verify.signature_facts import Proof, ProofOfExistence
from evidence.verify.trust import Purpose, assess
from evidence.verify.trust_files import describe

_RECORD = "data/ledger/receipt.json"
_PDF = "data/ledger/receipt.pdf"
_ID = "ledger.receipt"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptVerdict:
    """What the receipt proves."""

    witnessed: bool = False
    checks: tuple[Check, ...] = ()
    rows: tuple[SignatureRow, ...] = ()


def examine_receipt(
    container: Container,
    part: LedgerPart,
    proof: PackageProof,
    *,
    now: datetime,
    pdf: PdfVerdict | None = None,
) -> ReceiptVerdict:
    """Judge the receipt in this package for the one before; never raises on malformed input.

    Args:
        container: the package.
        part: its ledger.
        proof: its own signature.
        now: instant of verification.
        pdf: what judging `data/ledger/receipt.pdf` gave, text included; None when nobody signed it.
    """
    if not part.previous:
        return ReceiptVerdict()
    if _RECORD not in container.files:
        return ReceiptVerdict(checks=(note(_ID, "上一包的接收回执尚未收回。", part.previous),))
    try:
        record = msgspec.json.decode(container.files[_RECORD].read(1 << 20))
        return _examine(container, part, proof, record, now, pdf)
    except (ValueError, TypeError, KeyError, AttributeError, msgspec.MsgspecError) as error:
        return ReceiptVerdict(
            checks=(review(_ID, f"接收回执无法解析（{type(error).__name__}），不作为见证。", _RECORD),)
        )


def _examine(
    container: Container,
    part: LedgerPart,
    proof: PackageProof,
    record: Mapping[str, Any],
    now: datetime,
    pdf: PdfVerdict | None,
) -> ReceiptVerdict:
    if record["package"] != part.previous:
        return ReceiptVerdict(checks=(failed(_ID, "接收回执不是上一包的回执。", _RECORD),))
    path = "data/ledger/" + str(record["file"]).rpartition("/")[2]
    extent = container.files.get(path)
    if extent is None:
        return ReceiptVerdict(
            checks=(failed(_ID, "登记了接收回执，包中没有。", path, "SIGNED_DATA_NOT_FOUND"),)
        )
    data = extent.read(TEXT_LIMIT)
    if sha256(data).hexdigest() != record["sha256"]:
        return ReceiptVerdict(checks=(failed(_ID, "接收回执与登记的摘要不符。", path, "HASH_FAILURE"),))
    if record["manner"] != "signature":
        return ReceiptVerdict(
            checks=(note(_ID, "上一包的接收回执是扫描件：收到与否由机构陈述，不构成见证。", path),)
        )
    if path.endswith(".p7s"):
        return _examine_cms(data, path, part, proof, now)
    if pdf is None or path != _PDF:
        return ReceiptVerdict(checks=(failed(_ID, "登记为签名回执的文件没有签名。", path),))
    return _examine_pdf(pdf, path, part, proof)


def _examine_cms(
    data: bytes, path: str, part: LedgerPart, proof: PackageProof, now: datetime
) -> ReceiptVerdict:
    signed = read_signature(load_signed_data(data), digest_of_bytes(part.previous_text.encode()))
    if signed.integrity is Integrity.FAILED:
        return ReceiptVerdict(
            checks=(failed(_ID, f"监管部门的回执签名无效：{signed.problem}。", path, signed.sub_indication),)
        )
    if signed.integrity is not Integrity.PASSED or signed.certificate is None:
        text = f"监管部门的回执签名不能判断：{signed.problem}。"
        return ReceiptVerdict(checks=(review(_ID, text, path, signed.sub_indication),))
    store = proof.store.with_material(certificates=[one.dump() for one in signed.certificates])
    moment = proof.proven_at or now
    by = Proof.NOTHING if proof.proven_at is None else Proof.PACKAGE_STAMP
    standing = assess(
        store, signed.certificate, purpose=Purpose.SIGN, moment=moment, proven=proof.proven_at is not None
    )
    row = SignatureRow(
        file=path,
        field="",
        signer=describe(signed.certificate),
        signed_at=signed.claimed_at,
        timestamp=None,
        level="CMS",
        integrity=signed.integrity,
        coverage="entire_file",
        modifications="none",
        trusted=standing.trusted,
        sub_indication=standing.sub_indication,
        details=signature_details(store, signed, ProofOfExistence(at=moment, by=by)),
    )
    return _conclude([signed.certificate], (row,), path, proof, standing.reason)


def _examine_pdf(verdict: PdfVerdict, path: str, part: LedgerPart, proof: PackageProof) -> ReceiptVerdict:
    broken = tuple(check for check in verdict.checks if check.kind == "fail")
    if broken:
        return ReceiptVerdict(checks=broken, rows=verdict.rows)
    mark = fingerprint(part.previous_text)
    if mark not in "".join(letter for letter in verdict.text if letter.isalnum()):
        return ReceiptVerdict(
            checks=(review(_ID, "签名回执上没有上一包检查点的指纹，不能作为见证。", path),), rows=verdict.rows
        )
    signers = [x509.Certificate.load(der) for der in verdict.signers]
    return _conclude(signers, verdict.rows, path, proof, "证书不在所给的信任证书之下")


def _conclude(
    signers: list[x509.Certificate],
    rows: tuple[SignatureRow, ...],
    path: str,
    proof: PackageProof,
    reason: str,
) -> ReceiptVerdict:
    """Witnessed when someone else's trusted key signed: the agency cannot witness itself."""
    own = x509.Certificate.load(proof.signer).public_key.dump() if proof.signer else b""
    if any(signer.public_key.dump() == own for signer in signers):
        return ReceiptVerdict(
            checks=(review(_ID, "回执由机构自己的密钥签名，不构成见证。", path),), rows=rows
        )
    regulator = [row for row in rows if row.level != "DocTimeStamp"]
    if regulator and all(row.trusted for row in regulator):
        names = "、".join(row.signer for row in regulator)
        text = f"上一包的接收回执由“{names}”签名，证书可信；请核对其为监管部门。"
        return ReceiptVerdict(witnessed=True, checks=(passed(_ID, text, path),), rows=rows)
    text = f"回执签名完好，但签名人证书未获信任（{reason}），暂不作为见证；可用 --trust 给出监管部门的证书。"
    return ReceiptVerdict(checks=(note(_ID, text, path),), rows=rows)
