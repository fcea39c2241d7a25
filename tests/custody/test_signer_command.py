"""`evidence signer` as a person types it, and what an auditor then says of the packages."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto.pem import armor
from click.testing import CliRunner
from cryptography.hazmat.primitives import serialization

from evidence.bundles.settings import SignerSettings
from evidence.cli.main import main
from evidence.cli.program import cli
from evidence.config import Workspace, open_workspace
from evidence.doctor import _key
from evidence.domain.week import Week
from evidence.handover.handover_context import HandoverContext
from evidence.handover.package import Order, build_package
from evidence.handover.signer_change import changes, signer_in_force
from evidence.health.model import Condition
from evidence.ledger.events import PartiesImported
from evidence.settings import SETTINGS_FILE
from evidence.verify.examine import verify_path
from evidence.verify.model import CheckKind, Indication, Report
from tests.custody.ten_weeks import REGULATOR, make_pki, sign_text, write_keys, write_signer
from tests.support import sample
from tests.support.handing_over import NAMES, open_office
from tests.support.packing import plain_pdf
from tests.support.pki import Identity, Pki, make_crl, make_identity
from tests.support.soft_token import LIBRARY, read_configuration_again, softhsm

WHOSE = '[contract]\ncode = "WJB"\n'
NEW_KEY = """
[contract]
code = "WJB"
[signer]
pkcs12 = "keys/second.p12"
password_file = "keys/second.password"
chain = ["keys/second.pem"]
crls = ["keys/second.crl", "keys/ca.crl"]
"""
SECOND = SignerSettings(
    pkcs12="keys/second.p12",
    password_file="keys/second.password",
    chain=("keys/second.pem",),
    crls=("keys/second.crl", "keys/ca.crl"),
)


@dataclass(frozen=True)
class Agency:
    """A workspace that handed over W13 under its first key, and the keys of everybody."""

    root: Path
    first: Pki
    second: Pki
    regulator: Pki

    @property
    def office(self) -> HandoverContext:
        return open_office(self.root, clock=lambda: sample.FRIDAY + timedelta(days=7))

    def build(self, *, accept: bool = False) -> Path:
        """W14, under the second key."""
        order = Order(
            week=Week(2022, 14),
            at=sample.FRIDAY + timedelta(days=7),
            allow_incomplete=True,
            accept_indeterminate=accept,
            why="更换证书试验",
        )
        return build_package(replace(self.office, signer=SECOND), order).path

    @property
    def regulators(self) -> list[bytes]:
        return [self.regulator.root.pem, armor("X509 CRL", self.regulator.crl)]

    def judge(self, package: Path, *, regulator: bool = False) -> Report:
        trust = [self.first.root.pem, self.second.root.pem]
        return verify_path(package, trust=trust, regulator=self.regulators if regulator else ())


@pytest.fixture(scope="module")
def first_week(tmp_path_factory: pytest.TempPathFactory) -> Agency:
    root = tmp_path_factory.mktemp("signer") / "agency"
    root.mkdir()
    made = Agency(
        root,
        make_pki("甲", NAMES.agency),
        make_pki("乙", NAMES.agency),
        make_pki("监管", REGULATOR),
    )
    write_keys(root / "keys", made.first)
    write_signer(root / "keys", made.second, "second")
    (root / SETTINGS_FILE).write_text(WHOSE, "utf-8")
    office = open_office(root)
    facts = sample.week_facts()
    office.ledger.append(
        "test",
        PartiesImported(source=sample.digest("workbook"), enterprises=facts.enterprises, people=facts.people),
        at=sample.FRIDAY,
    )
    order = Order(week=Week(2022, 13), at=sample.FRIDAY, allow_incomplete=True, why="更换证书试验")
    build_package(office, order)
    return made


@pytest.fixture
def agency(first_week: Agency, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Agency:
    root = tmp_path / "agency"
    shutil.copytree(first_week.root, root)
    made = replace(first_week, root=root)
    monkeypatch.chdir(root)
    monkeypatch.setattr(Workspace, "handover", property(lambda _self: made.office))
    (tmp_path / "new.pem").write_bytes(made.second.signer.pem)
    return made


def run(*arguments: object) -> str:
    result = CliRunner().invoke(cli, [str(each) for each in arguments])
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def code_of(*arguments: object) -> int:
    with pytest.raises(SystemExit) as stopped:
        main([str(each) for each in arguments])
    assert isinstance(stopped.value.code, int)
    return stopped.value.code


def digest(pki: Pki) -> str:
    return pki.signer.asn1.sha256.hex()


def told(report: Report) -> str:
    return " ".join(check.message for check in report.checks if check.id == "signature.identity")


def signer_checks(root: Path) -> list[Condition]:
    return [check for check in _key(open_workspace(root)) if check.name == "signer"]


def test_a_change_by_the_old_key_is_journalled_shown_and_verifies(agency: Agency, tmp_path: Path) -> None:
    assert digest(agency.first) in run("signer", "show")
    made = json.loads(run("signer", "change", tmp_path / "new.pem", "--why", "旧证书到期", "--json"))
    assert (made["before"], made["after"], made["consent"]) == (
        digest(agency.first),
        digest(agency.second),
        "old-key",
    )
    shown = json.loads(run("signer", "show", "--json"))
    assert shown["signer"] == digest(agency.second)
    assert [each["why"] for each in shown["changes"]] == ["旧证书到期"]
    assert "旧证书到期" in run("signer", "show")
    report = agency.judge(agency.build())
    assert report.indication is Indication.PASSED
    assert "由旧密钥签字" in told(report)


def test_a_change_that_the_regulator_signed_counts_under_his_certificate_only(
    agency: Agency, tmp_path: Path
) -> None:
    words, signature = tmp_path / "声明.txt", tmp_path / "声明.p7s"
    said = run("signer", "statement", tmp_path / "new.pem", words)
    assert "openssl cms -sign" in said
    text = words.read_text("utf-8")
    assert digest(agency.first) in text
    assert digest(agency.second) in text
    signature.write_bytes(sign_text(text.encode(), agency.regulator.signer, agency.regulator.root))
    change = ("signer", "change", tmp_path / "new.pem", "--agreed", signature, "--why", "旧密钥损坏")
    assert code_of(*change) == 2, "the words that were signed are wanted"
    run(*change, "--statement", words)
    package = agency.build(accept=True)
    report = agency.judge(package, regulator=True)
    assert report.indication is Indication.PASSED
    assert "由监管部门签字同意" in told(report)
    alone = agency.judge(package)
    assert alone.indication is Indication.INDETERMINATE
    assert all(mark in told(alone) for mark in (digest(agency.first), digest(agency.second), NAMES.agency))


@pytest.mark.parametrize("by", ["old key", "new key", "other words", "a scan"])
def test_an_agreement_that_is_none_is_refused_and_not_journalled(
    agency: Agency, tmp_path: Path, by: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words, signature = tmp_path / "声明.txt", tmp_path / "声明.p7s"
    run("signer", "statement", tmp_path / "new.pem", words)
    text = words.read_bytes()
    if by == "a scan":
        signature.write_bytes(plain_pdf("同意换证（盖章扫描件）"))
    else:
        signer = {"old key": agency.first, "new key": agency.second}.get(by, agency.regulator).signer
        signature.write_bytes(sign_text(b"else" if by == "other words" else text, signer))
    change = ("signer", "change", tmp_path / "new.pem", "--why", "损坏", "--agreed", signature)
    assert code_of(*change, "--statement", words) in (2, 4)
    assert "Traceback" not in capsys.readouterr().err
    assert list(changes(agency.office.ledger)) == []


def test_a_new_key_with_a_scanned_agreement_is_undecided_and_names_both(agency: Agency) -> None:
    agency.office.originals.put_bytes(plain_pdf("同意换证（盖章扫描件）"))
    report = agency.judge(agency.build(accept=True), regulator=True)
    assert report.indication is Indication.INDETERMINATE
    assert {check.id for check in report.checks if check.kind is CheckKind.REVIEW} == {"signature.identity"}
    said = told(report)
    assert said.count(NAMES.agency) >= 2, "both by name"
    assert digest(agency.first) in said
    assert digest(agency.second) in said


def test_wrong_use_says_what_to_do(agency: Agency, tmp_path: Path) -> None:
    old, empty = tmp_path / "old.pem", tmp_path / "empty.pem"
    old.write_bytes(agency.first.signer.pem)
    empty.write_text("nothing")
    assert code_of("signer", "change", tmp_path / "new.pem") == 2, "a reason is wanted"
    assert code_of("signer", "change", old, "--why", "试验") == 2, "the present one"
    assert code_of("signer", "statement", old, tmp_path / "s.txt") == 2
    assert code_of("signer", "change", empty, "--why", "试验") == 2
    assert signer_in_force(agency.office.ledger) == digest(agency.first)


def test_doctor_says_when_the_configured_key_is_not_the_journals(agency: Agency, tmp_path: Path) -> None:
    assert signer_checks(agency.root) == []
    (agency.root / SETTINGS_FILE).write_text(NEW_KEY, "utf-8")
    (found,) = signer_checks(agency.root)
    assert found.good is False
    assert digest(agency.first) in found.message
    assert digest(agency.second) in found.message
    assert "evidence signer change" in found.remedy
    (agency.root / SETTINGS_FILE).write_text(WHOSE, "utf-8")
    run("signer", "change", tmp_path / "new.pem", "--why", "旧证书到期")
    (behind,) = signer_checks(agency.root)
    assert behind.good is False, "the change is journalled and the old key still configured"
    (agency.root / SETTINGS_FILE).write_text(NEW_KEY, "utf-8")
    assert signer_checks(agency.root) == []


# --- the life of a key: taken back, moved to a token, the token replaced, a second person -----------------


@pytest.mark.parametrize(
    ("revoked", "proven"), [(timedelta(hours=1), True), (-timedelta(hours=1), False)], ids=["after", "before"]
)
def test_a_key_that_was_compromised_proves_what_was_stamped_before(
    agency: Agency, revoked: timedelta, proven: bool
) -> None:
    """The stamp carries real time; the list, published later, says since when the key is no longer good."""
    package = agency.root / "archive" / "handover" / "WJB-2022-W13.zip"
    now = datetime.now(UTC)
    taken_back = make_crl(
        agency.first.root,
        revoked={agency.first.signer.certificate.serial_number: now + revoked},
        start=now + timedelta(hours=2),
    )
    trust = [agency.first.root.pem, armor("X509 CRL", taken_back)]
    report = verify_path(package, trust=trust, at=now + timedelta(days=1))
    assert (report.indication is Indication.PASSED) is proven, [str(each) for each in report.checks]


def token_of(folder: Path, name: str, signer: Identity) -> SignerSettings:
    """A PKCS#11 token with this key on it; nothing of the key stays elsewhere."""
    store = folder / name
    store.mkdir(parents=True)
    softhsm("--init-token", "--free", "--label", name, "--pin", "246810", "--so-pin", "13579111")
    private = signer.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (store / "key.pem").write_bytes(private)
    softhsm(
        "--import",
        str(store / "key.pem"),
        "--token",
        name,
        "--label",
        "sign",
        "--id",
        "01",
        "--pin",
        "246810",
    )
    (store / "key.pem").unlink()
    (store / "pin").write_text("246810")
    (store / "pin").chmod(0o600)
    (store / "signer.pem").write_bytes(signer.pem)
    return SignerSettings(
        pkcs12="",
        password_file=str(store / "pin"),
        pkcs11_library=str(LIBRARY),
        token_label=name,
        key_label="sign",
        certificate=str(store / "signer.pem"),
        chain=("keys/second.pem",),
        crls=("keys/second.crl", "keys/ca.crl"),
    )


@pytest.mark.skipif(not LIBRARY.exists(), reason="softhsm2 is not installed")
def test_a_key_file_is_followed_by_a_token_and_that_by_another(
    agency: Agency, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each change is signed by the key it takes out of use: by the file, then on the first token."""
    (tmp_path / "store").mkdir()
    configuration = tmp_path / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {tmp_path / 'store'}\nlog.level = ERROR\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(configuration))
    third = make_identity("接任签名人", issuer=agency.second.root, organization=NAMES.agency)
    first, second = token_of(tmp_path, "first", agency.second.signer), token_of(tmp_path, "second", third)
    read_configuration_again()
    (tmp_path / "third.pem").write_bytes(third.pem)

    run("signer", "change", tmp_path / "new.pem", "--why", "密钥移入令牌")
    agency_on_first = replace(agency.office, signer=first)
    monkeypatch.setattr(Workspace, "handover", property(lambda _self: replace(agency.office, signer=first)))
    order = Order(
        week=Week(2022, 14), at=sample.FRIDAY + timedelta(days=7), allow_incomplete=True, why="令牌试验"
    )
    on_first = build_package(agency_on_first, order).path
    assert agency.judge(on_first).indication is Indication.PASSED

    made = json.loads(run("signer", "change", tmp_path / "third.pem", "--why", "更换令牌", "--json"))
    assert (made["before"], made["after"]) == (digest(agency.second), third.asn1.sha256.hex())
    week_later = replace(order, week=Week(2022, 15), at=sample.FRIDAY + timedelta(days=14))
    later = open_office(agency.root, clock=lambda: week_later.at)
    on_second = build_package(replace(later, signer=second), week_later).path
    report = verify_path(
        on_second, trust=[agency.first.root.pem, agency.second.root.pem], previous=[on_first]
    )
    assert report.indication is Indication.PASSED
    assert "由旧密钥签字" in told(report)


def test_a_second_signer_takes_turns_only_by_a_change_each_time(agency: Agency, tmp_path: Path) -> None:
    """A deputy is no other truth: whoever signs next was named by whoever signed before."""
    run("signer", "change", tmp_path / "new.pem", "--why", "负责人休假，由副签名人签")
    assert agency.judge(agency.build()).indication is Indication.PASSED
    (tmp_path / "old.pem").write_bytes(agency.first.signer.pem)
    week_later = Order(
        week=Week(2022, 15), at=sample.FRIDAY + timedelta(days=14), allow_incomplete=True, why="两人轮签试验"
    )
    unannounced = replace(week_later, accept_indeterminate=True)
    later = open_office(agency.root, clock=lambda: week_later.at)
    report = agency.judge(build_package(later, unannounced).path)
    assert report.indication is Indication.INDETERMINATE
    assert digest(agency.first) in told(report)
