"""What the inbox needs to hear about a file's content, whoever reads it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from evidence.domain.document import ScannedPage
from evidence.domain.identifiers import Number, Sha256
from evidence.ledger.arrival_events import Suggestion


class PageReading(Protocol):
    """One page of a file; recognition's own class fits."""

    @property
    def index(self) -> int: ...
    @property
    def blank(self) -> bool: ...
    @property
    def problem(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def number(self) -> Number | None:
        """What a code says, also when the page is not linked."""
        ...

    @property
    def scan(self) -> ScannedPage | None: ...
    @property
    def suggestions(self) -> tuple[Suggestion, ...]: ...
    @property
    def picture(self) -> Sha256 | None: ...


class FileReading(Protocol):
    """A whole file."""

    @property
    def pages(self) -> tuple[PageReading, ...]: ...
    @property
    def problem(self) -> str: ...
    @property
    def message(self) -> str: ...
    @property
    def remarks(self) -> tuple[str, ...]: ...


class PageReader(Protocol):
    """Renders every page once, which proves the file whole, and says what it saw."""

    def read(self, path: Path, media_type: str) -> FileReading: ...
    def read_placed(
        self, path: Path, media_type: str, places: Mapping[int, tuple[Number, int]]
    ) -> FileReading:
        """The same for a file of which a person said what some pages are.

        Args:
            places: 0-based page of the file -> form and its 1-based page.
        """
        ...
