"""Tables people write (TOML, YAML) become dataclasses; a key nobody knows is refused with its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def convert_table(table: Any, kind: type[T]) -> T:
    """A table as `kind`.

    Raises:
        msgspec.ValidationError: a value of the wrong kind or an unknown key; the text names its path.
    """
    result = msgspec.convert(table, kind)
    for path in _unknown(table, msgspec.to_builtins(result, enc_hook=str), "$"):
        raise msgspec.ValidationError(f"Unknown key - at `{path}`")
    return result


def _unknown(given: Any, understood: Any, path: str) -> Iterator[str]:
    """Paths of keys that were given but left no trace."""
    if isinstance(given, dict) and isinstance(understood, dict):
        for key, value in given.items():
            if key not in understood:
                yield f"{path}.{key}"
            else:
                yield from _unknown(value, understood[key], f"{path}.{key}")
    elif isinstance(given, list | tuple) and isinstance(understood, list | tuple):
        for index, (value, known) in enumerate(zip(given, understood, strict=False)):
            yield from _unknown(value, known, f"{path}[{index}]")
