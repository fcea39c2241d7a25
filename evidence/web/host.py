"""The one object the desk's pages work with: workspace, ready answers, set-up key."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import TYPE_CHECKING

from evidence.web.board import Board
from evidence.web.jobs import Jobs

if TYPE_CHECKING:
    from evidence.config import Workspace


@dataclass(kw_only=True)
class Host:
    """One running desk."""

    workspace: Workspace
    secure: bool = False
    """Whether browsers reach it by TLS only."""
    proxy: str = ""
    """Name of the TLS proxy in front; empty when browsers reach the desk itself."""
    proxy_from: tuple[IPv4Network | IPv6Network, ...] = ()
    """Where that proxy may ask from, beside this machine."""
    watching: bool = False
    """Whether this desk takes files in itself, so that a missing watcher is a fault."""
    setup_key: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    """Opens the page that makes the first account; printed in the terminal, useless afterwards."""
    jobs: Jobs = field(init=False)
    board: Board = field(init=False)

    def __post_init__(self) -> None:
        self.board = Board(self.workspace)
        self.jobs = Jobs(self.workspace.root / "desk" / "jobs")


def current() -> Host:
    """The host of this process, as `configuration.configure` left it with Django.

    Raises:
        RuntimeError: the desk was not configured.
    """
    from django.conf import settings

    host = getattr(settings, "DESK_HOST", None)
    if not isinstance(host, Host):
        raise RuntimeError("the desk is not configured")
    return host
