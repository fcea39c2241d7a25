"""`[webhooks.NAME]` of evidence.toml: another program that wants to be told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

What = Literal["arrival.undecided", "deadline.tomorrow", "package.built", "receipt.received"]
EVERYTHING: tuple[What, ...] = (
    "arrival.undecided",
    "deadline.tomorrow",
    "package.built",
    "receipt.received",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """Where notices go, how they are signed, and which."""

    url: str
    """`https://…`; `http://` only for a program on this machine."""
    secret_file: str = ""
    """File with the secret that signs notices, relative to the workspace, readable by its owner only."""
    keyring: str = ""
    """Name of the secret in the system's keyring; wins over the file."""
    events: tuple[What, ...] = EVERYTHING
    """Which events are told; all of them by default."""
    timeout_s: int = 10
    """Seconds without an answer after which an attempt has failed."""

    def __post_init__(self) -> None:
        """Refuse what cannot work.

        Raises:
            ValueError: no secret, or an address that would send notices in the clear.
        """
        if not (self.secret_file or self.keyring):
            raise ValueError("secret_file / keyring")
        local = ("http://127.0.0.1", "http://localhost", "http://[::1]")
        if not self.url.startswith(("https://", *local)):
            raise ValueError("url: https://")
