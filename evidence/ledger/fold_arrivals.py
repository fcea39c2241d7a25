"""What the events of arrivals, marks and films mean for the view (see `fold`)."""

from __future__ import annotations

from typing import Any

from evidence.domain.arrival_outcome import FOR_A_PERSON, ArrivalOutcome
from evidence.domain.recording import BY_RULE
from evidence.ledger.codec import Line
from evidence.ledger.fold_tables import arrival_table, case_of, case_table, digest_table, row_of, touch
from evidence.ledger.payload_views import Judged, see_judged, see_taken, see_word
from evidence.ledger.rows import Row, Rows
from evidence.ledger.unread import pages_of

Body = dict[str, Any]


def _arrival_body(row: Row | None, seen: str) -> Body:
    """An arrival's row: what was said of it while waiting, when taken, when judged, and by people."""
    if row is not None:
        return {**row["body"]}
    return {"seen": seen, "waiting": None, "taken": None, "judged": None, "decisions": []}


OPEN_OUTCOMES = frozenset({ArrivalOutcome.WAITING, ArrivalOutcome.TAKEN, *FOR_A_PERSON})
"""Arrivals that somebody looks for again stand in a table `outcome:<outcome>` of their own."""


def outcome_of(body: Body) -> str:
    """Current outcome of an arrival's row; `taken` when its bytes are safe and nothing else is known."""
    judged, taken = body["judged"], body["taken"]
    if judged is not None:
        return str(judged["outcome"]) if type(judged) is dict else see_judged(judged).outcome
    if taken is None:
        return ArrivalOutcome.WAITING
    first = taken.get("duplicate_of") if type(taken) is dict else see_taken(taken).duplicate_of
    return ArrivalOutcome.DUPLICATE if first else ArrivalOutcome.TAKEN


def _put_arrival(rows: Rows, entry: Line, arrival: str, old: Row | None, new: Row, after: str) -> None:
    before = None if old is None else outcome_of(old["body"])
    if before != after:
        if before in OPEN_OUTCOMES:
            rows.drop("outcome:" + str(before), arrival)
        if after in OPEN_OUTCOMES:
            rows.put("outcome:" + after, arrival, {"seq": entry.seq, "at": entry.at, "body": {}})
    rows.put(arrival_table(arrival), arrival, new)


def arrival_waiting(rows: Rows, entry: Line, body: Body) -> None:
    """A file is still being written; no digest yet."""
    arrival = body["arrival"]
    row = rows.get(arrival_table(arrival), arrival)
    if row is None or row["body"]["taken"] is None:
        new = _arrival_body(row, entry.at)
        new["waiting"] = body
        _put_arrival(rows, entry, arrival, row, row_of(entry, new), outcome_of(new))


def arrival_taken(rows: Rows, entry: Line, body: Any) -> None:
    """An arrival's bytes are safe."""
    taken = see_taken(body)
    arrival, digest = taken.arrival, taken.sha256
    row = rows.get(arrival_table(arrival), arrival)
    if row is not None and row["body"]["judged"] is not None:
        _withdraw(rows, entry, arrival, row["body"]["judged"])  # the rest of a broken file came
    new = _arrival_body(row, entry.at)
    new["taken"], new["judged"] = body, None
    new.pop("scanned", None)
    _put_arrival(
        rows,
        entry,
        arrival,
        row,
        row_of(entry, new),
        ArrivalOutcome.DUPLICATE if taken.duplicate_of else ArrivalOutcome.TAKEN,
    )
    shard = digest_table(digest)
    known = rows.get(shard, digest)
    if known is None:
        rows.put(shard, digest, row_of(entry, [arrival]))
    elif arrival not in known["body"]:
        rows.put(shard, digest, {**known, "body": [*known["body"], arrival]})


def arrival_judged(rows: Rows, entry: Line, body: Any) -> None:
    """What an arrival is, and where it belongs."""
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
        _note_scan(rows, entry, judged, new["body"])


def arrival_scanned(rows: Rows, entry: Line, body: Body) -> None:
    """The scanner was asked again; what the arrival is stays as it was judged."""
    table = arrival_table(body["arrival"])
    row = rows.get(table, body["arrival"])
    if row is None or row["body"]["judged"] is None or row["body"]["taken"] is None:
        return
    new = {**row["body"], "scanned": body["scan"]}
    rows.put(table, body["arrival"], {**row, "body": new})
    _note_scan(rows, entry, see_judged(row["body"]["judged"]), new)


def scan_of(judged: Body | None, scanned: Body | None) -> Body | None:
    """What is known of a virus scan: what came with the judgement, or a later one (`virus_scan.in_force`)."""
    if scanned is None or (judged is not None and judged["result"] in _SETTLED):
        return judged
    return scanned


_SETTLED = ("clean", "infected")


def _note_scan(rows: Rows, entry: Line, judged: Judged, body: Body) -> None:
    """Beside each case that rests on these bytes, so that a case's files need not be looked up one by one."""
    scan = scan_of(judged.scan, body.get("scanned"))
    if scan is None:
        return
    sha256 = see_taken(body["taken"]).sha256
    content = {"arrival": judged.arrival, "sha256": sha256, "result": scan["result"]}
    for case in _cases(judged):
        rows.put(case_table(case), f"virus:{judged.arrival}", row_of(entry, content))
    table = "recording:" + sha256[:2]
    film = rows.get(table, sha256) if any(each["sha256"] == sha256 for each in judged.recordings) else None
    if film is not None:
        rows.put(table, sha256, {**film, "body": {**film["body"], "scan": content}})


def _cases(judged: Judged) -> list[str]:
    """The cases to which an arrival contributes something that is no film."""
    named = [case_of(page.number) for page in judged.pages]
    if judged.edocument_of:
        named.append(case_of(judged.edocument_of))
    if judged.case and _is_material(judged):
        named.append(judged.case)
    return list(dict.fromkeys(named))


def _contribute(rows: Rows, entry: Line, row: Row, judged: Judged, body: Any) -> None:
    """Link the arrival's pages, e-document and recordings to what they belong to."""
    arrival, taken = judged.arrival, see_taken(row["body"]["taken"])
    for number in {page.number: None for page in judged.pages}:
        case = case_of(number)
        content = {"received_at": taken.received_at, "pages": pages_of(body, number)}
        # the position of the arrival, not of its judgement: a person's word binds what was there
        scan = {"seq": row["seq"], "at": entry.at, "body": content}
        rows.put(case_table(case), f"scan:{number}:{arrival}", scan)
        touch(rows, entry, case)
    if judged.edocument_of:
        number = judged.edocument_of
        rows.put(case_table(case_of(number)), f"edoc:{number}:{arrival}", row_of(entry, taken.sha256))
        touch(rows, entry, case_of(number))
    if judged.case:
        if _is_material(judged):
            rows.put(case_table(judged.case), f"material:{arrival}", row_of(entry, {}))
        touch(rows, entry, judged.case)
    for recording in judged.recordings:
        sha256 = recording["sha256"]
        known = rows.get("recording:" + sha256[:2], sha256)
        assigned = None if known is None else known["body"]["assigned"]
        content = {
            "recording": {**recording, "arrival": recording.get("arrival") or arrival},
            "assigned": assigned,
        }
        if known is not None and "scan" in known["body"] and sha256 != taken.sha256:
            content["scan"] = known["body"]["scan"]  # a station's list says nothing of the film's own bytes
        rows.put("recording:" + sha256[:2], sha256, row_of(entry, content))
        visit = assigned["visit"] if assigned else recording.get("visit")
        if visit:
            rows.put(case_table(case_of(visit)), f"recording:{sha256}", row_of(entry, {}))
            touch(rows, entry, case_of(visit))


def _is_material(judged: Judged) -> bool:
    """Filed with a case as it is, being neither counterpart of a form nor film of a visit."""
    assigned = any(recording.get("visit") for recording in judged.recordings)
    return judged.outcome == ArrivalOutcome.LINKED and not judged.edocument_of and not assigned


def _withdraw(rows: Rows, entry: Line, arrival: str, judgement: Any) -> None:
    """Undo what an earlier judgement of the same arrival linked; a new one follows at once."""
    earlier = see_judged(judgement)
    for case in _cases(earlier):
        rows.drop(case_table(case), f"virus:{arrival}")
    numbers = {page.number for page in earlier.pages}
    for number in sorted(numbers):
        rows.drop(case_table(case_of(number)), f"scan:{number}:{arrival}")
        touch(rows, entry, case_of(number))
    if earlier.edocument_of:
        case = case_of(earlier.edocument_of)
        rows.drop(case_table(case), f"edoc:{earlier.edocument_of}:{arrival}")
        touch(rows, entry, case)
    if earlier.case and _is_material(earlier):
        rows.drop(case_table(earlier.case), f"material:{arrival}")
        touch(rows, entry, earlier.case)
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


def person_decided(rows: Rows, entry: Line, body: Body) -> None:
    """A person decided about an arrival."""
    table = arrival_table(body["arrival"])
    row = rows.get(table, body["arrival"])
    if row is not None:
        decisions = [*row["body"]["decisions"], body]
        rows.put(table, body["arrival"], {**row, "body": {**row["body"], "decisions": decisions}})


def word_given(rows: Rows, entry: Line, body: Any) -> None:
    """A person's word on a mark or alteration; it binds the copies that were there when it was given."""
    number = see_word(body).number
    case = case_of(number)
    content = {"kind": entry.kind, "word": body}
    rows.put(case_table(case), f"word:{number}:{entry.seq}", row_of(entry, content))
    touch(rows, entry, case)


def recording_assigned(rows: Rows, entry: Line, body: Body) -> None:
    """A film was assigned to a visit, or released from one."""
    sha256 = body["sha256"]
    known = rows.get("recording:" + sha256[:2], sha256)
    if known is None:
        return
    before = (known["body"]["assigned"] or known["body"]["recording"]).get("visit")
    if before:
        rows.drop(case_table(case_of(before)), f"recording:{sha256}")
        touch(rows, entry, case_of(before))
    assigned: dict[str, Any] = {"visit": body["visit"], "by": body["by"]}
    if body["visit"] and body["by"] != BY_RULE:
        assigned |= {"why": body.get("why", ""), "from": before if before != body["visit"] else None}
        assigned |= {"stated": True} if body.get("stated") else {}
        if before and case_of(before) != case_of(body["visit"]):
            rows.put(case_table(case_of(before)), f"film-taken:{sha256}", row_of(entry, {}))
    if body["visit"]:
        rows.drop(case_table(case_of(body["visit"])), f"film-taken:{sha256}")
    content = {**known["body"], "assigned": assigned}
    rows.put("recording:" + sha256[:2], sha256, row_of(entry, content))
    if body["visit"]:
        arrival = known["body"]["recording"].get("arrival")
        rows.drop(case_table(case_of(body["visit"])), f"material:{arrival}")
        rows.put(case_table(case_of(body["visit"])), f"recording:{sha256}", row_of(entry, {}))
        touch(rows, entry, case_of(body["visit"]))
