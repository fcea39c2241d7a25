"""One line of the worklist, and a list of them of which each stays packed until it is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import compress
from typing import Any, Self, overload

import msgspec

from evidence.web.deeds import Deed


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One deed for one enterprise."""

    key: str
    deed: Deed
    phrase: str
    """What to do; may hold the names of `terms` in braces when there are any."""
    terms: tuple[tuple[str, str], ...] = ()
    name: str
    """Short name of the enterprise; empty for the office's own."""
    enterprise: str = ""
    case: str = ""
    who: str
    due: date | None = None
    overdue: bool = False
    blocking: bool = False
    """Something folded inside keeps the package from being complete."""
    failed: bool = False
    """Something folded inside is missing or wrong."""
    doubtful: bool = False
    """Something folded inside asks for a look."""
    document: str = ""
    visit: str = ""
    arrival: str = ""
    entry: str = ""
    """Kind of record the entry form opens with: `督促`."""
    campaign: str = ""
    major: bool = False
    messages: tuple[str, ...] = ()
    """What the line cures, each said once."""

    @property
    def words(self) -> str:
        """What to do, in the words of the trade."""
        return self.phrase.format(**dict(self.terms)) if self.terms else self.phrase


_PACK = msgspec.msgpack.Encoder().encode
_UNPACK = msgspec.msgpack.Decoder(Line).decode


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines(Sequence[Line]):
    """Lines in their order; what lists are chosen by lies open, the rest of a line is packed.

    An office may have some ten thousand of which a page shows fifty: held as objects they would cost every
    look for garbage a third of a second, and as much to take them from the process that folded them.
    """

    keys: tuple[str, ...] = ()
    who: tuple[str, ...] = ()
    major: tuple[bool, ...] = ()
    packed: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, lines: Iterable[Line]) -> Self:
        """Pack lines."""
        held = [*lines]
        return cls(
            keys=tuple(each.key for each in held),
            who=tuple(each.who for each in held),
            major=tuple(each.major for each in held),
            packed=tuple(_PACK(each) for each in held),
        )

    def __len__(self) -> int:
        return len(self.packed)

    def __iter__(self) -> Iterator[Line]:
        return map(_UNPACK, self.packed)

    @overload
    def __getitem__(self, place: int) -> Line: ...

    @overload
    def __getitem__(self, place: slice) -> Self: ...

    def __getitem__(self, place: int | slice) -> Line | Self:
        if isinstance(place, int):
            return _UNPACK(self.packed[place])
        return type(self)(
            keys=self.keys[place], who=self.who[place], major=self.major[place], packed=self.packed[place]
        )

    def only(self, wanted: Sequence[bool]) -> Self:
        """Those for which it says so, place by place."""
        return type(self)(
            keys=tuple(compress(self.keys, wanted)),
            who=tuple(compress(self.who, wanted)),
            major=tuple(compress(self.major, wanted)),
            packed=tuple(compress(self.packed, wanted)),
        )

    def joined(self, other: Self, places: Sequence[int]) -> Self:
        """These with others put in, each before the line that stands at its place here; places ascend."""
        return type(self)(
            keys=_joined(self.keys, other.keys, places),
            who=_joined(self.who, other.who, places),
            major=_joined(self.major, other.major, places),
            packed=_joined(self.packed, other.packed, places),
        )

    def place_of(self, key: str) -> int | None:
        """Where the line with this key stands."""
        return self.keys.index(key) if key in self.keys else None


def _joined(held: tuple[Any, ...], more: tuple[Any, ...], places: Sequence[int]) -> tuple[Any, ...]:
    whole: list[Any] = []
    done = 0
    for each, place in zip(more, places, strict=True):
        whole += held[done:place]
        whole.append(each)
        done = place
    return (*whole, *held[done:])
