"""Put the units where systemd finds them, and make account and rights what they need."""

from __future__ import annotations

import os
import pwd
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from evidence.errors import MissingPartError
from evidence.language import _
from evidence.service.units import UNIT_FOLDER, Installation, commands, unit_files

Run = Callable[[Sequence[str]], None]


def run_command(command: Sequence[str]) -> None:
    """Run one command of the system.

    Raises:
        MissingPartError: it is not there, or it failed.
    """
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise MissingPartError(
            _("没有找到 {program}。").format(program=command[0]), remedy=_("这台机器没有 systemd？")
        ) from error
    if done.returncode:
        raise MissingPartError(
            _("{command} 没有成功：{why}").format(command=" ".join(command), why=done.stderr.strip()[:400]),
            remedy=_("请排除原因后再运行；已做好的部分不会重做错。"),
        )


def write_units(installation: Installation, system: Path) -> list[Path]:
    """Write the unit files below a root folder.

    Raises:
        OSError: it cannot be written.
    """
    folder = system / UNIT_FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in unit_files(installation).items():
        (folder / name).write_text(text, encoding="utf-8")
        written.append(folder / name)
    return written


def install(
    installation: Installation, *, start: bool, system: Path = Path("/"), run: Run = run_command
) -> list[Path]:
    """Account, rights, units; on return the services run, if they were to.

    Raises:
        MissingPartError: not root, or a command of the system failed.
    """
    if os.geteuid() != 0:
        raise MissingPartError(
            _("安装系统服务需要管理员权限。"), remedy=_("请用 sudo 运行；只要看看单元文件，加 --into 目录。")
        )
    if installation.backup is not None and not installation.backup.is_dir():
        raise MissingPartError(
            _("备份目录不存在：备份盘没有挂上？"),
            where=str(installation.backup),
            remedy=_("请先挂上备份盘并建好目录，再安装。"),
        )
    written = write_units(installation, system)
    for command in commands(
        installation, known_account=_known(installation.account), start=start, booted=_booted()
    ):
        run(command)
    return written


def _booted() -> bool:
    """Whether systemd runs this machine (sd_booted(3))."""
    return Path("/run/systemd/system").is_dir()


def _known(account: str) -> bool:
    try:
        pwd.getpwnam(account)
    except KeyError:
        return False
    return True
