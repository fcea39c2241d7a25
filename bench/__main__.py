"""`python -m bench [--quick] [NAME...]`: every figure, one table, one page."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import subprocess
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path

from bench.page import write_page
from bench.result import Figure, figure

HERE = Path(__file__).parent
NOT_BENCHMARKS = {"__init__", "__main__", "result", "page"}


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


def run(names: list[str], *, quick: bool) -> list[Figure]:
    """Every figure of the named benchmarks; a benchmark that fails becomes a figure that is not met."""
    results: list[Figure] = []
    for name in names:
        print(f"… {name}", file=sys.stderr, flush=True)
        try:
            results += importlib.import_module(f"bench.{name}").run(quick)
        except Exception as error:
            traceback.print_exc()
            results.append(
                figure(f"{name}: did not finish", 0, "", met=False, note=f"{type(error).__name__}: {error}")
            )
    return results


def show(results: list[Figure]) -> None:
    """The table people read."""
    columns = ("figure", "value", "unit", "peer", "peer_value", "ratio", "target", "met", "note")
    words = {True: "yes", False: "MISSED", None: ""}
    rows = [columns] + [
        tuple(
            words[row["met"]] if key == "met" else "" if row[key] is None else str(row[key])
            for key in columns
        )
        for row in results
    ]
    widths = [max(len(row[k]) for row in rows) for k in range(len(columns) - 1)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)) + "  " + row[-1])


def main() -> int:
    """Run, print, write. Returns 0: a missed target is a result, not an error."""
    available = sorted(path.stem for path in HERE.glob("*.py") if path.stem not in NOT_BENCHMARKS)
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of: {', '.join(available)}")
    parser.add_argument("--quick", action="store_true", help="smaller sizes, under ten minutes in all")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(available)
    if unknown:
        parser.error(f"no benchmark called {', '.join(sorted(unknown))}; there are: {', '.join(available)}")
    results = run(arguments.names or available, quick=arguments.quick)
    show(results)
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=HERE, capture_output=True, text=True, check=False
    ).stdout.strip()
    document = {
        "machine": machine(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit,
        "results": results,
    }
    (HERE / "results.json").write_text(json.dumps(document, ensure_ascii=False, indent=1), encoding="utf-8")
    write_page(document, HERE / "out" / "index.html")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
