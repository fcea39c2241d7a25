"""All the decision tables: one case, its people, what surrounds it, standing duties."""

from __future__ import annotations

from tests.unit.rules.decisions import (
    closing_table,
    contract_table,
    duties_table,
    inspection_table,
    marks_table,
    people_table,
    returned_table,
    ruleset_5_table,
    service_table,
)
from tests.unit.rules.decisions.table import Row

CASE: list[Row] = [*inspection_table.TABLE, *closing_table.TABLE, *marks_table.TABLE, *people_table.TABLE]
"""Rules of one case."""
TABLE: list[Row] = [
    *CASE,
    *service_table.TABLE,
    *duties_table.TABLE,
    *contract_table.TABLE,
    *returned_table.TABLE,
    *ruleset_5_table.TABLE,
]
