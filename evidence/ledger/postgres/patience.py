"""Doing it again when a connection was lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import psycopg
from psycopg import Connection

from evidence.ledger.postgres.connection import as_ours, lost, unreachable
from evidence.ledger.settings import LedgerSettings

T = TypeVar("T")
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 1.0


def patiently(
    work: Callable[[], T],
    connection: Callable[[], Connection | None],
    settings: LedgerSettings,
    *,
    at_most_s: float = float("inf"),
) -> T:
    """Do some work, and again while its connection is lost, for as long as the settings allow.

    Args:
        work: opens the connection anew if need be; must bear being done twice.
        connection: the one it used.
        at_most_s: a shorter patience.

    Raises:
        DatabaseUnreachableError: patience ran out.
        OSError: the database's disk is full.
        EvidenceError: the database refused.
    """
    deadline = time.monotonic() + min(settings.patience_s, at_most_s)
    pause = _FIRST_PAUSE_S
    while True:
        try:
            return work()
        except psycopg.Error as error:
            if not lost(connection()):
                raise as_ours(error) from error
            if time.monotonic() > deadline:
                raise unreachable(error, settings.database) from error
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_S)
