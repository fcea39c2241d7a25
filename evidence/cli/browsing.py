"""Shows in `archive/cases/`, the tree people browse, what a command changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evidence.cli.output import progress
from evidence.inbox.case_tree import CaseTree
from evidence.language import _

if TYPE_CHECKING:
    from evidence.config import Workspace


def refresh_case_tree(workspace: Workspace) -> int:
    """Show all cases, dropping what is no longer there; returns files added.

    Raises:
        OSError: disk full or folder not writable.
    """
    return CaseTree(workspace.archive, workspace.ledger, 0).refresh()


def show_changes(workspace: Workspace, since: int) -> None:
    """After a command: show the cases whose files changed from journal line `since` on.

    The tree is a convenience; when it cannot be written the command has done its work all the same.
    """
    try:
        CaseTree(workspace.archive, workspace.ledger, since).catch_up()
    except OSError as error:
        progress(
            _("浏览目录 archive/cases 未能更新：{error}。稍后可运行 evidence ledger rebuild。").format(
                error=error
            )
        )
