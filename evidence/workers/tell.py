"""The job that tells another program."""

from __future__ import annotations

import msgspec

from evidence.config import Workspace
from evidence.optional_parts import telling_of
from evidence.webhooks.notices import Notice


def tell(workspace: Workspace, *, receiver: str, notice: str) -> None:
    """One attempt; a receiver that evidence.toml no longer names is told nothing.

    Raises:
        NotAcceptedError: it did not take the notice.
        CredentialError: there is no secret to sign it with.
    """
    if receiver in workspace.settings.webhooks:
        telling_of(workspace).send(receiver, msgspec.json.decode(notice, type=Notice))
