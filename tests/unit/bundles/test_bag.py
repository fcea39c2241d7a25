"""The bag as RFC 8493 wants it and as bagit-python and sha256sum read it."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import bagit
import pytest

from evidence.bundles.bag import BagWriter, ChangedOriginalError, files_in_order
from evidence.bundles.zipping import write_zip


def small_bag(folder: Path) -> BagWriter:
    bag = BagWriter(folder)
    bag.add_bytes("data/facts.json", b"{}\n")
    bag.add_bytes("data/企业/甲/卷宗.pdf", b"%PDF-1.7\n")
    bag.add_bytes("certificates/signer-chain.pem", b"pem")
    bag.add_bytes("如何验证.txt", "看".encode())
    bag.close({"External-Identifier": "WJB-2022-W13", "Payload-Oxum": "", "Incomplete-Why": ""})
    return bag


def test_bagit_python_and_sha256sum_find_it_valid(tmp_path: Path) -> None:
    small_bag(tmp_path / "WJB-2022-W13")
    assert bagit.Bag(str(tmp_path / "WJB-2022-W13")).is_valid()
    for manifest in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        subprocess.run(["sha256sum", "--quiet", "-c", manifest], cwd=tmp_path / "WJB-2022-W13", check=True)


def test_bag_info_counts_the_payload_and_leaves_empty_labels_out(tmp_path: Path) -> None:
    small_bag(tmp_path / "bag")
    info = (tmp_path / "bag" / "bag-info.txt").read_text()
    assert info == "External-Identifier: WJB-2022-W13\nPayload-Oxum: 12.2\n"


def test_manifests_are_sorted_by_bytes_and_name_every_file_once(tmp_path: Path) -> None:
    bag = small_bag(tmp_path / "bag")
    listed = [line[66:] for line in (bag.folder / "manifest-sha256.txt").read_text().splitlines()]
    assert listed == sorted(bag.payload, key=str.encode)
    tags = {line[66:] for line in (bag.folder / "tagmanifest-sha256.txt").read_text().splitlines()}
    assert tags == {
        "bagit.txt",
        "bag-info.txt",
        "manifest-sha256.txt",
        "certificates/signer-chain.pem",
        "如何验证.txt",
    }


def test_an_original_whose_bytes_changed_never_enters(tmp_path: Path) -> None:
    source = tmp_path / "original"
    source.write_bytes(b"changed")
    with pytest.raises(ChangedOriginalError, match="摘要不符"):
        BagWriter(tmp_path / "bag").add_file("data/x.bin", source, sha256="0" * 64)


@pytest.mark.parametrize("path", ["/abs", "data/../../x", "data/a%20b", "data/a\nb"])
def test_a_path_with_a_trick_is_refused(tmp_path: Path, path: str) -> None:
    with pytest.raises(ValueError, match="naming rules"):
        BagWriter(tmp_path / "bag").add_bytes(path, b"")


def test_no_file_is_written_twice(tmp_path: Path) -> None:
    bag = BagWriter(tmp_path / "bag")
    bag.add_bytes("data/a", b"1")
    with pytest.raises(FileExistsError):
        bag.add_bytes("data/a", b"2")


def test_the_zip_is_stored_in_canonical_order_and_always_the_same(tmp_path: Path) -> None:
    first = small_bag(tmp_path / "one" / "WJB-2022-W13").folder
    second = small_bag(tmp_path / "two" / "WJB-2022-W13").folder
    assert write_zip(first, tmp_path / "1.zip") == write_zip(second, tmp_path / "2.zip")
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "1.zip") as archive:
        entries = archive.infolist()
        assert archive.testzip() is None
    assert [each.filename for each in entries] == [f"WJB-2022-W13/{path}" for path in files_in_order(first)]
    assert [each.filename for each in entries][:4] == [
        "WJB-2022-W13/bagit.txt",
        "WJB-2022-W13/bag-info.txt",
        "WJB-2022-W13/manifest-sha256.txt",
        "WJB-2022-W13/tagmanifest-sha256.txt",
    ]
    assert {each.compress_type for each in entries} == {zipfile.ZIP_STORED}
    assert {each.date_time for each in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {each.external_attr >> 16 for each in entries} == {0o100644}
    assert not any(each.flag_bits & 8 for each in entries), "no data descriptors"
