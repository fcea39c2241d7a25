"""Nobody decides about a visit that he took part in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from evidence.domain.case import Visit
    from evidence.ledger.view import View


def took_part(view: View, visits: Iterable[Visit], by: str) -> bool:
    """Whether somebody, named by id or by name, was an inspector or a supervisor of one of the visits."""
    ids = {person for visit in visits for person in (*visit.experts, *visit.supervisors)}
    return by in ids | {each.name for each in view.people() if each.id in ids}
