"""What a person waits for between a click or a command and its answer, and what the desk costs unwatched."""

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.result import Figure, figure
from evidence.forms.office import find_office
from evidence.forms.settings import FormsSettings
from evidence.forms.warm_office import offices
from tests.support.forms_fixture import FormsWorld, forms_fixture
from tests.support.kept_workspace import kept_workspace

BETWEEN_S = 3.0
"""Seconds between two forms asked for: nobody clicks sooner, and the next LibreOffice starts meanwhile."""
DAY_FORMS = 12
NUMBER = "WJB22-0001-JC-001"
"""A record that the kept workspace has issued."""
PROGRAM = [str(Path(sys.executable).with_name("evidence"))]
QUIET_S, IDLE_S = 30, 60
"""Seconds the desk is left alone before, and while, its processor time is counted."""


def run(quick: bool) -> list[Figure]:
    """Figures of `bench/waiting`."""
    with tempfile.TemporaryDirectory(prefix="bench-waiting-") as folder:
        root = Path(folder)
        made = _forms(forms_fixture(root / "forms", hazards=3), 3 if quick else 10)
        workspace = kept_workspace(root / "kept")
        return [*made, *_commands(workspace, 3 if quick else 10), _idle(workspace, 20 if quick else IDLE_S)]


def _forms(world: FormsWorld, repeats: int) -> list[Figure]:
    """One form and a day's forms, with a LibreOffice waiting as at the desk, and one without."""
    request = world.request("inspection-record", blank=True)
    world.issue(request)  # makes LibreOffice's profile
    cold = statistics.median(_seconds(lambda: world.issue(request)) for _ in range(3))
    took = []
    with offices.keep_ready(find_office(FormsSettings().office)):
        for _ in range(repeats):
            time.sleep(BETWEEN_S)
            took.append(_seconds(lambda: world.issue(request)))
        time.sleep(BETWEEN_S)
        day = _seconds(lambda: world.issue(*[request] * DAY_FORMS))
    one = statistics.median(took)
    return [
        figure(
            "waiting: one record issued, second and later ones",
            one,
            "s",
            peer="the same, LibreOffice started for it",
            peer_value=cold,
            target="<= 0.8 s",
            met=one <= 0.8,
            note=f"median of {repeats}, from the request to the journalled PDF; five pages",
        ),
        figure(
            f"waiting: {DAY_FORMS} records of a day, one request",
            day,
            "s",
            peer="so many, one after the other",
            peer_value=DAY_FORMS * one,
            target="<= 4 s",
            met=day <= 4,
            note="blank records of five pages",
        ),
    ]


def _seconds(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def _commands(workspace: Path, repeats: int) -> list[Figure]:
    floor = _command([sys.executable, "-c", "pass"], repeats)
    figures = []
    for name, arguments in (
        ("form show", ["form", "show", NUMBER, "--json"]),
        ("template check, nothing changed", ["template", "check", "--json"]),
    ):
        line = [*PROGRAM, "--workspace", str(workspace), *arguments]
        subprocess.run(line, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        took = _command(line, repeats)
        figures.append(
            figure(
                f"waiting: {name}",
                took,
                "s",
                peer="python -c pass",
                peer_value=floor,
                target="<= 0.3 s",
                met=took <= 0.3,
                note=f"median of {repeats}",
            )
        )
    return figures


def _command(line: list[str], repeats: int) -> float:
    def once() -> None:
        subprocess.run(line, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    return statistics.median(_seconds(once) for _ in range(repeats))


def _idle(workspace: Path, seconds: int) -> Figure:
    """`serve` with its watcher and a waiting LibreOffice, while nobody looks."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    with subprocess.Popen(
        [*PROGRAM, "--workspace", str(workspace), "serve", "--port", port],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as desk:
        time.sleep(QUIET_S)
        if desk.poll() is not None:
            raise RuntimeError(f"the desk did not stay open: exit {desk.returncode}")
        before = _processor_s(desk.pid)
        time.sleep(seconds)
        after = _processor_s(desk.pid)
        desk.terminate()
    used = sum(spent - before.get(process, 0.0) for process, spent in after.items())
    share = 100 * used / seconds
    return figure(
        "waiting: the desk while nobody looks",
        share,
        "% of one core",
        target="<= 1",
        met=share <= 1,
        note=f"processor time of its {len(after)} processes over {seconds} s",
    )


def _processor_s(root: int) -> dict[int, float]:
    """Processor seconds of a process and all it started, by process id."""
    children: dict[int, list[int]] = {}
    spent: dict[int, float] = {}
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # ended meanwhile
            continue
        children.setdefault(int(fields[1]), []).append(int(folder.name))
        spent[int(folder.name)] = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    family = [root]
    for member in family:
        family += children.get(member, [])
    return {member: spent.get(member, 0.0) for member in family}


if __name__ == "__main__":
    for row in run("--quick" in sys.argv):
        print(row)
