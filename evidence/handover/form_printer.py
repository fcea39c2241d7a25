"""Handover list and receipt printed from their Word templates, before the journal knows of them.

They name the checkpoint that the package is built on, so they cannot be issued first; numbers and
files become facts only in the transaction that registers the package. Page checks are derived from
the journal's head instead of drawn, so that the same head gives the same paper: nobody outside
knows the head before the paper itself leaves the house.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import msgspec

from evidence.domain.document import IssuedForm, IssuedPage
from evidence.domain.identifiers import Number, Sha256
from evidence.domain.week import Week
from evidence.errors import IncompleteError
from evidence.forms.catalogue import Catalogue
from evidence.forms.checked_templates import unusable_templates
from evidence.forms.content.marks import Marks
from evidence.forms.content.registry import completed
from evidence.forms.drafts import plain
from evidence.forms.fill import fill
from evidence.forms.finish import finish
from evidence.forms.kai_punctuation import for_rendering
from evidence.forms.kept_checks import KeptChecks
from evidence.forms.office import Rendered, render
from evidence.forms.source import IssueSettings
from evidence.language import _

Values = Mapping[str, Any]
Draw = Callable[[], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One paper to print."""

    form: str
    number: Number
    values: Values


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A printed paper and its parts."""

    form: str
    number: Number
    pdf: bytes
    docx: bytes
    data: bytes
    pages: tuple[IssuedPage, ...]

    def issued(self, *, week: Week, at: datetime) -> IssuedForm:
        """What the journal records of it."""
        return IssuedForm(
            number=self.number,
            form=self.form,
            case=None,
            week=str(week),
            issued_at=at,
            checks=tuple(page.check for page in self.pages),
            pdf=_digest(self.pdf),
            docx=_digest(self.docx),
            data=_digest(self.data),
            geometry=_digest(self.geometry),
            required_boxes=tuple(
                f"{page.page}:{box.box}:{box.kind}:{box.role}"
                for page in self.pages
                for box in page.boxes
                if box.required
            ),
        )

    @property
    def geometry(self) -> bytes:
        """JSON list of its pages."""
        return msgspec.json.encode(self.pages)


class FormPrinter(Protocol):
    """Prints papers from templates; tests have a quick one."""

    def print(self, wanted: Sequence[Wanted], *, head: str, at: datetime) -> list[Paper]:
        """All papers of one package in one go.

        Args:
            wanted: papers in order.
            head: digest of the journal's last line; page checks come from it.
            at: the papers' date.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplatePrinter:
    """The workspace's own templates, set by LibreOffice."""

    templates: Path
    settings: IssueSettings
    kept_checks: KeptChecks | None = None

    def print(self, wanted: Sequence[Wanted], *, head: str, at: datetime) -> list[Paper]:
        """See `FormPrinter`.

        Raises:
            InputError: a template cannot be used or filled, or evidence.toml does not name whom it prints.
            MissingPartError: LibreOffice is not there.
            IncompleteError: LibreOffice could not set a paper.
        """
        self.settings.require_names()
        catalogue = Catalogue.load(self.templates, self.settings.form_texts)
        forms = [catalogue.form(one.form) for one in wanted]
        for refused in unusable_templates(catalogue, forms, self.settings.forms, self.kept_checks).values():
            raise refused
        filled = [_filled(one, catalogue) for one in wanted]
        rendered = render({one.number: for_rendering(one.docx) for one in filled}, self.settings.forms)
        return [_paper(one, rendered[one.number], head=head, at=at) for one in filled]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filled:
    """A template with its values, not yet set."""

    number: Number
    marks: Marks
    docx: bytes
    data: bytes


def _filled(one: Wanted, catalogue: Catalogue) -> _Filled:
    form = catalogue.form(one.form)
    marks = Marks(form=form)
    given = {"编号": one.number, "页眉单位": "", "框": marks.fixed(), **one.values}
    values = completed(given, form)
    docx = fill(catalogue.docx(form), values)
    data = msgspec.json.encode(plain(values), order="sorted")
    return _Filled(number=one.number, marks=marks, docx=docx, data=data)


def _paper(one: _Filled, result: Rendered, *, head: str, at: datetime) -> Paper:
    """The set pages with their codes and boxes.

    Raises:
        IncompleteError: LibreOffice could not set it, or a box is not found on its pages.
    """
    marks = one.marks
    if result.pdf is None:
        raise IncompleteError(
            result.problem,
            where=f"{marks.form.short} {one.number}",
            remedy=_("移交包没有做成。请运行 evidence doctor 检查 LibreOffice 后再试。"),
        )
    finished = finish(
        result.pdf,
        form=marks.form,
        number=one.number,
        draw=page_checks(head, one.number),
        persons=marks.persons,
        required=frozenset(marks.required),
        expected=marks.expected,
        at=at.astimezone(UTC),
    )
    if marks.required & set(finished.missing):
        raise IncompleteError(
            _("《{short}》的版面上找不到签章位置。").format(short=marks.form.short),
            where=f"{one.number} · {'、'.join(finished.missing)}",
            remedy=_("请运行 evidence template check，在模板中补上签章标记。"),
        )
    return Paper(
        form=marks.form.id,
        number=one.number,
        pdf=finished.pdf,
        docx=one.docx,
        data=one.data,
        pages=finished.pages,
    )


def page_checks(head: str, number: Number) -> Draw:
    """Eight Base32 characters for each page in order, from the journal's head."""
    pages = count(1)

    def draw() -> str:
        keyed = hmac.digest(head.encode(), f"{number}/{next(pages)}".encode(), "sha256")
        return base64.b32encode(keyed).decode()[:8]

    return draw


def _digest(data: bytes) -> Sha256:
    return Sha256(sha256(data).hexdigest())
