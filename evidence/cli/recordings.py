"""`evidence recording`: footage by reference, assignment by a person, clock offsets, audit."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from evidence.cli.options import (
    IDENTIFIER,
    DayType,
    OutFileType,
    emit,
    json_option,
    progress,
    say,
    workspace_command,
)
from evidence.cli.waiting import counting
from evidence.domain.identifiers import VisitId
from evidence.domain.week import SHANGHAI, local_date
from evidence.errors import ExitCode, UsageError
from evidence.language import _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from evidence.config import Workspace
    from evidence.domain.recording import Recording


@click.group("recording")
def recording_command() -> None:
    """执法记录仪音视频：就地登记、查看、指派、时钟校正、复核。

    \b
    例：evidence recording add /mnt/nas/执法记录仪/2022-03-14 --by-reference
    """


@recording_command.command("add")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--by-reference", is_flag=True, help=_("文件留在原处，只登记指纹和内容"))
@click.option("--by", "person", default="", help=_("登记人"))
@json_option
@workspace_command
def add(
    workspace: Workspace, paths: tuple[Path, ...], by_reference: bool, person: str, as_json: bool
) -> int | None:
    """登记留在自有存储上的录像（文件夹会逐个文件登记）。

    \b
    例：evidence recording add /mnt/nas/执法记录仪/2022-03-14 --by-reference
    """
    if not by_reference:
        raise UsageError(
            _("没有说明录像留在原处还是收入档案。"),
            remedy=_("留在原处请加 --by-reference；要收入档案，请把文件放进收件夹后运行 evidence ingest。"),
        )
    from evidence.inbox.numbering import next_arrival
    from evidence.recordings.register import footage_below, register_in_place

    files = list(footage_below(paths))
    results = []
    found = register_in_place(
        files,
        ledger=workspace.ledger,
        settings=workspace.settings.recordings,
        actor=workspace.actor(person).journalled,
        now=workspace.clock,
        number=next_arrival,
    )
    with counting(_("登记录像"), plain=False) as tell:
        for done, result in enumerate(found, start=1):
            results.append(result)
            tell(done, len(files))
            sign, name = _SIGNS[result.outcome], Path(result.path).name
            progress(f"[{done}/{len(files)}] {sign} {name}  {result.message}")
    if as_json:
        emit({"files": results})
    else:
        counts = {word: sum(each.outcome == word for each in results) for word in _SIGNS}
        words = _("归入检查 {linked}，待指派 {unidentified}，无法读取 {quarantined}，重复 {duplicate}。")
        say(_("共 {all} 个：").format(all=len(results)) + words.format(**counts))
    return None


_SIGNS = {"linked": "●", "unidentified": "◐", "quarantined": "✕", "duplicate": "○"}


@recording_command.command("list")
@click.option("--unassigned", is_flag=True, help=_("只列待指派的"))
@click.option("--announced", is_flag=True, help=_("只列采集站清单已列出、文件尚未到的"))
@json_option
@workspace_command
def list_recordings(workspace: Workspace, unassigned: bool, announced: bool, as_json: bool) -> None:
    """列出录像：开始时间、时长、设备、归属、疑点。

    \b
    例：evidence recording list --unassigned
    """
    from evidence.recordings.exports import outstanding

    everything = workspace.ledger.view.recordings()
    if announced:
        chosen = list(outstanding(everything))
    else:
        chosen = [each for each in everything if not each.described and not (unassigned and each.visit)]
    keeping = _keeping(workspace, chosen)
    if as_json:
        rows = [msgspec.to_builtins(each) | msgspec.to_builtins(keeping[each.sha256]) for each in chosen]
        emit({"recordings": rows})
        return
    if not chosen:
        say(_("没有符合条件的录像。"))
        return
    for each in chosen:
        say(_line(each))
        if each.visit:
            say(f"    {_kept(keeping[each.sha256])}")
        for doubt in each.remarks:
            say(f"    ◐ {doubt}")


class _Keeping(msgspec.Struct):
    """How long one film stays, and why longer."""

    keep_until: date | None = None
    """Last day it must be kept; None while nobody knows which visit it shows."""
    keep_clause: str = ""
    held_since: date | None = None
    held_why: str = ""


def _keeping(workspace: Workspace, recordings: Iterable[Recording]) -> dict[str, _Keeping]:
    from evidence.domain.identifiers import CaseId
    from evidence.recordings.assign import in_force
    from evidence.rules.parameters import clause_of, contract_text
    from evidence.rules.retention import footage_until, hold_over

    view, parameters = workspace.ledger.view, workspace.settings.parameters
    days: dict[str, dict[VisitId, date]] = {}
    found: dict[str, _Keeping] = {}
    for each in recordings:
        case = CaseId((each.visit or "").rpartition("-V")[0])
        if case not in days:
            days[case] = {visit.id: local_date(visit.arrived_at) for visit in in_force(view.visits(case))}
        day = days[case].get(each.visit) if each.visit else None
        hold = hold_over(view.holds(case), each.visit) if each.visit else None
        found[each.sha256] = _Keeping(
            keep_until=footage_until(day, parameters) if day else None,
            keep_clause=clause_of("footage_retention_days", contract_text(parameters)) if day else "",
            held_since=local_date(hold.at) if hold else None,
            held_why=hold.why if hold else "",
        )
    return found


def _kept(keeping: _Keeping) -> str:
    words = _("保管至 {day}").format(day=keeping.keep_until)
    if keeping.held_since is None:
        return words
    return words + _("，已封存（{day} 起：{why}），不得处置").format(
        day=keeping.held_since, why=keeping.held_why
    )


def _line(each: Recording) -> str:
    start = (
        each.started_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
        if each.started_at
        else _("时间不明")
    )
    minutes, seconds = divmod((each.duration_ms or 0) // 1000, 60)
    where = each.visit or _("待指派")
    if not each.visit and each.suggestions:
        where += _("（可能是 {visits}）").format(visits="、".join(each.suggestions))
    sign = "○" if each.described else "●" if each.visit else "◐"
    length = _("{minutes:>3} 分 {seconds:02d} 秒").format(minutes=minutes, seconds=seconds)
    return "  ".join(
        (f"{sign} {each.sha256[:12]}", start, length, each.device or _("设备不明"), where, each.name)
    )


@recording_command.command("assign")
@click.argument("recording", required=False)
@click.argument("visit", type=IDENTIFIER, required=False)
@click.option("--why", default="", help=_("理由（人工指派时必填）"))
@click.option("--by", "person", default="", help=_("指派人（人工指派时必填）"))
@json_option
@workspace_command
def assign_recording(
    workspace: Workspace,
    recording: str | None,
    visit: str | None,
    why: str,
    person: str,
    as_json: bool,
) -> None:
    """把一段录像指派给一次检查；不带参数则按现有登记重新匹配所有未经人工指派的录像。

    \b
    例：evidence recording assign 3f5a09c21b7e WJB22-0012-V1 --why 设备编号未设 --by 资料员
    """
    if recording is None:
        changed = _revise(workspace)
        if as_json:
            emit({"changed": changed})
        else:
            say(_("已按现有登记重新匹配，{changed} 段录像有变化。").format(changed=changed))
        return
    actor = workspace.actor(person)
    if visit is None or not why or not (person or actor.person):
        raise UsageError(
            _("人工指派要写明检查编号、理由和指派人。"),
            remedy=_(
                "例：evidence recording assign 3f5a09c21b7e WJB22-0012-V1 --why 设备编号未设 --by 资料员"
            ),
        )
    from evidence.recordings.decide import assign_by_person

    found = assign_by_person(
        workspace.ledger, recording, VisitId(visit), why=why, by=actor.by, actor=actor.journalled
    )
    if as_json:
        emit({"sha256": found.sha256, "visit": visit})
    else:
        say(_("录像 {name} 已指派给 {visit}。").format(name=found.name, visit=visit))


@recording_command.command("release")
@click.argument("recording")
@click.option("--why", required=True, help=_("理由"))
@click.option("--by", "person", default="", help=_("撤回人"))
@json_option
@workspace_command
def release_recording(workspace: Workspace, recording: str, why: str, person: str, as_json: bool) -> None:
    """撤回一段录像的指派：它不再属于任何检查，等待重新指派。

    \b
    例：evidence recording release 3f5a09c21b7e --why 指派错了检查 --by P01
    """
    from evidence.recordings.decide import release_by_person

    actor = workspace.actor(person)
    found = release_by_person(workspace.ledger, recording, why=why, by=actor.by, actor=actor.journalled)
    if as_json:
        emit({"sha256": found.sha256, "visit": None})
    else:
        say(_("录像 {name} 的指派已撤回。").format(name=found.name))


@recording_command.command("offset")
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
def offset(
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
    changed = _revise(workspace)
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


def _revise(workspace: Workspace) -> int:
    from evidence.recordings.revise import revise

    settings = workspace.settings.recordings
    events = workspace.ledger.transact("system", lambda view: revise(view, settings))
    return len(events)


@recording_command.command("coverage")
@click.argument("visit", type=IDENTIFIER)
@click.option("--svg", type=OutFileType(), help=_("另存时间轴图"))
@json_option
@workspace_command
def coverage(workspace: Workspace, visit: str, svg: Path | None, as_json: bool) -> int | None:
    """核对一次检查是否全程录像：到达至离开，列出缺口。

    \b
    例：evidence recording coverage WJB22-0012-V1 --svg 时间轴.svg
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


@recording_command.command("audit")
@click.option(
    "--search",
    multiple=True,
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help=_("到这些文件夹里找被移动的文件"),
)
@json_option
@workspace_command
def audit(workspace: Workspace, search: tuple[Path, ...], as_json: bool) -> int | None:
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
