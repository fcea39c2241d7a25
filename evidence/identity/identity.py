"""What a directory says of a person, the role that follows from it, and how it fails."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from evidence.errors import MissingPartError, VerificationFailedError

Way = Literal["oidc", "ldap"]
LONGEST = 255
"""Characters of an issuer or a subject: what OpenID Connect allows, and what the desk keeps."""


class DirectoryDownError(MissingPartError):
    """The directory does not answer, refuses us, or answers nonsense; the next try may succeed."""


class IdentityPartMissingError(MissingPartError):
    """The packages of the extra are not installed."""


class NotVouchedError(VerificationFailedError):
    """The directory does not vouch for whoever wants to sign in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A person, proven by the directory a moment ago."""

    way: Way
    issuer: str
    """Which directory says so."""
    subject: str
    """What the directory calls the person for ever; names and accounts change."""
    account: str
    """What the person types there, or is called there."""
    name: str
    groups: tuple[str, ...] = ()
    """Groups or roles there, as the table of roles names them."""
    roster_id: str = ""
    """Whom of the roster the directory says it is; empty where it says nothing."""


def mapped_role(groups: tuple[str, ...], roles: Mapping[str, str]) -> str:
    """The desk's role: of the first line of the table that names one of the groups; empty for none.

    The order is the file's, so that somebody in two groups has the role that stands higher.
    """
    return next((role for group, role in roles.items() if group in groups), "")


def shown(text: object, longest: int) -> str:
    """A name as it may stand on pages: one line, nothing invisible, no longer than its place."""
    if not isinstance(text, str):
        return ""
    plain = "".join(
        " " if unicodedata.category(sign)[0] in "ZC" else sign
        for sign in unicodedata.normalize("NFC", text)
        if unicodedata.category(sign) != "Cf"
    )
    return " ".join(plain.split())[:longest].strip()
