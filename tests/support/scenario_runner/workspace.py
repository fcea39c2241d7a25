"""The agency in which scenarios happen: one workspace, its clock set, commands run in this process."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import pikepdf
import yaml
from click.testing import CliRunner

from evidence import config
from evidence.cli.program import cli
from evidence.config import Workspace
from evidence.errors import EvidenceError
from evidence.new_workspace import create_workspace, shipped

SECOND = "第二份合同"
"""The starting point of another agency with another contract: `evidence init --contract sample`."""
_ANOTHER = """[contract]
code = "LJA"
name = "临江经济园区企业安全检查技术服务"
section = "东区"
signed_on = 2021-12-07

[agency]
name = "宁川安达安全技术有限公司"

[regulator]
name = "临江经济园区管理委员会"
bureau = "临江园区管委会"
section = "园区监督科"
enforcement = "县应急执法大队"
"""


def settings_of(start: str) -> tuple[str, str]:
    """evidence.toml of a starting point, and the shipped contract that its workspace copies."""
    if start == SECOND:
        return _ANOTHER, "sample"
    return shipped("evidence.toml").read_text(encoding="utf-8"), ""


class Clock:
    """The instant at which the next command is typed; every workspace is opened with it."""

    def __init__(self) -> None:
        self.now = datetime.min.replace(tzinfo=UTC)
        self._open = config.open_workspace

    def open_workspace(self, folder: Path | None = None) -> Workspace:
        """`config.open_workspace` by this clock."""
        return self._open(folder, clock=lambda: self.now)


class Agency:
    """One workspace, used by the clock of its scenario."""

    def __init__(self, root: Path, clock: Clock) -> None:
        self.root = root
        self._clock = clock
        self._files = 0

    @property
    def now(self) -> datetime:
        """When the next command is typed."""
        return self._clock.now

    @now.setter
    def now(self, instant: datetime) -> None:
        self._clock.now = instant

    @property
    def workspace(self) -> Workspace:
        """Opened anew, as the next command would."""
        return self._clock.open_workspace(self.root)

    def run(self, *words: str) -> tuple[int, str, EvidenceError | click.ClickException | None]:
        """One command: exit code, what it printed, the refusal if it refused.

        Raises:
            Exception: whatever the command did not foresee.
        """
        result = CliRunner().invoke(cli, [*words, "--workspace", str(self.root)], standalone_mode=False)
        error = result.exception
        if isinstance(error, EvidenceError):
            return int(error.exit_code), result.stdout, error
        if isinstance(error, click.ClickException):
            return int(error.exit_code), result.stdout, error
        if error is not None:
            raise error
        code = result.return_value if isinstance(result.return_value, int) else 0
        return code, result.stdout, None

    def write(self, document: Any) -> Path:
        """A YAML file as a person keeps it beside the workspace."""
        self._files += 1
        path = self.root.parent / f"登记{self._files}.yaml"
        path.write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")
        return path

    def due(self, *, at: datetime) -> list[dict[str, Any]]:
        """Everything that `due` lists within a year."""
        until = (at + timedelta(days=365)).date().isoformat()
        _code, output, refused = self.run("due", "--at", at.isoformat(), "--until", until, "--json")
        if refused is not None:
            raise refused
        items: list[dict[str, Any]] = json.loads(output)["items"]
        return items

    def findings(self, *which: str, at: datetime) -> tuple[int, list[dict[str, Any]]]:
        """Exit code and findings of `check`."""
        code, output, refused = self.run("check", *which, "--at", at.isoformat(), "--json")
        if refused is not None:
            raise refused
        return code, json.loads(output)["findings"]


class Agencies:
    """Makes each scenario its own copy of a workspace in which the usual has been entered."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._bases: dict[str, Path] = {}
        self._made = 0
        self.paper = folder / "纸质件.pdf"
        pdf = pikepdf.new()
        pdf.add_blank_page()
        pdf.save(self.paper)

    def copy(self, start: str, prepare: Callable[[Agency, str], None]) -> Agency:
        """A fresh workspace at one of the starting points; `prepare` fills it the first time."""
        if start not in self._bases:
            base = self._folder / f"起点-{len(self._bases)}"
            settings, contract = settings_of(start)
            create_workspace(base, settings, contract=contract)
            shutil.rmtree(base / "templates")
            (base / "templates").symlink_to(shipped("templates"), target_is_directory=True)
            prepare(self._agency(base), start)
            self._bases[start] = base
        self._made += 1
        root = self._folder / f"情形-{self._made}" / "工作区"
        shutil.copytree(self._bases[start], root, symlinks=True)
        return self._agency(root)

    def _agency(self, root: Path) -> Agency:
        return Agency(root, self._clock)
