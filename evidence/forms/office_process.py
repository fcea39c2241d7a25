"""A process of LibreOffice: what it may see, the profile it works with, and its end."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from evidence.forms.fonts import FONTS_CONF

_PROFILES = 32
"""Kept for further starts; more processes at a time than this get one that is thrown away."""


def environment() -> dict[str, str]:
    """What LibreOffice may see: little more than where the fonts are bound."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "USER")
    found = {key: os.environ[key] for key in kept if key in os.environ}
    return found | {"FONTCONFIG_FILE": str(FONTS_CONF), "SAL_USE_VCLPLUGIN": "svp", "LC_ALL": "C.UTF-8"}


def profile_option(profile: Path) -> str:
    """The argument that makes LibreOffice use this profile."""
    return f"-env:UserInstallation={profile.as_uri()}"


@contextlib.contextmanager
def free_profile() -> Iterator[Path]:
    """A LibreOffice profile nobody else uses now; profiles are kept because the first start is slow."""
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "evidence" / "office"
    base.mkdir(mode=0o700, parents=True, exist_ok=True)
    for number in range(_PROFILES):
        with (base / f"{number}.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield base / f"profile-{number}"
            return
    with tempfile.TemporaryDirectory(prefix="evidence-office-") as folder:
        yield Path(folder)


def end(process: subprocess.Popen[bytes]) -> None:
    """The launcher starts the real program as its child: end the whole group, also after success."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.stdin is not None:
        process.stdin.close()
    process.wait()
