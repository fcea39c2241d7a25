"""Copies of the workspaces that earlier programs left behind (`tests/data/workspace-*`)."""

from __future__ import annotations

import shutil
from pathlib import Path

DATA = Path(__file__).parents[1] / "data"
OF_2026_11_23 = DATA / "workspace-2026-11-23"
OF_1_0_0 = DATA / "workspace-1.0.0"
"""Journal, contract and settings alone: enough to be opened and judged."""


def kept_workspace(root: Path, kept: Path = OF_2026_11_23) -> Path:
    """A working copy with what no repository keeps: empty folders and file modes."""
    shutil.copytree(kept, root, ignore=shutil.ignore_patterns("README.md", "findings.json"))
    for folder in ("inbox", "archive/originals", "archive/quarantine"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    for path in (root / "keys").rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    for folder in ("issued", "originals"):
        for path in (root / "archive" / folder).rglob("*"):
            if path.is_file():
                path.chmod(0o440)
    return root
