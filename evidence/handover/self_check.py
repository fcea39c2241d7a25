"""A finished package judged as its auditor will judge it, before it gets its name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from evidence.bundles.pades import PdfSigning
from evidence.domain.week import SHANGHAI
from evidence.errors import UndecidedError, VerificationFailedError
from evidence.language import _

PASSED, INDETERMINATE, FAILED = "TOTAL-PASSED", "INDETERMINATE", "TOTAL-FAILED"
REASON_FILE = "原因.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """One check that fails or stays open."""

    check: str
    message: str
    location: str = ""

    def __str__(self) -> str:
        """For people: where, what, and the check's name."""
        where = f"{self.location} " if self.location else ""
        return f"· {where}{self.message}（{self.check}）"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnVerdict:
    """What the auditor's code says."""

    indication: str
    failing: tuple[Doubt, ...] = ()
    open: tuple[Doubt, ...] = ()


class Examine(Protocol):
    """The auditor's examination; `verify` itself stands beside this room, so it is handed in."""

    def __call__(self, folder: Path, trust: Sequence[bytes]) -> OwnVerdict:
        """Judge a package's folder, trusting these certificates (DER)."""
        ...


class OwnPackageFailedError(VerificationFailedError):
    """What was just made does not stand up to its own examination."""


class OwnPackageUndecidedError(UndecidedError):
    """What would be made cannot be told to be sound by whoever receives it."""


def foreseen(signing: PdfSigning, *, asking: bool = True) -> tuple[Doubt, ...]:
    """Why a package signed so would be INDETERMINATE, known before anything is signed.

    Args:
        signing: key, authority and revocation data at hand.
        asking: whether the time-stamp authority may be asked for its certificates.
    """
    doubts = []
    if signing.authority is None:
        doubts.append(Doubt(check="signature.timestamp", message=_("没有时间戳服务，签署时间无法证明。")))
    if not signing.revocation_is_fresh(asking=asking):
        doubts.append(
            Doubt(check="signature.trust", message=_("吊销列表缺失或已过期，证书是否有效无法证明。"))
        )
    return tuple(doubts)


def refuse_doubts(package: str, doubts: Sequence[Doubt], *, accepted: bool) -> None:
    """Stop unless a person took the doubts upon himself.

    Raises:
        OwnPackageUndecidedError: there are doubts and nobody accepted them.
    """
    if doubts and not accepted:
        raise OwnPackageUndecidedError(
            _("{package} 做出来也不能认定为有效（INDETERMINATE），没有签名。").format(package=package),
            where="\n".join(map(str, doubts)),
            remedy=_(
                "请更新吊销列表、接通时间戳服务后再试（evidence doctor 会逐项检查）；"
                "确需先行移交的，用 --accept-indeterminate --why 说明原因。"
            ),
        )


def judge_own(
    examine: Examine, folder: Path, signing: PdfSigning, *, accepted: bool, quarantine: Path, now: datetime
) -> OwnVerdict:
    """Examine the finished folder with the workspace's own chain as trust.

    A failing package is moved to `quarantine`, its reason beside it.

    Raises:
        OwnPackageFailedError: it fails.
        OwnPackageUndecidedError: it stays open, and nobody accepted that.
    """
    verdict = examine(folder, signing.own_anchors())
    if verdict.indication == FAILED:
        kept = _set_aside(folder, verdict, quarantine, now)
        raise OwnPackageFailedError(
            _("{package} 没有通过自检，不予移交，也没有登记。").format(package=folder.name),
            where="\n".join(map(str, verdict.failing[:8])),
            remedy=_("包已留在 {place}，原因写在旁边；请连同它报告给维护人员。").format(place=kept),
        )
    if verdict.indication != PASSED:
        refuse_doubts(folder.name, verdict.open, accepted=accepted)
    return verdict


def _set_aside(folder: Path, verdict: OwnVerdict, quarantine: Path, now: datetime) -> Path:
    local = now.astimezone(SHANGHAI)
    kept = quarantine / f"{folder.name} {local:%Y%m%d-%H%M%S}"
    kept.mkdir(parents=True)
    folder.replace(kept / folder.name)
    reasons = "\n".join(map(str, verdict.failing))
    text = f"{folder.name} 于 {local:%Y-%m-%d %H:%M} 制作后没有通过自检，没有登记，不得移交。\n\n{reasons}\n"
    (kept / REASON_FILE).write_text(text, encoding="utf-8-sig")
    return kept
