"""From requests to filled documents with their numbers, before anything is rendered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from evidence.archive.issued import IssuedStore
from evidence.domain.identifiers import CaseId, Number, Sha256, make_case_id, make_number
from evidence.domain.week import Week, local_date
from evidence.errors import EvidenceError, IncompleteError, InputError, UsageError
from evidence.forms.checked_templates import unusable_templates
from evidence.forms.content.letters import reference_number
from evidence.forms.content.marks import Marks
from evidence.forms.content.purpose import refuse_contradiction
from evidence.forms.content.registry import form_values
from evidence.forms.content.wording import day
from evidence.forms.fill import fill
from evidence.forms.fonts import require_printable
from evidence.forms.issuer import Issuer
from evidence.forms.kept_values import with_given
from evidence.forms.source import IssueRequest, Source, find_source
from evidence.forms.template_values import Photo
from evidence.language import _
from evidence.ledger.view import View

Fail = Callable[[int, EvidenceError], None]
"""Told which request of a batch, counted from 0, cannot be issued and why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One form with its values and number, before rendering."""

    index: int
    """Its place among the requests, from 0."""
    source: Source
    number: Number
    marks: Marks
    docx: bytes
    data: bytes


def make_drafts(
    requests: Sequence[IssueRequest], issuer: Issuer, *, now: datetime, fail: Fail
) -> list[Draft]:
    """Numbers given and templates filled, in order; without those that `fail` was told about.

    Raises:
        UsageError: unknown form, case, visit or person, or a number beyond 999.
    """
    catalogue, view = issuer.catalogue, issuer.ledger.view
    sources = []
    for request in requests:
        form = catalogue.form(request.form)
        if form.weekly and not request.week:
            week = str(Week.of(local_date(now)))
            request = replace(request, week=week)
        sources.append(
            find_source(
                request,
                form=form,
                folder=catalogue.folder / form.id,
                view=view,
                originals=issuer.originals,
                settings=issuer.settings,
            )
        )
    issuer.settings.require_names()
    forms = {source.form.id: source.form for source in sources}.values()
    unusable = unusable_templates(catalogue, forms, issuer.settings.forms, issuer.kept_checks)
    numbered = list(zip(sources, next_numbers(sources, view, issuer.issued), strict=True))
    drafts = []
    with ThreadPoolExecutor(issuer.settings.forms.processes) as pool:
        filling: list[tuple[int, Future[Draft]]] = []
        for index, (source, number) in enumerate(numbered):
            try:
                if source.form.id in unusable:
                    raise unusable[source.form.id]
                wanted = _unfilled(index, source, number, now)
                template = catalogue.docx(source.form)
                filling.append((index, pool.submit(copy_context().run, _filled, wanted, template)))
            except (InputError, IncompleteError) as error:
                fail(index, error)
        for index, filled in filling:
            try:
                drafts.append(filled.result())
            except (InputError, IncompleteError) as error:
                fail(index, error)
    return drafts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unfilled:
    """What one form will say, before its template is filled."""

    index: int
    source: Source
    number: Number
    marks: Marks
    values: dict[str, Any]
    data: bytes


def _unfilled(index: int, source: Source, number: Number, now: datetime) -> _Unfilled:
    refuse_contradiction(source)
    marks = Marks(form=source.form)
    values = {**form_values(source, marks), "编号": number}
    if source.form.letter:
        on = local_date(now)
        values["发文字号"] = values.get("发文字号") or reference_number(number, source.settings, on)
        values["发文日期"] = values.get("发文日期") or day(on)
    for declared in source.form.fields:
        if declared.required and not source.blank and not values.get(declared.name):
            raise IncompleteError(
                _("《{short}》缺少必填内容：{label}。").format(
                    short=source.form.short, label=declared.label or declared.name
                ),
                where=f"{number} · {declared.name}",
                remedy=_("请补全登记内容后重试；要到现场填写的，请加 --blank。"),
            )
    data = plain(values)
    require_printable((f"{number} · {place}", text) for place, text in _texts(data))
    kept = msgspec.json.encode(with_given(data, source.request.values), order="sorted")
    return _Unfilled(index=index, source=source, number=number, marks=marks, values=values, data=kept)


def _filled(wanted: _Unfilled, template: Path) -> Draft:
    """The draft with its document; several are filled at a time, each by a child of its own."""
    try:
        docx = fill(template, wanted.values)
    except EvidenceError as error:
        error.where = f"{wanted.number} · {error.where}" if error.where else wanted.number
        raise
    return Draft(
        index=wanted.index,
        source=wanted.source,
        number=wanted.number,
        marks=wanted.marks,
        docx=docx,
        data=wanted.data,
    )


def _texts(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every text among the values with the field it stands in."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _texts(inner, f"{place} · {key}" if place else key)
    elif isinstance(value, list):
        for number, inner in enumerate(value, 1):
            yield from _texts(inner, f"{place} · {number}")


def plain(value: Any) -> Any:
    """Values as kept beside the form: anchors left out, photographs by their digest."""
    if isinstance(value, dict):
        kept = {key: plain(inner) for key, inner in value.items()}
        return {key: inner for key, inner in kept.items() if inner is not None}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    if isinstance(value, Photo):
        return f"sha256:{sha256(value.jpeg).hexdigest()}"
    return value if isinstance(value, (str, int, bool)) else None


def next_numbers(sources: Sequence[Source], view: View, issued: IssuedStore) -> list[Number]:
    """The next number of each form in order; several of one kind in a case follow each other.

    Numbers whose files lie in the archive count as given, whether or not the journal knows them.
    """
    given: Counter[tuple[CaseId, str]] = Counter()
    numbers = []
    for source in sources:
        form = source.form
        if source.case is not None:
            case = source.case.id
        else:
            year = Week.parse(source.request.week).year
            case = make_case_id(source.settings.contract.code, year, 0)
        key = (case, form.code)
        running = max(view.next_running(case, form.code), issued.highest(case, form.code) + 1) + given[key]
        given[key] += 1
        if running > 999:
            raise UsageError(
                _("《{short}》的编号已用到 999。").format(short=form.short),
                where=case,
                remedy=_("请为后续文书另开案件：evidence case open。"),
            )
        numbers.append(make_number(case, form.code, running))
    return numbers


def digest_of(data: bytes) -> Sha256:
    """SHA-256 of some bytes."""
    return Sha256(sha256(data).hexdigest())
