"""A weekly package as its reader meets it: layout, papers, ledger slice, ordinary tools, our verdict."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import bagit
import openpyxl
import pytest
from pypdf import PdfReader

from evidence.bundles.names import is_sound
from evidence.domain.identifiers import expand
from evidence.handover.package import build_package
from evidence.ledger.checkpoint import fingerprint, parse
from evidence.ledger.merkle import Frontier
from evidence.verify.examine import verify_path
from tests.support import sample
from tests.support.codes_seen import codes_on
from tests.support.handing_over import Friday, build, make_office, open_office, order
from tests.support.pdf_text import text_of

CASE = "data/企业/91320412MA1XAAAA0A-丰禾机械/WJB22-0001"


def test_the_layout_is_the_interface_s(friday: Friday) -> None:
    names = {str(path.relative_to(friday.folder)) for path in friday.folder.rglob("*") if path.is_file()}
    assert names >= {
        "bagit.txt",
        "bag-info.txt",
        "manifest-sha256.txt",
        "tagmanifest-sha256.txt",
        "tagmanifest-sha256.txt.p7s",
        "如何验证.txt",
        "certificates/signer-chain.pem",
        "certificates/tsa-chain.pem",
        "data/移交清单.pdf",
        "data/移交清单.xlsx",
        "data/接收回执.pdf",
        "data/下周工作计划.pdf",
        "data/facts.json",
        "data/findings.json",
        "data/findings.sarif",
        "data/ledger/journal.jsonl",
        "data/ledger/checkpoint-2022-W13.txt",
        "data/ledger/frontier.json",
        "data/ledger/consistency.json",
        f"{CASE}/卷宗.pdf",
        f"{CASE}/原件/A-20220401-0001-扫描 WJB22-0001-JC-001.tif",
    }
    assert all(is_sound(name) for name in names)
    assert not any("key" in name or "password" in name for name in names)


def test_our_own_verdict_is_passed_only_with_trust(friday: Friday) -> None:
    root = (friday.office.root / "keys/ca.pem").read_bytes()
    trusted = verify_path(friday.built.path, trust=[root])
    assert trusted.indication == "TOTAL-PASSED", [check for check in trusted.checks if check.kind == "fail"]
    assert trusted.evaluation_keys
    assert trusted.completeness.recomputed == "equal"
    assert verify_path(friday.built.path).indication == "INDETERMINATE"


def test_bagit_python_finds_the_bag_valid(friday: Friday) -> None:
    assert bagit.Bag(str(friday.folder)).is_valid()


def test_a_changed_byte_fails_the_ordinary_tools_too(friday: Friday, tmp_path: Path) -> None:
    folder = tmp_path / "changed"
    shutil.copytree(friday.folder, folder)
    path = folder / "data/findings.json"
    path.write_bytes(path.read_bytes().replace(b'"fail"', b'"pass"', 1))
    done = subprocess.run(
        ["sha256sum", "--quiet", "-c", "manifest-sha256.txt"], cwd=folder, capture_output=True
    )
    assert done.returncode
    assert "findings.json" in done.stdout.decode()


def test_every_pdf_is_sound_and_every_font_embedded(friday: Friday) -> None:
    for path in sorted(friday.folder.rglob("*.pdf")):
        subprocess.run(["qpdf", "--check", str(path)], check=True, capture_output=True)
        rows = subprocess.run(["pdffonts", str(path)], capture_output=True, text=True, check=True)
        embedded = [row.split()[-5] for row in rows.stdout.splitlines()[2:]]
        assert set(embedded) <= {"yes"}, path


def test_the_dossier_has_cover_index_bookmarks_labels_and_running_numbers(friday: Friday) -> None:
    path = friday.folder / CASE / "卷宗.pdf"
    reader = PdfReader(path)
    titles = [item.title for item in reader.outline if not isinstance(item, list)]
    assert titles[:4] == ["封面", "目录", "合同核对结论", "签名盖章核对"]
    assert titles[4:8] == [
        "现场检查记录 WJB22-0001-JC-001",
        "督促指导工作记录 WJB22-0001-DD-001",
        "整改报告 WJB22-0001-ZG-001",
        "现场复查记录 WJB22-0001-FC-001",
    ]
    children = [[each.title for each in item] for item in reader.outline if isinstance(item, list)]
    assert children == [["电子文书", "签章扫描件"]] * 4
    count = len(reader.pages)
    assert reader.page_labels == [str(number) for number in range(1, count + 1)]
    for number, page in enumerate(reader.pages, 1):
        text = "".join((page.extract_text() or "").split())
        assert f"卷宗第{number}页共{count}页" in text
        assert "EVALUATIONONLY" in text
    links = [annotation.get_object() for annotation in reader.pages[1]["/Annots"]]
    assert sum(each["/Subtype"] == "/Link" for each in links) >= 8


def test_index_links_lead_where_the_index_says(friday: Friday) -> None:
    reader = PdfReader(friday.folder / CASE / "卷宗.pdf")
    scan = next(item for item in reader.outline if isinstance(item, list))[1]
    page = reader.get_destination_page_number(scan)
    assert "/XObject" in reader.pages[page]["/Resources"]
    text = reader.pages[page - 2].extract_text()
    assert "WJB22-0001-JC-001 第 1 页" in text, "the e-document stands right before its scan"


def test_scans_are_embedded_and_originals_kept_to_the_byte(friday: Friday) -> None:
    for path in friday.folder.rglob("原件/*"):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        assert digest in friday.built.package.originals
        assert path.read_bytes() == friday.office.originals.read(digest)  # type: ignore[arg-type]
    assert len(friday.built.package.originals) == 6


def test_the_list_tells_what_is_handed_over_and_how_it_is_signed(friday: Friday) -> None:
    text = text_of(friday.folder / "data/移交清单.pdf")
    for expected in (
        "移交材料完整性报告",
        "WJB22-0000-YD-001",
        "常州市丰禾机械有限公司",
        "WJB22-0001-FC-001",
        "PAdESB-LTA",
        "EVALUATIONONLY",
        friday.built.package.root[:32],
    ):
        assert expected in text
    book = openpyxl.load_workbook(friday.folder / "data/移交清单.xlsx")
    rows = list(book["移交清单"].iter_rows(values_only=True))
    records = [row[6] for row in rows[1:] if expand(str(row[6]))]
    assert records == list(friday.built.package.documents)
    files = {str(path.relative_to(friday.folder / "data")) for path in friday.folder.rglob("原件/*")}
    assert {row[9] for row in rows[1:] if expand(str(row[6]))} <= files


def test_the_receipt_is_an_issued_form_with_codes_and_an_empty_field(friday: Friday) -> None:
    data = (friday.folder / "data/接收回执.pdf").read_bytes()
    reader = PdfReader(io.BytesIO(data))
    field = reader.get_fields()["Regulator"]
    assert field["/FT"] == "/Sig"
    assert "/V" not in field
    document = friday.office.ledger.view.document("WJB22-0000-HS-001")  # type: ignore[arg-type]
    assert document is not None
    assert document.form.pdf == hashlib.sha256(data).hexdigest()
    (page,) = friday.office.issued.geometry(document.form.number)
    assert {box.role for box in page.boxes if box.required} == {"receiver", "regulator"}
    assert sorted(codes_on(data)) == sorted(code.payload for code in page.codes)
    text = text_of(friday.folder / "data/接收回执.pdf")
    mark = fingerprint((friday.folder / "data/ledger/checkpoint-2022-W13.txt").read_text())
    assert mark in text.replace("-", "")


def test_the_slice_folds_to_the_checkpoint(friday: Friday) -> None:
    ledger = friday.folder / "data/ledger"
    frontier = Frontier.from_json(json.loads((ledger / "frontier.json").read_text()))
    assert frontier.size == 0
    frontier.extend((ledger / "journal.jsonl").read_bytes().splitlines())
    checkpoint = parse((ledger / "checkpoint-2022-W13.txt").read_text())
    assert (checkpoint.size, checkpoint.root) == (frontier.size, frontier.root)
    assert friday.built.package.root == frontier.root.hex()


def test_the_journal_knows_the_package(friday: Friday) -> None:
    view = friday.office.ledger.view
    assert [package.id for package in view.packages()] == ["WJB-2022-W13"]
    assert [made.week for made in view.checkpoints()] == ["2022-W13"]
    assert friday.built.package.sha256 == hashlib.sha256(friday.built.path.read_bytes()).hexdigest()
    assert [path.name for path in (friday.office.folder / ".building").iterdir()] == ["lock"]


SIGNED = ("卷宗.pdf", "移交清单.pdf")


def test_the_same_head_and_instant_give_the_same_unsigned_bytes(key_home: Path, tmp_path: Path) -> None:
    first = make_office(tmp_path / "first", key_home)
    shutil.copytree(tmp_path / "first", tmp_path / "second")
    members = []
    for office in (first, open_office(tmp_path / "second")):
        with zipfile.ZipFile(build(office).path) as archive:
            members.append({name: archive.read(name) for name in archive.namelist() if "/data/" in name})
    one, two = members
    assert set(one) == set(two)
    for name in one:
        if name.endswith(SIGNED):
            before = one[name].index(b"%%EOF")
            assert one[name][: before + 5] == two[name][: before + 5], name
        else:
            assert one[name] == two[name], name


def test_a_folder_instead_of_a_zip_is_the_same_bag(key_home: Path, tmp_path: Path) -> None:
    office = make_office(tmp_path, key_home)
    built = build(office, as_folder=True)
    assert built.path == office.folder / "WJB-2022-W13"
    assert bagit.Bag(str(built.path)).is_valid()
    assert (
        verify_path(built.path, trust=[(tmp_path / "keys/ca.pem").read_bytes()]).indication == "TOTAL-PASSED"
    )


@pytest.mark.parametrize("stamped", [True, False])
def test_without_authority_the_package_states_a_lower_level(
    key_home: Path, tmp_path: Path, stamped: bool
) -> None:
    office = make_office(tmp_path, key_home, stamped=stamped)
    built = build_package(office, order(accept_indeterminate=not stamped, why="时间戳服务停机"))
    assert built.list_level == ("B-LTA" if stamped else "B-B")
    with zipfile.ZipFile(built.path) as archive:
        told = archive.read("WJB-2022-W13/如何验证.txt").decode()
    assert ("没有时间戳" in told) is not stamped


def test_the_contract_s_date_and_the_real_time_are_told_apart(friday: Friday) -> None:
    info = (friday.folder / "bag-info.txt").read_text()
    assert f"As-Of: {sample.FRIDAY.isoformat().replace('+00:00', 'Z')}\n" in info
    assert "Real-Time: 20" in info
