"""`evidence verify` from outside: exit codes, one JSON document, errors with remedies."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from evidence.cli.main import main
from evidence.domain.week import Week
from tests.support.packing import DOSSIER, Service, plain_pdf, sign_pdf, to_folder, to_zip, two_weeks
from tests.support.pki import shared_pki

NOON = datetime(2022, 4, 1, 4, tzinfo=UTC)


@pytest.fixture
def trust(tmp_path: Path) -> str:
    path = tmp_path / "root.pem"
    path.write_bytes(shared_pki().root.pem)
    return str(path)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "WJB-2022-W13.zip"
    path.write_bytes(to_zip(two_weeks()[1], "WJB-2022-W13"))
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stop:
        main(["verify", *arguments])
    out, err = capsys.readouterr()
    assert isinstance(stop.value.code, int)
    return stop.value.code, out, err


def test_a_sound_package_exits_0_and_prints_one_json_document(
    capsys: pytest.CaptureFixture[str], package: Path, trust: str
) -> None:
    code, out, _ = run(capsys, str(package), "--trust", trust, "--at", "2022-04-02", "--json")
    assert (code, json.loads(out)["indication"]) == (0, "TOTAL-PASSED")


def test_without_trust_it_exits_5(capsys: pytest.CaptureFixture[str], package: Path) -> None:
    code, out, _ = run(capsys, str(package), "--at", "2022-04-02")
    assert code == 5
    assert "INDETERMINATE" in out.splitlines()[0]


def test_a_changed_package_exits_4_and_names_the_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, trust: str
) -> None:
    files = {**two_weeks()[1], DOSSIER: b"%PDF-1.7 forged"}
    folder = to_folder(files, tmp_path / "WJB-2022-W13")
    code, out, _ = run(capsys, str(folder), "--trust", trust)
    assert code == 4
    assert DOSSIER in out


def test_an_incomplete_package_exits_3(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, trust: str
) -> None:
    service = Service(first=Week(2022, 13))
    service.write(2)
    folder = to_folder(service.pack(Week(2022, 13), complete=False), tmp_path / "WJB-2022-W13")
    code, out, _ = run(capsys, str(folder), "--trust", trust, "--at", "2022-04-02")
    assert code == 3
    assert "自称不完整" in out


def test_a_single_pdf_lists_its_signatures(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, trust: str
) -> None:
    path = tmp_path / "别人的.pdf"
    path.write_bytes(sign_pdf(plain_pdf(), shared_pki(), NOON, certify=False))
    code, out, _ = run(capsys, str(path), "--trust", trust, "--at", "2022-04-02", "--json")
    document = json.loads(out)
    assert code == 5  # no revocation data came with it
    assert [row["integrity"] for row in document["signatures"]] == ["passed"]
    unsigned = tmp_path / "plain.pdf"
    unsigned.write_bytes(plain_pdf())
    assert run(capsys, str(unsigned))[0] == 5


def test_the_report_is_written_beside_the_answer(
    capsys: pytest.CaptureFixture[str], package: Path, trust: str, tmp_path: Path
) -> None:
    target = tmp_path / "报告.pdf"
    code, out, err = run(
        capsys, str(package), "--trust", trust, "--at", "2022-04-02", "--report", str(target), "--json"
    )
    assert (code, target.read_bytes()[:5]) == (0, b"%PDF-")
    assert json.loads(out)
    assert str(target) in err


def test_without_a_chinese_font_the_verdict_is_said_and_the_package_named(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    package: Path,
    trust: str,
    tmp_path: Path,
) -> None:
    from evidence.verify import report_pdf

    monkeypatch.setattr(report_pdf, "CANDIDATES", ("/nowhere/font.ttc",))
    target = tmp_path / "r.pdf"
    code, out, err = run(
        capsys, str(package), "--trust", trust, "--at", "2022-04-02", "--report", str(target)
    )
    assert code == 7
    assert "TOTAL-PASSED" in out.splitlines()[0]
    assert "fonts-noto-cjk" in err
    assert not target.exists()


def test_the_report_for_other_validators_is_written(
    capsys: pytest.CaptureFixture[str], package: Path, trust: str, tmp_path: Path
) -> None:
    target = tmp_path / "r.xml"
    code, out, _ = run(
        capsys, str(package), "--trust", trust, "--at", "2022-04-02", "--etsi", str(target), "--json"
    )
    assert code == 0
    xml = target.read_text("utf-8")
    assert xml.count("<SignatureValidationReport>") == len(json.loads(out)["signatures"])
    assert "mainindication:total-passed" in xml
    assert "poetype:provided" in xml


def test_the_answer_names_time_bytes_trust_and_program(
    capsys: pytest.CaptureFixture[str], package: Path, trust: str
) -> None:
    code, out, _ = run(
        capsys, str(package), "--trust", trust, "--previous", str(package), "--at", "2038-01-01", "--json"
    )
    assert code in (4, 5)
    document = json.loads(out)
    noted = document["circumstances"]
    assert document["at"].startswith("2037-12-31") or document["at"].startswith("2038")
    assert noted["verified_at"] < "2038", "the real time stands beside --at"
    assert noted["object"]["sha256"] == sha256(package.read_bytes()).hexdigest()
    assert [each["file"] for each in noted["trust"]] == ["root.pem"]
    assert noted["previous"][0]["name"] == package.name
    assert noted["program"].startswith("evidence ")
    assert "EN 319 102-1" in noted["policy"]
    assert document["package"]["week"] == "2022-W13"
    assert {item["property"] for item in document["properties"]} == {"真实性", "完整性", "可用性", "安全性"}


def test_a_trust_file_without_a_certificate_is_named(
    capsys: pytest.CaptureFixture[str], package: Path, tmp_path: Path
) -> None:
    empty = tmp_path / "根证书.pem"
    empty.write_text("nothing")
    code, _out, err = run(capsys, str(package), "--trust", str(empty))
    assert code == 2
    assert "根证书.pem" in err


@pytest.mark.parametrize("arguments", [["nowhere.zip"], [], ["--trust"]])
def test_wrong_use_exits_2(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    assert run(capsys, *arguments)[0] == 2


def test_an_unreadable_trust_file_exits_2_and_says_what_to_give(
    capsys: pytest.CaptureFixture[str], package: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.pem"
    bad.write_bytes(b"hello")
    code, _, err = run(capsys, str(package), "--trust", str(bad))
    assert code == 2
    assert "PEM" in err
