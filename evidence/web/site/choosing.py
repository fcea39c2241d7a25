"""At the desk: a visit that somebody here and a telephone changed; both versions to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render

from evidence.config import Workspace
from evidence.domain.case import Case, Visit, in_force
from evidence.domain.identifiers import CaseId, VisitId
from evidence.errors import UsageError
from evidence.forms.content.checklist import item_titles
from evidence.forms.people import read_details
from evidence.forms.visit_tables import ITEMS
from evidence.web.acting import actor_of, names_of
from evidence.web.entry_form import TITLES, row_name
from evidence.web.entry_stored import typed_of
from evidence.web.models import SiteVersion
from evidence.web.pages import page
from evidence.web.roles import Act
from evidence.web.site.parts import files_of, parts_of
from evidence.web.site.recording import Entry
from evidence.web.site.sending import Sending, read
from evidence.web.site.versions import PHOTOS, Difference, chosen, differences, moved, on_rows_of
from evidence.web.speech import say

TELEPHONE, DESK = "telephone", "desk"


def keep_version(request: Any, case: Case, sending: Sending, visit: str) -> None:
    """The telephone's version waits; one it sends later takes its place."""
    told = {"case": case.id, "visit": visit, "body": msgspec.json.encode(sending).decode(), "settled": False}
    SiteVersion.objects.update_or_create(owner=request.user, key=sending.key, defaults=told)


def forget_version(account: Any, key: str) -> None:
    """The telephone's last word went through: there is nothing to choose any more."""
    SiteVersion.objects.filter(owner=account, key=key).delete()


def spoken_again(account: Any, key: str) -> None:
    """The telephone sent something since the choice: whatever becomes of it, the choice is not about it."""
    SiteVersion.objects.filter(owner=account, key=key, settled=True).delete()


def settled_keys(account: Any) -> dict[str, str]:
    """Key -> visit of what was chosen at the desk: the telephone need not send it again."""
    return dict(SiteVersion.objects.filter(owner=account, settled=True).values_list("key", "visit"))


def waiting_versions(case: str = "") -> list[SiteVersion]:
    """What nobody chose yet, oldest first."""
    found = SiteVersion.objects.filter(settled=False).select_related("owner").order_by("received_at")
    return [*(found.filter(case=case) if case else found)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Both:
    """The two versions as fields of the form, the telephone's on the desk's rows."""

    visit: Visit
    sending: Sending
    desk: Mapping[str, Sequence[str]]
    telephone: Mapping[str, Sequence[str]]
    photographs: Mapping[str, Sequence[str]]
    """Of the telephone."""
    found: tuple[Difference, ...]

    @classmethod
    def of(cls, workspace: Workspace, kept: SiteVersion) -> _Both | None:
        """None where the visit was withdrawn."""
        stored = in_force(workspace.ledger.view.visits(CaseId(kept.case)))
        visit = next((each for each in stored if each.id == kept.visit), None)
        if visit is None:
            return None
        sending = read(kept.body.encode())
        desk = typed_of(visit, read_details(workspace.originals, visit.details))
        rows = on_rows_of(sending.kind, sending.typed, desk)
        photographs = moved(sending.photographs, rows)
        telephone = moved(sending.typed, rows)
        found = differences(sending.kind, {**telephone, **photographs}, {**desk, **_photographs(visit, desk)})
        return cls(
            visit=visit, sending=sending, desk=desk, telephone=telephone, photographs=photographs, found=found
        )


def _photographs(visit: Visit, desk: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Name of a photo field -> the digests that the desk's version has."""
    of = {("隐患", "编号", each.id): each.photos for each in visit.hazards}
    of |= {("复查结果", "隐患", each.hazard): each.photos for each in visit.results}
    found: dict[str, list[str]] = {}
    for name, values in desk.items():
        table, row, heading = (*name.split("|"), "", "")[:3]
        if photos := of.get((table, heading, "".join(values))):
            found[row_name(table, row, PHOTOS)] = [*photos]
    return found


@page(Act.ENTER_VISIT, "GET", "POST")
def choose(request: Any, identifier: str, number: int) -> Any:
    """Both versions; with a choice for each difference, the visit as it is to stand."""
    workspace = request.desk.workspace
    kept = SiteVersion.objects.filter(pk=number, case=identifier, settled=False).first()
    case = workspace.ledger.view.case(CaseId(identifier))
    if kept is None or case is None:
        raise Http404
    both = _Both.of(workspace, kept)
    if both is None:
        kept.delete()
        raise UsageError(say("这次活动已撤回，没有可选的内容。"), remedy=say("需要的，请在手机上重新送出。"))
    if request.method == "GET":
        return _shown(request, case, kept, both, {})
    if request.POST.get("version", "") != _seen(kept):
        return _shown(request, case, kept, both, {}, [say("手机又送来了新的内容，请重新选定。")])
    said = {each.name: request.POST.get(each.name, "") for each in both.found}
    if not set(said.values()) <= {TELEPHONE, DESK}:
        return _shown(request, case, kept, both, said, [say("请每一项都选定一份。")])
    taken = _entry(request, case, kept, both, {name: side == TELEPHONE for name, side in said.items()}).take()
    if taken.recorded is None:
        wrong = [f"{each.place}：{each.what}" if each.place else each.what for each in taken.refused]
        return _shown(request, case, kept, both, said, wrong)
    # what the telephone sent meanwhile goes on waiting
    SiteVersion.objects.filter(pk=kept.pk, body=kept.body).update(settled=True, body="")
    parts_of(workspace, kept.owner).let_go(both.sending.digests)
    messages.success(request, say("已按选定的内容登记。"))
    return redirect("case", identifier=case.id)


def _seen(kept: SiteVersion) -> str:
    """What the page was drawn from: a choice is about that alone."""
    return sha256(kept.body.encode()).hexdigest()


def _entry(request: Any, case: Case, kept: SiteVersion, both: _Both, taken: Mapping[str, bool]) -> Entry:
    """What was chosen, as one correction of the visit."""
    photographs = {
        name: both.photographs.get(name, ())
        for each in both.found
        if taken[each.name]
        and (name := f"{each.name}|{PHOTOS}" if each.whole else each.name).endswith(f"|{PHOTOS}")
    }
    facts = [each for each in both.found if each.heading != PHOTOS]
    typed = chosen(facts, both.telephone, both.desk, taken)
    return Entry(
        workspace=request.desk.workspace,
        case=case,
        sending=msgspec.structs.replace(both.sending, typed=typed, photographs=photographs),
        # the telephone did not bring again what the visit has already
        parts=parts_of(request.desk.workspace, kept.owner, files_of(both.visit.pictures)),
        actor=actor_of(request).journalled,
        correcting=VisitId(both.visit.id),
        settled=True,
        stored=both.visit,
        whole=True,
    )


def _shown(
    request: Any, case: Case, kept: SiteVersion, both: _Both, said: Mapping[str, str],
    wrong: Sequence[str] = (),
) -> Any:  # fmt: skip
    workspace = request.desk.workspace
    view = workspace.ledger.view
    items = item_titles(workspace.checklist_folder) if both.sending.kind == "检查" else {}
    names = {str(person): name for person, name in names_of(view).items()}
    lines = [
        {
            "name": each.name,
            "label": _label(each, items),
            "sides": [
                (DESK, say("工作台"), _words(each, each.desk, names), said.get(each.name) == DESK),
                (
                    TELEPHONE,
                    say("手机"),
                    _words(each, each.telephone, names),
                    said.get(each.name) == TELEPHONE,
                ),
            ],
        }
        for each in both.found
    ]
    context = {
        "case": case,
        "enterprise": view.enterprise(case.enterprise),
        "kept": kept,
        "seen": _seen(kept),
        "title": say(TITLES[both.sending.kind]),
        "lines": lines,
        "wrong": wrong,
        "sender": kept.owner.seat.person,
    }
    return render(request, "desk/versions.html", context, status=409 if wrong else 200)


def _label(each: Difference, items: Mapping[int, str]) -> str:
    if not each.table:
        return say(each.heading)
    row = f"{say(each.table)} {each.row + 1}"
    if each.table == ITEMS.name:
        row = items.get(each.row + 1, row)
    return f"{row} · {say(each.heading)}" if each.heading else f"{row} · {say('整行')}"


def _words(each: Difference, values: Sequence[str], names: Mapping[str, str]) -> str:
    if each.heading == PHOTOS:
        return say("{count} 张照片").format(count=len(values))
    return "、".join(names.get(value, value.replace("T", " ")) for value in values)
