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
from functools import lru_cache
from typing import Any
from zlib import crc32

import msgspec

from evidence.ledger.codec import Line, event_of
from evidence.ledger.looks import Judged, see_case, see_form, see_judged, see_taken, see_visit, see_word
from evidence.ledger.rows import Row, Rows
from evidence.ledger.service import forget_visit, note_case, note_report, note_visit
from evidence.ledger.unread import member, pages_of, read

Body = dict[str, Any]
Handler = Callable[[Rows, Line, Any], None]
WEEKLY = "-0000"
"""Case ids of weekly forms end so (`WJB22-0000`); they are nobody's inspection cycle."""


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


def case_table(case: str) -> str:
    """Table of one case."""
    return f"case:{case}"


def case_of(identifier: str) -> str:
    """The case in a number (first ten characters) or a visit id (what stands before `-V<n>`)."""
    case, dash, _running = identifier.rpartition("-V")
    return case if dash else identifier[:10]


@lru_cache(maxsize=1024)  # an arrival's few events stand close together
def arrival_table(arrival: str) -> str:
    """`A-20220401-0007` lives with up to 255 neighbours of its day."""
    day, _dash, running = arrival.removeprefix("A-").partition("-")
    return f"arrivals:{day}:{int(running) >> 8 if running.isdecimal() else 0}"


def digest_table(sha256: str) -> str:
    """Arrivals and recordings by digest, in 4096 shards."""
    return f"sha:{sha256[:3]}"


def touched_table(case: str) -> str:
    """A hundred cases share one table of what was touched."""
    return "touched:" + case[:8]


def enterprise_table(enterprise: str) -> str:
    """Enterprises in 64 shards: one import brings thousands."""
    return f"enterprises:{crc32(enterprise.encode()) & 63:02d}"


def register_table(register: str, key: str) -> str:
    """One register in 32 shards: some registers get an entry a case."""
    return f"register:{register}:{crc32(key.encode()) & 31:02d}"


def _row(entry: Line, body: Any) -> Row:
    return {"seq": entry.seq, "at": entry.at, "body": body}


def _touch(rows: Rows, entry: Line, case: str) -> None:
    if case[-5:] != WEEKLY:
        rows.put("touched:" + case[:8], case, {"seq": entry.seq, "at": entry.at, "body": {}})


def _parties(rows: Rows, entry: Line, body: Body) -> None:
    for item in body.get("enterprises", ()):
        rows.put(enterprise_table(item["id"]), item["id"], _row(entry, item))
    for name, key in (("people", "id"), ("devices", "serial"), ("campaigns", "id")):
        for item in body.get(name, ()):
            rows.put(name, item[key], _row(entry, item))


def _case_opened(rows: Rows, entry: Line, body: Any) -> None:
    case, content = see_case(body).case, member(body, "case")
    rows.put(case_table(case.id), "case", _row(entry, content))
    rows.put(f"enterprise:{case.enterprise}", case.id, _row(entry, {}))
    note_case(rows, entry, case.id, content)


def _visit(rows: Rows, entry: Line, body: Any) -> None:
    visit = see_visit(body).visit
    key = f"visit:{visit.id}:{visit.version}"
    rows.put(case_table(visit.case), key, _row(entry, member(body, "visit")))
    note_visit(rows, entry, visit)
    _touch(rows, entry, visit.case)


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
    rows.put(case_table(case), f"withdrawn:{visit}", _row(entry, body))
    forget_visit(rows, case, visit)
    _touch(rows, entry, case)


def _report(rows: Rows, entry: Line, body: Body) -> None:
    report = body["report"]
    rows.put(case_table(report["case"]), f"report:{report['version']}", _row(entry, report))
    note_report(rows, entry, report["case"])
    _touch(rows, entry, report["case"])


def _escalation(rows: Rows, entry: Line, body: Body) -> None:
    escalation = body["escalation"]
    rows.put(case_table(escalation["case"]), f"escalation:{escalation['id']}", _row(entry, escalation))
    _touch(rows, entry, escalation["case"])


def _register(rows: Rows, entry: Line, body: Body) -> None:
    item = body["entry"]
    table = register_table(item["register"], item["key"])
    replaced = rows.get(table, item["key"])
    row = _row(entry, item)
    rows.put(table, item["key"], row if replaced is None else {**row, "before": replaced})
    if item.get("attachment"):
        _touch_case_of(rows, entry, item)


def _touch_case_of(rows: Rows, entry: Line, item: Body) -> None:
    """A paper about a case came in: it goes into the next package."""
    case = item.get("case") or (case_of(item["visit"]) if item.get("visit") else None)
    if case:
        _touch(rows, entry, case)


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
    rows.put(case_table(case), f"form:{number}", _row(entry, member(body, "form")))
    if form.case is None or case.endswith(WEEKLY):
        rows.put("weekly", number, _row(entry, {}))


def _reserved(rows: Rows, entry: Line, body: Body) -> None:
    for item in body["numbers"]:
        number = item["number"]
        rows.put(case_table(case_of(number)), f"reserved:{number}", _row(entry, {"form": item["form"]}))


def _restored(rows: Rows, entry: Line, body: Body) -> None:
    rows.put("restores", f"{entry.seq:012d}", _row(entry, body))


def _voided(rows: Rows, entry: Line, body: Body) -> None:
    number = body["number"]
    case = case_of(number)
    row = rows.get(case_table(case), f"form:{number}")
    if row is not None:
        form = {**read(row["body"]), "voided_why": body["why"]}
        rows.put(case_table(case), f"form:{number}", {**row, "body": form})
        _touch(rows, entry, case)


def _transcribed(rows: Rows, entry: Line, body: Body) -> None:
    made = body["transcription"]
    case = case_of(made["number"])
    rows.put(case_table(case), f"transcript:{made['number']}:{entry.seq:012d}", _row(entry, made))
    _touch(rows, entry, case)


def _arrival_body(row: Row | None, seen: str) -> Body:
    """An arrival's row: what was said of it while waiting, when taken, when judged, and by people."""
    if row is not None:
        return {**row["body"]}
    return {"seen": seen, "waiting": None, "taken": None, "judged": None, "decisions": []}


OPEN_OUTCOMES = frozenset({"waiting", "taken", "unidentified", "quarantined"})
"""Arrivals that somebody looks for again stand in a table `outcome:<outcome>` of their own."""


def outcome_of(body: Body) -> str:
    """Current outcome of an arrival's row; `taken` when its bytes are safe and nothing else is known."""
    judged, taken = body["judged"], body["taken"]
    if judged is not None:
        return str(judged["outcome"]) if type(judged) is dict else see_judged(judged).outcome
    if taken is None:
        return "waiting"
    first = taken.get("duplicate_of") if type(taken) is dict else see_taken(taken).duplicate_of
    return "duplicate" if first else "taken"


def _put_arrival(rows: Rows, entry: Line, arrival: str, old: Row | None, new: Row, after: str) -> None:
    before = None if old is None else outcome_of(old["body"])
    if before != after:
        if before in OPEN_OUTCOMES:
            rows.drop("outcome:" + str(before), arrival)
        if after in OPEN_OUTCOMES:
            rows.put("outcome:" + after, arrival, {"seq": entry.seq, "at": entry.at, "body": {}})
    rows.put(arrival_table(arrival), arrival, new)


def _waiting(rows: Rows, entry: Line, body: Body) -> None:
    arrival = body["arrival"]
    row = rows.get(arrival_table(arrival), arrival)
    if row is None or row["body"]["taken"] is None:
        new = _arrival_body(row, entry.at)
        new["waiting"] = body
        _put_arrival(rows, entry, arrival, row, _row(entry, new), outcome_of(new))


def _taken(rows: Rows, entry: Line, body: Any) -> None:
    taken = see_taken(body)
    arrival, digest = taken.arrival, taken.sha256
    row = rows.get(arrival_table(arrival), arrival)
    if row is not None and row["body"]["judged"] is not None:
        _withdraw(rows, entry, arrival, row["body"]["judged"])  # the rest of a broken file came
    new = _arrival_body(row, entry.at)
    new["taken"], new["judged"] = body, None
    _put_arrival(rows, entry, arrival, row, _row(entry, new), "duplicate" if taken.duplicate_of else "taken")
    shard = digest_table(digest)
    known = rows.get(shard, digest)
    if known is None:
        rows.put(shard, digest, _row(entry, [arrival]))
    elif arrival not in known["body"]:
        rows.put(shard, digest, {**known, "body": [*known["body"], arrival]})


def _judged(rows: Rows, entry: Line, body: Any) -> None:
    judged = see_judged(body)
    arrival = judged.arrival
    row = rows.get(arrival_table(arrival), arrival)
    if row is None:
        return  # a judgement without an arrival says nothing; `ledger verify` reports it
    if row["body"]["judged"] is not None:
        _withdraw(rows, entry, arrival, row["body"]["judged"])
    new = {**row, "body": {**row["body"], "judged": body}}
    _put_arrival(rows, entry, arrival, row, new, judged.outcome)
    if row["body"]["taken"] is not None:  # a link or a pipe in the inbox has no bytes to contribute
        _contribute(rows, entry, row, judged, body)


def _contribute(rows: Rows, entry: Line, row: Row, judged: Judged, body: Any) -> None:
    """Link the arrival's pages, e-document and recordings to what they belong to."""
    arrival, taken = judged.arrival, see_taken(row["body"]["taken"])
    for number in {page.number: None for page in judged.pages}:
        case = case_of(number)
        content = {"received_at": taken.received_at, "pages": pages_of(body, number)}
        # the position of the arrival, not of its judgement: a person's word binds what was there
        scan = {"seq": row["seq"], "at": entry.at, "body": content}
        rows.put(case_table(case), f"scan:{number}:{arrival}", scan)
        _touch(rows, entry, case)
    if judged.edocument_of:
        number = judged.edocument_of
        rows.put(case_table(case_of(number)), f"edoc:{number}:{arrival}", _row(entry, taken.sha256))
        _touch(rows, entry, case_of(number))
    if judged.case:
        if _is_material(judged):
            rows.put(case_table(judged.case), f"material:{arrival}", _row(entry, {}))
        _touch(rows, entry, judged.case)
    for recording in judged.recordings:
        sha256 = recording["sha256"]
        known = rows.get("recording:" + sha256[:2], sha256)
        assigned = None if known is None else known["body"]["assigned"]
        content = {
            "recording": {**recording, "arrival": recording.get("arrival") or arrival},
            "assigned": assigned,
        }
        rows.put("recording:" + sha256[:2], sha256, _row(entry, content))
        visit = assigned["visit"] if assigned else recording.get("visit")
        if visit:
            rows.put(case_table(case_of(visit)), f"recording:{sha256}", _row(entry, {}))
            _touch(rows, entry, case_of(visit))


def _is_material(judged: Judged) -> bool:
    """Filed with a case as it is, being neither counterpart of a form nor film of a visit."""
    assigned = any(recording.get("visit") for recording in judged.recordings)
    return judged.outcome == "linked" and not judged.edocument_of and not assigned


def _withdraw(rows: Rows, entry: Line, arrival: str, judgement: Any) -> None:
    """Undo what an earlier judgement of the same arrival linked; a new one follows at once."""
    earlier = see_judged(judgement)
    numbers = {page.number for page in earlier.pages}
    for number in sorted(numbers):
        rows.drop(case_table(case_of(number)), f"scan:{number}:{arrival}")
        _touch(rows, entry, case_of(number))
    if earlier.edocument_of:
        case = case_of(earlier.edocument_of)
        rows.drop(case_table(case), f"edoc:{earlier.edocument_of}:{arrival}")
        _touch(rows, entry, case)
    if earlier.case and _is_material(earlier):
        rows.drop(case_table(earlier.case), f"material:{arrival}")
        _touch(rows, entry, earlier.case)
    for recording in earlier.recordings:
        sha256 = recording["sha256"]
        known = rows.get("recording:" + sha256[:2], sha256)
        if known is None or known["body"]["recording"].get("arrival") != (
            recording.get("arrival") or arrival
        ):
            continue
        visit = (known["body"]["assigned"] or recording).get("visit")
        if visit:
            rows.drop(case_table(case_of(visit)), f"recording:{sha256}")
        if known["body"]["assigned"] is None:
            rows.drop("recording:" + sha256[:2], sha256)


def _person(rows: Rows, entry: Line, body: Body) -> None:
    table = arrival_table(body["arrival"])
    row = rows.get(table, body["arrival"])
    if row is not None:
        decisions = [*row["body"]["decisions"], body]
        rows.put(table, body["arrival"], {**row, "body": {**row["body"], "decisions": decisions}})


def _word(rows: Rows, entry: Line, body: Any) -> None:
    """A person's word on a mark or alteration; it binds the copies that were there when it was given."""
    number = see_word(body).number
    case = case_of(number)
    content = {"kind": entry.kind, "word": body}
    rows.put(case_table(case), f"word:{number}:{entry.seq}", _row(entry, content))
    _touch(rows, entry, case)


def _assigned(rows: Rows, entry: Line, body: Body) -> None:
    sha256 = body["sha256"]
    known = rows.get("recording:" + sha256[:2], sha256)
    if known is None:
        return
    before = (known["body"]["assigned"] or known["body"]["recording"]).get("visit")
    if before:
        rows.drop(case_table(case_of(before)), f"recording:{sha256}")
        _touch(rows, entry, case_of(before))
    content = {
        "recording": known["body"]["recording"],
        "assigned": {"visit": body["visit"], "by": body["by"]},
    }
    rows.put("recording:" + sha256[:2], sha256, _row(entry, content))
    if body["visit"]:
        arrival = known["body"]["recording"].get("arrival")
        rows.drop(case_table(case_of(body["visit"])), f"material:{arrival}")
        rows.put(case_table(case_of(body["visit"])), f"recording:{sha256}", _row(entry, {}))
        _touch(rows, entry, case_of(body["visit"]))


def _plan(rows: Rows, entry: Line, body: Body) -> None:
    plan = body["plan"]
    rows.put("plans", f"{plan['week']}:{plan['version']}", _row(entry, plan))


def _waiver(rows: Rows, entry: Line, body: Body) -> None:
    waiver = body["waiver"]
    rows.put(case_table(waiver["case"]), f"waiver:{entry.seq}", _row(entry, waiver))
    if waiver.get("attachment"):
        _touch(rows, entry, waiver["case"])


def _incurable(rows: Rows, entry: Line, body: Body) -> None:
    case = body["incurable"]["gap"]["case"]
    rows.put(case_table(case), f"incurable:{entry.seq}", _row(entry, body["incurable"]))


def _hold(rows: Rows, entry: Line, body: Body) -> None:
    hold = body["hold"]
    rows.put(case_table(hold["case"]), f"hold:{hold['at']}:{hold.get('visit') or ''}", _row(entry, hold))


def _checkpoint(rows: Rows, entry: Line, body: Body) -> None:
    rows.put("checkpoints", f"{body['week']}:{body['size']}", _row(entry, body))


def _package(rows: Rows, entry: Line, body: Body) -> None:
    package = body["package"]
    rows.put("packages", package["id"], _row(entry, package))
    for case in package.get("cases", ()):
        touched = rows.get(touched_table(case), case)
        # what came after the package's as-of instant belongs to the next one
        if touched is not None and touched["seq"] < (package.get("known_size") or package["tree_size"]):
            rows.drop(touched_table(case), case)


def _receipt(rows: Rows, entry: Line, body: Body) -> None:
    rows.put("receipts", f"{body['receipt']['package']}:{entry.seq}", _row(entry, body["receipt"]))


_LOOKING: dict[str, Handler] = {
    "case.opened/1": _case_opened,
    "visit.recorded/1": _visit,
    "form.issued/1": _issued,
    "arrival.taken/1": _taken,
    "arrival.judged/1": _judged,
    "mark.decided/1": _word,
    "alteration.decided/1": _word,
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
    "arrival.waiting/1": _waiting,
    "arrival.decided/1": _person,
    "recording.assigned/1": _assigned,
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
