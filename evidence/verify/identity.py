"""Who signed: the agency of the contract, with the key the ledger expects (check `signature.identity`).

A trusted chain tells that somebody is who his certificate names, not that he is the one who may
continue this ledger. A change of key counts when the old key, or the regulator's, has signed it.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import x509

from evidence.domain.organization import is_among, visible_name
from evidence.domain.signer_change import Consent, statement
from evidence.verify.algorithms import digest_of_bytes
from evidence.verify.certificate_names import named, organizations
from evidence.verify.cms import load_signed_data, read_signature
from evidence.verify.model import Check, Integrity, note, passed, review
from evidence.verify.package import Package
from evidence.verify.trust_files import fingerprint, is_evaluation
from evidence.verify.witness import Regulator

_ID = "signature.identity"
CHANGED = "signer.changed/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A journalled change of certificate whose signature holds."""

    before: bytes
    """DER."""
    after: bytes
    """DER."""
    at: datetime
    consent: str


def examine_identity(
    package: Package, regulator: Regulator, papers: Mapping[str, Sequence[bytes]]
) -> tuple[Check, ...]:
    """The signer against the agency that hands over, what the journal records and the signed papers inside.

    Args:
        package: taken apart.
        regulator: whose consent a change without the old key needs.
        papers: path of each PDF that the agency signs -> DER of the certificates that signed it.
    """
    if not package.proof.signer:
        return ()
    certificate = x509.Certificate.load(package.proof.signer)
    return (
        *_organization(package, certificate),
        *_recorded(package, regulator),
        *_of_papers(package, papers),
    )


def _of_papers(package: Package, papers: Mapping[str, Sequence[bytes]]) -> Iterator[Check]:
    """List and dossiers bear the signature of whoever signed the package, and nobody else's."""
    own = package.proof.signer
    for path, signers in papers.items():
        others = [named(der) for der in dict.fromkeys(signers) if der != own]
        if others:
            text = f"由{'、'.join(others)}签名，不是签移交包的{named(own)}，请向双方核对。"
            yield review(_ID, text, path, "SIG_CONSTRAINTS_FAILURE")


def _organization(package: Package, certificate: x509.Certificate) -> tuple[Check, ...]:
    agency = package.info.get("Source-Organization", "")
    own = package.proof.signer
    if is_evaluation(certificate):
        return (note(_ID, "试用证书不写机构名称，没有与移交单位比对。", named(own)),)
    stated = organizations(certificate)
    recorded = {
        str(built.get("organization", ""))
        for line, built in package.journal.packages().values()
        if built.get("organization")
    }
    differing = sorted(name for name in recorded if not is_among(name, [agency]))
    if differing:
        text = f"移交单位“{agency}”与以前各包的“{'、'.join(differing)}”不同，签名人{named(own)}，请核对。"
        return (review(_ID, text, "bag-info.txt", "SIG_CONSTRAINTS_FAILURE"),)
    if not stated or not all(is_among(name, [agency]) for name in stated):
        who = visible_name("、".join(stated)) or "（证书没有写机构）"
        text = f"签名人的机构“{who}”不是移交单位“{visible_name(agency)}”，签名人{named(own)}，请核对。"
        return (review(_ID, text, "bag-info.txt", "SIG_CONSTRAINTS_FAILURE"),)
    return (passed(_ID, f"签名人的机构就是移交单位“{agency}”。"),)


def _recorded(package: Package, regulator: Regulator) -> tuple[Check, ...]:
    """The journal's last word on who signs, changes applied."""
    own = package.proof.signer
    expected = ""
    known: dict[str, bytes] = {}
    names: dict[str, str] = {}
    for line in package.journal.lines:
        if line.kind == "package.built/1":
            built = line.payload["package"]
            expected = str(built.get("signer", "")) or expected
            names[expected] = str(built.get("organization", ""))
        elif line.kind == CHANGED:
            change = read_change(line.payload["change"], regulator, _contract(package))
            if change is None:
                who = _claimed(line.payload["change"])
                text = f"账本登记的换证没有旧密钥或监管部门的有效签名：{who}。"
                return (review(_ID, text, f"账目第 {line.seq + 1} 行", "SIG_CONSTRAINTS_FAILURE"),)
            known[fingerprint(change.before)] = change.before
            if not expected or expected == fingerprint(change.before):
                expected, known[fingerprint(change.after)] = fingerprint(change.after), change.after
    shown = tuple(
        note(
            _ID,
            f"签名证书已更换（{_BY[change.consent]}）：{named(change.before)} 换为 {named(change.after)}。",
        )
        for change in _changes_in_slice(package, regulator)
    )
    if not expected:
        if package.ledger.previous:
            text = "账本没有登记上一包的签名证书；给出你自存的上一包（--previous）即可比对。"
            return (*shown, note(_ID, text))
        return shown
    if expected == fingerprint(own):
        return (*shown, passed(_ID, "签名证书与账本所登记的相同。"))
    former = (
        named(known[expected]) if expected in known else f"“{names.get(expected, '')}”（SHA-256 {expected}）"
    )
    text = f"签名人{named(own)}不是账本登记的签名人（{former}），账本没有换证的登记，请向双方核对。"
    return (*shown, review(_ID, text, "", "SIG_CONSTRAINTS_FAILURE"))


_BY = {Consent.OLD_KEY.value: "由旧密钥签字", Consent.REGULATOR.value: "由监管部门签字同意"}


def _contract(package: Package) -> str:
    return package.info.get("Bag-Group-Identifier", "")


def _changes_in_slice(package: Package, regulator: Regulator) -> tuple[Change, ...]:
    found = (
        read_change(line.payload["change"], regulator, _contract(package))
        for line in package.journal.of(CHANGED)
        if not line.earlier
    )
    return tuple(change for change in found if change is not None)


def same_signer(before: Package, package: Package, regulator: Regulator) -> tuple[Check, ...]:
    """The signer of a package the reader kept, against this one's, through the journal's changes.

    Args:
        before: the earlier of the two.
        package: the later one, whose journal tells of changes.
        regulator: whose consent a change without the old key needs.
    """
    then, now = before.proof.signer, package.proof.signer
    if not then or not now:
        return ()
    here = then
    for line in package.journal.of(CHANGED):
        change = read_change(line.payload["change"], regulator, _contract(package))
        if change is not None and change.before == here:
            here = change.after
    if here == now:
        return ()
    text = (
        f"签名人与你所持“{before.id}”的不同：当时是{named(then)}，本包是{named(now)}，"
        "账本没有换证的登记，请核对。"
    )
    return (review(_ID, text, before.container.name, "SIG_CONSTRAINTS_FAILURE"),)


def read_change(payload: Mapping[str, Any], regulator: Regulator, contract: str) -> Change | None:
    """A change whose signature is the old key's or the regulator's; None when it is neither.

    Args:
        payload: of the journal line.
        regulator: whose consent counts beside the old key's.
        contract: code of the contract; what was signed for another proves nothing here.
    """
    try:
        before, after = (base64.b64decode(payload[key], validate=True) for key in ("replaced", "certificate"))
        at = datetime.fromisoformat(payload["at"])
        words = statement(payload["contract"], payload["before"], payload["after"], at)
        signed = read_signature(
            load_signed_data(base64.b64decode(payload["signature"], validate=True)),
            digest_of_bytes(words.encode()),
        )
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None
    told = (payload["contract"], payload["before"], payload["after"])
    if told != (contract, fingerprint(before), fingerprint(after)):
        return None
    if signed.integrity is not Integrity.PASSED or signed.certificate is None:
        return None
    by = signed.certificate.dump()
    if by == before:
        return Change(before=before, after=after, at=at, consent=Consent.OLD_KEY.value)
    if by != after and regulator.recognises(signed.certificate, moment=at).trusted:
        return Change(before=before, after=after, at=at, consent=Consent.REGULATOR.value)
    return None


def _claimed(payload: Mapping[str, Any]) -> str:
    try:
        pair = [named(base64.b64decode(payload[key])) for key in ("replaced", "certificate")]
    except (ValueError, TypeError, KeyError):
        return "内容读不出"
    return " 换为 ".join(pair)
