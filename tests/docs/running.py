"""Runs the console blocks of a page as its reader would: in order, in one shell, in a folder of its own.

    ```console                     run; every line must succeed
    ```console not-run: reason     not run
    ```python                      run likewise
    <!-- by hand: roster -->       what the reader does in between (`tests.docs.hands`)
    <!-- in a workspace: demo -->  at the head: the page speaks of the workspace that `evidence demo` makes

A command that stays (`evidence serve`, `evidence watch`) is started, waited for until it answers, and stopped
at the end of the page. Folders of the machine (`/mnt`, `/srv`, …) are played by folders of the room.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.docs.pages import ROOT, blocks

CONSOLE, NOT_RUN, PYTHON = "console", "console not-run: ", "python"
REASONS = ("root", "systemd", "a CA", "Windows", "CI runs it")
"""What a block that is not run may need."""
HAND = re.compile(r"^<!-- by hand: ([\w-]+) -->$", re.MULTILINE)
IN_DEMO = "<!-- in a workspace: demo -->"
STAYS = re.compile(r"^evidence (?:serve(?! .*--(?:add|revoke))|watch)\b.*$")
ELSEWHERE = re.compile(r"(?<![\w./])/(?:mnt|media|srv|opt|etc|usr/local|var)/")
PROLOGUE = """
started=()
finish() { for each in "${started[@]}"; do kill -TERM "$each" 2>/dev/null; wait "$each"; done; }
trap finish EXIT
stays() {
  "$@" >"$ROOM/stays.log" 2>&1 & started+=($!)
  for _ in $(seq 600); do
    grep -q -E "http://|守候|watch" "$ROOM/stays.log" && return
    kill -0 ${started[-1]} 2>/dev/null || { cat "$ROOM/stays.log" >&2; return 1; }
    sleep 0.1
  done
  return 1
}
"""


@dataclass(frozen=True, slots=True)
class Step:
    """One block of commands, or what is done by hand."""

    line: int
    """Of the page."""
    script: str


def steps(page: Path, room: Path) -> Iterator[Step]:
    """What is run, in the order of the page."""
    text = page.read_text("utf-8")
    python = f"{sys.executable} -m tests.docs.hands"
    found = [
        Step(text.count("\n", 0, hand.start()) + 1, f"{python} {hand[1]}") for hand in HAND.finditer(text)
    ]
    port = _free_port()
    for block in blocks(page):
        if block.info == CONSOLE:
            lines = (_played(line, room, port) for line in block.text.splitlines())
            found.append(Step(block.line, "\n".join(lines)))
        elif block.info == PYTHON:
            found.append(Step(block.line, f"{sys.executable} - <<'PYTHON'\n{block.text}PYTHON"))
    yield from sorted(found, key=lambda step: step.line)


def _played(line: str, room: Path, port: int) -> str:
    line = re.sub(r"^sudo (?:-u \w+ )?", "", line)
    line = ELSEWHERE.sub(lambda folder: f"{room}{folder[0]}", line)
    if STAYS.match(line):
        line = re.sub(r" --port \d+", "", line)
        line = f"stays {line}" + (f" --port {port}" if line.startswith("evidence serve") else "")
    return line.replace("127.0.0.1:8765", f"127.0.0.1:{port}")


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _other_disk(place: Path) -> None:
    """A backup goes to another disk than the workspace's: memory, where there is such a file system."""
    shared = Path("/dev/shm")  # noqa: S108
    if shared.is_dir() and os.access(shared, os.W_OK):
        place.symlink_to(tempfile.mkdtemp(prefix="evidence-docs-", dir=shared))


def _forget_other_disk(room: Path) -> None:
    """Give the memory back."""
    if (room / "mnt").is_symlink():
        shutil.rmtree((room / "mnt").resolve())


def run_page(
    page: Path, room: Path, *, demo: Path | None = None, language: str = "zh_CN.UTF-8", settings: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a page in a new room.

    Args:
        page: the document.
        room: an empty folder.
        demo: a workspace of `evidence demo` for pages that ask for one; a copy of it is used.
        language: of the messages.
        settings: what the page has its reader write into evidence.toml beforehand.
    """
    home = room / "home"
    home.mkdir()
    (home / ".venv").symlink_to(sys.prefix)
    start = home
    if IN_DEMO in page.read_text("utf-8"):
        assert demo is not None
        start = Path(shutil.copytree(demo, room / "workspace", symlinks=True))
        (start / "scan.pdf").write_bytes(next((demo / "archive" / "issued").rglob("*.pdf")).read_bytes())
        with (start / "evidence.toml").open("a", encoding="utf-8") as told:
            told.write(settings)
    script = [PROLOGUE]
    for step in steps(page, room):
        script += [f'echo "-- {page.name}:{step.line}"', step.script]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG"))}
    _other_disk(room / "mnt")
    try:
        return subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", "\n".join(script)],
            cwd=start,
            env={
                **kept,
                "LANG": language,
                "HOME": str(home),
                "ROOM": str(room),
                "PATH": f"{Path(sys.executable).parent}:{kept['PATH']}",
                "PYTHONPATH": str(ROOT),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
            stdin=subprocess.DEVNULL,
        )
    finally:
        _forget_other_disk(room)
