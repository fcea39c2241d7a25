"""`evidence report`: 隐患台账, rates, summaries, the acceptance pack."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli.options import OutFileType, at_option, json_option, workspace_command
from evidence.cli.output import emit, progress, say
from evidence.cli.service_summary import coverage_figures, period_of, show_summary
from evidence.cli.tables import table
from evidence.domain.week import show_date
from evidence.errors import ExitCode, UsageError
from evidence.language import _

if TYPE_CHECKING:
    from evidence.config import Workspace
    from evidence.reports.judged import Judged
    from evidence.reports.workbook import Table


@click.command("report")
@workspace_command
@click.option("--hazards", is_flag=True, help=_("隐患台账：每项隐患一行（.xlsx）"))
@click.option(
    "--statistics", is_flag=True, help=_("统计：整改率按月份、类别、检查项、人员，各年度全标段覆盖（.xlsx）")
)
@click.option(
    "--half-year",
    "half",
    type=click.IntRange(min=1),
    default=None,
    help=_("第几个半年的服务总结（.docx 与 .pdf）"),
)
@click.option(
    "--year",
    type=click.IntRange(min=1),
    default=None,
    help=_("第几服务年度的服务总结（.docx 与 .pdf）"),
)
@click.option(
    "--acceptance", is_flag=True, help=_("验收资料：标段每家企业、每条投标承诺，已有和所缺（.xlsx）")
)
@click.option("--preset", default="", help=_("按一种导出格式的列名和顺序（.xlsx），如 隐患上报、检查台账"))
@click.argument("out", type=OutFileType(), required=False)
@at_option
@json_option
def report_command(
    workspace: Workspace,
    hazards: bool,
    statistics: bool,
    half: int | None,
    year: int | None,
    acceptance: bool,
    preset: str,
    out: Path | None,
    at: datetime | None,
    as_json: bool,
) -> int:
    """隐患台账、统计、服务总结、验收资料；数字与 check 的核对结果出自同一处。

    不给文件名时只在屏幕上显示。退出码：0 完成；验收资料有缺为 3。

    \b
    例：evidence report --hazards 隐患台账.xlsx
        evidence report --half-year 1 服务总结.docx
        evidence report --preset 隐患上报 上报.xlsx
    """
    if preset and not (statistics or acceptance or half or year):
        return _exported(workspace, _judge(workspace, at), preset, out, as_json)
    wanted = [bool(hazards), bool(statistics), half is not None, year is not None, bool(acceptance)]
    if sum(wanted) != 1:
        raise UsageError(
            _("请指明一种报告。"),
            remedy=_("--hazards、--statistics、--half-year、--year、--acceptance 中选一个。"),
        )
    judged = _judge(workspace, at)
    if hazards:
        return _hazards(judged, out, as_json)
    if statistics:
        return _statistics(judged, out, as_json)
    if acceptance:
        return _acceptance(judged, out, as_json)
    return show_summary(workspace, judged, period_of(judged.index, half, year), out, as_json)


def _judge(workspace: Workspace, at: datetime | None) -> Judged:
    from evidence.ledger.known import view_known_at
    from evidence.reports.judged import judged

    return judged(
        view_known_at(workspace.ledger, at),
        moment=at or workspace.clock(),
        parameters=workspace.settings.parameters,
        checklist=workspace.checklist_folder,
    )


def _hazards(judged: Judged, out: Path | None, as_json: bool) -> int:
    from evidence.reports.tables import hazards_table
    from evidence.rules.figures.hazards import hazard_lines
    from evidence.rules.figures.rates import rate

    lines = hazard_lines(judged.index)
    _write_workbook(out, lambda: (hazards_table(lines, judged.titles),))
    if as_json:
        emit({"at": judged.index.today, "hazards": lines})
        return ExitCode.DONE
    total = rate("", lines)
    say(
        _(
            "{day}：隐患 {all} 项，其中重大 {major} 项，已整改 {done} 项（{percent}），逾期未改 {late} 项。"
        ).format(
            day=show_date(judged.index.today),
            all=total.hazards,
            major=total.major,
            done=total.rectified,
            percent=total.percent,
            late=total.overdue,
        )
    )
    heads = (_("案件"), _("编号"), _("企业"), _("隐患"), _("期限"), _("状态"), _("历时"))
    if lines and out is None:
        say(
            table(
                heads,
                [
                    (
                        one.case,
                        one.hazard,
                        judged.index.name_of(one.enterprise),
                        one.description,
                        one.deadline or "—",
                        one.status,
                        _("{n} 天").format(n=one.days),
                    )
                    for one in lines
                ],
            )
        )
    return ExitCode.DONE


def _exported(workspace: Workspace, judged: Judged, name: str, out: Path | None, as_json: bool) -> int:
    """A list in the columns that another system takes."""
    from evidence.reports.presets import arranged, preset
    from evidence.reports.tables import hazards_table
    from evidence.reports.visits import visits_table
    from evidence.rules.figures.hazards import hazard_lines

    wanted = preset(name, workspace.root / "presets")
    if wanted.of == "hazards":
        whole = hazards_table(hazard_lines(judged.index), judged.titles)
    else:
        whole = visits_table(judged.index)
    export = arranged(whole, wanted)
    _write_workbook(out, lambda: (export,))
    rows = list(export.rows)
    if as_json:
        emit({"preset": name, "columns": list(export.heads[1:]), "rows": rows})
    elif out is None:
        say(_shown(export))
    else:
        say(_("{name}：{n} 行。").format(name=name, n=len(rows)))
    return ExitCode.DONE


def _statistics(judged: Judged, out: Path | None, as_json: bool) -> int:
    from evidence.reports.tables import coverage_table, rate_tables, unvisited_table
    from evidence.rules.figures.hazards import hazard_lines
    from evidence.rules.figures.rates import by_class, by_inspector, by_item, by_month, by_street, rate
    from evidence.rules.section import year_coverage, years_begun

    index = judged.index
    lines = hazard_lines(index)
    years = tuple(year_coverage(index, year) for year in years_begun(index))
    tables = (*rate_tables(lines, judged.titles), coverage_table(years), unvisited_table(index, years))
    _write_workbook(out, lambda: tables)
    if as_json:
        emit(
            {
                "at": index.today,
                "total": rate("合计", lines),
                "month": by_month(lines),
                "class": by_class(lines),
                "item": by_item(lines, judged.titles),
                "inspector": by_inspector(lines),
                "street": by_street(lines),
                "coverage": [coverage_figures(one) for one in years],
            }
        )
        return ExitCode.DONE
    for one in tables:
        say(_shown(one))
    return ExitCode.DONE


def _acceptance(judged: Judged, out: Path | None, as_json: bool) -> int:
    from evidence.reports.tables import acceptance_tables
    from evidence.rules.figures.acceptance import acceptance

    pack = acceptance(judged.index, judged.findings)
    _write_workbook(out, lambda: acceptance_tables(pack))
    if as_json:
        emit(
            {
                "at": pack.as_of,
                "coverage": [coverage_figures(one) for one in pack.coverage],
                "enterprises": pack.enterprises,
                "commitments": [
                    {
                        "key": one.key,
                        "evidence": one.evidence,
                        "attached": one.attached,
                        "missing": one.missing,
                    }
                    for one in pack.commitments
                ],
                "standing": pack.standing,
                "missing": pack.missing,
            }
        )
    else:
        done = sum(one.complete for one in pack.enterprises)
        say(
            _(
                "{day}：标段企业各年度共 {all} 份，资料完整 {done} 份；投标承诺 {n} 条；所缺 {missing} 项。"
            ).format(
                day=show_date(pack.as_of),
                all=len(pack.enterprises),
                done=done,
                n=len(pack.commitments),
                missing=len(pack.missing),
            )
        )
        say(f"  ✕ {one}" for one in pack.missing)
    return ExitCode.INCOMPLETE if pack.missing else ExitCode.DONE


def _write_workbook(out: Path | None, tables: Callable[[], Sequence[Table]]) -> None:
    if out is None:
        return
    from evidence.reports.workbook import write_tables

    path = out if out.suffix.lower() == ".xlsx" else out.with_name(f"{out.name}.xlsx")
    write_tables(path, *tables())
    progress(_("已写到 {out}。").format(out=path))


def _shown(one: Table) -> Iterator[str]:
    yield one.title
    yield from table(one.heads[1:], [["" if cell is None else cell for cell in row] for row in one.rows])
    yield ""
