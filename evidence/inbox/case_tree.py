"""Keeps `archive/cases/`, the tree people browse, in line with the ledger, also while a program runs on."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from evidence.archive.browse import show
from evidence.domain.identifiers import CaseId
from evidence.ledger.holdings import case_folder, case_tree, cases_changed
from evidence.ledger.ledger import Ledger


class CaseTree:
    """The tree below one archive. One thread at a time; several processes may run side by side."""

    def __init__(self, archive: Path, ledger: Ledger, shown: int) -> None:
        """Args: `shown`: journal lines whose effect stands in the tree already."""
        self._archive = archive
        self._ledger = ledger
        self._shown = shown

    def refresh(self, cases: Collection[CaseId] | None = None) -> int:
        """Show some cases (None: all, dropping what is no longer there); returns files added.

        Raises:
            OSError: disk full or folder not writable.
        """
        view = self._ledger.view
        leaves = list(case_tree(view, cases))
        only = None if cases is None else {case_folder(view, case) for case in cases}
        return show(self._archive, leaves, only=only)

    def catch_up(self) -> None:
        """Show what any program journalled since the last time.

        Raises:
            OSError: as `refresh`; the next time begins where this one began.
        """
        view = self._ledger.view
        size = view.head.size
        if size == self._shown:
            return
        changed = cases_changed(view, self._ledger.entries(self._shown, size), self._shown)
        if changed:
            self.refresh(changed)
        self._shown = size

    def follow(self) -> None:
        """The same for a program that must not stop because a convenience cannot be written."""
        with suppress(OSError):
            self.catch_up()
