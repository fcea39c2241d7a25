"""What packages the reader kept say about this one: his own copies are witnesses the agency cannot reach.

Any package kept will do, earlier or later. What contradicts convicts; what only does not help is said
and takes nothing away: more evidence never gives a worse verdict than less.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from evidence.ledger.merkle import verify_consistency
from evidence.verify.bag import TAGMANIFEST, TEXT_LIMIT
from evidence.verify.continuity import order_of_label
from evidence.verify.guarding import guarded
from evidence.verify.identity import same_signer
from evidence.verify.material_previous import compare_previous
from evidence.verify.model import Check, CheckKind, Witness, failed, note, passed, review
from evidence.verify.opening import ForeignBagError, packages_in
from evidence.verify.owed import compare_owed
from evidence.verify.package import Package
from evidence.verify.parameters_used import compare_parameters
from evidence.verify.payment import PaymentPack, open_and_take
from evidence.verify.trust import TrustStore
from evidence.verify.witness import Regulator

_ID = "ledger.previous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Packages the reader kept: those that can be compared, and what is wrong with the others."""

    packages: tuple[Package, ...] = ()
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What a kept package says."""

    checks: tuple[Check, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    fork: bool = False
    """Whether the two cannot both belong to one ledger."""


def take_kept(paths: Sequence[Path], store: TrustStore, now: datetime) -> Kept:
    """Take the reader's own copies apart; damage to them says nothing against the package.

    Raises:
        InputError: a path does not exist or is no package.
    """
    packages: list[Package] = []
    checks: list[Check] = []
    for given in paths:
        inside = packages_in(given)
        for path in inside or (given,):
            try:
                found = guarded(_ID, lambda path=path: _take(path, store, now), lambda check: check)  # type: ignore[misc]
            except ForeignBagError as error:
                if not inside:
                    raise
                found = note(_ID, error.what)
            if isinstance(found, Package):
                packages.append(found)
            else:
                text = f"给出的“{path.name}”不能作为见证：{found.message}"
                where = f"{path.name} · {found.location}" if found.location else path.name
                checks.append(note(_ID, text, where))
    return Kept(packages=tuple(packages), checks=tuple(checks))


def _take(path: Path, store: TrustStore, now: datetime) -> Package | Check:
    """A package that is sound by itself, or what is wrong with it."""
    kept = open_and_take(path, store, now)
    if isinstance(kept, Check):
        return kept
    if isinstance(kept, PaymentPack):
        return note(_ID, "付款资料包没有账本。")
    bad = next((check for check in kept.checks if check.kind == CheckKind.FAIL), None)
    return bad or kept


def compare(package: Package, kept: Package, regulator: Regulator) -> Compared:
    """Whether two packages belong to one history, and whether the kept one is a witness to this.

    Args:
        package: under judgement.
        kept: the reader's own copy of another package, earlier or later, sound by itself.
        regulator: whose consent a change of signer without the old key needs.
    """
    here, there = package.ledger, kept.ledger
    where = kept.container.name
    if here.checkpoint is None or there.checkpoint is None:
        return Compared()
    if here.checkpoint.origin != there.checkpoint.origin:
        return Compared(checks=(note(_ID, f"给出的“{kept.id}”是另一本账，不能用来核对。", where),))
    earlier = kept if there.checkpoint.size <= here.checkpoint.size else package
    later = package if earlier is kept else kept
    contradiction = _contradiction(package, kept, earlier, later)
    if contradiction:
        return Compared(checks=(_convict(package, kept, contradiction),), fork=True)
    if package.id == kept.id:
        return Compared(checks=(note(_ID, f"给出的“{kept.id}”就是本包，不是另外的见证。", where),))
    identity = (
        *same_signer(earlier, later, regulator),
        *_downgraded(earlier, later),
        *compare_parameters(package, kept),
    )
    if not _proves(earlier, later):
        count = len(here.texts.keys() & there.texts.keys())
        text = f"“{kept.id}”与本包共有的 {count} 个检查点相同；两包之间没有一致性证明，不足以作见证。"
        return Compared(checks=(*identity, note(_ID, text, where)))
    text = f"本包与你所持的“{kept.id}”同属一本账，前后一致。"
    if earlier is kept and here.previous == kept.id:
        text = "本包确实接续你所持有的上一包。"
        identity = (
            *identity,
            *compare_owed(package.container, kept.container),
            *compare_previous(package, kept),
        )
    if kept.proof.row is None or not kept.proof.row.trusted:
        text += "它自己的签名未获信任，不作为见证。"
        return Compared(checks=(*identity, note(_ID, text, where)))
    witness = Witness(by="你自存的移交包", what="package", package=kept.id, at=kept.proof.proven_at)
    return Compared(checks=(*identity, passed(_ID, text, where)), witnesses=(witness,))


def _downgraded(earlier: Package, later: Package) -> tuple[Check, ...]:
    """A later package in the older format carries less to compare; no program of ours goes back."""
    formats = [each.info.get("Package-Format", "1") for each in (earlier, later)]
    if not all(text.isdecimal() for text in formats) or int(formats[0]) <= int(formats[1]):
        return ()
    text = (
        f"“{later.id}”用包格式 {formats[1]}，它之前的“{earlier.id}”已用格式 {formats[0]}："
        "旧格式不附以前的账目，许多内容无从核对，请向机构查问。"
    )
    return (review(_ID, text, "bag-info.txt", "SIG_CONSTRAINTS_FAILURE"),)


def _convict(package: Package, kept: Package, why: str) -> Check:
    """Two histories: convicting only when the kept copy is known to be the same signer's, or trusted."""
    where = kept.container.name
    trusted = kept.proof.row is not None and kept.proof.row.trusted
    if trusted or kept.proof.signer == package.proof.signer:
        return failed(_ID, why, where, "HASH_FAILURE")
    return review(_ID, f"{why}“{kept.id}”的签名未获信任，不能断定哪一个是真的。", where)


def _contradiction(package: Package, kept: Package, earlier: Package, later: Package) -> str:
    """What both cannot be true of; empty when nothing is."""
    here, there = package.ledger, kept.ledger
    differing = sorted(
        (
            label
            for label in here.texts.keys() & there.texts.keys()
            if here.texts[label] != there.texts[label]
        ),
        key=order_of_label,
    )
    if differing:
        labels = "、".join(differing)
        return f"{labels} 的检查点在“{package.id}”与“{kept.id}”中不同：同一本账有两套历史，历史被改写过。"
    if package.id == kept.id:
        if _tagmanifest(package) == _tagmanifest(kept):
            return ""
        return f"有两个内容不同的“{package.id}”，同一本账有两套历史。"
    if _label(earlier.id) not in later.ledger.texts:
        return f"“{later.id}”的历史里没有“{earlier.id}”：同一本账有两套历史。"
    stated = {
        later.ledger.previous: later.info.get("Previous-Tagmanifest-SHA256", ""),
        **{
            id: str(built.get("tagmanifest", ""))
            for id, (_line, built) in later.journal.packages().items()
            if built.get("tagmanifest")
        },
    }
    if stated.get(earlier.id, "") not in ("", _tagmanifest(earlier)):
        return f"“{earlier.id}”的清单与“{later.id}”登记的摘要不符，历史被改写过。"
    return ""


def _proves(earlier: Package, later: Package) -> bool:
    """Whether the later package shows that its journal begins with the earlier one's."""
    before, now = earlier.ledger.checkpoint, later.ledger.checkpoint
    if before is None or now is None:
        return False
    if later.ledger.previous == earlier.id:
        return later.ledger.continuous
    proof = later.ledger.proofs.get(_label(earlier.id))
    return proof is not None and verify_consistency(before.size, now.size, proof, before.root, now.root)


def _tagmanifest(package: Package) -> str:
    extent = package.container.files.get(TAGMANIFEST)
    return "" if extent is None else sha256(extent.read(TEXT_LIMIT)).hexdigest()


def _label(package: str) -> str:
    return package.partition("-")[2]
