"""`evidence recording offset`, `coverage` and `audit`: a right clock, whole visits, files that last."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli.options import IDENTIFIER, DayType, OutFileType, json_option, workspace_command
from evidence.cli.output import emit, progress, say
from evidence.domain.identifiers import VisitId
from evidence.domain.week import SHANGHAI, local_date
from evidence.errors import ExitCode, UsageError
from evidence.language import _

if TYPE_CHECKING:
    from evidence.config import Workspace


@click.command("offset")
@click.argument("device")
@click.option("--shown", required=True, help=_("记录仪屏幕显示的时间，如 2022-03-13T09:31:40"))
@click.option("--true", "real", required=True, help=_("同一时刻的标准时间"))
@click.option(
    "--drift", "drift_s", type=click.IntRange(0, 3600), help=_("这次对时本身可能差多少秒（默认 1）")
)
@click.option("--proof", type=click.Path(path_type=Path, exists=True, dir_okay=False), help=_("对时照片"))
@click.option("--from", "valid_from", type=DayType(), help=_("从哪天起适用"))
@click.option("--to", "valid_to", type=DayType(), help=_("到哪天为止"))
@click.option("--by", "person", required=True, help=_("对时人"))
@json_option
@workspace_command
def offset_command(
    workspace: Workspace,
    device: str,
    shown: str,
    real: str,
    drift_s: int | None,
    proof: Path | None,
    valid_from: date | None,
    valid_to: date | None,
    person: str,
    as_json: bool,
) -> None:
    """登记一台记录仪的时钟误差，并据此重算它的录像。

    \b
    例：evidence recording offset 0012345 --shown 2022-03-13T09:31:40 --true 2022-03-13T09:30:05 --by 资料员
    """
    from evidence.recordings.decide import enter_offset

    stored = workspace.attachments.keep(proof) if proof else None
    entry = enter_offset(
        workspace.ledger,
        device,
        shown=_wall(shown),
        real=_wall(real),
        proof=stored,
        valid_from=valid_from,
        valid_to=valid_to,
        by=person,
        actor=workspace.actor(person).journalled,
        drift_s=drift_s,
    )
    changed = reconsidered(workspace)
    if as_json:
        emit({"entry": entry, "changed": changed})
    else:
        say(
            _("记录仪 {device} 的时钟快 {seconds} 秒（负数为慢），{changed} 段录像已重算。").format(
                device=device, seconds=entry.data["offset_s"], changed=changed
            )
        )


def _wall(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            _("{text!r} 不是时间。").format(text=text), remedy=_("请写成 2022-03-13T09:31:40。")
        ) from error
    return at if at.tzinfo else at.replace(tzinfo=SHANGHAI)


def reconsidered(workspace: Workspace) -> int:
    """Match every film anew with what is registered now; how many changed."""
    from evidence.recordings.revise import revise

    settings = workspace.settings.recordings
    events = workspace.ledger.transact("system", lambda view: revise(view, settings))
    return len(events)


@click.command("coverage")
@click.argument("visit", type=IDENTIFIER)
@click.option("--svg", type=OutFileType(), help=_("另存时间轴图"))
@json_option
@workspace_command
def coverage_command(workspace: Workspace, visit: str, svg: Path | None, as_json: bool) -> int | None:
    """核对一次检查是否全程录像：到达至离开，列出缺口。

    \b
    例：evidence recording coverage WJB22-0001-V1 --svg 时间轴.svg
    """
    from evidence.domain.coverage import CoverageVerdict, segments_of
    from evidence.recordings.decide import visit_against_footage
    from evidence.recordings.timeline import timeline_svg

    facts, recordings, found = visit_against_footage(
        workspace.ledger.view, VisitId(visit), workspace.settings.parameters.coverage_limits
    )
    if svg is not None:
        segments = [segment for each in recordings for segment in segments_of(each)]
        title = f"{facts.id} {local_date(facts.arrived_at).isoformat()}"
        svg.write_text(timeline_svg(found, segments, title=title), encoding="utf-8")
    if as_json:
        emit(
            {
                "visit": visit,
                "verdict": found.verdict,
                "covered_s": found.covered_s,
                "length_s": found.length_s,
                "uncovered_s": found.uncovered_s,
                "gaps": found.open_gaps,
                "overlaps": found.overlaps,
                "reasons": found.reasons,
            }
        )
    else:
        words = {
            CoverageVerdict.PASS: _("● 全程有录像：{figures}。").format(figures=found.figures),
            CoverageVerdict.FAIL: _("✕ 录像有缺口："),
            CoverageVerdict.REVIEW: _("◐ 需人工核对："),
        }
        say([words[found.verdict], *(f"  {reason}" for reason in found.reasons)])
    codes = {CoverageVerdict.FAIL: ExitCode.INCOMPLETE, CoverageVerdict.REVIEW: ExitCode.UNDECIDED}
    return codes.get(found.verdict)


@click.command("audit")
@click.option(
    "--search",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=_("到这些文件夹里找被移动的文件"),
)
@json_option
@workspace_command
def audit_command(workspace: Workspace, search: tuple[Path, ...], as_json: bool) -> int | None:
    """复核就地登记的录像：是否还在、是否未变；移动过的按指纹找回。

    \b
    例：evidence recording audit --search /mnt/nas/执法记录仪
    """
    from evidence.recordings.decide import journal_audit
    from evidence.recordings.reaudit import Standing, audit_footage

    results = []
    for result in audit_footage(workspace.ledger.view.recordings(), search):
        results.append(result)
        if result.standing is not Standing.SAME:
            words = _standing(result.standing)
            progress(f"{words}  {result.path}" + (f" → {result.found_at}" if result.found_at else ""))
    journal_audit(workspace.ledger, results)
    lost = [each for each in results if each.standing not in {Standing.SAME, Standing.MOVED}]
    if as_json:
        emit({"files": results})
    else:
        moved = sum(each.standing is Standing.MOVED for each in results)
        say(
            _("复核 {all} 个：未变 {same}，已移动 {moved}，有问题 {lost}。").format(
                all=len(results), same=len(results) - moved - len(lost), moved=moved, lost=len(lost)
            )
        )
    return ExitCode.VERIFICATION_FAILED if lost else None


def _standing(standing: str) -> str:
    words = {
        "moved": _("○ 已移动"),
        "changed": _("✕ 内容已变"),
        "missing": _("✕ 找不到"),
        "unreadable": _("✕ 读不出"),
    }
    return words[standing]
