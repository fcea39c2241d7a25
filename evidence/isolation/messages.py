"""What the two sides of a bounded call say to each other."""

from __future__ import annotations

import msgspec

from evidence.isolation.limits import Bounds


class Call(msgspec.Struct, tag=True):
    """Run this function with this argument."""

    function: str
    """`module:name` of a function of one annotated argument."""
    argument: bytes
    """msgpack of the argument, decoded into the function's own annotation."""
    bounds: Bounds
    language: str
    """In which people are spoken to."""


class Answer(msgspec.Struct, tag=True):
    """It returned."""

    value: bytes


class Refused(msgspec.Struct, tag=True):
    """The file cannot be read, in words for people."""

    reason: str
    """A reason of the interface; empty when only a person's own file is concerned."""
    what: str
    where: str
    remedy: str


class Trouble(msgspec.Struct, tag=True):
    """The machine failed, not the file."""

    number: int
    """errno"""
    words: str
    path: str


FromChild = Answer | Refused | Trouble
