"""The desk's own certificate: which names it is good for, what its root may vouch for, what is refused."""

from __future__ import annotations

import errno
import os
import ssl
import stat
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store

from evidence.errors import UsageError
from evidence.service.tls import (
    TlsFiles,
    fingerprint,
    make_certificate,
    names_in,
    take_certificate,
)

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
NAMES = ("desk.example.lan", "192.168.1.20")


@pytest.fixture
def files(tmp_path: Path) -> TlsFiles:
    made = TlsFiles(tmp_path / "keys/tls")
    make_certificate(made, NAMES, agency="常州承安安全咨询服务有限公司", now=NOW)
    return made


def _verified(files: TlsFiles, name: str, at: datetime = NOW) -> bool:
    leaf, root = x509.load_pem_x509_certificates(files.certificate.read_bytes())
    verifier = PolicyBuilder().store(Store([root])).time(at.replace(tzinfo=None))
    try:
        verifier.build_server_verifier(x509.DNSName(name)).verify(leaf, [])
    except x509.verification.VerificationError:
        return False
    return True


def test_a_browser_that_trusts_the_root_trusts_the_name_and_no_other(files: TlsFiles) -> None:
    assert _verified(files, "desk.example.lan")
    assert not _verified(files, "bank.example.com")
    assert not _verified(files, "desk.example.lan", NOW + timedelta(days=821))
    assert names_in(files.certificate) == NAMES
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(files.certificate, files.key)


@pytest.mark.parametrize("agency", ["江苏省安全生产科学技术咨询服务中心有限公司常州分公司", "甲" * 80, ""])
def test_an_agency_whose_name_is_long_gets_a_root_too(tmp_path: Path, agency: str) -> None:
    made = TlsFiles(tmp_path / "tls")
    make_certificate(made, NAMES, agency=agency, now=NOW)
    assert _verified(made, "desk.example.lan")
    subject = x509.load_pem_x509_certificate(made.root.read_bytes()).subject
    (name,) = subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    assert str(name.value).endswith("工作台根证书")
    (organization,) = subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    assert organization.value == (agency[:60] or "evidence")


def test_keys_are_for_their_owner_alone(files: TlsFiles) -> None:
    for path in (files.key, files.root_key):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_renewal_keeps_the_root_that_telephones_have(files: TlsFiles) -> None:
    before = fingerprint(files.root)
    make_certificate(files, NAMES[:1], agency="另名", now=NOW + timedelta(days=800))
    assert fingerprint(files.root) == before
    assert _verified(files, "desk.example.lan", NOW + timedelta(days=1500))


def test_the_root_vouches_for_nothing_but_the_agencys_names(files: TlsFiles) -> None:
    with pytest.raises(UsageError, match=r"bank\.example\.com"):
        make_certificate(files, ("bank.example.com",), agency="", now=NOW)
    with pytest.raises(UsageError, match=r"8\.8\.8\.8"):
        make_certificate(files, ("8.8.8.8",), agency="", now=NOW)
    make_certificate(files, ("a.desk.example.lan", "10.1.2.3"), agency="", now=NOW)
    assert names_in(files.certificate) == ("a.desk.example.lan", "10.1.2.3")


@pytest.mark.parametrize("name", ["", "a b", "-x.lan", "https://", "工作台", "a..b", "x" * 64])
def test_what_is_no_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        make_certificate(TlsFiles(tmp_path / "tls"), (name,), agency="", now=NOW)
    assert not (tmp_path / "tls/desk.pem").exists()


def test_a_certificate_of_another_authority_takes_the_place_of_ours(files: TlsFiles, tmp_path: Path) -> None:
    other = TlsFiles(tmp_path / "other")
    make_certificate(other, ("desk.example.cn",), agency="", now=NOW)
    root, key = files.root.read_bytes(), files.root_key.read_bytes()
    _made, aside = take_certificate(files, other.certificate, other.key, now=NOW)
    assert names_in(files.certificate) == ("desk.example.cn",)
    assert not files.root.exists()
    assert not files.root_key.exists()
    assert [path.name for path in aside] == ["root.key.2026-03-01", "root.pem.2026-03-01"]
    assert [path.read_bytes() for path in aside] == [key, root]
    assert stat.S_IMODE(aside[0].stat().st_mode) == 0o600


def test_a_root_put_aside_is_not_replaced_by_the_next_of_that_day(files: TlsFiles, tmp_path: Path) -> None:
    other = TlsFiles(tmp_path / "other")
    make_certificate(other, ("desk.example.cn",), agency="", now=NOW)
    first = files.root_key.read_bytes()
    take_certificate(files, other.certificate, other.key, now=NOW)
    make_certificate(files, NAMES, agency="", now=NOW)
    second = files.root_key.read_bytes()
    _made, aside = take_certificate(files, other.certificate, other.key, now=NOW)
    assert (files.folder / "root.key.2026-03-01").read_bytes() == first
    assert aside[0].read_bytes() == second
    assert take_certificate(files, other.certificate, other.key, now=NOW)[1] == ()


@pytest.mark.parametrize("away", ["root.key", "root.pem"])
def test_half_a_root_is_never_replaced_by_a_new_one(files: TlsFiles, tmp_path: Path, away: str) -> None:
    (files.folder / away).rename(tmp_path / away)
    before = {path.name: path.read_bytes() for path in files.folder.iterdir()}
    with pytest.raises(UsageError, match=away) as refused:
        make_certificate(files, NAMES, agency="", now=NOW + timedelta(days=800))
    assert "keys/tls" in refused.value.remedy
    assert {path.name: path.read_bytes() for path in files.folder.iterdir()} == before
    (tmp_path / away).rename(files.folder / away)
    make_certificate(files, NAMES, agency="", now=NOW + timedelta(days=800))


def test_an_expired_root_vouches_for_nothing_more(files: TlsFiles) -> None:
    before = files.certificate.read_bytes()
    with pytest.raises(UsageError) as refused:
        make_certificate(files, NAMES, agency="", now=NOW + timedelta(days=3651))
    assert "keys/tls" in refused.value.remedy
    assert files.certificate.read_bytes() == before


@pytest.mark.parametrize("taken", [False, True])
def test_a_disk_that_fills_leaves_each_file_whole(
    files: TlsFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, taken: bool
) -> None:
    other = TlsFiles(tmp_path / "other")
    make_certificate(other, ("desk.example.cn",), agency="", now=NOW)
    before = {path.name: path.read_bytes() for path in files.folder.iterdir()}

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    again = (
        partial(take_certificate, files, other.certificate, other.key, now=NOW)
        if taken
        else partial(make_certificate, files, NAMES, agency="", now=NOW)
    )
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        again()
    assert {path.name: path.read_bytes() for path in files.folder.iterdir()} == before
