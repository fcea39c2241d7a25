"""`evidence recording`: footage by reference, assignment by a person; the rest in `recording_*`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from evidence.cli.options import IDENTIFIER, json_option, workspace_command
from evidence.cli.output import emit, progress, say
from evidence.cli.recording_access import seen_command
from evidence.cli.recording_checks import audit_command, coverage_command, offset_command, reconsidered
from evidence.cli.recording_list import list_command
from evidence.cli.waiting import counting
from evidence.domain.arrival_outcome import ArrivalOutcome
from evidence.domain.identifiers import VisitId
from evidence.errors import UsageError
from evidence.language import _

if TYPE_CHECKING:
    from evidence.config import Workspace


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
    from evidence.inbox.burnt_clock import with_burnt_clock
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
        look=with_burnt_clock,
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


_SIGNS: dict[str, str] = {
    ArrivalOutcome.LINKED: "●",
    ArrivalOutcome.UNIDENTIFIED: "◐",
    ArrivalOutcome.QUARANTINED: "✕",
    ArrivalOutcome.DUPLICATE: "○",
}


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
    例：evidence recording assign 3f5a09c21b7e WJB22-0001-V1 --why 设备编号未设 --by 资料员
    """
    if recording is None:
        changed = reconsidered(workspace)
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
                "例：evidence recording assign 3f5a09c21b7e WJB22-0001-V1 --why 设备编号未设 --by 资料员"
            ),
        )
    from evidence.recordings.decide import assign_by_person

    found = assign_by_person(
        workspace.ledger,
        recording,
        VisitId(visit),
        why=why,
        by=actor.by,
        actor=actor.journalled,
        stated=actor.stated,
    )
    taken_from = found.visit if found.visit != visit else None
    if as_json:
        emit({"sha256": found.sha256, "visit": visit, "taken_from": taken_from})
    elif taken_from:
        words = _("录像 {name} 已指派给 {visit}；它原归入 {before}，那次活动不再有这段录像。")
        say(words.format(name=found.name, visit=visit, before=taken_from))
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


for each in (list_command, seen_command, offset_command, coverage_command, audit_command):
    recording_command.add_command(each)
