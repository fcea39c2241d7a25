"""What is looked at, quick enough for every minute; the only thing asked is a virus scanner.

A condition that cannot be examined is a finding, not a crash: nothing that fails may look healthy.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from evidence.domain.arrival_outcome import FOR_A_PERSON
from evidence.errors import EvidenceError
from evidence.foreign import reason_of
from evidence.health.heartbeat import read_heartbeat
from evidence.health.model import Condition
from evidence.health.upkeep import Upkeep, read_upkeep
from evidence.language import _
from evidence.ledger.clock_guard import CLOCK_TOLERANCE
from evidence.ledger.known import last_instant

if TYPE_CHECKING:
    from evidence.config import Workspace

Look = Callable[["Workspace", datetime], Iterator[Condition]]
_GB = 2**30
_QUICK_S = 5
"""Seconds in which a service beside this program says that it is there."""


def conditions(workspace: Workspace, now: datetime, *, watcher: bool = True) -> tuple[Condition, ...]:
    """Everything that can go wrong unseen while the program runs.

    Args:
        workspace: what is looked at.
        now: the real time.
        watcher: whether a watcher is expected to have left its sign of life.
    """
    looks: list[Look] = [
        inbox,
        disk,
        ledger,
        clock,
        undecided,
        revocation,
        timestamp,
        backup,
        proven_restore,
        witness,
        scanner,
    ]
    if watcher:
        looks.insert(1, heartbeat)
    found: list[Condition] = []
    for look in looks:
        try:
            found += look(workspace, now)
        except (EvidenceError, OSError) as error:
            found.append(_unexaminable(look, error))
    return tuple(found)


def _unexaminable(look: Look, error: Exception) -> Condition:
    name = getattr(look, "__name__", "")
    if isinstance(error, OSError):
        return Condition(name=name, good=False, message=reason_of(error), remedy=_("请联系管理员。"))
    remedy = getattr(error, "remedy", "") or _("请联系管理员。")
    return Condition(name=name, good=False, message=getattr(error, "what", str(error)), remedy=remedy)


def inbox(workspace: Workspace, _now: datetime) -> Iterator[Condition]:
    """The inbox is there: a share that vanished must never look like an inbox without files."""
    folder = workspace.inbox
    good = folder.is_dir() and os.access(folder, os.R_OK | os.W_OK | os.X_OK)
    yield Condition(
        name="inbox",
        good=good,
        message=(_("{folder} 可读写") if good else _("收件夹不在或不可读写：{folder}")).format(folder=folder),
        remedy=""
        if good
        else _("请接通网络共享或建好目录，并开放读写权限；evidence init 会补建缺少的目录。"),
        figures={"evidence_inbox_reachable": float(good)},
    )


def heartbeat(workspace: Workspace, now: datetime) -> Iterator[Condition]:
    """The watcher looked lately, and its last look went well."""
    beat = read_heartbeat(workspace.archive)
    if beat is None:
        yield Condition(
            name="watcher",
            good=None,
            message=_("没有守候收件夹的程序在运行"),
            remedy=_("请运行 evidence serve，或用 evidence service install 装成系统服务。"),
        )
        return
    age = (now - beat.at).total_seconds()
    figures = {"evidence_watcher_look_timestamp_seconds": beat.at.timestamp()}
    if age > workspace.settings.health.watcher_s:
        yield Condition(
            name="watcher",
            good=False,
            message=_("守候程序已有 {minutes:.0f} 分钟没有查看收件夹").format(minutes=age / 60),
            remedy=_("请重新启动服务；文件都还在收件夹里。"),
            figures=figures,
        )
    elif beat.error:
        yield Condition(
            name="watcher",
            good=False,
            message=_("守候程序上次没有收成：{error}").format(error=beat.error.splitlines()[0]),
            remedy=_("排除原因后它会自动再试。"),
            figures=figures,
        )
    else:
        yield Condition(name="watcher", good=True, message=_("守候程序正常"), figures=figures)


def disk(workspace: Workspace, _now: datetime) -> Iterator[Condition]:
    """Room for what comes in."""
    free = shutil.disk_usage(workspace.root).free
    limits = workspace.settings.health
    good = True if free > limits.disk_low_gb * _GB else None if free > limits.disk_full_gb * _GB else False
    yield Condition(
        name="disk",
        good=good,
        message=_("磁盘剩余 {free:.1f} GB").format(free=free / _GB),
        remedy="" if good else _("请清理磁盘或扩容；空间不足时收件会停下，文件留在收件夹中。"),
        figures={"evidence_disk_free_bytes": float(free)},
    )


def ledger(workspace: Workspace, _now: datetime) -> Iterator[Condition]:
    """The journal can be read to its end."""
    found = workspace.ledger_as_found
    size = found.head.size
    figures = {"evidence_journal_lines": float(size)}
    if (last := last_instant(found)) is not None:
        figures["evidence_last_event_timestamp_seconds"] = last.timestamp()
    yield Condition(
        name="journal", good=True, message=_("账本可读，{size} 条").format(size=size), figures=figures
    )


def clock(workspace: Workspace, now: datetime) -> Iterator[Condition]:
    """This clock is neither behind the last line nor before the contract; a long pause is no fault."""
    last = last_instant(workspace.ledger_as_found)
    signed_on = workspace.settings.contract.signed_on
    if last is not None and last - now > CLOCK_TOLERANCE:
        message = _("本机时间 {now} 早于账本最后一笔 {last}").format(
            now=now.isoformat(" ", "minutes"), last=last.isoformat(" ", "minutes")
        )
    elif now.date() < signed_on - timedelta(days=1):
        message = _("本机时间 {now} 早于合同签订日期 {day}").format(now=now.date(), day=signed_on)
    else:
        yield Condition(
            name="clock",
            good=True,
            message=_("本机时间晚于账本最后一笔"),
            figures={"evidence_clock_ahead_seconds": (now - last).total_seconds() if last else 0.0},
        )
        return
    yield Condition(
        name="clock",
        good=None,
        message=message,
        remedy=_("请核对本机时钟；时钟确实无误时，命令加 --clock-is-right。账本写下的时间不能改动。"),
        figures={"evidence_clock_ahead_seconds": (now - last).total_seconds()} if last else {},
    )


def undecided(workspace: Workspace, now: datetime) -> Iterator[Condition]:
    """What waits for a person, and how long already."""
    from evidence.inbox.report import waits_for_a_person

    view = workspace.ledger_as_found.view
    waiting = [
        each.received_at
        for outcome in FOR_A_PERSON
        for each in view.arrivals(outcome)
        if waits_for_a_person(each)
    ]
    oldest = min(waiting, default=None)
    age = max(0.0, (now - oldest).total_seconds()) if oldest is not None else 0.0
    late = age > workspace.settings.health.undecided_days * 86400
    yield Condition(
        name="undecided",
        good=None if late else True,
        message=_("待人处理 {count} 件，最早的已等 {days:.1f} 天").format(
            count=len(waiting), days=age / 86400
        )
        if waiting
        else _("没有等人处理的到件"),
        remedy=_("请运行 evidence inbox list，逐件处理。") if late else "",
        figures={
            "evidence_undecided_arrivals": float(len(waiting)),
            "evidence_oldest_undecided_seconds": age,
        },
    )


def revocation(workspace: Workspace, now: datetime) -> Iterator[Condition]:
    """The revocation lists are in force: without them the handover list only reaches B-T."""
    from evidence.bundles.revocation import read_revocation

    signer = workspace.settings.signer
    if signer.fetch_revocation:
        yield Condition(name="revocation", good=True, message=_("吊销信息在签名时从证书所写的地址取得"))
        return
    lists = read_revocation([workspace.root / path for path in signer.crls]).crls
    ends = [each["tbs_cert_list"]["next_update"].native for each in lists]
    until: datetime | None = min((each for each in ends if each is not None), default=None)
    figures = {"evidence_revocation_list_expires_timestamp_seconds": until.timestamp()} if until else {}
    soon = timedelta(days=workspace.settings.health.revocation_days)
    if lists and (until is None or until - now > soon):
        message = _("吊销列表有效至 {until}").format(until=until.date()) if until else _("吊销列表没有期限")
        yield Condition(name="revocation", good=True, message=message, figures=figures)
        return
    yield Condition(
        name="revocation",
        good=None,
        message=_("吊销列表将于 {until} 到期").format(until=until.isoformat(" ", "minutes"))
        if until is not None and until > now
        else _("吊销列表缺失或已过期：移交清单的签名只到 B-T，验证人只能得出 INDETERMINATE"),
        remedy=_("请向发证机构下载新的吊销列表，放到 [signer] crls 指明的位置。"),
        figures=figures,
    )


def timestamp(workspace: Workspace, _now: datetime) -> Iterator[Condition]:
    """What the authority last answered; `doctor` and `bundle` ask it anew."""
    settings = workspace.settings.timestamp
    known = read_upkeep(workspace.root)
    figures = (
        {"evidence_timestamp_checked_timestamp_seconds": known.stamp_at.timestamp()} if known.stamp_at else {}
    )
    if not settings.url and not settings.local:
        yield Condition(
            name="timestamp",
            good=None,
            message=_("未配置时间戳服务：签名只到 B-B，签署时间无法证明，验证人只能得出 INDETERMINATE"),
            remedy=_("请在 evidence.toml 的 [timestamp] 写明 url。"),
        )
    elif known.stamp_error:
        yield Condition(
            name="timestamp",
            good=None,
            message=_("时间戳服务上次没有给出可用的回答：{why}").format(why=known.stamp_error),
            remedy=_("请检查网络和 evidence.toml 的 [timestamp]，再运行 evidence doctor。"),
            figures={**figures, "evidence_timestamp_works": 0.0},
        )
    elif known.stamp_at is None:
        yield Condition(name="timestamp", good=True, message=_("时间戳服务已配置，还没有问过"))
    else:
        yield Condition(
            name="timestamp",
            good=True,
            message=_("时间戳服务于 {at} 正常").format(at=known.stamp_at.isoformat(" ", "minutes")),
            figures={**figures, "evidence_timestamp_works": 1.0},
        )


def backup(workspace: Workspace, now: datetime) -> Iterator[Condition]:
    """A backup was made lately."""
    known = read_upkeep(workspace.root)
    yield _routine(
        "backup",
        known.backup_at,
        now,
        days=workspace.settings.health.backup_days,
        never=_("还没有做过备份"),
        last=_("最近一次备份于 {at}"),
        remedy=_("请运行 evidence backup 目录，并用 evidence service install 装上每日备份。"),
    )


def witness(workspace: Workspace, _now: datetime) -> Iterator[Condition]:
    """Every checkpoint is where no insider reaches it; says nothing where no such place is configured."""
    from evidence.handover.mirror import lacking_outside

    settings = workspace.settings.witness
    if not settings.folder and not settings.mail_to:
        return
    remedy = _("请接通 [witness] 指明的地方，再运行 evidence ledger mirror。")
    try:
        lacking = lacking_outside(workspace.ledger_as_found.view.checkpoints(), settings, workspace.root)
    except OSError as error:
        message = _("[witness] 的目录不可用：{why}").format(why=reason_of(error))
        yield Condition(name="witness", good=None, message=message, remedy=remedy)
        return
    yield Condition(
        name="witness",
        good=None if lacking else True,
        message=_("还有 {count} 个检查点没有送到外面").format(count=lacking)
        if lacking
        else _("检查点都已送到外面"),
        remedy=remedy if lacking else "",
        figures={"evidence_checkpoints_not_mirrored": float(lacking)},
    )


def scanner(workspace: Workspace, _now: datetime) -> Iterator[Condition]:
    """The virus scanner answers; says nothing where none is configured."""
    settings = workspace.settings.antivirus
    if not settings.clamd:
        return
    from evidence.antivirus.clamd import Clamd, ScannerDownError

    figure = "evidence_scanner_answers"
    try:
        engine, signatures = Clamd(settings=replace(settings, timeout_s=_QUICK_S)).version()
    except ScannerDownError as error:
        held = settings.when_down == "hold"
        yield Condition(
            name="scanner",
            good=False if held else None,
            message=error.what + (_("文件都在收件夹里等它。") if held else _("文件未经扫描就收下，待认定。")),
            remedy=error.remedy,
            figures={figure: 0.0},
        )
        return
    yield Condition(
        name="scanner",
        good=True,
        message=_("病毒扫描：{engine}，病毒库 {signatures}").format(
            engine=engine, signatures=signatures or _("未注明")
        ),
        figures={figure: 1.0},
    )


def proven_restore(workspace: Workspace, now: datetime) -> Iterator[Condition]:
    """A backup was proven lately: one that was never restored is a hope."""
    known: Upkeep = read_upkeep(workspace.root)
    yield _routine(
        "restore",
        known.restore_at,
        now,
        days=workspace.settings.health.restore_days,
        never=_("还没有检验过备份能否恢复"),
        last=_("最近一次检验备份于 {at}"),
        remedy=_("请运行 evidence restore 备份目录 --verify。"),
    )


def _routine(
    name: str, done: datetime | None, now: datetime, *, days: float, never: str, last: str, remedy: str
) -> Condition:
    late = done is None or now - done > timedelta(days=days)
    return Condition(
        name=name,
        good=None if late else True,
        message=never if done is None else last.format(at=done.isoformat(" ", "minutes")),
        remedy=remedy if late else "",
        figures={f"evidence_last_{name}_timestamp_seconds": done.timestamp()} if done is not None else {},
    )
