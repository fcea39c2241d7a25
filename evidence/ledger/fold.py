"""What each event means for the view: one small function per kind, over named tables of rows.

Tables: `case:<id>` holds everything of one case, so that no table grows large; `arrivals:<day>:<n>`
a few hundred arrivals each; `sha:<3 hex>` finds arrivals and recordings by digest; `services:<…>`
one line per case; `week:<ISO week>` the cases visited; `touched:<…>` the cases whose evidence arrived
or changed since they were last handed over; small registers stand in tables of their own.
Rows are `{"seq", "at", "body"}`: position and instant of the event, and its content.

A payload may come unread (`unread`); the kinds that a journal is full of are then only looked at, and what
they say is passed on as it is. The rows are the same, read.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from evidence.ledger import fold_arrivals
from evidence.ledger.codec import Line, event_of
from evidence.ledger.fold_tables import (
    WEEKLY,
    case_of,
    case_table,
    enterprise_table,
    register_table,
    row_of,
    touch,
    touched_table,
)
from evidence.ledger.payload_views import see_case, see_form, see_visit
from evidence.ledger.rows import Rows
from evidence.ledger.service import forget_visit, note_case, note_report, note_visit
from evidence.ledger.unread import member, read

Body = dict[str, Any]
Handler = Callable[[Rows, Line, Any], None]


def fold(rows: Rows, entry: Line) -> None:
    """Apply one entry; kinds that say nothing about the view's content leave it as it is.

    Raises:
        LedgerDamagedError: the kind is unknown (a newer program wrote it) or the payload is not its.
    """
    try:
        handler = _LOOKING.get(entry.kind)
        if handler is not None:
            handler(rows, entry, entry.payload)
            return
        handler = _READING.get(entry.kind)
        if handler is not None:
            handler(rows, entry, read(entry.payload))
            return
    except (KeyError, TypeError, AttributeError, ValueError, msgspec.MsgspecError):
        event_of(entry.kind, read(entry.payload), entry.seq)  # says what is wrong with the payload
        raise
    event_of(entry.kind, read(entry.payload), entry.seq)


def _parties(rows: Rows, entry: Line, body: Body) -> None:
    for item in body.get("enterprises", ()):
        rows.put(enterprise_table(item["id"]), item["id"], row_of(entry, item))
    for name, key in (("people", "id"), ("devices", "serial"), ("campaigns", "id")):
        for item in body.get(name, ()):
            rows.put(name, item[key], row_of(entry, item))


def _case_opened(rows: Rows, entry: Line, body: Any) -> None:
    case, content = see_case(body).case, member(body, "case")
    rows.put(case_table(case.id), "case", row_of(entry, content))
    rows.put(f"enterprise:{case.enterprise}", case.id, row_of(entry, {}))
    note_case(rows, entry, case.id, content)


def _visit(rows: Rows, entry: Line, body: Any) -> None:
    visit = see_visit(body).visit
    key = f"visit:{visit.id}:{visit.version}"
    rows.put(case_table(visit.case), key, row_of(entry, member(body, "visit")))
    note_visit(rows, entry, visit)
    touch(rows, entry, visit.case)


def _case_cancelled(rows: Rows, entry: Line, body: Body) -> None:
    case = body["case"]
    row = rows.get(case_table(case), "case")
    if row is None:
        return
    content = {**read(row["body"]), "cancelled_why": body["why"]}
    rows.put(case_table(case), "case", {**row, "body": content})
    note_case(rows, entry, case, content)
    rows.drop(touched_table(case), case)


def _visit_withdrawn(rows: Rows, entry: Line, body: Body) -> None:
    visit = body["visit"]
    case = case_of(visit)
    for key in [key for key, _row in rows.items(case_table(case)) if key.startswith(f"visit:{visit}:")]:
        rows.drop(case_table(case), key)
    rows.put(case_table(case), f"withdrawn:{visit}", row_of(entry, body))
    forget_visit(rows, case, visit)
    touch(rows, entry, case)


def _report(rows: Rows, entry: Line, body: Body) -> None:
    report = body["report"]
    rows.put(case_table(report["case"]), f"report:{report['version']}", row_of(entry, report))
    note_report(rows, entry, report["case"])
    touch(rows, entry, report["case"])


def _escalation(rows: Rows, entry: Line, body: Body) -> None:
    escalation = body["escalation"]
    rows.put(case_table(escalation["case"]), f"escalation:{escalation['id']}", row_of(entry, escalation))
    touch(rows, entry, escalation["case"])


def _register(rows: Rows, entry: Line, body: Body) -> None:
    item = body["entry"]
    table = register_table(item["register"], item["key"])
    replaced = rows.get(table, item["key"])
    row = row_of(entry, item)
    rows.put(table, item["key"], row if replaced is None else {**row, "before": replaced})
    if item.get("attachment"):
        _touch_case_of(rows, entry, item)


def _touch_case_of(rows: Rows, entry: Line, item: Body) -> None:
    """A paper about a case came in: it goes into the next package."""
    case = item.get("case") or (case_of(item["visit"]) if item.get("visit") else None)
    if case:
        touch(rows, entry, case)


def _register_withdrawn(rows: Rows, entry: Line, body: Body) -> None:
    table = register_table(body["register"], body["key"])
    row = rows.get(table, body["key"])
    if row is None:
        return
    rows.drop(table, body["key"])  # a store may merge what is put over a row
    if (before := row.get("before")) is not None:
        rows.put(table, body["key"], before)


def _issued(rows: Rows, entry: Line, body: Any) -> None:
    form = see_form(body).form
    number = form.number
    case = case_of(number)
    rows.put(case_table(case), f"form:{number}", row_of(entry, member(body, "form")))
    if form.case is None or case.endswith(WEEKLY):
        rows.put("weekly", number, row_of(entry, {}))


def _reserved(rows: Rows, entry: Line, body: Body) -> None:
    for item in body["numbers"]:
        number = item["number"]
        rows.put(case_table(case_of(number)), f"reserved:{number}", row_of(entry, {"form": item["form"]}))


def _restored(rows: Rows, entry: Line, body: Body) -> None:
    rows.put("restores", f"{entry.seq:012d}", row_of(entry, body))


def _voided(rows: Rows, entry: Line, body: Body) -> None:
    number = body["number"]
    case = case_of(number)
    row = rows.get(case_table(case), f"form:{number}")
    if row is not None:
        form = {**read(row["body"]), "voided_why": body["why"]}
        rows.put(case_table(case), f"form:{number}", {**row, "body": form})
        touch(rows, entry, case)


def _transcribed(rows: Rows, entry: Line, body: Body) -> None:
    made = body["transcription"]
    case = case_of(made["number"])
    rows.put(case_table(case), f"transcript:{made['number']}:{entry.seq:012d}", row_of(entry, made))
    touch(rows, entry, case)


def _plan(rows: Rows, entry: Line, body: Body) -> None:
    plan = body["plan"]
    rows.put("plans", f"{plan['week']}:{plan['version']}", row_of(entry, plan))


def _waiver(rows: Rows, entry: Line, body: Body) -> None:
    waiver = body["waiver"]
    rows.put(case_table(waiver["case"]), f"waiver:{entry.seq}", row_of(entry, waiver))
    if waiver.get("attachment"):
        touch(rows, entry, waiver["case"])


def _incurable(rows: Rows, entry: Line, body: Body) -> None:
    case = body["incurable"]["gap"]["case"]
    rows.put(case_table(case), f"incurable:{entry.seq}", row_of(entry, body["incurable"]))


def _hold(rows: Rows, entry: Line, body: Body) -> None:
    hold = body["hold"]
    rows.put(case_table(hold["case"]), f"hold:{hold['at']}:{hold.get('visit') or ''}", row_of(entry, hold))


def _checkpoint(rows: Rows, entry: Line, body: Body) -> None:
    rows.put("checkpoints", f"{body['week']}:{body['size']}", row_of(entry, body))


def _package(rows: Rows, entry: Line, body: Body) -> None:
    package = body["package"]
    rows.put("packages", package["id"], row_of(entry, package))
    for case in package.get("cases", ()):
        touched = rows.get(touched_table(case), case)
        # what came after the package's as-of instant belongs to the next one
        if touched is not None and touched["seq"] < (package.get("known_size") or package["tree_size"]):
            rows.drop(touched_table(case), case)


def _receipt(rows: Rows, entry: Line, body: Body) -> None:
    rows.put("receipts", f"{body['receipt']['package']}:{entry.seq}", row_of(entry, body["receipt"]))


_LOOKING: dict[str, Handler] = {
    "case.opened/1": _case_opened,
    "visit.recorded/1": _visit,
    "form.issued/1": _issued,
    "arrival.taken/1": fold_arrivals.arrival_taken,
    "arrival.judged/1": fold_arrivals.arrival_judged,
    "mark.decided/1": fold_arrivals.word_given,
    "alteration.decided/1": fold_arrivals.word_given,
}
"""Kinds whose payload may stay unread."""
_READING: dict[str, Handler] = {
    "parties.imported/1": _parties,
    "case.cancelled/1": _case_cancelled,
    "visit.withdrawn/1": _visit_withdrawn,
    "report.recorded/1": _report,
    "escalation.recorded/1": _escalation,
    "register.entered/1": _register,
    "register.withdrawn/1": _register_withdrawn,
    "number.reserved/1": _reserved,
    "form.voided/1": _voided,
    "document.transcribed/1": _transcribed,
    "arrival.waiting/1": fold_arrivals.arrival_waiting,
    "arrival.scanned/1": fold_arrivals.arrival_scanned,
    "arrival.decided/1": fold_arrivals.person_decided,
    "recording.assigned/1": fold_arrivals.recording_assigned,
    "plan.filed/1": _plan,
    "waiver.granted/1": _waiver,
    "gap.incurable/1": _incurable,
    "hold.placed/1": _hold,
    "checkpoint.made/1": _checkpoint,
    "package.built/1": _package,
    "receipt.received/1": _receipt,
    "ledger.restored/1": _restored,
}
"""Kinds whose payload is read whole."""
