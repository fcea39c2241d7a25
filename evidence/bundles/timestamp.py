"""Time stamps after RFC 3161: over HTTP, or from an evaluation authority kept by `openssl ts`.

An answer is taken only when nonce, imprint, clock and signature purpose are right: a lying
authority is worse than none.
"""

from __future__ import annotations

import http.client
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from asyncio import to_thread
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto import cms, tsp, x509
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError, handle_tsp_response

from evidence.bundles.settings import TimestampSettings
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
    ) -> None:
        super().__init__(include_nonce=True)  # type: ignore[no-untyped-call]
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
        """Why this token must not be used; empty when it may."""
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
            return _("它的时钟与本机相差 {seconds} 秒").format(seconds=round(skew))
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
        self.certificates |= {each.sha256: each for each in certificates}
        return ""


def open_authority(
    settings: TimestampSettings, root: Path, *, transport: Transport | None = None
) -> Authority | None:
    """The authority that evidence.toml names; None when it names none.

    Args:
        settings: `[timestamp]`.
        root: the workspace.
        transport: replaces the network, for tests.
    """
    local = root / settings.local
    if settings.url:
        return Authority(
            transport or http_transport(settings.url, settings.timeout_s),
            name=settings.url,
            attempts=max(1, settings.attempts),
            max_skew_s=settings.max_skew_s,
        )
    if settings.local and (local / CONFIGURATION).is_file():
        return Authority(
            transport or openssl_transport(local, settings.timeout_s),
            name=str(local),
            max_skew_s=settings.max_skew_s,
        )
    return None


def http_transport(url: str, timeout_s: float) -> Transport:
    """RFC 3161 section 3.4: one POST per request."""
    if not url.startswith(("http://", "https://")):
        raise TimestampError(_("时间戳服务的地址应以 http:// 或 https:// 开头。"), where=url)

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
            data: bytes = answer.read(_LARGEST_ANSWER + 1)
        if len(data) > _LARGEST_ANSWER:
            raise urllib.error.URLError("answer too large")
        return data

    return ask


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
    import asyncio
    import hashlib

    digest = hashlib.new(algorithm)
    for chunk in data:
        digest.update(chunk)
    token: bytes = asyncio.run(authority.async_timestamp(digest.digest(), algorithm)).dump()
    return token
