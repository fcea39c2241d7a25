"""Numbers, their compact spelling, and the check digit of the credit code."""

import json
from pathlib import Path

import pytest

from evidence.domain.identifiers import (
    CaseId,
    compact,
    credit_code_check,
    expand,
    make_case_id,
    make_number,
    number_case,
)

CODES = json.loads((Path(__file__).parents[2] / "data/domain/credit_codes.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", CODES, ids=lambda vector: f"{vector['code']} is {vector['check_ok']}")
def test_the_check_digit_agrees_with_the_published_vectors(vector):
    assert credit_code_check(vector["code"]) is vector["check_ok"]


@pytest.mark.parametrize("text", ["", "9131", "91310110666007217t", "91310110666007217T "])
def test_a_text_that_is_no_credit_code_is_undecidable(text):
    assert credit_code_check(text) is None


def test_a_number_tells_its_case_and_survives_its_compact_spelling():
    number = make_number(make_case_id("WJB", 2022, 12), "JC", 1)
    assert number == "WJB22-0012-JC-001"
    assert compact(number) == "WJB220012JC001"
    assert expand(compact(number)) == expand(number) == number
    assert number_case(number) == CaseId("WJB22-0012")


@pytest.mark.parametrize(
    "text", ["WJB22-0012", "wjb22-0012-JC-001", "WJB22-0012-JC-01", "ABC220012JC0011", ""]
)
def test_a_foreign_text_is_no_number(text):
    assert expand(text) is None
