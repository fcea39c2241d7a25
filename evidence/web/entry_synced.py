"""A blank paper that is back and a visit that was entered before it: nobody types the visit again; pure."""

from __future__ import annotations

from evidence.domain.case import Case, Visit, in_force
from evidence.domain.week import local_date
from evidence.ledger.view import View
from evidence.web.entry_form import KIND_WORDS
from evidence.web.entry_paper import chosen_paper, papers_of, waits


def visit_of_paper(view: View, case: Case, kind: str, wanted: str) -> Visit | None:
    """The visit that a telephone handed over and that the paper filled in by hand records as well.

    It is the last one of the kind without a record of its own, and not from before the paper was issued.

    Args:
        kind: 检查, 复查 …
        wanted: number of the paper; empty for the one that waits.
    """
    paper = chosen_paper(papers_of(view, case, kind), wanted)
    if paper is None or not waits(paper):
        return None
    recorded = {each.visit for each in view.documents(case.id) if not each.form.voided_why}
    since = local_date(paper.form.issued_at)
    fitting = [
        each
        for each in in_force(view.visits(case.id))
        if KIND_WORDS.get(each.kind.value) == kind
        and each.id not in recorded
        and local_date(each.arrived_at) >= since
    ]
    return fitting[-1] if fitting else None
