"""One package taken apart: what each of its own parts says, before any is compared with another.

The package under judgement and every one the reader kept go through the same door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from evidence.verify.bag import SIGNATURE, TEXT_LIMIT, Bag, examine_bag
from evidence.verify.container import Container
from evidence.verify.continuity import LedgerPart, examine_ledger
from evidence.verify.digests import Digest, digest_all
from evidence.verify.guarding import guarded
from evidence.verify.journal import Journal, read_journal
from evidence.verify.model import Check, failed
from evidence.verify.opening import renewals_beside
from evidence.verify.package_signature import PackageProof, gather_material, judge_signature
from evidence.verify.trust import TrustStore

FACTS = "data/facts.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package's files and what its parts say, each by itself."""

    path: Path
    container: Container
    digests: Mapping[str, Digest]
    bag: Bag
    proof: PackageProof
    """Its own signature and time stamps."""
    ledger: LedgerPart
    """Its journal slice, checkpoints and proofs."""
    journal: Journal
    """The lines it proves, read."""
    facts: Mapping[str, Any]
    """facts.json as it stands; empty when it cannot be read."""

    @property
    def id(self) -> str:
        """The package id it states, else the name of its base directory."""
        return self.info.get("External-Identifier", "") or self.container.name

    @property
    def info(self) -> Mapping[str, str]:
        """bag-info.txt by label; empty when it cannot be read."""
        return self.bag.info

    @property
    def checks(self) -> tuple[Check, ...]:
        """What its parts say by themselves."""
        return (
            *self.container.checks,
            *self.bag.checks,
            *self.proof.checks,
            *self.ledger.checks,
            *self.journal.checks,
        )


def take_apart(path: Path, container: Container, store: TrustStore, now: datetime) -> Package:
    """Judge every part that needs no other part.

    Args:
        path: of the zip or folder; later time stamps lie beside it.
        container: its files.
        store: the reader's anchors.
        now: instant of verification.

    Raises:
        OSError: a file cannot be read.
    """
    digests = digest_all(container.files)
    bag = examine_bag(container, digests)
    ledger = LedgerPart(package=container.name)
    if bag.info:
        ledger = guarded(
            "ledger.form",
            lambda: examine_ledger(container, bag.info),
            lambda check: LedgerPart(package=container.name, checks=(check,)),
        )
    return Package(
        path=path,
        container=container,
        digests=digests,
        bag=bag,
        proof=prove(container, store, now, renewals_beside(path)),
        ledger=ledger,
        journal=guarded(
            "ledger.earlier",
            lambda: read_journal(container, bag.info, ledger.slice, ledger.checkpoint),
            lambda check: Journal(checks=(check,)),
        ),
        facts=guarded("judgement.recomputed", lambda: _read_facts(container), lambda _check: {}),
    )


def _read_facts(container: Container) -> Mapping[str, Any]:
    """Judging again says what is wrong with a file that cannot be read; here it only gives nothing."""
    if FACTS not in container.files:
        return {}
    document = msgspec.json.decode(container.files[FACTS].read(TEXT_LIMIT))
    return document if isinstance(document, dict) else {}


def prove(container: Container, store: TrustStore, now: datetime, renewals: Path) -> PackageProof:
    """The package's signature judged; whatever a malformed one breaks, the answer is never a pass."""
    try:
        material = gather_material(container, store)
        return judge_signature(container, material, now=now, renewals=renewals)
    except Exception as error:
        text = f"包的签名或证书无法解析（{type(error).__name__}）。"
        return PackageProof(checks=(failed("signature.cms", text, SIGNATURE),), store=store)
