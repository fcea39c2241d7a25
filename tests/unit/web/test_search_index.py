"""The index finds by part, by pinyin with every reading, by width, and with one letter wrong."""

from __future__ import annotations

import pytest

from evidence.web.lists.listing import folded
from evidence.web.readings import all_initials, all_pinyin
from evidence.web.search_index import Entry, SearchIndex

NAMES = ("常州恒晟精密机械有限公司", "江苏新来ＡＢＣ电子", "常州润禾纺织有限公司")


def entry(name: str) -> Entry:
    latin = " ".join((*all_initials(name), *all_pinyin(name)))
    return Entry("企业", name, "", f"/{name}/", folded(name), latin)


@pytest.fixture
def index() -> SearchIndex:
    made = SearchIndex()
    made.update("1", map(entry, NAMES))
    return made


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("恒晟", NAMES[0]), ("晟", NAMES[0]), ("hsjm", NAMES[0]), ("hcjm", NAMES[0]), ("HSJM", NAMES[0]),
        ("ｈｓｊｍ", NAMES[0]), ("hengshengjingmi", NAMES[0]), ("heng sheng", NAMES[0]), ("abc电", NAMES[1]),
        ("rhfz", NAMES[2]),
    ],
)  # fmt: skip
def test_a_company_is_found_as_people_type_it(index: SearchIndex, wanted: str, found: str) -> None:
    hits, forgiven = index.find(wanted)
    assert [each.title for each in hits] == [found]
    assert not forgiven


@pytest.mark.parametrize(
    "wanted", ["hxjm", "hengshenjingmi", "hengshegnjingmi", "恒盛精密机械", "恒晟精机械"]
)
def test_one_letter_is_forgiven_and_said_to_be(index: SearchIndex, wanted: str) -> None:
    hits, forgiven = index.find(wanted)
    assert [each.title for each in hits] == [NAMES[0]]
    assert forgiven


@pytest.mark.parametrize("wanted", ["", "  ", '"', "%", "_", "a\\b", '" OR words:"', "没有的企业名称"])
def test_what_is_not_there_is_not_found(index: SearchIndex, wanted: str) -> None:
    assert index.find(wanted)[0] == []


def test_only_what_the_ledger_holds_now_is_found(index: SearchIndex) -> None:
    index.update("2", [entry(NAMES[1]), entry("天晟铸造")])
    assert index.find("润禾")[0] == []
    assert [each.title for each in index.find("tszz")[0]] == ["天晟铸造"]
    assert index.state == "2"
