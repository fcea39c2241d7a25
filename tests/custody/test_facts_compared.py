"""Facts that the journal tells otherwise, or tells and the facts leave out; the findings follow from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evidence.verify.model import Indication
from tests.custody.changed_facts import FIRST_CHANGES, of_facts
from tests.custody.changed_later_facts import LATER_CHANGES, revive_a_void_form
from tests.custody.forging import change_json, fallen, judge, spoil
from tests.custody.ten_weeks import Weeks
from tests.support.packing import Files


@pytest.mark.parametrize("change", FIRST_CHANGES, ids=[change.__name__ for change in FIRST_CHANGES])
def test_facts_told_otherwise_in_the_first_package_fail(
    weeks: Weeks, tmp_path: Path, as_zip: bool, change: Callable[[Any], None]
) -> None:
    """The whole journal is in it."""
    report = judge(weeks, spoil(weeks, "W13", of_facts(change), tmp_path, as_zip=as_zip))
    assert report.indication is Indication.FAILED
    assert "material.facts" in fallen(report)
    assert not fallen(report) & {"bag.changed", "signature.cms", "judgement.recomputed"}, "sound in itself"


@pytest.mark.parametrize("change", LATER_CHANGES, ids=[change.__name__ for change in LATER_CHANGES])
def test_what_was_said_in_earlier_weeks_cannot_be_unsaid(
    weeks: Weeks, tmp_path: Path, change: Callable[[Any], None], as_zip: bool
) -> None:
    report = judge(weeks, spoil(weeks, "W22", of_facts(change), tmp_path, as_zip=as_zip))
    assert "material.facts" in fallen(report)
    assert report.indication is Indication.FAILED
    assert not fallen(report) & {"bag.changed", "signature.cms", "judgement.recomputed"}, "sound in itself"


def test_a_void_form_revived_with_its_line_withheld_falls_against_the_package_before(
    weeks: Weeks, tmp_path: Path, as_zip: bool
) -> None:
    def withhold(files: Files) -> None:
        def without_voids(document: Any) -> None:
            document["lines"] = [each for each in document["lines"] if "form.voided/1" not in each["line"]]

        change_json(files, "data/ledger/earlier.json", without_voids)
        of_facts(revive_a_void_form)(files)

    report = judge(weeks, spoil(weeks, "W22", withhold, tmp_path, as_zip=as_zip), "W21")
    told = [check.message for check in report.checks if check.id == "material.facts"]
    assert any("的作废" in each and "你所持的上一包" in each for each in told)
    assert report.indication is Indication.FAILED
