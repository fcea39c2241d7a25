"""The ledger as other rooms use it: append, view, transact, two processes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from evidence.domain.case import Case, CaseKind, Visit, VisitKind
from evidence.domain.document import BoxKind, IssuedForm, Mark, MarkVerdict, ScannedPage
from evidence.domain.identifiers import ArrivalId, CaseId, EnterpriseId, Number, Sha256, VisitId, make_number
from evidence.domain.parties import Enterprise, EnterpriseClass
from evidence.domain.recording import Recording
from evidence.domain.register import Package, RegisterEntry
from evidence.domain.week import Week, local_instant
from evidence.errors import LedgerDamagedError
from evidence.ledger import bulk
from evidence.ledger import embedded as ledger_module
from evidence.ledger.arrival_events import (
    ArrivalJudged,
    ArrivalTaken,
    ArrivalWaiting,
    MarkDecided,
    RecordingAssigned,
)
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import (
    CaseOpened,
    FormIssued,
    FormVoided,
    PackageBuilt,
    PartiesImported,
    RegisterEntered,
    VisitRecorded,
)
from evidence.ledger.facts import gather
from evidence.ledger.ledger import Ledger
from evidence.ledger.lock import LedgerBusyError
from evidence.ledger.upkeep import TailCut

CASE = CaseId("WJB22-0012")
FORM = Number("WJB22-0012-JC-001")
ENTERPRISE = EnterpriseId("91320412MA1ABCDE0X")
NOON = local_instant(date(2022, 3, 30), 12)


def digest(text: str) -> Sha256:
    return Sha256(text.encode().hex().ljust(64, "0")[:64])


def form(number: Number = FORM, pages: int = 1, **changes: object) -> FormIssued:
    issued = IssuedForm(
        number=number,
        form="inspection-record",
        case=CASE,
        issued_at=NOON,
        checks=("AAAAAAAA",) * pages,
        pdf=digest("pdf"),
        docx=digest("docx"),
        data=digest("data"),
        geometry=digest("geometry"),
    )
    return FormIssued(form=replace(issued, **changes))


def page(number: int = 1, quality: int = 500, verdict: MarkVerdict = MarkVerdict.PRESENT) -> ScannedPage:
    mark = Mark(
        box="escort",
        kind=BoxKind.SIGNATURE,
        role="escort",
        page=number,
        required=True,
        verdict=verdict,
        score=900,
    )
    return ScannedPage(
        number=FORM, page=number, arrival="", sha256=digest("scan"), index=0, quality=quality, marks=(mark,)
    )


def taken(arrival: str, *, at: datetime = NOON, content: str = "") -> ArrivalTaken:
    return ArrivalTaken(
        arrival=ArrivalId(arrival),
        path=f"{arrival}.pdf",
        sha256=digest(content or arrival),
        bytes=10,
        received_at=at,
        media_type="application/pdf",
    )


def judged(arrival: str, *pages: ScannedPage, outcome: str = "linked", **more: object) -> ArrivalJudged:
    return ArrivalJudged(arrival=ArrivalId(arrival), outcome=outcome, pages=pages, **more)


def opened(case: CaseId = CASE) -> CaseOpened:
    return CaseOpened(
        case=Case(id=case, enterprise=ENTERPRISE, kind=CaseKind.ANNUAL, opened_on=date(2022, 3, 1))
    )


def visit(day: date, version: int = 1, kind: VisitKind = VisitKind.CHECK, running: int = 1) -> VisitRecorded:
    return VisitRecorded(
        visit=Visit(
            id=VisitId(f"{CASE}-V{running}"),
            case=CASE,
            kind=kind,
            version=version,
            arrived_at=local_instant(day, 9),
        )
    )


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return EmbeddedLedger.open(tmp_path / "ledger", clock=lambda: NOON)


def test_an_appended_event_is_in_the_view_and_in_a_reopened_ledger(ledger: Ledger) -> None:
    assert ledger.append("clerk", opened(), visit(date(2022, 3, 28))) == (0, 1)
    again = EmbeddedLedger.open(ledger.journal_path.parent)
    for view in (ledger.view, again.view):
        assert view.case(CASE) == opened().case
        assert view.head.size == 2
        assert [held.version for held in view.visits(CASE)] == [1]
    assert again.head == ledger.head


def test_two_open_ledgers_see_each_others_events_in_one_chain(ledger: Ledger) -> None:
    other = EmbeddedLedger.open(ledger.journal_path.parent)
    ledger.append("a", opened())
    other.append("b", opened(CaseId("WJB22-0013")))
    ledger.append("a", opened(CaseId("WJB22-0014")))
    assert [case.id for case in other.view.cases()] == ["WJB22-0012", "WJB22-0013", "WJB22-0014"]
    assert [entry.actor for entry in ledger.entries()] == ["a", "b", "a"]


def test_numbers_are_gapless_when_drawn_in_transactions(ledger: Ledger) -> None:
    other = EmbeddedLedger.open(ledger.journal_path.parent)
    for who in (ledger, other, ledger):
        who.transact("issue", lambda view: [form(make_number(CASE, "JC", view.next_running(CASE, "JC")))])
    ledger.append("issue", FormVoided(number=FORM, why="填错"))
    assert [document.form.number[-3:] for document in other.view.documents(CASE)] == ["001", "002", "003"]
    assert other.view.next_running(CASE, "JC") == 4
    assert other.view.next_running(CASE, "FC") == 1
    found = other.view.document(FORM)
    assert found is not None
    assert found.form.voided_why == "填错"


def test_a_decision_that_fails_writes_nothing_and_frees_the_lock(ledger: Ledger) -> None:
    def refuse(_view: object) -> list[CaseOpened]:
        raise KeyError("no")

    with pytest.raises(KeyError):
        ledger.transact("x", refuse)
    assert ledger.append("x", opened()) == (0,)


def test_appending_inside_a_decision_is_refused_instead_of_hanging(ledger: Ledger) -> None:
    with pytest.raises(LedgerBusyError):
        ledger.transact("x", lambda _view: ledger.append("y", opened()))  # type: ignore[arg-type, return-value]
    assert ledger.head.size == 0


def test_a_torn_tail_is_ignored_by_readers_and_cut_and_recorded_by_the_next_writer(ledger: Ledger) -> None:
    ledger.append("clerk", opened())
    with ledger.journal_path.open("ab") as file:
        file.write(b'{"actor":"half')
    assert EmbeddedLedger.open(ledger.journal_path.parent).head.size == 1
    ledger.append("clerk", visit(date(2022, 3, 28)))
    kinds = [type(entry.event) for entry in ledger.entries()]
    assert kinds == [CaseOpened, TailCut, VisitRecorded]


@pytest.mark.parametrize("damage", [b"clerk", b"WJB22", b'"prev"', b'"seq":1', b"2022-03-30"])
def test_a_changed_line_stops_everything_and_names_the_line(ledger: Ledger, damage: bytes) -> None:
    ledger.append("clerk", opened(), visit(date(2022, 3, 28)), visit(date(2022, 3, 29), 2))
    lines = ledger.journal_path.read_bytes().splitlines(keepends=True)
    changed = lines[1].replace(damage, damage[:-1] + bytes([damage[-1] ^ 1]), 1)
    assert changed != lines[1]
    ledger.journal_path.write_bytes(b"".join([lines[0], changed, lines[2]]))
    with pytest.raises(LedgerDamagedError, match="第 2 行"):
        EmbeddedLedger.open(ledger.journal_path.parent)


def test_damage_in_a_long_journal_is_found_though_another_process_checks_it(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger_module, "_BULK_BYTES", 0)
    monkeypatch.setattr(bulk, "_WORTH_A_PROCESS", 0)
    monkeypatch.setattr(bulk.threading, "active_count", lambda: 1)
    ledger.append("clerk", opened(), visit(date(2022, 3, 28)), visit(date(2022, 3, 29), 2))
    folder = ledger.journal_path.parent
    assert EmbeddedLedger.open(folder, snapshots=False).head == ledger.head
    whole = ledger.journal_path.read_bytes()
    for changed in (
        whole.replace(b"WJB22-0012-V1", b"WJB22-0012-V9", 1),
        whole.replace(b'"version":2', b'"versio":22'),
    ):
        assert changed != whole
        ledger.journal_path.write_bytes(changed)
        with pytest.raises(LedgerDamagedError, match=r"第 [23] 行"):
            EmbeddedLedger.open(folder, snapshots=False)


def test_the_best_copy_of_each_page_is_in_force_and_the_others_are_kept(ledger: Ledger) -> None:
    later = NOON + timedelta(days=1)
    ledger.append("clerk", form(pages=2), taken("A-20220330-0001"), judged("A-20220330-0001", page(1, 300)))
    found = ledger.view.document(FORM)
    assert found is not None
    assert (found.missing_pages, found.received_at) == ((2,), None)
    ledger.append(
        "clerk", taken("A-20220331-0001", at=later), judged("A-20220331-0001", page(1, 800), page(2, 700))
    )
    found = ledger.view.document(FORM)
    assert found is not None
    assert [scan.quality for scan in found.scans] == [800, 700]
    assert [scan.quality for scan in found.other_copies] == [300]
    assert {scan.arrival for scan in found.scans} == {"A-20220331-0001"}
    assert found.received_at == later


def test_a_sheet_signed_after_its_first_scan_supersedes_a_sharper_unsigned_one(ledger: Ledger) -> None:
    ledger.append("clerk", form(), taken("A-20220330-0001"), taken("A-20220330-0002"))
    ledger.append("clerk", judged("A-20220330-0001", page(1, 990, MarkVerdict.ABSENT)))
    ledger.append("clerk", judged("A-20220330-0002", page(1, 400, MarkVerdict.PRESENT)))
    found = ledger.view.document(FORM)
    assert found is not None
    assert found.scans[0].quality == 400


def test_a_later_judgement_of_an_arrival_replaces_what_it_had_linked(ledger: Ledger) -> None:
    ledger.append("clerk", form(), taken("A-20220330-0001"), judged("A-20220330-0001", page()))
    ledger.append("clerk", judged("A-20220330-0001", outcome="quarantined", reason="malformed"))
    found = ledger.view.document(FORM)
    assert found is not None
    assert found.scans == ()
    assert [arrival.reason for arrival in ledger.view.arrivals("quarantined")] == ["malformed"]
    assert ledger.view.arrivals("linked") == ()


def test_a_persons_word_binds_the_copies_already_there_but_not_later_ones(ledger: Ledger) -> None:
    word = MarkDecided(
        number=FORM, page=1, box="escort", verdict=MarkVerdict.ABSENT, by="lihua", why="是污渍"
    )
    ledger.append("clerk", form(), taken("A-20220330-0001"))
    ledger.append("clerk", judged("A-20220330-0001", page(1, 500, MarkVerdict.UNDECIDED)), word)
    found = ledger.view.document(FORM)
    assert found is not None
    assert [(mark.verdict, mark.decided_by) for mark in found.marks] == [(MarkVerdict.ABSENT, "lihua")]
    ledger.append("clerk", taken("A-20220331-0001"), judged("A-20220331-0001", page(1, 500)))
    found = ledger.view.document(FORM)
    assert found is not None
    assert [(mark.verdict, mark.decided_by) for mark in found.marks] == [(MarkVerdict.PRESENT, "")]


def test_waiting_becomes_taken_and_the_first_arrival_of_bytes_is_found(ledger: Ledger) -> None:
    ledger.append("watch", ArrivalWaiting(arrival=ArrivalId("A-20220330-0001"), path="a.pdf", why="仍在写入"))
    assert [arrival.message for arrival in ledger.view.arrivals("waiting")] == ["仍在写入"]
    ledger.append("watch", taken("A-20220330-0001", content="same"), taken("A-20220330-0002", content="same"))
    first = ledger.view.arrival_of(digest("same"))
    assert first is not None
    assert (first.id, first.outcome) == ("A-20220330-0001", "taken")
    assert ledger.view.arrivals("waiting") == ()


def test_a_recording_moves_with_its_assignment(ledger: Ledger) -> None:
    recording = Recording(sha256=digest("mp4"), name="a.mp4", bytes=5)
    ledger.append("watch", opened(), visit(date(2022, 3, 28)), taken("A-20220330-0001", content="mp4"))
    ledger.append("watch", judged("A-20220330-0001", recordings=(recording,)))
    assert ledger.view.recordings(CASE) == ()
    assert len(ledger.view.recordings()) == 1
    ledger.append(
        "rule", RecordingAssigned(sha256=digest("mp4"), visit=VisitId(f"{CASE}-V1"), by="device+time")
    )
    assert [held.assigned_by for held in ledger.view.recordings(CASE)] == ["device+time"]
    ledger.append(
        "li", RecordingAssigned(sha256=digest("mp4"), visit=VisitId("WJB22-0099-V1"), by="li", why="看错")
    )
    assert ledger.view.recordings(CASE) == ()


def test_cases_touched_are_those_visited_that_week_or_changed_since_the_last_package(ledger: Ledger) -> None:
    ledger.append("clerk", opened(), visit(date(2022, 3, 28)), form())
    week = Week(2022, 13)
    assert ledger.view.cases_touched(week) == (CASE,)
    package = Package(
        id="WJB-2022-W13", week="2022-W13", built_at=NOON, sha256=digest("zip"), complete=True,
        tree_size=ledger.head.size, root="00" * 32, cases=(CASE,),
    )  # fmt: skip
    ledger.append("clerk", taken("A-20220402-0001"), PackageBuilt(package=package))
    assert ledger.view.cases_touched(week.shift(1)) == ()
    ledger.append("clerk", judged("A-20220402-0001", page()))
    assert ledger.view.cases_touched(week.shift(1)) == (CASE,)


def test_a_corrected_visit_moves_its_case_to_another_week(ledger: Ledger) -> None:
    ledger.append("clerk", opened(), visit(date(2022, 3, 28)))
    ledger.append("clerk", visit(date(2022, 4, 4), version=2))
    package = Package(
        id="P",
        week="2022-W13",
        built_at=NOON,
        sha256=digest("z"),
        complete=True,
        tree_size=99,
        root="",
        cases=(CASE,),
    )
    ledger.append("clerk", PackageBuilt(package=package))
    assert ledger.view.cases_touched(Week(2022, 13)) == ()
    assert ledger.view.cases_touched(Week(2022, 14)) == (CASE,)
    assert [state.checked_on for state in ledger.view.services()] == [date(2022, 4, 4)]


def test_gathered_facts_hold_the_case_and_its_enterprises_register_entries(ledger: Ledger) -> None:
    enterprise = Enterprise(
        id=ENTERPRISE, name="常州华星铸造有限公司", short_name="华星铸造", classes=(EnterpriseClass.FOUNDRY,)
    )
    own = RegisterEntry(register="notice", key="1", on=date(2022, 3, 1), enterprise=ENTERPRISE)
    general = RegisterEntry(register="notice", key="2", on=date(2022, 3, 1))
    ledger.append("clerk", PartiesImported(source=digest("xlsx"), enterprises=(enterprise,)))
    ledger.append("clerk", opened(), visit(date(2022, 3, 28)), form())
    ledger.append("clerk", RegisterEntered(entry=own), RegisterEntered(entry=general))
    facts = gather(ledger.view, week=Week(2022, 13), case=None, at=NOON)
    assert facts.week == "2022-W13"
    assert [held.case.id for held in facts.cases] == [CASE]
    assert facts.cases[0].entries == (own,)
    assert facts.entries == (general,)
    assert facts.enterprises == (enterprise,)


def test_an_instant_without_zone_is_refused(ledger: Ledger) -> None:
    with pytest.raises(ValueError, match="aware"):
        ledger.append("x", opened(), at=datetime(2022, 3, 30))  # noqa: DTZ001
    assert ledger.append("x", opened(), at=datetime(2022, 3, 30, tzinfo=UTC)) == (0,)
