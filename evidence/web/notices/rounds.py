"""Looks at the worklist beside the desk and writes to people: a digest a morning, urgent things at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Any

from evidence.domain.week import local_date
from evidence.errors import EvidenceError
from evidence.jobs.beside import beside
from evidence.language import _
from evidence.mail.outgoing import send
from evidence.web.notices.due import Person, is_morning, new_at_once, still, wanted
from evidence.web.notices.kinds import When
from evidence.web.notices.message import message
from evidence.web.roles import ROLE_WORDS, Act, Role, may
from evidence.web.speech import speaking
from evidence.web.today import whole_list
from evidence.web.worklist import Line, Worklist

if TYPE_CHECKING:
    from evidence.web.host import Host

LOOK_S = 30.0
"""Seconds between two looks at the list."""
REST_S = 300.0
"""Seconds for which a mail server that failed is left alone."""
_PATIENCE_S = 10.0


def write_to_everybody(host: Host) -> str:
    """One look: write to everybody who is to be told something now.

    Returns:
        Why some message did not go out; empty when all did. What was not taken is tried again next time.
    """
    from evidence.web.models import NoticeWish

    known = NoticeWish.objects.select_related("owner__seat").filter(owner__is_active=True)
    made, complaint = whole_list(host.board), ""
    for wish in known.exclude(address=""):
        try:
            _write_to(host, wish, made)
        except EvidenceError as error:
            complaint = error.what
    return complaint


def _write_to(host: Host, wish: Any, made: Worklist) -> None:
    """Write to one person; what the server took is remembered before the next one's turn.

    Raises:
        NotSentError, CredentialError: nothing more is remembered.
    """
    now, settings = host.workspace.clock(), host.workspace.settings.notices
    seat = wish.owner.seat
    role = Role(seat.role)
    person = Person(name=str(seat.person), role=ROLE_WORDS[role], wishes=wish.kinds, sees=may(role, Act.SEE))
    if wish.digest_on != local_date(now) and is_morning(now, settings.morning):
        lines = wanted(made, person, {When.DIGEST, When.AT_ONCE})
        _hand_over(host, wish, lines, at_once=False)
        wish.digest_on = local_date(now)
        wish.told = _told(made, [*wish.told, *(line.key for line in lines)])
        wish.save(update_fields=["digest_on", "told"])
    lines = new_at_once(made, person, wish.told)
    _hand_over(host, wish, lines, at_once=True)
    told = _told(made, [*wish.told, *(line.key for line in lines)])
    if told != wish.told:
        wish.told = told
        wish.save(update_fields=["told"])


def _told(made: Worklist, keys: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(still(made, keys)))


def _hand_over(host: Host, wish: Any, lines: Sequence[Line], *, at_once: bool) -> None:
    if not lines:
        return
    settings = host.workspace.settings.notices
    with speaking(wish.language):
        written = message(
            lines, person=str(wish.owner.seat.person), address=wish.address, sender=settings.sender,
            desk=settings.desk, at_once=at_once, now=host.workspace.clock(),
        )  # fmt: skip
    send([written], settings, host.workspace.root)


@contextmanager
def noticing(host: Host, *, say: Callable[[str], None]) -> Iterator[None]:
    """Write to people while the block runs; nothing where evidence.toml names no server.

    Args:
        say: told once when the server fails, and once when it is back.
    """
    work = beside({"notices": partial(_rounds, host, say)}, patience_s=_PATIENCE_S)
    with work if host.workspace.settings.notices.host else nullcontext():
        yield


def _rounds(host: Host, say: Callable[[str], None], stopped: Event) -> None:
    from django.db import connection

    complaint, rest_until = "", 0.0
    while not stopped.wait(LOOK_S):
        if monotonic() < rest_until:
            continue
        before = complaint
        try:
            complaint = write_to_everybody(host)
        except Exception as error:
            complaint = str(error) or type(error).__name__
        finally:
            connection.close()
        rest_until = monotonic() + REST_S if complaint else 0.0
        if complaint != before:
            say(complaint or _("通知邮件又能发出了。"))
