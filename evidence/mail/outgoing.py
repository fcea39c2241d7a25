"""Messages out: handed to the SMTP server of `[notices]`, as little of the protocol as that needs."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterable
from email.message import EmailMessage
from pathlib import Path

from evidence.credentials import password_of
from evidence.errors import MissingPartError
from evidence.language import _
from evidence.mail.settings import NoticeSettings


class NotSentError(MissingPartError):
    """The server does not answer, or does not take a message; the next attempt may succeed."""


class NotTakenError(NotSentError):
    """The server answers, and will not have this message or this mailbox; others may well be written to."""


def send(messages: Iterable[EmailMessage], settings: NoticeSettings, root: Path) -> None:
    """Hand messages over, in one session.

    Args:
        root: the workspace.

    Raises:
        NotTakenError: it refused a recipient, or a message.
        NotSentError: no answer, no trust in its certificate, or not signed in.
        CredentialError: no password.
    """
    password = _password(settings, root)
    try:
        with _connected(settings, root) as server:
            if settings.user:
                server.login(settings.user, password)
            for message in messages:
                _handed_over(message, server)
    except (OSError, smtplib.SMTPException, ssl.SSLError) as error:
        raise NotSentError(
            _("通知邮件没有发出：{why}").format(why=_why(error)),
            where="[notices]",
            remedy=_("请核对 evidence.toml [notices] 的服务器、账号和证书；程序会再试。"),
        ) from error


def _handed_over(message: EmailMessage, server: smtplib.SMTP) -> None:
    """Raises: NotTakenError where another recipient may fare better."""
    try:
        server.send_message(message)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPNotSupportedError) as error:
        raise NotTakenError(
            _("通知邮件没有发出：{why}").format(why=_why(error)),
            where=str(message["To"]),
            remedy=_("请核对这个邮箱的地址，或请其主人清理邮箱；程序会再试。"),
        ) from error


def _connected(settings: NoticeSettings, root: Path) -> smtplib.SMTP:
    where = settings.host, settings.port
    if settings.security == "none":
        return smtplib.SMTP(*where, timeout=settings.timeout_s)
    context = ssl.create_default_context(cafile=str(root / settings.ca_file) if settings.ca_file else None)
    if settings.security == "tls":
        return smtplib.SMTP_SSL(*where, timeout=settings.timeout_s, context=context)
    server = smtplib.SMTP(*where, timeout=settings.timeout_s)
    try:
        server.starttls(context=context)
    except BaseException:
        server.close()
        raise
    return server


def _password(settings: NoticeSettings, root: Path) -> str:
    if not settings.user:
        return ""
    return password_of(settings.keyring, root / settings.password_file, missing=_("没有发信账号的密码。"))


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, refusal = next(iter(error.recipients.values()))
        return f"{code} {refusal.decode('utf-8', 'replace')}"
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        return f"{error.smtp_code} {text}"
    return str(error) or type(error).__name__
