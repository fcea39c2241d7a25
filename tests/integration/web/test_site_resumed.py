"""A photograph whose connection is cut goes on where it stopped."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from evidence.demo.story import Story
from evidence.domain.week import local_instant
from tests.integration.web.conftest import PASSWORD
from tests.integration.web.site_day import (
    DAY,
    Telephone,
    check,
    hazard,
    picture_of_12_megapixels,
    telephone_of,
    visits_of,
)
from tests.support.cut_line import CutLine, cut_line

pytestmark = [pytest.mark.office, pytest.mark.slow]
ACCOUNT = "resumed"
_SIZES = """async () => {
  const opened = indexedDB.open("evidence-site");
  await new Promise((done) => { opened.onsuccess = done; });
  const all = opened.result.transaction("photographs").objectStore("photographs").getAll();
  await new Promise((done) => { all.onsuccess = done; });
  opened.result.close();
  return all.result.flatMap((each) => [each.copy.size, each.original.size]);
}"""


@pytest.fixture
def line(address: str) -> Iterator[CutLine]:
    with cut_line(int(address.rpartition(":")[2])) as made:
        yield made


@pytest.fixture
def phone(browser: Any, line: CutLine, story: Story) -> Iterator[Telephone]:
    with telephone_of(browser, f"http://127.0.0.1:{line.port}", ACCOUNT, PASSWORD) as made:
        yield made


def test_a_photograph_cut_off_near_its_end_is_not_sent_again_from_its_beginning(
    phone: Telephone, line: CutLine, story: Story
) -> None:
    check(phone, "金翎木业", local_instant(DAY, 9), 40, "机加工车间")
    hazard(phone, 0, "配电间", "箱门未接地", "GB 50054", "补接地线")
    phone.photograph(0, picture_of_12_megapixels(3))
    copy, original = phone.page.evaluate(_SIZES)
    phone.press("离开")
    before = line.sent_up
    line.cut_after(copy + original * 9 // 10)
    phone.finish()
    phone.page.locator(".card", has_text="已送达").wait_for()
    again = line.sent_up - before - copy - original
    print(
        f"{copy + original} bytes of a photograph, cut after nine tenths of its original: {again} sent again"
    )
    assert line.cuts == 1
    assert again < original / 3, "heads of requests, the facts and one part"
    (visit,) = visits_of(story.workspace)
    assert len(visit.pictures) == 1
