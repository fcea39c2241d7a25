"""What issuing works with: the templates, the ledger, the stores and the contract's names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from evidence.archive.issued import IssuedStore
from evidence.archive.originals import Originals
from evidence.domain.page_code import draw_check
from evidence.forms.catalogue import Catalogue
from evidence.forms.kept_checks import KeptChecks
from evidence.forms.source import IssueSettings
from evidence.ledger.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Made once for a task, since templates may change between two."""

    catalogue: Catalogue
    ledger: Ledger
    originals: Originals
    issued: IssuedStore
    settings: IssueSettings
    kept_checks: KeptChecks | None = None
    """Results of earlier template checks; None checks changed templates anew each time."""
    draw: Callable[[], str] = draw_check
    """Source of page checks; tests and benches replace it."""
