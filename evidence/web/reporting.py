"""What the agency reports of a half-year, a year or the whole contract, made by one press each."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse

from evidence.domain.week import local_date
from evidence.durable import write_whole
from evidence.errors import MissingPartError, UsageError
from evidence.rules.instalments import current_half
from evidence.web.files import hand_out
from evidence.web.jobs import Outcome
from evidence.web.pages import page
from evidence.web.roles import Act
from evidence.web.speech import say, speaking

if TYPE_CHECKING:
    from evidence.config import Workspace
    from evidence.reports.judged import Judged
    from evidence.rules.campaign_pack import CampaignPack
    from evidence.rules.instalments import Pack

REPORTS: dict[str, tuple[str, str]] = {
    "half-year": ("第 {number} 个半年服务总结", ".docx"),
    "half-year-pdf": ("第 {number} 个半年服务总结", ".pdf"),
    "year": ("第 {number} 服务年度总结", ".docx"),
    "year-pdf": ("第 {number} 服务年度总结", ".pdf"),
    "instalment": ("第 {number} 个半年付款资料包", ".zip"),
    "hazards": ("隐患台账", ".xlsx"),
    "statistics": ("整改率和覆盖统计", ".xlsx"),
    "acceptance": ("验收资料清单", ".xlsx"),
}
"""Name in the address -> title and kind of file."""
_KIND_WORDS = {".docx": "文稿，可以修改", ".pdf": "PDF", ".xlsx": "Excel", ".zip": "签名的资料包"}


def offered(workspace: Workspace, year: int) -> list[tuple[str, int, str, str]]:
    """Name, number, title and kind of file, in words, of everything that can be made now."""
    half = current_half(workspace.settings.parameters, local_date(workspace.clock()))
    periods = {
        "half-year": range(1, half + 1),
        "instalment": range(1, half + 1),
        "year": range(year, year + 1),
    }
    return [
        (name, number, say(title).format(number=number), say(_KIND_WORDS[kind]))
        for name, (title, kind) in REPORTS.items()
        for number in periods.get(name.removesuffix("-pdf"), (0,))
    ]


@page(Act.BUILD, "POST")
def make(request: Any, name: str, number: int) -> Any:
    """Begin to make one; the page shows its progress and the way to the file."""
    _refuse_unknown(name, number)
    workspace = request.desk.workspace
    title = say(REPORTS[name][0]).format(number=number)

    def work(report: Callable[[str], None]) -> Outcome:
        report(say("正在核对全部案件……"))
        with speaking("zh"):  # the client reads it
            _write(workspace, name, number)
        return Outcome(
            text=say("已做好：{title}").format(title=title),
            url=reverse("report-file", args=[name, number]),
            label=say("下载"),
            back=reverse("numbers"),
        )

    job = request.desk.jobs.start(title, work, back=reverse("numbers"))
    return redirect("job", identifier=job.id)


@page(Act.BUILD)
def file(request: Any, name: str, number: int) -> Any:
    """The file made last."""
    _refuse_unknown(name, number)
    path = _path(request.desk.workspace, name, number)
    if not path.is_file():
        raise Http404
    title = REPORTS[name][0].format(number=number).replace(" ", "")
    return hand_out(request, path, f"{title}{path.suffix}")


def _refuse_unknown(name: str, number: int) -> None:
    """A report of a period has its number, from 1 on; what covers the whole contract has 0."""
    if name not in REPORTS or ("{number}" in REPORTS[name][0]) != (number > 0):
        raise Http404


def _path(workspace: Workspace, name: str, number: int) -> Path:
    return workspace.root / "desk" / "reports" / f"{name}-{number}{REPORTS[name][1]}"


def _write(workspace: Workspace, name: str, number: int) -> None:
    from evidence.reports.judged import judged

    path = _path(workspace, name, number)
    path.parent.mkdir(parents=True, exist_ok=True)
    if name == "instalment":
        _pack(workspace, number, path)
        return
    found = judged(
        workspace.ledger.view,
        moment=workspace.clock(),
        parameters=workspace.settings.parameters,
        checklist=workspace.checklist_folder,
    )
    if path.suffix == ".xlsx":
        _tables(found, name, path)
    else:
        write_whole(path, _summary(workspace, found, name, number))


def _pack(workspace: Workspace, half: int, path: Path) -> None:
    """The signed pack of a half-year's payment as one file.

    Raises:
        UsageError: the contract has no such half-year.
        KeyUnusableError, IncompleteError, ChangedOriginalError: as `sign_pack`.
    """
    from evidence.reports.payment_lists import lists_of, pack_of_half

    view, settings = workspace.ledger.view, workspace.settings
    try:
        made = pack_of_half(view, settings.parameters, workspace.clock(), half)
    except ValueError as error:
        raise _no_such_period() from error
    zip_pack(workspace, made, lists_of(made, claims=settings.contract.claims_in_package), path)


def zip_pack(workspace: Workspace, made: Pack | CampaignPack, lists: Mapping[str, bytes], path: Path) -> None:
    """Sign a pack and lay it down as one file, in place of the one made before.

    Raises:
        KeyUnusableError, IncompleteError, ChangedOriginalError: as `sign_pack`.
    """
    from evidence.handover.signed_pack import sign_pack

    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".pack-", dir=path.parent) as folder:
        signed = Path(folder) / "pack"
        sign_pack(workspace.handover, workspace.ledger.view, made, lists, signed)
        whole = Path(shutil.make_archive(str(Path(folder) / "whole"), "zip", root_dir=signed))
        whole.replace(path)


def _no_such_period() -> UsageError:
    return UsageError(say("合同没有这一期。"), remedy=say("请在“日历与统计”里选列出的半年或年度。"))


def _tables(found: Judged, name: str, path: Path) -> None:
    from evidence.reports.tables import (
        acceptance_tables,
        coverage_table,
        hazards_table,
        rate_tables,
        unvisited_table,
    )
    from evidence.reports.workbook import write_tables
    from evidence.rules.figures.acceptance import acceptance
    from evidence.rules.figures.hazards import hazard_lines
    from evidence.rules.section import year_coverage, years_begun

    index = found.index
    if name == "acceptance":
        write_tables(path, *acceptance_tables(acceptance(index, found.findings)))
        return
    lines = hazard_lines(index)
    if name == "hazards":
        write_tables(path, hazards_table(lines, found.titles))
        return
    years = tuple(year_coverage(index, year) for year in years_begun(index))
    rates = rate_tables(lines, found.titles)
    write_tables(path, *rates, coverage_table(years), unvisited_table(index, years))


def _summary(workspace: Workspace, found: Judged, name: str, number: int) -> bytes:
    """The summary with its plots, as Word or as PDF.

    Raises:
        UsageError: the contract has no such half-year or year.
        MissingPartError: no LibreOffice for the PDF, or no font for the plots.
    """
    from evidence.forms.office import render
    from evidence.reports.summary import Parties, summary_docx
    from evidence.rules.figures.period import half_period, period_figures, year_period

    settings = workspace.settings
    try:
        period = (half_period if name.startswith("half") else year_period)(found.index, number)
    except ValueError as error:
        raise _no_such_period() from error
    parties = Parties(
        agency=settings.agency.name, regulator=settings.regulator.name, contract=settings.contract.name
    )
    figures = period_figures(found.index, found.findings, period)
    docx = summary_docx(figures, found.index, parties, found.titles, made=found.moment)
    if not name.endswith("-pdf"):
        return docx
    rendered = render({"summary": docx}, settings.forms)["summary"]
    if rendered.pdf is None:
        raise MissingPartError(rendered.problem, remedy=say("请改做可以修改的文稿，用它另存为 PDF。"))
    return rendered.pdf
