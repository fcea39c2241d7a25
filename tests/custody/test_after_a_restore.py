"""Ten honest weeks after a restore from an older backup, or after `ledger recover`: no wrong word."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from evidence.archive.backup import back_up, restore
from evidence.domain.identifiers import CaseId
from evidence.handover.handover_context import HandoverContext
from evidence.ledger.comparison import compare
from evidence.ledger.events import CaseOpened, VisitRecorded
from evidence.ledger.ledger import Ledger
from evidence.ledger.positions import Positions
from evidence.ledger.proofs import bring_in, gather_proofs
from evidence.ledger.recovery import recover, restore_ledger
from evidence.ledger.upkeep import LedgerRestored
from evidence.verify.model import CheckKind, Indication
from evidence.verify.pdf.task import judge_task
from evidence.verify.series import verify_series
from tests.custody.ten_weeks import REGULATOR, Clock, Weeks, friday, make_pki, pack, world_arrival, write_keys
from tests.support import sample
from tests.support.handing_over import NAMES, document_events, open_office, record

AFTERWARDS = tuple(f"W{number}" for number in range(16, 26))


def begin(root: Path) -> Weeks:
    """An office whose archive remembers positions, and its first two packages."""
    clock, agency = Clock(), make_pki("甲", NAMES.agency)
    root.mkdir()
    write_keys(root / "keys", agency)
    office = with_positions(open_office(root, clock=clock))
    weeks = Weeks(
        office=office, clock=clock, agency=agency, second=agency, regulator=make_pki("监管", REGULATOR)
    )
    record(office, sample.week_facts())
    pack(weeks, "W13")
    pack(weeks, "W14")
    return weeks


def with_positions(office: HandoverContext) -> HandoverContext:
    positions = Positions(office.root / "archive")
    office.ledger.positions = positions
    if not positions.begun():
        positions.rebuild(office.ledger.lines())
    return office


def a_case(weeks: Weeks, running: int, label: str) -> None:
    """A new case, checked on Tuesday of that week, its record back on Friday."""
    weeks.clock.now = friday(label) - timedelta(hours=5)
    facts = sample.checked_case(
        CaseId(f"WJB22-{running:04d}"), running % 3, friday(label).date() - timedelta(days=3)
    )
    (document,) = facts.documents
    weeks.office.ledger.append(
        "test",
        CaseOpened(case=facts.case),
        *(VisitRecorded(visit=visit) for visit in facts.visits),
        *document_events(weeks.office, document, world_arrival(f"{running:04d}", label[1:])),
    )


def restored(weeks: Weeks, backup: Path, kept: Path, target: Path) -> HandoverContext:
    """What `evidence restore --newer` does, with the office's own clock."""
    manifest = restore(backup, target)
    shutil.copytree(weeks.office.root / "keys", target / "keys")  # keys are in no backup
    office = with_positions(open_office(target, clock=weeks.clock))
    head = office.ledger.head
    event = LedgerRestored(
        backup=str(backup),
        backed_up_at=manifest.at,
        size=head.size,
        digest=head.digest,
        by="test",
        gap=20,
        last_numbers=(),
    )
    proofs = gather_proofs(target / "archive", NAMES.contract_code, [kept])
    bring_in(target / "archive", [kept])
    recovery = restore_ledger(office.ledger, proofs, event, form_ids={})
    assert recovery.regained > 0
    assert not compare(office.ledger, NAMES.contract_code).problems
    return office


def after_a_restore(weeks: Weeks, folder: Path) -> None:
    """The machine is lost after W15; the backup is from before it, the regulator kept the packages."""
    backup, kept = folder / "backup", folder / "kept"
    backup.mkdir()
    kept.mkdir()
    back_up(weeks.office.root, backup, at=weeks.clock.now, same_disk=True)
    a_case(weeks, 4, "W15")
    pack(weeks, "W15")
    for path in weeks.built.values():
        shutil.copy(path, kept)
    weeks.office = restored(weeks, backup, kept, folder / "again")


def after_a_lost_tail(weeks: Weeks, _folder: Path) -> None:
    """The journal loses its end; packages and positions of the same archive bring it up."""
    a_case(weeks, 4, "W15")
    pack(weeks, "W15")
    ledger = weeks.office.root / "archive" / "ledger"
    journal = ledger / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    for path in ledger.iterdir():
        if path.is_file():
            path.unlink()
    journal.write_bytes(b"".join(lines[:-8]))
    office = open_office(weeks.office.root, clock=weeks.clock)
    office.ledger.positions = Positions(office.root / "archive")
    proofs = gather_proofs(office.root / "archive", NAMES.contract_code)
    done = recover(office.ledger, proofs, contract=NAMES.contract_code, form_ids={}, by="test")
    assert done.regained or done.items
    assert isinstance(office.ledger, Ledger)
    weeks.office = office


@pytest.mark.parametrize("loss", [after_a_restore, after_a_lost_tail])
def test_ten_weeks_afterwards_verify_without_a_wrong_word(tmp_path: Path, loss) -> None:  # type: ignore[no-untyped-def]
    weeks = begin(tmp_path / "agency")
    loss(weeks, tmp_path)
    weeks.clock.now += timedelta(hours=1)
    for label in AFTERWARDS:
        if label == "W17":
            a_case(weeks, 30, label)
        pack(weeks, label)
    folder = tmp_path / "series"
    folder.mkdir()
    for path in weeks.built.values():
        shutil.copy(path, folder)
    series = verify_series(
        folder,
        trust=[weeks.agency.root.pem],
        regulator=weeks.regulators,
        judge_pdfs=lambda tasks: [judge_task(task) for task in tasks],
    )
    doubts = [
        (report.subject, check.id, check.message)
        for report in series.packages
        for check in report.checks
        if check.kind in (CheckKind.FAIL, CheckKind.REVIEW)
    ]
    assert doubts == []
    assert (series.indication, series.missing_weeks, series.forks) == (Indication.PASSED, (), ())
    assert len(series.packages) == 3 + len(AFTERWARDS)
