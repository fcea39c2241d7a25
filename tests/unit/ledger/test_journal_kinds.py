"""The journal's vocabulary stays readable for ever: a journal written once is read today."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from evidence.domain.identifiers import Sha256
from evidence.errors import LedgerDamagedError
from evidence.ledger import chain, codec
from evidence.ledger.codec import Entry, event_of, payload_of, read_block, read_line
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import EVENT_TYPES
from evidence.ledger.export import TITLES, title_of, write_csv
from evidence.ledger.fold import _LOOKING, _READING
from evidence.ledger.upkeep import MaterialViewed, OriginalHandedOut
from tests.support.ledger_scenario import OTHER, OWN, OWN_FORM, every_kind

GOLDEN = Path(__file__).parents[2] / "data" / "ledger" / "journal-1.jsonl"
"""Written by version 0.1.0; never write it again, add a new file beside it."""
SILENT = {
    "ledger.tail-cut/1", "ledger.recovered/1", "archive.audited/1", "signer.changed/1", "material.disposed/1",
    "footage.seen/1", "original.handed-out/1", "material.viewed/1",
}  # fmt: skip
"""Kinds that say nothing about the view's content."""


def test_the_story_holds_every_kind_and_each_survives_its_json() -> None:
    events = every_kind()
    assert {event.KIND for event in events} == set(EVENT_TYPES)
    for event in events:
        assert event_of(event.KIND, payload_of(event), 0) == event


def test_every_kind_is_folded_and_has_a_name_for_people() -> None:
    assert not set(_LOOKING) & set(_READING)
    assert set(_LOOKING) | set(_READING) | SILENT == set(EVENT_TYPES) == set(TITLES)


def test_the_golden_journal_is_read_and_means_what_it_meant(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_bytes(GOLDEN.read_bytes())
    ledger = EmbeddedLedger.open(tmp_path)
    assert {entry.event.KIND for entry in ledger.entries()} < set(EVENT_TYPES)
    view = ledger.view
    assert ledger.check_chain() == view.head
    assert ledger.tree().root.hex() == "5413c3b2c7046329e9736a03a3feea7ecf95525954d363831e8e9405e93d39d1"
    assert [case.id for case in view.cases()] == [OWN, OTHER]
    document = view.document(OWN_FORM)
    assert document is not None
    assert [mark.decided_by for mark in document.marks] == ["lihua"]
    assert document.scans[0].alterations == ()
    assert len(document.other_copies) == 1
    assert len(document.edocuments) == 1
    assert [recording.assigned_by for recording in view.recordings(OWN)] == ["device+time"]
    assert [state.closed for state in view.services()] == [False, False]  # neither was urged
    assert {arrival.outcome for arrival in view.arrivals()} == {"linked", "unidentified", "quarantined"}
    assert view.next_running(OTHER, "JC") == 3
    assert [held.form.number for held in view.documents(None)] == ["WJB22-0000-JH-001"]
    assert (len(view.waivers(OWN)), len(view.holds(OTHER)), len(view.plans())) == (1, 1, 1)
    assert (len(view.packages()), len(view.receipts()), len(view.checkpoints())) == (1, 1, 1)
    assert (len(view.reports(OWN)), len(view.escalations(OTHER)), len(view.entries())) == (1, 1, 1)


def test_a_superseded_kind_is_read_through_its_upgrade(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def upgrade(payload: dict[str, object]) -> tuple[str, dict[str, object]]:
        return "form.voided/1", {"number": payload["form"], "why": payload["reason"]}

    monkeypatch.setitem(codec.UPGRADES, "form.voided/0", upgrade)
    fields = {"actor": "x", "at": "2021-12-07T00:00:00Z", "kind": "form.voided/0"}
    line, _digest = chain.seal(
        {**fields, "payload": {"form": OWN_FORM, "reason": "旧"}}, seq=0, prev=chain.START
    )
    (tmp_path / "journal.jsonl").write_bytes(line + b"\n")
    [entry] = EmbeddedLedger.open(tmp_path).entries()
    assert entry.event == event_of("form.voided/1", {"number": OWN_FORM, "why": "旧"}, 0)


def test_a_look_of_before_downloads_were_named_opens_and_is_a_look() -> None:
    entry = _entry("material.viewed/1", {"number": OWN_FORM, "arrival": "", "case": "", "by": "P01"})
    assert entry.event == MaterialViewed(number=OWN_FORM, by="P01")
    assert title_of(entry) == "查看材料"
    handed = _entry("original.handed-out/1", {"sha256": "0" * 64, "name": "扫描.pdf", "by": "P01"})
    assert handed.event == OriginalHandedOut(sha256=Sha256("0" * 64), name="扫描.pdf", by="P01")


def test_a_download_is_called_one() -> None:
    entry = _entry("material.viewed/1", payload_of(MaterialViewed(download="企业-清单.xlsx", by="P01")))
    assert title_of(entry) == "下载资料"
    out = io.StringIO()
    write_csv([entry], out)
    assert "下载资料" in out.getvalue()
    assert "企业-清单.xlsx" in out.getvalue()


def _entry(kind: str, payload: dict[str, object]) -> Entry:
    fields = {"actor": "desk:lihua", "at": "2021-12-07T00:00:00Z", "kind": kind, "payload": payload}
    line, _digest = chain.seal(fields, seq=0, prev=chain.START)
    return read_line(line, 0)


@pytest.mark.parametrize(
    ("kind", "payload", "said"),
    [("made.up/9", {}, "made.up/9"), ("form.voided/1", {"number": 5, "why": ""}, "number")],
)
def test_an_unknown_kind_or_shape_stops_with_the_line(
    tmp_path: Path, kind: str, payload: dict[str, object], said: str
) -> None:
    line, _digest = chain.seal(
        {"actor": "x", "at": "2021-12-07T00:00:00Z", "kind": kind, "payload": payload},
        seq=0,
        prev=chain.START,
    )
    (tmp_path / "journal.jsonl").write_bytes(line + b"\n")
    with pytest.raises(LedgerDamagedError, match="第 1 行") as caught:
        EmbeddedLedger.open(tmp_path)
    assert said in caught.value.what


def test_a_float_never_reaches_the_journal(tmp_path: Path) -> None:
    ledger = EmbeddedLedger.open(tmp_path)
    with pytest.raises(ValueError, match="float"):
        chain.seal({"payload": {"score": 0.5}}, seq=0, prev=chain.START)
    assert ledger.head.size == 0


def test_a_block_is_read_as_its_lines_are_and_names_the_one_that_is_none() -> None:
    data = GOLDEN.read_bytes()
    lines = data[:-1].split(b"\n")
    said = [(line.seq, line.at, line.kind, line.payload) for line in read_block(data, 0)]
    read = [read_line(line, seq) for seq, line in enumerate(lines)]
    assert said == [(entry.seq, entry.at, entry.kind, entry.payload) for entry in read]
    for broken in (b"{}", b"", b"not json", b"\xff"):
        with pytest.raises(LedgerDamagedError) as caught:
            read_block(b"\n".join([lines[0], broken, lines[1]]) + b"\n", 40)
        assert "42" in caught.value.where
