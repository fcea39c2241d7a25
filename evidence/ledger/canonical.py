"""Canonical JSON (RFC 8785) for data without floats: one value, one sequence of bytes.

Pure standard library: whoever verifies a journal needs nothing else.
"""

from __future__ import annotations

import json
from typing import Any

MAX_INTEGER = 2**53 - 1
"""Largest integer every JSON reader understands alike (RFC 8785, 3.2.2.3 and I-JSON)."""


def encode(value: Any) -> bytes:
    """The canonical bytes of dicts, lists, tuples, strings, integers, booleans and None.

    Raises:
        ValueError: a float, an integer beyond 2**53 - 1, a lone surrogate, a key that is no string,
            or another type.
    """
    ordered = _ordered(value)
    text = json.dumps(ordered, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8")  # a lone surrogate raises UnicodeEncodeError, a ValueError


def _ordered(value: Any) -> Any:
    """The same value, keys in UTF-16 order, refused where JSON readers would disagree."""
    if value is None or isinstance(value, (str, bool)):
        return str(value) if isinstance(value, str) else value
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise ValueError(f"{value} is too large an integer for canonical JSON")
        return int(value)
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise ValueError(f"{key!r} is no JSON key")
        return {key: _ordered(value[key]) for key in sorted(value, key=_utf16)}
    if isinstance(value, (list, tuple)):
        return [_ordered(item) for item in value]
    raise ValueError(f"canonical JSON has no place for {type(value).__name__} {value!r}")


def _utf16(key: str) -> bytes:
    return key.encode("utf-16-be", "surrogatepass")  # big-endian code units compare as RFC 8785 orders
