"""Which films a browser is shown, and which bytes of them."""

from __future__ import annotations

import pytest

from evidence.domain.recording import Recording
from tests.support import sample


@pytest.mark.parametrize(
    ("header", "size", "expected"),
    [
        ("bytes=0-99", 1000, (0, 99)),
        ("bytes=900-", 1000, (900, 999)),
        ("bytes=-100", 1000, (900, 999)),
        ("bytes=-5000", 1000, (0, 999)),
        ("bytes=0-5000", 1000, (0, 999)),
        ("bytes=1000-", 1000, None),
        ("bytes=5-2", 1000, None),
        ("bytes=-0", 1000, None),
        ("bytes=-", 1000, None),
        ("bytes=0-1,5-6", 1000, None),
        ("bytes=0-", 0, None),
        ("items=0-1", 1000, None),
    ],
)
def test_ranges_are_read_as_rfc_9110_says(header: str, size: int, expected: tuple[int, int] | None) -> None:
    from evidence.web.ranges import span

    assert span(header, size) == expected


@pytest.mark.parametrize(
    ("name", "video", "described", "shown"),
    [
        ("DSJ/0716.MP4", True, False, True),
        ("0716.mov", True, False, True),
        ("0716.avi", True, False, False),
        ("0716.mp4", False, False, False),
        ("0716.mp4", None, False, False),
        ("0716.mp4", True, True, False),
        ("0716.html", True, False, False),
    ],
)
def test_only_films_browsers_know_are_shown(
    name: str, video: bool | None, described: bool, shown: bool
) -> None:
    from evidence.web.ranges import playable

    film = Recording(sha256=sample.digest(name), name=name, bytes=1, video=video, described=described)
    assert playable(film) is shown
