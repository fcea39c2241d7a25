"""Commands of the ledger room as tests give them."""

from __future__ import annotations

import json
from pathlib import Path

import click
from click.testing import CliRunner

from evidence.cli.audit import audit_command
from tests.support.ledger_scenario import digest


def run(command: click.Command, *arguments: object) -> tuple[int, str]:
    """Exit code and standard output."""
    result = CliRunner().invoke(command, [str(each) for each in arguments], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return int(result.return_value or 0), result.stdout


def in_(root: Path, command: click.Command, name: str, *arguments: object) -> tuple[int, str]:
    return run(command, name, "--workspace", root, *arguments)


def audited(root: Path, *arguments: object) -> tuple[int, dict[str, list[str]]]:
    code, out = run(audit_command, "--workspace", root, "--json", *arguments)
    found: dict[str, list[str]] = {}
    for fault in json.loads(out)["faults"]:
        found.setdefault(fault["kind"], []).append(fault["place"])
    return code, found


def original(root: Path, content: str) -> Path:
    name = digest(content)
    return root / "archive" / "originals" / name[:2] / name
