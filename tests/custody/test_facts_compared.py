"""Facts that the journal tells otherwise, or tells and the facts leave out; the findings follow from them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evidence.verify.model import Indication
from tests.custody.changed_facts import FIRST_CHANGES, of_facts
from tests.custody.changed_later_facts import LATER_CHANGES
from tests.custody.forging import fallen, judge, spoil
from tests.custody.ten_weeks import Weeks


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
