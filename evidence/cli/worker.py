"""`evidence worker`: recognition and rendering on any host of the agency."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from evidence.cli.options import json_option, workspace_command
from evidence.cli.output import emit, progress, say
from evidence.errors import UsageError
from evidence.language import _

if TYPE_CHECKING:
    from evidence.config import Workspace
    from evidence.jobs.database import DatabaseQueue
    from evidence.jobs.job import DeadJob
    from evidence.jobs.kept import KeptQueue


@click.command("worker")
@click.option(
    "--at-once", type=click.IntRange(1, 64), default=None, help=_("同时做几项（默认见 [jobs] processes）")
)
@click.option("--until-empty", is_flag=True, help=_("没有任务了就结束，不再等待"))
@click.option("--list", "listing", is_flag=True, help=_("只看队列：等待、正在做、做不成的"))
@click.option("--retry", is_flag=True, help=_("把做不成的任务重新排队"))
@json_option
@workspace_command
def worker_command(
    workspace: Workspace, at_once: int | None, until_empty: bool, listing: bool, retry: bool, as_json: bool
) -> None:
    """工作进程：从数据库领取识别、签发任务，可在多台主机上同时运行；Ctrl-C 或 SIGTERM 干净停止。

    中途断电也不丢：别的工作进程会接手。--list、--retry 也包括向其他程序发送的通知，不需要数据库。

    \b
    例：evidence worker
        evidence worker --list
    """
    if listing or retry:
        _look(workspace, retry=retry, as_json=as_json)
        return
    if not workspace.settings.ledger.database:
        raise UsageError(
            _("工作进程要有数据库：evidence.toml 没有写明。"),
            where="evidence.toml [ledger] database",
            remedy=_('只用一台电脑时不需要它：在 [jobs] 写 where = "pool"，由本机多个进程识别。'),
        )
    from evidence.workers.worker import Worker

    worker = Worker(workspace, at_once=at_once, tell=progress)
    progress(_("工作进程已开始，按 Ctrl-C 停止。"))
    worker.run(until_empty=until_empty)
    if as_json or until_empty:
        _look(workspace, retry=False, as_json=as_json)


def _look(workspace: Workspace, *, retry: bool, as_json: bool) -> None:
    """The queue in the database, where there is one, and the one in the archive, as one."""
    queues: list[KeptQueue | DatabaseQueue] = [workspace.kept_jobs]
    if workspace.settings.ledger.database:
        from evidence.jobs.database import DatabaseQueue

        queues.append(DatabaseQueue(workspace.settings.ledger))
    try:
        if retry:
            revived = sum(queue.revive() for queue in queues)
            if not as_json:
                say(_("已重新排队 {n} 项。").format(n=revived))
        waiting = sum(queue.waiting() for queue in queues)
        running = sum(queue.running() for queue in queues)
        dead = [job for queue in queues for job in queue.dead()]
        dropped = list(workspace.kept_jobs.dropped())
    finally:
        for queue in queues:
            queue.close()
    if as_json:
        emit({"waiting": waiting, "running": running, "dead": dead, "dropped": dropped})
    elif not retry:
        _show(waiting, running, dead, dropped)


def _show(waiting: int, running: int, dead: list[DeadJob], dropped: list[DeadJob]) -> None:
    say(
        _("等待 {waiting} 项，正在做 {running} 项，做不成 {dead} 项").format(
            waiting=waiting, running=running, dead=len(dead)
        )
    )
    for job in dead:
        say(_("  ✕ {key}  试过 {n} 次：{why}").format(key=job.key, n=job.attempts, why=job.why))
    if dead:
        say(_("  → 排除原因后运行 evidence worker --retry"))
    for job in dropped:
        say(_("  – {key}  已放弃：{why}").format(key=job.key, why=job.why))
