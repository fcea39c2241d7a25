"""Taking down the circumstances of one verification: reads clocks, names, versions and digests."""

from __future__ import annotations

import getpass
import hashlib
import platform
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from asn1crypto import crl as asn1_crl
from asn1crypto import x509

from evidence.verify.bag import TAGMANIFEST
from evidence.verify.circumstances import Circumstances, GivenFile, GivenTrust
from evidence.verify.series import SeriesReport
from evidence.verify.trust_files import describe, read_pem_or_der

_PARTS = ("evidence", "pyhanko", "pyhanko-certvalidator", "cryptography")


def take_down(
    path: Path,
    *,
    trust: Sequence[tuple[str, str, bytes]],
    previous: Sequence[Path],
    now: datetime,
) -> Circumstances:
    """Note the circumstances of verifying `path`.

    Args:
        path: the package or PDF.
        trust: (option, file name, content) of every trust file.
        previous: packages of earlier weeks.
        now: real time.
    """
    return Circumstances(
        verified_at=now,
        object=_given(path),
        trust=tuple(one for option, name, blob in trust for one in _trusted(option, name, blob)),
        previous=tuple(map(_given, previous)),
        program=_program(),
        system=f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        host=platform.node(),
        account=_account(),
    )


def take_down_series(
    series: SeriesReport,
    folder: Path,
    *,
    trust: Sequence[tuple[str, str, bytes]],
    previous: Sequence[Path],
    now: datetime,
) -> SeriesReport:
    """The series with its circumstances, and each package with its own: the others were beside it.

    Args:
        series: what was found.
        folder: where the packages lie.
        trust: as for one package.
        previous: packages from elsewhere.
        now: real time.
    """
    noted = take_down(folder, trust=trust, previous=previous, now=now)
    given = {report.subject: _given(folder / report.subject) for report in series.packages}
    packages = tuple(
        replace(
            report,
            circumstances=replace(
                noted,
                object=given[report.subject],
                previous=(
                    *(each for name, each in given.items() if name != report.subject),
                    *noted.previous,
                ),
            ),
        )
        for report in series.packages
    )
    return replace(series, circumstances=noted, packages=packages)


def _given(path: Path) -> GivenFile:
    target = path / TAGMANIFEST if path.is_dir() else path
    try:
        with target.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except OSError:
        return GivenFile(name=path.name, sha256="", digest_of="")
    if path.is_dir():
        return GivenFile(name=path.name, sha256=digest, digest_of="tagmanifest")
    return GivenFile(name=path.name, sha256=digest, digest_of="file", bytes=size)


def _trusted(option: str, name: str, blob: bytes) -> list[GivenTrust]:
    found = []
    for kind, der in read_pem_or_der(blob):
        digest = hashlib.sha256(der).hexdigest()
        if kind == "X509 CRL":
            listed = asn1_crl.CertificateList.load(der)
            found.append(
                GivenTrust(
                    file=name,
                    option=option,
                    kind="crl",
                    subject=str(listed.issuer.human_friendly),
                    sha256=digest,
                    this_update=listed["tbs_cert_list"]["this_update"].native,
                )
            )
        else:
            subject = describe(x509.Certificate.load(der))
            found.append(
                GivenTrust(file=name, option=option, kind="certificate", subject=subject, sha256=digest)
            )
    return found


def _program() -> str:
    return ", ".join(
        f"{name} {_version(name)}"
        for name in ("evidence", "pyhanko", "pyhanko-certvalidator", "cryptography")
    )


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "?"


def _account() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
