"""JSON passed on unread: the fold looks at a few members of a payload and keeps the rest as text.

Wherever a value may be unread it is a plain JSON value, a `Raw` text, or a `Later`: a part of a text, taken
out when asked for. Reading a million lines whole costs more time, and most of all memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar

import msgspec
from msgspec import Raw

from evidence.errors import LedgerDamagedError
from evidence.language import _
from evidence.ledger.rows import Row

T = TypeVar("T")
Later = partial
"""Called without arguments it gives the plain value."""


class UnreadRows:
    """`Rows` for a long stretch of journal; what it changed stands in `tables`, bodies possibly unread."""

    def __init__(self, before: dict[str, dict[str, Row]]) -> None:
        self.tables: dict[str, dict[str, Row]] = {}
        self._before = before

    def get(self, table: str, key: str) -> Row | None:
        """The row, or None; its body may be unread."""
        rows = self.tables.get(table)
        if rows is None:
            rows = self._before.get(table)
        return None if rows is None else rows.get(key)

    def put(self, table: str, key: str, row: Row) -> None:
        """Add or replace a row."""
        rows = self.tables.get(table)
        if rows is None:
            rows = self.tables[table] = {**self._before[table]} if table in self._before else {}
        rows[key] = row

    def drop(self, table: str, key: str) -> None:
        """Remove a row if it is there."""
        rows = self.tables.get(table)
        if rows is not None:
            rows.pop(key, None)
        elif table in self._before and key in self._before[table]:
            self.tables[table] = {**self._before[table]}
            del self.tables[table][key]

    def items(self, table: str) -> Iterable[tuple[str, Row]]:
        """All rows of a table."""
        rows = self.tables.get(table)
        return tuple((self._before.get(table, {}) if rows is None else rows).items())


def text_of(rows: dict[str, Row]) -> bytes:
    """A table in JSON, whether read or not."""
    return msgspec.json.encode(rows, enc_hook=read)


def read_rows(rows: dict[str, Row]) -> dict[str, Row]:
    """The same rows, plain.

    Raises:
        LedgerDamagedError: a number beyond every range, the one thing that skipping it does not notice.
    """
    try:
        plain: dict[str, Row] = msgspec.json.decode(text_of(rows))
    except msgspec.MsgspecError as error:
        lines = [row["seq"] + 1 for row in rows.values()]
        raise LedgerDamagedError(
            _("账目无法读懂：{why}。").format(why=error),
            where=_("journal.jsonl 第 {first} 至 {last} 行之间").format(first=min(lines), last=max(lines)),
            remedy=_("请用 evidence ledger verify 查出是哪一行，再从备份恢复（evidence restore）。"),
        ) from error
    return plain


def read(value: Any) -> Any:
    """The plain value."""
    if type(value) is Raw:
        return msgspec.json.decode(value)
    return value() if type(value) is Later else value


def member(value: Any, name: str) -> Any:
    """A member of an object, unread if the object is."""
    return Later(_member, value, name) if type(value) is Raw else value[name]


def pages_of(value: Any, number: str) -> Any:
    """The pages of one document in the payload of an `arrival.judged`, unread if the payload is."""
    return Later(_pages, value, number) if type(value) is Raw else _pages(value, number)


def looking_at(shape: type[T]) -> Callable[[Any], T]:
    """A function that reads of an object only what `shape` names.

    It raises `msgspec.MsgspecError` when these members are missing or something else.
    """
    decode = msgspec.json.Decoder(shape).decode
    convert = msgspec.convert

    def look(value: Any) -> T:
        return decode(value) if type(value) is Raw else convert(value, shape)

    return look


def _member(text: Raw, name: str) -> Any:
    return msgspec.json.decode(text)[name]


def _pages(judged: Any, number: str) -> list[Any]:
    return [page for page in read(judged)["pages"] if page["number"] == number]
