"""What worker and parent say to each other: messages of declared types over an `isolation` pipe."""

from __future__ import annotations

import msgspec

from evidence.domain.identifiers import Number
from evidence.isolation.messages import Trouble
from evidence.recognition.reading import Limits, PageReading


class Job(msgspec.Struct, tag=True):
    """Read these pages of this file."""

    path: str
    media_type: str
    start: int
    step: int
    limits: Limits


class AskIssued(msgspec.Struct, tag=True):
    """Was this number issued?"""

    number: Number


class AskGeometry(msgspec.Struct, tag=True):
    """Where are its codes and boxes?"""

    number: Number


class AskPdf(msgspec.Struct, tag=True):
    """Where is its PDF?"""

    number: Number


class AskEarlier(msgspec.Struct, tag=True):
    """Which scans of this page are kept already?"""

    number: Number
    page: int


class AskCandidates(msgspec.Struct, tag=True):
    """Which forms may a page without code belong to?"""


class Picture(msgspec.Struct, tag=True):
    """Keep this picture."""

    data: bytes
    suffix: str


class Begin(msgspec.Struct, tag=True):
    """Now at this page."""

    index: int


class Page(msgspec.Struct, tag=True):
    """This page is read."""

    reading: PageReading


class Unreadable(msgspec.Struct, tag=True):
    """The file as a whole cannot be read."""

    reason: str
    message: str


class Done(msgspec.Struct, tag=True):
    """All pages are read."""

    remarks: tuple[str, ...] = ()
    """Plain Chinese for the clerk about the file as a whole."""


FromWorker = (
    AskIssued
    | AskGeometry
    | AskPdf
    | AskEarlier
    | AskCandidates
    | Picture
    | Begin
    | Page
    | Unreadable
    | Done
    | Trouble
)
