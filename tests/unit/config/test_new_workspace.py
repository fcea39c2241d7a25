"""A new workspace names the agency, contract and regulator that were given, and nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from evidence.errors import UsageError
from evidence.new_workspace import Parties, create_workspace, sample_settings, settings_of
from evidence.settings import load_settings

OTHERS = Parties(
    agency='苏州"远山"安全技术有限公司',
    code="SZY",
    contract="苏州工业园区安全生产检查服务（C标段）",
    signed_on=date(2026, 3, 2),
    regulator="苏州工业园区管理委员会",
    address="C:\\街\t1号".replace("\t", " "),
)


def test_the_names_given_are_read_back_to_the_letter(tmp_path: Path) -> None:
    settings = create_workspace(tmp_path, settings_of(OTHERS)).settings
    assert settings.agency.name == OTHERS.agency
    assert settings.agency.address == OTHERS.address
    assert (settings.contract.code, settings.contract.name) == ("SZY", OTHERS.contract)
    assert settings.contract.signed_on == date(2026, 3, 2)
    assert settings.regulator.name == settings.regulator.bureau == settings.regulator.enforcement


def test_nothing_of_the_sample_contract_remains_in_it(tmp_path: Path) -> None:
    (tmp_path / "sample.toml").write_text(sample_settings(), encoding="utf-8")
    sample = load_settings(tmp_path / "sample.toml")
    written = settings_of(OTHERS)
    for name in (
        sample.agency.name, sample.agency.address, sample.contract.name, sample.regulator.name,
        sample.regulator.bureau, sample.regulator.section, sample.regulator.enforcement,
    ):  # fmt: skip
        assert name not in written


def test_everything_else_is_what_ships() -> None:
    rest = sample_settings()
    assert settings_of(OTHERS).endswith(rest[rest.index("[signer]") :])


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "wjb"},
        {"code": "WJBX"},
        {"code": "W1B"},
        {"agency": " "},
        {"regulator": ""},
        {"contract": "\u200e甲乙"},
    ],
)
def test_what_is_no_name_and_no_code_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(UsageError):
        replace(OTHERS, **wrong)


def test_without_names_there_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--agency"):
        create_workspace(tmp_path / "neu")
    assert not (tmp_path / "neu").exists()
