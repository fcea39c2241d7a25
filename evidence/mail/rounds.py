"""Looks at the mailboxes from time to time beside the watcher, in a thread each, so that none waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from threading import Event

from evidence.jobs.beside import beside
from evidence.language import _
from evidence.mail.fetch import Fetched, Post

_PATIENCE_S = 10.0
"""A look that hangs at the server is cut off: it begins anew next time."""


def fetching(post: Post, *, say: Callable[[str], None]) -> AbstractContextManager[None]:
    """Fetch while the block runs, first at once, then every `every_s` seconds of each mailbox."""
    looks = {f"mail-{name}": partial(_rounds, post, name, say) for name in post.mailboxes}
    return beside(looks, patience_s=_PATIENCE_S)


def _rounds(post: Post, name: str, say: Callable[[str], None], stopped: Event) -> None:
    complaint = ""
    while not stopped.is_set():
        (fetched,) = post.fetch(name)
        before, complaint = complaint, "" if fetched.error is None else str(fetched.error)
        if complaint != before:  # once when it goes down, not every five minutes
            say(_("邮箱 {name}：{what}").format(name=name, what=complaint or _("已恢复。")))
        for line in _remarks(fetched):
            say(line)
        stopped.wait(post.mailboxes[name].every_s)


def _remarks(fetched: Fetched) -> Iterator[str]:
    if fetched.taken:
        yield _("邮箱 {name}：收到 {n} 封邮件。").format(name=fetched.mailbox, n=len(fetched.taken))
