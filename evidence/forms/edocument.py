"""The electronic document of a form that was written by hand on site.

It carries the same number and no codes of its own: codes belong to the printed page, and a second
page with the same codes would be a forgery of the first.
"""

from __future__ import annotations

from evidence.archive.originals import Originals
from evidence.domain.identifiers import Number
from evidence.forms.catalogue import Catalogue
from evidence.forms.content.marks import Marks
from evidence.forms.content.registry import form_values
from evidence.forms.fill import fill
from evidence.forms.source import IssueRequest, IssueSettings, find_source
from evidence.forms.withdraw import valid_form
from evidence.ledger.view import View


def typed_edocument(
    number: Number, *, catalogue: Catalogue, view: View, originals: Originals, settings: IssueSettings
) -> bytes:
    """A Word file of the form as it would be filled from today's facts, under the number it has.

    Raises:
        UsageError: never issued, void, or nothing is entered yet that could be typed in.
        InputError: a template or value that cannot be filled in.
    """
    issued = valid_form(view, number)
    form = catalogue.form(issued.form)
    source = find_source(
        IssueRequest(form=form.id, case=issued.case, visit=issued.visit, week=issued.week),
        form=form,
        folder=catalogue.folder / form.id,
        view=view,
        originals=originals,
        settings=settings,
    )
    return fill(catalogue.docx(form), {**form_values(source, Marks(form=form)), "编号": number})
