"""Django behind an asynchronous server with one change of thread for a request instead of six.

Django adapts every layer that cannot wait by itself to a thread of its own, and makes a new thread,
with a new database connection, for every request. All our layers are synchronous: the whole answer is
made in one of a few threads that stay, so connections stay open too.
"""

from __future__ import annotations

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.handlers.asgi import ASGIHandler

THREADS = 6
"""Enough that a few slow answers (a package judged, a form issued) leave room for the quick ones."""


class DeskHandler(ASGIHandler):  # type: ignore[misc]
    """Django's handler with the desk's threads."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="desk")
        super().__init__()

    def load_middleware(self, is_async: bool = False) -> None:
        """All layers as plain functions, whatever is asked."""
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: Any) -> Any:
        """The answer, made in one of our threads in the request's own context."""
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, context.run, self.get_response, request)
