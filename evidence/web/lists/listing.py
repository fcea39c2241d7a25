"""What every list of the desk does with its rows: search, filter, sort, cut into pages; pure.

A list declares its columns. Only the columns that are asked about are reckoned for every row, the others
for the rows of the page that is shown: a list of 50,000 enterprises costs what one page of it costs.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

Value = str | int | date | tuple[str, ...] | None
_IDENTIFIER = re.compile(r"[A-Za-z0-9.-]{1,24}")
_PROSE = 16
"""Characters from which a value is given a wide column."""
PAGE_ROWS = 50


class Filter(StrEnum):
    """How a column is narrowed down."""

    NONE = "none"
    CHOICE = "choice"
    TEXT = "text"
    DAYS = "days"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column."""

    key: str
    """Its name in addresses."""
    title: str
    value: Callable[[Any], Value]
    """What a row has here; several words for a tuple."""
    filter: Filter = Filter.NONE
    choices: tuple[str, ...] | None = None
    """Of a choice: all there can be; None takes what the rows have."""
    searched: bool = False
    """Whether the list's search field looks here."""
    optional: bool = False
    """Shown only when asked for."""
    link: Callable[[Any], str] | None = None
    """Address its text leads to; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a person asked of a list."""

    search: str = ""
    sort: str = ""
    downwards: bool = False
    page: int = 1
    columns: tuple[str, ...] = ()
    """Keys of the columns to show, in the list's order; empty for the usual ones."""
    filters: Mapping[str, tuple[str, ...]]
    """Column key -> wanted choices, one text, or first and last day."""

    def address(self, **changes: Any) -> str:
        """The query part of the address that asks this, with changes."""
        asked = replace(self, **changes)
        pairs: list[tuple[str, str]] = []
        if asked.search:
            pairs.append(("q", asked.search))
        if asked.sort:
            pairs.append(("sort", ("-" if asked.downwards else "") + asked.sort))
        pairs += [("show", key) for key in asked.columns]
        for key, wanted in asked.filters.items():
            pairs += [(f"f.{key}", each) for each in wanted]
        if asked.page > 1:
            pairs.append(("page", str(asked.page)))
        return urlencode(pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The rows that fit, in order, and the part of them on this page."""

    columns: tuple[Column, ...]
    rows: Sequence[Any]
    """All that fit."""
    page: int
    pages: int

    @property
    def here(self) -> Sequence[Any]:
        """Rows of this page."""
        first = (self.page - 1) * PAGE_ROWS
        return self.rows[first : first + PAGE_ROWS]


def query_of(sent: Mapping[str, Sequence[str]], columns: Sequence[Column]) -> Query:
    """What an address asks, without what the list does not know."""
    known = {column.key: column for column in columns}
    order = _one(sent, "sort")
    sort = order.removeprefix("-")
    shown = set(sent.get("show", ()))
    filters = {}
    for column in columns:
        wanted = tuple(each.strip()[:200] for each in sent.get(f"f.{column.key}", ()))
        if column.filter is Filter.DAYS:
            wanted = (*wanted, "", "")[:2]
        if column.filter is not Filter.NONE and any(wanted):
            filters[column.key] = wanted
    page = _one(sent, "page")
    return Query(
        search=_one(sent, "q").strip()[:200],
        sort=sort if sort in known else "",
        downwards=order.startswith("-") and sort in known,
        page=int(page[:6]) if page.isascii() and page.isdecimal() else 1,
        columns=tuple(column.key for column in columns if column.key in shown),
        filters=filters,
    )


def _one(sent: Mapping[str, Sequence[str]], key: str) -> str:
    values = sent.get(key, ())
    return values[0] if values else ""


def show(
    rows: Sequence[Any], columns: Sequence[Column], query: Query, texts: list[str] | None = None
) -> Shown:
    """The rows that answer a query.

    Args:
        texts: the searched text of every row, as `texts_of` gives it, for who keeps it between questions.
    """
    found = rows
    by_key = {column.key: column for column in columns}
    if query.search:
        wanted_text = folded(query.search)
        known = texts_of(rows, columns) if texts is None else texts
        found = [row for row, words in zip(rows, known, strict=True) if wanted_text in words]
    for key, wanted in query.filters.items():
        column = by_key[key]
        fits = _fitting(column, wanted)
        found = [row for row in found if fits(column.value(row))]
    if query.sort:
        found = _sorted(found, by_key[query.sort].value, downwards=query.downwards)
    pages = max(1, -(-len(found) // PAGE_ROWS))
    return Shown(
        columns=tuple(
            column
            for column in columns
            if (column.key in query.columns if query.columns else not column.optional)
        ),
        rows=found,
        page=min(max(1, query.page), pages),
        pages=pages,
    )


def texts_of(rows: Sequence[Any], columns: Sequence[Column]) -> list[str]:
    """What the search field looks at in each row, folded."""
    searched = [column.value for column in columns if column.searched]
    return ["\n".join(folded(text(value(row))) for value in searched) for row in rows]


def choices_of(column: Column, rows: Sequence[Any]) -> tuple[str, ...]:
    """What a choice offers."""
    if column.choices is not None:
        return column.choices
    found: set[str] = set()
    for row in rows:
        value = column.value(row)
        found.update(value if isinstance(value, tuple) else (text(value),))
    return tuple(sorted(found - {""}))


def text(value: Value) -> str:
    """A value as people read it."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "、".join(value)
    return value if isinstance(value, str) else value.isoformat() if isinstance(value, date) else str(value)


def cell_class(value: Value) -> str:
    """How a value stands in its column: a day or an identifier `whole` on one line, a sentence as `prose`."""
    if isinstance(value, date) or _IDENTIFIER.fullmatch(text(value)):
        return "whole"
    return "prose" if len(text(value)) > _PROSE else ""


@lru_cache(maxsize=131_072)
def folded(words: str) -> str:
    """Words without what does not tell them apart: width, capitals, spaces."""
    return "".join(unicodedata.normalize("NFKC", words).casefold().split())


def _fitting(column: Column, wanted: tuple[str, ...]) -> Callable[[Value], bool]:
    if column.filter is Filter.DAYS:
        first, last = wanted
        return lambda value: (
            isinstance(value, date)
            and (not first or value.isoformat() >= first)
            and (not last or value.isoformat() <= last)
        )
    if column.filter is Filter.TEXT:
        part = folded(wanted[0])
        return lambda value: part in folded(text(value))
    chosen = frozenset(each for each in wanted if each)
    return lambda value: not chosen.isdisjoint(value) if isinstance(value, tuple) else text(value) in chosen


def _sorted(rows: Sequence[Any], value: Callable[[Any], Value], *, downwards: bool) -> Sequence[Any]:
    """Rows in order of a value; those that have none come last either way."""
    told, empty = [], []
    for row in rows:
        found = value(row)
        if found is None or found == "" or found == ():
            empty.append(row)
        else:
            told.append((found, row))
    told.sort(key=_first, reverse=downwards)
    return [row for _value, row in told] + empty


def _first(pair: tuple[Any, Any]) -> Any:
    return pair[0]
