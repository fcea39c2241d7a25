"""One figure, in the shape that `bench/results.json` publishes."""

from __future__ import annotations

from typing import TypedDict


class Figure(TypedDict):
    """A measured value beside what it is held against."""

    figure: str
    value: float
    unit: str
    peer: str
    """What was measured in the same run for comparison; empty when the target is absolute."""
    peer_value: float | None
    ratio: float | None
    target: str
    met: bool | None
    """None when there is no target."""
    note: str


def figure(
    name: str,
    value: float,
    unit: str,
    *,
    peer: str = "",
    peer_value: float | None = None,
    target: str = "",
    met: bool | None = None,
    note: str = "",
) -> Figure:
    """A figure; its ratio is value / peer value."""
    ratio = round(value / peer_value, 3) if peer_value else None
    return Figure(
        figure=name,
        value=round(value, 4),
        unit=unit,
        peer=peer,
        peer_value=None if peer_value is None else round(peer_value, 4),
        ratio=ratio,
        target=target,
        met=met,
        note=note,
    )
