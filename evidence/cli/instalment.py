"""`evidence instalment`: the evidence pack of one payment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli.options import at_option, json_option, workspace_command
from evidence.cli.output import emit, progress, say
from evidence.domain.week import local_date, show_date
from evidence.errors import ExitCode, UsageError
from evidence.language import _
from evidence.rules.clause import Kind
from evidence.rules.instalments import Pack, current_half, of_half
from evidence.rules.payment_schedule import yuan

if TYPE_CHECKING:
    from evidence.config import Workspace
    from evidence.ledger.view import View


@click.command("instalment")
@click.option(
    "--half", type=click.IntRange(min=1), default=None, help=_("第几个半年（默认：今天所在的半年）")
)
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), default=None, help=_("把资料包写到这个文件夹")
)
@at_option
@json_option
@workspace_command
def instalment_command(
    workspace: Workspace, half: int | None, out: Path | None, at: datetime | None, as_json: bool
) -> int:
    """付款节点资料包：本标段企业该半年哪些已闭环，哪些没有、各缺什么，哪些从未检查；付款期限与违约风险。

    --out 写出的资料包装有清单和证明各行的文书、原件，并像移交包一样签名。

    退出码：0 全部闭环，3 有缺，5 只差人工认定。

    \b
    例：evidence instalment --half 1 --out 第2期付款资料
    """
    moment = at or workspace.clock()
    parameters = workspace.settings.parameters
    half = half or current_half(parameters, local_date(moment))
    try:
        one = of_half(parameters, half)
    except ValueError as error:
        halves = len(parameters.instalment_percent) - 2
        raise UsageError(
            _("合同没有第 {half} 个半年。").format(half=half), remedy=_("请写 1 至 {n}。").format(n=halves)
        ) from error
    from evidence.ledger.known import view_known_at
    from evidence.reports.payment_lists import document_of, pack_of_half

    view = view_known_at(workspace.ledger, at)
    made = pack_of_half(view, parameters, moment, half)
    if out is not None:
        _write(workspace, view, made, out)
    if as_json:
        emit(document_of(made))
    else:
        say(_lines(made, one.name))
    return _exit_code(made)


def _exit_code(made: Pack) -> int:
    if made.verdict in (Kind.FAIL, Kind.OPEN):
        return ExitCode.INCOMPLETE
    if made.incomplete:
        kinds = {f.kind for f in made.findings if f.subject.case and f.blocking}
        if kinds != {Kind.REVIEW} or not all(one.closed for one in made.incomplete):
            return ExitCode.INCOMPLETE
        return ExitCode.UNDECIDED
    return ExitCode.UNDECIDED if made.verdict is Kind.REVIEW else ExitCode.DONE


def _lines(made: Pack, name: str) -> Iterator[str]:
    one = made.instalment
    amount = yuan(one.amount_fen) if one.amount_fen is not None else _("合同价未设置")
    yield _("{name}  {first} 至 {last}  {amount}").format(
        name=name, first=one.first, last=one.last, amount=amount
    )
    yield _("{all} 家已检查，{done} 家资料完整、已闭环，{left} 家未完整。").format(
        all=len(made.chains), done=len(made.complete), left=len(made.incomplete)
    )
    yield from _section(made)
    for line in made.incomplete:
        day = show_date(line.checked_on)
        yield _("  ✕ {name}  {case}  检查 {day}").format(name=line.name, case=line.case, day=day)
        for what in line.lacking:
            yield f"      {what}"
    if made.pay_by:
        yield _("甲方付款期限：{day}。").format(day=show_date(made.pay_by))
    from evidence.reports.payment_lists import money_of

    for finding in money_of(made):
        if finding.kind in (Kind.FAIL, Kind.REVIEW):
            sign = "✕" if finding.kind is Kind.FAIL else "◐"
            yield f"  {sign} {finding.message}〔{finding.clause.number}〕"


def _section(made: Pack) -> Iterator[str]:
    """Where the whole section stands, whoever was opened as a case."""
    section = made.section
    yield _(
        "本标段第 {year} 服务年度 {all} 家：已检查 {visited} 家，已闭环 {closed} 家，从未检查 {never} 家。"
    ).format(
        year=section.year,
        all=len(section.targets),
        visited=len(section.visited),
        closed=len(section.closed),
        never=len(section.never_visited),
    )
    if made.verdict is Kind.OPEN:
        yield _("  ○ 该半年尚未开始，没有可付款的工作。")
        return
    if not made.chains:
        yield _("  ✕ 该半年没有检查任何企业，没有可付款的工作。")
    if made.unserved:
        sign = "✕" if made.verdict is Kind.FAIL else "◐"
        yield _("  {sign} 至该半年末没有检查的 {n} 家：{names}").format(
            sign=sign, n=len(made.unserved), names="、".join(one.name for one in made.unserved)
        )
    if made.unserved and made.verdict is Kind.REVIEW:
        yield _("      合同没有约定每半年的份额，请与甲方确认这些企业排在本服务年度余下的时间。")


def _write(workspace: Workspace, view: View, made: Pack, out: Path) -> None:
    """A signed bag: two lists, one document for programs, and the documents that prove each line."""
    from evidence.handover.signed_pack import sign_pack
    from evidence.reports.payment_lists import lists_of

    lists = lists_of(made, claims=workspace.settings.contract.claims_in_package)
    signed = sign_pack(workspace.handover, view, made, lists, out)
    progress(
        _("资料包已写到 {out}：证明材料 {count} 个文件，由 {signer} 签名。").format(
            out=out, count=signed.documents, signer=signed.signer
        )
    )
    for doubt in signed.doubts:
        progress(f"◐ {doubt.message}")
