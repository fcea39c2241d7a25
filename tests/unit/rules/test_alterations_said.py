"""What is said of a record whose print differs, and of one on which nobody could tell."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evidence.domain.document import Alteration, ScannedPage
from evidence.rules.records import alterations_of
from tests.support import sample

RECORD = sample.closed_case().documents[0]
TOLD = {
    "altered": ("第1页印刷内容与签发件不同", "请看截图确认"),
    "unchecked": ("第1页改动情况无法判断", "请与签发件对照确认"),
    "both": ("第1页印刷内容与签发件不同", "请看截图确认"),
}


def _scan(page: ScannedPage, case: str) -> ScannedPage:
    found = Alteration(kind="altered_print", page=page.page, region=(10, 10, 20, 20))
    return replace(page, alterations=(found,) * (case != "unchecked"), unchecked=case != "altered")


@pytest.mark.parametrize("case", TOLD)
def test_what_was_seen_and_what_could_not_be_seen_have_their_own_words(case: str) -> None:
    first, *others = RECORD.scans
    outcome = alterations_of(replace(RECORD, scans=(_scan(first, case), *others)))
    assert all(words in outcome.message for words in TOLD[case])
