"""One special campaign or survey on one page: who of all is done, its term, the summary list, the pack."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse

from evidence.bundles.names import component
from evidence.domain.document import Document
from evidence.domain.facts import ServiceState
from evidence.domain.parties import Campaign, CampaignKind, Enterprise
from evidence.forms.campaign_list import campaign_request
from evidence.reports.campaign_lists import lists_of, pack_of_campaign, summaries_of
from evidence.rules.clause import Finding
from evidence.web.files import hand_out
from evidence.web.issuing import issuing
from evidence.web.jobs import Outcome
from evidence.web.lists.acts import MOST, open_and_issue, open_for
from evidence.web.lists.known import CHAIN, Known, known, state_of
from evidence.web.lists.pages import XLSX
from evidence.web.lists.party_lists import CAMPAIGN_WORDS
from evidence.web.matrix import gravity
from evidence.web.pages import page
from evidence.web.reporting import zip_pack
from evidence.web.roles import Act
from evidence.web.speech import say, speaking

if TYPE_CHECKING:
    from evidence.config import Workspace

_REGISTER = {CampaignKind.SPECIAL: "campaign-pack", CampaignKind.SURVEY: "survey-result"}
"""Where it is written down that the work was submitted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One enterprise the campaign is about."""

    enterprise: Enterprise
    service: ServiceState | None
    """Its cycle for this campaign; None before a case is opened."""
    state: str
    """One of `CHAIN`."""
    left: bool
    """It left the roster."""

    @property
    def checked_on(self) -> date | None:
        """Day of the campaign's check."""
        return self.service.checked_on if self.service else None

    @property
    def rechecked_on(self) -> date | None:
        """Day of its last recheck."""
        return self.service.rechecked_on if self.service else None


@page(Act.SEE)
def campaign(request: Any, identifier: str) -> Any:
    """The campaign's page."""
    held, found = _asked(request, identifier)
    targets = _targets(held, found)
    board = request.desk.board
    judged = board.judged(board.this_week())
    counts = Counter(each.state for each in targets)
    chosen = _chosen_state(request)
    context = {
        "campaign": found,
        "kind": CAMPAIGN_WORDS[found.kind],
        "special": found.kind is CampaignKind.SPECIAL,
        "days": (found.due - held.today).days if found.due else None,
        "late": (held.today - found.due).days if found.due else None,
        "targets": _shown(targets, chosen),
        "all": len(targets),
        "checked": _checked(targets),
        "unknown": sum(one not in held.enterprise for one in set(found.targets)),
        "states": [(state, counts[state]) for state in CHAIN if counts[state]],
        "chosen": chosen,
        "findings": sorted(_findings_about(found, judged.findings_of("")), key=gravity),
        "summaries": [each.form for each in _summaries(request.desk.workspace, found)],
        "packed": _pack_path(request.desk.workspace, found).is_file(),
        "entries": [
            each for each in held.view.entries(_REGISTER[found.kind]) if each.key.upper() == found.id.upper()
        ],
        "register": _register_address(found, targets),
        "most": MOST,
    }
    return render(request, "desk/campaign.html", context)


@page(Act.SEE)
def exported(request: Any, identifier: str) -> Any:
    """Excel with exactly the targets that the page shows."""
    from evidence.reports.workbook import Table, write_tables

    held, found = _asked(request, identifier)
    table = Table(
        title="专项进展",
        heads=("序号", "企业", "统一社会信用代码", "案件", "进展", "检查日期", "复查日期"),
        rows=[
            (
                each.enterprise.name,
                each.enterprise.credit_code,
                each.service.case if each.service else "",
                each.state,
                each.checked_on,
                each.rechecked_on,
            )
            for each in _shown(_targets(held, found), _chosen_state(request))
        ],
        filtered=True,
    )
    with tempfile.TemporaryDirectory(prefix="desk-campaign-") as folder:
        path = Path(folder) / "campaign.xlsx"
        write_tables(path, table)
        made = path.read_bytes()
    return hand_out(request, made, f"{found.topic}-专项进展.xlsx", type=XLSX)


@page(Act.ENTER_VISIT, "POST")
def act(request: Any, identifier: str) -> Any:
    """Open cases of the campaign for the targets chosen, with or without their blank records."""
    _held, found = _asked(request, identifier)
    chosen = list(dict.fromkeys(request.POST.getlist("row")))[: MOST + 1]
    wanted = request.POST.get("act")
    if wanted not in {"open", "forms"} or not set(chosen) <= set(found.targets):
        raise Http404
    back = reverse("campaign", args=[found.id])
    if not chosen or len(chosen) > MOST:
        messages.error(request, say("请勾选 1 至 {most} 项。").format(most=MOST))
        return redirect(back)
    kind = f"{found.kind.value}:{found.id}"
    if wanted == "forms":
        return open_and_issue(request, chosen, kind, back=back)
    open_for(request, chosen, kind)
    return redirect(back)


@page(Act.ENTER_VISIT, "POST")
def summary(request: Any, identifier: str) -> Any:
    """Issue 专项检查汇总清单 as the ledger stands."""
    _held, found = _asked(request, identifier)
    if found.kind is not CampaignKind.SPECIAL:
        raise Http404
    workspace = request.desk.workspace
    order = campaign_request(found.id, workspace.ledger.view, workspace.settings, now=workspace.clock())
    back = reverse("campaign", args=[found.id])
    work = issuing(request, [order], back=back)
    title = f"{found.id} {say('签发')} {say('专项检查汇总清单')}"
    return redirect("job", identifier=request.desk.jobs.start(title, work, back=back).id)


@page(Act.BUILD, "POST")
def make_pack(request: Any, identifier: str) -> Any:
    """Begin to make the signed pack that goes to the regulator; the page shows its progress."""
    _held, found = _asked(request, identifier)
    if found.kind is not CampaignKind.SPECIAL:
        raise Http404
    workspace = request.desk.workspace
    back = reverse("campaign", args=[found.id])

    def work(report: Callable[[str], None]) -> Outcome:
        report(say("正在核对专项的案件……"))
        with speaking("zh"):  # the regulator reads it
            made = pack_of_campaign(
                workspace.ledger.view,
                workspace.issued,
                workspace.settings.parameters,
                workspace.clock(),
                found,
            )
            zip_pack(workspace, made, lists_of(made), _pack_path(workspace, found))
        return Outcome(
            text=say("已做好：{title}").format(title=_pack_title(found)),
            url=reverse("campaign-pack", args=[found.id]),
            label=say("下载"),
            back=back,
        )

    job = request.desk.jobs.start(f"{found.id} {say('专项资料包')}", work, back=back)
    return redirect("job", identifier=job.id)


@page(Act.BUILD)
def pack(request: Any, identifier: str) -> Any:
    """The pack made last."""
    _held, found = _asked(request, identifier)
    path = _pack_path(request.desk.workspace, found)
    if not path.is_file():
        raise Http404
    return hand_out(request, path, f"{_pack_title(found)}.zip")


def _pack_path(workspace: Workspace, found: Campaign) -> Path:
    # An id comes from the agency's own workbook and may hold anything but is looked up, never a path.
    return workspace.root / "desk" / "reports" / f"campaign-{component(found.id)}.zip"


def _pack_title(found: Campaign) -> str:
    return f"专项资料包-{found.topic}"


def _asked(request: Any, identifier: str) -> tuple[Known, Campaign]:
    held = known(request.desk.workspace)
    found = next((each for each in held.view.campaigns() if each.id == identifier), None)
    if found is None:
        raise Http404
    return held, found


def _targets(held: Known, found: Campaign) -> list[Target]:
    """Every target that the roster knows, those with least done first."""
    targets = []
    for one in dict.fromkeys(found.targets):
        enterprise = held.enterprise.get(one)
        if enterprise is None:
            continue
        own = [each for each in held.cases_of.get(one, ()) if each.campaign == found.id]
        service = own[-1] if own else None
        targets.append(
            Target(
                enterprise=enterprise,
                service=service,
                state=state_of(service) if service else CHAIN[0],
                left=_left(enterprise, held.today),
            )
        )
    return sorted(targets, key=lambda each: (CHAIN.index(each.state), each.enterprise.name))


def _left(enterprise: Enterprise, today: date) -> bool:
    return enterprise.active_to is not None and enterprise.active_to < today


def _chosen_state(request: Any) -> str:
    wanted = request.GET.get("state", "")
    return wanted if wanted in CHAIN else ""


def _shown(targets: list[Target], state: str) -> list[Target]:
    return [each for each in targets if not state or each.state == state]


def _checked(targets: list[Target]) -> int:
    return sum(each.checked_on is not None for each in targets)


def _findings_about(found: Campaign, findings: Any) -> list[Finding]:
    return [each for each in findings if each.subject.document == found.id]


def _summaries(workspace: Workspace, found: Campaign) -> Sequence[Document]:
    if found.kind is not CampaignKind.SPECIAL:
        return ()
    return summaries_of(found, workspace.ledger.view, workspace.issued)


def _register_address(found: Campaign, targets: list[Target]) -> str:
    """The register's page with what is known of this campaign filled in."""
    known_so_far = {"key": found.id}
    if found.kind is CampaignKind.SPECIAL:
        known_so_far["data|targets"] = str(_checked(targets))
    return f"{reverse('register', args=[_REGISTER[found.kind]])}?{urlencode(known_so_far)}"
