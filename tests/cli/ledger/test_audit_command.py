"""`evidence audit` as people use it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from evidence.archive import audit as audit_room
from evidence.cli.browsing import refresh_case_tree
from evidence.config import open_workspace
from evidence.errors import ExitCode
from evidence.ledger.upkeep import ThingAudited
from tests.support.ledger_commands import audited, original
from tests.support.ledger_fixture import CONTENTS, reopened


def test_an_audit_of_a_sound_archive_finds_nothing_and_is_journalled(root: Path) -> None:
    assert audited(root) == (0, {})
    last = list(reopened(root).entries())[-1].event
    assert isinstance(last, ThingAudited)
    assert last.objects == 4 * 4 + len(CONTENTS) + 1


def test_an_audit_tells_missing_changed_extra_and_swapped_apart(root: Path) -> None:
    refresh_case_tree(open_workspace(root))
    original(root, "photo").unlink()
    changed = original(root, "notice")
    changed.chmod(0o640)
    changed.write_text("Notice")
    stray = root / "archive" / "originals" / "ab" / ("ab" * 32)
    stray.parent.mkdir(exist_ok=True)
    stray.write_text("stray")
    shown = next((root / "archive" / "cases").rglob("签发 WJB22-0012-JC-001.pdf"))
    shown.unlink()
    shown.write_text("another")
    (shown.parent / "多出来的.txt").write_text("x")
    code, found = audited(root)
    assert code == ExitCode.VERIFICATION_FAILED
    archive = root / "archive"
    assert found == {
        "missing": [original(root, "photo").relative_to(archive).as_posix()],
        "changed": [changed.relative_to(archive).as_posix()],
        "swapped": [shown.relative_to(archive).as_posix()],
        "extra": [
            (shown.parent / "多出来的.txt").relative_to(archive).as_posix(),
            stray.relative_to(archive).as_posix(),
        ],
    }


def test_a_link_that_shows_another_original_is_swapped(root: Path) -> None:
    refresh_case_tree(open_workspace(root))
    shown = next((root / "archive" / "cases").rglob("扫描 *A-20220314-0001*"))
    shown.unlink()
    os.link(original(root, "notice"), shown)
    assert audited(root)[1] == {"swapped": [shown.relative_to(root / "archive").as_posix()]}
    refresh_case_tree(open_workspace(root))
    assert audited(root) == (0, {})


def test_an_interrupted_audit_goes_on_where_it_stopped(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_room, "_BATCH", 5)
    original(root, "photo").unlink()
    asked: list[str] = []
    examine = audit_room._examine

    def until_interrupted(archive, holding):  # type: ignore[no-untyped-def]
        asked.append(holding.place)
        if len(asked) == 18:
            raise KeyboardInterrupt
        return examine(archive, holding)

    monkeypatch.setattr(audit_room, "_examine", until_interrupted)
    with pytest.raises(BaseException):  # noqa: B017, PT011 - click turns the interrupt into its own
        audited(root)
    first = list(asked)
    code, found = audited(root)
    assert code == ExitCode.VERIFICATION_FAILED
    assert len(found["missing"]) == 1
    again = asked[len(first) :]
    assert len(again) < len(first) + len(again) - 10
    assert not set(again) & set(first[:15])
    assert not (root / "archive" / audit_room.STATE_NAME).exists()


def test_sampled_audits_cover_everything_in_their_cycle(root: Path) -> None:
    from datetime import date, timedelta

    from evidence.ledger.holdings import holdings

    everything = holdings(reopened(root).entries())
    days = [date(2022, 4, 1) + timedelta(days=number) for number in range(4)]
    shares = [audit_room.sampled(everything, 25, day) for day in days]
    assert sorted(holding.place for share in shares for holding in share) == [
        each.place for each in everything
    ]
    assert audited(root, "--sample", 25)[0] == 0


def test_a_package_kept_as_a_folder_serves_as_well(root: Path) -> None:
    handover = root / "archive" / "handover"
    (handover / "WJB-2022-W13.zip").unlink()
    assert audited(root)[1] == {"missing": ["handover/WJB-2022-W13.zip"]}
    (handover / "WJB-2022-W13").mkdir()
    (handover / "WJB-2022-W13" / "tagmanifest-sha256.txt").write_text("tag")
    assert audited(root) == (0, {})
