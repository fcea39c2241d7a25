"""Two SARIF logs compared result by result: whole, a large week's take half a gigabyte each when decoded."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

import msgspec

_OF_THE_PACKAGE = "artifacts"
"""What depends on where a package keeps its files, as each result's locations do."""
_PLACES = "locations"
_Members = dict[str, msgspec.Raw]


def log_head(log: bytes) -> dict[str, Any]:
    """The only run without its results.

    Raises:
        ValueError, KeyError, msgspec.MsgspecError: it is no log of one run.
    """
    return {key: msgspec.json.decode(raw) for key, raw in _run(log).items() if key != "results"}


def results_of(log: bytes) -> Iterator[dict[str, Any]]:
    """The results of the only run, one decoded at a time.

    Raises:
        ValueError, KeyError, msgspec.MsgspecError: it is no log of one run.
    """
    for raw in msgspec.json.decode(_run(log)["results"], type=list[msgspec.Raw]):
        yield msgspec.json.decode(raw, type=dict[str, Any])


def same_without_places(stated: bytes, again: bytes) -> bool:
    """Whether two logs say the same, wherever their packages keep the files: what the findings decide.

    Raises:
        ValueError, KeyError, msgspec.MsgspecError: one of them is no log of one run.
    """
    if _around(stated) != _around(again):
        return False
    heads = [{**log_head(log), _OF_THE_PACKAGE: []} for log in (stated, again)]
    pairs = zip_longest(results_of(stated), results_of(again))
    return heads[0] == heads[1] and all(_finding(one) == _finding(other) for one, other in pairs)


def _around(log: bytes) -> dict[str, Any]:
    members = msgspec.json.decode(log, type=_Members)
    return {key: msgspec.json.decode(raw) for key, raw in members.items() if key != "runs"}


def _run(log: bytes) -> _Members:
    (run,) = msgspec.json.decode(msgspec.json.decode(log, type=_Members)["runs"], type=list[_Members])
    return run


def _finding(result: dict[str, Any] | None) -> dict[str, Any] | None:
    return result and {key: value for key, value in result.items() if key != _PLACES}
