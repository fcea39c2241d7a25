"""What is for this week's handover comes before every backlog."""

from datetime import UTC, datetime, timedelta

import pytest

from evidence.jobs.job import THIS_WEEK, priority_of

FRIDAY = datetime(2022, 4, 1, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days_ago", "priority"),
    [(0, THIS_WEEK), (4, THIS_WEEK), (5, THIS_WEEK - 1), (12, THIS_WEEK - 2), (900, 0), (-30, THIS_WEEK)],
)
def test_a_week_further_back_counts_one_less(days_ago: int, priority: int) -> None:
    assert priority_of(FRIDAY - timedelta(days=days_ago), FRIDAY) == priority


def test_a_week_begins_on_monday_in_shanghai() -> None:
    monday = datetime(2022, 3, 27, 16, tzinfo=UTC)  # 00:00 on the 28th there
    assert priority_of(monday, FRIDAY) == THIS_WEEK
    assert priority_of(monday - timedelta(seconds=1), FRIDAY) == THIS_WEEK - 1
