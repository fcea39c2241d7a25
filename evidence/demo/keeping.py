"""An earlier demonstration makes way only as it was left; whatever somebody did in it since is kept."""

from __future__ import annotations

import shutil
from hashlib import file_digest, sha256
from pathlib import Path

from evidence.errors import UsageError
from evidence.language import _

MARK = ".evidence-demo"
"""A folder with this file is a demonstration; it says in which state the program left it."""
REBUILDABLE = ("archive/cases/", "archive/previews/")
"""Made anew from the rest whenever a command runs."""
_HEAD = "evidence demo"


def make_room(root: Path) -> Path | None:
    """Empty the place for a demonstration.

    Returns:
        Where an earlier demonstration was moved that somebody had changed; None when there was none.

    Raises:
        UsageError: the folder holds something else.
    """
    kept = None
    if (root / MARK).is_file():
        if _left_alone(root):
            _writable(root)
            shutil.rmtree(root)
        else:
            kept = _free_name(root)
            root.rename(kept)
    elif root.exists() and any(root.iterdir()):
        raise UsageError(
            _("该目录已有别的内容，演示不会动它。"),
            where=str(root),
            remedy=_("请换一个空目录：evidence demo 目录"),
        )
    root.mkdir(parents=True, exist_ok=True)
    (root / MARK).write_text(f"{_HEAD}\n", encoding="utf-8")
    return kept


def remember(root: Path) -> None:
    """Note in which state a finished demonstration was left."""
    (root / MARK).write_text(f"{_HEAD}\n{_state(root)}\n", encoding="utf-8")


def _left_alone(root: Path) -> bool:
    """Whether nothing was put in, taken out or changed since; an unfinished one cannot tell."""
    head, _newline, state = (root / MARK).read_text(encoding="utf-8").partition("\n")
    return head == _HEAD and bool(state.strip()) and state.strip() == _state(root)


def _state(root: Path) -> str:
    """Digest over the path and the bytes of everything that cannot be made anew."""
    total = sha256()
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if name == MARK or f"{name}/".startswith(REBUILDABLE) or _derived(name):
            continue
        if path.is_symlink() or not path.is_file():
            total.update(f"{name}\0\n".encode())
            continue
        with path.open("rb") as file:
            total.update(f"{name}\0{file_digest(file, 'sha256').hexdigest()}\n".encode())
    return total.hexdigest()


def _derived(name: str) -> bool:
    """The ledger's view beside the journal."""
    return name.startswith("archive/ledger/") and not name.endswith("/journal.jsonl")


def _free_name(root: Path) -> Path:
    number = 1
    while (kept := root.with_name(f"{root.name}-kept-{number}")).exists():
        number += 1
    return kept


def _writable(root: Path) -> None:
    """Originals are write-protected; their folders must allow removal."""
    for folder in root.rglob("*"):
        if folder.is_dir() and not folder.is_symlink():
            folder.chmod(0o755)
