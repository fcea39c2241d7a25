"""Archives out: an E-ARK package that the archives' own validator accepts, and the catalogues they bind."""

from __future__ import annotations

import hashlib
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from lxml import etree

from evidence.domain.identifiers import CaseId
from evidence.errors import MissingPartError, UsageError, VerificationFailedError
from evidence.exchange.catalogue import volumes
from evidence.exchange.catalogue_book import write_catalogue
from evidence.exchange.eark import write_sip
from evidence.exchange.gather import Archives, Parties
from evidence.exchange.mets import METS, XLINK
from evidence.exchange.premis import PREMIS
from tests.support.eark_validator import CONTRADICTORY, validate
from tests.support.handing_over import Friday

pytestmark = [pytest.mark.office, pytest.mark.slow]

NOW = datetime(2022, 4, 4, 1, tzinfo=UTC)


def archives_of(friday: Friday) -> Archives:
    parties = Parties(agency="承安", regulator="管委会", contract="技术服务合同", contract_code="WJB")
    return Archives(ledger=friday.office.ledger, handover=friday.office.folder, parties=parties)


def listed(mets: Path) -> dict[str, str]:
    """Path below the METS file -> SHA-256, of every file it names."""
    found = {}
    for file in etree.parse(mets).iter(f"{{{METS}}}file"):
        place = file.find(f"{{{METS}}}FLocat")
        assert place is not None
        found[place.get(f"{{{XLINK}}}href")] = file.get("CHECKSUM")
    return found


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def whole(friday: Friday, tmp_path_factory: pytest.TempPathFactory) -> Path:
    archives = archives_of(friday)
    return write_sip(archives.package("WJB-2022-W13", NOW), tmp_path_factory.mktemp("sip"))


def test_the_validator_accepts_a_handed_over_package(whole: Path) -> None:
    verdict = validate(whole)
    assert (verdict.structure, verdict.schema) == ("WellFormed", "VALID")
    assert verdict.errors <= CONTRADICTORY


def test_the_validator_would_have_seen_a_fault(whole: Path, tmp_path: Path) -> None:
    broken = tmp_path / whole.name
    broken.mkdir()
    without_structure = (whole / "METS.xml").read_text("utf-8").replace('LABEL="CSIP"', "")
    (broken / "METS.xml").write_text(without_structure, "utf-8")
    for name in ("metadata", "representations", "documentation", "schemas"):
        (broken / name).symlink_to(whole / name)
    assert validate(broken).errors - CONTRADICTORY


def test_from_the_package_alone_every_original_is_found_with_its_digest(whole: Path, friday: Friday) -> None:
    representation = whole / "representations" / "rep1"
    outer = listed(whole / "METS.xml")
    assert outer["representations/rep1/METS.xml"] == sha256(representation / "METS.xml")
    inner = listed(representation / "METS.xml")
    assert {place: sha256(representation / place) for place in inner} == inner
    view = friday.office.ledger.view
    scans = {scan.sha256 for case in view.cases() for each in view.documents(case.id) for scan in each.scans}
    assert scans <= set(inner.values())


def test_its_digests_join_it_to_the_signed_package(whole: Path, friday: Friday) -> None:
    inner = listed(whole / "representations" / "rep1" / "METS.xml")
    with zipfile.ZipFile(friday.built.path) as package:
        manifest = package.read("WJB-2022-W13/manifest-sha256.txt").decode()
    signed = {line.split("  ", 1)[1]: line.split("  ", 1)[0] for line in manifest.splitlines()}
    carried = {place.removeprefix("data/WJB-2022-W13/"): digest for place, digest in inner.items()}
    assert {name: carried.get(name) for name in signed} == signed


def test_premis_tells_the_journal_lines_of_each_original(whole: Path, friday: Friday) -> None:
    premis = etree.parse(whole / "metadata" / "preservation" / "premis.xml")
    names = {"p": PREMIS}
    entries = {entry.seq: entry.digest for entry in friday.office.ledger.entries()}
    events = premis.findall(".//p:event", names)
    for event in events:
        place = event.findtext("p:eventIdentifier/p:eventIdentifierValue", "", names)
        assert entries[int(place.removeprefix("WJB/"))] in event.findtext(
            "p:eventDetailInformation/p:eventDetail", "", names
        )
    kinds = {event.findtext("p:eventType", "", names) for event in events}
    assert {"ingestion", "validation", "creation", "information package creation"} <= kinds
    objects = premis.findall(".//p:object", names)
    assert len(objects) == len(listed(whole / "representations" / "rep1" / "METS.xml"))


def test_a_closed_case_goes_out_with_the_proof_of_its_packages(friday: Friday, tmp_path: Path) -> None:
    archives = archives_of(friday)
    closed = [state.case for state in archives.ledger.view.services() if state.closed]
    assert closed
    written = write_sip(archives.case(CaseId(closed[0]), NOW), tmp_path)
    assert validate(written).errors <= CONTRADICTORY
    held = {place.split("/", 2)[2] for place in listed(written / "representations" / "rep1" / "METS.xml")}
    assert {"manifest-sha256.txt", "tagmanifest-sha256.txt.p7s"} <= held
    cases = {place.split("/")[3] for place in held if place.startswith("data/企业/")}
    assert cases == {closed[0]}


def test_what_cannot_go_out_is_refused_by_name(friday: Friday, tmp_path: Path) -> None:
    archives = archives_of(friday)
    with pytest.raises(UsageError, match="没有这个移交包"):
        archives.package("WJB-2022-W99", NOW)
    with pytest.raises(UsageError, match="没有闭环"):
        archives.case(CaseId("WJB22-0999"), NOW)
    submission = archives.package("WJB-2022-W13", NOW)
    write_sip(submission, tmp_path)
    with pytest.raises(UsageError, match="已经存在"):
        write_sip(submission, tmp_path)


def test_a_package_that_was_changed_or_is_gone_does_not_go_out(friday: Friday, tmp_path: Path) -> None:
    archives = archives_of(friday)
    elsewhere = type(archives)(ledger=archives.ledger, handover=tmp_path, parties=archives.parties)
    with pytest.raises(MissingPartError, match="不在档案里"):
        elsewhere.package("WJB-2022-W13", NOW)
    (tmp_path / "WJB-2022-W13.zip").write_bytes(friday.built.path.read_bytes() + b"x")
    with pytest.raises(VerificationFailedError, match="不同"):
        elsewhere.package("WJB-2022-W13", NOW)


def test_the_catalogues_list_every_volume_and_every_file_of_it(friday: Friday, tmp_path: Path) -> None:
    archives = archives_of(friday)
    view, parties = archives.ledger.view, archives.parties
    assert volumes(view, parties, retention_years=10, years={2021}) == ()
    found = volumes(view, parties, retention_years=10, years={2022})
    write_catalogue(tmp_path / "目录.xlsx", found, agency=parties.agency)
    book = openpyxl.load_workbook(tmp_path / "目录.xlsx")
    rows = [[cell.value for cell in row] for row in book["案卷目录"].iter_rows(min_row=3)]
    assert rows[0][:5] == ["序号", "档号", "题名", "责任者", "起止日期"]
    assert rows[0][5:] == ["件数", "页数", "保管期限", "密级", "备注"]
    assert [row[1] for row in rows[1:]] == [f"WJB·2022-D10-{case.id[-4:]}" for case in view.cases()]
    assert {row[7] for row in rows[1:]} == {"10年"}
    files = [[cell.value for cell in row] for row in book["卷内文件目录"].iter_rows()]
    numbers = {row[1] for row in files if isinstance(row[0], int)}
    assert {document.form.number for case in view.cases() for document in view.documents(case.id)} <= numbers
    assert len(book["卷内文件目录"].row_breaks.brk) == len(found) - 1
