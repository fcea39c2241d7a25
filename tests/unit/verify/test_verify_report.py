"""The report says what a Chinese auditor needs, in the terminal, as JSON and as PDF."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec
import pikepdf
import pypdfium2
import pytest
from pyhanko.generated.etsi import ts_11910202 as vr
from xsdata.formats.dataclass.parsers import XmlParser

from evidence.errors import InputError, MissingPartError
from evidence.verify.etsi_report import etsi_xml
from evidence.verify.examine import verify_path
from evidence.verify.four_properties import four_properties, items_of
from evidence.verify.model import Check, CheckKind, Indication, Report, conclude, failed, note, passed, review
from evidence.verify.pdf.task import judge_task
from evidence.verify.report_content import Field, summary
from evidence.verify.report_file import write_report
from evidence.verify.report_pdf import CANDIDATES, report_bytes
from evidence.verify.take_down import take_down
from evidence.verify.wording import check_lines, text_report
from tests.support.packing import plain_pdf, sign_pdf, to_zip, two_weeks
from tests.support.pki import shared_pki

AT = datetime(2022, 4, 2, tzinfo=UTC)
VERIFY = Path(__file__).parents[3] / "evidence/verify"
AREAS = "(?:container|zip|bag|signature|renewal|pdf|ledger|trust|judgement|completeness|attached|material)"


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
    assert set(document["ledger"]) == {
        "checkpoint", "previous", "continuous", "witnessed", "witnesses",
    }  # fmt: skip
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


needs_font = pytest.mark.skipif(
    not any(Path(path).is_file() for path in CANDIDATES), reason="no Chinese font installed"
)


@pytest.fixture(scope="module")
def noted(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The same verdict with its circumstances taken down."""
    folder = tmp_path_factory.mktemp("noted")
    path = folder / "WJB-2022-W13.zip"
    path.write_bytes(to_zip(two_weeks()[1], "WJB-2022-W13"))
    root = shared_pki().root.pem
    now = datetime(2026, 11, 28, 1, tzinfo=UTC)
    circumstances = take_down(path, trust=[("--trust", "root.pem", root)], previous=[path], now=now)
    return replace(report, circumstances=circumstances)


def _pages(data: bytes) -> list[str]:
    """Text of each page without blanks."""
    return ["".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(data)]


def _opened(data: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(data))


@needs_font
def test_the_pdf_report_is_pdf_a_with_every_font_embedded(noted: Report) -> None:
    with _opened(report_bytes(noted)) as pdf:
        with pdf.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("3", "B")
            assert "验证报告" in str(metadata["dc:title"])
        assert pdf.Root.OutputIntents[0].S == "/GTS_PDFA1"
        assert str(pdf.Root.Lang) == "zh-CN"
        fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
        assert fonts
        for font in fonts:
            described = font.DescendantFonts[0].FontDescriptor
            assert "/FontFile2" in described or "/FontFile3" in described
            assert "/ToUnicode" in font
        attached = {name: pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments}
    assert set(attached) == {"verify.json", "etsi-validation-report.xml"}
    assert msgspec.json.decode(attached["verify.json"])["indication"] == noted.indication


@needs_font
def test_the_first_page_is_what_a_judge_reads(noted: Report) -> None:
    text = _pages(report_bytes(noted))[0]
    assert noted.circumstances is not None
    for said in (
        "电子移交材料验证报告",
        "尚不能认定",
        noted.circumstances.object.sha256,
        "移交单位（自称）",
        "2022年4月1日15:00:00（北京时间）",  # as of
        "2026年11月28日09:00:00（北京时间）",  # real time of verification
        "2022年4月2日08:00:00（北京时间）",  # judged for
        "root.pem",
        "真实性",
        "完整性",
        "可用性",
        "安全性",
        "签字",
    ):
        assert said in text, said
    assert not re.search(r"\d{4}-\d{2}-\d{2}T\d{2}:", text), "no UTC instant in Chinese text"


@needs_font
def test_the_pdf_report_names_grounds_program_and_predecessors(noted: Report) -> None:
    text = "".join(_pages(report_bytes(noted)))
    grounds = ("ETSIEN319102-1", "pyhanko", "--previous", "--trust", "吊销信息", "CRL", "证书链")
    for said in (*grounds, "DA/T70-2018"):
        assert said in text, said


def test_without_a_chinese_font_the_report_names_the_package_to_install(noted: Report) -> None:
    with pytest.raises(MissingPartError) as caught:
        report_bytes(noted, candidates=("/nowhere/font.ttc",))
    assert caught.value.exit_code == 7
    assert "fonts-noto-cjk" in caught.value.remedy


@needs_font
def test_a_damaged_font_is_passed_over(noted: Report, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.ttc"
    damaged.write_bytes(b"ttcf\0\1\0\0garbage")
    assert report_bytes(noted, candidates=(str(damaged), *CANDIDATES)).startswith(b"%PDF")


@needs_font
def test_what_the_font_lacks_is_marked_and_never_left_out(noted: Report) -> None:
    strange = replace(noted, checks=(*noted.checks, note("bag.info", "文件名含有 \U0001f600。")))
    assert "文件名含有〓" in "".join(_pages(report_bytes(strange)))


def test_a_failed_verdict_carries_no_claim_as_if_it_counted(report: Report) -> None:
    failed_report = replace(report, indication=Indication.FAILED, sub_indication="HASH_FAILURE")
    text = "\n".join(text_report(failed_report))
    assert "● 移交包自称完整" not in text
    assert "自称不作数" in text
    assert "账本连续" not in text


def test_every_check_serves_an_item_of_the_four_properties() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in VERIFY.rglob("*.py"))
    made = set(re.findall(rf'"({AREAS}\.[a-z]+)"', code))
    assert len(made) > 30
    assert {each for each in made if not items_of(each)} == set()


def test_the_four_properties_say_what_was_checked_and_what_was_not(report: Report) -> None:
    items = four_properties((*report.checks, failed("bag.changed", "已被改动。", "data/x")))
    assert {item.property for item in items} == {"真实性", "完整性", "可用性", "安全性"}
    outcome = {item.item: item.kind for item in items}
    assert outcome["内容数据与登记一致"] is CheckKind.FAIL
    assert outcome["病毒与载体"] is None, "what no check looked at is not called in order"
    assert all(item.how for item in items)


def test_the_etsi_report_is_what_its_schema_says(noted: Report) -> None:
    parsed = XmlParser().from_bytes(etsi_xml([noted]), vr.ValidationReport)
    assert len(parsed.signature_validation_report) == len(noted.signatures)
    first = parsed.signature_validation_report[0]
    assert first.signature_validation_status is not None
    assert first.signature_validation_status.main_indication == "urn:etsi:019102:mainindication:indeterminate"
    assert first.signature_validation_status.sub_indication == (
        "urn:etsi:019102:subindication:NO_CERTIFICATE_CHAIN_FOUND",
    )
    assert first.signers_document is not None
    objects = parsed.signature_validation_objects
    assert objects is not None
    names = {each.id for each in objects.validation_object}
    assert {f"C-{sha256(each.validation_object_representation.base64).hexdigest()}"  # type: ignore[union-attr,arg-type]
            for each in objects.validation_object} == names  # fmt: skip
    assert b"urn:etsi:019102:validationObject:certificate" in etsi_xml([noted])


def test_nothing_signed_gives_an_etsi_report_that_says_so(report: Report) -> None:
    xml = etsi_xml([replace(report, signatures=())])
    assert b"subindication:SIGNED_DATA_NOT_FOUND" in xml


def test_a_report_that_cannot_be_written_says_so(report: Report, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        write_report(report, tmp_path / "nowhere" / "r.pdf")
    assert caught.value.remedy


def test_after_the_authority_expired_the_report_says_whom_to_ask_for_what(tmp_path: Path) -> None:
    path = tmp_path / "WJB-2022-W13.zip"
    path.write_bytes(to_zip(two_weeks()[1], "WJB-2022-W13"))
    late = verify_path(path, trust=[shared_pki().root.pem], at=datetime(2060, 1, 1, tzinfo=UTC))
    assert late.indication is Indication.INDETERMINATE
    said = "".join(each.message for each in late.checks if each.id == "signature.timestamp")
    assert ".renewals" in said
    assert "取得" in said


def test_a_single_pdf_shows_only_the_items_it_has_anything_to_do_with(tmp_path: Path) -> None:
    path = tmp_path / "合同.pdf"
    path.write_bytes(sign_pdf(plain_pdf("contract"), shared_pki(), datetime(2022, 4, 1, 4, tzinfo=UTC)))
    single = verify_path(path, at=AT)
    labels = [part.label for part in summary(single).parts if isinstance(part, Field)]
    assert "真实性" in labels
    assert "完整性" not in labels
    assert "移交单位（自称）" not in labels
