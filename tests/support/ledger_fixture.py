"""A workspace whose journal tells `ledger_scenario` and whose archive holds the story's bytes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from evidence.archive.originals import Originals
from evidence.config import open_workspace
from evidence.domain.identifiers import CaseId
from evidence.durable import write_whole
from evidence.ledger.checkpoint import Checkpoint, make
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import CheckpointMade, FormIssued, PackageBuilt
from evidence.ledger.holdings import issued_place
from evidence.ledger.ledger import Ledger
from evidence.settings import SETTINGS_FILE
from tests.support.first_contract import SETTINGS_TEXT
from tests.support.ledger_scenario import START, every_kind

CONTENTS = (
    "名册.xlsx", "contacts", "photo", "details WJB22-0012", "details WJB22-0013", "notice", "scan own",
    "scan both", "mp4", "docx", "", "receipt", "typed", "approval",
)  # fmt: skip


def build(root: Path) -> Path:
    """Make the workspace; its checkpoint is a true one over the first lines."""
    root.mkdir(parents=True)
    (root / SETTINGS_FILE).write_text(SETTINGS_TEXT, encoding="utf-8")
    originals = Originals(root / "archive" / "originals")
    for content in CONTENTS:
        originals.put_bytes(content.encode())
    ledger = EmbeddedLedger.open(root / "archive" / "ledger", clock=lambda: START)
    for event in every_kind():
        if isinstance(event, FormIssued):
            for suffix in (".pdf", ".docx", ".json", ".geometry.json"):
                path = root / "archive" / issued_place(event.form.number, suffix)
                write_whole(path, f"{event.form.number}{suffix}".encode(), mode=0o440)
        if isinstance(event, CheckpointMade):
            tree = ledger.tree()
            text = make(Checkpoint(origin="WJB", size=tree.size, root=tree.root))
            event = CheckpointMade(week="2022-W13", size=tree.size, root=tree.root.hex(), text=text)
        if isinstance(event, PackageBuilt):
            write_whole(root / "archive" / "handover" / "WJB-2022-W13.zip", b"package")
            event = PackageBuilt(package=replace(event.package, tree_size=ledger.head.size - 1))
        ledger.append("clerk", event)
    return root


def reopened(root: Path) -> Ledger:
    """The ledger as the next command sees it."""
    return open_workspace(root).ledger


OWN_FOLDER = f"{CaseId('WJB22-0012')} 华星铸造"
