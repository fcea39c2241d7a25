"""`ledger check-proof` through the command line: what anchors a proof, what does not, and what decides."""

from __future__ import annotations

import json
import zipfile
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from evidence.cli.ledger import ledger_command
from evidence.domain.identifiers import Number
from evidence.handover.own_certificates import signed_parts
from evidence.ledger.prove import prove
from tests.custody.forging import spoil
from tests.custody.ten_weeks import Weeks, make_pki, sign_receipt, sign_text
from tests.support.packing import Files
from tests.support.pki import Identity

NUMBER = Number("WJB22-0004-JC-001")
"""Issued in W15; its last page came with the supplement of that week."""
LATER = "W16"
"""The first package that shows the checkpoints of W15 and of its supplement."""


@dataclass(frozen=True)
class Case:
    """A proof on disk, and the checkpoints it rests on."""

    path: Path
    texts: dict[str, str]
    weeks: Weeks


@pytest.fixture(scope="module")
def proof(weeks: Weeks, tmp_path_factory: pytest.TempPathFactory) -> Case:
    office = weeks.office
    made = prove(office.ledger, NUMBER, origin="WJB", signed=lambda package: signed_parts(office, package))
    path = tmp_path_factory.mktemp("proof") / "proof.json"
    path.write_text(json.dumps(made, ensure_ascii=False), "utf-8")
    texts = {tree["week"]: tree["checkpoint"] for tree in made["trees"]}
    assert {made["trees"][line["tree"]]["week"] for line in made["lines"]} == {"2022-W15", "2022-W15-S1"}
    return Case(path, texts, weeks)


def check(proof: Path, *arguments: object) -> tuple[int, str]:
    command = ["check-proof", str(proof), *map(str, arguments), "--json"]
    result = CliRunner().invoke(ledger_command, command, standalone_mode=False)
    assert result.exception is None, result.exception
    found = json.loads(result.stdout)
    return int(result.return_value or 0), " ".join(
        [*found["problems"], *(a["said"] for a in found["anchors"])]
    )


def pem(folder: Path, name: str, *identities: Identity) -> Path:
    path = folder / name
    path.write_bytes(b"".join(each.pem for each in identities))
    return path


def regulator(proof: Case, folder: Path) -> list[object]:
    """His root and his revocation list, from another channel."""
    paths = []
    for place, data in enumerate(proof.weeks.regulators):
        paths.append(folder / f"regulator-{place}.pem")
        paths[-1].write_bytes(data)
    return [part for path in paths for part in ("--regulator", path)]


def test_without_an_anchor_it_is_undecided_and_says_who_signed(proof: Case) -> None:
    code, said = check(proof.path)
    assert code == 5
    assert "证书未获信任" in said
    assert proof.weeks.agency.signer.asn1.sha256.hex() in said


@pytest.mark.parametrize("label", [LATER, "W22"])
def test_a_package_that_the_reader_kept_decides(proof: Case, label: str, tmp_path: Path) -> None:
    package = proof.weeks.built[label]
    assert check(proof.path, "--package", package)[0] == 0
    with zipfile.ZipFile(package) as archive:
        archive.extractall(tmp_path)
    assert check(proof.path, "--package", tmp_path / package.stem)[0] == 0


def test_a_package_that_does_not_know_the_lines_decides_nothing(proof: Case) -> None:
    assert check(proof.path, "--package", proof.weeks.built["W14"])[0] == 5
    # the first of two checkpoints is not enough for the page that came with the supplement
    assert check(proof.path, "--package", proof.weeks.built["W15"])[0] == 5


def test_a_damaged_package_decides_nothing(proof: Case, tmp_path: Path) -> None:
    with zipfile.ZipFile(proof.weeks.built[LATER]) as archive:
        archive.extractall(tmp_path)
    folder = tmp_path / proof.weeks.built[LATER].stem
    (folder / "data/facts.json").write_bytes(b"{}")
    code, said = check(proof.path, "--package", folder)
    assert code == 5
    assert f"“{folder.name}”不能作为见证" in said


def test_a_pack_for_a_payment_decides_nothing_and_is_called_what_it_is(proof: Case, tmp_path: Path) -> None:
    folder = tmp_path / "第2期付款资料"
    (folder / "data").mkdir(parents=True)
    (folder / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", "utf-8")
    (folder / "data/资料包.json").write_text("{}", "utf-8")
    code, said = check(proof.path, "--package", folder)
    assert code == 5
    assert "付款资料包没有账本" in said


def test_a_package_by_a_key_that_the_reader_does_not_trust_decides_nothing(
    proof: Case, tmp_path: Path
) -> None:
    def unchanged(files: Files) -> None:
        files["certificates/signer-chain.pem"] = stranger.signer.pem + stranger.root.pem

    stranger = make_pki("冒名", "常州承安安全咨询服务有限公司")
    forged = spoil(proof.weeks, LATER, unchanged, tmp_path, by=stranger)
    trust = pem(tmp_path, "root.pem", proof.weeks.agency.root)
    assert check(proof.path, "--package", forged, "--trust", trust)[0] == 0, "the proof's own signature"
    bare = tmp_path / "bare.json"
    document = json.loads(proof.path.read_text("utf-8"))
    for tree in document["trees"]:
        tree["signed"] = None
    bare.write_text(json.dumps(document), "utf-8")
    code, said = check(bare, "--package", forged, "--trust", trust)
    assert code == 5
    assert "签名未获信任，不作依据" in said
    assert "没有依据" in said


def test_the_signed_checkpoint_inside_decides_for_whoever_trusts_the_signer(
    proof: Case, tmp_path: Path
) -> None:
    trust = pem(tmp_path, "root.pem", proof.weeks.agency.root)
    code, said = check(proof.path, "--trust", trust)
    assert code == 0
    assert "证书可信" in said
    other = pem(tmp_path, "other.pem", make_pki("别家", "别家公司").root)
    assert check(proof.path, "--trust", other)[0] == 5


@pytest.mark.parametrize("kind", ["cms", "pdf"])
def test_signed_receipts_decide_and_the_signer_is_said(proof: Case, kind: str, tmp_path: Path) -> None:
    arguments: list[object] = []
    for label in ("W15", "W15-S1"):
        arguments += ["--receipt", receipt(proof, label, proof.weeks.regulator.signer, kind, tmp_path)]
    code, said = check(proof.path, *arguments)
    assert code == 0
    assert proof.weeks.regulator.signer.asn1.sha256.hex() in said
    assert "是否监管部门请核对" in said
    code, said = check(proof.path, *arguments, *regulator(proof, tmp_path))
    assert code == 0
    assert "是你指明的监管部门" in said


@pytest.mark.parametrize("kind", ["cms", "pdf"])
def test_a_receipt_by_somebody_else_is_no_anchor_when_the_regulator_is_known(
    proof: Case, kind: str, tmp_path: Path
) -> None:
    stranger = make_pki("路人", "某商贸公司").signer
    arguments = regulator(proof, tmp_path)
    for label in ("W15", "W15-S1"):
        arguments += ["--receipt", receipt(proof, label, stranger, kind, tmp_path)]
    code, said = check(proof.path, *arguments)
    assert code == 5
    assert "不能认作你指明的监管部门" in said
    assert stranger.asn1.sha256.hex() in said


@pytest.mark.parametrize("kind", ["cms", "pdf"])
def test_a_receipt_for_another_week_is_no_anchor(proof: Case, kind: str, tmp_path: Path) -> None:
    wrong = receipt(proof, "W14", proof.weeks.regulator.signer, kind, tmp_path)
    assert check(proof.path, "--receipt", wrong)[0] == 5


def test_a_receipt_that_is_none_is_no_anchor(proof: Case, tmp_path: Path) -> None:
    junk = tmp_path / "receipt.p7s"
    junk.write_bytes(b"\x30\x03junk")
    assert check(proof.path, "--receipt", junk)[0] == 5


@pytest.mark.parametrize("length", [0, 16, 31, 33, 64])
def test_a_proof_with_hashes_of_another_length_fails(proof: Case, length: int, tmp_path: Path) -> None:
    package = ("--package", proof.weeks.built[LATER])
    document = json.loads(proof.path.read_text("utf-8"))
    document["lines"][0]["path"][-1] = b64encode(bytes(length)).decode()
    forged = tmp_path / "forged.json"
    forged.write_text(json.dumps(document), "utf-8")
    assert check(forged, *package)[0] == 4


def receipt(proof: Case, label: str, signer: Identity, kind: str, folder: Path) -> Path:
    """A receipt for one package, signed by whom we like."""
    path = proof.weeks.built[label]
    with zipfile.ZipFile(path) as archive:
        paper = archive.read(f"{path.stem}/data/接收回执.pdf")
        text = archive.read(f"{path.stem}/data/ledger/checkpoint-{path.stem.partition('-')[2]}.txt")
    made = folder / f"{label}.{'pdf' if kind == 'pdf' else 'p7s'}"
    made.write_bytes(sign_receipt(paper, signer) if kind == "pdf" else sign_text(text, signer))
    return made
