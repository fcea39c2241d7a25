"""One workspace of `evidence demo` for all tests that read one."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest

from evidence.demo.plot import run_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As the demonstration left it, made once for all processes; whoever changes something takes a copy."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    workspace, made = shared / "demonstration", shared / "demonstration.made"
    with (shared / "demonstration.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            run_demo(workspace)
            made.touch()
    return workspace
