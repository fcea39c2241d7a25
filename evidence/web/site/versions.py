"""One visit as the desk has it and as a telephone sent it: where they differ, what is chosen; pure.

Both are what the entry form would hold: field name -> values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evidence.forms.tables import Table
from evidence.forms.visit_tables import HAZARDS, ITEMS, PROGRESS, RESULTS
from evidence.web.entry_form import HEADINGS, LISTS, Typed, head_name, row_name

PHOTOS = "照片"
_KEYS = {HAZARDS.name: ("描述", "部位"), PROGRESS.name: ("隐患",), RESULTS.name: ("隐患",)}
"""What two rows have in common that are about the same thing; the first that fits anybody counts."""
_GIVEN = frozenset({"等级", "整改期限", "隐患", "编号"})
"""What the page puts into a row by itself."""
_Row = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing to choose."""

    name: str
    """Of the field; of a row that only one side has `隐患|2`."""
    table: str
    """Empty for the head."""
    row: int = 0
    heading: str = ""
    """Empty for a whole row."""
    desk: tuple[str, ...]
    telephone: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether a row is kept or left out as it is."""
        return not self.heading


def on_rows_of(kind: str, telephone: Typed, desk: Typed) -> dict[str, str]:
    """Row of the telephone (`隐患|2`) -> the desk's row about the same thing, or one behind all of them.

    Rows are paired by what they are about, never by their place: either side may have taken one out.
    """
    found: dict[str, str] = {}
    for table in LISTS[kind]:
        mine, theirs = _rows(table, telephone), _rows(table, desk)
        free = max((*theirs, -1)) + 1
        paired = {row: row for row in mine} if table is ITEMS else _paired(table, mine, theirs)
        for row in mine:
            place = paired.get(row)
            if place is None:
                place, free = free, free + 1
            found[f"{table.name}|{row}"] = f"{table.name}|{place}"
    return found


def moved(values: Mapping[str, Sequence[str]], rows: Mapping[str, str]) -> dict[str, list[str]]:
    """The fields under the rows that `on_rows_of` gives; of a list only those with a row."""
    made = {}
    for name, said in values.items():
        row, _, heading = name.rpartition("|")
        if "|" not in row:
            made[name] = [*said]
        elif row in rows:
            made[f"{rows[row]}|{heading}"] = [*said]
    return made


def differences(kind: str, telephone: Typed, desk: Typed) -> tuple[Difference, ...]:
    """Everything that is not the same on both sides, in the order of the form.

    Args:
        telephone: on the desk's rows already; photographs stand in it as the digests they are.
    """
    head = [
        Difference(name=head_name(heading), table="", heading=heading, desk=old, telephone=new)
        for heading in HEADINGS[kind]
        if (old := _said(desk, head_name(heading))) != (new := _said(telephone, head_name(heading)))
    ]
    return (*head, *(each for table in LISTS[kind] for each in _in_list(table, telephone, desk)))


def chosen(
    found: Sequence[Difference], telephone: Typed, desk: Typed, taken: Mapping[str, bool]
) -> dict[str, list[str]]:
    """The desk's version with what was chosen of the telephone's.

    Args:
        taken: name of a difference -> whether the telephone's side is to stand.
    """
    made = {name: [*values] for name, values in desk.items()}
    for each in found:
        if not taken[each.name]:
            continue
        names = (
            [name for name in {**desk, **telephone} if name.startswith(f"{each.name}|")]
            if each.whole
            else [each.name]
        )
        for name in names:
            made.pop(name, None)
            if telephone.get(name):
                made[name] = [*telephone[name]]
    return made


def _in_list(table: Table, telephone: Typed, desk: Typed) -> Iterator[Difference]:
    mine, theirs = _rows(table, telephone), _rows(table, desk)
    for row in sorted({*mine, *theirs}):
        new, old = mine.get(row), theirs.get(row)
        if table is not ITEMS and (new is None or old is None):
            desk_row, its_row = _all(table, old), _all(table, new)
            name = f"{table.name}|{row}"
            yield Difference(name=name, table=table.name, row=row, desk=desk_row, telephone=its_row)
            continue
        for column in table.columns:
            name = row_name(table.name, row, column.heading)
            before, after = _said(desk, name), _said(telephone, name)
            if before != after and column.heading not in {"编号", "隐患"}:
                yield Difference(
                    name=name, table=table.name, row=row, heading=column.heading, desk=before, telephone=after
                )


def _rows(table: Table, typed: Typed) -> dict[int, _Row]:
    """Rows that say anything of their own."""
    rows: dict[int, _Row] = {}
    for name in typed:
        parts = name.split("|")
        if len(parts) == 3 and parts[0] == table.name and parts[1].isdecimal() and _said(typed, name):
            rows.setdefault(int(parts[1]), {})[parts[2]] = _said(typed, name)
    return {row: rows[row] for row in sorted(rows) if rows[row].keys() - _GIVEN}


def _paired(table: Table, mine: Mapping[int, _Row], theirs: Mapping[int, _Row]) -> dict[int, int]:
    """Row -> the other side's row about the same thing; what says most is looked for in all rows first."""
    found: dict[int, int] = {}
    left = dict(theirs)
    for heading in _KEYS.get(table.name, ("对象",)):
        for row, values in mine.items():
            if row in found or not values.get(heading):
                continue
            for place, other in left.items():
                if values[heading] == other.get(heading):
                    found[row] = place
                    del left[place]
                    break
    return found


def _said(typed: Typed, name: str) -> tuple[str, ...]:
    return tuple(sorted(each.strip() for each in typed.get(name, ()) if each.strip()))


def _all(table: Table, row: _Row | None) -> tuple[str, ...]:
    """What a whole row says, each with its heading; its photographs as the digests they are are left out."""
    if row is None:
        return ()
    unsaid = {PHOTOS, "编号"}
    headings = [each.heading for each in table.columns if each.heading in row and each.heading not in unsaid]
    return tuple(f"{heading}：{'、'.join(row[heading])}" for heading in headings)
