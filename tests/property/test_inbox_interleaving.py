"""Any interleaving of what people and programs do to the inbox leads to the same ledger content."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evidence.domain.document import Document
from evidence.inbox.report import summary
from tests.support.inbox_fixture import CHECK, QUICK, Room, issue, open_room, scan

CONTENTS = {
    "甲.pdf": scan(f"{CHECK}/1"),
    "乙.pdf": scan(f"{CHECK}/2", "no_code"),
    "丙.pdf": scan("forged_code"),
    "丁.pdf": scan(f"{CHECK}/2", "blank"),
}
STEPS = [(name, step) for name in CONTENTS for step in ("begin", "half", "end")]
PATIENT = replace(QUICK, incomplete_after_s=3600.0)
MIDDLE = ("look", "look", "restart", "nested")


@st.composite
def interleavings(draw: st.DrawFn) -> list[tuple[str, str]]:
    """The steps of each file stay in order; between them, looks and restarts anywhere."""
    queues = {name: ["begin", "half", "end"] for name in CONTENTS}
    order: list[tuple[str, str]] = []
    while any(queues.values()):
        name = draw(st.sampled_from([name for name, queue in queues.items() if queue]))
        order.append((name, queues[name].pop(0)))
        order += [("", step) for step in draw(st.lists(st.sampled_from(MIDDLE), max_size=2))]
    return order


def play(root: Path, order: list[tuple[str, str]]) -> Room:
    """Files grow by halves under their final name, closed in between, as some copiers do."""
    room = open_room(root, PATIENT)
    issue(room.ledger)
    for name, step in order:
        content = CONTENTS.get(name, b"")
        path = room.inbox / name
        if step == "begin":
            path.write_bytes(b"")
        elif step == "half":
            path.write_bytes(content[: len(content) // 2])
        elif step == "end":
            path.write_bytes(content)
        elif step == "look":
            # a watcher is patient: what is not whole stays where it is
            room.intake.look_once(patient=True)
        elif step == "restart":
            room = open_room(root, PATIENT, room.reader)
            room.intake.resume()
        elif step == "nested":
            room.drop("Thumbs.db", b"x")
    room.intake.look_once(patient=True)
    room.intake.look_once(patient=True)
    return room


def content(room: Room) -> tuple[set[tuple[str, str, str, str | None]], Document | None]:
    """What the ledger holds, apart from the running numbers and instants of arrivals."""
    view = room.ledger.view
    arrivals = {(each.path, each.outcome, each.reason, each.sha256) for each in view.arrivals()}
    return arrivals, view.document(CHECK)


def pages(document: Document | None) -> list[tuple[int, str]]:
    assert document is not None
    return [(page.page, page.sha256) for page in (*document.scans, *document.other_copies)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(interleavings())
def test_any_interleaving_gives_the_same_arrivals_and_documents(order: list[tuple[str, str]]) -> None:
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        plain = play(Path(one), STEPS)
        mixed = play(Path(two), order)
        first, second = content(plain), content(mixed)
        assert second[0] == first[0]
        assert {page for page, _sha in pages(second[1])} == {1, 2}
        assert sorted(pages(second[1])) == sorted(pages(first[1]))
        counts = summary(mixed.ledger.view.arrivals())
        assert counts["received"] == len(CONTENTS)
        assert sorted(path.name for path in mixed.inbox.iterdir()) in ([], ["Thumbs.db"])
