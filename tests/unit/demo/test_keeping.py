"""A demonstration never removes what somebody put into the one before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from evidence.demo.keeping import MARK, make_room, remember
from evidence.errors import UsageError


def finished(root: Path) -> None:
    assert make_room(root) is None
    for name, text in (
        ("evidence.toml", "[contract]\n"),
        ("inbox/README.md", "放这里"),
        ("archive/ledger/journal.jsonl", "{}\n"),
        ("archive/originals/ab/abcd", "bytes"),
    ):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / "archive/originals/ab").chmod(0o555)
    remember(root)


def test_one_that_nobody_touched_makes_way(tmp_path: Path) -> None:
    root = tmp_path / "demo-workspace"
    finished(root)
    (root / "archive/cases/WJB22-0001").mkdir(parents=True)
    (root / "archive/ledger/view.json").write_text("{}", encoding="utf-8")
    assert make_room(root) is None
    assert [path.name for path in root.iterdir()] == [MARK]
    assert [path.name for path in tmp_path.iterdir()] == [root.name]


@pytest.mark.parametrize(
    "change",
    [
        lambda root: (root / "inbox/我的扫描.pdf").write_bytes(b"mine"),
        lambda root: (root / "我的笔记.txt").write_text("mine", encoding="utf-8"),
        lambda root: (root / "evidence.toml").write_text("[contract]\n# mine\n", encoding="utf-8"),
        lambda root: (root / "archive/ledger/journal.jsonl").write_text("{}\n{}\n", encoding="utf-8"),
        lambda root: (root / "inbox/README.md").unlink(),
        lambda root: (root / "desk").mkdir(),
        lambda root: (root / MARK).write_text("evidence demo\n", encoding="utf-8"),
    ],
    ids=["inbox", "note", "settings", "journal", "removed", "folder", "unfinished"],
)
def test_one_that_somebody_changed_is_kept_as_it_is(tmp_path: Path, change: Callable[[Path], object]) -> None:
    root = tmp_path / "demo-workspace"
    finished(root)
    change(root)
    before = {path.relative_to(root): path.is_file() and path.read_bytes() for path in root.rglob("*")}
    kept = make_room(root)
    assert kept == tmp_path / "demo-workspace-kept-1"
    after = {path.relative_to(kept): path.is_file() and path.read_bytes() for path in kept.rglob("*")}
    assert after == before
    finished(root.with_name("other"))
    assert make_room(root) == tmp_path / "demo-workspace-kept-2"


def test_anything_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UsageError):
        make_room(tmp_path)
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"
