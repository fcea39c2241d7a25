"""`evidence init`: asks at a terminal, demands its options elsewhere, touches nothing that is there."""

from __future__ import annotations

import tomllib
from pathlib import Path
from unittest.mock import patch

import pytest
from click.testing import CliRunner

from evidence.cli.workspace import init_command
from evidence.errors import UsageError
from tests.support.own_agency import AGENCY, OWN_AGENCY, REGULATOR


@pytest.mark.parametrize("left_out", OWN_AGENCY[::2])
def test_where_nobody_can_be_asked_each_missing_name_is_demanded(left_out: str, tmp_path: Path) -> None:
    at = OWN_AGENCY.index(left_out)
    given = [*OWN_AGENCY[:at], *OWN_AGENCY[at + 2 :]]
    result = CliRunner().invoke(init_command, [str(tmp_path / "w"), *given])
    assert isinstance(result.exception, UsageError)
    assert left_out in result.exception.remedy
    assert not (tmp_path / "w").exists()


def test_at_a_terminal_the_missing_ones_are_asked_for(tmp_path: Path) -> None:
    answers = f"{AGENCY}\nwjb\n第三方服务\n2021-13-07\n2021-12-07\n{REGULATOR}\n"
    with patch("evidence.cli.workspace._somebody_answers", return_value=True):
        result = CliRunner().invoke(init_command, [str(tmp_path)], input=answers)
    assert result.exit_code == 0, result.output
    written = tomllib.loads((tmp_path / "evidence.toml").read_text(encoding="utf-8"))
    assert written["agency"]["name"] == AGENCY
    assert written["contract"]["code"] == "WJB"
    assert written["contract"]["signed_on"].isoformat() == "2021-12-07"


def test_a_workspace_that_is_there_keeps_its_settings_and_needs_no_names(tmp_path: Path) -> None:
    kept = '[contract]\ncode = "ABC"\nsigned_on = 2024-01-05\n'
    (tmp_path / "evidence.toml").write_text(kept, encoding="utf-8")
    result = CliRunner().invoke(init_command, [str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert "设置未动" in result.output
    assert (tmp_path / "evidence.toml").read_text(encoding="utf-8") == kept
    assert (tmp_path / "inbox/README.md").is_file()
