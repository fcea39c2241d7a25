"""The watcher as a service: clean stop, structured log with rotation, health file."""

from __future__ import annotations

import json
import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

from evidence.domain.arrival_outcome import ArrivalOutcome
from evidence.durable import write_whole
from evidence.inbox.ingest import Intake
from evidence.inbox.passes import Pass
from evidence.inbox.report import summary
from evidence.inbox.settings import InboxSettings
from evidence.inbox.watch import Watch
from evidence.language import _
from evidence.ledger.view import View

_LOG = logging.getLogger("evidence.watch")


class JsonLines(logging.Formatter):
    """One JSON object a line; file names appear as the journal has them, nothing secret ever."""

    def format(self, record: logging.LogRecord) -> str:
        """A log record as a line."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        return json.dumps(line, ensure_ascii=False)


def open_log(path: Path) -> logging.Handler:
    """Ten files of 5 MB at most."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(path, maxBytes=5 * 1024**2, backupCount=9, encoding="utf-8")
    handler.setFormatter(JsonLines())
    _LOG.addHandler(handler)
    _LOG.setLevel(logging.INFO)
    return handler


@dataclass(frozen=True, kw_only=True)
class _Teller:
    """Says what the watch takes and what stops it: to the terminal, to the log, to the health file."""

    view: Callable[[], View]
    health: Path
    say: Callable[[str], None]
    warn: Callable[[str], None]
    conditions: Callable[[], list[dict[str, Any]]]
    state: dict[str, Any] = field(
        default_factory=lambda: {"pid": os.getpid(), "started_at": _now(), "taken": 0}
    )
    told: set[tuple[str, str, str | None]] = field(default_factory=set)
    """Arrival, outcome and digest of what was said already: a pass names it again until it moves."""

    def tell(self, result: Pass) -> None:
        """What one look into the inbox brought."""
        for each in result.arrivals:
            arrival = self.view().arrival(each)
            if arrival is None or (each, arrival.outcome, arrival.sha256) in self.told:
                continue
            self.told.add((each, arrival.outcome, arrival.sha256))
            self.state["taken"] += 1
            self.say(f"{arrival.id}  {arrival.path}：{arrival.message}")
            fields = {
                "arrival": each,
                "outcome": arrival.outcome,
                "reason": arrival.reason,
                "path": arrival.path,
            }
            _LOG.info("arrival", extra={"fields": fields})
        waiting = summary(self.view().arrivals(ArrivalOutcome.WAITING))["waiting"]
        self._beat(growing=result.growing, waiting=waiting, error=None)

    def complain(self, error: Exception) -> None:
        """A look that failed; the watch goes on."""
        self.warn(_("暂时无法接收，稍后自动再试：{error}").format(error=error))
        _LOG.error("pass failed", extra={"fields": {"error": type(error).__name__, "what": str(error)}})
        self._beat(error=str(error))

    def _beat(self, **news: Any) -> None:
        told = {**self.state, "at": _now(), **news, "conditions": self.conditions()}
        with suppress(OSError):  # a full disk must not end the watch
            write_whole(self.health, json.dumps(told, ensure_ascii=False).encode() + b"\n")


def run_service(
    intake: Intake,
    *,
    inbox: Path,
    settings: InboxSettings,
    view: Callable[[], View],
    health: Path,
    poll: bool,
    log: Path | None,
    say: Callable[[str], None],
    follow: Callable[[], None] = lambda: None,
    conditions: Callable[[], list[dict[str, Any]]] = list,
    warn: Callable[[str], None] | None = None,
    stops_at: tuple[signal.Signals, ...] = (signal.SIGTERM, signal.SIGINT),
    given_stop: Callable[[Callable[[], None]], None] = lambda _stop: None,
) -> None:
    """Watch until SIGTERM or Ctrl-C.

    Args:
        intake: takes the files.
        inbox: folder to watch.
        settings: waiting times.
        view: the ledger, for the log.
        health: JSON file refreshed at each look; stale means the watcher is dead or stuck.
        poll: look from time to time instead of relying on notices.
        log: structured log, rotated; None for none.
        say: plain lines for the terminal.
        follow: called after each look and every few seconds, e.g. to keep the case tree in line.
        conditions: everything else that can go wrong unseen, written beside the watcher's own state.
        warn: for what went wrong; `say` when not given.
        stops_at: signals that end the watch.
        given_stop: receives the function that ends it, for whoever has another reason.
    """
    handler = open_log(log) if log is not None else None
    teller = _Teller(view=view, health=health, say=say, warn=warn or say, conditions=conditions)
    watch = Watch(
        intake,
        inbox=inbox,
        settings=settings,
        poll=poll,
        on_pass=teller.tell,
        on_error=teller.complain,
        follow=follow,
    )
    _stop_at(stops_at, watch.stop)
    given_stop(watch.stop)
    say(_("正在守候 {inbox}，按 Ctrl-C 停止。").format(inbox=inbox))
    _LOG.info("started", extra={"fields": {"pid": os.getpid(), "poll": poll}})
    started = time.monotonic()
    try:
        watch.run()
    finally:
        _LOG.info("stopped", extra={"fields": {"seconds": round(time.monotonic() - started)}})
        if handler is not None:
            _LOG.removeHandler(handler)
            handler.close()
        with suppress(OSError):
            health.unlink(missing_ok=True)
    say(_("已停止；其余文件留在收件夹，下次接着收。"))


def _stop_at(signals: tuple[signal.Signals, ...], stop: Callable[[], None]) -> None:
    """End the watch at these signals; only the main thread of a process is told of any."""
    if threading.current_thread() is threading.main_thread():
        for each in signals:
            signal.signal(each, lambda _signal, _frame: stop())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
