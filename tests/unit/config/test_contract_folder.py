"""A second contract is another folder: its numbers, names, clauses and titles, and nothing of the first."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest

from evidence.contracts.contract import contract_of, read_contract, shipped_contract, written_for
from evidence.contracts.text import HERE, shipped_contracts
from evidence.errors import InputError, UsageError
from evidence.forms.catalogue import Catalogue, shipped_templates
from evidence.rules.clause import Kind
from evidence.rules.judge import judge
from evidence.rules.parameters import Parameters
from evidence.rules.registry import RULESETS
from evidence.settings import Settings, load_settings
from tests.support import sample

RULES = RULESETS[-1].rules
PARTIES = """
[contract]
code = "LJA"
name = "临江经济园区企业安全检查技术服务"
section = "东区"
signed_on = 2022-01-04

[agency]
name = "宁川安达安全技术有限公司"

[regulator]
name = "临江经济园区管理委员会"
bureau = "临江园区管委会"
section = "园区监督科"
enforcement = "县应急执法大队"
"""
FIRST_CONTRACT_WORDS = re.compile(
    "武进|高新|安监|经济发展局|承安|常州|B标段|WJB|附件[一二三五六七八]|第[一二三四五六七八九十]+条|周五"
    "|15 ?天|7[~～]10|招标代理|四份"
)


def settings_of(tmp_path: Path, *, more: str = "", contract: str = "sample") -> Settings:
    """Settings of a workspace with its own copy of a shipped contract."""
    shutil.copytree(HERE / contract, tmp_path / "contract")
    path = tmp_path / "evidence.toml"
    path.write_text(PARTIES + more, encoding="utf-8")
    return load_settings(path)


def findings(parameters: Parameters) -> str:
    """All that is said of a world of three cases, names and entries of that world aside."""
    facts = sample.week_facts()
    copies = tuple(one for one in facts.entries if one.register != "contract-copy")
    here = tuple(replace(one, name=one.name.replace("常州市", "")) for one in facts.enterprises)
    said = judge(replace(facts, entries=copies, enterprises=here), parameters, sample.FRIDAY)
    rows = msgspec.to_builtins(said)
    for row in rows:
        row.pop("subject")
    return json.dumps(rows, ensure_ascii=False)


@pytest.mark.parametrize("name", shipped_contracts())
def test_a_shipped_contract_names_only_rules_and_forms_that_there_are(name: str) -> None:
    contract = shipped_contract(name)
    assert set(contract.text.clauses) <= {rule.id for rule in RULES}
    assert set(contract.text.without_rules) <= {rule.id for rule in RULES}
    assert set(contract.forms) == {form.id for form in Catalogue.load(shipped_templates())}
    assert (contract.folder / "checklist.yaml").is_file()


@pytest.mark.parametrize("name", ["wjb", "sample"])
def test_every_rule_of_a_written_contract_has_its_clause(name: str) -> None:
    text = shipped_contract(name).text
    assert {rule.id for rule in RULES} - set(text.clauses) == set(text.without_rules)


def test_the_second_contract_judges_by_its_own_numbers(tmp_path: Path) -> None:
    parameters = settings_of(tmp_path).parameters
    assert (parameters.contract, parameters.signed_on) == ("LJA", date(2022, 1, 4))
    assert (parameters.rectification_days, parameters.handover_weekday) == (10, 4)
    said = {f.rule_id: f for f in judge(sample.week_facts(), parameters, sample.FRIDAY)}
    assert "不是10天" in said["P02-hazard-deadlines"].message
    assert said["P02-hazard-deadlines"].clause.number == "3.2款"
    assert said["G07-weekly-handover"].due == date(2022, 3, 31)
    assert "S05-supervisor" not in said


def test_no_word_of_the_first_contract_is_in_any_finding_of_the_second(tmp_path: Path) -> None:
    parameters = settings_of(tmp_path).parameters
    own = re.sub(r"WJB\d\d-\d{4}\S*|WJB-\d{4}-W\d\d\S*", "", findings(parameters))
    assert FIRST_CONTRACT_WORDS.findall(own) == []


def test_a_judgement_is_the_same_from_what_the_package_carries(tmp_path: Path) -> None:
    parameters = settings_of(tmp_path).parameters
    carried = msgspec.json.decode(msgspec.json.encode(parameters), type=Parameters)
    facts = sample.week_facts()
    assert judge(facts, carried, sample.FRIDAY) == judge(facts, parameters, sample.FRIDAY)


def test_forms_bear_the_titles_and_notes_of_the_second_contract(tmp_path: Path) -> None:
    forms = Catalogue.load(shipped_templates(), settings_of(tmp_path).form_texts)
    assert forms.form("JC").title == "临江园区安全检查表"
    assert "第4～6天" in forms.form("urging-record").note
    assert "每周四" in forms.form("weekly-plan").note
    printed = " ".join(f"{form.title} {form.note} {' '.join(form.clauses)}" for form in forms)
    assert FIRST_CONTRACT_WORDS.findall(printed) == []


def test_the_contract_as_it_was_signed_needs_no_amendment(tmp_path: Path) -> None:
    parameters = settings_of(tmp_path).parameters
    assert parameters.amended == ()
    said = [f for f in judge(sample.week_facts(), parameters, sample.FRIDAY) if f.rule_id.startswith("C19")]
    assert [one.kind for one in said] == [Kind.PASS]


def test_a_number_or_clause_stated_otherwise_than_signed_needs_an_agreement(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    settings_of(folder, more="[rules]\nrectification_days = 12\n")
    clauses = folder / "contract" / "clauses.toml"
    text = clauses.read_text(encoding="utf-8")
    clauses.write_text(text.replace("隐患一般限十日内改正。", "隐患限期改正。"), encoding="utf-8")
    parameters = load_settings(folder / "evidence.toml").parameters
    assert parameters.amended == ("rectification_days", "rule:P02-hazard-deadlines")
    said = [f for f in judge(sample.week_facts(), parameters, sample.FRIDAY) if f.rule_id.startswith("C19")]
    assert {(one.kind, one.subject.document) for one in said} == {
        (Kind.FAIL, "rectification_days"),
        (Kind.FAIL, "rule:P02-hazard-deadlines"),
    }


def test_a_rule_that_is_switched_off_is_an_amendment_too(tmp_path: Path) -> None:
    settings_of(tmp_path, contract="wjb")
    file = tmp_path / "contract" / "contract.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(
        text.replace("without_rules = []", 'without_rules = ["V02-whole-visit"]'), encoding="utf-8"
    )
    settings = tmp_path / "evidence.toml"
    settings.write_text(PARTIES.replace("LJA", "WJB"), encoding="utf-8")
    assert load_settings(settings).parameters.amended == ("rule:V02-whole-visit",)


def test_an_unwritten_contract_says_that_its_clauses_are_missing(tmp_path: Path) -> None:
    path = tmp_path / "evidence.toml"
    path.write_text(PARTIES.replace("LJA", "QQQ"), encoding="utf-8")
    parameters = load_settings(path).parameters
    said = {f.rule_id: f for f in judge(sample.week_facts(), parameters, sample.FRIDAY)}
    assert said["P02-hazard-deadlines"].clause.number == "（条款未录入）"
    assert said["C19-amended-parameters"].kind is Kind.NOT_APPLICABLE


def test_names_have_no_default(tmp_path: Path) -> None:
    path = tmp_path / "evidence.toml"
    path.write_text('[contract]\ncode = "WJB"\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"agency\.name"):
        load_settings(path).require_names()
    settings_of(tmp_path).require_names()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[rules]\nrectification_days = -1\n", "rules.rectification_days：不能是负数"),
        ("[rules]\nrectification_days = 0\n", "rules.rectification_days：至少是 1"),
        ("[rules]\nurging_first_day = 9\nurging_last_day = 8\n", "rules.urging_first_day：第一天（9）晚于"),
        ("[rules]\nhandover_weekday = 8\n", "rules.handover_weekday"),
        ("[rules]\ninstalment_percent = [50, 40]\n", "rules.instalment_percent：各期合计应是 100"),
        ("[rules]\nsigned_on = 2022-01-01\n", "rules.signed_on：这一项在这里不起作用"),
        ("[rules]\ncoverage_drift_s = 9\n", "请写在 recordings.drift_s"),
        ("[rules]\namended = []\n", "rules.amended：没有这一项设置"),
        ("[rules]\ntext = {}\n", "rules.text：没有这一项设置"),
        ("[profile]\ncode = 'X'\n", "profile：没有这一项设置"),
        ("[recordings]\ndrift_s = -3\n", "recordings.drift_s：不能是负数"),
        ("[inbox]\npoll_s = -0.5\n", "inbox.poll_s：不能是负数"),
        ("rules = 3\n", "rules"),
    ],
)
def test_what_cannot_be_or_would_not_be_read_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "evidence.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load_settings(path)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("contract.toml", 'code = "LJA"\nwithout = []\n'),
        ("clauses.toml", '["P02-hazard-deadlines"]\nnumber = 3\n'),
        ("forms.toml", '[inspection-record]\ntitel = "检查表"\n'),
    ],
)
def test_a_slip_in_the_contract_folder_names_its_file(tmp_path: Path, file: str, text: str) -> None:
    settings_of(tmp_path)
    (tmp_path / "contract" / file).write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load_settings(tmp_path / "evidence.toml")
    assert file in str(refused.value)


def test_a_note_that_names_no_parameter_is_refused(tmp_path: Path) -> None:
    settings_of(tmp_path)
    forms = tmp_path / "contract" / "forms.toml"
    forms.write_text(forms.read_text(encoding="utf-8").replace("{urging_first_day}", "{first}"), "utf-8")
    with pytest.raises(InputError, match=r"forms\.toml"):
        assert load_settings(tmp_path / "evidence.toml").form_texts


def test_a_contract_is_found_by_its_code_and_otherwise_names_nobody(tmp_path: Path) -> None:
    assert written_for("LJA").folder.name == "sample"
    assert written_for("XYZ").folder.name == "general"
    assert contract_of(tmp_path, "WJB") == shipped_contract("wjb")
    with pytest.raises(UsageError, match="general"):
        shipped_contract("nowhere")
    assert read_contract(HERE / "general").text.clauses == {}
