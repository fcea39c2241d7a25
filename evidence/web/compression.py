"""Pages and scripts travel compressed; films, originals, parts of files and answers to programs stay as
they are.
"""

from __future__ import annotations

from typing import Any

from django.middleware.gzip import GZipMiddleware

_TEXTS = frozenset(
    {
        "text/html", "text/css", "text/javascript", "application/javascript",
        "application/manifest+json", "image/svg+xml",
    }
)  # fmt: skip


class TextCompression(GZipMiddleware):  # type: ignore[misc]
    """Django's own, for whole texts only: a range of a compressed file would be a range of something else."""

    def process_response(self, request: Any, response: Any) -> Any:
        """Compress what is worth it."""
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip()
        attached = response.headers.get("Content-Disposition", "").startswith("attachment")
        if response.status_code == 206 or attached or kind not in _TEXTS:
            return response
        return super().process_response(request, response)
