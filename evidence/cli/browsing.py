"""Keeps `archive/cases/`, the tree people browse, in line with the ledger."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from evidence.archive.browse import show
from evidence.domain.identifiers import CaseId
from evidence.ledger.holdings import case_tree

if TYPE_CHECKING:
    from evidence.config import Workspace


def refresh_case_tree(workspace: Workspace, cases: Collection[CaseId] | None = None) -> int:
    """Show some cases (None: all, dropping what is no longer there); returns files added.

    Raises:
        OSError: disk full or folder not writable.
    """
    leaves = list(case_tree(workspace.ledger.view, cases))
    only = None if cases is None else {leaf.path.split("/", 1)[0] for leaf in leaves}
    return show(workspace.archive, leaves, only=only)
