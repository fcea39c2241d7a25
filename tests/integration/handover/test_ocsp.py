"""Revocation answers from a responder (RFC 6960): fetched once while packing, verified offline.

The responder is `openssl ocsp` behind a small HTTP server that the test starts.
"""

from __future__ import annotations

import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID

from evidence.bundles.keys import make_local_authority, private
from evidence.bundles.pades import Level
from evidence.bundles.settings import SignerSettings
from evidence.bundles.unusable_key import KeyUnusableError
from evidence.handover.handover_context import HandoverContext
from evidence.handover.self_check import OwnPackageUndecidedError
from evidence.verify.examine import verify_path
from evidence.verify.model import Report
from tests.support.handing_over import NAMES, build, make_office
from tests.support.pki import Identity, make_identity


@dataclass(kw_only=True)
class Responder:
    """Answers for some certificates with the key given it."""

    folder: Path
    url: str = ""
    requests: list[bytes] = field(default_factory=list)
    silent: bool = False

    def know(
        self, root: Identity, *, by: Identity, good: tuple[Identity, ...], revoked: tuple[Identity, ...]
    ) -> None:
        """Write what `openssl ocsp` answers from."""
        (self.folder / "root.pem").write_bytes(root.pem)
        (self.folder / "by.pem").write_bytes(by.pem)
        (self.folder / "by.key").write_bytes(key_pem(by))
        (self.folder / "index").write_text("".join(map(_valid, good)) + "".join(map(_revoked, revoked)))

    def answer(self, request: bytes) -> bytes:
        """One OCSPResponse."""
        self.requests.append(request)
        (self.folder / "request").write_bytes(request)
        command = ["openssl", "ocsp", "-index", "index", "-CA", "root.pem", "-rsigner", "by.pem"]
        command += ["-rkey", "by.key", "-reqin", "request", "-respout", "response", "-ndays", "7"]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True)
        return (self.folder / "response").read_bytes()


def key_pem(identity: Identity) -> bytes:
    return identity.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _serial(identity: Identity) -> str:
    digits = f"{identity.certificate.serial_number:X}"
    return "0" * (len(digits) % 2) + digits


def _valid(identity: Identity) -> str:
    return f"V\t320101000000Z\t\t{_serial(identity)}\tunknown\t/CN={_serial(identity)}\n"


def _revoked(identity: Identity) -> str:
    return f"R\t320101000000Z\t250101000000Z\t{_serial(identity)}\tunknown\t/CN={_serial(identity)}\n"


@pytest.fixture
def responder(tmp_path: Path) -> Iterator[Responder]:
    told = Responder(folder=tmp_path / "responder")
    told.folder.mkdir()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"]))
            if told.silent:
                self.send_error(503)
                return
            answer = told.answer(request)
            self.send_response(200)
            self.send_header("Content-Type", "application/ocsp-response")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    told.url = f"http://127.0.0.1:{server.server_address[1]}/ocsp"
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Certificates that name the responder; no revocation list anywhere."""

    root: Identity
    signer: Identity
    authority: Identity


@pytest.fixture
def office(responder: Responder, key_home: Path, tmp_path: Path) -> HandoverContext:
    return make_office(tmp_path / "workspace", key_home)


@pytest.fixture
def chain(office: HandoverContext, responder: Responder) -> Chain:
    """A signer and an authority of our own in place of the evaluation keys."""
    start = datetime.now(UTC) - timedelta(hours=1)
    root = make_identity("根证书", start=start)
    signer = make_identity(
        "签名人", organization=NAMES.agency, issuer=root, start=start, responder=responder.url
    )
    authority = make_identity(
        "时间戳",
        issuer=root,
        start=start,
        extended=(ExtendedKeyUsageOID.TIME_STAMPING,),
        key=rsa.generate_private_key(public_exponent=65537, key_size=2048),
        responder=responder.url,
    )
    keys = office.root / "keys"
    (keys / "ca.pem").write_bytes(root.pem)
    (keys / "ca.crl").unlink()
    make_local_authority(keys / "tsa", root.certificate, root.key, now=start)
    (keys / "tsa" / "tsa.pem").write_bytes(authority.pem)
    private(keys / "tsa" / "tsa.key", key_pem(authority))
    (keys / "tsa" / "chain.pem").write_bytes(root.pem)
    private(keys / "signer.password", b"secret\n")
    private(
        keys / "signer.p12",
        pkcs12.serialize_key_and_certificates(
            b"signer",
            signer.key,
            signer.certificate,
            [root.certificate],
            serialization.BestAvailableEncryption(b"secret"),
        ),
    )
    return Chain(root=root, signer=signer, authority=authority)


def online(office: HandoverContext) -> HandoverContext:
    return replace(office, signer=SignerSettings(fetch_revocation=True))


def open_points(report: Report) -> list[str]:
    return [
        f"{check.location}: {check.message}" for check in report.checks if check.kind in ("review", "fail")
    ]


def names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return [name for name in archive.namelist() if "/certificates/" in name]


@pytest.mark.parametrize("delegated", [False, True], ids=["by the root", "by a delegate"])
def test_answers_alone_carry_the_list_to_b_lta_and_the_verdict_to_passed(
    office: HandoverContext, chain: Chain, responder: Responder, delegated: bool
) -> None:
    delegate = make_identity(
        "吊销应答", issuer=chain.root, extended=(ExtendedKeyUsageOID.OCSP_SIGNING,), no_check=True
    )
    by = delegate if delegated else chain.root
    responder.know(chain.root, by=by, good=(chain.signer, chain.authority), revoked=())
    built = build(online(office))
    assert built.list_level is Level.B_LTA
    assert len(responder.requests) == 2, "asked once for each certificate, not once for each signature"
    assert [name.rpartition("/")[2] for name in names(built.path)] == [
        "1.ocsp",
        "2.ocsp",
        "signer-chain.pem",
        "tsa-chain.pem",
    ]
    report = verify_path(built.path, trust=[chain.root.pem])
    assert report.indication == "TOTAL-PASSED", open_points(report)
    assert all(row.trusted for row in report.signatures)


def test_a_revoked_certificate_does_not_sign(
    office: HandoverContext, chain: Chain, responder: Responder
) -> None:
    responder.know(chain.root, by=chain.root, good=(chain.authority,), revoked=(chain.signer,))
    with pytest.raises(KeyUnusableError, match="2025-01-01 被吊销"):
        build(online(office))
    assert not list(office.folder.glob("WJB*"))


@pytest.mark.parametrize("trouble", ["silent", "lying"])
def test_without_a_credible_answer_the_lower_level_is_stated_and_verify_leaves_it_open(
    office: HandoverContext, chain: Chain, responder: Responder, trouble: str
) -> None:
    stranger = make_identity("另一个根")
    responder.know(chain.root, by=stranger, good=(chain.signer, chain.authority), revoked=())
    responder.silent = trouble == "silent"
    with pytest.raises(OwnPackageUndecidedError, match="没有签名"):
        build(online(office))
    built = build(online(office), accept_indeterminate=True, why="发证机构无应答")
    assert built.list_level is Level.B_T
    assert not any(name.endswith(".ocsp") for name in names(built.path))
    report = verify_path(built.path, trust=[chain.root.pem])
    assert report.indication == "INDETERMINATE"
    assert any("没有可用的吊销信息" in check.message for check in report.checks)


def test_an_answer_taken_back_later_does_not_undo_a_stamped_signature(
    office: HandoverContext, chain: Chain, responder: Responder
) -> None:
    responder.know(chain.root, by=chain.root, good=(chain.signer, chain.authority), revoked=())
    built = build(online(office))
    asked = len(responder.requests)
    responder.silent = True
    report = verify_path(built.path, trust=[chain.root.pem], at=datetime.now(UTC) + timedelta(days=60))
    assert report.indication == "TOTAL-PASSED", open_points(report)
    assert len(responder.requests) == asked, "verify never goes online"
