"""`evidence instalment`: the evidence pack of one payment."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli.options import at_option, emit, json_option, progress, say, workspace_command
from evidence.domain.identifiers import CaseId
from evidence.domain.week import Week, local_date, show_date
from evidence.errors import ExitCode, UsageError
from evidence.language import _
from evidence.rules.clause import KIND_NAMES, Kind
from evidence.rules.instalments import Pack, cases_of_half, current_half, of_half, pack
from evidence.rules.money import OWED_BY_REGULATOR
from evidence.rules.payment_schedule import yuan

if TYPE_CHECKING:
    from evidence.config import Workspace
    from evidence.domain.facts import Facts
    from evidence.ledger.view import View
    from evidence.rules.parameters import Parameters

MONEY_RULES = ("C07", "C08", "C09", "C10", "C11", "C12", "C15", "C16", "F02-coverage", "F04")
"""Standing findings that belong into a payment pack."""


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
    view = workspace.ledger.known_at(at)
    made = pack(_facts(view, parameters, moment, half), parameters, moment, half)
    if out is not None:
        _write(workspace, view, made, out)
    if as_json:
        emit(_document(made))
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


def _facts(view: View, parameters: Parameters, moment: datetime, half: int) -> Facts:
    from evidence.ledger.facts import gather_cases

    one = of_half(parameters, half)
    wanted = cases_of_half(((cycle.case, cycle.checked_on) for cycle in view.services()), one)
    return gather_cases(view, map(CaseId, wanted), week=Week.of(local_date(moment)))


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
    for finding in made.findings:
        wrong = finding.kind in (Kind.FAIL, Kind.REVIEW)
        if wrong and not finding.subject.case and finding.rule_id.startswith(MONEY_RULES):
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


def _document(made: Pack) -> dict[str, object]:
    money = [f for f in made.findings if not f.subject.case and f.rule_id.startswith(MONEY_RULES)]
    return {
        "instalment": made.instalment,
        "at": made.as_of,
        "pay_by": made.pay_by,
        "summary": {
            "checked": len(made.chains),
            "complete": len(made.complete),
            "incomplete": len(made.incomplete),
        },
        "section": {
            "verdict": made.verdict,
            "service_year": made.section.year,
            "enterprises": len(made.section.targets),
            "visited": len(made.section.visited),
            "closed": len(made.section.closed),
            "unserved": made.unserved,
        },
        "chains": made.chains,
        "money": money,
    }


def _write(workspace: Workspace, view: View, made: Pack, out: Path) -> None:
    """A signed bag: two lists, one document for programs, and the documents that prove each line."""
    from evidence.handover.payment_pack import sign_pack

    with tempfile.TemporaryDirectory(prefix="evidence-instalment-") as folder:
        if not workspace.settings.contract.claims_in_package:
            own = tuple(one for one in made.findings if one.rule_id not in OWED_BY_REGULATOR)
            made = replace(made, findings=own)
        _lists(made, Path(folder))
        lists = {one.name: one.read_bytes() for one in sorted(Path(folder).iterdir())}
        signed = sign_pack(workspace.office, view, made, lists, out)
    progress(
        _("资料包已写到 {out}：证明材料 {count} 个文件，由 {signer} 签名。").format(
            out=out, count=signed.documents, signer=signed.signer
        )
    )


def _lists(made: Pack, out: Path) -> None:
    """The two lists and the document, as files in a folder."""
    import msgspec

    from evidence.reports.workbook import Table, write_tables

    checked = [
        (
            one.name,
            one.enterprise,
            one.case,
            one.checked_on,
            "是" if one.complete else "否",
            "\n".join(one.lacking),
            "\n".join(one.documents),
        )
        for one in made.chains
    ]
    unserved = [(one.name, one.enterprise, "", None, "否", "至该半年末没有检查", "") for one in made.unserved]
    write_tables(
        out / "企业闭环清单.xlsx",
        Table(
            title="企业闭环清单",
            heads=("序号", "企业", "信用代码", "案件", "检查日期", "是否闭环", "所缺", "文书编号"),
            rows=[*checked, *unserved],
        ),
    )
    write_tables(
        out / "付款与违约核对.xlsx",
        Table(
            title="付款与违约核对",
            heads=("序号", "条款", "结论", "说明", "期限"),
            rows=[
                (f.clause.number, KIND_NAMES[f.kind], f.message, f.due)
                for f in made.findings
                if not f.subject.case and f.rule_id.startswith(MONEY_RULES)
            ],
        ),
    )
    text = msgspec.json.format(msgspec.json.encode(_document(made)), indent=2)
    (out / "资料包.json").write_bytes(text)
