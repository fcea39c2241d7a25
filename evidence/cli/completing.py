"""What the shell may offer when Tab is pressed: cases, numbers and arrivals of the workspace at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from evidence.cli.whereabouts import named_workspace
from evidence.domain.identifiers import as_typed
from evidence.errors import EvidenceError

if TYPE_CHECKING:
    from evidence.ledger.view import View

Offer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def _offer(known: Callable[[View], Iterable[tuple[str, str]]]) -> Offer:
    """Names with a word of help each, from the ledger; nothing where there is no sound workspace."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from evidence.config import open_workspace

        try:
            view = open_workspace(named_workspace(ctx)).ledger.view
        except (EvidenceError, OSError):
            return []
        wanted = as_typed(incomplete)
        return [CompletionItem(name, help=about) for name, about in known(view) if name.startswith(wanted)]

    return complete


def _cases(view: View) -> Iterable[tuple[str, str]]:
    for case in view.cases():
        party = view.enterprise(case.enterprise)
        yield case.id, party.short_name if party else case.enterprise


def _numbers(view: View) -> Iterable[tuple[str, str]]:
    from evidence.domain.terms import form_title

    for case in view.cases():
        for document in view.documents(case.id):
            if not document.form.voided_why:
                yield document.form.number, form_title(document.form.form)


def _arrivals(view: View) -> Iterable[tuple[str, str]]:
    from evidence.inbox.report import waits_for_a_person

    return ((each.id, each.path) for each in view.arrivals() if waits_for_a_person(each))


a_case = _offer(_cases)
a_number = _offer(_numbers)
a_waiting_arrival = _offer(_arrivals)
