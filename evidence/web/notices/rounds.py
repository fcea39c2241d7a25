"""Looks at the worklist beside the desk and writes to people: a digest a morning, urgent things at once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING, Any

from evidence.domain.week import local_date
from evidence.errors import EvidenceError
from evidence.jobs.beside import beside
from evidence.language import _
from evidence.mail.outgoing import NotTakenError, send
from evidence.web.lines import Line
from evidence.web.notices.due import Person, is_morning, new_at_once, still, wanted
from evidence.web.notices.kinds import When
from evidence.web.notices.message import message
from evidence.web.roles import ROLE_WORDS, Act, Role, may
from evidence.web.speech import speaking
from evidence.web.today import whole_list
from evidence.web.worklist import Worklist

if TYPE_CHECKING:
    from evidence.web.host import Host

LOOK_S = 30.0
"""Seconds between two looks at the list."""
REST_S = 300.0
"""Seconds for which a mail server that failed is left alone, and a mailbox that was refused."""
_PATIENCE_S = 10.0


@dataclass(slots=True)
class Rests:
    """Who is not written to for a while; one mailbox that is full costs nobody else his mail."""

    clock: Callable[[], float] = monotonic
    until: dict[str, float] = field(default_factory=dict)
    """Address -> when it is tried again; one corrected meanwhile is another."""
    said: dict[str, str] = field(default_factory=dict)
    """Address -> why it was refused last; told as long as it is not known to be better."""

    def rests(self, address: str) -> bool:
        """Whether an address was refused a moment ago."""
        return self.clock() < self.until.get(address, 0.0)

    def refused(self, address: str, why: str) -> None:
        """Leave an address alone for a while."""
        self.until[address] = self.clock() + REST_S
        self.said[address] = why

    def keep(self, addresses: Collection[str]) -> None:
        """Forget those that nobody wishes to be written to any more."""
        for address in self.said.keys() - {*addresses}:
            self.well(address)

    def well(self, address: str) -> None:
        """It can be written to."""
        self.until.pop(address, None)
        self.said.pop(address, None)


def write_to_everybody(host: Host, rests: Rests | None = None) -> tuple[str, str]:
    """One look: write to everybody who is to be told something now.

    Args:
        rests: which mailboxes are left alone; none by default.

    Returns:
        Why the server took no message, and why it refused somebody's; empty where it did not. What was not
        taken is tried again.
    """
    from evidence.web.models import NoticeWish

    rests = rests or Rests()
    known = NoticeWish.objects.select_related("owner__seat").filter(owner__is_active=True)
    wishes = [*known.exclude(address="")]
    rests.keep([wish.address for wish in wishes])
    made = whole_list(host.board)
    for wish in wishes:
        if rests.rests(wish.address):
            continue
        try:
            _write_to(host, wish, made)
        except NotTakenError as error:
            rests.refused(wish.address, error.what)
        except EvidenceError as error:
            return error.what, _refusals(rests)
        else:
            rests.well(wish.address)
    return "", _refusals(rests)


def _refusals(rests: Rests) -> str:
    return " ".join(f"{address}：{why}" for address, why in sorted(rests.said.items()))


def _write_to(host: Host, wish: Any, made: Worklist) -> None:
    """Write to one person; what the server took is remembered before the next one's turn.

    Raises:
        NotTakenError, NotSentError, CredentialError: nothing more is remembered.
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

    complaint, told, rest_until, rests = "", "", 0.0, Rests()
    while not stopped.wait(LOOK_S):
        if monotonic() < rest_until:
            continue
        refused = ""
        try:
            complaint, refused = write_to_everybody(host, rests)
        except Exception as error:
            complaint = str(error) or type(error).__name__
        finally:
            connection.close()
        rest_until = monotonic() + REST_S if complaint else 0.0
        before, told = told, complaint or refused
        if told != before:
            say(told or _("通知邮件又能发出了。"))
