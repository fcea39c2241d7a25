"""Nothing in the archive is ever replaced: a name is taken once, whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from evidence.archive.issued import SET_ASIDE, IssuedStore, NumberTakenError
from evidence.domain.identifiers import CaseId, Number
from evidence.durable import name_once, write_once
from evidence.errors import ExitCode

CASE = CaseId("WJB22-0001")
NUMBER = Number("WJB22-0001-JC-001")


def put(store: IssuedStore, number: Number = NUMBER, pdf: bytes = b"pdf") -> None:
    store.put(number, pdf=pdf, docx=b"docx", data=b"{}", geometry=b"[]")


@pytest.fixture(params=["links", "no links"])
def file_system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once as it is, once as one without hard links."""
    if request.param == "no links":

        def refuse(*_args: object) -> None:
            raise OSError(errno.EPERM, os.strerror(errno.EPERM))

        monkeypatch.setattr(os, "link", refuse)


@pytest.mark.usefixtures("file_system")
def test_what_stands_under_a_name_stays(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b.pdf"
    assert write_once(path, b"first")
    assert not write_once(path, b"first")
    with pytest.raises(FileExistsError):
        write_once(path, b"other")
    assert path.read_bytes() == b"first"
    assert path.stat().st_mode & 0o777 == 0o440
    assert [each.name for each in path.parent.iterdir()] == ["b.pdf"]


@pytest.mark.usefixtures("file_system")
def test_a_folder_takes_its_name_once(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    final = tmp_path / "package"
    final.mkdir()  # as a crash between taking the name and filling it leaves it
    name_once(tmp_path / "first", final)
    with pytest.raises(FileExistsError):
        name_once(tmp_path / "second", final)
    assert (final / "file").read_text() == "first"
    assert (tmp_path / "second" / "file").read_text() == "second"


def test_a_number_whose_files_are_others_is_not_issued_over_them(tmp_path: Path) -> None:
    store = IssuedStore(tmp_path)
    put(store)
    put(store)
    with pytest.raises(NumberTakenError) as refused:
        put(store, pdf=b"another")
    assert refused.value.exit_code is ExitCode.LEDGER_DAMAGED
    assert store.pdf_path(NUMBER).read_bytes() == b"pdf"


def test_numbers_on_disk_are_known_set_aside_or_not(tmp_path: Path) -> None:
    store = IssuedStore(tmp_path)
    assert store.highest(CASE, "JC") == 0
    put(store)
    store.put_extra(Number("WJB22-0001-JC-004"), ".json", b"{}")
    put(store, Number("WJB22-0000-JH-002"))
    assert store.numbers(CASE) == {NUMBER, "WJB22-0001-JC-004"}
    assert (store.highest(CASE, "JC"), store.highest(CASE, "DD")) == (4, 0)
    assert store.highest(CaseId("WJB22-0000"), "JH") == 2
    moved = store.set_aside(NUMBER)
    assert {path.name for path in moved} == {
        f"{NUMBER}{suffix}" for suffix in (".pdf", ".docx", ".json", ".geometry.json")
    }
    assert {path.parent.name for path in moved} == {SET_ASIDE}
    assert not store.pdf_path(NUMBER).exists()
    assert store.numbers(CASE) == {NUMBER, "WJB22-0001-JC-004"}
