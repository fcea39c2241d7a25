"""What the two sides of a bounded call say to each other."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

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
MACHINE = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE, errno.ENFILE, errno.ESTALE}
    | {errno.EACCES, errno.EPERM, errno.ENOENT}
)
"""Failures of the machine: never a verdict about a file."""


def trouble_of(error: BaseException) -> Trouble | None:
    """The machine's failure, when it is one; decoders raise errors of the same class without a number."""
    if not isinstance(error, OSError) or error.errno not in MACHINE:
        return None
    return Trouble(error.errno or 0, error.strerror or "", str(error.filename or ""))


def packed(value: object) -> bytes:
    """A value as the bytes of a message; a path travels as the system's own bytes of its name."""
    return msgspec.msgpack.encode(value, enc_hook=_path_out)


def unpacked(data: bytes, kind: Any) -> Any:
    """The value again, of declared type."""
    return msgspec.msgpack.decode(data, type=kind, dec_hook=_path_in)


def _path_out(value: object) -> bytes:
    if isinstance(value, Path):
        return os.fsencode(value)
    raise NotImplementedError


def _path_in(kind: type, value: object) -> object:
    if issubclass(kind, Path) and isinstance(value, bytes):
        return Path(os.fsdecode(value))
    raise NotImplementedError
