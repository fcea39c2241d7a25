"""What findings say at the desk: no command, registers by their titles, English where the reader is."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from evidence.rules.clause import Finding, Kind
from evidence.rules.judge import judge
from evidence.web.speech import speaking
from evidence.web.wording import as_recorded, finding_words, remedy_words, rule_title, sentence_words
from tests.support import sample

BARE = replace(sample.week_facts(), entries=(), plans=())
"""Nothing in the registers, no plan filed."""
JUDGED = judge(BARE, sample.PARAMETERS, sample.FRIDAY)


def test_a_remedy_names_the_register_by_its_title() -> None:
    needy = [each for each in JUDGED if "台账 " in each.remediation]
    assert needy
    with speaking("zh"):
        for each in needy:
            told = remedy_words(each, sample.PARAMETERS)
            assert "台账“" in told
            assert not any(letter.isascii() and letter.isalpha() for letter in told)


@pytest.mark.parametrize(("language", "words"), [("zh", "到“下周计划”编制并报备。"), ("en", "under Plan")])
def test_a_remedy_names_the_page_and_no_command(language: str, words: str) -> None:
    needy = [each for each in JUDGED if each.rule_id == "T01-plan-filed" and each.remediation]
    assert needy
    with speaking(language):
        assert words in remedy_words(needy[0], sample.PARAMETERS)


def test_a_remedy_of_another_contract_or_an_old_package_stays_as_it_was_judged() -> None:
    finding = next(each for each in JUDGED if each.remediation)
    old = Finding(
        **{name: getattr(finding, name) for name in finding.__struct_fields__} | {"remediation": "旧。"}
    )
    with speaking("en"):
        assert remedy_words(old, sample.PARAMETERS) == "旧。"


def test_english_readers_get_the_title_and_the_sentence_in_their_language() -> None:
    finding = next(each for each in JUDGED if each.kind is Kind.OPEN)
    with speaking("en"):
        told = finding_words(finding, sample.PARAMETERS)
        assert told.startswith(f"Not yet due: {rule_title(finding.rule_id, sample.PARAMETERS)}")
        assert told.endswith(sentence_words(finding.message))
        assert not re.search(r"[\u4e00-\u9fff]", told)
    with speaking("zh"):
        assert finding_words(finding, sample.PARAMETERS) == finding.message


def test_what_was_typed_is_never_markup() -> None:
    with speaking("en"):
        assert "&lt;b&gt;" in as_recorded("<b>冲压")
