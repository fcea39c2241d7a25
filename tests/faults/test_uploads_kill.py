"""A server that is killed anywhere while a file comes in parts: the inbox never shows less than the whole."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

from evidence.inbox.names import is_ignored
from evidence.web.resuming import Range
from evidence.web.unfinished import Noted, Unfinished, digest_of
from tests.support.killing import moments, points, run_and_die

WHOLE = bytes(range(250)) * 4
KEY = "c" * 64


def _room(root: Path) -> Unfinished:
    return Unfinished(
        folder=root / "uploads" / "7", inbox=root / "inbox", most_of_account=10_000, most_of_all=10_000
    )


def _send(root: Path, tell: Callable[[str], None] = lambda _told: None) -> None:
    """As a page does: ask, then go on from there until it is received."""
    room = _room(root)
    while not room.arrived(KEY, "a choice"):
        start = min(room.partial(KEY).have, len(WHOLE) - 1)
        end = min(start + 400, len(WHOLE))
        room.take(
            KEY,
            Range(start=start, end=end, total=len(WHOLE)),
            BytesIO(WHOLE[start:end]),
            whole=Noted(name="film.mp4", total=len(WHOLE), sending="a choice"),
            digest=digest_of(BytesIO(WHOLE)),
        )
        tell(str(end))


def _names(root: Path) -> list[Path]:
    inbox = root / "inbox"
    return [each for each in inbox.iterdir() if not is_ignored(each.name)] if inbox.exists() else []


def test_whenever_it_dies_the_next_server_goes_on_and_the_inbox_holds_whole_files(tmp_path: Path) -> None:
    names = points(lambda: _send(tmp_path / "counted"))
    assert {"open", "link", "unlink", "fsync"} <= set(names)
    for at, moment in moments(names):
        root = tmp_path / f"{at}-{moment}"
        told = run_and_die(lambda tell, root=root: _send(root, tell), at, moment)  # type: ignore[misc]
        here = _names(root)
        assert [each.read_bytes() for each in here] in ([], [WHOLE]), (at, moment)
        if told and not here:
            assert _room(root).partial(KEY).have >= int(told[-1]), (at, moment)
        _send(root)
        assert {each.read_bytes() for each in _names(root)} == {WHOLE}, (at, moment)
        assert len(_names(root)) <= 2, "the move and the note of it are two acts"
        assert not _room(root).begun()
