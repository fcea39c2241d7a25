"""Who hands over to whom: what the package's papers print."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from evidence.archive.issued import IssuedStore
from evidence.archive.originals import Originals
from evidence.bundles.settings import SignerSettings, TimestampSettings
from evidence.forms.source import IssueSettings
from evidence.handover.form_printer import FormPrinter
from evidence.handover.self_check import Examine
from evidence.handover.settings import WitnessSettings
from evidence.ledger.ledger import Ledger
from evidence.rules.parameters import Parameters


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Names as printed."""

    contract_code: str
    contract_name: str
    agency: str
    regulator: str
    """The section that receives packages."""
    profile: IssueSettings
    """The same names as forms take them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverContext:
    """Everything a handover works with, wired by the command."""

    root: Path
    names: Names
    ledger: Ledger
    originals: Originals
    issued: IssuedStore
    parameters: Parameters
    printer: FormPrinter
    examine: Examine
    """Judges what was made, as its auditor will."""
    signer: SignerSettings = field(default_factory=SignerSettings)
    timestamp: TimestampSettings = field(default_factory=TimestampSettings)
    witness: WitnessSettings = field(default_factory=WitnessSettings)
    """Where checkpoints go at once."""

    @property
    def quarantine(self) -> Path:
        """Where a package goes that fails its own examination."""
        return self.root / "archive" / "quarantine"

    @property
    def folder(self) -> Path:
        """Where packages lie."""
        return self.root / "archive" / "handover"
