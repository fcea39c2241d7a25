"""Sends notices: signed with HMAC-SHA-256 (RFC 2104), accepted only with a status of 2xx."""

from __future__ import annotations

import hmac
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from email.message import Message
from http.client import HTTPException
from typing import IO

from evidence import __version__
from evidence.webhooks.notices import Notice
from evidence.webhooks.settings import WebhookSettings


class NotAcceptedError(Exception):
    """The receiver did not take it; the text says why."""


def signature(secret: str, at: int, body: bytes) -> str:
    """`sha256=…` over `<unix time>.<body>`: whoever knows the secret can tell who wrote it, and when."""
    return "sha256=" + hmac.new(secret.encode(), f"{at}.".encode() + body, "sha256").hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One receiver and the secret shared with it."""

    settings: WebhookSettings
    secret: str

    def send(self, notice: Notice, now: datetime) -> None:
        """One attempt.

        Raises:
            NotAcceptedError: no answer, or another status than 2xx.
        """
        body, at = notice.body(), int(now.timestamp())
        request = urllib.request.Request(  # noqa: S310 - the address was checked when it was read
            self.settings.url,
            data=body,
            headers={
                "Content-Type": "application/json",
                "User-Agent": f"evidence/{__version__}",
                "X-Evidence-Event": notice.event,
                "X-Evidence-Id": notice.id,
                "X-Evidence-Timestamp": str(at),
                "X-Evidence-Signature": signature(self.secret, at, body),
            },
            method="POST",
        )
        try:
            with _OPENER.open(request, timeout=self.settings.timeout_s) as answer:
                status = answer.status
        except urllib.error.HTTPError as error:
            raise NotAcceptedError(f"HTTP {error.code}") from error
        except (OSError, HTTPException, ValueError) as error:
            raise NotAcceptedError(str(error) or type(error).__name__) from error
        if not 200 <= status < 300:
            raise NotAcceptedError(f"HTTP {status}")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A notice goes where evidence.toml says, and nowhere else."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        """Never."""


_OPENER = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
