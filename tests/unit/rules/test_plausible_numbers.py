"""Numbers no contract can mean are named with their place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from evidence.rules.parameters import Parameters
from evidence.rules.plausible_numbers import impossible


@dataclass(frozen=True)
class _Part:
    seconds: float = 5
    kind: type = Parameters
    switched: bool = True


PARAMETERS = Parameters()


@dataclass(frozen=True)
class _Settings:
    part: _Part = _Part()
    parts: tuple[_Part, ...] = ()
    rules: Parameters = PARAMETERS


@pytest.mark.parametrize(
    ("settings", "places"),
    [
        (_Settings(), []),
        (_Settings(part=_Part(seconds=0)), []),
        (_Settings(part=_Part(seconds=-1)), ["part.seconds"]),
        (_Settings(rules=replace(PARAMETERS, recheck_days=-1)), ["rules.recheck_days"]),
    ],
    ids=["as they come", "zero", "below zero in a part", "below zero in the contract's"],
)
def test_a_number_below_zero_is_named_wherever_it_stands(settings: Any, places: list[str]) -> None:
    assert [place for place, _fault in impossible(settings)][:1] == places
