"""The main job on sample data, stage by stage: what a stranger waits for after `make demo` has installed."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from bench.result import Figure, figure
from evidence.demo.plot import run_demo

LIMIT_S = 90


def run(quick: bool) -> list[Figure]:
    """One demonstration; quick makes no difference."""
    del quick
    marks: list[tuple[str, float]] = []
    with tempfile.TemporaryDirectory(prefix="evidence-bench-") as folder:
        started = time.perf_counter()
        run_demo(
            Path(folder, "workspace"),
            advance=lambda stage: marks.append((stage, time.perf_counter() - started)),
        )
        total = time.perf_counter() - started
    ends = [at for _stage, at in marks[1:]] + [total]
    stages = [
        figure(f"demo: {stage}", end - at, "s", peer="whole demo", peer_value=total)
        for (stage, at), end in zip(marks, ends, strict=True)
    ]
    whole = figure("demo: all", total, "s", target=f"<= {LIMIT_S} s on two cores", met=total <= LIMIT_S)
    return [*stages, whole]


if __name__ == "__main__":
    for row in run(False):
        print(f"{row['figure']:60} {row['value']:8.1f} {row['unit']}  {row['target']}")
