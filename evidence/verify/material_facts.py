"""facts.json against the journal: every case, visit, form and page in it, and nothing that is left out.

What people entered and decided is compared in `material_records`. A fact stands in the journal as it
stands in the file, and the journal knew it at the instant of judgement. What the slice says about a case
must be among the facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from evidence.verify.journal import EARLIER, Journal, Line
from evidence.verify.material_records import compare_records
from evidence.verify.model import Check, failed, note, passed, review
from evidence.verify.package import FACTS, Package

_ID = "material.facts"
_FORM = ("number", "form", "case", "visit", "issued_at", "checks", "pdf", "docx", "data", "geometry")
_CASE = ("id", "enterprise", "kind", "opened_on")
_MOST = 5

Row = Mapping[str, Any]


def examine_facts(package: Package) -> tuple[Check, ...]:
    """Compare the frozen facts with the lines that the package proves."""
    facts = package.facts.get("facts")
    if not isinstance(facts, dict) or not package.ledger.continuous:
        return ()
    told = Told(package.journal, _as_of(package))
    cases = facts.get("cases", [])
    wrong, missing = _compare(told, cases)
    records = compare_records(package.journal, facts, lambda line: _counts(told, line))
    wrong += records.wrong
    missing += records.missing
    checks = [failed(_ID, text, FACTS, "HASH_FAILURE") for text in wrong[:_MOST]]
    checks += [failed(_ID, text, FACTS, "HASH_FAILURE") for text in _left_out(told, facts)]
    modern = package.info.get("Package-Format", "1") != "1"
    if missing and modern and package.ledger.slice.start == 0:
        text = f"这些事实账本从未记载：{'、'.join(missing[:_MOST])}。"  # the whole journal is here
        checks.append(failed(_ID, text, FACTS, "HASH_FAILURE"))
    elif missing and modern:
        some = "、".join(missing[:_MOST]) + (f" 等 {len(missing)} 项" if len(missing) > _MOST else "")
        text = f"这些事实的账目没有随包提供，不能与账本核对：{some}。"
        checks.append(review(_ID, text, EARLIER, "SIGNED_DATA_NOT_FOUND"))
    elif missing:
        text = f"包格式 1 不附以前的账目：{len(missing)} 项事实未能与账本核对。"
        checks.append(note(_ID, text, FACTS))
    if not checks and cases:
        checks.append(passed(_ID, f"{len(cases)} 个案件的登记、文书、扫描页和人工决定都与账本相符。", FACTS))
    return (*checks, *told.late())


def _as_of(package: Package) -> datetime | None:
    try:
        return datetime.fromisoformat(package.info.get("As-Of", ""))
    except ValueError:
        return None


class Told:
    """What the journal tells, by what it is about."""

    def __init__(self, journal: Journal, as_of: datetime | None) -> None:
        self.as_of = as_of
        self.known = _known_lines(journal.lines, as_of)
        """Lines the journal had at the instant of judgement."""
        self.cases = {line.payload["case"]["id"]: line for line in journal.of("case.opened/1")}
        self.cancelled = {line.payload["case"] for line in journal.of("case.cancelled/1")}
        self.withdrawn = {line.payload["visit"] for line in journal.of("visit.withdrawn/1")}
        self.visits = {
            (line.payload["visit"]["id"], line.payload["visit"]["version"]): line
            for line in journal.of("visit.recorded/1")
        }
        self.forms = {line.payload["form"]["number"]: line for line in journal.of("form.issued/1")}
        self.taken = {line.payload["arrival"]: line for line in journal.of("arrival.taken/1")}
        self.judged: dict[str, list[Line]] = {}
        for line in journal.of("arrival.judged/1"):
            self.judged.setdefault(line.payload["arrival"], []).append(line)
        self.relied: list[tuple[str, Line]] = []

    def late(self) -> tuple[Check, ...]:
        """Facts that the journal did not know at the instant of judgement."""
        if self.as_of is None or self.known is None:
            return ()
        late = sorted({what for what, line in self.relied if line.seq not in self.known})
        if not late:
            return ()
        text = f"判断时刻之后才入账的事实被用于判断：{'、'.join(late[:_MOST])}。"
        return (review("ledger.order", text, FACTS, "TIMESTAMP_ORDER_FAILURE"),)


def _known_lines(lines: Sequence[Line], as_of: datetime | None) -> range | None:
    """Positions up to the last line not stamped after the instant: the order of the journal is the truth.

    None when the journal only began afterwards (filled in later): then everything counts as known.
    """
    if as_of is None:
        return None
    last = max((line.seq for line in lines if line.at <= as_of), default=None)
    return None if last is None else range(last + 1)


def _compare(told: Told, cases: Sequence[Row]) -> tuple[list[str], list[str]]:
    """What differs from the journal, and what no line of the package tells."""
    wrong: list[str] = []
    missing: list[str] = []
    for case in cases:
        for what, line, differs in _claims(told, case):
            if line is None:
                missing.append(what)
            elif differs:
                wrong.append(f"{what} 与账本第 {line.seq + 1} 行不符：{'、'.join(differs)}。")
            if line is not None:
                told.relied.append((what, line))
    return wrong, missing


def _claims(told: Told, case: Row) -> Iterator[tuple[str, Line | None, list[str]]]:
    """(what, the line it rests on, fields that differ) of everything one case's facts state."""
    opened = told.cases.get(case["case"]["id"])
    yield case["case"]["id"], opened, _differing(opened, "case", case["case"], _CASE)
    for visit in case.get("visits", ()):
        line = told.visits.get((visit["id"], visit.get("version", 1)))
        keys = tuple(line.payload["visit"]) if line is not None else ()
        yield visit["id"], line, _differing(line, "visit", visit, keys)
    for document in case.get("documents", ()):
        form = document["form"]
        line = told.forms.get(form["number"])
        yield form["number"], line, _differing(line, "form", form, _FORM)
        for scan in (*document.get("scans", ()), *document.get("other_copies", ())):
            yield _page(told, form["number"], scan)


def _differing(line: Line | None, key: str, stated: Row, fields: Sequence[str]) -> list[str]:
    if line is None:
        return []
    said = line.payload[key]
    return [name for name in fields if name in said and said[name] != stated.get(name, _absent(said[name]))]


def _absent(value: Any) -> Any:
    """A field left out of the facts because it holds nothing."""
    return value if value in (None, "", [], False) else None


def _page(told: Told, number: str, scan: Row) -> tuple[str, Line | None, list[str]]:
    """One scanned page: the arrival brought these bytes, and was judged to hold this page."""
    what = f"{number} 第 {scan['page']} 页"
    taken = told.taken.get(scan["arrival"])
    if taken is None:
        return what, None, []
    if taken.payload["sha256"] != scan["sha256"]:
        return what, taken, ["sha256"]
    lines = told.judged.get(scan["arrival"], [])
    if not lines:
        return what, None, []
    places = [
        (page["number"], page["page"], page["index"]) for line in lines for page in line.payload["pages"]
    ]
    wanted = (scan["number"], scan["page"], scan["index"])
    return what, lines[-1], [] if wanted in places else ["页"]


def _left_out(told: Told, facts: Row) -> list[str]:
    """What the slice tells of cases and pages, and the facts do not."""
    here = {case["case"]["id"]: case for case in facts.get("cases", ())}
    found = [
        f"账本记有案件 {case} 本周的检查或材料，事实里没有这个案件。"
        for case in sorted(_touched(told) - here.keys() - told.cancelled)
    ]
    visits = {
        (visit["id"], visit.get("version", 1)) for case in here.values() for visit in case.get("visits", ())
    }
    found += [
        f"账本记有 {visit}，事实里没有。"
        for (visit, version), line in told.visits.items()
        if line.payload["visit"]["case"] in here
        and visit not in told.withdrawn
        and _counts(told, line)
        and (visit, version) not in visits
    ]
    numbers = {document["form"]["number"] for case in here.values() for document in case.get("documents", ())}
    found += [
        f"账本记有文书 {number}，事实里没有。"
        for number, line in told.forms.items()
        if line.payload["form"].get("case") in here
        and line.payload["form"].get("visit") not in told.withdrawn
        and _counts(told, line)
        and number not in numbers
    ]
    return found[:_MOST]


def _touched(told: Told) -> set[str]:
    """Cases with a visit or a page that came in this slice, as far as it was known."""
    cases = {
        line.payload["visit"]["case"]
        for (visit, _version), line in told.visits.items()
        if not line.earlier and visit not in told.withdrawn and _counts(told, line)
    }
    for lines in told.judged.values():
        if not lines[-1].earlier and _counts(told, lines[-1]):
            cases |= {page["number"][:10] for page in lines[-1].payload.get("pages", ())}
    return {case for case in cases if not case.endswith("-0000")}


def _counts(told: Told, line: Line) -> bool:
    return told.known is None or line.seq in told.known
