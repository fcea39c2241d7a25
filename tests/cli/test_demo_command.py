"""`evidence demo` from outside; the story itself is told in tests/integration/demo."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from evidence.cli.program import cli
from evidence.demo import plot
from tests.support.ledger_fixture import build


def test_the_browsable_archive_that_the_last_lines_name_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = build(tmp_path / "work")
    cases = root / "archive" / "cases"
    assert not list(cases.rglob("*"))
    ending = SimpleNamespace(
        workspace=root,
        package=root / "WJB-2022-W13.zip",
        trust=root / "ca.pem",
        report=SimpleNamespace(indication="TOTAL-PASSED", exit_code=0),
        arrivals=(),
    )
    monkeypatch.setattr(plot, "run_demo", lambda *_args, **_kwargs: ending)
    result = CliRunner().invoke(cli, ["demo", str(root)], standalone_mode=False)
    assert result.exception is None
    assert str(cases) in result.stdout
    assert [path for path in cases.rglob("*") if path.is_file()]
