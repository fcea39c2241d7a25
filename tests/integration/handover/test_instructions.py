"""如何验证.txt followed word for word: a genuine package passes every step, each forgery falls at its own."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from asn1crypto import pem

from evidence.bundles.instructions import NAME, commands, instructions
from evidence.domain.week import Week
from evidence.handover.package import Order, build_package
from evidence.handover.renewal import renew
from evidence.ledger.checkpoint import fingerprint
from tests.support import sample
from tests.support.handing_over import build, make_office
from tests.support.packing import (
    DOSSIER,
    Files,
    plain_pdf,
    seal_bag,
    sign_cms,
    sign_pdf,
    to_folder,
    two_weeks,
)
from tests.support.pki import Identity, Pki, make_crl, shared_pki

NOON = datetime(2022, 4, 1, 7, tzinfo=UTC)
LIST = "data/移交清单.pdf"
CHECKPOINT = "data/ledger/checkpoint-2022-W13.txt"
OWN, OTHER = shared_pki(), shared_pki("乙")
STEPS = ("第一步", "第二步", "第三步", "第四步", "第五步", "第六步", "第七步")
"""The steps everybody can take; nine to eleven need something beside the package."""


def fingerprint_of(identity: Identity) -> str:
    return colons(identity.der)


def colons(der: bytes) -> str:
    return ":".join(f"{byte:02X}" for byte in sha256(der).digest())


@dataclass(frozen=True, kw_only=True)
class Followed:
    """What a reader saw who entered every command."""

    agreed: tuple[str, ...]
    """Steps that said 相符."""
    out: str
    err: str


def follow(
    folder: Path, values: Mapping[str, str], *, shell: tuple[str, ...] = ("bash", "-eo", "pipefail")
) -> Followed:
    """Enter every command of part A, with what the reader knows from elsewhere put between the quotes.

    The shell goes on after a command that fails, as a person at a terminal does.
    """
    script = []
    for command in commands((folder / NAME).read_text("utf-8")):
        for name, value in values.items():
            command = re.sub(rf"\b{name}='[^']*'", f"{name}='{value}'", command)
        script.append(command if re.match(r"\w+='", command) else f"{{ {command}; }} || true")
    done = subprocess.run(
        [*shell, "-c", "\n".join(script)], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    agreed = tuple(re.findall(r"^(第\w+步)相符$", done.stdout, re.MULTILINE))
    return Followed(agreed=agreed, out=done.stdout, err=done.stderr)


@dataclass(frozen=True, kw_only=True)
class Genuine:
    """Two weeks of a real workspace, the second unpacked, with everything a reader can have beside it."""

    folder: Path
    values: dict[str, str]


@pytest.fixture(scope="module")
def genuine(key_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Genuine:
    home = tmp_path_factory.mktemp("instructions")
    office = make_office(home / "ws", key_home)
    first = build(office)
    at = sample.FRIDAY + timedelta(days=7)
    second = build_package(office, Order(week=Week(2022, 14), at=at, allow_incomplete=True, why="试验"))
    renew(office, second.path)
    renew(office, second.path)
    for built in (first, second):
        shutil.unpack_archive(built.path, home / "out")
    folder = home / "out" / second.package.id
    shutil.copytree(office.folder / f"{second.package.id}.renewals", home / "out" / f"{folder.name}.renewals")
    checkpoint = (folder / "data/ledger/checkpoint-2022-W14.txt").read_bytes()
    (home / "out/receipt.p7s").write_bytes(sign_cms(checkpoint, OTHER, None))
    signer, stamper = (_first(folder / f"certificates/{name}-chain.pem") for name in ("signer", "tsa"))
    shutil.copy(office.root / "keys/ca.pem", home / "out/root.pem")
    values = {
        "SIGNER_SHA256": colons(signer),
        "TSA_SHA256": colons(stamper),
        "LATER_TSA_SHA256": colons(stamper),
        "REGULATOR_SHA256": fingerprint_of(OTHER.signer),
    }
    return Genuine(folder=folder, values=values)


def _first(path: Path) -> bytes:
    """DER of the first certificate of a chain."""
    _kind, _headers, der = next(iter(pem.unarmor(path.read_bytes(), multiple=True)))
    return bytes(der)


@pytest.mark.parametrize("shell", [("bash", "-eo", "pipefail"), ("sh", "-e")], ids=["bash", "sh"])
def test_a_genuine_package_passes_every_step_word_for_word(genuine: Genuine, shell: tuple[str, ...]) -> None:
    followed = follow(genuine.folder, genuine.values, shell=shell)
    assert followed.agreed == (*STEPS, "第九步", "第十步", "第十一步"), followed.err
    assert "CMS Verification successful" in followed.err
    assert "Verification: OK" in followed.out + followed.err
    assert followed.out.count("Time stamp:") == 2
    text = (genuine.folder / "data/ledger/checkpoint-2022-W14.txt").read_text()
    assert fingerprint(text) in followed.out, "step eight prints what stands on the paper receipt"


def test_the_second_renewal_is_checked_against_the_first(genuine: Genuine) -> None:
    values = {**genuine.values, "RENEWAL": f"../{genuine.folder.name}.renewals/002"}
    assert "第十一步" in follow(genuine.folder, values).agreed


def test_nothing_agrees_before_a_fingerprint_is_entered(genuine: Genuine) -> None:
    agreed = follow(genuine.folder, {}).agreed
    assert not {"第四步", "第五步", "第七步", "第十步", "第十一步"} & set(agreed)


def test_the_text_holds_no_fingerprint_to_compare(genuine: Genuine) -> None:
    text = (genuine.folder / NAME).read_text("utf-8")
    assert not re.search(r"(?:[0-9A-F]{2}:){4}", text)
    assert fingerprint((genuine.folder / "data/ledger/checkpoint-2022-W14.txt").read_text()) not in text
    assert "没有由我们执行过" in text
    for system in ("Linux", "macOS", "Windows", "certutil", "PowerShell", "Adobe"):
        assert system in text


def test_a_missing_program_never_agrees(genuine: Genuine, tmp_path: Path) -> None:
    """Only what stands in /usr/bin by these names is there; openssl and pdfsig are not."""
    bare = tmp_path / "bin"
    bare.mkdir()
    there = ["bash", "sha256sum", "base32", "head", "find", "grep", "awk", "cat", "rm", "mkdir", "cmp", "cp"]
    for name in there:
        (bare / name).symlink_to(shutil.which(name) or f"/usr/bin/{name}")
    lines = commands((genuine.folder / NAME).read_text("utf-8"))
    script = "\n".join(line if re.match(r"\w+='", line) else f"{{ {line}; }} || true" for line in lines)
    for name, value in genuine.values.items():
        script = re.sub(rf"\b{name}='[^']*'", f"{name}='{value}'", script)
    shutil.rmtree(genuine.folder.parent / "pdf", ignore_errors=True)
    for left in ("signer.pem", "tsa.pem", "regulator.pem"):
        (genuine.folder.parent / left).unlink(missing_ok=True)
    done = subprocess.run(
        [bare / "bash", "-c", script],
        cwd=genuine.folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": str(bare)},
    )
    agreed = set(re.findall(r"^(第\w+步)相符$", done.stdout, re.MULTILINE))
    assert agreed == {"第一步", "第二步", "第九步"}


def base() -> Files:
    """A package of the small sample, as its agency would make it with these instructions."""
    files = dict(two_weeks()[1])
    lists = {name for name in files if name.endswith(".crl")}
    files = {name: data for name, data in files.items() if name not in lists}
    files["certificates/1-root.crl"] = pem.armor("X509 CRL", OWN.crl)
    files[LIST] = sign_pdf(plain_pdf("list"), OWN, NOON)
    files[NAME] = instructions(
        "WJB-2022-W13", previous="WJB-2022-W12", stamped=True, evaluation=False
    ).encode()
    return files


KNOWN = {"SIGNER_SHA256": fingerprint_of(OWN.signer), "TSA_SHA256": fingerprint_of(OWN.authority)}


def fall(files: Files, home: Path, values: Mapping[str, str] = KNOWN) -> str:
    """The step at which a reader of these files stops; empty when all agree."""
    folder = to_folder(files, home / "WJB-2022-W13")
    (home / "root.pem").write_bytes(OWN.root.pem)
    agreed = follow(folder, values).agreed
    return next((step for step in STEPS if step not in agreed), "")


def total_forgery() -> Files:
    """Everything exchanged by somebody with a root, an authority and names of his own."""
    files = base()
    files["data/facts.json"] = files["data/facts.json"].replace(b"2022", b"2021")
    for name in (LIST, DOSSIER):
        files[name] = sign_pdf(plain_pdf("forged"), OTHER, NOON)
    files["certificates/signer-chain.pem"] += OTHER.root.pem
    files["certificates/tsa-chain.pem"] = OTHER.authority.pem + OTHER.root.pem
    return seal_bag(files, OTHER, NOON)


def stamped_by_another() -> Files:
    return seal_bag(base(), replace(OWN, root=OTHER.root, authority=OTHER.authority), NOON)


def list_by_another() -> Files:
    return seal_bag({**base(), LIST: sign_pdf(plain_pdf("list"), OTHER, NOON)}, OWN, NOON)


def dossier_with_an_addition() -> Files:
    files = base()
    return seal_bag({**files, DOSSIER: files[DOSSIER] + b"\n% added\n"}, OWN, NOON)


def signer_revoked() -> Files:
    revoked = make_crl(OWN.root, revoked={OWN.signer.certificate.serial_number: NOON})
    return seal_bag({**base(), "certificates/1-root.crl": pem.armor("X509 CRL", revoked)}, OWN, NOON)


def changed_byte() -> Files:
    files = seal_bag(base(), OWN, NOON)
    return {**files, "data/facts.json": files["data/facts.json"] + b" "}


def added_file() -> Files:
    return {**seal_bag(base(), OWN, NOON), "data/新增.txt": b"x"}


def manifest_rewritten() -> Files:
    files = seal_bag(base(), OWN, NOON)
    forged = seal_bag({**files, "data/facts.json": b"{}"}, OTHER, NOON)
    return {**forged, "tagmanifest-sha256.txt.p7s": files["tagmanifest-sha256.txt.p7s"]}


@pytest.mark.parametrize(
    ("forgery", "step"),
    [
        (lambda: seal_bag(base(), OWN, NOON), ""),
        (changed_byte, "第一步"),
        (added_file, "第二步"),
        (manifest_rewritten, "第三步"),
        (total_forgery, "第四步"),
        (stamped_by_another, "第五步"),
        (signer_revoked, "第六步"),
        (list_by_another, "第七步"),
        (dossier_with_an_addition, "第七步"),
    ],
    ids=[
        "genuine", "changed byte", "added file", "manifest rewritten", "total forgery",
        "another's time stamp", "signer revoked", "list signed by another", "dossier added to",
    ],
)  # fmt: skip
def test_each_forgery_falls_at_its_step(forgery: Callable[[], Files], step: str, tmp_path: Path) -> None:
    assert fall(forgery(), tmp_path) == step


def test_a_receipt_by_the_agency_itself_falls_at_step_ten(genuine: Genuine) -> None:
    receipt = genuine.folder.parent / "receipt.p7s"
    kept = receipt.read_bytes()
    checkpoint = (genuine.folder / "data/ledger/checkpoint-2022-W14.txt").read_bytes()
    try:
        receipt.write_bytes(sign_cms(checkpoint, OWN, None))
        assert "第十步" not in follow(genuine.folder, genuine.values).agreed
    finally:
        receipt.write_bytes(kept)


def test_another_package_before_falls_at_step_nine(genuine: Genuine, tmp_path: Path) -> None:
    to_folder(seal_bag(base(), OWN, NOON), tmp_path / "before")
    values = {**genuine.values, "PREVIOUS": str(tmp_path / "before")}
    assert "第九步" not in follow(genuine.folder, values).agreed


def test_after_every_certificate_has_expired_the_steps_still_work(tmp_path: Path) -> None:
    old = _expired()
    files = seal_bag(
        {
            **base(),
            LIST: sign_pdf(plain_pdf("list"), old, NOON),
            DOSSIER: sign_pdf(plain_pdf("dossier"), old, NOON),
            "certificates/1-root.crl": pem.armor("X509 CRL", old.crl),
        },
        old,
        NOON,
    )
    folder = to_folder(files, tmp_path / "WJB-2022-W13")
    (tmp_path / "root.pem").write_bytes(old.root.pem)
    known = {"SIGNER_SHA256": fingerprint_of(old.signer), "TSA_SHA256": fingerprint_of(old.authority)}
    assert follow(folder, known).agreed == STEPS


def _expired() -> Pki:
    from tests.support.pki import make_authority, make_identity

    start, end = datetime(2021, 1, 1, tzinfo=UTC), datetime(2022, 6, 1, tzinfo=UTC)
    root = make_identity("过期根证书", start=start, end=end)
    return Pki(
        root=root,
        signer=make_identity("过期签名人", issuer=root, start=start, end=end),
        authority=make_authority("过期时间戳", root, start=start, end=end),
        crl=make_crl(root, start=start, end=end),
    )
