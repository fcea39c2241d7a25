"""The auditor's guide names every check the program makes, and no other."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
_AREAS = r"(?:container|zip|bag|signature|renewal|pdf|ledger|material|trust|judgement|completeness)"


def test_every_check_stands_in_the_auditors_guide() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "evidence/verify").rglob("*.py"))
    made = set(re.findall(rf'"({_AREAS}\.[a-z]+)"', code))
    guide = (ROOT / "docs/auditor-guide.zh.md").read_text(encoding="utf-8")
    explained = set(re.findall(rf"`({_AREAS}\.[a-z]+)`", guide))
    assert made == explained, made ^ explained
