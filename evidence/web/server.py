"""Run the desk: pages by Django under uvicorn, with the inbox watcher beside them."""

from __future__ import annotations

import ipaddress
import shutil
import signal
import ssl
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from cryptography import x509

from evidence.errors import UsageError
from evidence.foreign import reason_of
from evidence.forms.warm_office import offices
from evidence.language import _
from evidence.web.apart import IntakeProcess
from evidence.web.configuration import configure
from evidence.web.host import Host, current

if TYPE_CHECKING:
    from collections.abc import Iterator

    from evidence.config import Workspace


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the desk answers."""

    host: str = "127.0.0.1"
    port: int = 8765
    certificate: Path | None = None
    key: Path | None = None
    proxy: str = ""
    """Name under which a TLS proxy in front of the desk answers browsers; empty without one."""
    proxy_from: tuple[str, ...] = ()
    """Addresses and networks the proxy asks from; this machine is always among them."""
    certified: tuple[str, ...] = ()
    """Names and addresses the certificate is good for: browsers may open the desk under each."""

    @property
    def secure(self) -> bool:
        """By TLS, the desk's own or a proxy's."""
        return self.certificate is not None or bool(self.proxy)

    @property
    def loopback(self) -> bool:
        """Only this machine can reach it."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def url(self) -> str:
        """Its address in a browser."""
        if self.proxy:
            return f"https://{self.proxy}/"
        everywhere = self.host in {"0.0.0.0", "::"}  # noqa: S104 no address that a browser could open
        host = self.certified[0] if everywhere and self.certified else self.host
        name = f"[{host}]" if ":" in host else host
        return f"{'https' if self.secure else 'http'}://{name}:{self.port}/"

    def names(self) -> tuple[str, ...]:
        """Host names a request may carry; anything else is a page of somebody else's (DNS rebinding)."""
        proxy = (self.proxy.partition(":")[0],) if self.proxy else ()
        # of a wildcard Django takes the rest after the star
        certified = (f"[{each}]" if ":" in each else each.removeprefix("*") for each in self.certified)
        return tuple(dict.fromkeys(("127.0.0.1", "localhost", "[::1]", self.host, *proxy, *certified)))


def trusted_networks(written: Sequence[str]) -> tuple[Network, ...]:
    """Where the proxy may ask from.

    Raises:
        UsageError: what is written is no address and no network.
    """
    try:
        return tuple(ipaddress.ip_network(each, strict=False) for each in written)
    except ValueError as error:
        raise UsageError(
            _("这不是地址或网段：{text}").format(text="、".join(written)),
            remedy=_("例：--proxy-from 10.0.3.4，或 --proxy-from 172.18.0.0/16。"),
        ) from error


def admit(place: Place, *, accounts: bool) -> None:
    """Refuse to answer strangers: beyond this machine only by TLS and only with accounts.

    Raises:
        UsageError: neither.
    """
    if (place.certificate is None) != (place.key is None):
        raise UsageError(_("TLS 证书和私钥必须同时给出。"), remedy=_("请同时写 --tls-cert 和 --tls-key。"))
    trusted_networks(place.proxy_from)
    if place.loopback:
        return
    if place.proxy and not place.proxy_from:
        raise UsageError(
            _("不知道代理从哪里来：本机之外的任何人都能冒充它。"),
            where=place.host,
            remedy=_("请用 --proxy-from 写明代理的地址或网段，或只在本机监听（代理在同一台机器上时）。"),
        )
    if not place.secure:
        raise UsageError(
            _("不在本机之外以明文提供工作台。"),
            where=place.host,
            remedy=_(
                "请加 --tls-cert 证书.pem --tls-key 私钥.pem，或只在本机使用（127.0.0.1）；"
                "前面有提供 TLS 的代理时，用 --behind 写明它的域名。"
            ),
        )
    if not accounts:
        raise UsageError(
            _("还没有账号，不在本机之外提供工作台。"),
            where=place.host,
            remedy=_("请先运行 evidence serve --add-account 账号 --role lead。"),
        )


def check_tls(certificate: Path, key: Path) -> None:
    """Whether browsers could be answered with these files, before the desk says that it is open.

    Raises:
        UsageError: they cannot be read, do not belong together, or the certificate is not in force now.
    """
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: "")
        leaf = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
    except (ssl.SSLError, ValueError, IndexError, OSError) as error:
        why = reason_of(error) if isinstance(error, OSError) and error.errno else str(error)
        if isinstance(error, ssl.SSLError) and "KEY_VALUES_MISMATCH" in str(error):
            why = _("私钥与证书不是一对")
        raise UsageError(
            _("TLS 证书或私钥不能用：{why}").format(why=why),
            where=f"{certificate}  {key}",
            remedy=_("请给出 PEM 格式的证书（连同上级证书）和没有口令的私钥。"),
        ) from error
    now = datetime.now(UTC)
    if not leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc:
        raise UsageError(
            _("TLS 证书不在有效期内：{since}—{until}").format(
                since=leaf.not_valid_before_utc.date(), until=leaf.not_valid_after_utc.date()
            ),
            where=str(certificate),
            remedy=_("请换上有效的证书；若证书无误，请核对本机时钟。"),
        )


def prepare(workspace: Workspace, place: Place) -> Host:
    """Configure Django for this workspace; accounts can be made afterwards."""
    # A page lets go of the interpreter at every query; while the week is being judged beside it, each
    # return would cost the default 5 ms.
    sys.setswitchinterval(0.0005)
    host = Host(
        workspace=workspace,
        secure=place.secure,
        proxy=place.proxy,
        proxy_from=trusted_networks(place.proxy_from),
    )
    configure(host, names=place.names())
    return host


def application() -> Any:
    """The ASGI application; Django must be configured."""
    from evidence.web.handler import DeskHandler

    return DeskHandler()


@contextmanager
def watching(workspace: Workspace, *, poll: bool, say: Callable[[str], None]) -> Iterator[None]:
    """The inbox watcher while the desk runs; it finishes the file at hand when the desk stops."""
    intake = IntakeProcess(workspace.root, poll=poll, tell=say, clock_is_right=workspace.clock_is_right)
    intake.start()
    try:
        yield
    finally:
        intake.stop()


@contextmanager
def reckoning(host: Host) -> Iterator[None]:
    """Weeks are judged beside the pages; the first judgement is under way before anybody asks."""
    host.board.reckoner.start()
    Thread(target=host.board.warm, daemon=True, name="warm").start()
    try:
        yield
    finally:
        host.board.reckoner.stop()


@contextmanager
def printing(workspace: Workspace) -> Iterator[None]:
    """A LibreOffice waits for the next form to be issued; without one installed, issuing says so itself."""
    found = shutil.which(workspace.settings.forms.office)
    with offices.keep_ready(Path(found)) if found else nullcontext():
        yield


def _leave(_number: int, _frame: object) -> None:
    raise SystemExit(0)


def serve(place: Place, *, started: Callable[[], None]) -> None:
    """Answer until told to stop (Ctrl-C, SIGTERM).

    Raises:
        UsageError: the port is taken.
    """
    import socket

    import uvicorn

    # WhiteNoise hands out our few small static files synchronously; Django remarks on each of them.
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((place.host, place.port))
            listener.listen(128)  # whoever opens the address at once waits instead of being refused
        except OSError as error:
            raise UsageError(
                _("端口 {port} 不能用：{why}").format(port=place.port, why=error.strerror),
                remedy=_("请用 --port 换一个端口，或关闭占用它的程序。"),
            ) from error
        config = uvicorn.Config(
            application(),
            log_level="warning",
            lifespan="off",
            server_header=False,
            proxy_headers=False,
            ssl_certfile=place.certificate,
            ssl_keyfile=place.key,
            timeout_graceful_shutdown=5,
        )
        started()
        # uvicorn hands the signal on when it has finished; what runs beside it must be stopped too.
        signal.signal(signal.SIGTERM, _leave)
        with printing(current().workspace), reckoning(current()):
            uvicorn.Server(config).run(sockets=[listener])
