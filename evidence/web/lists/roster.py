"""The roster at the desk: what a file would change is shown, then written as `evidence import` does."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from evidence.forms.parties import ImportedParties, import_parties, record_parties
from evidence.forms.people import EnterpriseContacts, read_contacts
from evidence.ledger.view import View
from evidence.web.acting import actor_of
from evidence.web.lists.pages import XLSX
from evidence.web.lists.roster_changes import Change, changes
from evidence.web.pages import page
from evidence.web.received import received
from evidence.web.roles import Act
from evidence.web.speech import say

_SENT = re.compile(r"[0-9a-f]{64}\.(?:xlsx|yaml|yml)")
_SHOWN = 200
"""Changes listed one by one; the rest is counted."""


@page(Act.ROSTER, "GET", "POST")
def roster(request: Any) -> Any:
    """Take an Excel file and show what it would change; nothing is written yet."""
    if request.method != "POST":
        return render(request, "desk/roster.html", {})
    with received(request, "file") as sent:
        if sent is None or sent.suffix.lower() not in (".xlsx", ".yaml", ".yml"):
            messages.error(request, say("请选择填好的名册（Excel）。"))
            return redirect("roster")
        parties = _read(request, sent)
        kept = _keep(request, sent)
    return render(request, "desk/roster.html", {**_preview(request, parties), "kept": kept})


@page(Act.ROSTER, "POST")
def enter(request: Any) -> Any:
    """Write what was shown, if the ledger has not moved meanwhile; else show it again."""
    name = request.POST.get("kept", "")
    path = _folder(request) / name
    if not _SENT.fullmatch(name) or not path.is_file():
        raise Http404
    parties = _read(request, path)
    workspace = request.desk.workspace
    if request.POST.get("head") != str(request.desk.board.said()):
        messages.warning(request, say("账本刚刚有变动，请再核对一次后导入。"))
        return render(request, "desk/roster.html", {**_preview(request, parties), "kept": name}, status=409)
    record_parties(
        parties,
        source=path,
        ledger=workspace.ledger,
        originals=workspace.originals,
        actor=actor_of(request).journalled,
    )
    path.unlink()
    messages.success(request, say("名册已导入。"))
    return redirect("list", name="enterprises")


@page(Act.ROSTER)
def empty(request: Any) -> Any:
    """An empty roster to fill in."""
    from evidence.forms.empty_workbook import write_empty_workbook
    from evidence.forms.party_tables import TABLES

    with tempfile.TemporaryDirectory(prefix="desk-roster-") as folder:
        path = Path(folder) / "roster.xlsx"
        write_empty_workbook(path, TABLES, title="名册", made=request.desk.workspace.clock())
        response = HttpResponse(path.read_bytes(), content_type=XLSX)
    response.headers["Content-Disposition"] = "attachment; filename*=UTF-8''%E5%90%8D%E5%86%8C.xlsx"
    return response


def _read(request: Any, path: Path) -> ImportedParties:
    view = request.desk.workspace.ledger.view
    return import_parties(path, known=view.enterprises(), people=view.people())


def _folder(request: Any) -> Path:
    return Path(settings.FILE_UPLOAD_TEMP_DIR) / f"roster-{request.user.pk}"


def _keep(request: Any, sent: Path) -> str:
    """Only the newest file of each person waits for its confirmation."""
    from hashlib import sha256

    folder = _folder(request)
    folder.mkdir(mode=0o700, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    content = sent.read_bytes()
    name = sha256(content).hexdigest() + sent.suffix.lower()
    (folder / name).write_bytes(content)
    return name


def _preview(request: Any, parties: ImportedParties) -> dict[str, Any]:
    view = request.desk.workspace.ledger.view
    tables = [
        ("企业", changes({each.id: each for each in view.enterprises()}, parties.enterprises)),
        ("人员", changes({each.id: each for each in view.people()}, parties.people)),
        ("记录仪", changes({each.serial: each for each in view.devices()}, parties.devices)),
        ("专项", changes({each.id: each for each in view.campaigns()}, parties.campaigns)),
    ]
    contacts = _contacts(request, view, parties)
    return {
        "tables": [
            (title, _count(found), found[:_SHOWN], found[_SHOWN:]) for title, found in tables if found
        ],
        "contacts": contacts,
        "warnings": parties.warnings,
        "nothing": not contacts and not any(found for _title, found in tables),
        "head": request.desk.board.said(),
    }


def _count(found: tuple[Change, ...]) -> tuple[int, int]:
    new = sum(each.new for each in found)
    return new, len(found) - new


def _contacts(request: Any, view: View, parties: ImportedParties) -> list[tuple[str, bool]]:
    """Enterprises whose contacts change, and whether they are lost."""
    found = []
    for each in parties.enterprises:
        known = view.enterprise(each.id)
        before = read_contacts(request.desk.workspace.originals, known.contacts if known else None)
        after = parties.contacts.get(each.id, EnterpriseContacts())
        if before != after:
            found.append((each.name, after == EnterpriseContacts()))
    return found
