"""Exact bytes, once, whole or not at all."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest

from evidence.archive.issued import IssuedStore
from evidence.archive.originals import Originals
from evidence.archive.previews import Previews
from evidence.domain.identifiers import Number, Sha256
from evidence.errors import IncompleteError, UsageError, VerificationFailedError

CONTENT = b"scan \x00\xff" * 1000
NAME = Sha256(sha256(CONTENT).hexdigest())
NUMBER = Number("WJB22-0012-JC-001")


@pytest.fixture
def originals(tmp_path: Path) -> Originals:
    return Originals(tmp_path / "originals")


def test_a_file_is_stored_under_its_digest_write_protected_and_left_where_it_was(
    originals: Originals, tmp_path: Path
) -> None:
    source = tmp_path / "扫描.pdf"
    source.write_bytes(CONTENT)
    stored = originals.put_file(source)
    assert (stored.sha256, stored.bytes) == (NAME, len(CONTENT))
    assert source.read_bytes() == originals.read(NAME) == CONTENT
    assert originals.path(NAME).stat().st_mode & 0o222 == 0
    assert not list((tmp_path / "originals" / "incoming").iterdir())


def test_storing_twice_keeps_the_first_object(originals: Originals) -> None:
    assert originals.put_bytes(CONTENT) == NAME
    before = originals.path(NAME).stat().st_ino
    assert originals.put_bytes(CONTENT, ".pdf") == NAME
    assert originals.path(NAME).stat().st_ino == before
    assert list(originals.digests()) == [NAME]


def test_a_changed_or_missing_object_is_never_returned(originals: Originals) -> None:
    originals.put_bytes(CONTENT)
    path = originals.path(NAME)
    path.chmod(0o640)
    path.write_bytes(CONTENT[:-1] + b"x")
    with pytest.raises(VerificationFailedError, match="不符"):
        originals.read(NAME)
    path.unlink()
    assert NAME not in originals
    with pytest.raises(VerificationFailedError, match="缺少"):
        originals.read(NAME)


def test_storing_over_a_changed_object_tells_instead_of_trusting_the_name(
    originals: Originals, tmp_path: Path
) -> None:
    originals.put_bytes(CONTENT)
    originals.path(NAME).chmod(0o640)
    originals.path(NAME).write_bytes(b"other")
    source = tmp_path / "again"
    source.write_bytes(CONTENT)
    with pytest.raises(VerificationFailedError):
        originals.put_file(source)


def test_a_full_disk_leaves_nothing_under_a_final_name(
    originals: Originals, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        originals.put_bytes(CONTENT)
    assert [path for path in (tmp_path / "originals").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "AB" * 32, "0" * 63, "g" * 64])
def test_only_digests_name_objects(originals: Originals, name: str) -> None:
    with pytest.raises(UsageError):
        originals.path(Sha256(name))


def test_an_issued_form_lies_with_its_case_and_weekly_forms_together(tmp_path: Path) -> None:
    issued = IssuedStore(tmp_path)
    issued.put(NUMBER, pdf=b"%PDF", docx=b"PK", data=b"{}", geometry=b"[]", extra={".features.npz": b"n"})
    assert issued.pdf_path(NUMBER) == tmp_path / "WJB22-0012" / "WJB22-0012-JC-001.pdf"
    assert issued.pdf_path(NUMBER).read_bytes() == b"%PDF"
    assert issued.geometry(NUMBER) == ()
    assert issued.extra_path(NUMBER, ".features.npz").read_bytes() == b"n"
    assert issued.docx_path(Number("WJB22-0000-JH-001")).parent.name == "weekly"


def test_missing_geometry_and_foreign_numbers_are_told_plainly(tmp_path: Path) -> None:
    issued = IssuedStore(tmp_path)
    with pytest.raises(IncompleteError, match="版面"):
        issued.geometry(NUMBER)
    with pytest.raises(UsageError):
        issued.pdf_path(Number("../x"))


def test_previews_are_found_again_by_digest(tmp_path: Path) -> None:
    previews = Previews(tmp_path)
    digest = previews.put(b"png", ".png")
    assert previews.put(b"png", ".png") == digest
    assert previews.path(digest).read_bytes() == b"png"
