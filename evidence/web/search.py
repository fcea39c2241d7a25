"""Find a case by company, number or the initials of its pinyin; pure but for the index it is given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from evidence.domain.case import Case
from evidence.domain.identifiers import CaseId
from evidence.domain.parties import Enterprise
from evidence.ledger.view import View
from evidence.web.readings import all_initials, all_pinyin

SHOWN = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One case that fits."""

    case: Case
    enterprise: Enterprise | None

    @property
    def name(self) -> str:
        """The enterprise as people call it."""
        return "" if self.enterprise is None else self.enterprise.name


def fits(enterprise: Enterprise, wanted: str) -> bool:
    """Whether an enterprise answers to what was typed."""
    plain = wanted.lower().replace(" ", "")
    names = (enterprise.name, enterprise.short_name, enterprise.credit_code)
    return any(plain in name.lower() for name in names) or (
        plain.isascii()
        and any(plain in latin for name in names[:2] for latin in (*all_initials(name), *all_pinyin(name)))
    )


def find_cases(view: View, wanted: str, limit: int = SHOWN) -> list[Hit]:
    """Cases whose number or enterprise fits, newest first; the newest of all for empty text."""
    wanted = wanted.strip()
    ids = islice(_fitting(view, wanted) if wanted else view.newest_cases(), limit)
    cases = [case for id in ids if (case := view.case(id)) is not None]
    return [Hit(case=case, enterprise=view.enterprise(case.enterprise)) for case in cases]


def _fitting(view: View, wanted: str) -> Iterator[CaseId]:
    number = wanted.upper().replace(" ", "")
    # A form number names its case by its first ten characters.
    whole = CaseId(number[:10]) if len(number) > 10 else None
    of_enterprise = {
        case.id
        for enterprise in view.enterprises()
        if fits(enterprise, wanted)
        for case in view.cases(enterprise.id)
    }
    return (id for id in view.newest_cases() if number in id or id == whole or id in of_enterprise)
