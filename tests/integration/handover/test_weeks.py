"""Week after week: incomplete, undecided, nil, supplements, holes, receipts, renewals."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import cms
from asn1crypto.pem import armor
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers

from evidence.bundles.keys import issue_certificate, make_crl, pem
from evidence.domain.document import BoxKind, Mark, MarkVerdict, ScannedPage
from evidence.domain.identifiers import ArrivalId
from evidence.domain.register import Receipt
from evidence.domain.week import Week
from evidence.errors import ExitCode, IncompleteError, UndecidedError, UsageError, VerificationFailedError
from evidence.handover.handover_context import HandoverContext
from evidence.handover.listing import handover_rows
from evidence.handover.package import Built, Order, build_package
from evidence.handover.receipts import (
    ReceiptRefusedError,
    accept_scan,
    accept_signed,
    find_package,
    is_signed,
)
from evidence.handover.renewal import renew
from evidence.ledger.arrival_events import ArrivalJudged, ArrivalTaken
from evidence.ledger.comparison import check_at_opening
from evidence.ledger.events import ReceiptReceived
from evidence.ledger.positions import CheckpointMark, Positions
from evidence.verify.examine import verify_path
from tests.support import sample
from tests.support.handing_over import build, make_office, something_new

PAGE_LOST = sample.without_page(sample.week_facts(), sample.number(sample.CLOSED, "FC"), 2)
MARK_UNSURE = sample.with_mark(
    sample.week_facts(), sample.number(sample.CLOSED, "FC"), "escort", MarkVerdict.UNDECIDED
)


def read(built: Built, member: str) -> bytes:
    with zipfile.ZipFile(built.path) as archive:
        return archive.read(f"{built.package.id}/{member}")


def trust(office: HandoverContext) -> list[bytes]:
    return [(office.root / "keys/ca.pem").read_bytes()]


@pytest.mark.parametrize(
    ("facts", "error", "code"),
    [
        (PAGE_LOST, IncompleteError, ExitCode.INCOMPLETE),
        (MARK_UNSURE, UndecidedError, ExitCode.UNDECIDED),
    ],
    ids=["page missing", "mark undecided"],
)
def test_no_package_while_something_is_missing_or_undecided(
    key_home: Path, tmp_path: Path, facts: sample.Facts, error: type[IncompleteError], code: ExitCode
) -> None:
    office = make_office(tmp_path, key_home, facts)
    size = office.ledger.head.size
    with pytest.raises(error) as refused:
        build(office)
    assert refused.value.exit_code is code
    assert "WJB22-0001-FC-001" in refused.value.where
    assert "--allow-incomplete" in refused.value.remedy
    assert office.ledger.head.size == size, "nothing is journalled"
    assert not list(office.folder.glob("WJB*"))


def test_an_incomplete_package_needs_a_reason_and_says_so_everywhere(key_home: Path, tmp_path: Path) -> None:
    office = make_office(tmp_path, key_home, PAGE_LOST)
    with pytest.raises(UsageError, match="必须说明原因"):
        build(office, allow_incomplete=True)
    built = build(office, allow_incomplete=True, why="第2页补扫中，安监科同意")
    assert not built.package.complete
    assert built.blocking
    told = b"Complete: no\nOwed-This-Week: 5\nOwed-Before: 0\nIncurable: 0\nIncomplete-Why: "
    assert told in read(built, "bag-info.txt")
    report = verify_path(built.path, trust=trust(office))
    assert (report.indication, report.completeness.complete) == ("TOTAL-PASSED", False)
    assert report.completeness.recomputed == "equal"


def test_a_week_without_visits_gives_a_nil_package(key_home: Path, tmp_path: Path) -> None:
    office = make_office(tmp_path, key_home)
    build(office)
    later = sample.FRIDAY + timedelta(days=7)
    built = build_package(office, Order(week=Week(2022, 14), at=later, allow_incomplete=True, why="试验"))
    assert built.package.cases == ()
    assert json.loads(read(built, "data/ledger/frontier.json"))["size"] > 0
    assert b"Previous-Package: WJB-2022-W13\n" in read(built, "bag-info.txt")
    report = verify_path(built.path, trust=trust(office))
    assert report.indication == "TOTAL-PASSED"
    assert report.ledger.continuous
    assert not report.ledger.witnessed
    own = verify_path(built.path, trust=trust(office), previous=office.folder / "WJB-2022-W13.zip")
    assert own.ledger.witnessed


def test_a_week_is_packed_once_and_weeks_have_no_hole(key_home: Path, tmp_path: Path) -> None:
    office = make_office(tmp_path, key_home)
    with pytest.raises(UsageError, match="无从补充"):
        build(office, supplement=True)
    build(office)
    with pytest.raises(UsageError, match="已经做好") as again:
        build(office)
    assert "--supplement" in again.value.remedy
    with pytest.raises(UsageError, match="2022-W14 还没有移交包"):
        build_package(office, Order(week=Week(2022, 15), at=sample.FRIDAY))
    with pytest.raises(UsageError, match="早于第一个"):
        build_package(office, Order(week=Week(2022, 12), at=sample.FRIDAY))


def test_a_supplement_refers_to_its_package_and_cites_what_was_sent(key_home: Path, tmp_path: Path) -> None:
    office = make_office(tmp_path, key_home)
    first = build(office)
    bytes_before = first.path.read_bytes()
    with pytest.raises(UsageError, match="没有变化"):
        build(office, supplement=True)
    something_new(office)
    supplement = build(office, supplement=True)
    assert supplement.package.id == "WJB-2022-W13-S1"
    info = read(supplement, "bag-info.txt").decode()
    assert (
        f"Supplement-Of: WJB-2022-W13\nSupplement-Of-Tagmanifest-SHA256: {first.package.tagmanifest}" in info
    )
    assert f"Supplement-Changes: {sample.CLOSED} 登记台账 1" in info
    assert supplement.changes == (f"{sample.CLOSED} 登记台账 1",)
    assert supplement.package.originals == (), "originals already sent are cited, not sent again"
    assert first.path.read_bytes() == bytes_before
    report = verify_path(supplement.path, trust=trust(office), previous=first.path)
    assert report.indication == "TOTAL-PASSED"
    rows = handover_rows(office.ledger.view, office.folder)
    assert [(row.package, row.state, row.superseded_by) for row in rows] == [
        ("WJB-2022-W13", "outstanding", "WJB-2022-W13-S1"),
        ("WJB-2022-W13-S1", "outstanding", ""),
    ]
    assert supplement.package.list_number == "WJB22-0000-YD-002"


class Regulator:
    """The other side's key, under its own root."""

    def __init__(self, folder: Path) -> None:
        start = datetime.now(UTC) - timedelta(days=1)
        root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
        root = issue_certificate("高新区根证书", root_key, now=start, years=5, organization="高新区")
        made = issue_certificate(
            "高新区安监科", key, issuer=root, issuer_key=root_key, now=start, years=3, organization="高新区"
        )
        self.root = pem(root)
        self.crl = armor("X509 CRL", make_crl(root, root_key, now=start, years=1))
        path = folder / "regulator.p12"
        path.write_bytes(
            pkcs12.serialize_key_and_certificates(
                b"r", key, made, [root], serialization.BestAvailableEncryption(b"p")
            )
        )
        self.signer = signers.SimpleSigner.load_pkcs12(str(path), passphrase=b"p")

    def sign(self, pdf: bytes) -> bytes:
        metadata = signers.PdfSignatureMetadata(field_name="Regulator", md_algorithm="sha256")
        out = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), metadata, self.signer)
        return bytes(out.getvalue())

    def sign_text(self, text: bytes) -> bytes:
        import asyncio

        signed: cms.ContentInfo = asyncio.run(
            self.signer.async_sign_general_data(text, "sha256", detached=True)
        )
        return bytes(signed.dump())


@pytest.fixture
def regulator(tmp_path: Path) -> Regulator:
    return Regulator(tmp_path)


def next_week(office: HandoverContext) -> Built:
    at = sample.FRIDAY + timedelta(days=7)
    return build_package(office, Order(week=Week(2022, 14), at=at, allow_incomplete=True, why="试验"))


@pytest.mark.parametrize("manner", ["pdf", "cms"])
def test_a_signed_receipt_makes_the_next_package_witnessed(
    key_home: Path, tmp_path: Path, regulator: Regulator, manner: str
) -> None:
    office = make_office(tmp_path / "ws", key_home)
    first = build(office)
    if manner == "pdf":
        data = regulator.sign(read(first, "data/接收回执.pdf"))
    else:
        data = regulator.sign_text(read(first, "data/ledger/checkpoint-2022-W13.txt"))
    assert is_signed(data)
    receipt = accept_signed(office, first.package, data, now=sample.FRIDAY, actor="test")
    assert receipt.manner == "signature"
    assert "高新区安监科" in receipt.signer
    again = accept_signed(office, first.package, data, now=sample.FRIDAY, actor="test")
    assert again.source == receipt.source
    assert len(office.ledger.view.receipts()) == 1, "the same file twice is one receipt"
    second = next_week(office)
    told = json.loads(read(second, "data/ledger/receipt.json"))
    assert (told["package"], told["manner"]) == ("WJB-2022-W13", "signature")
    assert read(second, f"data/ledger/{told['file']}") == data
    ours = verify_path(second.path, trust=trust(office))
    assert not ours.ledger.witnessed, "without the regulator's certificate a signature is no witness"
    believed = verify_path(second.path, trust=[*trust(office), regulator.root, regulator.crl])
    assert not believed.ledger.witnessed, "trusting a signature does not make its maker the regulator"
    both = verify_path(second.path, trust=[*trust(office), regulator.crl], regulator=[regulator.root])
    assert both.ledger.witnessed
    assert [(one.package, one.what) for one in both.ledger.witnesses] == [("WJB-2022-W13", "receipt")]
    assert [row.state for row in handover_rows(office.ledger.view, office.folder)] == [
        "received",
        "outstanding",
    ]


def test_a_scanned_receipt_is_only_stated(key_home: Path, tmp_path: Path) -> None:
    office = make_office(tmp_path, key_home)
    first = build(office)
    source = office.originals.put_bytes(b"\xff\xd8\xff a photograph of the receipt")
    scanned = Receipt(package=first.package.id, at=sample.FRIDAY, source=source, manner="scan")
    office.ledger.append("test", ReceiptReceived(receipt=scanned))
    report = verify_path(next_week(office).path, trust=trust(office))
    assert not report.ledger.witnessed
    assert report.indication == "TOTAL-PASSED"


@pytest.mark.parametrize("seen", [MarkVerdict.PRESENT, MarkVerdict.ABSENT])
def test_a_scanned_receipt_counts_only_when_signed_and_sealed(
    key_home: Path, tmp_path: Path, seen: MarkVerdict
) -> None:
    office = make_office(tmp_path, key_home)
    package = build(office).package
    number = sample.number("WJB22-0000", "HS")
    digest = office.originals.put_bytes(b"\xff\xd8\xff scan")
    seal = Mark(
        box="regulator-seal",
        kind=BoxKind.SEAL,
        role="regulator",
        page=1,
        required=True,
        verdict=seen,
        score=900,
    )
    arrival = ArrivalId("A-20220404-0001")
    page = ScannedPage(
        number=number, page=1, arrival=arrival, sha256=digest, index=0, quality=900, marks=(seal,)
    )

    def ingest() -> None:
        scanned = Receipt(package=package.id, at=sample.FRIDAY, source=digest, manner="scan")
        office.ledger.append(
            "test",
            ArrivalTaken(
                arrival=arrival,
                path="回执.jpg",
                sha256=digest,
                bytes=8,
                received_at=sample.FRIDAY,
                media_type="image/jpeg",
            ),
            ArrivalJudged(arrival=arrival, outcome="linked", pages=(page,)),
            ReceiptReceived(receipt=scanned),
        )

    if seen is MarkVerdict.PRESENT:
        accepted = accept_scan(office, package, ingest, digest=digest)
        assert accepted is not None
        assert accepted.manner == "scan"
    else:
        with pytest.raises(UndecidedError, match="未见：监管部门盖章"):
            accept_scan(office, package, ingest, digest=digest)
    assert accept_scan(office, package, lambda: None, digest="0" * 64) is None


def test_a_receipt_about_something_else_is_refused(
    key_home: Path, tmp_path: Path, regulator: Regulator
) -> None:
    office = make_office(tmp_path / "ws", key_home)
    first = build(office)
    unsigned = read(first, "data/接收回执.pdf")
    assert not is_signed(unsigned)
    with pytest.raises(ReceiptRefusedError, match="没有签名"):
        accept_signed(office, first.package, unsigned, now=sample.FRIDAY, actor="test")
    with pytest.raises(ReceiptRefusedError, match="检查点"):
        accept_signed(office, first.package, regulator.sign_text(b"other"), now=sample.FRIDAY, actor="test")
    signed = bytearray(regulator.sign(unsigned))
    signed[signed.index(b"/MediaBox") + 12] ^= 1
    with pytest.raises(ReceiptRefusedError, match=r"不符|无法核验"):
        accept_signed(office, first.package, bytes(signed), now=sample.FRIDAY, actor="test")
    ours = read(first, "data/移交清单.pdf")
    with pytest.raises(ReceiptRefusedError, match="自己的密钥"):
        accept_signed(office, first.package, ours, now=sample.FRIDAY, actor="test")
    with pytest.raises(UsageError, match="没有移交包"):
        find_package(office.ledger.view, "WJB-2022-W99")
    assert not office.ledger.view.receipts()


def test_renewing_twice_makes_a_chain_and_leaves_the_package_alone(key_home: Path, tmp_path: Path) -> None:
    office = make_office(tmp_path, key_home)
    built = build(office)
    before = built.path.read_bytes()
    steps = [renew(office, built.path) for _ in range(2)]
    assert [step.step for step in steps] == [1, 2]
    assert built.path.read_bytes() == before
    second = (steps[1].folder / "imprint.txt").read_text()
    assert "  001/token.tst\n" in second
    assert steps[0].expires_at > datetime.now(UTC) + timedelta(days=365)
    report = verify_path(built.path, trust=trust(office))
    assert report.indication == "TOTAL-PASSED"
    assert sum("renewals" in (check.location or "") for check in report.checks) >= 1
    (steps[1].folder / "token.tst").unlink()
    with pytest.raises(VerificationFailedError, match="不全"):
        renew(office, built.path)
    assert handover_rows(office.ledger.view, office.folder)[0].renewals == 2


def test_only_a_package_can_be_renewed(key_home: Path, tmp_path: Path) -> None:
    office = make_office(tmp_path, key_home)
    (tmp_path / "x.zip").write_bytes(b"no zip")
    for path in (tmp_path / "x.zip", tmp_path / "absent.zip"):
        with pytest.raises(UsageError, match="不是移交包"):
            renew(office, path)


def test_a_package_leaves_its_checkpoint_compared_so_that_no_opening_reads_the_tree(
    key_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = make_office(tmp_path, key_home)
    office.ledger.positions = Positions(tmp_path / "archive")
    build(office)
    (made,) = office.ledger.view.checkpoints()
    mark = office.ledger.positions.mark()
    assert mark is not None
    assert mark.checkpoint == CheckpointMark(size=made.size, root=made.root)

    def never(*_args: object) -> object:
        raise AssertionError("the tree was read")

    monkeypatch.setattr(type(office.ledger), "tree", never)
    check_at_opening(office.ledger, "WJB")
