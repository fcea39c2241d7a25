"""`evidence serve`: the desk in a browser, with the watcher inside it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli.options import workspace_command
from evidence.cli.output import progress, say
from evidence.errors import UsageError
from evidence.language import _

if TYPE_CHECKING:
    from evidence.config import Workspace
    from evidence.web.host import Host

_ROLES = ("clerk", "lead", "auditor", "regulator", "inspector")


@click.command("serve")
@click.option("--port", default=8765, show_default=True, type=click.IntRange(1, 65535), help=_("端口"))
@click.option("--host", "address", default="127.0.0.1", show_default=True, help=_("监听地址（默认只在本机）"))
@click.option("--tls-cert", type=click.Path(path_type=Path, exists=True, dir_okay=False), help=_("TLS 证书"))
@click.option("--tls-key", type=click.Path(path_type=Path, exists=True, dir_okay=False), help=_("TLS 私钥"))
@click.option("--behind", default="", help=_("前面的 TLS 代理的域名，如 evidence.example.cn"))
@click.option("--proxy-from", multiple=True, help=_("该代理的地址或网段；在本机时不必写"))
@click.option("--no-watch", is_flag=True, help=_("不守候收件夹（另有 evidence watch 在运行时）"))
@click.option("--poll", is_flag=True, help=_("定时查看收件夹（网络共享用）"))
@click.option("--add-account", "account", help=_("建立一个账号后退出"))
@click.option("--role", type=click.Choice(_ROLES), default="clerk", help=_("新账号的角色"))
@click.option("--person", default="", help=_("新账号是谁的：名册里的姓名或人员编号，记入账本"))
@click.option("--add-token", "token", help=_("给一个程序发放接口令牌后退出；权限见 --role"))
@click.option("--revoke-token", "revoked", help=_("收回一个程序的接口令牌后退出"))
@workspace_command
def serve_command(
    workspace: Workspace,
    port: int,
    address: str,
    tls_cert: Path | None,
    tls_key: Path | None,
    behind: str,
    proxy_from: tuple[str, ...],
    no_watch: bool,
    poll: bool,
    account: str | None,
    role: str,
    person: str,
    token: str | None,
    revoked: str | None,
) -> None:
    """在浏览器中打开工作台，并守候收件夹。默认只有本机能访问。

    \b
    例：evidence serve --port 8765
        evidence serve --add-account wangfang --person 王芳 --role clerk
    """
    from evidence.ledger.comparison import check_at_opening
    from evidence.ledger.query_tables import keep
    from evidence.web import accounts, server
    from evidence.web.certified import with_own_certificate

    proxy = behind.removeprefix("https://").strip("/")
    place = server.Place(
        host=address, port=port, certificate=tls_cert, key=tls_key, proxy=proxy, proxy_from=proxy_from
    )
    place = with_own_certificate(place, workspace.root)
    if account is None and not place.loopback and not place.secure:
        server.admit(place, accounts=False)
    if place.certificate is not None and place.key is not None:
        server.check_tls(place.certificate, place.key)
    # a journal that its archive contradicts is said here, not on every page
    check_at_opening(workspace.ledger_as_found, workspace.settings.contract.code)
    host = server.prepare(workspace, place)
    if account is not None:
        _add(workspace, account, person or account, role)
        return
    if token is not None or revoked is not None:
        _tokens(token, role, revoked)
        return
    known = accounts.any_account()
    server.admit(place, accounts=known)
    host.watching = not no_watch
    if trouble := _signing_trouble(workspace):
        progress(_("◐ 签名密钥现在不能用，制作移交包之前请处理：{why}").format(why=trouble))
    beside = nullcontext() if no_watch else server.watching(workspace, poll=poll, say=progress)
    try:
        with beside, _noticing(host):
            server.serve(place, started=lambda: _say_started(place.url, "" if known else host.setup_key))
    finally:
        keep(workspace.ledger)


def _say_started(url: str, setup_key: str) -> None:
    """Args: setup_key: opens the page of the first account; empty when there is one."""
    say(_("工作台：{url}　按 Ctrl-C 停止。").format(url=url))
    if setup_key:
        say(_("第一次使用，请打开此链接建立账号：{url}").format(url=f"{url}setup/{setup_key}/"))


def _noticing(host: Host) -> AbstractContextManager[None]:
    """Writes to people beside the desk; Django is configured by now."""
    from evidence.web.notices.rounds import noticing

    return noticing(host, say=progress)


def _signing_trouble(workspace: Workspace) -> str:
    """Why the signing key cannot be used; a token is left alone, for each wrong PIN counts against it."""
    from evidence.bundles.signers import open_key
    from evidence.bundles.unusable_key import KeyUnusableError

    if workspace.settings.signer.pkcs11_library:
        return ""
    try:
        with open_key(workspace.settings.signer, workspace.root):
            return ""
    except KeyUnusableError as error:
        return error.what


def _tokens(name: str | None, role: str, revoked: str | None) -> None:
    from django.db import IntegrityError

    from evidence.web.api.tokens import make_token, revoke_token

    if revoked is not None:
        if not revoke_token(revoked):
            raise UsageError(
                _("没有这个令牌：{name}。").format(name=revoked), remedy=_("请核对发放时用的名称。")
            )
        say(_("令牌 {name} 已收回。").format(name=revoked))
    if name is not None:
        try:
            secret = make_token(name, role)
        except IntegrityError as error:
            raise UsageError(
                _("令牌 {name} 已经有了。").format(name=name),
                remedy=_("请换一个名称，或先用 --revoke-token 收回。"),
            ) from error
        progress(_("令牌 {name}（{role}），只显示这一次：").format(name=name, role=role))
        say(secret)


def _add(workspace: Workspace, account: str, person: str, role: str) -> None:
    from django.contrib.auth.password_validation import validate_password
    from django.core.exceptions import ValidationError
    from django.db import IntegrityError

    from evidence.web.accounts import create_account
    from evidence.web.acting import roster_id

    password = click.prompt(_("密码"), hide_input=True, confirmation_prompt=_("再输一次"), err=True)
    try:
        validate_password(password)
        tied = roster_id(workspace.ledger.view, person)
        create_account(username=account, person=person, role=role, password=password, roster_id=tied)
    except ValidationError as error:
        raise UsageError(
            _("密码太弱：{why}").format(why="".join(error.messages)), remedy=_("请换一个更长的密码。")
        ) from error
    except IntegrityError as error:
        raise UsageError(
            _("账号 {name} 已经有了。").format(name=account),
            remedy=_("请换一个账号名。"),
        ) from error
    say(_("账号 {name} 已建立。").format(name=account))
