"""Unit files for one workspace, filled in; nothing is written here."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from evidence.errors import UsageError
from evidence.language import _

_TEMPLATES = Path(__file__).parent / "units"
_PLAIN = re.compile(r"/[^\s%\"'\\$;#]*")
"""Paths that mean themselves everywhere in a unit file."""
_HIDDEN = (Path("/home"), Path("/root"), Path("/run/user"), Path("/tmp"), Path("/var/tmp"))  # noqa: S108
"""What the units keep from the service (ProtectHome, PrivateTmp)."""
UNIT_FOLDER = Path("etc/systemd/system")


class Part(StrEnum):
    """What of the system runs on this host."""

    DESK = "desk"
    WATCH = "watch"
    WORKER = "worker"


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Where everything is and who runs it."""

    program: Path
    """The command `evidence`, e.g. /opt/evidence/bin/evidence."""
    workspace: Path
    account: str = "evidence"
    parts: tuple[Part, ...] = (Part.DESK,)
    backup: Path | None = None
    """Where backups go; None: no backup is scheduled."""
    desk_options: str = ""
    """More options of `evidence serve`, as they stand on its command line."""
    watch_options: str = ""

    def __post_init__(self) -> None:
        """Raises: UsageError: a path that systemd would read otherwise, or that the service could not see."""
        for path in filter(None, (self.program, self.workspace, self.backup)):
            if not _PLAIN.fullmatch(str(path)):
                raise UsageError(
                    _("系统服务的路径里不能有空格、引号、百分号等字符。"),
                    where=str(path),
                    remedy=_("请换一个目录，例如 /srv/evidence。"),
                )
            if any(path.is_relative_to(hidden) for hidden in _HIDDEN):
                raise UsageError(
                    _("系统服务看不到个人目录和临时目录。"),
                    where=str(path),
                    remedy=_("请把程序放在 /opt，工作区放在 /srv，备份放在 /mnt 下。"),
                )
        if not re.fullmatch(r"[a-z_][a-z0-9_-]{0,30}", self.account):
            raise UsageError(
                _("“{name}”不能作系统账号。").format(name=self.account), remedy=_("例：--account evidence")
            )

    @property
    def names(self) -> tuple[str, ...]:
        """Unit files to write."""
        services = [f"evidence-{part}.service" for part in self.parts]
        timed = ["audit"] if set(self.parts) != {Part.WORKER} else []
        timed += ["backup", "backup-proof"] if self.backup is not None else []
        return (*services, *(f"evidence-{name}{kind}" for name in timed for kind in (".service", ".timer")))

    @property
    def started(self) -> tuple[str, ...]:
        """Units to enable: services that stay, and timers for the rest."""
        return tuple(
            name
            for name in self.names
            if name.endswith(".timer") or name.removesuffix(".service").removeprefix("evidence-") in set(Part)
        )


def unit_files(installation: Installation) -> dict[str, str]:
    """File name -> text."""
    return {
        name: _filled((_TEMPLATES / name).read_text(encoding="utf-8"), installation)
        for name in installation.names
    }


def commands(
    installation: Installation, *, known_account: bool, start: bool, booted: bool = True
) -> list[Sequence[str]]:
    """What makes an account, gives it the workspace, and starts the units; in order, as root.

    Args:
        installation: what is installed.
        known_account: the account is there already.
        start: enable the units and, where systemd runs, start them anew (after an upgrade: the new program).
        booted: whether systemd runs here; in an image that is being built it does not.
    """
    account, root = installation.account, str(installation.workspace)
    made: list[Sequence[str]] = []
    if not known_account:
        made.append(
            (
                "useradd",
                "--system",
                "--user-group",
                "--create-home",
                "--home-dir",
                "/var/lib/evidence",
                "--shell",
                "/usr/sbin/nologin",
                account,
            )
        )
    owned = [root, *([str(installation.backup)] if installation.backup is not None else [])]
    made.append(("chown", "-R", f"{account}:{account}", *owned))
    made.append(("chmod", "0750", root, f"{root}/archive"))
    made.append(("chmod", "2770", f"{root}/inbox"))
    made.append(("chmod", "-R", "go-rwx", f"{root}/keys"))
    if start:
        made.append(("systemctl", "enable", *installation.started))
    if start and booted:
        made.append(("systemctl", "daemon-reload"))
        made.append(("systemctl", "restart", *installation.started))
    return made


def _filled(text: str, installation: Installation) -> str:
    desk = installation.desk_options
    if Part.WATCH in installation.parts and "--no-watch" not in desk.split():
        desk = f"{desk} --no-watch".strip()  # one watcher for one inbox
    values = {
        "PROGRAM": str(installation.program),
        "WORKSPACE": str(installation.workspace),
        "ACCOUNT": installation.account,
        "BACKUP": str(installation.backup or ""),
        "DESK_OPTIONS": desk,
        "WATCH_OPTIONS": installation.watch_options,
    }
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
