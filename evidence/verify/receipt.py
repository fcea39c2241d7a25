"""The regulator's receipts: a witness when the regulator's own key signed, a statement when scanned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

import msgspec
from asn1crypto import x509

from evidence.domain.week import SHANGHAI
from evidence.ledger.checkpoint import fingerprint
from evidence.verify.algorithms import digest_of_bytes
from evidence.verify.bag import TEXT_LIMIT
from evidence.verify.certificate_names import named
from evidence.verify.cms import load_signed_data, read_signature
from evidence.verify.container import Container
from evidence.verify.guarding import guarded
from evidence.verify.model import (
    Check,
    CheckKind,
    Integrity,
    SignatureRow,
    Witness,
    failed,
    note,
    passed,
    review,
)
from evidence.verify.package import Package
from evidence.verify.pdf.signatures import PdfVerdict
from evidence.verify.signature_details import signature_details
from evidence.verify.signature_facts import Proof, ProofOfExistence
from evidence.verify.trust import Purpose, assess
from evidence.verify.trust_files import describe
from evidence.verify.witness import Agency, Regulator

_RECORD = "data/ledger/receipt.json"
_LATE = "data/ledger/receipts.json"
_ID = "ledger.receipt"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptVerdict:
    """What the receipts prove."""

    witnesses: tuple[Witness, ...] = ()
    checks: tuple[Check, ...] = ()
    rows: tuple[SignatureRow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judging:
    """What every receipt of one package is judged with."""

    package: Package
    agency: Agency
    regulator: Regulator
    now: datetime
    pdfs: Mapping[str, PdfVerdict]

    @property
    def moment(self) -> datetime:
        """When the receipts were there at the latest."""
        return self.package.proof.proven_at or self.now


def examine_receipts(
    package: Package,
    *,
    agency: Agency,
    regulator: Regulator,
    now: datetime,
    pdfs: Mapping[str, PdfVerdict],
) -> ReceiptVerdict:
    """Judge every receipt in this package; never raises on malformed input.

    Args:
        package: taken apart, its ledger readable.
        agency: who cannot be a witness.
        regulator: who can.
        now: instant of verification.
        pdfs: what judging the PDFs gave, text included, by path.
    """
    judging = _Judging(package=package, agency=agency, regulator=regulator, now=now, pdfs=pdfs)
    verdicts = [
        guarded(
            _ID,
            lambda each=each: _examine(judging, each),  # type: ignore[misc]
            lambda _check: ReceiptVerdict(
                checks=(review(_ID, "接收回执的记录不完整或读不出，不作为见证。", _RECORD),)
            ),
        )
        for each in _records(package)
    ]
    checks = [check for verdict in verdicts for check in verdict.checks]
    if package.ledger.previous and not any(
        check.location and _RECORD in package.container.files for check in checks
    ):
        checks.append(note(_ID, "上一包的接收回执尚未收回。", package.ledger.previous))
    checks += (*_twice(package), *_withheld(package))
    return ReceiptVerdict(
        witnesses=tuple(witness for verdict in verdicts for witness in verdict.witnesses),
        checks=tuple(checks),
        rows=tuple(row for verdict in verdicts for row in verdict.rows),
    )


def receipt_files(container: Container) -> frozenset[str]:
    """PDFs below `data/ledger/` that are receipts; their text is wanted."""
    return frozenset(
        path
        for path in container.files
        if path.endswith(".pdf") and path.startswith(("data/ledger/receipt.", "data/ledger/receipts/"))
    )


def _records(package: Package) -> Iterator[Mapping[str, Any]]:
    """The receipt for the package before, then the late ones; a record that cannot be read is empty."""
    files = package.container.files
    if package.ledger.previous and _RECORD in files:
        yield guarded(_ID, lambda: _object(files[_RECORD].read(1 << 20)), lambda _check: {})
    if _LATE in files:
        late = guarded(_ID, lambda: msgspec.json.decode(files[_LATE].read(1 << 24)), lambda _check: [{}])
        yield from (each if isinstance(each, dict) else {} for each in late)


def _object(data: bytes) -> Mapping[str, Any]:
    found = msgspec.json.decode(data)
    return found if isinstance(found, dict) else {}


def _examine(judging: _Judging, record: Mapping[str, Any]) -> ReceiptVerdict:
    package, part = judging.package, judging.package.ledger
    about = str(record["package"])
    name = str(record["file"])
    direct = "/" not in name
    if direct and about != part.previous:
        return ReceiptVerdict(checks=(failed(_ID, "接收回执不是上一包的回执。", _RECORD),))
    text = part.texts.get(about.partition("-")[2], "")
    if not text:
        return ReceiptVerdict(
            checks=(review(_ID, f"收到 {about} 的接收回执，账本里没有这个包的检查点。", _LATE),)
        )
    path = "data/ledger/" + name
    extent = package.container.files.get(path)
    if extent is None:
        return ReceiptVerdict(
            checks=(failed(_ID, "登记了接收回执，包中没有。", path, "SIGNED_DATA_NOT_FOUND"),)
        )
    data = extent.read(TEXT_LIMIT)
    if sha256(data).hexdigest() != record["sha256"]:
        return ReceiptVerdict(checks=(failed(_ID, "接收回执与登记的摘要不符。", path, "HASH_FAILURE"),))
    contradicted = _contradicted(package, record, path)
    if contradicted:
        return ReceiptVerdict(checks=contradicted)
    if record["manner"] != "signature":
        said = f"{about} 的接收回执是扫描件：收到与否由机构陈述，不构成见证。"
        return ReceiptVerdict(checks=(note(_ID, said, path),))
    if path.endswith(".p7s"):
        return _examine_cms(judging, data, path, about, text)
    pdf = judging.pdfs.get(path)
    if pdf is None or not path.endswith(".pdf"):
        return ReceiptVerdict(checks=(failed(_ID, "登记为签名回执的文件没有签名。", path),))
    return _examine_pdf(judging, pdf, path, about, text)


def _contradicted(package: Package, record: Mapping[str, Any], path: str) -> tuple[Check, ...]:
    """What the journal says of this receipt otherwise: for which package it came, and in what manner."""
    lines = [
        line.payload["receipt"]
        for line in package.journal.of("receipt.received/1")
        if line.payload["receipt"]["source"] == record["sha256"]
    ]
    told = [(each["package"], each["manner"]) for each in lines]
    if lines and (record["package"], record["manner"]) not in told:
        return (failed(_ID, "接收回执的登记与账本不符（所属的包或方式）。", path, "HASH_FAILURE"),)
    if not lines and package.journal.whole:
        return (review(_ID, "账本没有登记过这份接收回执。", path, "SIGNED_DATA_NOT_FOUND"),)
    return ()


def _examine_cms(judging: _Judging, data: bytes, path: str, about: str, text: str) -> ReceiptVerdict:
    signed = read_signature(load_signed_data(data), digest_of_bytes(text.encode()))
    if signed.integrity is Integrity.FAILED:
        return ReceiptVerdict(
            checks=(failed(_ID, f"监管部门的回执签名无效：{signed.problem}。", path, signed.sub_indication),)
        )
    if signed.integrity is not Integrity.PASSED or signed.certificate is None:
        said = f"监管部门的回执签名不能判断：{signed.problem}。"
        return ReceiptVerdict(checks=(review(_ID, said, path, signed.sub_indication),))
    proof = judging.package.proof
    by = Proof.NOTHING if proof.proven_at is None else Proof.PACKAGE_STAMP
    store = proof.store.with_material(certificates=[one.dump() for one in signed.certificates])
    standing = assess(
        store,
        signed.certificate,
        purpose=Purpose.SIGN,
        moment=judging.moment,
        proven=proof.proven_at is not None,
    )
    known = judging.regulator.recognises(signed.certificate, moment=judging.moment)
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
        trusted=standing.trusted or known.trusted,
        sub_indication="" if known.trusted else standing.sub_indication,
        details=signature_details(store, signed, ProofOfExistence(at=judging.moment, by=by)),
    )
    return _conclude(judging, [signed.certificate], (row,), path, about)


def _examine_pdf(judging: _Judging, verdict: PdfVerdict, path: str, about: str, text: str) -> ReceiptVerdict:
    broken = tuple(check for check in verdict.checks if check.kind == CheckKind.FAIL)
    if broken:
        return ReceiptVerdict(checks=broken, rows=verdict.rows)
    if fingerprint(text) not in "".join(letter for letter in verdict.text if letter.isalnum()):
        said = f"签名回执上没有 {about} 检查点的指纹，不能作为见证。"
        return ReceiptVerdict(checks=(review(_ID, said, path),), rows=verdict.rows)
    signers = [x509.Certificate.load(der) for der in verdict.signers]
    return _conclude(judging, signers, verdict.rows, path, about)


def _conclude(
    judging: _Judging,
    signers: Sequence[x509.Certificate],
    rows: tuple[SignatureRow, ...],
    path: str,
    about: str,
) -> ReceiptVerdict:
    """A witness is the regulator whom the reader named, and nobody of the agency."""
    who = "、".join(named(signer.dump()) for signer in signers) or "（没有签名人）"
    for signer in signers:
        own = judging.agency.is_own(signer)
        if own:
            said = f"{about} 的回执由{own}签名（{who}），不构成见证。"
            return ReceiptVerdict(checks=(review(_ID, said, path),), rows=rows)
    if not judging.regulator.given:
        said = f"{about} 的回执由{who}签名，签名完好；没有用 --regulator 指明监管部门的证书，不作为见证。"
        return ReceiptVerdict(checks=(note(_ID, said, path),), rows=rows)
    for signer in signers:
        standing = judging.regulator.recognises(signer, moment=judging.moment)
        if not standing.trusted:
            said = f"{about} 的回执由{who}签名，不能认作监管部门（{standing.reason}），不作为见证。"
            return ReceiptVerdict(checks=(note(_ID, said, path),), rows=rows)
    if not signers:
        return ReceiptVerdict(checks=(note(_ID, f"{about} 的回执没有签名，不作为见证。", path),), rows=rows)
    at = next((row.timestamp or row.signed_at for row in rows if row.level != "DocTimeStamp"), None)
    when = f"，{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}（北京时间）签" if at else ""
    witness = Witness(by=describe(signers[0]), what="receipt", package=about, at=at)
    said = f"见证：监管部门{who}签收了 {about}{when}。"
    return ReceiptVerdict(witnesses=(witness,), checks=(passed(_ID, said, path),), rows=rows)


def _twice(package: Package) -> tuple[Check, ...]:
    """A second signed receipt of other bytes for one package: both stand, and somebody should ask why."""
    signed: dict[str, dict[str, bool]] = {}
    for line in package.journal.of("receipt.received/1"):
        receipt = line.payload["receipt"]
        if receipt["manner"] == "signature":
            signed.setdefault(receipt["package"], {})[receipt["source"]] = line.earlier
    return tuple(
        review(
            _ID,
            f"{about} 有 {len(digests)} 份不同的签名回执"
            f"（{'、'.join(digest[:16] for digest in digests)}…），请向监管部门查问。",
            "data/ledger/journal.jsonl",
        )
        for about, digests in signed.items()
        if len(digests) > 1 and not all(digests.values())
    )


def _withheld(package: Package) -> tuple[Check, ...]:
    """Receipts that the journal had when the package was made, and that no package carries."""
    if package.info.get("Package-Format", "1") == "1":
        return ()
    carried = {str(record.get("sha256", "")) for record in _records(package)}
    carried |= {
        digest for _line, built in package.journal.packages().values() for digest in built.get("receipts", ())
    }
    missing = {
        receipt["package"]: line.seq
        for line in package.journal.of("receipt.received/1")
        if (receipt := line.payload["receipt"])["source"] not in carried
    }
    return tuple(
        review(_ID, f"账本第 {seq + 1} 行记有 {about} 的接收回执，包中没有附上，请向机构索取。", _LATE)
        for about, seq in missing.items()
    )
