"""Ten honest weeks of one agency, packed by the product's own builder with quickly drawn papers.

Every event an honest agency meets is in them: a nil week, an incomplete one, a supplement, late papers,
a new certificate, another time-stamp authority, receipts on paper and signed, late receipts, renewals.
"""

from __future__ import annotations

import asyncio
import io
import shutil
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from asn1crypto import cms, x509
from asn1crypto.pem import armor
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers

from evidence.bundles.keys import make_local_authority
from evidence.bundles.settings import SignerSettings, TimestampSettings
from evidence.domain.identifiers import ArrivalId, CaseId
from evidence.domain.register import Receipt
from evidence.domain.week import Week
from evidence.handover.handover_context import HandoverContext
from evidence.handover.package import Built, Order, build_package
from evidence.handover.receipts import accept_signed
from evidence.handover.renewal import renew
from evidence.handover.signer_change import change_signer
from evidence.ledger.events import CaseOpened, ReceiptReceived, VisitRecorded
from tests.custody import unusual_events
from tests.support import sample
from tests.support.handing_over import NAMES, document_events, open_office, record
from tests.support.pki import Identity, Pki, make_authority, make_crl, make_identity, simple_signer

FIRST = Week(2022, 13)
REGULATOR = "武进国家高新区经济发展局"


@dataclass(kw_only=True)
class Clock:
    """Contract time; the story moves it, and it never falls."""

    now: datetime = sample.FRIDAY

    def __call__(self) -> datetime:
        return self.now


def make_pki(name: str, organization: str) -> Pki:
    """A root of its own with one signer, one authority and a fresh list."""
    root = make_identity(f"{name}根证书", organization=f"{name}发证中心")
    return Pki(
        root=root,
        signer=make_identity(f"{name}签章", issuer=root, organization=organization),
        authority=make_authority(f"{name}时间戳", root),
        crl=make_crl(root),
    )


@dataclass(kw_only=True)
class Weeks:
    """The story so far: the office, its packages in order, and everybody's certificates."""

    office: HandoverContext
    clock: Clock
    agency: Pki
    second: Pki
    """The agency under its later certificate and authority."""
    regulator: Pki
    built: dict[str, Path] = field(default_factory=dict)
    """Label (`W13`, `W15-S1`) -> zip."""

    @property
    def trust(self) -> list[bytes]:
        """What an auditor has from other channels."""
        return [self.agency.root.pem, self.second.root.pem]

    @property
    def regulators(self) -> list[bytes]:
        """What he has of the regulator."""
        return [self.regulator.root.pem, armor("X509 CRL", self.regulator.crl)]

    def pki_of(self, label: str) -> Pki:
        """Whose key signed a package."""
        return self.second if label >= "W18" else self.agency


def ten_weeks(root: Path) -> Weeks:
    """Live through 2022-W13 to 2022-W22."""
    clock = Clock()
    agency, second = make_pki("甲", NAMES.agency), make_pki("乙", NAMES.agency)
    regulator = make_pki("监管", REGULATOR)
    root.mkdir(parents=True)
    write_keys(root / "keys", agency)
    office = open_office(root, clock=clock)
    weeks = Weeks(office=office, clock=clock, agency=agency, second=second, regulator=regulator)
    record(office, sample.week_facts())
    unusual_events.decisions(office, sample.FRIDAY)
    first = pack(weeks, "W13")
    _nil_week(weeks, first)
    _incomplete_week(weeks)
    _signed_receipts(weeks)
    _late_week(weeks)
    _new_certificate(weeks)
    _last_weeks(weeks)
    renew(office, weeks.built["W13"])
    return weeks


def _nil_week(weeks: Weeks, first: Built) -> None:
    """W14: nothing moved. The scan of W13's receipt comes back only after it."""
    pack(weeks, "W14")
    weeks.clock.now += timedelta(hours=2)
    scan = weeks.office.originals.put_bytes(b"\xff\xd8\xff a photograph of the receipt")
    receipt = Receipt(package=first.package.id, at=weeks.clock.now, source=scan, manner="scan")
    weeks.office.ledger.append("test", ReceiptReceived(receipt=receipt))


def _incomplete_week(weeks: Weeks) -> None:
    """W15: a new case whose record lacks a page; the supplement brings the page."""
    weeks.clock.now = friday("W15") - timedelta(hours=5)
    case = sample.checked_case(CaseId("WJB22-0004"), 1, friday("W15").date() - timedelta(days=3))
    (document,) = case.documents
    lacking = replace(document, scans=document.scans[:1])
    events = [CaseOpened(case=case.case), *(VisitRecorded(visit=visit) for visit in case.visits)]
    events += document_events(weeks.office, lacking, world_arrival("0001", "15"))
    weeks.office.ledger.append("test", *events)
    pack(weeks, "W15")
    weeks.clock.now += timedelta(hours=3)
    rest = list(document_events(weeks.office, document, world_arrival("0002", "15")))[1:]
    weeks.office.ledger.append("test", *rest)
    pack(weeks, "W15-S1", at=weeks.clock.now)


def _signed_receipts(weeks: Weeks) -> None:
    """W16 and W17: the regulator signs the receipt of W15 late, and that of W16 in time."""
    pack(weeks, "W16")
    weeks.clock.now += timedelta(hours=1)
    _receive(weeks, "W15", as_pdf=False)
    _receive(weeks, "W16", as_pdf=True)


def _late_week(weeks: Weeks) -> None:
    """W17 is packed three days late, for its own Friday."""
    weeks.clock.now = friday("W17") + timedelta(days=3)
    unusual_events.after_the_instant(weeks.office)
    pack(weeks, "W17", at=friday("W17"))


def _new_certificate(weeks: Weeks) -> None:
    """W18: the old key vouches for the new one; W19: another time-stamp authority."""
    weeks.clock.now = friday("W18") - timedelta(hours=3)
    new = x509.Certificate.load(weeks.second.signer.der)
    change_signer(weeks.office, new, why="旧证书到期", now=weeks.clock.now, actor="test")
    write_signer(weeks.office.root / "keys", weeks.second, "second")
    signer = SignerSettings(
        pkcs12="keys/second.p12",
        password_file="keys/second.password",
        chain=("keys/second.pem",),
        crls=("keys/second.crl", "keys/ca.crl"),
    )
    weeks.office = replace(weeks.office, signer=signer)
    pack(weeks, "W18")
    _write_authority(weeks.office.root / "keys/tsa2", weeks.second)
    weeks.office = replace(
        weeks.office, timestamp=TimestampSettings(local="keys/tsa2", chain=("keys/second.pem",))
    )
    pack(weeks, "W19")


def _last_weeks(weeks: Weeks) -> None:
    """W20 to W22: receipts keep coming, one on paper and one signed."""
    _receive(weeks, "W19", as_pdf=True)
    _until(weeks, "W20", unusual_events.corrections)
    pack(weeks, "W20")
    _receive(weeks, "W20", as_pdf=False)
    _until(weeks, "W21", unusual_events.taken_back)
    pack(weeks, "W21")
    _until(weeks, "W22", unusual_events.exceptions)
    pack(weeks, "W22")


def _until(weeks: Weeks, label: str, happened: Callable[[HandoverContext, datetime], None]) -> None:
    """Something happens in the week before a package."""
    weeks.clock.now = friday(label) - timedelta(hours=2)
    happened(weeks.office, weeks.clock.now)


def world_arrival(running: str, week: str) -> ArrivalId:
    """An arrival's number of that week's Friday."""
    return ArrivalId(f"A-{friday(f'W{week}'):%Y%m%d}-{running}")


def friday(label: str) -> datetime:
    weeks = int(label[1:3]) - FIRST.number
    return sample.FRIDAY + timedelta(days=7 * weeks)


def pack(weeks: Weeks, label: str, *, at: datetime | None = None) -> Built:
    at = at or friday(label)
    weeks.clock.now = max(weeks.clock.now, at) + timedelta(minutes=1)
    number, _, supplement = label[1:].partition("-S")
    built = build_package(
        weeks.office,
        Order(
            week=Week(2022, int(number)),
            at=at,
            supplement=bool(supplement),
            allow_incomplete=True,
            why="企业尚未上报，安监科知悉",
        ),
        clock=lambda: datetime.now(UTC),
    )
    weeks.built[label] = built.path
    return built


def _receive(weeks: Weeks, label: str, *, as_pdf: bool) -> None:
    """The regulator's signed receipt for a package comes back."""
    path = weeks.built[label]
    package = next(each for each in weeks.office.ledger.view.packages() if each.id == path.stem)
    with zipfile.ZipFile(path) as archive:
        paper = archive.read(f"{path.stem}/data/接收回执.pdf")
        text = archive.read(f"{path.stem}/data/ledger/checkpoint-{path.stem.partition('-')[2]}.txt")
    pki = weeks.regulator
    data = sign_receipt(paper, pki.signer, pki.root) if as_pdf else sign_text(text, pki.signer, pki.root)
    accept_signed(weeks.office, package, data, now=weeks.clock.now, actor="test")


def sign_receipt(pdf: bytes, identity: Identity, *chain: Identity) -> bytes:
    """The printed receipt with a signature in its field."""
    metadata = signers.PdfSignatureMetadata(field_name="Regulator", md_algorithm="sha256")
    out = signers.sign_pdf(
        IncrementalPdfFileWriter(io.BytesIO(pdf)), metadata, simple_signer(identity, *chain)
    )
    return bytes(out.getvalue())


def sign_text(text: bytes, identity: Identity, *chain: Identity) -> bytes:
    """A detached CMS over a checkpoint."""
    signer = simple_signer(identity, *chain)
    signed: cms.ContentInfo = asyncio.run(signer.async_sign_general_data(text, "sha256", detached=True))
    return bytes(signed.dump())


def write_keys(folder: Path, pki: Pki) -> None:
    folder.mkdir()
    write_signer(folder, pki, "signer")
    shutil.copy(folder / "signer.pem", folder / "ca.pem")
    shutil.copy(folder / "signer.crl", folder / "ca.crl")
    _write_authority(folder / "tsa", pki)


def write_signer(folder: Path, pki: Pki, name: str) -> None:
    password = b"only for tests"
    store = pkcs12.serialize_key_and_certificates(
        b"signer",
        pki.signer.key,
        pki.signer.certificate,
        [pki.root.certificate],
        serialization.BestAvailableEncryption(password),
    )
    (folder / f"{name}.p12").write_bytes(store)
    secret = folder / f"{name}.password"
    secret.write_bytes(password)
    secret.chmod(0o600)
    (folder / f"{name}.pem").write_bytes(pki.root.pem)
    (folder / f"{name}.crl").write_bytes(pki.crl)


def _write_authority(folder: Path, pki: Pki) -> None:
    make_local_authority(folder, pki.root.certificate, pki.root.key, now=datetime.now(UTC))
    (folder / "tsa.pem").write_bytes(pki.authority.pem)
    (folder / "chain.pem").write_bytes(pki.root.pem)
    key = pki.authority.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "tsa.key").write_bytes(key)


def labels(weeks: Weeks) -> Sequence[str]:
    """Every package in the order it was made."""
    return tuple(weeks.built)
