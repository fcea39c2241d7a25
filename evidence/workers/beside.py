"""What goes on beside the watcher: mail is fetched, and other programs are told."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from evidence.config import Workspace
from evidence.optional_parts import post_of, telling_of
from evidence.workers.functions import perform


@contextmanager
def beside_the_watcher(workspace: Workspace, *, say: Callable[[str], None]) -> Iterator[None]:
    """Run every part that evidence.toml names while the inbox is watched.

    Args:
        say: told once what keeps a mailbox or a receiver from working.
    """
    from evidence.mail.rounds import fetching
    from evidence.webhooks.telling import telling

    told = telling_of(workspace)
    try:
        told.drop_unnamed()
    except (OSError, sqlite3.Error) as error:  # the inbox goes on
        say(str(error))
    with (
        fetching(post_of(workspace), say=say),
        telling(told, perform=partial(perform, workspace), say=say),
    ):
        yield
