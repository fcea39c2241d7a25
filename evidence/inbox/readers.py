"""Ways to read the pages of a file: recognition, or a bare rendering that only proves the file whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evidence.domain.arrival_outcome import Reason
from evidence.domain.identifiers import Number
from evidence.errors import MissingPartError, UnreadableError
from evidence.filetypes import media
from evidence.inbox.reading import FileReading
from evidence.inbox.settings import InboxSettings
from evidence.language import _
from evidence.release import install_command

if TYPE_CHECKING:
    from evidence.recognition.reading import FormLookup, PictureSink

_OF_MANY_PAGES = frozenset({media.PDF, media.TIFF})


@dataclass(frozen=True, slots=True, kw_only=True)
class Recogniser:
    """Recognition proper, in a process of its own that may hang or crash without stopping intake."""

    forms: FormLookup
    previews: PictureSink
    settings: InboxSettings

    def read(self, path: Path, media_type: str) -> FileReading:
        """Every page of a file, rendered once.

        Raises:
            MissingPartError: recognition is not installed.
        """
        return self.read_placed(path, media_type, {})

    def read_placed(
        self, path: Path, media_type: str, places: Mapping[int, tuple[Number, int]]
    ) -> FileReading:
        """The same for a file of which a person said what some pages are.

        Raises:
            MissingPartError: recognition is not installed.
        """
        try:
            from evidence.recognition.reading import Limits, Placed
            from evidence.recognition.worker import shared_reader
        except ModuleNotFoundError as error:
            raise MissingPartError(
                _("识别组件没有安装（缺少 {name}）。").format(name=error.name),
                remedy=_("请用交付的安装文件运行：{command}").format(command=install_command("agency")),
            ) from error
        limits = Limits(
            pages=self.settings.max_pages,
            workers=self.settings.workers if media_type in _OF_MANY_PAGES else 1,
            placed=tuple(
                Placed(index=index, number=number, page=page) for index, (number, page) in places.items()
            ),
        )
        return shared_reader().read(
            path, media_type=media_type, forms=self.forms, limits=limits, previews=self.previews
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BareRenderer:
    """Renders every page and looks at none: proves a file whole where nothing is to be recognised."""

    settings: InboxSettings

    def read(self, path: Path, media_type: str) -> FileReading:
        """A reading in which every page waits for a person."""
        from evidence.recognition.pages import open_pages
        from evidence.recognition.reading import FileReading as Reading
        from evidence.recognition.reading import Limits, PageReading

        try:
            pages = tuple(
                PageReading(index=page.index, problem=page.problem or Reason.NO_CODE)
                for page in open_pages(path, media_type, Limits(pages=self.settings.max_pages))
            )
        except UnreadableError as error:
            return Reading(problem=error.reason, message=error.what)
        return Reading(pages=pages)

    def read_placed(
        self, path: Path, media_type: str, places: Mapping[int, tuple[Number, int]]
    ) -> FileReading:
        """The same: what a person said stands, and nothing else is looked at."""
        return self.read(path, media_type)
