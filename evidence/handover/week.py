"""What a package says: the week's cases, judged, as of one journal head and one instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec

from evidence.domain.facts import CaseFacts, Facts
from evidence.domain.parties import Enterprise
from evidence.domain.register import Package, Receipt
from evidence.domain.week import Week
from evidence.errors import UsageError
from evidence.handover.changes import changes_in
from evidence.handover.handover_context import HandoverContext
from evidence.language import _
from evidence.ledger.checkpoint import Checkpoint, fingerprint, grouped, make
from evidence.ledger.comparison import check_last_checkpoint
from evidence.ledger.events import CheckpointMade
from evidence.ledger.facts import gather
from evidence.ledger.known import view_known_at
from evidence.ledger.merkle import Frontier
from evidence.ledger.view import View
from evidence.rules.clause import Finding
from evidence.rules.judge import RULESET_VERSION, judge, ruleset_sha256
from evidence.rules.owed import Owing, owing
from evidence.rules.summary import owed_by_name, to_json


@dataclass(frozen=True, kw_only=True)
class WeekWork:
    """Everything a package is made from; nothing in it changes while it is built."""

    week: Week
    supplement: int
    changes: tuple[str, ...] = ()
    """What a supplement is made for; empty for the week's own package."""
    at: datetime
    view: View
    facts: Facts
    findings: tuple[Finding, ...]
    parameters: Any
    size: int
    """Journal lines under the checkpoint."""
    known_size: int
    """Journal lines known at `at`, on which the facts rest."""
    tree: Frontier
    head: str
    """Digest of the journal's last line under the checkpoint."""
    packages: tuple[Package, ...]
    """Every package before this one, in order."""
    checkpoints: tuple[CheckpointMade, ...]
    receipts: tuple[Receipt, ...]
    checkpoint: str
    """This package's checkpoint text."""

    @cached_property
    def owing(self) -> Owing:
        """What the package must answer for: of this week, from before, and beyond cure."""
        return owing(self.facts, self.findings, supplement=bool(self.supplement))

    @property
    def previous(self) -> Package | None:
        """The package before this one, weekly or supplement."""
        return self.packages[-1] if self.packages else None

    @property
    def id(self) -> str:
        """Package id: `WJB-2022-W13` or `WJB-2022-W13-S1`."""
        return package_id(self.parameters.contract, self.week, self.supplement)

    @property
    def fingerprint(self) -> str:
        """The checkpoint's 16 characters in groups of four."""
        return grouped(fingerprint(self.checkpoint))

    def enterprise(self, case: CaseFacts) -> Enterprise:
        """The inspected enterprise of a case."""
        found = next((each for each in self.facts.enterprises if each.id == case.case.enterprise), None)
        if found is None:
            raise UsageError(
                _("案件所属企业没有登记。"),
                where=f"{case.case.id} · {case.case.enterprise}",
                remedy=_("请先用 evidence import 登记该企业。"),
            )
        return found

    def findings_of(self, case: str) -> tuple[Finding, ...]:
        """Findings about one case."""
        return tuple(finding for finding in self.findings if finding.subject.case == case)

    def facts_json(self) -> bytes:
        """`facts.json`."""
        return pretty(
            {
                "ruleset": {"version": RULESET_VERSION, "sha256": ruleset_sha256()},
                "at": instant(self.at),
                "parameters": self.parameters,
                "completeness": {
                    "complete": self.owing.complete,
                    **{name: len(owed) for name, owed in owed_by_name(self.owing)},
                },
                "facts": self.facts,
            }
        )

    def findings_json(self) -> bytes:
        """`findings.json`."""
        return pretty(to_json(self.findings, week=str(self.week), at=self.at, owing=self.owing))


def take_stock(context: HandoverContext, *, week: Week, supplement: bool, at: datetime) -> WeekWork:
    """Freeze the week as of the journal's head.

    Raises:
        LedgerRewrittenError: the lines under the last checkpoint are no longer those it was made over.
        UsageError: the week has its package already, or has none to supplement, or an earlier week
            is still without one.
    """
    check_last_checkpoint(context.ledger, context.names.contract_code)
    view = context.ledger.view
    head = view.head
    size = head.size
    packages = view.packages()
    same = [package for package in packages if package.week == str(week)]
    code = context.names.contract_code
    if same and not supplement:
        raise UsageError(
            _("{week} 的移交包已经做好，移交后的包不再改动。").format(week=week),
            where=same[-1].id,
            remedy=_("要补充或更正，请运行 evidence bundle --week {week} --supplement。").format(week=week),
        )
    if supplement and not same:
        raise UsageError(
            _("{week} 还没有移交包，无从补充。").format(week=week),
            remedy=f"evidence bundle --week {week}",
        )
    _refuse_hole(packages, week)
    known = view_known_at(context.ledger, at)
    facts = gather(known, week=week, case=None, at=at, packages=packages)
    tree = context.ledger.tree(size)
    number = len(same) if supplement else 0
    name = package_id(code, week, number)
    since = (same[-1].known_size or same[-1].tree_size) if supplement and same else known.head.size
    changes = changes_in(context.ledger.entries(since, known.head.size))
    return WeekWork(
        week=week,
        supplement=number,
        changes=changes,
        at=at,
        view=view,
        facts=facts,
        findings=judge(facts, context.parameters, at),
        parameters=context.parameters,
        size=size,
        known_size=known.head.size,
        tree=tree,
        head=head.digest,
        packages=packages,
        checkpoints=view.checkpoints(),
        receipts=view.receipts(),
        checkpoint=make(
            Checkpoint(
                origin=f"evidence/{code}",
                size=size,
                root=tree.root,
                extensions=(f"package {name}", f"week {week}"),
            )
        ),
    )


def _refuse_hole(packages: Sequence[Package], week: Week) -> None:
    """Week numbers have no hole: after the first, every week gets its package, be it nil."""
    if not packages:
        return
    weeks = sorted(Week.parse(package.week) for package in packages)
    expected = weeks[-1].shift(1)
    if week > expected:
        raise UsageError(
            _("{missing} 还没有移交包，周次不能中断。").format(missing=expected),
            remedy=_("请先运行 evidence bundle --week {missing}；当周没有检查的会做成零报告。").format(
                missing=expected
            ),
        )
    if week < weeks[0]:
        raise UsageError(
            _("{week} 早于第一个移交包，不能再做周包。").format(week=week),
            remedy=_("请用 --supplement 补充到已有的周次。"),
        )


def made_checkpoint(work: WeekWork) -> CheckpointMade:
    """The event that remembers this package's checkpoint."""
    return CheckpointMade(
        week=work.id.partition("-")[2], size=work.size, root=work.tree.root.hex(), text=work.checkpoint
    )


def package_id(contract: str, week: Week, supplement: int) -> str:
    """`WJB-2022-W13` or `WJB-2022-W13-S1`."""
    return f"{contract}-{week}" + (f"-S{supplement}" if supplement else "")


def instant(at: datetime) -> str:
    """`2022-04-01T07:00:00Z`."""
    return at.isoformat().replace("+00:00", "Z")


def pretty(document: Any) -> bytes:
    """JSON for people and programs: two spaces, one final newline."""
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"
