"""`evidence ledger`: verify, recover, rebuild, export, prove, migrate."""

from __future__ import annotations

import csv
import json
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli.check_proof import check_proof_command
from evidence.cli.completing import a_number
from evidence.cli.options import IDENTIFIER, OutFileType, json_option, workspace_command
from evidence.cli.output import emit, say
from evidence.cli.recovering import recover_command
from evidence.cli.waiting import Working, counting
from evidence.domain.arrival_outcome import ArrivalOutcome
from evidence.domain.identifiers import as_typed, expand
from evidence.durable import write_whole
from evidence.errors import ExitCode, InputError, UsageError
from evidence.foreign import fault_of
from evidence.language import _

if TYPE_CHECKING:
    from evidence.config import Workspace
    from evidence.ledger.comparison import Comparison


@click.group("ledger")
def ledger_command() -> None:
    """账本：验证、补记、重建视图、导出、出具证明、迁移。

    \b
    例：evidence ledger verify
    """


@ledger_command.command("mirror")
@json_option
@workspace_command
def mirror_command(workspace: Workspace, as_json: bool) -> int:
    """把每个检查点送到 [witness] 指明的地方；已有的不动，送不到的退出码为 7。

    \b
    例：evidence ledger mirror
    """
    from evidence.handover.mirror import mirror

    done = mirror(workspace.ledger.view.checkpoints(), workspace.settings.witness, workspace.root)
    if as_json:
        emit(done)
    else:
        for place in done.places:
            say(_("● 检查点已送到 {place}").format(place=place))
        for trouble in done.troubles:
            say(f"✕ {trouble}")
        if not done.places and not done.troubles:
            say(_("没有要送的检查点。"))
    return ExitCode.MISSING_PART if done.troubles else ExitCode.DONE


@ledger_command.command("verify")
@click.option(
    "--against",
    "anchors",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=_("另外保存的检查点文本（如监管部门手里的移交包中的 checkpoint-*.txt），可多次给出"),
)
@json_option
@workspace_command
def verify_command(workspace: Workspace, anchors: tuple[Path, ...], as_json: bool) -> int:
    """逐行核对账本：链条、写法、含义、检查点，并与档案互相印证。损坏或落后时退出码为 6。

    \b
    例：evidence ledger verify --against checkpoint-2022-W13.txt
    """
    from evidence.handover.mirror import kept_outside
    from evidence.ledger.comparison import compare
    from evidence.ledger.inspection import inspect, read_anchor

    outside = kept_outside(workspace.settings.witness, workspace.root)
    kept = {
        name: read_anchor(data.decode("utf-8", "replace"), name)
        for name, data in (*outside.items(), *((path.name, path.read_bytes()) for path in anchors))
    }
    ledger = workspace.ledger_as_found
    with counting(_("逐行核对")) as tell:
        found = inspect(ledger, anchors=kept, progress=tell)
    agreement = compare(ledger, workspace.settings.contract.code)
    found = replace(found, problems=(*found.problems, *agreement.problems))
    if as_json:
        emit({**{each.name: getattr(found, each.name) for each in fields(found)}, "archive": agreement})
    else:
        say(_("账本共 {lines} 行，链条完整。").format(lines=found.lines))
        say(_("最后一行摘要 {head}").format(head=found.head or "—"))
        say(_("树根 {root}").format(root=found.root))
        for fit in found.checkpoints:
            verdict = _("相符") if fit.fits else _("不符")
            say(
                _("检查点 {name}（{size} 行）：{verdict}").format(
                    name=fit.name, size=fit.size, verdict=verdict
                )
            )
        say(_arrivals_line(found.arrivals))
        if found.tails_cut:
            say(_("曾 {n} 次在崩溃后截除未确认的残行（已记账）。").format(n=found.tails_cut))
        if found.unacknowledged_bytes:
            say(_("末尾另有 {n} 字节尚未写完或为残行，下次写入时处理。").format(n=found.unacknowledged_bytes))
        _say_agreement(agreement)
        for problem in found.problems:
            say(f"✕ {problem}")
    agreement.require()
    return ExitCode.LEDGER_DAMAGED if found.problems else ExitCode.DONE


def _say_agreement(agreement: Comparison) -> None:
    if not agreement.problems:
        say(_("与档案中的文件、移交包互相印证：相符。"))
    for place in agreement.leftovers:
        say(_("没有账目的文件（中断留下的，不作数）：{place}").format(place=place))


@ledger_command.command("rebuild")
@json_option
@workspace_command
def rebuild_command(workspace: Workspace, as_json: bool) -> None:
    """由账本重新生成视图、快照和 archive/cases 浏览目录。账本本身不变。

    \b
    例：evidence ledger rebuild
    """
    from evidence.cli.browsing import refresh_case_tree
    from evidence.ledger.comparison import check_last_checkpoint, compare
    from evidence.ledger.query_tables import keep

    with Working(_("正在重建视图和浏览目录……")):
        compare(workspace.ledger, workspace.settings.contract.code).require()
        head = workspace.ledger.rebuild()
        if workspace.ledger.positions is not None:
            workspace.ledger.positions.rebuild(workspace.ledger.lines())
            check_last_checkpoint(workspace.ledger, workspace.settings.contract.code)
        keep(workspace.ledger)
        files = refresh_case_tree(workspace)
    if as_json:
        emit({"lines": head.size, "head": head.digest, "cases_files_added": files})
    else:
        say(
            _("已由 {lines} 行账目重建视图；浏览目录新增 {files} 个文件。").format(
                lines=head.size, files=files
            )
        )


@ledger_command.command("export")
@click.argument("output", type=OutFileType())
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default=None, help=_("默认按扩展名"))
@click.option("--from", "start", type=click.IntRange(min=0), default=0, help=_("从第几号账目起（含）"))
@click.option("--to", "stop", type=click.IntRange(min=0), default=None, help=_("到第几号账目止（不含）"))
@json_option
@workspace_command
def export_command(
    workspace: Workspace, output: Path, form: str | None, start: int, stop: int | None, as_json: bool
) -> None:
    """把账本导出为表格（CSV，Excel 可直接打开）或 JSON。

    \b
    例：evidence ledger export 账本.csv
    """
    from evidence.ledger.export import write_csv, write_json

    chosen = form or output.suffix.lstrip(".").lower()
    if chosen not in ("csv", "json"):
        raise UsageError(
            _("不知道要导出成什么格式。"),
            where=str(output),
            remedy=_("请用 .csv 或 .json 作扩展名，或加 --format。"),
        )
    temporary = output.with_name(f".{output.name}.tmp")
    try:
        encoding = "utf-8-sig" if chosen == "csv" else "utf-8"
        with temporary.open("w", encoding=encoding, newline="") as out:
            write = write_csv if chosen == "csv" else write_json
            rows = write(workspace.ledger.entries(start, stop), out)
        temporary.replace(output)
    except (OSError, csv.Error) as error:
        raise InputError(
            _("无法写出：{error}。").format(error=fault_of(error)),
            where=str(output),
            remedy=_("请换一个可写的位置，或检查磁盘空间。"),
        ) from error
    finally:
        temporary.unlink(missing_ok=True)
    if as_json:
        emit({"output": str(output), "format": chosen, "rows": rows})
        return
    say(_("已导出 {rows} 条账目到 {output}。").format(rows=rows, output=output))


@ledger_command.command("prove")
@click.argument("number", type=IDENTIFIER, shell_complete=a_number)
@click.option("--out", type=OutFileType(), help=_("证明文件（默认 <编号>.proof.json）"))
@json_option
@workspace_command
def prove_command(workspace: Workspace, number: str, out: Path | None, as_json: bool) -> None:
    """为一份文书出具可独立核对的证明，不透露其他企业的任何内容。

    \b
    例：evidence ledger prove WJB22-0001-JC-001
    """
    from evidence.handover.own_certificates import signed_parts
    from evidence.ledger.prove import prove

    known = expand(as_typed(number))
    if known is None:
        raise UsageError(
            _("“{number}”不是文书编号。").format(number=number), remedy=_("例：WJB22-0012-JC-001")
        )
    context = workspace.handover
    proof = prove(
        workspace.ledger,
        known,
        origin=workspace.settings.contract.code,
        signed=lambda package: signed_parts(context, package),
    )
    if as_json and out is None:
        emit(proof)
        return
    out = out or Path(f"{known}.proof.json")
    write_whole(out, json.dumps(proof, ensure_ascii=False, indent=1).encode())
    withheld = sum(line["line"] is None for line in proof["lines"])
    if as_json:
        emit({"proof": str(out), "lines": len(proof["lines"]), "withheld": withheld})
        return
    say(_("证明已写到 {out}：{n} 条账目。").format(out=out, n=len(proof["lines"])))
    if withheld:
        say(_("其中 {n} 条还涉及其他企业，只出示其位置，不出示内容。").format(n=withheld))
    for tree in proof["trees"]:
        if not tree["week"]:
            say(_("部分账目尚未随周包移交，暂以当前账本为准；移交后请重新出具。"))


ledger_command.add_command(check_proof_command)
ledger_command.add_command(recover_command)


@ledger_command.command("migrate")
@click.option("--back", is_flag=True, help=_("从数据库迁回 archive/ledger 的文件"))
@json_option
@workspace_command
def migrate_command(workspace: Workspace, back: bool, as_json: bool) -> None:
    """把账本迁入 evidence.toml 所写的数据库，逐行相同，以树根为证；--back 迁回文件。

    \b
    例：evidence ledger migrate
    """
    settings = workspace.settings.ledger
    if not settings.database:
        raise UsageError(
            _("evidence.toml 没有写明数据库。"),
            where=_("evidence.toml [ledger] database"),
            remedy=_('例：在 [ledger] 下写 database = "postgresql://evidence@db.example.cn/evidence"'),
        )
    from evidence.ledger.migrate import to_database, to_folder

    move = to_folder if back else to_database
    with counting(_("迁移账目")) as tell:
        moved = move(
            workspace.archive / "ledger",
            settings,
            clock=workspace.clock,
            progress=tell,
        )
    if as_json:
        emit(moved)
        return
    say(_("已迁移 {lines} 行账目，逐行相同。").format(lines=moved.lines))
    say(_("两边的树根 {root}").format(root=moved.root))
    say(_("从 {source}").format(source=moved.source))
    say(_("到 {target}").format(target=moved.target))
    if back:
        say(_("现在请从 evidence.toml 删去 [ledger] database；在此之前任何命令都不会记账。"))


def _arrivals_line(counts: dict[str, int]) -> str:
    """收到 5 件：已归入 3，待认定 1 …; the sum can be checked by eye."""
    words = {
        ArrivalOutcome.LINKED: _("已归入"),
        ArrivalOutcome.UNIDENTIFIED: _("待认定"),
        ArrivalOutcome.QUARANTINED: _("已隔离"),
        ArrivalOutcome.DUPLICATE: _("重复"),
        ArrivalOutcome.WAITING: _("等待写完"),
        ArrivalOutcome.TAKEN: _("处理中"),
    }
    parts = [f"{word} {counts[name]}" for name, word in words.items() if name in counts]
    return _("收到 {n} 件：").format(n=counts["received"]) + "，".join(parts)
