"""`evidence receipt` as a process of its own: a good receipt is taken without a word on stderr."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from evidence.ledger.embedded import EmbeddedLedger
from evidence.settings import SETTINGS_FILE
from tests.custody.ten_weeks import REGULATOR, make_pki, sign_receipt, sign_text
from tests.support.handing_over import build, make_office

SETTINGS = '[contract]\ncode = "WJB"\n'


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that handed over one package."""
    folder = tmp_path_factory.mktemp("receipt")
    office = make_office(folder / "work", folder)
    (office.root / SETTINGS_FILE).write_text(SETTINGS, "utf-8")
    build(office)
    return office.root


@pytest.mark.parametrize("kind", ["cms", "pdf"])
def test_a_good_receipt_prints_no_traceback(root: Path, tmp_path: Path, kind: str) -> None:
    regulator = make_pki("监管", REGULATOR)
    with zipfile.ZipFile(root / "archive/handover/WJB-2022-W13.zip") as package:
        paper = package.read("WJB-2022-W13/data/接收回执.pdf")
        text = package.read("WJB-2022-W13/data/ledger/checkpoint-2022-W13.txt")
    signed = tmp_path / ("回执.pdf" if kind == "pdf" else "回执.p7s")
    chain = (regulator.signer, regulator.root)
    signed.write_bytes(sign_receipt(paper, *chain) if kind == "pdf" else sign_text(text, *chain))
    done = subprocess.run(
        [
            Path(sys.executable).with_name("evidence"),
            "receipt",
            "WJB-2022-W13",
            signed,
            "--json",
            "--workspace",
            root,
        ],
        capture_output=True,
        text=True,
        env={**os.environ, "LANGUAGE": "zh"},
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["manner"] == "signature"
    taken = EmbeddedLedger.open(root / "archive/ledger").view.receipts()
    assert json.loads(done.stdout)["source"] in {each.source for each in taken}
