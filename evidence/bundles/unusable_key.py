"""What a signing key is refused with, whether it lies in a file or in a token."""

from __future__ import annotations

from evidence.errors import MissingPartError


class KeyUnusableError(MissingPartError):
    """The signing key or its certificate cannot be used."""
