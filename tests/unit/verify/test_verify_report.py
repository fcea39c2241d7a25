"""The report says what a Chinese auditor needs, in the terminal, as JSON and as PDF."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from pypdf import PdfReader

from evidence.errors import InputError
from evidence.verify.examine import verify_path
from evidence.verify.model import Check, CheckKind, Indication, Report, conclude, failed, note, passed, review
from evidence.verify.pdf.task import judge_task
from evidence.verify.report_font import CANDIDATES, PredefinedFont, find_font
from evidence.verify.report_pdf import report_bytes, write_report
from evidence.verify.wording import check_lines, text_report
from tests.packing import to_zip, two_weeks

AT = datetime(2022, 4, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    path = tmp_path_factory.mktemp("report") / "WJB-2022-W13.zip"
    path.write_bytes(to_zip(two_weeks()[1], "WJB-2022-W13"))
    return verify_path(path, at=AT, judge_pdfs=lambda tasks: [judge_task(task) for task in tasks])


def test_the_json_document_has_the_interfaces_keys(report: Report) -> None:
    document = msgspec.json.decode(msgspec.json.encode(report.to_json()))
    assert {
        "indication",
        "sub_indication",
        "evaluation_keys",
        "checks",
        "signatures",
        "ledger",
        "completeness",
    } <= document.keys()
    assert {tuple(sorted(check)) for check in document["checks"]} == {("id", "kind", "location", "message")}
    assert set(document["signatures"][0]) == {
        "file", "field", "signer", "signed_at", "timestamp", "level", "integrity", "coverage",
        "modifications", "trusted", "indication", "sub_indication", "certificate_sha256",
        "certificate_serial", "algorithms", "chain", "time_stamp_authority", "proof_of_existence",
    }  # fmt: skip
    own = document["signatures"][0]
    assert own["chain"][0]["sha256"] == own["certificate_sha256"]
    assert own["chain"][0]["revocation"]["source"] == "CRL"
    assert (own["algorithms"]["digest"], own["proof_of_existence"]["by"]) == ("sha256", "verification_time")
    assert set(document["ledger"]) == {"checkpoint", "previous", "continuous", "witnessed"}
    assert set(document["completeness"]) == {"complete", "owed_before", "supplement", "recomputed"}
    assert re.fullmatch(r"(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}", document["ledger"]["checkpoint"])


@pytest.mark.parametrize(
    ("checks", "expected"),
    [
        ((), (Indication.INDETERMINATE, "SIGNED_DATA_NOT_FOUND")),
        ((note("a", ""),), (Indication.INDETERMINATE, "SIGNED_DATA_NOT_FOUND")),
        ((passed("a", ""), note("b", "")), (Indication.PASSED, "")),
        ((passed("a", ""), review("b", "", sub="NO_POE")), (Indication.INDETERMINATE, "NO_POE")),
        (
            (review("b", "", sub="NO_POE"), failed("c", "", sub="HASH_FAILURE")),
            (Indication.FAILED, "HASH_FAILURE"),
        ),
    ],
)
def test_one_failure_fails_all_and_one_question_leaves_it_open(
    checks: tuple[Check, ...], expected: tuple[Indication, str]
) -> None:
    assert conclude(checks) == expected


def test_the_terminal_report_names_fingerprints_and_limits(report: Report) -> None:
    text = "\n".join(text_report(report))
    assert text.startswith("◐ 尚不能认定（INDETERMINATE）")
    for words in ("检查点指纹", "核对证书指纹", "本程序不能证明", "没有见证"):
        assert words in text


def test_the_same_sentence_about_many_files_is_said_once_and_counted() -> None:
    many = tuple(passed("pdf.signature", "签名值与内容相符。", f"{number}.pdf") for number in range(9))
    ((kind, sentence),) = check_lines(many)
    assert (kind, sentence.count(".pdf"), "等 9 处" in sentence) == (CheckKind.PASS, 3, True)
    broken = tuple(failed("bag.changed", "已被改动。", f"{number}.pdf") for number in range(9))
    ((_, sentence),) = check_lines(broken)
    assert sentence.count(".pdf") == 9  # what failed is never only counted


@pytest.mark.skipif(not any(Path(path).is_file() for path in CANDIDATES), reason="no Chinese font installed")
def test_the_pdf_report_embeds_its_font_and_its_text_can_be_searched(report: Report) -> None:
    data = report_bytes(report)
    assert data == report_bytes(report)
    reader = PdfReader(io.BytesIO(data))
    text = "".join(page.extract_text() for page in reader.pages)
    assert "电子移交材料验证报告" in text
    assert "没有给出信任证书" in text
    font = reader.pages[0]["/Resources"]["/Font"]["/C"]["/DescendantFonts"][0].get_object()
    assert {"/FontFile2", "/FontFile3"} & font["/FontDescriptor"].keys()


def test_without_an_installed_font_every_readers_own_is_named(report: Report) -> None:
    assert isinstance(find_font("字", candidates=("/nowhere/font.ttc",)), PredefinedFont)
    data = report_bytes(report, PredefinedFont())
    font = PdfReader(io.BytesIO(data)).pages[0]["/Resources"]["/Font"]["/C"]
    assert (font["/BaseFont"], font["/Encoding"]) == ("/STSong-Light", "/UniGB-UTF16-H")


def test_a_damaged_font_is_passed_over(tmp_path: Path) -> None:
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"\0\1\0\0garbage")
    assert isinstance(find_font("字", candidates=(str(broken),)), PredefinedFont)


def test_no_line_runs_over_the_margin(report: Report) -> None:
    data = report_bytes(report, PredefinedFont())
    for page in PdfReader(io.BytesIO(data)).pages:
        for line in page.get_contents().get_data().split(b"\n"):
            match = re.match(rb"BT [\d. ]+ rg ([\d.]+) [\d.]+ Td (.*) ET", line)
            if match is None or b"/M" in match[2]:
                continue
            wide = sum(len(digits) // 4 for digits in re.findall(rb"<([0-9a-f]+)>", match[2]))
            size = float(re.findall(rb"/[CL] ([\d.]+) Tf", match[2])[0])
            assert float(match[1]) + wide * size <= 595.28 - 62.4 + 0.01


def test_a_report_that_cannot_be_written_says_so(report: Report, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        write_report(report, tmp_path / "nowhere" / "r.pdf")
    assert caught.value.remedy
