"""The chain of time stamps that `evidence renew` puts beside a package (docs/package-format.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from evidence.domain.week import SHANGHAI
from evidence.verify.algorithms import digest_of_bytes
from evidence.verify.bag import SIGNATURE, SMALL, TAGMANIFEST
from evidence.verify.cms import Token, load_signed_data, read_token
from evidence.verify.container import Container, Extent
from evidence.verify.model import Check, passed, review
from evidence.verify.trust import TrustStore, assess_stamp
from evidence.verify.trust_files import read_pem_or_der


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewed:
    """What the chain of renewals beside the package proves."""

    existed: datetime
    """Instant at which the package and its signature are known to have existed."""
    proven_at: datetime | None = None
    checks: tuple[Check, ...] = ()
    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()


_IMPRINT_LINE = re.compile(r"([0-9a-f]{64})  ([^\n]+)")


def follow_renewals(container: Container, folder: Path | None, store: TrustStore, now: datetime) -> Renewed:
    """Judge `001`, `002` … beside the package, newest first, each against what it must cover."""
    if folder is None or not folder.is_dir():
        return Renewed(existed=now)
    steps = sorted(path for path in folder.iterdir() if re.fullmatch(r"\d{3}", path.name))
    checks: list[Check] = []
    if [path.name for path in steps] != [f"{number:03d}" for number in range(1, len(steps) + 1)]:
        checks.append(review("renewal.chain", "续加的时间戳编号不连续。", folder.name))
    readings: list[tuple[Path, Token]] = []
    for position, step in enumerate(steps):
        before = steps[position - 1] if position else None
        files = {
            path.name: Extent(path=path, offset=0, size=path.stat().st_size)
            for path in step.iterdir()
            if path.is_file() and not path.is_symlink()
        }
        token, problem = _read_step(container, files, before)
        if token is None or problem:
            checks.append(
                review(
                    "renewal.chain",
                    f"续加的时间戳不能采用：{problem}。",
                    f"{folder.name}/{step.name}",
                    "NO_POE",
                )
            )
            break  # each renewal covers the one before it: those that hold still prove something
        readings.append((step, token))
        store = store.with_material(**_step_material(files))
    existed, proven_at = now, None
    for step, token in reversed(readings):
        if token.certificate is None or token.gen_time is None:
            continue
        standing = assess_stamp(store, token.certificate, gen_time=token.gen_time, existed=existed)
        where = f"{folder.name}/{step.name}"
        if not standing.trusted:
            checks.append(
                review(
                    "renewal.chain",
                    f"续加的时间戳未获信任：{standing.reason}。",
                    where,
                    standing.sub_indication,
                )
            )
            continue
        existed = proven_at = min(existed, token.gen_time)
        day = f"{token.gen_time.astimezone(SHANGHAI):%Y-%m-%d}"
        checks.append(passed("renewal.chain", f"续加的时间戳可信：北京时间 {day}。", where))
    return Renewed(
        existed=existed,
        proven_at=proven_at,
        checks=tuple(checks),
        certificates=store.certificates,
        crls=store.crls,
    )


def _read_step(
    container: Container, files: Mapping[str, Extent], before: Path | None
) -> tuple[Token | None, str]:
    """The token of one renewal, and why it does not prove what it should."""
    if "imprint.txt" not in files or "token.tst" not in files:
        return None, "缺少 imprint.txt 或 token.tst"
    imprint = files["imprint.txt"].read(SMALL)
    try:
        token = read_token(load_signed_data(files["token.tst"].read(SMALL)), digest_of_bytes(imprint))
        lines = imprint.decode("utf-8").splitlines()
    except (ValueError, TypeError, KeyError, IndexError, AttributeError):
        return None, "时间戳无法解析"
    if not token.sound:
        return None, token.problem
    expected = [
        (_digest(container.files[TAGMANIFEST]), TAGMANIFEST),
        (_digest(container.files[SIGNATURE]), SIGNATURE),
    ]
    if before is not None:
        for name in ("imprint.txt", "token.tst"):
            previous = before / name
            extent = Extent(path=previous, offset=0, size=previous.stat().st_size)
            expected.append((_digest(extent), f"{before.name}/{name}"))
    extra = sorted(name for name in files if name not in ("imprint.txt", "token.tst"))
    expected += [(_digest(files[name]), name) for name in extra]
    found = [match.groups() for line in lines if (match := _IMPRINT_LINE.fullmatch(line))]
    if (
        len(found) != len(lines)
        or found[: len(expected) - len(extra)] != expected[: len(expected) - len(extra)]
    ):
        return None, "它盖的不是这个包"
    if set(found) != set(expected):
        return None, "随附的证书或吊销列表与它盖的不同"
    return token, ""


def _step_material(files: Mapping[str, Extent]) -> dict[str, list[bytes]]:
    material: dict[str, list[bytes]] = {"certificates": [], "crls": []}
    for name, extent in files.items():
        if name.endswith((".pem", ".crl")):
            for kind, der in read_pem_or_der(extent.read(SMALL)):
                material["crls" if kind == "X509 CRL" else "certificates"].append(der)
    return material


def _digest(extent: Extent) -> str:
    return sha256(extent.read(SMALL * 16)).hexdigest()
