"""Packages made in November 2026 stay verifiable: package format 1 never changes under the auditor.

Regenerate only for a new format version, as `packages-<n>/`, beside these.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.verify.examine import verify_path
from evidence.verify.model import Indication

PACKAGES = Path(__file__).parent / "packages"
AT = datetime(2022, 4, 2, tzinfo=UTC)
JUDGEMENT = {"judgement.recomputed"}
"""Belongs to the ruleset named in the package, which has golden files of its own."""


@pytest.mark.parametrize("name", ["WJB-2022-W12", "WJB-2022-W13"])
def test_an_old_package_is_still_genuine(name: str) -> None:
    report = verify_path(PACKAGES / f"{name}.zip", trust=[(PACKAGES / "root.pem").read_bytes()], at=AT)
    open_or_failed = {check.id for check in report.checks if check.kind in ("fail", "review")}
    assert open_or_failed <= JUDGEMENT
    assert report.ledger.continuous
    assert len([row for row in report.signatures if row.trusted]) == 4


def test_an_old_package_still_continues_the_one_before() -> None:
    report = verify_path(
        PACKAGES / "WJB-2022-W13.zip",
        trust=[(PACKAGES / "root.pem").read_bytes()],
        previous=PACKAGES / "WJB-2022-W12.zip",
        at=AT,
    )
    assert report.ledger.witnessed


def test_an_old_package_with_one_bit_changed_is_still_refused(tmp_path: Path) -> None:
    data = bytearray((PACKAGES / "WJB-2022-W13.zip").read_bytes())
    data[data.index(b"/Title")] ^= 1
    path = tmp_path / "WJB-2022-W13.zip"
    path.write_bytes(data)
    report = verify_path(path, trust=[(PACKAGES / "root.pem").read_bytes()], at=AT)
    assert report.indication is Indication.FAILED
