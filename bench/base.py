"""The auditor's installation: the wheel and what it depends on, in an environment of its own.

What is optional must cost him nothing: neither packages nor time (`evidence --help`, `evidence verify`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from statistics import median

from bench.result import Figure, figure
from tests.support.packing import to_zip, two_weeks
from tests.support.pki import shared_pki

HERE = Path(__file__).parents[1]
MOST_PACKAGES = 40
HELP_RATIO, VERIFY_RATIO = 5, 120
_ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def run(quick: bool) -> list[Figure]:
    """Figures for `bench/results.json`; what the wheel needs comes from the package index or uv's cache."""
    with tempfile.TemporaryDirectory(prefix="bench-base-") as name:
        root = Path(name)
        home = _installed(root)
        return [_size(home), *_commands(root, home / "bin", 5 if quick else 15)]


def _installed(root: Path) -> Path:
    """A new environment with the wheel of this tree and the versions of requirements.lock."""
    tools, home = Path(sys.executable).parent, root / "base"
    build = [str(tools / "hatchling"), "build", "-t", "wheel", "-d", str(root / "dist")]
    subprocess.run(build, cwd=HERE, check=True, stdout=subprocess.DEVNULL)
    (wheel,) = (root / "dist").glob("*.whl")
    venv.create(home, with_pip=False, symlinks=True)
    install = [str(tools / "uv"), "pip", "install", "--quiet", "--compile-bytecode"]
    into = ["--python", str(home / "bin" / "python"), "--constraint", str(HERE / "requirements.lock")]
    subprocess.run([*install, *into, str(wheel)], check=True)
    return home


def _size(home: Path) -> Figure:
    (site,) = home.glob("lib/python*/site-packages")
    packages = len(list(site.glob("*.dist-info")))
    megabytes = sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) / 1e6
    return figure(
        "base: packages installed",
        packages,
        "",
        target=f"<= {MOST_PACKAGES}",
        met=packages <= MOST_PACKAGES,
        note=f"{megabytes:.0f} MB, the program's own included",
    )


def _commands(root: Path, programs: Path, rounds: int) -> list[Figure]:
    package = root / "WJB-2022-W13.zip"
    package.write_bytes(to_zip(two_weeks()[1], package.stem))
    trust = root / "root.pem"
    trust.write_bytes(shared_pki().root.pem)
    evidence = str(programs / "evidence")
    took = _in_turns(
        {
            "floor": [str(programs / "python"), "-c", "pass"],
            "help": [evidence, "--help"],
            "verify": [evidence, "verify", str(package), "--trust", str(trust)],
        },
        rounds,
    )
    return [
        figure(
            f"base: evidence {name}",
            took[line] * 1000,
            "CPU ms",
            peer="python -c pass",
            peer_value=took["floor"] * 1000,
            target=f"<= {most} x",
            met=took[line] <= most * took["floor"],
            note=f"median of {rounds}, in turns{note}",
        )
        for name, line, most, note in (
            ("--help", "help", HELP_RATIO, ""),
            ("verify", "verify", VERIFY_RATIO, f"; a package of {package.stat().st_size // 1000} kB"),
        )
    ]


def _in_turns(lines: dict[str, list[str]], rounds: int) -> dict[str, float]:
    """Median processor seconds of each command; whatever else the machine does meets all of them alike."""
    times: dict[str, list[float]] = {name: [] for name in lines}
    for turn in range(rounds + 1):
        for name, line in lines.items():
            took = _processor_seconds(line)
            if turn:  # the first one only warms up
                times[name].append(took)
    return {name: median(each) for name, each in times.items()}


def _processor_seconds(line: list[str]) -> float:
    """Of a command and of every process that it started and waited for."""
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=_ENVIRONMENT)
    _id, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, line)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    for row in run("--quick" in sys.argv):
        print(row)
