"""The electronic document of a form that was written by hand on site.

It carries the same number and no codes of its own: codes belong to the printed page, and a second
page with the same codes would be a forgery of the first.
"""

from __future__ import annotations

from evidence.domain.identifiers import Number
from evidence.forms.content.marks import Marks
from evidence.forms.content.registry import form_values
from evidence.forms.fill import fill
from evidence.forms.issuer import Issuer
from evidence.forms.source import IssueRequest, find_source
from evidence.forms.withdraw import valid_form


def typed_edocument(number: Number, issuer: Issuer) -> bytes:
    """A Word file of the form as it would be filled from today's facts, under the number it has.

    Raises:
        UsageError: never issued, void, or nothing is entered yet that could be typed in.
        InputError: a template or value that cannot be filled in.
    """
    catalogue, view = issuer.catalogue, issuer.ledger.view
    issued = valid_form(view, number)
    form = catalogue.form(issued.form)
    source = find_source(
        IssueRequest(form=form.id, case=issued.case, visit=issued.visit, week=issued.week),
        form=form,
        folder=catalogue.folder / form.id,
        view=view,
        originals=issuer.originals,
        settings=issuer.settings,
    )
    return fill(catalogue.docx(form), {**form_values(source, Marks(form=form)), "编号": number})
