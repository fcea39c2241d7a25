"""`evidence report --half-year` and `--year`: the 服务总结 of a period, shown and written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evidence.cli.output import emit, progress, say
from evidence.errors import ExitCode, UsageError
from evidence.language import _

if TYPE_CHECKING:
    from evidence.config import Workspace
    from evidence.reports.judged import Judged
    from evidence.rules.facts_index import FactsIndex
    from evidence.rules.figures.period import Period, PeriodFigures


def period_of(index: FactsIndex, half: int | None, year: int | None) -> Period:
    """The half-year or year that was asked for.

    Raises:
        UsageError: the contract has none of that number.
    """
    from evidence.rules.figures.period import half_period, year_period

    try:
        if half is not None:
            return half_period(index, half)
        return year_period(index, year or 0)
    except ValueError as error:
        raise UsageError(
            _("合同没有第 {half} 个半年。").format(half=half)
            if half is not None
            else _("合同没有第 {year} 服务年度。").format(year=year),
            remedy=_("合同服务期为 {first} 至 {last}。").format(first=index.term[0], last=index.term[1]),
        ) from error


def show_summary(
    workspace: Workspace, judged: Judged, period: Period, out: Path | None, as_json: bool
) -> int:
    from evidence.rules.figures.period import period_figures

    figures = period_figures(judged.index, judged.findings, period)
    if out is not None:
        _write_summary(workspace, judged, figures, out)
    if as_json:
        emit(_figures(figures))
    elif out is None:
        say(_summary_lines(figures))
    return ExitCode.DONE


def _write_summary(workspace: Workspace, judged: Judged, figures: PeriodFigures, out: Path) -> None:
    """`NAME.docx` and `NAME.pdf`, whichever of the two was named."""
    from evidence.errors import MissingPartError
    from evidence.forms.office import render
    from evidence.reports.summary import Parties, summary_docx

    settings = workspace.settings
    parties = Parties(
        agency=settings.agency.name, regulator=settings.regulator.name, contract=settings.contract.name
    )
    docx = summary_docx(figures, judged.index, parties, judged.titles, made=judged.moment)
    base = out.with_suffix("") if out.suffix.lower() in (".docx", ".pdf") else out
    word, pdf = base.with_name(f"{base.name}.docx"), base.with_name(f"{base.name}.pdf")
    word.write_bytes(docx)
    progress(_("已写到 {out}。").format(out=word))
    rendered = render({"summary": docx}, settings.forms)["summary"]
    if rendered.pdf is None:
        raise MissingPartError(
            rendered.problem, where=str(word), remedy=_("Word 文件已写好，可用它另存为 PDF。")
        )
    pdf.write_bytes(rendered.pdf)
    progress(_("已写到 {out}。").format(out=pdf))


def _figures(figures: PeriodFigures) -> dict[str, object]:
    from evidence.rules.figures.rates import by_month, rate

    return {
        "period": figures.period,
        "at": figures.as_of,
        "work": figures.work,
        "enterprises": figures.enterprises,
        "person_visits": figures.person_visits,
        "total": rate("合计", figures.hazards),
        "month": by_month(figures.hazards),
        "hazards": figures.hazards,
        "coverage": [coverage_figures(one) for one in figures.coverage],
        "reports": figures.reports,
        "weeks_worked": figures.weeks_worked,
        "weeks_missed": figures.weeks_missed,
        "packages": figures.packages,
        "receipted": figures.receipted,
        "unmet": figures.unmet,
    }


def _summary_lines(figures: PeriodFigures) -> Iterator[str]:
    from evidence.rules.figures.rates import rate

    total = rate("", figures.hazards)
    yield f"{figures.period.title}  {figures.period.first} 至 {figures.period.last}"
    yield "  " + "  ".join(f"{name} {count}" for name, count in figures.work.items())
    yield _("  检查企业 {n} 家；隐患 {all} 项，已整改 {done} 项（{percent}）。").format(
        n=len(figures.enterprises), all=total.hazards, done=total.rectified, percent=total.percent
    )
    for one in figures.coverage:
        yield _(
            "  第 {year} 服务年度 {all} 家：已检查 {visited}，已闭环 {closed}，从未检查 {never}。"
        ).format(
            year=one.year,
            all=len(one.targets),
            visited=len(one.visited),
            closed=len(one.closed),
            never=len(one.never_visited),
        )
    yield _("  移交包 {n} 个，有回执 {m} 个，漏交 {k} 周。").format(
        n=len(figures.packages), m=figures.receipted, k=len(figures.weeks_missed)
    )


def coverage_figures(one: Any) -> dict[str, object]:
    """How far a year's work has come, as JSON has it."""
    return {
        "year": one.year,
        "first": one.first,
        "last": one.last,
        "enterprises": len(one.targets),
        "visited": len(one.visited),
        "rechecked": len(one.rechecked),
        "closed": len(one.closed),
        "never_visited": one.never_visited,
    }
