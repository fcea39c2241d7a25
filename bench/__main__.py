"""`python -m bench [--quick] [NAME...]`: every figure, one table, one page.

Each benchmark runs in a process of its own: none inherits another's memory, and one that crashes or
hangs becomes a figure that is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import signal
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench.page import write_page
from bench.result import Figure, figure

HERE = Path(__file__).parent
LIMIT_S, QUICK_LIMIT_S = 1800, 150
"""Seconds one benchmark may take."""
QUICK_ALL_S = 660
"""Seconds all of them may take in a quick run, the minute of `fuzz` among them; what comes after is said
to be missing."""
_ONE = """
import importlib, json, sys
from pathlib import Path
figures = importlib.import_module(f"bench.{sys.argv[1]}").run(sys.argv[2] == "quick")
Path(sys.argv[3]).write_text(json.dumps(figures, ensure_ascii=False), encoding="utf-8")
"""
COLUMNS = ("figure", "value", "unit", "target", "met", "peer", "peer_value", "ratio")


def available() -> list[str]:
    """Modules that have something to run; the others are parts of those."""
    return sorted(
        path.stem
        for path in HERE.glob("*.py")
        if re.search(r"^def run\(quick", path.read_text(encoding="utf-8"), re.MULTILINE)
    )


def machine() -> str:
    """What the figures were measured on."""
    model = next(
        (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    kilobytes = next(
        (int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0
    )
    return f"{os.cpu_count()} x {model}, {kilobytes / 2**20:.0f} GiB, Python {platform.python_version()}"


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def measure(name: str, *, quick: bool, limit: float) -> list[Figure]:
    """The figures of one benchmark; one that fails or takes too long becomes a figure that is missed."""
    if limit <= 0:
        return [_missing(name, f"not begun: all together may take {QUICK_ALL_S} s")]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        told = Path(folder) / "figures.json"
        command = [sys.executable, "-c", _ONE, name, "quick" if quick else "whole", str(told)]
        # what a benchmark prints is progress, standard output is for the table; a group of its own
        # lets us end the programs it started with it
        process = subprocess.Popen(command, cwd=HERE.parent, stdout=sys.stderr, start_new_session=True)
        try:
            why = f"exit {process.wait(limit)}"
        except subprocess.TimeoutExpired:
            why = f"longer than {limit:.0f} s"
        except KeyboardInterrupt:
            os.killpg(process.pid, signal.SIGKILL)
            raise
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if told.exists():
            figures: list[Figure] = json.loads(told.read_text(encoding="utf-8"))
            return figures
    return [_missing(name, why)]


def _missing(name: str, why: str) -> Figure:
    return figure(f"{name}: did not finish", 0, "", target="to finish", met=False, note=why)


def table(results: list[Figure]) -> list[str]:
    """The table people read, one figure a line."""
    words = {True: "met", False: "MISSED", None: ""}
    rows = [list(COLUMNS)] + [
        [
            words[row["met"]] if key == "met" else "" if row[key] is None else str(row[key])  # type: ignore[literal-required]
            for key in COLUMNS
        ]
        for row in results
    ]
    widths = [max(len(row[place]) for row in rows) for place in range(len(COLUMNS))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


def summary(results: list[Figure]) -> str:
    """How many targets were met, and which were not."""
    judged = [row for row in results if row["met"] is not None]
    missed = [row["figure"] for row in judged if not row["met"]]
    text = f"{len(results)} figures, {len(judged) - len(missed)} of {len(judged)} targets met"
    return f"{text}; MISSED: {'; '.join(missed)}" if missed else text


def commit() -> str:
    """The commit measured, with a mark when the tree differs from it."""
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=HERE, capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or "unknown"


def main(arguments: list[str] | None = None) -> int:
    """Run, print, write. Returns 0: a missed target is a result, not an error."""
    names = available()
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(names)}")
    parser.add_argument(
        "--quick", action="store_true", help=f"smaller sizes, at most {QUICK_ALL_S // 60} minutes in all"
    )
    given = parser.parse_args(arguments)
    unknown = set(given.names) - set(names)
    if unknown:
        parser.error(f"no benchmark called {', '.join(sorted(unknown))}; there are: {', '.join(names)}")
    results: list[Figure] = []
    begun = datetime.now(UTC)
    for name in given.names or names:
        print(f"… {name}", file=sys.stderr, flush=True)
        left = QUICK_ALL_S - (datetime.now(UTC) - begun).total_seconds()
        limit = max(0.0, min(QUICK_LIMIT_S, left)) if given.quick else LIMIT_S
        results += measure(name, quick=given.quick, limit=limit)
    document = {
        "machine": machine(),
        "at": begun.isoformat(timespec="seconds"),
        "commit": commit(),
        "results": results,
    }
    print("\n".join(table(results)))
    print(f"\n{document['machine']}; {document['at']}; commit {document['commit']}")
    print(summary(results))
    (HERE / "results.json").write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    write_page(document, HERE / "out" / "index.html")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
