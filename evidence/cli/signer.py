"""`evidence signer`: which certificate signs packages, and how another takes its place."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli.options import OutFileType, json_option, workspace_command
from evidence.cli.output import emit, say
from evidence.domain.week import local_date, show_date
from evidence.errors import InputError, UsageError
from evidence.language import _

if TYPE_CHECKING:
    from asn1crypto import x509

    from evidence.config import Workspace
    from evidence.handover.handover_context import HandoverContext

_CERTIFICATE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.group("signer")
def signer_command() -> None:
    """签名证书：现用哪一张，怎样换成另一张。

    \b
    例：evidence signer show
    """


@signer_command.command("show")
@json_option
@workspace_command
def show_command(workspace: Workspace, as_json: bool) -> None:
    """账本上登记的签名证书，以及历次更换。

    \b
    例：evidence signer show
    """
    from evidence.handover.signer_change import changes, signer_in_force

    known = tuple(changes(workspace.ledger))
    current = signer_in_force(workspace.ledger)
    if as_json:
        rows = [
            {"at": one.at, "before": one.before, "after": one.after, "why": one.why, "consent": one.consent}
            for one in known
        ]
        emit({"signer": current, "changes": rows})
        return
    say(
        _("账本登记的签名证书 SHA-256：{digest}").format(digest=current)
        if current
        else _("账本还没有登记签名证书：第一个移交包做好时登记。")
    )
    for one in known:
        day = show_date(local_date(one.at))
        say(
            _("{day} 更换（{why}）：{before} → {after}").format(
                day=day, why=one.why, before=one.before[:16], after=one.after[:16]
            )
        )


@signer_command.command("change")
@click.argument("certificate", type=_CERTIFICATE)
@click.option("--why", default="", help=_("为什么更换，写进账本"))
@click.option("--agreed", type=_CERTIFICATE, default=None, help=_("旧密钥不能用时：监管部门对声明的签名"))
@click.option("--statement", "words", type=_CERTIFICATE, default=None, help=_("--agreed 所签的声明原文"))
@json_option
@workspace_command
def change_command(
    workspace: Workspace,
    certificate: Path,
    why: str,
    agreed: Path | None,
    words: Path | None,
    as_json: bool,
) -> None:
    """登记新的签名证书：由旧密钥签字证明是同一机构；之后再在 evidence.toml 换上新密钥。

    \b
    例：evidence signer change 新证书.pem --why "旧证书到期"
    """
    from evidence.handover.signer_change import change_agreed, change_signer

    context, now = workspace.handover, workspace.clock()
    new = _read(certificate)
    if agreed is None:
        change = change_signer(context, new, why=why, now=now, actor=getpass.getuser())
    else:
        if words is None:
            raise UsageError(
                _("没有给出监管部门签的是哪份声明。"), remedy=_("请同时给出 --statement 声明.txt")
            )
        change = change_agreed(
            context,
            _last_signer(context),
            new,
            words=words.read_text("utf-8"),
            signature=agreed.read_bytes(),
            why=why,
            now=now,
            actor=getpass.getuser(),
        )
    if as_json:
        emit({"before": change.before, "after": change.after, "at": change.at, "consent": change.consent})
        return
    say(_("● 换证已登记。旧：{before}").format(before=change.before))
    say(_("  新：{after}").format(after=change.after))
    say(_("  下一步：在 evidence.toml 的 [signer] 换上新密钥，再运行 evidence doctor。"))


@signer_command.command("statement")
@click.argument("certificate", type=_CERTIFICATE)
@click.argument("output", type=OutFileType())
@json_option
@workspace_command
def statement_command(workspace: Workspace, certificate: Path, output: Path, as_json: bool) -> None:
    """旧密钥丢失或被吊销时：写出换证声明，请监管部门签名后用 signer change --agreed 登记。

    \b
    例：evidence signer statement 新证书.pem 换证声明.txt
    """
    from evidence.durable import write_whole
    from evidence.handover.signer_change import statement_for

    context = workspace.handover
    text = statement_for(context, _last_signer(context), _read(certificate), workspace.clock())
    write_whole(output, text.encode())
    if as_json:
        emit({"statement": str(output)})
        return
    say(_("声明已写到 {out}。").format(out=output))
    say(f"  openssl cms -sign -binary -in {output} -signer … -inkey … -outform DER -out {output}.p7s")


def _last_signer(context: HandoverContext) -> x509.Certificate:
    from evidence.handover.own_certificates import signer_of

    packages = context.ledger.view.packages()
    found = signer_of(context, packages[-1].id) if packages else None
    if found is None:
        raise UsageError(
            _("找不到上一个移交包，不知道换的是哪张证书。"),
            where=str(context.folder),
            remedy=_("请先把最近一个移交包放回 archive/handover，再试。"),
        )
    return found


def _read(path: Path) -> x509.Certificate:
    from evidence.bundles.signers import read_certificates
    from evidence.bundles.unusable_key import KeyUnusableError

    try:
        return read_certificates((path,))[0]
    except KeyUnusableError as error:  # here a file that somebody gave, no part of this machine
        raise InputError(error.what, where=error.where, remedy=error.remedy) from error
