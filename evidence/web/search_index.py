"""Everything a person may look for, in one index of SQLite's own full-text search (trigrams).

The index lives in memory and is made from the ledger's view; when the ledger has moved, only what
changed is written anew.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from threading import Lock

from evidence.web.lists.listing import folded

SHOWN = 60
_SORTED = 1_000
"""Hits the shortest are chosen from; a word that has more says little, and the next letter is on its way."""
_TYPO_FROM = 4
"""Shorter words are not forgiven a letter: nearly everything would fit."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing to be found."""

    kind: str
    """What it is, in words."""
    title: str
    detail: str
    address: str
    words: str
    """What it is found by, folded."""
    latin: str = ""
    """The same typed in Latin letters: initials and pinyin, by spaces."""


class SearchIndex:
    """Finds entries by any part of their words, by pinyin, and with one letter wrong."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._state = ""
        self._updating = False
        self._rows: dict[Entry, int] = {}
        self._base = sqlite3.connect(":memory:", check_same_thread=False)
        self._base.execute(
            "CREATE VIRTUAL TABLE found USING fts5("
            "kind UNINDEXED, title UNINDEXED, detail UNINDEXED, address UNINDEXED, words, latin, "
            "tokenize='trigram')"
        )

    @property
    def state(self) -> str:
        """The ledger's head that is indexed."""
        return self._state

    def __len__(self) -> int:
        return len(self._rows)

    def begin(self) -> bool:
        """Whether the caller is the one who brings it up to date now."""
        with self._lock:
            free, self._updating = not self._updating, True
        return free

    def end(self) -> None:
        """Whoever brought it up to date is done."""
        with self._lock:
            self._updating = False

    def update(self, state: str, entries: Iterable[Entry]) -> None:
        """Hold exactly these entries."""
        wanted = dict.fromkeys(entries)
        with self._lock, self._base:
            left = [each for each in self._rows if each not in wanted]
            gone = [(self._rows.pop(each),) for each in left]
            self._base.executemany("DELETE FROM found WHERE rowid = ?", gone)
            next_row = max(self._rows.values(), default=0)
            new = []
            for entry in wanted:
                if entry not in self._rows:
                    next_row += 1
                    self._rows[entry] = next_row
                    new.append(
                        (
                            next_row,
                            entry.kind,
                            entry.title,
                            entry.detail,
                            entry.address,
                            entry.words,
                            entry.latin,
                        )
                    )
            self._base.executemany(
                "INSERT INTO found(rowid, kind, title, detail, address, words, latin) VALUES (?,?,?,?,?,?,?)",
                new,
            )
            self._state = state

    def find(self, wanted: str, limit: int = SHOWN) -> tuple[list[Entry], bool]:
        """What fits, and whether one letter had to be forgiven for it."""
        plain = folded(wanted)
        if not plain:
            return [], False
        with self._lock:
            exact = self._exact(plain, limit)
            if exact or len(plain) < _TYPO_FROM:
                return exact, False
            return self._nearly(plain, limit), True

    def _exact(self, plain: str, limit: int) -> list[Entry]:
        part = _like(plain)
        if len(plain) >= 3:
            quoted = '"' + plain.replace('"', '""') + '"'
            rows = self._base.execute(
                "SELECT kind, title, detail, address, words, latin FROM found WHERE rowid IN "
                "(SELECT rowid FROM found WHERE found MATCH ? LIMIT ?) ORDER BY length(words) LIMIT ?",
                (quoted, _SORTED, limit),
            )
        else:
            rows = self._base.execute(
                "SELECT kind, title, detail, address, words, latin FROM found "
                "WHERE words LIKE ? ESCAPE '\\' OR latin LIKE ? ESCAPE '\\' LIMIT ?",
                (part, part, limit),
            )
        return [Entry(*row) for row in rows]

    def _nearly(self, plain: str, limit: int) -> list[Entry]:
        """One wrong, missing or needless letter leaves one half of the word as it is."""
        half = len(plain) // 2
        left, right = _like(plain[:half]), _like(plain[half:])
        columns = ("words", "latin") if plain.isascii() else ("words",)
        tests = " OR ".join(f"{column} LIKE ? ESCAPE '\\'" for column in columns for _half in (1, 2))
        rows = self._base.execute(
            f"SELECT kind, title, detail, address, words, latin FROM found WHERE {tests}",  # noqa: S608
            [each for _column in columns for each in (left, right)],
        )
        near = _one_letter_off(plain)
        found = []
        for row in rows:
            if near.search(row[4]) or near.search(row[5]):
                found.append(Entry(*row))
                if len(found) >= limit:
                    break
        return found


def _like(plain: str) -> str:
    escaped = plain.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _one_letter_off(plain: str) -> re.Pattern[str]:
    """Matches the word with one letter replaced, left out, added, or two neighbours exchanged."""
    ways = []
    for place in range(len(plain)):
        before, letter, after = plain[:place], plain[place], plain[place + 1 :]
        ways.append(re.escape(before) + "." + re.escape(after))
        ways.append(re.escape(before + after))
        if place:
            ways.append(re.escape(before) + "." + re.escape(letter + after))
        if after:
            ways.append(re.escape(before + after[0] + letter + after[1:]))
    return re.compile("|".join(dict.fromkeys(ways)))
