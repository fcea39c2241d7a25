"""`evidence verify DIR/` as an auditor types it: one JSON document, missing weeks and forks by name."""

from __future__ import annotations

import io
import json
import shutil
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from click.testing import CliRunner
from pyhanko.generated.etsi import ts_11910202 as vr
from xsdata.formats.dataclass.parsers import XmlParser

from evidence.cli.main import main
from evidence.cli.verify import verify_command
from tests.custody.ten_weeks import Weeks
from tests.support.handing_over import NAMES


@pytest.fixture(scope="module")
def trust(weeks: Weeks, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder, given = tmp_path_factory.mktemp("trust"), []
    blobs = [("--trust", blob) for blob in weeks.trust] + [("--regulator", blob) for blob in weeks.regulators]
    for place, (option, blob) in enumerate(blobs):
        path = folder / f"{place}.pem"
        path.write_bytes(blob)
        given += [option, str(path)]
    return given


def filed(weeks: Weeks, folder: Path, *labels: str) -> Path:
    folder.mkdir()
    for label in labels:
        shutil.copy(weeks.built[label], folder)
    return folder


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(verify_command, [str(each) for each in arguments], standalone_mode=False)
    assert result.exception is None, result.exception
    return int(result.return_value or 0), result.stdout


def series(folder: Path, trust: list[str]) -> tuple[int, dict[str, Any]]:
    code, out = run(folder, *trust, "--json")
    document: dict[str, Any] = json.loads(out)
    assert set(document) == {"packages", "series"}
    assert set(document["series"]) == {"indication", "missing_weeks", "forks"}
    return code, document


def test_a_whole_series_is_one_json_document(weeks: Weeks, trust: list[str], tmp_path: Path) -> None:
    folder = filed(weeks, tmp_path / "移交包", "W13", "W14")
    code, document = series(folder, trust)
    assert document["series"] == {"indication": "TOTAL-PASSED", "missing_weeks": [], "forks": []}
    assert [each["package"]["week"] for each in document["packages"]] == ["2022-W13", "2022-W14"]
    assert {each["indication"] for each in document["packages"]} == {"TOTAL-PASSED"}
    assert code == 0
    assert all(
        {"indication", "checks", "signatures", "ledger", "completeness"} <= set(each)
        for each in document["packages"]
    )


def test_a_missing_week_is_named(weeks: Weeks, trust: list[str], tmp_path: Path) -> None:
    folder = filed(weeks, tmp_path / "移交包", "W13", "W15")
    code, document = series(folder, trust)
    assert code == 5
    assert document["series"]["indication"] == "INDETERMINATE"
    assert document["series"]["missing_weeks"] == ["2022-W14"]
    code, out = run(folder, *trust)
    assert code == 5
    assert "缺少这些周的移交包：2022-W14" in out


def test_two_histories_are_named_with_both_packages(
    weeks: Weeks, without_supplement: Path, trust: list[str], tmp_path: Path
) -> None:
    folder = filed(weeks, tmp_path / "移交包", "W15-S1")
    copied = folder / without_supplement.name
    (shutil.copytree if without_supplement.is_dir() else shutil.copy)(without_supplement, copied)
    code, document = series(folder, trust)
    assert code == 4
    assert document["series"]["indication"] == "TOTAL-FAILED"
    (fork,) = document["series"]["forks"]
    assert sorted(fork["packages"]) == ["WJB-2022-W15-S1", "WJB-2022-W16"]
    assert fork["why"]
    code, out = run(folder, *trust)
    assert code == 4
    assert "WJB-2022-W16" in out
    assert "WJB-2022-W15-S1" in out


@pytest.fixture(scope="module")
def written(weeks: Weeks, trust: list[str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """One report about a series with a hole in it, as PDF and as XML."""
    home = tmp_path_factory.mktemp("report")
    folder = filed(weeks, home / "移交包", "W13", "W15")
    pdf, xml = home / "report.pdf", home / "report.xml"
    code, _out = run(folder, *trust, "--report", pdf, "--etsi", xml)
    assert code == 5
    return pdf, xml


def test_the_report_of_a_series_is_pdf_a_and_says_what_a_judge_asks(
    weeks: Weeks, written: tuple[Path, Path]
) -> None:
    data = written[0].read_bytes()
    pages = ["".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(data)]
    for words in (
        "历次电子移交材料验证报告",
        "这一系列移交包尚不能认定",
        "2个移交包",
        NAMES.agency,
        "2022-W13至2022-W15",
        "实际验证时间",
        "缺周2022-W14",
        "信任依据",
        "签字",
    ):
        assert words in pages[0], words
    assert sum("签字：" in page for page in pages) == 1, "one page of summary"
    rest = "".join(pages[1:])
    for label in ("W13", "W15"):
        assert sha256(weeks.built[label].read_bytes()).hexdigest() in rest, label
    with pikepdf.open(io.BytesIO(data)) as pdf:
        with pdf.open_metadata() as metadata:
            assert metadata["pdfaid:part"] == "3"
        attached = {name: pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments}
    document = json.loads(attached["verify.json"])
    assert document["series"]["missing_weeks"] == ["2022-W14"]
    assert [each["package"]["week"] for each in document["packages"]] == ["2022-W13", "2022-W15"]
    assert attached["etsi-validation-report.xml"] == written[1].read_bytes()


def test_the_machine_report_of_a_series_has_every_signature_of_every_package(
    weeks: Weeks, trust: list[str], written: tuple[Path, Path]
) -> None:
    parsed = XmlParser().from_bytes(written[1].read_bytes(), vr.ValidationReport)
    reports = parsed.signature_validation_report
    _code, document = series(written[0].parent / "移交包", trust)
    assert len(reports) == sum(len(each["signatures"]) for each in document["packages"])
    named = [found for report in reports if (found := report.signature_identifier) is not None]
    assert len(named) == len(reports)
    assert len({each.id for each in named}) == len(named)
    assert {str(each.daidentifier).partition("/")[0] for each in named} == {
        weeks.built["W13"].name,
        weeks.built["W15"].name,
    }
    xml = written[1].read_text("utf-8")
    for label in ("W13", "W15"):
        digest = sha256(weeks.built[label].read_bytes()).digest()
        assert b64encode(digest).decode() in xml, label


def test_the_json_of_a_series_says_under_what_circumstances(
    weeks: Weeks, trust: list[str], tmp_path: Path
) -> None:
    _code, document = series(filed(weeks, tmp_path / "移交包", "W13", "W14"), trust)
    first, second = (each["circumstances"] for each in document["packages"])
    assert first["object"]["sha256"] == sha256(weeks.built["W13"].read_bytes()).hexdigest()
    assert first["previous"] == [second["object"]]
    assert len(first["trust"]) == 4
    assert all(each["properties"] for each in document["packages"])


def test_without_a_font_the_verdict_on_a_series_still_comes(
    weeks: Weeks, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evidence.verify.report_pdf.CANDIDATES", ("/nowhere/font.ttc",))
    folder, target = filed(weeks, tmp_path / "移交包", "W13"), tmp_path / "report.pdf"
    with pytest.raises(SystemExit) as stopped:
        main(["verify", str(folder), "--report", str(target)])
    assert stopped.value.code == 7
    said = capsys.readouterr()
    assert "fonts-noto-cjk" in said.err
    assert "这一系列移交包尚不能认定" in said.out
    assert not target.exists()
