"""Marks of a scanned page as the desk draws them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evidence.archive.issued import IssuedStore
from evidence.domain.document import BoxKind, Mark, MarkVerdict
from evidence.domain.facts import Facts
from evidence.web.sheets import sheets_of
from tests.support import sample


def _scan(facts: Facts, kind: BoxKind) -> object:
    scan = facts.cases[0].documents[0].scans[0]
    mark = Mark(
        box="escort.x",
        kind=kind,
        role="escort",
        page=1,
        required=False,
        verdict=MarkVerdict.PRESENT,
        score=700,
    )
    return replace(scan, marks=(mark,))


@pytest.mark.parametrize("kind", BoxKind)
def test_every_kind_of_mark_has_a_name_and_only_a_fingerprint_is_not_judged(
    kind: BoxKind, tmp_path: Path
) -> None:
    scan = _scan(sample.week_facts(), kind)
    ((box,),) = (sheet.boxes for sheet in sheets_of([scan], IssuedStore(tmp_path)))  # type: ignore[list-item]
    assert box.name.startswith("陪同人员")
    assert len(box.name) > len("陪同人员")
    assert box.decidable is (kind is not BoxKind.FINGERPRINT)
