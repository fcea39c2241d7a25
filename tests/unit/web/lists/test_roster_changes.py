"""What an import changes is named field by field; what stays is not."""

from __future__ import annotations

from dataclasses import fields, replace

from evidence.domain.parties import Campaign, Device, Enterprise, EnterpriseClass, Person
from evidence.web.lists.roster_changes import LABELS, changes
from tests.support import sample


def test_only_what_differs_is_named() -> None:
    first, second = sample.enterprises()[:2]
    moved = replace(
        first, address="别处1号", classes=(EnterpriseClass.FOUNDRY, EnterpriseClass.DUST_EXPLOSIVE)
    )
    new = replace(second, id="X-9999")
    found = changes({first.id: first, second.id: second}, [moved, second, new])
    assert [(one.key, one.new) for one in found] == [(first.id, False), ("X-9999", True)]
    told = {one.label: (one.before, one.after) for one in found[0].differences}
    assert told["地址"] == (first.address, "别处1号")
    assert told["企业类别"][1] == "铸造、粉尘涉爆"
    assert "名称" not in told


def test_every_field_has_a_heading() -> None:
    unseen = {"id", "serial", "contacts"}
    for kind in (Enterprise, Person, Device, Campaign):
        assert {field.name for field in fields(kind)} - unseen <= set(LABELS)
