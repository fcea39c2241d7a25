"""What is at hand while one package is built."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from evidence.bundles.bag import BagWriter, Entry
from evidence.bundles.pades import Level, PdfSigning
from evidence.domain.identifiers import CaseId, Sha256
from evidence.domain.week import Week
from evidence.handover.footage import Film
from evidence.handover.handed_over import HandedOver
from evidence.handover.handover_context import HandoverContext
from evidence.handover.sent import Sent
from evidence.handover.week import WeekWork

Report = Callable[[str], None]
"""Takes progress lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the person asked for."""

    week: Week
    at: datetime
    supplement: bool = False
    allow_incomplete: bool = False
    why: str = ""
    as_folder: bool = False
    accept_indeterminate: bool = False
    """Hand over what nobody can prove sound yet: without time stamp, with a stale revocation list."""
    with_footage: bool = False
    """The week's films go along, for those who must have them; else their register and digests only."""


_DECLARED = "已声明："
_QUOTED = re.compile(rf"(?:^|；)[^\s；]+-\d{{4}}-W\d{{2}}(?:-S\d+)? {_DECLARED}")


def _own_reason(why: str) -> str:
    """What a package itself gave as its reason, without the earlier ones that it repeats."""
    quoted = _QUOTED.search(why)
    return why if quoted is None else why[: quoted.start()]


@dataclass(kw_only=True)
class PackageBuild:
    """What is at hand while one package is built."""

    context: HandoverContext
    order: Order
    work: WeekWork
    signing: PdfSigning
    bag: BagWriter
    complete: bool
    report: Report
    now: datetime
    rows: list[HandedOver] = field(default_factory=list)
    sent: Sent
    films: dict[CaseId, tuple[Film, ...]] = field(default_factory=dict)
    """Footage to hand over by case; empty unless it was asked for."""
    placed: dict[tuple[CaseId, Sha256], Entry] = field(default_factory=dict)
    """Files in this bag by case and their own digest: originals, and pages taken out of stacks."""
    stacks: dict[Sha256, Entry] = field(default_factory=dict)
    """Files of several cases' pages in this bag."""
    index: list[dict[str, Any]] = field(default_factory=list)
    """`originals.json`, case by case."""

    @property
    def scratch(self) -> Path:
        """A folder beside the bag that is gone afterwards."""
        return self.bag.folder.parent

    @property
    def why_incomplete(self) -> str:
        """This order's reason, and the reasons given before for what is still owed; empty when complete."""
        if self.complete:
            return ""
        given = {package.id: _own_reason(package.why_incomplete) for package in self.work.packages}
        earlier = dict.fromkeys(each.since for each in self.work.owing.owed_before)
        told = [self.order.why.strip()] if self.order.why.strip() else []
        told += [f"{package} {_DECLARED}{given.get(package) or '未说明原因'}" for package in earlier]
        return "；".join(told)

    @property
    def list_level(self) -> Level:
        """What the list's signature reaches."""
        return self.signing.reachable(Level(self.context.signer.list_level))

    @property
    def dossier_level(self) -> Level:
        """What each dossier's signature reaches."""
        return self.signing.reachable(Level(self.context.signer.dossier_level))

    @property
    def notice(self) -> str:
        """What every page must say: evaluation keys, an incomplete package; empty otherwise."""
        parts = []
        if self.signing.key.evaluation:
            parts.append("EVALUATION ONLY　仅供试用，不作正式移交")
        if not self.complete:
            parts.append(f"所在移交包不完整：{self.why_incomplete}")
        return "　".join(parts)
