"""`renew`: a further time stamp beside a sent package, before the old ones expire (RFC 4998's idea).

Each step stamps a text of `sha256sum` lines over the package's tagmanifest, its signature, the step
before and the revocation lists of now; the package itself never changes. See docs/package-format.md.
"""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from asn1crypto import cms

from evidence.bundles.bag import SIGNATURE, TAGMANIFEST
from evidence.bundles.certificates import armoured, armoured_list
from evidence.bundles.names import component
from evidence.bundles.revocation import Revocation, fresh, read_revocation
from evidence.bundles.signers import read_certificates
from evidence.bundles.timestamp import Authority, open_authority, stamp
from evidence.durable import name_once, sync_tree
from evidence.errors import MissingPartError, UsageError, VerificationFailedError
from evidence.handover.handover_context import HandoverContext
from evidence.language import _

IMPRINT, TOKEN = "imprint.txt", "token.tst"
_STEP = re.compile(r"\d{3}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """One more step of the chain."""

    package: Path
    folder: Path
    step: int
    stamped_at: datetime
    expires_at: datetime
    """End of the new authority certificate: renew again before."""


def renew(
    context: HandoverContext,
    package: Path,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    authority: Authority | None = None,
) -> Renewed:
    """Add one step beside a package, whole or not at all.

    Args:
        context: time-stamp authority and revocation lists come from its settings.
        package: a zip or folder.
        clock: real time.
        authority: replaces the one of the settings, for tests.

    Raises:
        UsageError: no such package.
        VerificationFailedError: the step before is not whole.
        MissingPartError: no authority is configured, or it fails.
    """
    asked = authority or open_authority(context.timestamp, context.root)
    if asked is None:
        raise MissingPartError(
            _("没有配置时间戳服务，无法续期。"), remedy=_("请在 evidence.toml 的 [timestamp] 写明 url。")
        )
    manifest, signature = read_signed(package)
    chain = package.parent / f"{package.name.removesuffix('.zip')}.renewals"
    steps = sorted(path for path in chain.glob("*") if path.is_dir() and _STEP.fullmatch(path.name))
    lines = [_line(manifest, TAGMANIFEST), _line(signature, SIGNATURE)]
    if steps:
        lines += _previous(steps[-1])
    known = read_revocation([context.root / path for path in context.signer.crls])
    issuers = read_certificates(context.root / path for path in context.timestamp.chain)
    stamp(asked, [b""])  # one answer, so that the authority's own chain can be part of the imprint
    leaves = tuple(each for each in asked.certificates.values() if each.extended_key_usage_value)
    beside = {"tsa-chain.pem": armoured((*leaves, *issuers))} | _lists(known, clock())
    lines += [_line(data, name) for name, data in beside.items()]
    imprint = "".join(lines).encode()
    token = stamp(asked, [imprint])
    step = len(steps) + 1
    chain.mkdir(exist_ok=True)
    final = chain / f"{step:03d}"
    scratch = Path(tempfile.mkdtemp(prefix=f".{step:03d}-", dir=chain))
    try:
        scratch.chmod(0o755)
        for name, data in ({IMPRINT: imprint, TOKEN: token} | beside).items():
            (scratch / name).write_bytes(data)
        sync_tree(scratch)
        name_once(scratch, final)
    except OSError:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return Renewed(
        package=package,
        folder=final,
        step=step,
        stamped_at=_stamped_at(token),
        expires_at=min((each.not_valid_after for each in leaves), default=clock()),
    )


def read_signed(package: Path) -> tuple[bytes, bytes]:
    """Tagmanifest and signature of a package.

    Raises:
        UsageError: it is no package.
    """
    try:
        if package.is_dir():
            return (package / TAGMANIFEST).read_bytes(), (package / SIGNATURE).read_bytes()
        base = package.name.removesuffix(".zip")
        with zipfile.ZipFile(package) as archive:
            return archive.read(f"{base}/{TAGMANIFEST}"), archive.read(f"{base}/{SIGNATURE}")
    except (OSError, KeyError, ValueError, RuntimeError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise UsageError(
            _("这不是移交包，或已损坏。"),
            where=str(package),
            remedy=_("用 evidence handover list 查看移交包的位置。"),
        ) from error


def _previous(step: Path) -> list[str]:
    try:
        return [_line((step / name).read_bytes(), f"{step.name}/{name}") for name in (IMPRINT, TOKEN)]
    except OSError as error:
        raise VerificationFailedError(
            _("上一次续期的文件不全，不能接着续期。"), where=str(step), remedy=_("请从备份恢复该文件夹。")
        ) from error


def _line(data: bytes, name: str) -> str:
    return f"{sha256(data).hexdigest()}  {name}\n"


def _lists(known: Revocation, now: datetime) -> dict[str, bytes]:
    """The revocation lists in force, under sorted names."""
    files = {
        component(f"{number}-{each.issuer.native.get('common_name', 'issuer')}", ".crl"): armoured_list(each)
        for number, each in enumerate(known.crls, 1)
        if fresh(each, now)
    }
    return dict(sorted(files.items()))


def _stamped_at(token: bytes) -> datetime:
    info = cms.ContentInfo.load(token)["content"]["encap_content_info"]["content"].parsed
    moment: datetime = info["gen_time"].native
    return moment
