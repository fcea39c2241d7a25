"""The search of the header: companies, people, numbers, files, hazards, recorders, register entries."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from typing import Any

from django.shortcuts import redirect, render
from django.urls import reverse

from evidence.domain.identifiers import CaseId, Number, expand
from evidence.domain.terms import CASE_KINDS, form_title
from evidence.rules.registers import BY_ID
from evidence.web.lists.known import Known, known
from evidence.web.lists.listing import folded
from evidence.web.pages import page
from evidence.web.readings import all_initials, all_pinyin
from evidence.web.roles import Act
from evidence.web.search_index import SHOWN, Entry, SearchIndex
from evidence.web.speech import say

_KINDS = ("企业", "人员", "案件", "文书", "隐患", "到件", "录像", "记录仪", "专项", "台账登记")
_LARGE = 5_000
"""Entries from which a page does not wait for the index."""
_indexes: dict[str, SearchIndex] = {}


@page(Act.SEE)
def search(request: Any) -> Any:
    """What fits; a whole number leads straight to its document or case."""
    wanted = request.GET.get("q", "").strip()[:200]
    held = known(request.desk.workspace)
    straight = _straight(held, wanted)
    if straight:
        return redirect(straight)
    found, forgiven = index_of(held).find(wanted)
    groups = [(kind, [each for each in found if each.kind == kind]) for kind in _KINDS]
    context = {
        "q": wanted,
        "groups": [(kind, hits) for kind, hits in groups if hits],
        "forgiven": forgiven and found,
        "cut": len(found) >= SHOWN,
        "shown": SHOWN,
    }
    return render(request, "desk/search.html", context)


def index_of(held: Known) -> SearchIndex:
    """The workspace's index, at the ledger's head; a large one is brought there beside the pages.

    Until that is done, a large workspace's search answers from the head before.
    """
    index = _indexes.setdefault(str(held.workspace.root), SearchIndex())
    head = held.view.head.digest
    if index.state == head:
        return index
    if len(index) < _LARGE:
        index.update(head, entries_of(held))
    elif index.begin():
        Thread(target=_bring_up, args=(index, held), daemon=True, name="search-index").start()
    return index


def _bring_up(index: SearchIndex, held: Known) -> None:
    try:
        index.update(held.view.head.digest, entries_of(held))
    finally:
        index.end()


def _straight(held: Known, wanted: str) -> str:
    number = folded(wanted).upper()
    whole = expand(number) if number else None
    if whole and held.view.document(Number(whole)) is not None:
        return str(reverse("document", args=[whole]))
    return str(reverse("case", args=[number])) if CaseId(number) in held.cases else ""


def entries_of(held: Known) -> Iterator[Entry]:
    """Everything that can be found."""
    view = held.view
    for party in held.enterprises:
        yield _named(
            "企业", party.name, party.credit_code, reverse("enterprise", args=[party.id]),
            (party.name, party.short_name), party.credit_code, party.address,
        )  # fmt: skip
    yield from _of_roster(held)
    for case in held.cases.values():
        name = held.name(case.enterprise)
        yield _plain(
            "案件", case.id, f"{name} {CASE_KINDS[case.kind]}", reverse("case", args=[case.id]),
        )  # fmt: skip
        yield from _of_case(held, case.id, name)
    for document in view.documents(None):
        number = document.form.number
        yield _plain("文书", number, form_title(document.form.form), reverse("document", args=[number]))
    for arrival in view.arrivals():
        yield _plain("到件", arrival.path, arrival.id, reverse("arrival", args=[arrival.id]), arrival.id)
    for film in view.recordings():
        address = reverse("list", args=["footage"]) + f"?q={film.name}"
        yield _plain("录像", film.name, film.device, address, film.device)
    yield from _of_registers(held)


def _of_roster(held: Known) -> Iterator[Entry]:
    for person in held.people.values():
        address = reverse("list", args=["people"]) + f"?q={person.id}"
        yield _named("人员", person.name, person.role.value, address, (person.name,), person.id, person.badge)
    for device in held.view.devices():
        address = reverse("list", args=["recorders"]) + f"?q={device.serial}"
        yield _plain("记录仪", device.serial, device.brand, address, device.officer_id, *device.aliases)
    for campaign in held.view.campaigns():
        address = reverse("campaign", args=[campaign.id])
        yield _named("专项", campaign.topic, campaign.id, address, (campaign.topic,), campaign.id)


def _of_registers(held: Known) -> Iterator[Entry]:
    for entry in held.view.entries():
        if entry.register in BY_ID:
            title = say(BY_ID[entry.register].title)
            about = (
                held.people[entry.person].name if entry.person in held.people else held.name(entry.enterprise)
            )
            address = reverse("register", args=[entry.register])
            yield _plain("台账登记", f"{title} {entry.key}", about, address, about, *entry.data.values())


def _of_case(held: Known, case: CaseId, name: str) -> Iterator[Entry]:
    from evidence.domain.case import in_force

    for document in held.view.documents(case):
        number = document.form.number
        detail = f"{form_title(document.form.form)} {name}"
        yield _plain("文书", number, detail, reverse("document", args=[number]))
    for visit in in_force(held.view.visits(case)):
        for hazard in visit.hazards:
            title = f"{hazard.location}：{hazard.description}"
            yield _plain(
                "隐患", title, f"{case} {hazard.id} {name}", reverse("case", args=[case]), hazard.basis
            )


def _plain(kind: str, title: str, detail: str, address: str, *more: str) -> Entry:
    return Entry(kind, title, detail, address, folded(" ".join((title, *more))))


def _named(kind: str, title: str, detail: str, address: str, names: tuple[str, ...], *more: str) -> Entry:
    latin = (each for name in dict.fromkeys(names) for each in (*all_initials(name), *all_pinyin(name)))
    return Entry(kind, title, detail, address, "|".join(map(folded, (*names, *more))), " ".join(latin))
