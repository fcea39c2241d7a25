"""What follows the copying when a backup is restored: the event, newer material, the comparison."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.archive.backup import BackupReport
from evidence.cli.output import say
from evidence.cli.recovering import form_ids, recovery_json, say_recovery
from evidence.config import open_workspace
from evidence.domain.identifiers import Number
from evidence.language import _
from evidence.ledger import query_tables
from evidence.ledger.comparison import Comparison, check_last_checkpoint, compare
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.numbering import GAP
from evidence.ledger.positions import Positions
from evidence.ledger.proofs import bring_in, gather_proofs
from evidence.ledger.recovery import Recovery, restore_ledger
from evidence.ledger.upkeep import LedgerRestored


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """A restored ledger, as it stands before anybody works with it."""

    event: LedgerRestored
    recovery: Recovery
    agreement: Comparison
    files: int
    """Brought in from newer material."""

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "restored": self.event,
            **recovery_json(self.recovery),
            "files_brought_in": self.files,
            "archive": self.agreement,
        }

    def tell(self) -> None:
        """For people."""
        say(
            _("账本恢复到备份时的第 {size} 行，已记账；恢复人 {by}。").format(
                size=self.event.size, by=self.event.by
            )
        )
        if self.recovery.regained or self.recovery.items or self.recovery.unproven:
            say_recovery(self.recovery)
        say(
            _("为免与备份之后签发过的编号重复，各系列空出 {gap} 号再往下编{but}。").format(
                gap=self.event.gap,
                but=_("（{numbers} 的系列接着编）").format(numbers="、".join(self.event.last_numbers))
                if self.event.last_numbers
                else "",
            )
        )
        say(_("备份之后登记的事项如不在上面，请核对后重新登记；监管部门手里较新的移交包请用 --newer 指明。"))


def resume(
    target: Path,
    manifest: BackupReport,
    *,
    backup: Path,
    newer: Sequence[Path],
    last_numbers: tuple[Number, ...],
) -> Resumed:
    """Journal the restore, take over what newer material proves, and compare.

    Raises:
        InputError: what was shown as newer is no package and no archive.
        LedgerDamagedError: the journal is broken, or newer material tells another history.
    """
    workspace = open_workspace(target)
    contract = workspace.settings.contract.code
    # always the files: a backup of a ledger in a database holds its lines as a journal
    ledger = EmbeddedLedger.open(workspace.archive / "ledger")
    ledger.positions = Positions(workspace.archive)
    ledger.positions.rebuild(ledger.lines())
    head = ledger.head
    event = LedgerRestored(
        backup=str(backup.resolve()),
        backed_up_at=manifest.at,
        size=head.size,
        digest=head.digest,
        by=getpass.getuser(),
        gap=GAP,
        last_numbers=last_numbers,
    )
    proofs = gather_proofs(workspace.archive, contract, newer)
    files = bring_in(workspace.archive, newer)
    recovery = restore_ledger(ledger, proofs, event, form_ids=form_ids(workspace))
    query_tables.keep(ledger)
    agreement = compare(ledger, contract)
    if not agreement.problems:
        check_last_checkpoint(ledger, contract)  # so that no opening reads the tree
    return Resumed(event=event, recovery=recovery, agreement=agreement, files=files)
