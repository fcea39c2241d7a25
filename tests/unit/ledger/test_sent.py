"""What a package on disk says of its ledger, zipped or not, whatever its file is called."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from evidence.errors import InputError
from evidence.ledger.checkpoint import Checkpoint, make
from evidence.ledger.proofs import bring_in, gather_proofs
from evidence.ledger.sent import packages_in, read_package


def package(folder: Path, name: str = "WJB-2022-W13", *, zipped: bool = True, origin: str = "WJB") -> Path:
    """The few members that are read."""
    text = make(Checkpoint(origin=f"evidence/{origin}", size=2, root=b"\1" * 32))
    members = {
        "bag-info.txt": "Week: 2022-W13\nJournal-Start: 1\nJournal-End: 2\n",
        f"data/ledger/checkpoint-{name.partition('-')[2]}.txt": text,
        "data/ledger/journal.jsonl": "line\n",
        "bagit.txt": "",
    }
    folder.mkdir(parents=True, exist_ok=True)
    if zipped:
        path = folder / f"{name}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for member, data in members.items():
                archive.writestr(f"{name}/{member}", data)
        return path
    for member, data in members.items():
        (folder / name / member).parent.mkdir(parents=True, exist_ok=True)
        (folder / name / member).write_text(data)
    return folder / name


@pytest.mark.parametrize("zipped", [True, False])
def test_a_package_says_where_its_lines_begin_and_what_they_lead_to(tmp_path: Path, zipped: bool) -> None:
    found = read_package(package(tmp_path, zipped=zipped))
    assert (found.id, found.start, found.checkpoint.size) == ("WJB-2022-W13", 1, 2)
    assert found.lines() == [b"line"]


def test_the_name_of_the_file_is_free_and_that_of_the_bag_is_not(tmp_path: Path) -> None:
    renamed = package(tmp_path).rename(tmp_path / "回来的 (1).zip")
    assert read_package(renamed).id == "WJB-2022-W13"
    for broken in (b"", b"PK\x03\x04 no zip"):
        renamed.write_bytes(broken)
        with pytest.raises(InputError):
            read_package(renamed)


def test_packages_are_found_in_order_of_week_and_by_contract(tmp_path: Path) -> None:
    for name in ("WJB-2022-W14", "WJB-2022-W13-S1", "WJB-2022-W13", "ABC-2022-W01"):
        package(tmp_path, name)
    (tmp_path / "WJB-2022-W13.renewals").mkdir()
    (tmp_path / "WJB-2022-W15.txt").write_text("x")
    names = [path.stem for path in packages_in(tmp_path, "WJB")]
    assert names == ["WJB-2022-W13", "WJB-2022-W13-S1", "WJB-2022-W14"]
    assert len(list(packages_in(tmp_path))) == 4


def test_what_a_person_shows_must_be_of_this_ledger(tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    package(archive / "handover", "WJB-2022-W12", origin="ABC")  # somebody else's, lying about: left aside
    own, other = package(tmp_path / "own"), package(tmp_path / "other", origin="ABC")
    assert [each.id for each in gather_proofs(archive, "WJB", [own]).packages] == ["WJB-2022-W13"]
    with pytest.raises(InputError, match="另一个账本"):
        gather_proofs(archive, "WJB", [other])
    with pytest.raises(InputError, match="没有移交包"):
        gather_proofs(archive, "WJB", [archive / "handover" / ".." / ".." / "nothing"])


def test_bringing_in_replaces_nothing(tmp_path: Path) -> None:
    archive, theirs = tmp_path / "archive", tmp_path / "theirs"
    for root, content in ((archive, b"ours"), (theirs / "archive", b"theirs")):
        place = root / "issued" / "WJB22-0001" / "WJB22-0001-JC-001.pdf"
        place.parent.mkdir(parents=True)
        place.write_bytes(content)
    (theirs / "archive" / "ledger").mkdir()
    extra = theirs / "archive" / "issued" / "WJB22-0001" / "WJB22-0001-JC-002.pdf"
    extra.write_bytes(b"newer")
    package(theirs / "archive" / "handover", zipped=False)
    assert bring_in(archive, [theirs]) == 2
    assert (archive / "issued" / "WJB22-0001" / "WJB22-0001-JC-001.pdf").read_bytes() == b"ours"
    assert (archive / "issued" / "WJB22-0001" / "WJB22-0001-JC-002.pdf").read_bytes() == b"newer"
    assert read_package(archive / "handover" / "WJB-2022-W13").checkpoint.size == 2
    assert bring_in(archive, [theirs]) == 0
