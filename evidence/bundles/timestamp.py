"""Time stamps after RFC 3161: over HTTP, or from an evaluation authority kept by `openssl ts`.

An answer is taken only when nonce, imprint, clock and signature purpose are right: a lying
authority is worse than none.
"""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from asyncio import to_thread
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto import cms, tsp, x509
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError, handle_tsp_response
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError

from evidence.bundles.settings import TimestampSettings
from evidence.bundles.signers import read_certificates
from evidence.errors import MissingPartError
from evidence.language import _

Transport = Callable[[bytes], bytes]
"""TimeStampReq in DER -> TimeStampResp in DER. Raises OSError when the authority does not answer."""

CONFIGURATION = "tsa.cnf"
_LARGEST_ANSWER = 256 * 1024
_PAUSE_S = 0.5


class TimestampError(MissingPartError):
    """The authority does not answer, refuses, or its answer cannot be believed."""


class Authority(TimeStamper):
    """One time-stamp authority as pyHanko asks it, with an answer checked before it is used."""

    def __init__(
        self,
        transport: Transport,
        *,
        name: str,
        attempts: int = 1,
        max_skew_s: int = 300,
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        issuers: Sequence[x509.Certificate] = (),
    ) -> None:
        super().__init__(include_nonce=True)  # type: ignore[no-untyped-call]
        self._issuers = tuple(issuers)
        self.name = name
        self._transport = transport
        self._attempts = attempts
        self._max_skew_s = max_skew_s
        self._pause = pause
        self._clock = clock
        self.certificates: dict[bytes, x509.Certificate] = {}
        """Certificates the authority sent along, by SHA-256."""

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Ask; a silent authority is asked again with growing pauses.

        Raises:
            TimestampError: no answer after every attempt.
        """
        last: Exception | None = None
        for attempt in range(self._attempts):
            if attempt:
                await to_thread(self._pause, _PAUSE_S * 2**attempt)
            try:
                return tsp.TimeStampResp.load(await to_thread(self._transport, req.dump()), strict=True)
            except (OSError, http.client.HTTPException, ValueError) as error:
                last = error
        raise TimestampError(
            _("时间戳服务没有给出可用的回答（已试 {count} 次）：{why}").format(
                count=self._attempts, why=last
            ),
            where=self.name,
            remedy=_("请检查网络和 evidence.toml 的 [timestamp]；恢复后再次运行即可，尚未写出任何包。"),
        ) from last

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """A checked token over a digest.

        Raises:
            TimestampError: see the class.
        """
        nonce, request = self.request_cms(message_digest, md_algorithm)  # type: ignore[no-untyped-call]
        asked = self._clock()
        response = await self.async_request_tsa_response(request)
        try:
            token = handle_tsp_response(response, None)
            why = self._objection(token, message_digest, md_algorithm, nonce, asked)
        except (TimestampRequestError, ValueError, TypeError, KeyError) as error:
            why = str(error)
        if why:
            raise TimestampError(
                _("时间戳服务的回答不可信：{why}").format(why=why),
                where=self.name,
                remedy=_("请联系时间戳服务方，或在 evidence.toml 的 [timestamp] 改用另一家。"),
            )
        return token

    def _objection(
        self, token: Any, digest: bytes, algorithm: str, nonce: int | None, asked: datetime
    ) -> str:
        """Why this token must not be used; empty when it may.

        Raises:
            TimestampError: its clock and ours differ by more than is accepted.
        """
        signed = token["content"]
        info = signed["encap_content_info"]["content"].parsed
        if info["nonce"].native != nonce:
            return _("随机数与请求不符")
        imprint = info["message_imprint"]
        if imprint["hashed_message"].native != digest:
            return _("摘要与请求不符")
        if imprint["hash_algorithm"]["algorithm"].native != algorithm:
            return _("摘要算法与请求不符")
        stamped: datetime = info["gen_time"].native
        skew = max((asked - stamped).total_seconds(), (stamped - self._clock()).total_seconds())
        if skew > self._max_skew_s:
            raise TimestampError(
                _("时间戳服务的时钟与本机相差 {seconds} 秒，没有采用它的时间戳。").format(
                    seconds=round(skew)
                ),
                where=self.name,
                remedy=_(
                    "请先校准本机时钟；本机时钟确实无误时，加 --clock-is-right，或改用另一家时间戳服务。"
                ),
            )
        return self._objection_to_signer(signed, stamped)

    def _objection_to_signer(self, signed: Any, stamped: datetime) -> str:
        """Why whoever signed a token may not; empty when he may, and then his certificates are kept."""
        certificates = [choice.chosen for choice in signed["certificates"]]
        serials = {info["sid"].chosen["serial_number"].native for info in signed["signer_infos"]}
        signers = [each for each in certificates if each.serial_number in serials]
        if not signers:
            return _("没有附上签名证书")
        for signer in signers:
            usage = signer.extended_key_usage_value
            if usage is None or usage.native != ["time_stamping"]:
                return _("签名证书的用途不是时间戳")
            validity = signer["tbs_certificate"]["validity"]
            if not validity["not_before"].native <= stamped <= validity["not_after"].native:
                return _("签名证书在该时刻无效")
        if not _is_signed_by(signed, signers[0]):
            return _("它的签名不成立")
        if signers[0].sha256 not in self.certificates and not self._is_ours(signers[0], certificates):
            return _("它的证书不在 [timestamp] 的 chain 之下")
        self.certificates |= {each.sha256: each for each in certificates}
        return ""

    def _is_ours(self, signer: x509.Certificate, others: Sequence[x509.Certificate]) -> bool:
        """Whether its certificate leads to the issuers that the settings name; true when they name none."""
        if not self._issuers:
            return True
        roots = [each for each in self._issuers if each.self_issued] or list(self._issuers[-1:])
        context = ValidationContext(trust_roots=roots, other_certs=[*self._issuers, *others])
        return _leads_to_root(signer, context)


def _is_signed_by(signed: cms.SignedData, certificate: x509.Certificate) -> bool:
    (info,) = signed["signer_infos"]
    algorithm = info["digest_algorithm"]["algorithm"].native
    content = bytes(signed["encap_content_info"]["content"])
    digest = hashlib.new(algorithm, content, usedforsecurity=False).digest()
    try:
        return all(validate_sig_integrity(info, certificate, "tst_info", digest))
    except SignatureValidationError:
        return False


def _leads_to_root(certificate: x509.Certificate, context: ValidationContext) -> bool:
    """Path validation on a thread of its own: this is called from within a running loop."""
    validator = CertificateValidator(certificate, validation_context=context)
    with ThreadPoolExecutor(1) as apart:
        try:
            apart.submit(asyncio.run, validator.async_validate_path()).result()
        except (PathError, ValidationError):
            return False
    return True


def open_authority(
    settings: TimestampSettings, root: Path, *, transport: Transport | None = None
) -> Authority | None:
    """The authority that evidence.toml names; None when it names none.

    Args:
        settings: `[timestamp]`.
        root: the workspace.
        transport: replaces the network, for tests.

    Raises:
        TimestampError: the folder it names is not there: a package must not go out unstamped because
            somebody forgot to copy a folder.
    """
    local = root / settings.local
    issuers = read_certificates(root / path for path in settings.chain)
    if settings.url:
        return Authority(
            transport or http_transport(settings.url, settings.timeout_s),
            name=settings.url,
            attempts=max(1, settings.attempts),
            max_skew_s=settings.max_skew_s,
            issuers=issuers,
        )
    if not settings.local:
        return None
    if not (local / CONFIGURATION).is_file():
        raise TimestampError(
            _("没有找到 [timestamp] 指明的本机时间戳。"),
            where=str(local / CONFIGURATION),
            remedy=_(
                "请在 evidence.toml 的 [timestamp] 写明 url 或正确的 local；"
                '确实不加时间戳的，写 local = ""，签名等级只到 B-B。'
            ),
        )
    return Authority(
        transport or openssl_transport(local, settings.timeout_s),
        name=str(local),
        max_skew_s=settings.max_skew_s,
        issuers=issuers,
    )


def http_transport(url: str, timeout_s: float) -> Transport:
    """RFC 3161 section 3.4: one POST per request."""
    if not url.startswith(("http://", "https://")):
        raise TimestampError(
            _("时间戳服务的地址应以 http:// 或 https:// 开头。"),
            where=url,
            remedy=_("请改正 evidence.toml 的 [timestamp] url。"),
        )

    def ask(query: bytes) -> bytes:
        request = urllib.request.Request(  # noqa: S310  scheme checked above
            url,
            data=query,
            headers={"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"},
        )
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310
            kind = answer.headers.get_content_type()
            if kind != "application/timestamp-reply":
                raise urllib.error.URLError(f"Content-Type {kind}")
            return _read_all(answer, until=time.monotonic() + timeout_s)

    return ask


def _read_all(answer: http.client.HTTPResponse, *, until: float) -> bytes:
    """The whole answer, in time: a socket's own time-out starts anew with every byte that trickles in."""
    data = b""
    while chunk := answer.read1(_LARGEST_ANSWER):
        data += chunk
        if len(data) > _LARGEST_ANSWER:
            raise urllib.error.URLError("answer too large")
        if time.monotonic() > until:
            raise TimeoutError("answer too slow")
    return data


def openssl_transport(folder: Path, timeout_s: float) -> Transport:
    """An authority on this machine: `openssl ts -reply` in its folder."""

    def ask(query: bytes) -> bytes:
        with tempfile.TemporaryDirectory() as scratch:
            asked, answered = Path(scratch, "query.tsq"), Path(scratch, "reply.tsr")
            asked.write_bytes(query)
            command = ["openssl", "ts", "-reply", "-config", CONFIGURATION]
            command += ["-queryfile", str(asked), "-out", str(answered)]
            try:
                done = subprocess.run(
                    command, cwd=folder, capture_output=True, timeout=timeout_s, check=False
                )
            except FileNotFoundError as error:
                raise TimestampError(_("没有找到 openssl 程序。"), remedy="apt install openssl") from error
            except subprocess.TimeoutExpired as error:
                raise OSError("openssl ts timed out") from error
            if done.returncode or not answered.exists():
                raise OSError(done.stderr.decode(errors="replace").strip().splitlines()[-1:])
            return answered.read_bytes()

    return ask


def stamp(authority: Authority, data: Iterable[bytes], algorithm: str = "sha256") -> bytes:
    """A DER TimeStampToken over some bytes.

    Raises:
        TimestampError: see `Authority`.
    """
    digest = hashlib.new(algorithm)
    for chunk in data:
        digest.update(chunk)
    token: bytes = asyncio.run(authority.async_timestamp(digest.digest(), algorithm)).dump()
    return token
