"""What recognition says about a file, and what it needs to ask: the room's own vocabulary."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy.typing as npt

from evidence.domain.document import IssuedForm, IssuedPage, ScannedPage
from evidence.domain.identifiers import Number, Sha256
from evidence.ledger.arrival_events import Suggestion

BROKEN_PAGE = "这一页等了很久没有辨认完，已跳过；可用 evidence inbox retry 再试。"
"""What is said of a page on which the worker waits for ever."""
Array = npt.NDArray[Any]
"""Pixels, uint8 unless said otherwise; BGR when three-dimensional, gray when flat."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierScan:
    """A scan of a page that came before."""

    picture: Sha256
    """Its upright picture."""
    path: str
    """Where that picture lies; empty when it was deleted."""
    absent: tuple[str, ...]
    """Boxes that are empty on it."""


class FormLookup(Protocol):
    """What was issued; answered from the ledger and the archive."""

    def issued(self, number: Number) -> IssuedForm | None:
        """The form of this number, void ones too; None when it was never issued."""
        ...

    def geometry(self, number: Number) -> tuple[IssuedPage, ...]:
        """Its pages with codes and boxes."""
        ...

    def pdf(self, number: Number) -> Path:
        """The issued PDF; `<NUMBER>.reference.npz` beside it is used when it is there."""
        ...

    def earlier(self, number: Number, page: int) -> tuple[EarlierScan, ...]:
        """Scans of a page that are kept already."""
        ...

    def candidates(self) -> Iterable[IssuedForm]:
        """Forms a page without a readable code may belong to, most likely first."""
        ...


class PictureSink(Protocol):
    """Where pictures for people go (crops, upright pages)."""

    def put(self, data: bytes, suffix: str) -> Sha256:
        """Keep the picture and name it by content."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One page image is one page of a form, by a person's word."""

    index: int
    """0-based page or frame in the file."""
    number: Number
    page: int
    """1-based page of the form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one file's reading; what lies beyond is refused by name, never tried."""

    pixels: int = 150_000_000
    """Pixels of one picture: A4 at 1,200 dpi has 139 million."""
    scaled_pixels: int = 300_000_000
    """Pixels of one JPEG, decoded at a half or a quarter of its size: A3 at 1,200 dpi has 278 million."""
    pages: int = 2000
    """Pages or frames of one file."""
    page_seconds: float = 60
    """CPU seconds for one page before its worker is ended: 200 times the usual. Ten times as long is waited
    by the wall clock, so that the same file gets the same answer on a loaded machine."""
    memory: int = 4_000_000_000
    """Bytes of address space of one worker."""
    workers: int = 1
    """Processes that share the pages of one file."""
    ocr: bool = True
    """Read the print of pages whose codes are lost."""
    placed: tuple[Placed, ...] = ()
    """Pages of which a person said what they are."""

    def place_of(self, index: int) -> Placed | None:
        """What a person said of the page image at a 0-based index."""
        return next((each for each in self.placed if each.index == index), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """One page image of a file."""

    index: int
    """0-based page or frame."""
    blank: bool = False
    problem: str = ""
    """Empty, or `forged_code`, `unknown_code`, `void_form`, `conflicting_codes`, `wrong_case`,
    `no_code`, `malformed`, `damaged`, `too_large`, `too_complex`, `engine_timeout`."""
    message: str = ""
    """Plain Chinese about the problem."""
    number: Number | None = None
    """What a code says, also when the page is not linked."""
    page: int | None = None
    scan: ScannedPage | None = None
    """Set when the page is linked; `arrival` and `sha256` are filled in by the inbox."""
    suggestions: tuple[Suggestion, ...] = ()
    picture: Sha256 | None = None
    quality: int = 0
    """0..1000."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReading:
    """All page images of a file."""

    pages: tuple[PageReading, ...] = ()
    problem: str = ""
    """Reason why the file as a whole cannot be read: `malformed`, `incomplete`, `encrypted`,
    `too_large`, `unsupported_type`, `engine_timeout`, `empty`."""
    message: str = ""
    remarks: tuple[str, ...] = field(default=())
    """Plain Chinese for the clerk, e.g. that OCR is not installed."""
