"""Inside the recognition worker: reads the pages of one job, asks its parent for everything else.

Standard input and output are the pipe to the parent; see `worker` for what this defends against.
"""

from __future__ import annotations

import contextlib
import os
import resource
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from evidence.domain.arrival_outcome import Reason
from evidence.domain.document import IssuedForm, IssuedPage
from evidence.domain.identifiers import Number, Sha256
from evidence.errors import UnreadableError
from evidence.isolation.child import receive, send
from evidence.isolation.limits import limit_cpu, limit_memory
from evidence.isolation.messages import trouble_of
from evidence.recognition.reading import EarlierScan, Limits, PageReading
from evidence.recognition.wire import (
    AskCandidates,
    AskEarlier,
    AskGeometry,
    AskIssued,
    AskPdf,
    Begin,
    Done,
    Job,
    Page,
    Picture,
    Unreadable,
)

if TYPE_CHECKING:
    from evidence.recognition.pages import PagePicture


class _Remote:
    """The parent's stores, seen from the worker."""

    def __init__(self, source: BinaryIO, sink: BinaryIO) -> None:
        self._source, self._sink = source, sink
        self._issued: dict[Number, IssuedForm | None] = {}
        self._candidates: list[IssuedForm] | None = None

    def forget(self) -> None:
        """Another file: the ledger may have moved on."""
        self._issued.clear()
        self._candidates = None

    def issued(self, number: Number) -> IssuedForm | None:
        if number not in self._issued:
            self._issued[number] = msgspec.msgpack.decode(
                self._ask(AskIssued(number)), type=IssuedForm | None
            )
        return self._issued[number]

    def geometry(self, number: Number) -> tuple[IssuedPage, ...]:
        return msgspec.msgpack.decode(self._ask(AskGeometry(number)), type=tuple[IssuedPage, ...])

    def pdf(self, number: Number) -> Path:
        return Path(msgspec.msgpack.decode(self._ask(AskPdf(number)), type=str))

    def earlier(self, number: Number, page: int) -> tuple[EarlierScan, ...]:
        return msgspec.msgpack.decode(self._ask(AskEarlier(number, page)), type=tuple[EarlierScan, ...])

    def candidates(self) -> Iterator[IssuedForm]:
        if self._candidates is None:
            self._candidates = msgspec.msgpack.decode(self._ask(AskCandidates()), type=list[IssuedForm])
        return iter(self._candidates)

    def put(self, data: bytes, suffix: str) -> Sha256:
        return msgspec.msgpack.decode(self._ask(Picture(data, suffix)), type=Sha256)

    def _ask(self, message: object) -> bytes:
        send(self._sink, message)
        return receive(self._source)


def serve() -> None:
    """The worker's main loop: jobs from stdin until it closes. Never returns."""
    source, sink = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # libraries that print must not speak into the pipe
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    remote = _Remote(source, sink)
    with contextlib.suppress(EOFError, BrokenPipeError):
        while True:
            job = msgspec.msgpack.decode(receive(source), type=Job)
            limit_memory(job.limits.memory)
            limit_cpu(job.limits.page_seconds)
            remote.forget()
            _serve_job(job, remote, sink)
    os._exit(0)  # libraries' own exit handlers have nothing to save


def _serve_job(job: Job, remote: _Remote, sink: BinaryIO) -> None:
    from evidence.recognition.ocr import remarks_on
    from evidence.recognition.pages import open_pages

    remarks: dict[str, None] = {}
    try:
        pictures = open_pages(Path(job.path), job.media_type, job.limits, job.start, job.step)
        send(sink, Begin(job.start))
        for picture in pictures:
            for reading in _readings(picture, job.limits, remote):
                remarks.update(dict.fromkeys(remarks_on(reading, job.limits)))
                send(sink, Page(reading))
            limit_cpu(job.limits.page_seconds)
            send(sink, Begin(picture.index + job.step))
    except UnreadableError as error:
        send(sink, Unreadable(error.reason, error.what))
        return
    except OSError as error:
        trouble = trouble_of(error)
        if trouble is None:
            raise
        send(sink, trouble)
        return
    send(sink, Done(tuple(remarks)))


def _readings(picture: PagePicture, limits: Limits, remote: _Remote) -> tuple[PageReading, ...]:
    """What one picture shows; a picture that breaks its reader is a problem of its own page.

    Raises:
        EOFError, OSError: whoever asked is gone, or the machine fails and not the page.
    """
    from evidence.recognition.read import read_placed
    from evidence.recognition.several import read_sheets

    try:
        place = limits.place_of(picture.index)
        if place is not None:
            return (read_placed(picture, place, forms=remote, previews=remote),)
        return read_sheets(picture, forms=remote, previews=remote, ocr=limits.ocr)
    except (EOFError, BrokenPipeError):
        raise
    except MemoryError:
        what = f"这一页需要的内存超过上限（{limits.memory // 1_000_000} MB）。"
        return (PageReading(index=picture.index, problem=Reason.TOO_LARGE, message=what),)
    except Exception as error:  # deterministic: the same page fails again
        if isinstance(error, OSError) and trouble_of(error) is not None:
            raise
        return (_broken(picture.index, error),)


def _broken(index: int, error: Exception) -> PageReading:
    traceback.print_exc()
    what = f"这一页无法辨认（{type(error).__name__}），请看图确认。"
    return PageReading(index=index, problem=Reason.MALFORMED, message=what)
