"""Who acts: the account comes from the machine or the desk, never from what somebody typed.

An account may be tied to a person of the roster. It then acts as that person and as nobody else. An account
tied to nobody may name somebody: that is journalled as what the account stated, and has no weight of its own.
"""

from __future__ import annotations

import getpass
import os
from collections.abc import Mapping
from dataclasses import dataclass

from evidence.domain.identifiers import PersonId
from evidence.domain.parties import Person
from evidence.errors import InputError, UsageError
from evidence.language import _
from evidence.ledger.view import View


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """One act's account, and the person behind it."""

    account: str
    """`cli:<system account>` or `desk:<desk account>`."""
    person: Person | None = None
    """Whom the account is tied to."""
    named: str = ""
    """Whom an account tied to nobody named; empty when it named nobody."""

    @property
    def stated(self) -> bool:
        """Whether the person is only what the account says."""
        return self.person is None

    @property
    def by(self) -> str:
        """The person as decisions name him: an id of the roster, else what was stated, else the account."""
        return self.person.id if self.person else self.named or self.account

    @property
    def journalled(self) -> str:
        """As the journal's line names who acted."""
        if self.person is not None:
            return f"{self.account}（{self.person.id}）"
        return f"{self.account}（自述 {self.named}）" if self.named else self.account


def account_of(actor: str) -> str:
    """`desk:lead（P1）`, as the journal's line names who acted -> `lead`."""
    plain = actor.partition("（")[0]
    return plain.partition(":")[2] or plain


def system_account() -> str:
    """The account this process runs under, as the system knows it; variables like USER do not count."""
    try:
        import pwd
    except ImportError:  # no such module on Windows
        return getpass.getuser()
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's account without an entry
        return str(os.getuid())


def acting(view: View, account: str, tied_to: str, named: str = "") -> Actor:
    """The actor behind an account.

    Args:
        view: knows the roster.
        account: as the journal writes it.
        tied_to: id of the person the account is tied to; empty for none.
        named: whom the act names (`--by`), by id or name; empty for nobody.

    Raises:
        InputError: the account is tied to somebody who is not in the roster.
        UsageError: the account is tied to another person than the one named.
    """
    wanted = named.strip()
    if not tied_to:
        return Actor(account=account, named=wanted)
    person, plain = view.person(PersonId(tied_to)), account_of(account)
    if person is None:
        raise InputError(
            _("账号 {account} 关联的人员 {person} 不在名册。").format(account=plain, person=tied_to),
            remedy=_("请先用 evidence import 登记人员，或改正账号的关联。"),
        )
    if wanted and wanted not in (person.id, person.name):
        raise UsageError(
            _("本账号（{account}）是 {name}（{id}）的，不能以 {named} 的名义办理。").format(
                account=plain, name=person.name, id=person.id, named=wanted
            ),
            remedy=_("请由本人用自己的账号办理。"),
        )
    return Actor(account=account, person=person)


def of_system(view: View, accounts: Mapping[str, str], named: str = "") -> Actor:
    """The actor at the terminal.

    Args:
        accounts: system account -> person, as evidence.toml ties them.

    Raises:
        InputError, UsageError: as `acting`.
    """
    account = system_account()
    return acting(view, f"cli:{account}", accounts.get(account, ""), named)
