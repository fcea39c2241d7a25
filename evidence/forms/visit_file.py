"""Reads what a person entered about one visit, rectification report or report upwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evidence.archive.originals import Originals
from evidence.domain.case import (
    Case,
    Escalation,
    RectificationReport,
    Visit,
)
from evidence.forms.device_report import NOTHING, DeviceReport
from evidence.forms.plausible import ITEMS, Plausible
from evidence.forms.tables import Mistakes
from evidence.forms.visit_facts import FactReader, TakenFields
from evidence.forms.visit_sheets import read_visit_tables
from evidence.forms.visit_tables import ESCALATION, REPORT
from evidence.ledger.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """One file, read and checked; exactly one of the three is set. Photographs are stored already."""

    visit: Visit | None = None
    report: RectificationReport | None = None
    escalation: Escalation | None = None
    warnings: tuple[str, ...] = ()


def read_visit_file(
    path: Path,
    *,
    case: Case,
    view: View,
    originals: Originals,
    bounds: Plausible | None = None,
    admit: Callable[[Path], object] = lambda _path: None,
    device: DeviceReport = NOTHING,
) -> Entered:
    """Read a workbook or YAML file about one case.

    Ids and versions are provisional (`…-V0`, version 1); `visit_entry` settles them.

    Raises:
        InputError: anything wrong, all mistakes at once with sheet and cell; nothing is stored then.
    """
    mistakes = Mistakes(path)
    head, lists = read_visit_tables(path, mistakes)
    reader = FactReader(
        path,
        case,
        view,
        originals,
        mistakes,
        TakenFields(head),
        lists,
        admit=admit,
        device=device,
        items=bounds.items if bounds else ITEMS,
    )
    kind = head["类型"]
    if kind == REPORT:
        build: Any = reader.report
    elif kind == ESCALATION:
        build = reader.escalation
    else:
        build = reader.visit
    made = build(kind) if kind else None
    if kind:
        reader.refuse_dropped(kind)
    if bounds is not None and not mistakes.errors:
        reader.refuse_impossible(made, bounds)
    mistakes.stop_if_any()
    # only a file without mistakes leaves anything behind
    for photo in reader.photos.values():
        originals.put_file(photo)
    settled = reader.settle(made, originals.put_file(path).sha256)
    return Entered(
        visit=settled if isinstance(settled, Visit) else None,
        report=settled if isinstance(settled, RectificationReport) else None,
        escalation=settled if isinstance(settled, Escalation) else None,
        warnings=tuple(mistakes.warnings),
    )
