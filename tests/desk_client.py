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
