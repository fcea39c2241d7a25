"""A workspace whose ledger has learned the world of tests/support/sample."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from evidence import config
from evidence.archive.originals import Originals
from evidence.cli.program import cli
from evidence.errors import EvidenceError
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.ledger import Ledger
from tests.support import sample
from tests.support.first_contract import SETTINGS_TEXT

Run = Callable[..., Result]
AT = ("--at", "2022-04-01T15:00+08:00")


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """evidence.toml and a ledger that holds the week in order."""
    priced = SETTINGS_TEXT.replace("[contract]\n", "[contract]\nprice_yuan = 1000000\n")
    (tmp_path / "evidence.toml").write_text(priced, encoding="utf-8")
    (tmp_path / "archive").mkdir()
    Originals(tmp_path / "archive" / "originals")
    ledger = EmbeddedLedger.open(tmp_path / "archive" / "ledger", clock=lambda: sample.FRIDAY)
    ledger.append("test", *sample.journal_events(sample.week_facts()))
    return tmp_path


@pytest.fixture
def ledger_of(workspace: Path) -> Ledger:
    """The workspace's ledger, to add facts known on the world's Friday."""
    return EmbeddedLedger.open(workspace / "archive" / "ledger", clock=lambda: sample.FRIDAY)


@pytest.fixture(autouse=True)
def friday(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command of these tests is entered on the Friday of the world's week."""
    opened = config.open_workspace
    monkeypatch.setattr(
        config, "open_workspace", lambda folder=None: opened(folder, clock=lambda: sample.FRIDAY)
    )


@pytest.fixture
def run(workspace: Path) -> Run:
    """Run one command in the workspace; the exit code is the command's own."""

    def call(command: str, *arguments: str) -> Result:
        runner = CliRunner()
        result = runner.invoke(
            cli, [*command.split(), "--workspace", str(workspace), *arguments], standalone_mode=False
        )
        error = result.exception
        code = result.return_value if isinstance(result.return_value, int) else 0
        result.exit_code = int(error.exit_code) if isinstance(error, EvidenceError) else code
        return result

    return call
