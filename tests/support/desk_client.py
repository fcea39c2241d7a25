"""A client of the desk that sends forms as the pages do: each with a key of its own."""

from __future__ import annotations

import itertools
from typing import Any

from django.test import Client

_KEYS = itertools.count()


class DeskClient(Client):  # type: ignore[misc]
    """Adds a fresh key to every form, unless the test says which."""

    def post(self, path: str, data: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Send a form."""
        return super().post(path, {"once": f"test-{next(_KEYS)}", **(data or {})}, *args, **kwargs)


def signed_in(name: str, *, csrf: bool = False) -> DeskClient:
    """Somebody with an account of this name, without the page that asks for the password.

    Args:
        csrf: what it sends needs the page's own token, as a browser's does.
    """
    from django.contrib.auth import get_user_model

    client = DeskClient(enforce_csrf_checks=csrf, SERVER_NAME="127.0.0.1")
    client.force_login(
        get_user_model().objects.get(username=name), backend="django.contrib.auth.backends.ModelBackend"
    )
    return client
