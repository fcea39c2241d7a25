"""`evidence register`: undertakings, consents, notices and what else no form proves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from evidence.cli.options import IDENTIFIER, DayType, json_option, workspace_command
from evidence.cli.output import emit, say
from evidence.cli.tables import table
from evidence.domain.identifiers import CaseId, EnterpriseId, PersonId, VisitId
from evidence.domain.register import RegisterEntry
from evidence.errors import InputError, UsageError
from evidence.foreign import fault_of
from evidence.language import _
from evidence.ledger.lookup import standing_case
from evidence.rules.registers import BY_ID, REGISTERS, Register

if TYPE_CHECKING:
    from evidence.config import Workspace

FIELD_NAMES = {
    "person": "人员",
    "enterprise": "企业",
    "case": "案件",
    "visit": "活动",
    "valid_from": "起",
    "valid_to": "止",
    "receipt_on": "签收日期",
}


@click.group("register")
def register_command() -> None:
    """台账：承诺书、同意书、通知、合同文件等没有专门文书的事项。

    \b
    例：evidence register add confidentiality-undertaking P01 --on 2021-12-08 --person P01 --attach 承诺书.pdf
    """


@register_command.command("kinds")
@json_option
def kinds_command(as_json: bool) -> None:
    """列出全部台账：用途、登记号、要填的内容。

    \b
    例：evidence register kinds
    """
    if as_json:
        emit(REGISTERS)
        return
    heads = (_("台账"), _("名称"), _("登记号"), _("要填"))
    say(table(heads, ((one.id, one.title, one.key, "、".join(_asked(one))) for one in REGISTERS)))


def _asked(one: Register) -> list[str]:
    return [FIELD_NAMES[name] for name in one.about] + list((one.data or {}).values())


@register_command.command("list")
@click.argument("register", required=False)
@click.option("--case", default=None, type=IDENTIFIER, help=_("只列一个案件的"))
@click.option("--person", default=None, help=_("只列一个人的（人员编号）"))
@json_option
@workspace_command
def list_command(
    workspace: Workspace, register: str | None, case: str | None, person: str | None, as_json: bool
) -> None:
    """列出登记的事项。

    \b
    例：evidence register list training --person P02
    """
    from evidence.ledger.query_tables import ask, tables

    if register is not None:
        _known(register)
    wanted = {"register": register, "case": case, "person": person}
    with tables(workspace.archive / "ledger", workspace.ledger.view) as asked:
        entries = [msgspec.convert(row, RegisterEntry) for row in ask(asked, "registers", wanted)]
    if as_json:
        emit(entries)
        return
    if not entries:
        say(_("台账为空。用 evidence register add 登记。"))
        return
    heads = (_("台账"), _("登记号"), _("日期"), _("内容"), _("附件"))
    say(table(heads, map(_row, entries)))


def _row(one: RegisterEntry) -> tuple[str, ...]:
    about = [str(v) for v in (one.person, one.enterprise, one.case, one.visit) if v]
    about += [f"{name}={value}" for name, value in sorted(one.data.items())]
    paper = _("● 有") if one.attachment else _("✕ 无")
    return (one.register, one.key, one.on.isoformat(), " ".join(about), paper)


def _day(name: str, text: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(name, type=DayType(), default=None, help=text)


@register_command.command("add")
@click.argument("register")
@click.argument("key")
@_day("--on", _("日期（默认：今天）"))
@click.option("--person", default=None, help=_("人员编号"))
@click.option("--enterprise", default=None, help=_("企业的信用代码、名称或简称"))
@click.option("--case", "case", type=IDENTIFIER, default=None, help=_("案件编号"))
@click.option("--visit", type=IDENTIFIER, default=None, help=_("活动编号"))
@_day("--from", _("有效期起"))
@_day("--to", _("有效期止"))
@_day("--receipt", _("签收日期"))
@click.option("--data", "data", multiple=True, help=_("其他内容，写成 名称=值，可重复"))
@click.option(
    "--attach", type=click.Path(path_type=Path, dir_okay=False, exists=True), default=None, help=_("附件")
)
@json_option
@workspace_command
def add_command(workspace: Workspace, register: str, key: str, as_json: bool, **given: Any) -> None:
    """登记一项；登记号相同的，以后登记的为准，旧的仍在账本中。

    \b
    例：evidence register add replacement-consent P07 --on 2022-03-01 --person P07 --attach 同意书.pdf
    """
    row: dict[Any, Any] = {
        "register": register,
        "key": key,
        "on": given["on"],
        "person": given["person"],
        "enterprise": given["enterprise"],
        "case": given["case"],
        "visit": given["visit"],
        "valid_from": given["from"],
        "valid_to": given["to"],
        "receipt_on": given["receipt"],
        "data": dict(_pair(text) for text in given["data"]),
        "attachment": str(given["attach"]) if given["attach"] else None,
    }
    entries = _enter(workspace, [({k: v for k, v in row.items() if v is not None}, "")], Path.cwd())
    if as_json:
        emit(entries[0])
    else:
        say(_("已登记：{title} {key}。").format(title=BY_ID[register].title, key=key))


@register_command.command("withdraw")
@click.argument("register")
@click.argument("key")
@click.option("--why", required=True, help=_("撤回的原因"))
@click.option("--by", "by", default="", help=_("经办人"))
@json_option
@workspace_command
def withdraw_command(workspace: Workspace, register: str, key: str, why: str, by: str, as_json: bool) -> None:
    """撤回登记错的一项；它替换过的前一项恢复有效。

    \b
    例：evidence register withdraw training 2022-03/P01 --why 登错人员
    """
    from evidence.forms.take_back import withdraw_entry

    title = _known(register).title
    actor = workspace.actor(by)
    withdraw_entry(workspace.ledger, register, key, why=why, by=actor.by, actor=actor.journalled)
    if as_json:
        emit({"register": register, "key": key, "why": why.strip()})
        return
    say(_("已撤回：{title} {key}。").format(title=title, key=key))


@register_command.command("import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@json_option
@workspace_command
def import_command(workspace: Workspace, file: Path, as_json: bool) -> None:
    """一次登记多项：YAML 或 JSON 列表，附件路径相对于该文件；全部正确才登记。

    \b
    例：evidence register import 台账.yaml
    """
    from evidence.forms.tables import load_yaml

    rows = load_yaml(file)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InputError(
            _("文件应是一列登记事项。"), where=str(file), remedy=_("每项以“- register: …”开头。")
        )
    numbered = [(row, _("{file} 第 {n} 项").format(file=file.name, n=n)) for n, row in enumerate(rows, 1)]
    entries = _enter(workspace, numbered, file.parent)
    if as_json:
        emit(entries)
    else:
        say(_("已登记 {n} 项。").format(n=len(entries)))


def _enter(
    workspace: Workspace, rows: list[tuple[dict[Any, Any], str]], folder: Path
) -> tuple[RegisterEntry, ...]:
    """Check every row, store the attachments, journal all entries at once or none."""
    from evidence.ledger.events import RegisterEntered

    checked = [_entry(workspace, row, where, folder) for row, where in rows]
    for _entered, paper in checked:
        if paper is not None:
            workspace.attachments.check(paper)
    entries = tuple(
        replace(
            entry,
            attachment=None if paper is None else workspace.attachments.keep(paper),
            entered_at=workspace.clock(),
        )
        for entry, paper in checked
    )
    workspace.ledger.append(
        workspace.actor().journalled, *(RegisterEntered(entry=entry) for entry in entries)
    )
    return entries


def _entry(
    workspace: Workspace, row: dict[Any, Any], where: str, folder: Path
) -> tuple[RegisterEntry, Path | None]:
    from evidence.domain.week import local_date
    from evidence.forms.register_bounds import refuse_impossible_entry

    register = _known(str(row.get("register", "")), where)
    view = workspace.ledger.view
    # YAML 1.1 reads the bare key `on` as true.
    row = {("on" if name is True else str(name)): value for name, value in row.items()}
    given: dict[str, Any] = {"on": local_date(workspace.clock()), **row}
    for name in ("key", "person", "case", "visit"):
        if given.get(name) is not None:
            given[name] = str(given[name])
    paper = folder / str(given.pop("attachment")) if given.get("attachment") else None
    given["data"] = {str(name): str(value) for name, value in (given.get("data") or {}).items()}
    if given.get("enterprise"):
        given["enterprise"] = _enterprise(workspace, str(given["enterprise"]), where)
    try:
        entry = msgspec.convert(given, RegisterEntry, strict=False)
        stray = sorted(set(given) - set(RegisterEntry.__dataclass_fields__))
        if stray:
            raise msgspec.ValidationError(f"{stray}")
    except msgspec.ValidationError as error:
        raise InputError(
            _("登记内容不对：{error}。").format(error=fault_of(error)),
            where=where,
            remedy=_("日期写成 2022-03-01；可填的内容见 evidence register kinds。"),
        ) from error
    if entry.case is not None:
        standing_case(view, entry.case)
    for name, there in (
        ("person", entry.person is None or view.person(PersonId(entry.person)) is not None),
        ("visit", entry.visit is None or _has_visit(workspace, entry.visit)),
        ("attachment", paper is None or paper.is_file()),
    ):
        if not there:
            value = paper if name == "attachment" else getattr(entry, name)
            raise UsageError(
                _("找不到{what} {value}。").format(what=FIELD_NAMES.get(name, _("附件")), value=value),
                where=where,
                remedy=_("请核对编号；人员和企业用 evidence import 登记。"),
            )
    refuse_impossible_entry(entry, workspace.plausible(), where)
    missing = [FIELD_NAMES[name] for name in register.about if getattr(entry, name) is None]
    late_fields = {"签收日期"}
    needed = [name for name in missing if name not in late_fields]
    if needed:
        raise UsageError(
            _("台账“{title}”须填{what}。").format(title=register.title, what="、".join(needed)),
            where=where,
            remedy=_("各台账要填的内容见 evidence register kinds。"),
        )
    return entry, paper


def _known(register: str, where: str = "") -> Register:
    if register not in BY_ID:
        raise UsageError(
            _("没有台账 {register}。").format(register=register),
            where=where,
            remedy=_("全部台账见 evidence register kinds。"),
        )
    return BY_ID[register]


def _enterprise(workspace: Workspace, text: str, where: str) -> EnterpriseId:
    for one in workspace.ledger.view.enterprises():
        if text in (one.id, one.name, one.short_name):
            return one.id
    raise UsageError(
        _("企业台账没有 {text}。").format(text=text), where=where, remedy=_("先用 evidence import 登记企业。")
    )


def _has_visit(workspace: Workspace, visit: VisitId) -> bool:
    return any(one.id == visit for one in workspace.ledger.view.visits(CaseId(visit[:10])))


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name.strip():
        raise UsageError(
            _("{text!r} 应写成 名称=值。").format(text=text), remedy=_("例：--data amount_yuan=200000")
        )
    return name.strip(), value.strip()
