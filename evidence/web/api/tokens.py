"""Tokens of programs: each has a role, as an account has; only a digest of it is kept."""

from __future__ import annotations

import secrets
from hashlib import sha256
from typing import Any

from evidence.web.roles import Role

_PREFIX = "evd_"
"""So that a token is recognised where it leaked."""


def make_token(name: str, role: str) -> str:
    """A new token; nobody can see it a second time.

    Args:
        name: which program uses it.
        role: what it may do, as for an account.

    Raises:
        ValueError: unknown role.
        django.db.IntegrityError: another token has this name.
    """
    from evidence.web.models import ApiToken

    secret = _PREFIX + secrets.token_urlsafe(32)
    ApiToken.objects.create(name=name, role=Role(role).value, digest=_digest(secret))
    return secret


def revoke_token(name: str) -> bool:
    """Whether there was such a token; it opens nothing any more."""
    from evidence.web.models import ApiToken

    return bool(ApiToken.objects.filter(name=name).delete()[0])


def token_of(secret: str) -> Any:
    """The token with this secret; None for a wrong one."""
    from evidence.web.models import ApiToken

    return ApiToken.objects.filter(digest=_digest(secret)).first()


def _digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "replace")).hexdigest()
