"""A certificate for the desk that telephones trust, made under a root of the workspace's own.

Browsers let a page work without a network, and take photographs, only over HTTPS with a certificate they
trust. The root may vouch for the names given and for private addresses alone (RFC 5280 name constraints):
whoever steals its key cannot pretend to be anything else on the telephones that trust it.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from evidence.bundles.keys import key_usage, pem
from evidence.domain.week import local_date
from evidence.durable import name_once, write_whole
from evidence.errors import UsageError
from evidence.language import _

_HOST = re.compile(
    r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*"
)
_ROOT_LIFE = timedelta(days=3650)
_LEAF_LIFE = timedelta(days=820)
"""iOS takes no server certificate that holds longer than 825 days."""
_BACK = timedelta(hours=1)
_COMMON_NAME_BYTES = 64
_ROOT_OF = " 工作台根证书"
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8")


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Where the desk's certificate lies in a workspace."""

    folder: Path

    @property
    def certificate(self) -> Path:
        """The desk's certificate, then the root's."""
        return self.folder / "desk.pem"

    @property
    def key(self) -> Path:
        """Its private key, mode 0600."""
        return self.folder / "desk.key"

    @property
    def root(self) -> Path:
        """The certificate that telephones install; absent where another authority's certificate is used."""
        return self.folder / "root.pem"

    @property
    def root_key(self) -> Path:
        """Its private key, mode 0600; may be kept elsewhere until the next renewal."""
        return self.folder / "root.key"


def tls_files(root: Path) -> TlsFiles:
    """The files of a workspace."""
    return TlsFiles(root / "keys" / "tls")


def make_certificate(
    files: TlsFiles, names: tuple[str, ...], *, agency: str, now: datetime
) -> x509.Certificate:
    """A certificate for these names; the root is made once and kept, so that telephones need no other.

    Args:
        names: host names and addresses under which browsers open the desk.
        now: real time.

    Raises:
        UsageError: a name is no host name; half of the root is away, or it is expired or may not vouch.
        OSError: the folder cannot be written.
    """
    if not names:
        raise UsageError(
            _("没有写明名称。"), remedy=_("请写手机用来打开工作台的名称或地址，如 desk.example.lan。")
        )
    wanted = tuple(dict.fromkeys(map(_general_name, names)))
    files.folder.mkdir(parents=True, exist_ok=True)
    files.folder.chmod(0o700)
    root, root_key = _root(files, wanted, agency=agency, now=now)
    _refuse_foreign(root, wanted)
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = _leaf(key, wanted, root, root_key, now)
    write_whole(files.key, _pkcs8(key), mode=0o600)
    write_whole(files.certificate, pem(leaf) + pem(root), mode=0o600)
    return leaf


def take_certificate(
    files: TlsFiles, certificate: Path, key: Path, *, now: datetime
) -> tuple[x509.Certificate, tuple[Path, ...]]:
    """Use a certificate that another authority issued; the caller has checked that the two belong together.

    Args:
        now: real time.

    Returns:
        The certificate, and where the root of our own, key first, was put aside: telephones would be told to
        install a root that no longer vouches for the desk, yet its key may be the only copy.

    Raises:
        OSError: a file cannot be read or written.
    """
    chain, secret = certificate.read_bytes(), key.read_bytes()
    files.folder.mkdir(parents=True, exist_ok=True)
    files.folder.chmod(0o700)
    write_whole(files.key, secret, mode=0o600)
    write_whole(files.certificate, chain, mode=0o600)
    aside = tuple(_put_aside(path, now) for path in (files.root_key, files.root) if path.is_file())
    return x509.load_pem_x509_certificates(chain)[0], aside


def _put_aside(path: Path, now: datetime) -> Path:
    """Under its name with the day, and a number where that is taken; nothing is replaced."""
    day = f"{path.name}.{local_date(now):%Y-%m-%d}"
    names = (day, *(f"{day}-{number}" for number in range(2, 1000)))
    target = next(each for each in map(path.with_name, names) if not each.exists())
    name_once(path, target)
    return target


def names_in(certificate: Path) -> tuple[str, ...]:
    """Host names and addresses a certificate is good for; empty where it says none or cannot be read."""
    try:
        leaf = x509.load_pem_x509_certificates(certificate.read_bytes())[0]
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, IndexError, x509.ExtensionNotFound):
        return ()
    hosts = names.get_values_for_type(x509.DNSName)
    return (*hosts, *(str(each) for each in names.get_values_for_type(x509.IPAddress)))


def fingerprint(certificate: Path) -> str:
    """SHA-256 of the first certificate of a file, as telephones show it: `AB CD …`.

    Raises:
        OSError, ValueError: the file cannot be read or holds none.
    """
    digest = x509.load_pem_x509_certificates(certificate.read_bytes())[0].fingerprint(hashes.SHA256())
    return " ".join(f"{byte:02X}" for byte in digest)


def _general_name(text: str) -> x509.GeneralName:
    plain = text.strip().lower().removeprefix("https://").strip("/")
    try:
        return x509.IPAddress(ipaddress.ip_address(plain.strip("[]")))
    except ValueError:
        if _HOST.fullmatch(plain):
            return x509.DNSName(plain)
    raise UsageError(
        _("“{name}”不是主机名，也不是地址。").format(name=text),
        remedy=_("例：evidence service tls desk.example.lan 192.168.1.20（不写端口）。"),
    )


def _root(
    files: TlsFiles, wanted: tuple[x509.GeneralName, ...], *, agency: str, now: datetime
) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    _refuse_half(files)
    if files.root.is_file():
        kept = serialization.load_pem_private_key(files.root_key.read_bytes(), password=None)
        if not isinstance(kept, ec.EllipticCurvePrivateKey):
            raise UsageError(
                _("根证书的私钥不能用。"), where=str(files.root_key), remedy=_("请移走该目录后重新生成。")
            )
        return _in_force(files, now), kept
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "CN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, agency[:60] or "evidence"),
            x509.NameAttribute(NameOID.COMMON_NAME, _short(agency) + _ROOT_OF),
        ]
    )
    made = (
        _builder(subject, subject, key.public_key(), now, _ROOT_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(key_usage(root=True, authority=True), critical=True)
        .add_extension(x509.NameConstraints(_permitted(wanted), None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    write_whole(files.root_key, _pkcs8(key), mode=0o600)
    write_whole(files.root, pem(made), mode=0o600)
    return made, key


def _short(agency: str) -> str:
    """As much of a name as a common name has room for, in whole characters."""
    room = _COMMON_NAME_BYTES - len(_ROOT_OF.encode())
    return agency.encode()[:room].decode(errors="ignore").strip()


def _in_force(files: TlsFiles, now: datetime) -> x509.Certificate:
    root = x509.load_pem_x509_certificate(files.root.read_bytes())
    if root.not_valid_after_utc <= now:
        raise UsageError(
            _("根证书已于 {day} 到期。").format(day=root.not_valid_after_utc.date()),
            where=str(files.root),
            remedy=_("请移走 keys/tls 后重新生成，并在每部手机上重装根证书。"),
        )
    return root


def _refuse_half(files: TlsFiles) -> None:
    """A key kept elsewhere is not lost: a new root in its place would be one that no telephone has."""
    absent = [path for path in (files.root, files.root_key) if not path.is_file()]
    if len(absent) == 1:
        raise UsageError(
            _("缺少 {name}，而根证书的另一半还在。").format(name=absent[0].name),
            where=str(absent[0]),
            remedy=_("请把该文件放回原处；找不到了就移走 keys/tls 后重新生成，并在每部手机上重装根证书。"),
        )


def _permitted(wanted: tuple[x509.GeneralName, ...]) -> list[x509.GeneralName]:
    networks = [ipaddress.ip_network(each) for each in _PRIVATE]
    networks += [ipaddress.ip_network(each.value) for each in wanted if isinstance(each, x509.IPAddress)]
    names = dict.fromkeys(["localhost", *(each.value for each in wanted if isinstance(each, x509.DNSName))])
    return [*map(x509.DNSName, names), *map(x509.IPAddress, dict.fromkeys(networks))]


def _refuse_foreign(root: x509.Certificate, wanted: tuple[x509.GeneralName, ...]) -> None:
    """Browsers would not believe a name the root may not vouch for."""
    bounds = root.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    hosts = [each.value for each in bounds if isinstance(each, x509.DNSName)]
    networks = [ipaddress.ip_network(each.value) for each in bounds if isinstance(each, x509.IPAddress)]
    for each in wanted:
        if isinstance(each, x509.IPAddress):
            address = ipaddress.ip_address(str(each.value))
            good = any(address in one for one in networks)
        else:
            good = any(each.value == host or each.value.endswith(f".{host}") for host in hosts)
        if not good:
            raise UsageError(
                _("已装到手机上的根证书不能为“{name}”作证。").format(name=each.value),
                remedy=_("请移走 keys/tls 后重新生成，并在每部手机上重装根证书。"),
            )


def _leaf(
    key: ec.EllipticCurvePrivateKey,
    wanted: tuple[x509.GeneralName, ...],
    root: x509.Certificate,
    root_key: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, str(wanted[0].value)[:64])])
    life = min(_LEAF_LIFE, root.not_valid_after_utc - now)
    return (
        _builder(subject, root.subject, key.public_key(), now, life)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(key_usage(root=False, authority=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName(wanted), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False
        )
        .sign(root_key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    now: datetime,
    life: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before((now - _BACK).astimezone(UTC))
        .not_valid_after((now + life).astimezone(UTC))
    )


def _pkcs8(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
