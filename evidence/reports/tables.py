"""The tables of the reports: figures of the rules laid out in columns, the same for Excel and for Word."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evidence.reports.workbook import Cell, Table
from evidence.rules.clause import KIND_NAMES
from evidence.rules.facts_index import FactsIndex
from evidence.rules.figures.acceptance import Acceptance
from evidence.rules.figures.hazards import HazardLine
from evidence.rules.figures.rates import Rate, by_class, by_inspector, by_item, by_month, by_street
from evidence.rules.section import YearCoverage

HAZARD_HEADS = (
    "序号",
    "案件",
    "隐患编号",
    "企业",
    "统一社会信用代码",
    "企业类别",
    "街道（镇）",
    "发现日期",
    "发现环节",
    "检查人员",
    "记录编号",
    "部位",
    "隐患描述",
    "检查项",
    "等级",
    "判定条款",
    "法律依据",
    "原整改期限",
    "现整改期限",
    "企业填报完成日期",
    "复查确认日期",
    "状态",
    "历时（天）",
    "逾期（天）",
)
RATE_HEADS = ("序号", "分组", "隐患", "其中重大", "已整改", "逾期未改", "整改率")


def hazards_table(lines: Iterable[HazardLine], titles: Mapping[int, str]) -> Table:
    """隐患台账, a row a hazard.

    Args:
        titles: checklist item -> its title.
    """
    return Table(
        title="隐患台账",
        heads=HAZARD_HEADS,
        rows=[_hazard(line, titles) for line in lines],
        filtered=True,
    )


def _hazard(line: HazardLine, titles: Mapping[int, str]) -> tuple[Cell, ...]:
    item = "" if line.item is None else f"{line.item}. {titles.get(line.item, '')}".rstrip(". ")
    return (
        line.case,
        line.hazard,
        line.name,
        line.credit_code,
        "、".join(line.classes),
        line.street,
        line.found_on,
        line.found_at,
        "、".join(line.inspectors),
        line.record,
        line.location,
        line.description,
        item,
        "重大" if line.major else "一般",
        line.criterion,
        line.basis,
        line.first_deadline,
        line.deadline,
        line.completed_on,
        line.closed_on,
        line.status.value,
        line.days,
        line.overdue_days,
    )


def rate_tables(lines: Iterable[HazardLine], titles: Mapping[int, str]) -> tuple[Table, ...]:
    """整改率 by month, class, item, inspector and street."""
    known = tuple(lines)
    return (
        _rates("按月份", by_month(known)),
        _rates("按企业类别", by_class(known)),
        _rates("按检查项", by_item(known, dict(titles))),
        _rates("按检查人员", by_inspector(known)),
        _rates("按街道（镇）", by_street(known)),
    )


def _rates(title: str, rows: Iterable[Rate]) -> Table:
    return Table(
        title=title,
        heads=RATE_HEADS,
        rows=[(one.label, one.hazards, one.major, one.rectified, one.overdue, one.percent) for one in rows],
    )


def coverage_table(years: Iterable[YearCoverage]) -> Table:
    """The whole section by service year, enterprises never visited among it."""
    return Table(
        title="覆盖情况",
        heads=(
            "序号",
            "服务年度",
            "起",
            "止",
            "标段企业",
            "已检查",
            "已复查",
            "已闭环",
            "未闭环",
            "从未检查",
        ),
        rows=[
            (
                f"第{one.year}服务年度",
                one.first,
                one.last,
                len(one.targets),
                len(one.visited),
                len(one.rechecked),
                len(one.closed),
                len(one.not_closed),
                len(one.never_visited),
            )
            for one in years
        ],
    )


def unvisited_table(index: FactsIndex, years: Iterable[YearCoverage]) -> Table:
    """Who was never visited, year by year."""
    return Table(
        title="从未检查企业",
        heads=("序号", "服务年度", "企业", "统一社会信用代码", "地址"),
        rows=[
            (
                f"第{one.year}服务年度",
                index.enterprises[enterprise].name,
                index.enterprises[enterprise].credit_code,
                index.enterprises[enterprise].address,
            )
            for one in years
            for enterprise in one.never_visited
        ],
    )


def acceptance_tables(pack: Acceptance) -> tuple[Table, ...]:
    """企业, 投标承诺, 合同常设事项, 所缺."""
    return (
        coverage_table(pack.coverage),
        Table(
            title="企业服务资料",
            heads=(
                "序号",
                "服务年度",
                "企业",
                "统一社会信用代码",
                "案件",
                "检查日期",
                "复查日期",
                "是否闭环",
                "隐患",
                "未整改",
                "已归档文书",
                "所缺",
            ),
            rows=[
                (
                    f"第{one.year}服务年度",
                    one.name,
                    one.enterprise,
                    "、".join(one.cases),
                    one.checked_on,
                    one.rechecked_on,
                    "是" if one.closed else "否",
                    one.hazards,
                    one.hazards_open,
                    "\n".join(one.records),
                    "\n".join(one.missing),
                )
                for one in pack.enterprises
            ],
            filtered=True,
        ),
        Table(
            title="投标承诺",
            heads=("序号", "承诺", "履行证据", "附件", "所缺"),
            rows=[
                (one.key, one.evidence, "有" if one.attached else "无", one.missing)
                for one in pack.commitments
            ],
        ),
        Table(
            title="合同常设事项",
            heads=("序号", "条款", "结论", "说明", "怎么补"),
            rows=[
                (one.clause.number, KIND_NAMES[one.kind], one.message, one.remediation)
                for one in pack.standing
            ],
        ),
        Table(title="所缺", heads=("序号", "所缺"), rows=[(one,) for one in pack.missing]),
    )
