"""evidence.toml: what ships is what the defaults say, and a slip is named with its place."""

from dataclasses import fields, replace
from datetime import date

import pytest

from evidence.config import open_workspace
from evidence.errors import InputError, UsageError
from evidence.new_workspace import create_workspace, sample_settings, shipped
from evidence.settings import Settings, load_settings


def written(tmp_path, text):
    path = tmp_path / "evidence.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_file_spells_out_the_defaults():
    shipped_settings = load_settings(shipped("evidence.toml"))
    names = {"contract": shipped_settings.contract, "agency": shipped_settings.agency}
    given = replace(Settings(), **names, regulator=shipped_settings.regulator)
    assert shipped_settings == replace(given, rules=replace(given.rules, amended=()))


def test_contract_date_and_code_reach_the_rules(tmp_path):
    settings = load_settings(written(tmp_path, '[contract]\ncode = "WJC"\nsigned_on = 2024-01-05\n'))
    assert settings.parameters.contract == "WJC"
    assert settings.parameters.signed_on == date(2024, 1, 5)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[contract]\nsign_on = 2021-12-07\n", "contract.sign_on：没有这一项设置"),
        ("[contrat]\n", "contrat：没有这一项设置"),
        ('[rules]\nteam_size = "five"\n', "rules.team_size：应为整数"),
        ("[contract\n", "第 1 行第 10 列"),
        ("", "contract.code：应是三位大写字母的合同代码，没有默认值"),
        ('[contract]\ncode = "Wj"\n', "contract.code：应是三位大写字母的合同代码"),
        ('[contract]\ncode = "LJA"\n', "contract.signed_on：请写明合同签订日期，没有默认值"),
        ('[site]\nphotograph_required = ["极大"]\n', "“极大”不是隐患等级，可写：一般、重大"),
    ],
    ids=[
        "unknown key",
        "unknown table",
        "wrong kind",
        "not TOML",
        "no code",
        "no such code",
        "no date",
        "no such grade",
    ],
)
def test_a_slip_is_named_with_its_place(tmp_path, text, place):
    with pytest.raises(InputError) as caught:
        load_settings(written(tmp_path, text))
    assert place in str(caught.value)


def test_every_table_is_a_room_of_its_own():
    assert {item.name for item in fields(Settings)} >= {"contract", "agency", "rules", "signer", "inbox"}


def test_a_workspace_is_found_from_any_folder_inside_it(tmp_path, monkeypatch):
    root = create_workspace(tmp_path / "工作区", sample_settings()).root
    monkeypatch.chdir(root / "archive" / "ledger")
    assert open_workspace().root == root


def test_outside_a_workspace_the_message_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="evidence init"):
        open_workspace()


def test_init_never_touches_what_is_there(tmp_path):
    create_workspace(tmp_path, sample_settings())
    path = written(tmp_path, '[contract]\ncode = "ABC"\nsigned_on = 2024-01-05\n')
    create_workspace(tmp_path)
    assert path.read_text(encoding="utf-8").startswith('[contract]\ncode = "ABC"')
