"""What evidence.toml says about mirroring checkpoints outside. Light: read by every command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessSettings:
    """`[witness]`: where each checkpoint goes at once, beyond the reach of whoever keeps this machine.

    Both may be given; with neither a checkpoint leaves the house with its package and on the receipt alone.
    """

    folder: str = ""
    """Folder on another machine (a mounted share that this account may only add to); never overwritten."""
    mail_to: str = ""
    """Address that gets every checkpoint, e.g. a mailbox of the regulator's or of the auditors'."""
    mail_from: str = ""
    """Sender of those messages."""
    smtp_host: str = ""
    """Mail server that takes them."""
    smtp_port: int = 465
    """Its port."""
    smtp_security: Literal["tls", "starttls", "none"] = "tls"
    """`none`: for a server on this machine."""
    smtp_user: str = ""
    """Account there; empty where the server asks for none."""
    smtp_password_file: str = ""
    """Relative to the workspace, readable by its owner only (0600)."""

    def __post_init__(self) -> None:
        """Refuse what cannot work.

        Raises:
            ValueError: an address without a server or a sender.
        """
        if self.mail_to and not (self.smtp_host and self.mail_from):
            raise ValueError("mail_to / mail_from / smtp_host")
