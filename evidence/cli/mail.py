"""`evidence mail fetch`: the factories' mail into the inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from evidence.cli.options import json_option, workspace_command
from evidence.cli.output import emit, progress, say
from evidence.errors import EvidenceError, ExitCode
from evidence.language import _
from evidence.optional_parts import post_of

if TYPE_CHECKING:
    from evidence.config import Workspace
    from evidence.mail.fetch import Fetched


@click.group("mail")
def mail_command() -> None:
    """邮箱：把企业发来的邮件收进收件夹。

    \b
    例：evidence mail fetch
    """


@mail_command.command("fetch")
@click.argument("mailbox", required=False)
@json_option
@workspace_command
def fetch_command(workspace: Workspace, mailbox: str | None, as_json: bool) -> int:
    """收一次邮件：每封原样存进 收件夹/邮件，服务器上的邮件不删除。随后由 ingest 或守候中的程序接收。

    \b
    例：evidence mail fetch
        evidence mail fetch 整改
    """
    found = post_of(workspace).fetch(mailbox, tell=lambda name: None)
    if as_json:
        emit({"mailboxes": [_row(each) for each in found]})
    else:
        for each in found:
            _say(each)
    failed = [each.error for each in found if each.error is not None]
    return failed[0].exit_code if failed else ExitCode.DONE


def _row(fetched: Fetched) -> dict[str, Any]:
    return {
        "mailbox": fetched.mailbox,
        "taken": fetched.taken,
        "again": fetched.again,
        "too_large": fetched.too_large,
        "error": None if fetched.error is None else _error(fetched.error),
    }


def _error(error: EvidenceError) -> dict[str, str]:
    return {"what": error.what, "where": error.where, "remedy": error.remedy}


def _say(fetched: Fetched) -> None:
    say(
        _("{mailbox}：收到 {taken} 封，以前收过的 {again} 封。").format(
            mailbox=fetched.mailbox, taken=len(fetched.taken), again=fetched.again
        )
    )
    for path in fetched.taken:
        say(f"  {path}")
    for line in fetched.too_large:
        say(f"  ◐ {line}")
    if fetched.error is not None:
        progress(f"✕ {fetched.error}")
