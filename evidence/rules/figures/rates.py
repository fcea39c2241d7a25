"""整改率: hazards counted by month, class, checklist item, inspector and street."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from evidence.rules.figures.hazards import HazardLine

UNNAMED = "未登记"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """One row of a table of rates."""

    label: str
    hazards: int
    rectified: int
    overdue: int
    """Open past the deadline in force; a recheck may have moved it."""
    major: int

    @property
    def permille(self) -> int | None:
        """Rectified ones in thousandths, rounded down; None of nothing."""
        return self.rectified * 1000 // self.hazards if self.hazards else None

    @property
    def percent(self) -> str:
        """`86.6%`, a dash of nothing: no hazard is no rate of a hundred."""
        return "—" if self.permille is None else f"{self.permille // 10}.{self.permille % 10}%"


def rate(label: str, lines: Iterable[HazardLine]) -> Rate:
    """Hazards of one group counted together."""
    known = tuple(lines)
    return Rate(
        label=label,
        hazards=len(known),
        rectified=sum(not one.open for one in known),
        overdue=sum(one.overdue for one in known),
        major=sum(one.major for one in known),
    )


def rates(
    lines: Iterable[HazardLine], labels: Callable[[HazardLine], Iterable[str]], *, by_label: bool = False
) -> tuple[Rate, ...]:
    """One row for each label, the one with most hazards first.

    A hazard counts once under each of its labels: of two inspectors, of two classes.

    Args:
        by_label: in order of the label instead.
    """
    groups: dict[str, list[HazardLine]] = {}
    for line in lines:
        for label in dict.fromkeys(labels(line)) or (UNNAMED,):
            groups.setdefault(label or UNNAMED, []).append(line)
    counted = [rate(label, group) for label, group in groups.items()]
    return tuple(sorted(counted, key=lambda one: (0 if by_label else -one.hazards, one.label)))


def by_month(lines: Iterable[HazardLine]) -> tuple[Rate, ...]:
    """By the month of finding, oldest first."""
    return rates(lines, lambda one: (f"{one.found_on:%Y-%m}",), by_label=True)


def by_class(lines: Iterable[HazardLine]) -> tuple[Rate, ...]:
    """By the enterprise's class (附件一)."""
    return rates(lines, lambda one: one.classes)


def by_inspector(lines: Iterable[HazardLine]) -> tuple[Rate, ...]:
    """By everybody who found it."""
    return rates(lines, lambda one: one.inspectors)


def by_street(lines: Iterable[HazardLine]) -> tuple[Rate, ...]:
    """By the enterprise's street or town."""
    return rates(lines, lambda one: (one.street,))


def by_item(lines: Iterable[HazardLine], titles: dict[int, str]) -> tuple[Rate, ...]:
    """By checklist item, named by the form's own titles."""

    def label(line: HazardLine) -> tuple[str, ...]:
        if line.item is None:
            return ()
        return (f"{line.item}. {titles[line.item]}" if line.item in titles else f"第{line.item}项",)

    return rates(lines, label)
