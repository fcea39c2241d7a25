"""检查台账: a row a visit, in the version in force."""

from __future__ import annotations

from collections.abc import Iterator

from evidence.domain.hazard import Grade
from evidence.domain.terms import VISIT_KINDS
from evidence.domain.week import local_date
from evidence.reports.workbook import Cell, Table
from evidence.rules.facts_index import FactsIndex

VISIT_HEADS = (
    "序号",
    "日期",
    "企业",
    "统一社会信用代码",
    "活动",
    "检查人员",
    "隐患",
    "其中重大",
    "案件",
    "活动编号",
)


def visits_table(index: FactsIndex) -> Table:
    """Every visit that is known, in order of day."""
    rows = sorted(_rows(index), key=lambda row: (str(row[0]), str(row[-1])))
    return Table(title="检查台账", heads=VISIT_HEADS, rows=rows, filtered=True)


def _rows(index: FactsIndex) -> Iterator[tuple[Cell, ...]]:
    for case in index.facts.cases:
        enterprise = index.enterprises.get(case.case.enterprise)
        in_force = {visit.id: visit for visit in sorted(case.visits, key=lambda visit: visit.version)}
        for visit in in_force.values():
            people = [index.people[one].name if one in index.people else one for one in visit.experts]
            yield (
                local_date(visit.arrived_at),
                index.name_of(case.case.enterprise),
                "" if enterprise is None else enterprise.credit_code,
                VISIT_KINDS[visit.kind],
                "、".join(people),
                len(visit.hazards),
                sum(hazard.grade is Grade.MAJOR for hazard in visit.hazards),
                case.case.id,
                visit.id,
            )
