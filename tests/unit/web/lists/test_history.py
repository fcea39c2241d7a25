"""An enterprise's master data have a history: what changed, when and by whom."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import PartiesImported
from evidence.web.lists.history import history_of
from tests.support import sample


def test_each_import_that_changed_something_is_a_version(tmp_path: Path) -> None:
    ledger = EmbeddedLedger.open(tmp_path / "ledger")
    first, other = sample.enterprises()[:2]
    grown = replace(first, headcount=321)
    moved = replace(grown, address="别处1号", contacts=sample.digest("contacts"))
    for actor, parties in (
        ("desk:clerk", (first, other)), ("desk:lead", (grown,)), ("desk:lead", (grown, other)),
        ("desk:lead", (replace(other, headcount=7),)), ("desk:clerk", (moved,)),
    ):  # fmt: skip
        ledger.append(actor, PartiesImported(source=sample.digest("workbook"), enterprises=parties))
    versions = history_of(ledger.entries(), first.id)
    assert [each.first for each in versions] == [False, False, True]
    assert [each.actor for each in versions] == ["desk:clerk", "desk:lead", "desk:clerk"]
    newest = {each.label: (each.before, each.after) for each in versions[0].differences}
    assert newest == {"地址": (first.address, "别处1号")}
    assert (versions[0].contacts, versions[1].contacts) == (True, False)
    assert [(each.label, each.after) for each in versions[1].differences] == [("人数", "321")]
    assert versions[2].differences == ()


def test_one_nobody_entered_has_none(tmp_path: Path) -> None:
    assert history_of(EmbeddedLedger.open(tmp_path / "ledger").entries(), "X") == ()
