"""Recognition in a process that may hang, crash or run out of memory without stopping intake.

The worker sees one file and asks its parent everything else over a pipe: which forms were issued,
where a PDF lies, where to put a picture. Messages are length-prefixed msgpack decoded into declared
types, so that a worker taken over by a hostile file can answer nonsense but run nothing in the parent.
Residual risk: the worker runs as the same user; it can read what intake can read.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import selectors
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec

import evidence
from evidence.domain.document import IssuedForm
from evidence.domain.identifiers import Number
from evidence.recognition.reading import (
    BROKEN_PAGE,
    FileReading,
    FormLookup,
    Limits,
    PageReading,
    PictureSink,
)
from evidence.recognition.wire import (
    MAX_MESSAGE,
    AskCandidates,
    AskGeometry,
    AskIssued,
    AskPdf,
    Begin,
    Done,
    FromWorker,
    Job,
    Page,
    Picture,
    Unreadable,
    send,
)

_CANDIDATES = 400
"""Forms a page without code is compared with, newest first; and where siblings are sought."""
_PAGES_PER_WORKER = 400
"""A worker is replaced now and then: whatever leaked goes with it."""
_STRIKES = 3
"""Pages of one file that may break a worker before the file is given up."""
_START_SECONDS = 60


class WorkerLostError(Exception):
    """The worker died or went silent; never leaves this module."""


class _Worker:
    """One child process and the pipe to it."""

    def __init__(self, program: str) -> None:
        root = str(Path(evidence.__file__).parent.parent)
        path = os.pathsep.join(part for part in (root, os.environ.get("PYTHONPATH", "")) if part)
        complaints = self._complaints()
        self.process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
            start_new_session=True,  # Ctrl-C reaches the parent, which finishes or ends the worker itself
        )
        os.close(complaints)
        self.pages = 0
        self._selector = selectors.DefaultSelector()
        assert self.process.stdout is not None  # noqa: S101 - PIPE was asked for
        self._selector.register(self.process.stdout, selectors.EVENT_READ)

    @staticmethod
    def _complaints() -> int:
        """Where a breaking worker's stderr goes: the clerk is told in words; EVIDENCE_TRACE keeps it."""
        trace = os.environ.get("EVIDENCE_TRACE")
        return os.open(trace or os.devnull, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def send(self, message: object) -> None:
        """Raises WorkerLostError when nobody listens."""
        assert self.process.stdin is not None  # noqa: S101
        try:
            send(self.process.stdin, message)
        except OSError as error:
            raise WorkerLostError from error

    def receive(self, deadline: float) -> FromWorker:
        """The next message; raises WorkerLostError at the deadline or when the worker is gone."""
        (size,) = struct.unpack("<I", self._read(4, deadline))
        if size > MAX_MESSAGE:
            raise WorkerLostError
        try:
            message: FromWorker = msgspec.msgpack.decode(self._read(size, deadline), type=FromWorker)
        except msgspec.DecodeError as error:
            raise WorkerLostError from error
        return message

    def _read(self, size: int, deadline: float) -> bytes:
        assert self.process.stdout is not None  # noqa: S101
        parts: list[bytes] = []
        while size:
            if not self._selector.select(max(0.0, deadline - time.monotonic())):
                raise WorkerLostError
            part = os.read(self.process.stdout.fileno(), min(size, 1 << 20))
            if not part:
                raise WorkerLostError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def end(self) -> None:
        """Stop the process now and free the pipe."""
        self._selector.close()
        with contextlib.suppress(OSError):
            self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=5)


class BoundedReader:
    """Reads files through worker processes; safe to use from several threads."""

    def __init__(self, program: str = "from evidence.recognition.served import serve; serve()") -> None:
        """`program` is what a worker runs; tests put one there that hangs or crashes."""
        self._program = program
        self._idle: list[_Worker] = []
        self._lock = threading.Lock()
        self._ask_lock = threading.Lock()

    def read(
        self, path: Path, *, media_type: str, forms: FormLookup, limits: Limits, previews: PictureSink
    ) -> FileReading:
        """Every page of a file; a page whose engine fails is `engine_timeout`, the rest is read."""
        shares: list[_Share] = []
        for start in range(max(1, limits.workers)):
            share = _Share(path, media_type, start, max(1, limits.workers), limits)
            shares.append(share)
        threads = [
            threading.Thread(target=self._work, args=(share, forms, previews), daemon=True)
            for share in shares[1:]
        ]
        for thread in threads:
            thread.start()
        self._work(shares[0], forms, previews)
        for thread in threads:
            thread.join()
        return _together(shares)

    def close(self) -> None:
        """End every idle worker."""
        with self._lock:
            workers, self._idle = self._idle, []
        for worker in workers:
            worker.end()

    def _work(self, share: _Share, forms: FormLookup, previews: PictureSink) -> None:
        try:
            while not share.finished:
                self._attempt(share, forms, previews)
        except Exception as error:
            share.error = error

    def _attempt(self, share: _Share, forms: FormLookup, previews: PictureSink) -> None:
        """One worker on the rest of a share; a lost worker costs the page it was at."""
        worker = self._take()
        healthy = False
        try:
            share.current = share.next
            deadline = time.monotonic() + share.limits.page_seconds + _START_SECONDS
            worker.send(share.job())
            while True:
                message = worker.receive(deadline)
                match message:
                    case Begin(index=index):
                        share.current = index
                        deadline = time.monotonic() + share.limits.page_seconds
                    case Page(reading=reading):
                        share.take(reading)
                        worker.pages += 1
                        deadline = time.monotonic() + share.limits.page_seconds
                    case Unreadable(reason=reason, message=text):
                        share.fail(reason, text)
                        healthy = True
                        return
                    case Done(remarks=remarks):
                        share.finished, share.remarks = True, remarks
                        healthy = True
                        return
                    case _:
                        # The ledger's view and the stores are not ours to use from two threads at once.
                        with self._ask_lock:
                            answer = _answer(message, forms, previews)
                        worker.send(answer)
        except WorkerLostError:
            share.lose()
        finally:
            self._give_back(worker, healthy=healthy)

    def _take(self) -> _Worker:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return _Worker(self._program)

    def _give_back(self, worker: _Worker, *, healthy: bool) -> None:
        if healthy and worker.pages < _PAGES_PER_WORKER:
            with self._lock:
                self._idle.append(worker)
        else:
            worker.end()


class _Share:
    """The pages of a file one worker reads: every `step`-th from `start`."""

    def __init__(self, path: Path, media_type: str, start: int, step: int, limits: Limits) -> None:
        self.path, self.media_type, self.step, self.limits = path, media_type, step, limits
        self.next = self.current = start
        self.pages: list[PageReading] = []
        self.problem = self.message = ""
        self.remarks: tuple[str, ...] = ()
        self.finished = False
        self.error: Exception | None = None
        self._strikes = 0

    def job(self) -> Job:
        return Job(
            path=str(self.path),
            media_type=self.media_type,
            start=self.next,
            step=self.step,
            limits=self.limits,
        )

    def take(self, reading: PageReading) -> None:
        self.pages.append(reading)
        self.next = reading.index + self.step

    def fail(self, reason: str, message: str) -> None:
        self.problem, self.message, self.finished = reason, message, True

    def lose(self) -> None:
        """The worker broke at the current page: say so and go on behind it."""
        self._strikes += 1
        if self._strikes >= _STRIKES:
            self.fail("engine_timeout", "这份文件反复让识别程序超时或出错，请人工处理。")
            return
        self.pages.append(PageReading(index=self.current, problem="engine_timeout", message=BROKEN_PAGE))
        self.next = self.current + self.step
        if self.next >= self.limits.pages:
            self.finished = True


def _together(shares: list[_Share]) -> FileReading:
    for share in shares:
        if share.error is not None:
            raise share.error
    pages = tuple(sorted((page for share in shares for page in share.pages), key=lambda page: page.index))
    failed = next((share for share in shares if share.problem), None)
    if failed is not None:
        return FileReading(pages=pages, problem=failed.problem, message=failed.message)
    remarks = dict.fromkeys(remark for share in shares for remark in share.remarks)
    return FileReading(pages=pages, remarks=tuple(remarks))


def _answer(message: FromWorker, forms: FormLookup, previews: PictureSink) -> object:
    match message:
        case AskIssued(number=number):
            return forms.issued(number)
        case AskGeometry(number=number):
            return forms.geometry(number)
        case AskPdf(number=number):
            return str(_pdf_with_reference(number, forms))
        case AskCandidates():
            found: list[IssuedForm] = []
            for form in forms.candidates():
                found.append(form)
                if len(found) == _CANDIDATES:
                    break
            return found
        case Picture(data=data, suffix=suffix):
            return previews.put(data, suffix)
        case _:
            raise WorkerLostError


def _pdf_with_reference(number: Number, forms: FormLookup) -> Path:
    """The issued PDF, its references beside it; a full or read-only disk only costs time."""
    from evidence.recognition.reference import keep_references

    pdf = forms.pdf(number)
    with contextlib.suppress(OSError):
        keep_references(pdf, forms.geometry(number))
    return pdf


_shared = BoundedReader()
atexit.register(_shared.close)


def shared_reader() -> BoundedReader:
    """The process's own pool of workers."""
    return _shared
