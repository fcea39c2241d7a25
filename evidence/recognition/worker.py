"""Recognition in a process that may hang, crash or run out of memory without stopping intake.

The worker sees one file and asks its parent everything else over a pipe: which forms were issued,
where a PDF lies, where to put a picture. What that pipe defends against stands in `isolation.child`.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
import time
from pathlib import Path

from evidence.domain.arrival_outcome import Reason
from evidence.domain.document import IssuedForm
from evidence.domain.identifiers import Number
from evidence.isolation.child import Child, ChildLostError
from evidence.isolation.limits import WALL_FACTOR
from evidence.isolation.messages import Trouble
from evidence.recognition.reading import (
    BROKEN_PAGE,
    FileReading,
    FormLookup,
    Limits,
    PageReading,
    PictureSink,
)
from evidence.recognition.wire import (
    AskCandidates,
    AskEarlier,
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
)

_CANDIDATES = 400
"""Forms a page without code is compared with, newest first; and where siblings are sought."""
_PAGES_PER_WORKER = 400
"""A worker is replaced now and then: whatever leaked goes with it."""
_STRIKES = 3
"""Pages of one file that may break a worker before the file is given up."""
_START_SECONDS = 60


class BoundedReader:
    """Reads files through worker processes; safe to use from several threads."""

    def __init__(self, program: str = "from evidence.recognition.served import serve; serve()") -> None:
        """`program` is what a worker runs; tests put one there that hangs or crashes."""
        self._program = program
        self._idle: list[Child] = []
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

    def forget(self) -> None:
        """In a process that was just forked: the workers are the parent's."""
        self._lock, self._ask_lock = threading.Lock(), threading.Lock()
        self._idle = []

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
            patience = share.limits.page_seconds * WALL_FACTOR
            deadline = time.monotonic() + patience + _START_SECONDS
            worker.send(share.job())
            while True:
                message = worker.receive(deadline, FromWorker)
                match message:
                    case Begin(index=index):
                        share.current = index
                        deadline = time.monotonic() + patience
                    case Page(reading=reading):
                        share.take(reading)
                        worker.served += 1
                        deadline = time.monotonic() + patience
                    case Unreadable(reason=reason, message=text):
                        share.fail(reason, text)
                        healthy = True
                        return
                    case Trouble(number=number, words=words, path=path):
                        healthy = True
                        raise OSError(number, words, path)
                    case Done(remarks=remarks):
                        share.finished, share.remarks = True, remarks
                        healthy = True
                        return
                    case _:
                        # The ledger's view and the stores are not ours to use from two threads at once.
                        with self._ask_lock:
                            answer = _answer(message, forms, previews)
                        worker.send(answer)
        except ChildLostError as lost:
            share.lose(late=lost.late, spent=not lost.late and worker.spent)
        finally:
            self._give_back(worker, healthy=healthy)

    def _take(self) -> Child:
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return Child(self._program)

    def _give_back(self, worker: Child, *, healthy: bool) -> None:
        if healthy and worker.served < _PAGES_PER_WORKER:
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

    def _broken(self, *, late: bool, spent: bool) -> tuple[str, str]:
        if spent:
            most = round(self.limits.page_seconds)
            return Reason.TOO_COMPLEX, f"这一页内容过多，{most} 秒处理器时间内没有辨认完。"
        if late:
            return Reason.ENGINE_TIMEOUT, BROKEN_PAGE
        return Reason.MALFORMED, "这一页让识别程序中断，已跳过，请看图确认。"

    def lose(self, *, late: bool, spent: bool) -> None:
        """The worker broke at the current page: say so and go on behind it.

        Args:
            late: it was still there when even the wall clock's patience was over.
            spent: it used up its CPU seconds; it will again.
        """
        reason, message = self._broken(late=late, spent=spent)
        self._strikes += 1
        if self._strikes >= _STRIKES:
            self.fail(reason, f"这份文件反复让识别程序中断，已原样保存，请人工处理。{message}")
            return
        self.pages.append(PageReading(index=self.current, problem=reason, message=message))
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
        case AskEarlier(number=number, page=page):
            return forms.earlier(number, page)
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
            raise ChildLostError


def _pdf_with_reference(number: Number, forms: FormLookup) -> Path:
    """The issued PDF, its references beside it; a full or read-only disk only costs time."""
    from evidence.recognition.reference import keep_references

    pdf = forms.pdf(number)
    with contextlib.suppress(OSError):
        keep_references(pdf, forms.geometry(number))
    return pdf


_shared = BoundedReader()
atexit.register(_shared.close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_shared.forget)


def shared_reader() -> BoundedReader:
    """The process's own pool of workers."""
    return _shared
