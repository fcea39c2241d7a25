"""服务总结 of a half-year or a service year: the figures in words, tables and plots."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from evidence.domain.week import Week
from evidence.reports.document import Paper
from evidence.reports.plots import coverage_plot, months_plot, rates_plot
from evidence.reports.tables import coverage_table, rate_tables, unvisited_table
from evidence.reports.workbook import Table
from evidence.rules.facts_index import FactsIndex
from evidence.rules.figures.hazards import HazardLine
from evidence.rules.figures.period import PeriodFigures
from evidence.rules.figures.rates import by_class, by_item, by_month, rate

_LISTED = 60
"""Enterprises never visited that are named in the document; the workbook of the statistics has all."""

_SIGNED_ON = "\n\n　　　　年　　月　　日"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Who reports to whom under which contract."""

    agency: str
    regulator: str
    contract: str


def summary_docx(
    figures: PeriodFigures, index: FactsIndex, parties: Parties, titles: Mapping[int, str], *, made: datetime
) -> bytes:
    """The Word document.

    Args:
        titles: checklist item -> its title.
        made: goes into the file's properties.

    Raises:
        MissingPartError: the plots' font is not installed.
    """
    paper = Paper(parties.contract, f"{figures.period.title}服务总结", made=made)
    _opening(paper, figures, parties)
    _work(paper, figures, index)
    _hazards(paper, figures, titles)
    _upwards(paper, figures)
    _handover(paper, figures)
    _unmet(paper, figures)
    paper.text(f"以上数字由登记的事实按合同条款计算，截至 {_day(figures.as_of)}。")
    paper.signatures(
        "编制人：\n\n　　　年　　月　　日", "审核人：\n\n　　　年　　月　　日", "单位（盖章）：\n"
    )
    return paper.docx()


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _opening(paper: Paper, figures: PeriodFigures, parties: Parties) -> None:
    period = figures.period
    until = min(period.last, figures.as_of)
    running = "（尚未结束）" if figures.as_of <= period.last else ""
    paper.text(f"委托单位：{parties.regulator}")
    paper.text(f"服务机构：{parties.agency}")
    paper.text(
        f"期间：{_day(period.first)}至{_day(period.last)}{running}，本总结统计至{_day(until)}的工作，"
        f"隐患状态截至{_day(figures.as_of)}。"
    )


def _work(paper: Paper, figures: PeriodFigures, index: FactsIndex) -> None:
    paper.heading("一、服务完成情况")
    done = "、".join(f"{name}{count}次" for name, count in figures.work.items())
    paper.text(
        f"本期{done}；检查企业{len(figures.enterprises)}家，检查和复查共出动检查人员"
        f"{figures.person_visits}人次。"
    )
    for one in figures.coverage:
        paper.text(
            f"第{one.year}服务年度（{_day(one.first)}至{_day(one.last)}）标段内企业{len(one.targets)}家，"
            f"已检查{len(one.visited)}家，已闭环{len(one.closed)}家，从未检查{len(one.never_visited)}家。"
        )
    paper.caption("标段覆盖情况")
    paper.table(coverage_table(figures.coverage), widths_mm=(23, 20, 20, 15, 14, 14, 14, 14, 15))
    if any(one.targets for one in figures.coverage):
        paper.picture(coverage_plot(figures.coverage))
    never = unvisited_table(index, figures.coverage)
    rows = list(never.rows)
    if rows:
        more = f"，列出前{_LISTED}家，其余见统计表" if len(rows) > _LISTED else ""
        paper.caption(f"从未检查的企业（{len(rows)}家{more}）")
        paper.table(
            Table(title=never.title, heads=never.heads, rows=rows[:_LISTED]), widths_mm=(26, 45, 40, 38)
        )


def _hazards(paper: Paper, figures: PeriodFigures, titles: Mapping[int, str]) -> None:
    paper.heading("二、隐患与整改")
    total = rate("合计", figures.hazards)
    if not total.hazards:
        paper.text("本期没有登记隐患。")
        return
    paper.text(
        f"本期发现隐患{total.hazards}项，其中重大{total.major}项；经复查确认已整改{total.rectified}项，"
        f"整改率{total.percent}；期满未整改或待复查{total.overdue}项。"
    )
    paper.caption("各月发现的隐患与整改率")
    paper.picture(months_plot(by_month(figures.hazards)))
    paper.caption("各检查项的隐患")
    paper.picture(rates_plot(by_item(figures.hazards, dict(titles))))
    paper.caption("各类企业的隐患")
    paper.picture(rates_plot(by_class(figures.hazards)))
    for table in rate_tables(figures.hazards, titles):
        paper.caption(f"整改率，{table.title}")
        paper.table(table, widths_mm=(59, 18, 18, 18, 18, 18))
    paper.text("一项隐患由两人查出，或所在企业属两类的，在各自名下各计一次，故分组合计可大于总数。")


def _upwards(paper: Paper, figures: PeriodFigures) -> None:
    paper.heading("三、重大事故隐患与上报")
    major = [one for one in figures.hazards if one.major]
    paper.text(f"本期判定重大事故隐患{len(major)}项，书面上报{len(figures.reports)}次。")
    if major:
        paper.caption("重大事故隐患")
        paper.table(_major(major), widths_mm=(36, 20, 57, 18, 18))
    if figures.reports:
        paper.caption("书面上报")
        paper.table(
            Table(
                title="上报",
                heads=("序号", "企业", "事由", "报送", "日期", "签收", "处理结果"),
                rows=[
                    (
                        one.name,
                        one.trigger,
                        one.recipient,
                        one.reported_on,
                        "有" if one.receipted else "无",
                        one.outcome or "—",
                    )
                    for one in figures.reports
                ],
            ),
            widths_mm=(35, 30, 25, 20, 12, 27),
        )


def _major(lines: Iterable[HazardLine]) -> Table:
    return Table(
        title="重大事故隐患",
        heads=("序号", "企业", "发现日期", "隐患", "期限", "状态"),
        rows=[
            (
                one.name,
                one.found_on,
                f"{one.location}：{one.description}",
                one.deadline,
                one.status.value,
            )
            for one in lines
        ],
    )


def _handover(paper: Paper, figures: PeriodFigures) -> None:
    paper.heading("四、资料移交")
    paper.text(
        f"本期有工作的周{figures.weeks_worked}个，移交包{len(figures.packages)}个，"
        f"其中已有接收回执{figures.receipted}个。"
    )
    if figures.weeks_missed:
        paper.text(f"没有按期移交的周：{_weeks(figures.weeks_missed)}。")


def _weeks(weeks: Sequence[str]) -> str:
    """`2022年第11周（3月14日至3月20日）`."""
    return "、".join(
        f"{week.year}年第{week.number}周（{week.monday.month}月{week.monday.day}日至"
        f"{week.sunday.month}月{week.sunday.day}日）"
        for week in map(Week.parse, weeks)
    )


def _unmet(paper: Paper, figures: PeriodFigures) -> None:
    paper.heading("五、合同核对中不满足和待认定的事项")
    if not figures.unmet:
        paper.text("没有。")
        return
    paper.table(
        Table(
            title="核对",
            heads=("序号", "条款", "不满足", "待认定", "举例"),
            rows=[(one.clause, one.fail, one.review, one.example) for one in figures.unmet],
        ),
        widths_mm=(28, 15, 15, 91),
    )
