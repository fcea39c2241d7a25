"""What belongs to no single case, against the journal (check `material.facts`): enterprises, people,
recorders, campaigns, plans, the line about each cycle, packages made and receipts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from evidence.domain.parties import Campaign, Device, Enterprise, Person
from evidence.domain.register import Gap, Package, Plan, Receipt
from evidence.domain.week import Week, local_date
from evidence.verify.journal import Line
from evidence.verify.material_told import Comparison, Row, Told, same


@dataclass(frozen=True, slots=True, kw_only=True)
class _Register:
    """One register of the workbook."""

    facts: str
    """Its name in the facts, and in the payload of an import."""
    key: str
    kind: type
    name: str


_REGISTERS = (
    _Register(facts="enterprises", key="id", kind=Enterprise, name="企业"),
    _Register(facts="people", key="id", kind=Person, name="人员"),
    _Register(facts="devices", key="serial", kind=Device, name="记录仪"),
    _Register(facts="campaigns", key="id", kind=Campaign, name="专项"),
)
_OF_CYCLE = ("enterprise", "kind", "campaign")


def compare_shared(told: Told, facts: Row, cases: Mapping[str, Row], found: Comparison) -> None:
    """Compare everything in the facts that stands beside the cases."""
    for register in _REGISTERS:
        _parties(told, register, facts.get(register.facts, ()), found)
    _plans(told, facts, cases, found)
    _cycles(told, facts.get("services", ()), found)
    _packages(told, facts.get("packages", ()), cases, found)
    _receipts(told, facts.get("receipts", ()), found)


def _parties(told: Told, register: _Register, rows: Sequence[Row], found: Comparison) -> None:
    """Entries of a workbook; later ones replace those of the same id."""
    said = {
        str(item[register.key]): (line, item)
        for line in told.of("parties.imported/1")
        for item in line.payload.get(register.facts, ())
    }
    stated = {str(row[register.key]): row for row in rows}
    for key, row in stated.items():
        what = f"{register.name} {key}"
        if key not in said:
            found.missing.append(what)
        elif not same(register.kind, said[key][1], row):
            found.differs(what, said[key][0])
    for key in said.keys() - stated.keys():
        found.left_out(f"{register.name} {key}", said[key][0])


def _plans(told: Told, facts: Row, cases: Mapping[str, Row], found: Comparison) -> None:
    """Weekly plans as they were filed; of weeks without a visit that is judged their lines are not wanted."""
    said = {
        (line.payload["plan"]["week"], line.payload["plan"]["version"]): line
        for line in told.of("plan.filed/1")
    }
    stated = {(row["week"], row.get("version", 1)): row for row in facts.get("plans", ())}
    judged, visited = _weeks(told, facts, cases)
    for key, row in stated.items():
        what = f"{key[0]} 的工作计划"
        if key not in said:
            found.missing.append(what)
            continue
        plan = said[key].payload["plan"]
        if key[0] < visited and not row.get("lines"):
            plan = {**plan, "lines": []}
        if not same(Plan, plan, row):
            found.differs(what, said[key])
    for key in said.keys() - stated.keys():
        if key[0] >= judged:
            found.left_out(f"{key[0]} 的工作计划", said[key])


def _weeks(told: Told, facts: Row, cases: Mapping[str, Row]) -> tuple[str, str]:
    """The week from which every plan is among the facts, and that of the first visit judged."""
    weeks = {str(facts.get("week") or "")} - {""}
    if told.as_of is not None:
        weeks.add(str(Week.of(local_date(told.as_of))))
    visits = {
        str(Week.of(local_date(datetime.fromisoformat(visit["arrived_at"]))))
        for case in cases.values()
        for visit in case.get("visits", ())
    }
    judged = max(weeks, default="9999")
    return judged, min({*weeks, *visits}, default="")


def _cycles(told: Told, rows: Sequence[Row], found: Comparison) -> None:
    """One line a cycle: whose it is and what kind; none that was opened is left out."""
    stated = {row["case"]: row for row in rows}
    for case, row in stated.items():
        line = told.cases.get(case)
        if line is None or not told.counts(line):
            continue  # a case that is not judged here: its lines stand in other packages
        said = line.payload["case"]
        if any(
            (said.get(name) or "") != (row.get(name) or "") for name in ("enterprise", "kind", "campaign")
        ):
            found.differs(f"案件 {case}", line)
    for case, line in told.cases.items():
        if told.counts(line) and case not in stated and case not in told.cancelled:
            found.left_out(f"案件 {case}", line)


def _packages(told: Told, rows: Sequence[Row], cases: Mapping[str, Row], found: Comparison) -> None:
    """Packages made by then, with what the last of them declared missing."""
    said = {line.payload["package"]["id"]: line for line in told.packages()}
    recorded = [id for id, line in said.items() if line.payload["package"].get("owed") is not None]
    stated = {row["id"]: row for row in rows}
    for id, row in stated.items():
        what = f"移交包 {id}"
        if id not in said:
            found.missing.append(what)
            continue
        built = said[id].payload["package"]
        trimmed = {
            **built,
            "documents": [each for each in built.get("documents", ()) if each[:10] in cases],
            "cases": [],
            "originals": [],
            "owed": None,
        }
        if not same(Package, trimmed, {**row, "owed": None}):
            found.differs(what, said[id])
        if recorded and id == recorded[-1] and not _same_gaps(built["owed"], row.get("owed")):
            found.wrong.append(f"{what} 声明未移交的项目与账本第 {said[id].seq + 1} 行不符。")
    for id in said.keys() - stated.keys():
        found.left_out(f"移交包 {id}", said[id])


def _same_gaps(said: Sequence[Row], stated: Sequence[Row] | None) -> bool:
    if stated is None or len(said) != len(stated):
        return False
    return all(same(Gap, one, other) for one, other in zip(said, stated, strict=True))


def _receipts(told: Told, rows: Sequence[Row], found: Comparison) -> None:
    lines: list[Line] = list(told.of("receipt.received/1"))
    for row in rows:
        if not any(same(Receipt, line.payload["receipt"], row) for line in lines):
            found.missing.append(f"{row['package']} 的接收回执")
    for line in lines:
        if not any(same(Receipt, line.payload["receipt"], row) for row in rows):
            found.left_out(f"{line.payload['receipt']['package']} 的接收回执", line)
