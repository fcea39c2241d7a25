"""What people can be told about: the groups of 今天, and major hazards apart from them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from evidence.web.deeds import GROUP_WORDS
from evidence.web.lines import Line

MAJOR = "major"
KINDS: dict[str, str] = {
    MAJOR: "重大事故隐患",
    **{group.value: words for group, words in GROUP_WORDS.items()},
}
"""Kind -> its words."""


class When(StrEnum):
    """When a person is told."""

    AT_ONCE = "at_once"
    DIGEST = "digest"
    NEVER = "never"


WHEN_WORDS: dict[When, str] = {When.AT_ONCE: "立即", When.DIGEST: "早上汇总", When.NEVER: "不通知"}


def kind_of(line: Line) -> str:
    """The kind a line of the worklist belongs to."""
    return MAJOR if line.major else line.deed.group.value


def when(kind: str, wishes: Mapping[str, str]) -> When:
    """When a person is told of a kind; without a wish major hazards come at once, the rest in the morning."""
    usual = When.AT_ONCE if kind == MAJOR else When.DIGEST
    return When(wishes[kind]) if wishes.get(kind) in set(When) else usual
