"""The straight way with real pictures: printed, signed, sealed, scanned, dropped, read, journalled."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from evidence.archive.issued import IssuedStore
from evidence.cli.main import main
from evidence.config import open_workspace
from evidence.demo.sample_form import SampleForm, make_sample, sample_number
from evidence.demo.scan_files import write_jpeg, write_pdf, write_tiff
from evidence.demo.scanner import Scan, simulate_page
from evidence.ledger.embedded import EmbeddedLedger
from evidence.ledger.events import FormIssued
from tests.support.inbox_fixture import issue

pytestmark = pytest.mark.slow


@dataclass
class Office:
    """A workspace with two issued records of two cases."""

    root: Path
    first: SampleForm
    second: SampleForm

    def drop(self, name: str) -> Path:
        return self.root / "inbox" / name


@pytest.fixture
def office(tmp_path: Path) -> Office:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "evidence.toml").write_text(
        '[contract]\ncode = "WJB"\n[inbox]\nsettle_s = 0.0\n', encoding="utf-8"
    )
    ledger = EmbeddedLedger.open(tmp_path / "archive" / "ledger")
    store = IssuedStore(tmp_path / "archive" / "issued")
    samples = []
    for index in (0, 4):
        sample = make_sample(tmp_path / "forms", sample_number(index), seed=index)
        issue(ledger, sample.issued.number)
        ledger.append("test", FormIssued(form=sample.issued))
        store.put(
            sample.issued.number,
            pdf=sample.pdf.read_bytes(),
            docx=b"",
            data=b"{}",
            geometry=msgspec.json.encode(sample.geometry),
        )
        samples.append(sample)
    return Office(tmp_path, *samples)


def page(sample: SampleForm, number: int, *, missing: str = "", orientation: int = 0) -> Scan:
    """A signed and sealed page as an office scanner sees it."""
    issued = sample.geometry[number - 1]
    boxes = {box.box for box in issued.boxes} - {missing}
    return simulate_page(
        sample.pdf,
        number - 1,
        issued,
        seed=number,
        signed=boxes,
        sealed=boxes,
        company=sample.company,
        dpi=200,
        mode="color",
        orientation=orientation,
        accidents=False,
    )


def ingest(office: Office, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
    with pytest.raises(SystemExit) as stopped:
        main(["ingest", "--json", "--workspace", str(office.root)])
    assert not stopped.value.code
    return {row["path"]: row for row in json.loads(capsys.readouterr().out)["arrivals"]}


def test_a_stack_of_two_records_in_one_file_is_split_and_what_is_missing_is_said(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    stack = [
        page(office.second, 2),
        page(office.first, 1, orientation=180),
        page(office.first, 2, missing="escort-p2"),
    ]
    write_pdf(stack, office.drop("周二一叠.pdf"))
    row = ingest(office, capsys)["周二一叠.pdf"]
    assert row["outcome"] == "linked", row["message"]
    documents = {document["number"]: document for document in row["documents"]}
    one, two = documents[office.first.issued.number], documents[office.second.issued.number]
    assert (sorted(one["pages"]), one["missing_pages"]) == ([1, 2], [])
    assert (two["pages"], two["missing_pages"]) == ([2], [1])
    verdicts = {mark["box"]: mark["verdict"] for mark in one["marks"]}
    assert verdicts["escort-p2"] != "present"
    assert verdicts["expert-1-p1"] == "present"
    assert all(0 <= mark["score"] <= 1 for mark in one["marks"])
    assert "第2页" in row["message"]
    assert "陪同人员签名" in row["message"]
    assert f"{office.second.issued.number} 共2页，缺第1页，请补扫。" in row["message"]


def test_pictures_frames_and_a_forged_page_each_get_their_outcome(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    write_jpeg(page(office.first, 1), office.drop("手机.jpg"))
    write_tiff([page(office.second, 1), page(office.second, 2)], office.drop("传真.tif"))
    forged = make_sample(office.root / "forged", office.first.issued.number, seed=77)
    write_jpeg(page(forged, 2), office.drop("伪造.jpg"))
    stranger = make_sample(office.root / "stranger", sample_number(40), seed=3)
    write_jpeg(page(stranger, 1), office.drop("别家.jpg"))
    rows = ingest(office, capsys)
    assert {path: (row["outcome"], row["reason"]) for path, row in rows.items()} == {
        "手机.jpg": ("linked", None),
        "传真.tif": ("linked", None),
        "伪造.jpg": ("quarantined", "forged_code"),
        "别家.jpg": ("quarantined", "unknown_code"),
    }
    workspace = open_workspace(office.root)
    document = workspace.ledger.view.document(office.first.issued.number)
    assert document is not None
    assert [scan.page for scan in document.scans] == [1]
    picture = document.scans[0].picture
    assert picture is not None
    assert workspace.previews.path(picture).is_file()


def test_a_page_whose_codes_are_lost_is_read_once_a_person_says_what_it_is(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    scan = page(office.first, 2, missing="escort-p2")
    height, width = scan.image.shape[:2]
    image = scan.image.copy()
    image[: height // 6, width * 2 // 3 :] = 255
    image[height * 5 // 6 :, : width // 3] = 255
    write_jpeg(replace(scan, image=image), office.drop("污损.jpg"))
    row = ingest(office, capsys)["污损.jpg"]
    assert row["outcome"] == "unidentified", row["message"]
    number = office.first.issued.number
    words = [
        "--to",
        number,
        "--page",
        "2",
        "--by",
        "王芳",
        "--why",
        "看图确认",
        "--workspace",
        str(office.root),
    ]
    with pytest.raises(SystemExit) as stopped:
        main(["inbox", "link", row["arrival"], *words])
    assert not stopped.value.code
    document = open_workspace(office.root).ledger.view.document(number)
    assert document is not None
    (placed,) = document.scans
    verdicts = {mark.box: mark.verdict for mark in placed.marks}
    assert placed.identity == "proven", "once told which page it is, the print bears it out"
    assert verdicts["expert-1-p2"] == "present"
    assert verdicts["escort-p2"] != "present"
