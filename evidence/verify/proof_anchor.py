"""What anchors a proof about one document: something that somebody else holds, or a trusted signature.

A proof is made of hashes that anybody can invent. It says something only when one of its checkpoints
is known otherwise: from a package, from the regulator's receipt, or by the fingerprint on that receipt.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from asn1crypto import x509

from evidence.ledger.checkpoint import fingerprint
from evidence.ledger.checkpoint import parse as parse_checkpoint
from evidence.verify.algorithms import digest_of_bytes
from evidence.verify.certificate_names import named
from evidence.verify.cms import load_signed_data, read_signature
from evidence.verify.container import Extent
from evidence.verify.model import CheckKind, Integrity
from evidence.verify.pdf.task import PdfTask, judge_isolated
from evidence.verify.predecessors import take_kept
from evidence.verify.trust import Purpose, TrustStore, assess
from evidence.verify.witness import Regulator


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """What is known of one checkpoint of a proof."""

    week: str
    fingerprint: str
    anchored: bool
    said: str
    """Chinese: by what, or why not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the reader brought beside the proof."""

    packages: tuple[Path, ...] = ()
    receipts: tuple[Path, ...] = ()
    fingerprints: tuple[str, ...] = ()
    store: TrustStore = field(default_factory=TrustStore)
    regulator: Regulator = field(default_factory=Regulator)
    now: datetime
    anchored: bool = False
    """Whether the reader named certificates of his own: a package by anybody else is then no anchor."""


def anchors_of(proof: Mapping[str, Any], given: Given) -> tuple[Anchor, ...]:
    """Each checkpoint of a proof that holds by itself, and what anchors it."""
    known, refused = _texts_of_packages(given)
    return tuple(_anchor(tree, given, known, refused) for tree in proof["trees"])


def _anchor(
    tree: Mapping[str, Any], given: Given, known: Mapping[str, str], refused: Sequence[str]
) -> Anchor:
    text, mark = str(tree["checkpoint"]), fingerprint(str(tree["checkpoint"]))
    typed = {"".join(letter for letter in each.upper() if letter.isalnum()) for each in given.fingerprints}
    if mark in typed:
        anchored, said = True, "与你给出的指纹相同"
    elif text in known:
        anchored, said = True, known[text]
    else:
        anchored, said = _by_papers(tree, text, given)
        said = said if anchored else "；".join((*refused, said))
    return Anchor(week=str(tree["week"]), fingerprint=mark, anchored=anchored, said=said)


def _texts_of_packages(given: Given) -> tuple[dict[str, str], list[str]]:
    """Checkpoint text -> the sound package that shows it; and why each of the others is no anchor."""
    found: dict[str, str] = {}
    kept = take_kept(given.packages, given.store, given.now)
    refused = [check.message.rstrip("。") for check in kept.checks]
    for package in kept.packages:
        trusted = package.proof.row is not None and package.proof.row.trusted
        if given.anchored and not trusted:
            refused.append(f"移交包 {package.id} 的签名未获信任，不作依据")
            continue
        how = "" if trusted else "（该包的签名未获信任：请确认是你自己保存的）"
        for text in package.ledger.texts.values():
            found.setdefault(text, f"与移交包 {package.id} 所载相同{how}")
    return found, refused


def _by_papers(tree: Mapping[str, Any], text: str, given: Given) -> tuple[bool, str]:
    """The first receipt that anchors, else the signature inside; why a receipt does not is said."""
    found = [_by_receipt(path, text, given) for path in given.receipts]
    anchored, said = next((each for each in found if each[0]), _by_signature(tree, text, given))
    refused = [words for good, words in found if words and not good]
    return anchored, said if anchored else "；".join((*refused, said))


def _by_receipt(path: Path, text: str, given: Given) -> tuple[bool, str]:
    """A receipt that somebody signed over this checkpoint; whose signature it is, is said.

    When the reader named the regulator, nobody else's receipt is an anchor.
    """
    data = path.read_bytes()
    if data[:5] == b"%PDF-":
        extent = Extent(path=path, offset=0, size=len(data))
        task = PdfTask(extent=extent, file=path.name, store=given.store, now=given.now, text=True)
        (verdict,) = judge_isolated([task])
        letters = "".join(letter for letter in verdict.text if letter.isalnum())
        broken = any(check.kind == CheckKind.FAIL for check in verdict.checks)
        signers = list(verdict.signers)
        if broken or not signers or fingerprint(text) not in letters:
            return False, ""
    else:
        try:
            signed = read_signature(load_signed_data(data), digest_of_bytes(text.encode()))
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):
            return False, ""
        if signed.integrity is not Integrity.PASSED or signed.certificate is None:
            return False, ""
        signers = [signed.certificate.dump()]
    said = f"与签名回执 {path.name} 相符，签名人{named(signers[0])}"
    if not given.regulator.given:
        return True, f"{said}，是否监管部门请核对（--regulator）"
    standings = [
        given.regulator.recognises(x509.Certificate.load(signer), moment=given.now) for signer in signers
    ]
    doubt = next((each.reason for each in standings if not each.trusted), None)
    if doubt is None:
        return True, f"{said}，是你指明的监管部门"
    return False, f"{said}，不能认作你指明的监管部门（{doubt}），不作依据"


def _by_signature(tree: Mapping[str, Any], text: str, given: Given) -> tuple[bool, str]:
    """The signed checkpoint inside the proof: whose it is; trusted only when the reader trusts him."""
    stated = tree.get("receipt") or {}
    kinds = {"scan": "扫描件", "signature": "签名"}
    receipt = ""
    if stated:
        who = f"，签名人 {stated['signer']}" if stated.get("signer") else ""
        receipt = f"；证明自称有{kinds.get(str(stated.get('manner')), '')}回执{who}，未经核对"
    if not tree.get("signed"):
        return False, f"没有依据：请用 --package、--receipt 或 --fingerprint 给出{receipt}"
    try:
        signer, trusted = _signed(tree["signed"], text, given)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return False, f"所附的签名检查点读不出或与检查点不符{receipt}"
    if signer is None:
        return False, f"所附的签名检查点签名无效或与检查点不符{receipt}"
    if trusted:
        return True, f"由{named(signer)}签名，证书可信{receipt}"
    return False, f"由{named(signer)}签名，证书未获信任（--trust）{receipt}"


def _signed(parts: Mapping[str, str], text: str, given: Given) -> tuple[bytes | None, bool]:
    info, manifest, signature = (
        base64.b64decode(parts[name], validate=True) for name in ("bag_info", "tagmanifest", "signature")
    )
    labels = dict(line.split(": ", 1) for line in info.decode().splitlines())
    root = parse_checkpoint(text).root.hex()
    stands = (
        labels.get("Checkpoint-Fingerprint") == fingerprint(text)
        and labels.get("Checkpoint-Root") == root
        and f"{sha256(info).hexdigest()}  bag-info.txt\n".encode() in manifest
    )
    signed = read_signature(load_signed_data(signature), digest_of_bytes(manifest))
    if not stands or signed.integrity is not Integrity.PASSED or signed.certificate is None:
        return None, False
    moment = signed.token.gen_time if signed.token and signed.token.gen_time else given.now
    store = given.store.with_material(certificates=[each.dump() for each in signed.certificates])
    standing = assess(
        store, signed.certificate, purpose=Purpose.SIGN, moment=moment, proven=False, need_revocation=False
    )
    return signed.certificate.dump(), standing.trusted
