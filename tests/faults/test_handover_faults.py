"""Whatever breaks while a package is made: no partial package under its name, safe to run again."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from evidence.bundles import assembly, bag, zipping
from evidence.bundles.pades import PdfSigning
from evidence.bundles.timestamp import TimestampError
from evidence.bundles.unusable_key import KeyUnusableError
from evidence.errors import EvidenceError, ExitCode, UsageError
from evidence.handover import publishing
from evidence.handover.handover_context import HandoverContext
from evidence.handover.package import Order, build_package
from evidence.handover.publishing import DiskFullError
from evidence.ledger import chain
from evidence.ledger.comparison import LedgerBehindError, LedgerRewrittenError
from evidence.verify.examine import verify_path
from tests.support import sample
from tests.support.handing_over import WEEK, build, make_office, open_office, something_new


@pytest.fixture(scope="module")
def key_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fault-keys")


@pytest.fixture
def office(key_home: Path, tmp_path: Path) -> HandoverContext:
    return make_office(tmp_path, key_home)


def leftovers(office: HandoverContext) -> list[str]:
    return sorted(
        str(path.relative_to(office.folder))
        for path in office.folder.rglob("*")
        if path.name not in (".building", "lock")
    )


def passes(office: HandoverContext, path: Path) -> bool:
    root = (office.root / "keys/ca.pem").read_bytes()
    return verify_path(path, trust=[root]).indication == "TOTAL-PASSED"


def full_disk(*_args: object, **_options: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (bag.BagWriter, "add_bytes"),
        (bag.BagWriter, "add_file"),
        (bag.BagWriter, "adopt"),
        (PdfSigning, "sign_file"),
        (bag.BagWriter, "close"),
        (publishing, "write_zip"),
        (assembly, "write_dossier"),
    ],
    ids=[
        "writing a paper",
        "copying an original",
        "taking in a dossier",
        "signing a dossier",
        "closing the bag",
        "zipping",
        "assembling a dossier",
    ],
)
def test_a_full_disk_leaves_nothing_behind(
    office: HandoverContext, monkeypatch: pytest.MonkeyPatch, place: object, name: str
) -> None:
    size = office.ledger.head.size
    with monkeypatch.context() as broken:
        broken.setattr(place, name, full_disk)
        with pytest.raises(DiskFullError) as refused:
            build(office)
    assert refused.value.exit_code is ExitCode.MISSING_PART
    assert leftovers(office) == []
    assert office.ledger.head.size == size
    assert passes(office, build(office).path)


def test_too_little_room_is_said_before_any_work(
    office: HandoverContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny = shutil.disk_usage(office.root)._replace(free=1 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: tiny)
    with pytest.raises(DiskFullError, match="磁盘空间不足"):
        build(office)
    assert leftovers(office) == []


def break_authority(office: HandoverContext) -> None:
    (office.root / "keys/tsa/tsa.key").write_text("no key")


def break_password(office: HandoverContext) -> None:
    (office.root / "keys/signer.password").write_text("wrong")


def lose_key(office: HandoverContext) -> None:
    (office.root / "keys/signer.p12").unlink()


@pytest.mark.parametrize(
    ("spoil", "error"),
    [(break_authority, TimestampError), (break_password, KeyUnusableError), (lose_key, KeyUnusableError)],
)
def test_a_failing_key_or_authority_leaves_nothing_and_a_second_run_succeeds(
    office: HandoverContext, spoil: Callable[[HandoverContext], None], error: type[EvidenceError]
) -> None:
    kept = office.root.parent / f"{office.root.name}-keys"
    shutil.copytree(office.root / "keys", kept)
    size = office.ledger.head.size
    spoil(office)
    with pytest.raises(error) as refused:
        build(office)
    assert refused.value.exit_code is ExitCode.MISSING_PART
    assert refused.value.remedy
    assert leftovers(office) == []
    assert office.ledger.head.size == size
    shutil.rmtree(office.root / "keys")
    shutil.copytree(kept, office.root / "keys")
    built = build(office)
    assert built.package.list_number.endswith("-001"), "no number was used up"
    assert passes(office, built.path)


class PowerCutError(BaseException):
    """The machine stops here."""


@pytest.mark.parametrize("as_folder", [False, True])
def test_a_crash_between_journal_and_rename_is_healed(
    office: HandoverContext, monkeypatch: pytest.MonkeyPatch, as_folder: bool
) -> None:
    def cut(_finished: Path, path: Path) -> None:
        if as_folder:
            path.mkdir()  # the name is taken before the folder is moved there
        raise PowerCutError

    with monkeypatch.context() as broken:
        broken.setattr(publishing, "name_once", cut)
        with pytest.raises(PowerCutError):
            build(office, as_folder=as_folder)
    name = "WJB-2022-W13" if as_folder else "WJB-2022-W13.zip"
    assert not list(office.folder.glob(f"{name}/*"))
    assert [each.id for each in office.ledger.view.packages()] == ["WJB-2022-W13"]
    reopened = open_office(office.root)
    with pytest.raises(UsageError, match="已经做好"):
        build(reopened)
    assert passes(reopened, reopened.folder / name)


def test_a_crash_before_the_journal_leaves_no_package_and_the_week_can_be_packed(
    office: HandoverContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(
            type(office.ledger), "transact", lambda *_a, **_k: (_ for _ in ()).throw(PowerCutError())
        )
        with pytest.raises(PowerCutError):
            build(office)
    assert office.ledger.view.packages() == ()
    assert not list(office.folder.glob("WJB*"))
    assert passes(office, build(office).path)


def test_what_a_killed_run_left_is_swept_and_two_never_build_at_once(office: HandoverContext) -> None:
    dead = office.folder / ".building" / "WJB-2022-W13-dead" / "WJB-2022-W13"
    dead.mkdir(parents=True)
    (dead / "bagit.txt").write_bytes(b"half")
    with (office.folder / ".building" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(UsageError, match="正在进行"):
            build(office)
    assert dead.exists(), "the other run's work is not touched"
    build(office)
    assert leftovers(office) == ["WJB-2022-W13.zip"]


def test_a_changed_original_stops_the_package_and_is_named(office: HandoverContext) -> None:
    digest = next(iter(office.ledger.view.arrivals("linked"))).sha256
    assert digest is not None
    path = office.originals.path(digest)
    path.chmod(0o640)
    path.write_bytes(b"changed" + path.read_bytes())
    with pytest.raises(bag.ChangedOriginalError) as refused:
        build(office)
    assert digest in refused.value.where
    assert leftovers(office) == []


def test_an_original_sent_earlier_that_has_changed_since_stops_the_next_package_too(
    office: HandoverContext,
) -> None:
    """Its pages stand in the cumulative dossier although it is not copied again."""
    build(office)
    digest = next(iter(office.ledger.view.arrivals("linked"))).sha256
    assert digest is not None
    path = office.originals.path(digest)
    path.chmod(0o640)
    path.write_bytes(path.read_bytes() + b"\0")
    something_new(office)
    with pytest.raises(bag.ChangedOriginalError) as refused:
        build(office, supplement=True)
    assert digest in refused.value.where
    assert leftovers(office) == ["WJB-2022-W13.zip"]


def test_zipping_never_overwrites(tmp_path: Path) -> None:
    folder = tmp_path / "bag"
    folder.mkdir()
    (folder / "bagit.txt").write_bytes(b"x")
    (tmp_path / "there.zip").write_bytes(b"someone's")
    with pytest.raises(FileExistsError):
        zipping.write_zip(folder, tmp_path / "there.zip")
    assert (tmp_path / "there.zip").read_bytes() == b"someone's"


def test_a_package_that_the_journal_has_lost_is_never_overwritten(office: HandoverContext) -> None:
    built = build(office)
    handed_over = built.path.read_bytes()
    journal = office.root / "archive" / "ledger" / "journal.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(lines[:-5]))  # its two papers, their numbers, its checkpoint, itself
    with pytest.raises(LedgerBehindError) as refused:
        build(open_office(office.root))
    assert refused.value.exit_code is ExitCode.LEDGER_DAMAGED
    assert f"前 {built.package.tree_size} 行" in refused.value.where
    assert built.path.read_bytes() == handed_over


def test_papers_of_a_package_that_died_before_it_was_journalled_are_set_aside(
    office: HandoverContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(publishing, "made_checkpoint", lambda _work: None)  # nothing that can be journalled
        with pytest.raises(AttributeError):
            build(office)
    again = build(open_office(office.root))
    assert again.package.list_number.endswith("-YD-002")
    assert {path.name for path in (office.root / "archive" / "issued" / "set-aside").glob("*.pdf")} == {
        "WJB22-0000-YD-001.pdf",
        "WJB22-0000-HS-001.pdf",
    }


def test_a_past_that_was_rewritten_is_not_signed_over(office: HandoverContext) -> None:
    build(office)
    journal = office.root / "archive" / "ledger" / "journal.jsonl"
    told, digest = [], chain.START
    for seq, line in enumerate(journal.read_bytes().splitlines()):
        fields = json.loads(line)
        kept = {name: fields[name] for name in ("actor", "at", "kind", "payload")}
        sealed, digest = chain.seal({**kept, "actor": "another"}, seq=seq, prev=digest)
        told.append(sealed + b"\n")
    journal.write_bytes(b"".join(told))
    with pytest.raises(LedgerRewrittenError) as refused:
        build(open_office(office.root), supplement=True)
    assert refused.value.exit_code is ExitCode.LEDGER_DAMAGED


def test_a_history_rebuilt_without_any_witness_is_a_fork_for_whoever_holds_the_package(
    office: HandoverContext, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Everything in the house was taken away; what was sent remains."""
    built = build(office)
    sent = tmp_path_factory.mktemp("regulator") / built.path.name
    shutil.move(built.path, sent)
    journal = office.root / "archive" / "ledger" / "journal.jsonl"
    journal.write_bytes(b"".join(journal.read_bytes().splitlines(keepends=True)[:-6]))
    shutil.rmtree(office.root / "archive" / "issued" / "weekly")
    again = open_office(office.root)
    something_new(again)
    rebuilt = build(again)
    assert rebuilt.package.id == built.package.id
    later = build_package(
        again,
        Order(week=WEEK.shift(1), at=sample.FRIDAY + timedelta(days=7), allow_incomplete=True, why="试验"),
    )
    root = (office.root / "keys/ca.pem").read_bytes()
    report = verify_path(later.path, trust=[root], previous=sent)
    assert report.indication == "TOTAL-FAILED"
    assert {check.id.partition(".")[0] for check in report.checks if check.kind == "fail"} == {"ledger"}
    assert report.ledger is not None
    assert not report.ledger.witnessed
