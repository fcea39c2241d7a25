"""The pages of the lists: shown, exported, kept as a view, and done with several rows at once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from evidence.web.files import hand_out
from evidence.web.lists.known import Known, known
from evidence.web.lists.listing import (
    PAGE_ROWS,
    Column,
    Filter,
    Query,
    Shown,
    Value,
    cell_class,
    choices_of,
    query_of,
    show,
    text,
    texts_of,
)
from evidence.web.lists.lists import BY_KEY, LISTINGS, Listing
from evidence.web.middleware import role_of
from evidence.web.models import SavedView
from evidence.web.pages import page
from evidence.web.roles import Act, may
from evidence.web.speech import say

_VIEWS = 30
"""Views one person keeps of one list at most."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One column's filter as the page draws it."""

    column: Column
    choices: tuple[str, ...]
    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A list's answer to a request."""

    listing: Listing
    known: Known
    all_rows: Sequence[Any]
    columns: tuple[Column, ...]
    query: Query
    shown: Shown


def answer_of(request: Any, name: str, asked: Any = None) -> Answer:
    """What a list says to an address.

    Raises:
        Http404: there is no such list.
    """
    if name not in BY_KEY:
        raise Http404
    listing = BY_KEY[name]
    sent = dict((request.GET if asked is None else asked).lists())
    held = known(request.desk.workspace)
    columns = listing.columns(held)
    query = query_of(sent, columns)
    rows = listing.rows(held)
    if query.search and name not in held.texts:
        held.texts[name] = texts_of(rows, columns)
    shown = show(rows, columns, query, held.texts.get(name))
    return Answer(listing=listing, known=held, all_rows=rows, columns=columns, query=query, shown=shown)


@page(Act.SEE)
def listed(request: Any, name: str) -> Any:
    """One page of one list."""
    answer = answer_of(request, name)
    listing, query, shown = answer.listing, answer.query, answer.shown
    listing.prepare(answer.known, shown.here)
    first = (shown.page - 1) * PAGE_ROWS
    context = {
        "listing": listing,
        "listings": LISTINGS,
        # A template calls whatever can be called: it is told whether, not what.
        "bulk": listing.bulk is not None and may(role_of(request), Act.ENTER_VISIT),
        "query": query,
        "address": query.address(page=1),
        "heads": [(column, *_sorting(query, column)) for column in shown.columns],
        "rows": [(_chosen(listing, row), _cells(shown.columns, row)) for row in shown.here],
        "asked": list(_asked(answer)),
        "columns": [(column, column in shown.columns) for column in answer.columns],
        "count": len(shown.rows),
        "all": len(answer.all_rows),
        "first": first + 1 if shown.here else 0,
        "last": first + len(shown.here),
        "pages": _pages(query, shown),
        "views": SavedView.objects.filter(owner=request.user, listing=listing.key),
    }
    return render(request, "desk/list.html", context)


@page(Act.SEE)
def exported(request: Any, name: str) -> Any:
    """Excel with exactly the rows and columns that the page shows, all of its pages."""
    answer = answer_of(request, name)
    title = answer.listing.title
    # A report may have the same title, and who took which must be plain.
    return hand_out(request, _workbook(title, answer.shown), f"{title}-清单.xlsx", type=XLSX)


def _workbook(title: str, shown: Shown) -> bytes:
    """The rows of a list as a workbook."""
    from evidence.reports.workbook import Table, write_tables

    table = Table(
        title=title,
        heads=("序号", *(column.title for column in shown.columns)),
        rows=([_exported(column.value(row)) for column in shown.columns] for row in shown.rows),
        filtered=True,
    )
    with tempfile.TemporaryDirectory(prefix="desk-list-") as folder:
        path = Path(folder) / "list.xlsx"
        write_tables(path, table)
        return path.read_bytes()


@page(Act.SEE, "POST")
def keep_view(request: Any, name: str) -> Any:
    """Keep what a list shows under a name of one's own, or drop such a view."""
    if name not in BY_KEY:
        raise Http404
    kept = SavedView.objects.filter(owner=request.user, listing=name)
    address = request.POST.get("address", "")[:2000]
    if "drop" in request.POST:
        kept.filter(name=request.POST["drop"]).delete()
        return redirect(f"{reverse('list', args=[name])}?{_clean(name, request, address)}")
    title = request.POST.get("name", "").strip()[:40]
    if title and (kept.filter(name=title).exists() or kept.count() < _VIEWS):
        SavedView.objects.update_or_create(
            owner=request.user, listing=name, name=title, defaults={"address": _clean(name, request, address)}
        )
        messages.success(request, say("已保存视图“{name}”。").format(name=title))
    elif title:
        messages.error(request, say("每个清单最多保存 {count} 个视图，请先删去不用的。").format(count=_VIEWS))
    else:
        messages.error(request, say("请给视图起个名字。"))
    return redirect(f"{reverse('list', args=[name])}?{_clean(name, request, address)}")


def _clean(name: str, request: Any, address: str) -> str:
    """Only what the list itself would ask, whatever was sent."""
    from django.http import QueryDict

    columns = BY_KEY[name].columns(known(request.desk.workspace))
    return query_of(dict(QueryDict(address).lists()), columns).address(page=1)


def _sorting(query: Query, column: Column) -> tuple[str, str]:
    """Address that sorts by a column, or turns the order round; and how it is sorted now."""
    here = query.sort == column.key
    now = ("descending" if query.downwards else "ascending") if here else "none"
    return query.address(sort=column.key, downwards=here and not query.downwards, page=1), now


def _chosen(listing: Listing, row: Any) -> str:
    return listing.bulk(row) if listing.bulk else ""


def _cells(columns: Sequence[Column], row: Any) -> list[dict[str, Any]]:
    return [
        {
            "title": column.title,
            "value": column.value(row),
            "text": text(column.value(row)),
            "link": column.link(row) if column.link else "",
            "css": cell_class(column.value(row)),
        }
        for column in columns
    ]


def _asked(answer: Answer) -> Iterator[Asked]:
    for column in answer.columns:
        if column.filter is Filter.NONE:
            continue
        yield Asked(
            column=column,
            choices=choices_of(column, answer.all_rows) if column.filter is Filter.CHOICE else (),
            wanted=answer.query.filters.get(column.key, ()),
        )


def _pages(query: Query, shown: Shown) -> dict[str, Any]:
    def at(number: int) -> str:
        return query.address(page=number) if 1 <= number <= shown.pages else ""

    return {
        "here": shown.page,
        "all": shown.pages,
        "before": at(shown.page - 1) if shown.page > 1 else None,
        "after": at(shown.page + 1) if shown.page < shown.pages else None,
    }


def _exported(value: Value) -> str | int | Any:
    return text(value) if isinstance(value, tuple) else value
