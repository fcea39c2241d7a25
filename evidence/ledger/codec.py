"""Events to journal lines and back, schema versions included.

A kind's payload only grows by optional fields; a payload of another shape is a new version of the
kind, and `UPGRADES` turns an old one into its successor, so that journals of years ago stay readable.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from evidence.errors import LedgerDamagedError
from evidence.language import _
from evidence.ledger.events import EVENT_TYPES, Event
from evidence.ledger.unread import read

Payload = dict[str, Any]
UPGRADES: dict[str, Callable[[Payload], tuple[str, Payload]]] = {}
"""Superseded kind, e.g. `visit.recorded/1` -> function giving the next version's kind and payload."""


class Line(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the fold needs of a journal line. A msgspec struct because a million are decoded in a row."""

    seq: int
    at: str
    """Instant of the append as the writer's clock said it, ISO 8601 in UTC."""
    kind: str
    payload: Any
    """A JSON object, read or unread (`unread`)."""


class _ReadLine(Line, frozen=True, kw_only=True, gc=False):
    payload: Payload


class _UnreadLine(Line, frozen=True, kw_only=True, gc=False):
    payload: msgspec.Raw


class Entry(Line, frozen=True, kw_only=True, gc=False):
    """One journal line, read."""

    payload: Payload
    actor: str
    """Account or program that acted, e.g. `clerk:lihua`, `watch`."""
    digest: str

    @property
    def instant(self) -> datetime:
        """`at`, aware UTC."""
        return datetime.fromisoformat(self.at)

    @property
    def event(self) -> Event:
        """The payload as its class.

        Raises:
            LedgerDamagedError: unknown kind, or a payload that does not fit it.
        """
        return event_of(self.kind, self.payload, self.seq)


_decoder = msgspec.json.Decoder(Entry)
_read_lines = msgspec.json.Decoder(_ReadLine)
_unread_lines = msgspec.json.Decoder(_UnreadLine)
_L = TypeVar("_L", bound=Line)


def payload_of(event: Event) -> Payload:
    """The event's payload as plain JSON values."""
    payload: Payload = msgspec.to_builtins(event)
    return payload


def instant_text(instant: datetime) -> str:
    """ISO 8601 in UTC with `Z`.

    Raises:
        ValueError: the instant is naive.
    """
    if instant.tzinfo is None:
        raise ValueError("the journal knows aware instants only")
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_line(line: bytes, seq: int) -> Entry:
    """The entry behind a line that the chain has already vouched for.

    Raises:
        LedgerDamagedError: not JSON of a journal line; `where` names it.
    """
    try:
        entry = _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise _unreadable(seq, str(error)) from error
    return _upgraded(entry)


def read_block(block: bytes, first: int) -> Sequence[Line]:
    """What whole lines, each with its newline, say to the fold; quicker than one by one.

    Args:
        block: the lines.
        first: 0-based position of the first of them.

    Raises:
        LedgerDamagedError: one of them is no journal line; `where` names it.
    """
    lines = block.count(b"\n")
    try:
        found = _read_lines.decode_lines(block)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        found = []
    if len(found) != lines:
        return [read_line(line, seq) for seq, line in enumerate(block[:-1].split(b"\n"), first)]
    return list(map(_upgraded, found)) if UPGRADES else found


def skim_block(block: bytes) -> Sequence[Line]:
    """The same with their payloads unread, for lines that somebody else reads whole.

    Raises:
        msgspec.MsgspecError: one of them is no journal line.
    """
    found = _unread_lines.decode_lines(block)
    return list(map(_upgraded, found)) if UPGRADES else found


def _upgraded(entry: _L) -> _L:
    while entry.kind in UPGRADES:
        kind, payload = UPGRADES[entry.kind](read(entry.payload))
        entry = msgspec.structs.replace(entry, kind=kind, payload=payload)
    return entry


def event_of(kind: str, payload: Payload, seq: int) -> Event:
    """The payload as its class.

    Raises:
        LedgerDamagedError: unknown kind, or a payload that does not fit it.
    """
    event_type = EVENT_TYPES.get(kind)
    if event_type is None:
        raise _unreadable(seq, _("不认识的账目种类 {kind}，可能由更新版本的程序写入").format(kind=kind))
    try:
        return msgspec.convert(payload, event_type)
    except msgspec.ValidationError as error:
        raise _unreadable(seq, str(error)) from error


def _unreadable(seq: int, why: str) -> LedgerDamagedError:
    return LedgerDamagedError(
        _("账本第 {line} 行无法读懂：{why}。").format(line=seq + 1, why=why),
        where=_("journal.jsonl 第 {line} 行").format(line=seq + 1),
        remedy=_("请先确认程序版本不低于写入账本的版本；仍不行则从备份恢复（evidence restore）。"),
    )
