"""Signed PDFs that came in as arrivals: judged strictly, named plainly, never held against the package."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from evidence.domain.week import Week
from evidence.verify.container import CHUNK, Extent
from evidence.verify.digests import digest_all
from evidence.verify.examine import verify_path
from evidence.verify.model import Check, Indication, Integrity, Report
from evidence.verify.pdf.task import judge_task
from evidence.verify.wording import headline
from tests.support.forgery import append_update, contract, stream
from tests.support.packing import ORIGINAL, Service, sign_pdf, to_zip
from tests.support.pki import Pki, shared_pki

NOON = datetime(2022, 4, 1, 4, tzinfo=UTC)
AT = datetime(2022, 4, 2, tzinfo=UTC)
NAME = "WJB-2022-W13"
ARRIVED = ORIGINAL.replace("A000001-扫描", "A000002-整改报告")


KNOWN, STRANGER = shared_pki(), shared_pki("乙")


def signed_by(whom: Pki) -> bytes:
    return sign_pdf(contract(), whom, NOON, certify=False)


OVERWRITTEN = append_update(signed_by(KNOWN), {4: stream(b"BT /F1 20 Tf 60 700 Td (pay 999) Tj ET")})
CUT_OUT = signed_by(KNOWN).replace(b"/FT /Sig", b"/FT /Xxx").replace(b"/FT/Sig", b"/FT/Xxx")


def packed(tmp_path: Path, arrived: bytes, name: str = ARRIVED) -> Path:
    service = Service(first=Week(2022, 13))
    service.write(3)
    path = tmp_path / f"{NAME}.zip"
    path.write_bytes(to_zip(service.pack(Week(2022, 13), extra={name: arrived}), NAME))
    return path


def verify(path: Path) -> Report:
    return verify_path(
        path,
        trust=[KNOWN.root.pem],
        at=AT,
        judge_pdfs=lambda tasks: [judge_task(task) for task in tasks],
    )


def said(report: Report) -> list[Check]:
    return [check for check in report.checks if check.location == ARRIVED and check.id != "bag.files"]


def test_a_sound_and_trusted_signature_is_listed_and_said(tmp_path: Path) -> None:
    report = verify(packed(tmp_path, signed_by(KNOWN)))
    assert report.indication is Indication.PASSED
    (row,) = [row for row in report.signatures if row.file == ARRIVED]
    assert (row.integrity, row.trusted, row.coverage, row.level) == (
        Integrity.PASSED,
        True,
        "entire_file",
        "B-T",
    )
    assert [(check.id, check.kind.value) for check in said(report)] == [("attached.signature", "pass")]


def test_a_signer_nobody_here_knows_is_said_and_the_package_still_passes(tmp_path: Path) -> None:
    report = verify(packed(tmp_path, signed_by(STRANGER)))
    assert report.indication is Indication.PASSED
    (row,) = [row for row in report.signatures if row.file == ARRIVED]
    assert (row.integrity, row.trusted) == (Integrity.PASSED, False)
    assert [(check.id, check.kind.value) for check in said(report)] == [("attached.signature", "note")]
    assert len(headline(report)) == 2, "nothing for the first lines"


@pytest.mark.parametrize("arrived", [OVERWRITTEN, CUT_OUT], ids=["changed after signing", "field cut out"])
def test_a_broken_signature_is_named_in_the_first_lines_without_blaming_the_package(
    tmp_path: Path, arrived: bytes
) -> None:
    report = verify(packed(tmp_path, arrived))
    assert report.indication is Indication.PASSED
    assert [(check.id, check.kind.value) for check in said(report)] == [("attached.broken", "note")]
    assert any("1 份他人签名文件签名不成立" in line for line in headline(report))
    assert not any(
        row.trusted and row.coverage == "entire_file" for row in report.signatures if row.file == ARRIVED
    )


def test_the_same_file_on_its_own_fails(tmp_path: Path) -> None:
    path = tmp_path / "整改报告.pdf"
    path.write_bytes(OVERWRITTEN)
    assert verify(path).indication is Indication.FAILED


def test_one_changed_in_the_package_fails_the_package(tmp_path: Path) -> None:
    arrived = signed_by(KNOWN)
    path = packed(tmp_path, arrived)
    data = bytearray(path.read_bytes())
    data[data.index(arrived) + 200] ^= 1
    path.write_bytes(bytes(data))
    report = verify(path)
    assert report.indication is Indication.FAILED
    assert ("bag.changed", ARRIVED) in {(check.id, check.location) for check in report.checks}


def test_a_strangers_evaluation_key_or_certificate_does_not_colour_the_package(tmp_path: Path) -> None:
    report = verify(packed(tmp_path, signed_by(STRANGER)))
    assert not report.evaluation_keys
    assert all("乙" not in subject for subject, _ in report.fingerprints)


@pytest.mark.parametrize("place", [0, CHUNK - 17, CHUNK - 10, CHUNK - 1, CHUNK, 3 * CHUNK - 5])
def test_a_byte_range_is_found_wherever_the_blocks_part(tmp_path: Path, place: int) -> None:
    head = b"%PDF-1.7\n"
    path = tmp_path / "x.pdf"
    path.write_bytes(head + bytes(place) + b"/ByteRange" + bytes(CHUNK))
    extent = Extent(path=path, offset=0, size=path.stat().st_size)
    assert digest_all({"x.pdf": extent})["x.pdf"].signed_pdf


def test_only_pdfs_with_a_byte_range_are_taken_for_signed(tmp_path: Path) -> None:
    contents = {"plain.pdf": b"%PDF-1.7\n" + bytes(3 * CHUNK), "text.txt": b"x" * 2000 + b"/ByteRange"}
    extents = {}
    for name, data in contents.items():
        (tmp_path / name).write_bytes(data)
        extents[name] = Extent(path=tmp_path / name, offset=0, size=len(data))
    assert not any(digest.signed_pdf for digest in digest_all(extents).values())
