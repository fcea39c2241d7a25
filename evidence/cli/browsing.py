"""Keeps `archive/cases/`, the tree people browse, in line with the ledger."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from evidence.archive.browse import show
from evidence.cli.options import progress
from evidence.domain.identifiers import CaseId
from evidence.language import _
from evidence.ledger.holdings import case_folder, case_tree, cases_changed

if TYPE_CHECKING:
    from evidence.config import Workspace


def refresh_case_tree(workspace: Workspace, cases: Collection[CaseId] | None = None) -> int:
    """Show some cases (None: all, dropping what is no longer there); returns files added.

    Raises:
        OSError: disk full or folder not writable.
    """
    view = workspace.ledger.view
    leaves = list(case_tree(view, cases))
    only = None if cases is None else {case_folder(view, case) for case in cases}
    return show(workspace.archive, leaves, only=only)


def show_changes(workspace: Workspace, since: int) -> None:
    """After a command: show the cases whose files changed from journal line `since` on.

    The tree is a convenience; when it cannot be written the command has done its work all the same.
    """
    changed = cases_changed(workspace.ledger.view, workspace.ledger.entries(since), since)
    if not changed:
        return
    try:
        refresh_case_tree(workspace, changed)
    except OSError as error:
        progress(
            _("浏览目录 archive/cases 未能更新：{error}。稍后可运行 evidence ledger rebuild。").format(
                error=error
            )
        )
