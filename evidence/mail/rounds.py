"""Looks at the mailboxes from time to time beside the watcher, in a thread each, so that none waits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from evidence.language import _
from evidence.mail.fetch import Fetched, Post


@contextmanager
def fetching(post: Post, *, say: Callable[[str], None]) -> Iterator[None]:
    """Fetch while the block runs, first at once, then every `every_s` seconds of each mailbox."""
    stopped = Event()
    threads = [
        Thread(target=_rounds, args=(post, name, stopped, say), name=f"mail-{name}", daemon=True)
        for name in post.mailboxes
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopped.set()
        for thread in threads:
            thread.join(timeout=10)  # a look that hangs at the server is cut off: it begins anew next time


def _rounds(post: Post, name: str, stopped: Event, say: Callable[[str], None]) -> None:
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
