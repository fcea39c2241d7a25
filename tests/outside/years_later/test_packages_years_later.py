"""A package passes while its stamp or renewals hold; after that it is open and says what is needed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest

from evidence.domain.week import Week
from evidence.verify.examine import verify_path
from evidence.verify.model import Indication, Report
from evidence.verify.pdf.task import judge_task
from tests.support.packing import Files, Service, plain_pdf, sign_pdf, to_folder
from tests.support.pki import Pki, make_authority, make_crl, make_identity

SIGNED = datetime(2022, 4, 1, 7, tzinfo=UTC)
FAR = datetime(2099, 1, 1, tzinfo=UTC)


def year(number: int) -> datetime:
    return datetime(number, 4, 2, tzinfo=UTC)


@cache
def world() -> Pki:
    """A signer until 2025, an authority until 2030, a root for ever."""
    root = make_identity("长寿根", end=FAR)
    return Pki(
        root=root,
        signer=make_identity("签名人", issuer=root, end=year(2025)),
        authority=make_authority("时间戳 2022", root, end=year(2030)),
        crl=make_crl(root, end=FAR),
    )


@cache
def authority(start: int, end: int) -> Pki:
    """The same world with a later authority."""
    later = make_authority(f"时间戳 {start}", world().root, start=year(start), end=year(end))
    return replace(world(), authority=later)


@cache
def package(*, stamped: bool = True) -> Files:
    service = Service(pki=world(), first=Week(2022, 13))
    service.write(4)
    return service.pack(Week(2022, 13), long_term=False, stamp=stamped)


def renew(folder: Path, files: Files, pki: Pki, at: datetime, number: int) -> None:
    """One renewal as docs/package-format.md describes it."""
    step = folder / f"{number:03d}"
    step.mkdir(parents=True)
    names = {name: files[name] for name in ("tagmanifest-sha256.txt", "tagmanifest-sha256.txt.p7s")}
    if number > 1:
        before = folder / f"{number - 1:03d}"
        names |= {
            f"{before.name}/{name}": (before / name).read_bytes() for name in ("imprint.txt", "token.tst")
        }
    own = {"tsa-chain.pem": pki.authority.pem + pki.root.pem, "root.crl": pki.crl}
    names |= own
    imprint = "".join(f"{sha256(data).hexdigest()}  {name}\n" for name, data in names.items()).encode()
    token = asyncio.run(pki.stamper(at).async_timestamp(sha256(imprint).digest(), "sha256"))
    for name, data in {"imprint.txt": imprint, "token.tst": token.dump(), **own}.items():
        (step / name).write_bytes(data)


def verify(path: Path, now: datetime) -> Report:
    return verify_path(
        path,
        trust=[world().root.pem],
        at=now,
        judge_pdfs=lambda tasks: [judge_task(task) for task in tasks],
    )


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    return to_folder(package(), tmp_path / "WJB-2022-W13")


def renewed(packed: Path, *steps: tuple[int, int, int]) -> Path:
    """Renewals: (authority from, until, stamped in)."""
    beside = packed.parent / f"{packed.name}.renewals"
    for number, (start, end, stamped) in enumerate(steps, 1):
        renew(beside, package(), authority(start, end), year(stamped), number)
    return packed


def test_after_three_years_the_stamp_still_holds(packed: Path) -> None:
    report = verify(packed, year(2025))
    assert report.indication is Indication.PASSED, [c for c in report.checks if c.kind == "review"]


@pytest.mark.parametrize("now", [2032, 2052])
def test_without_renewal_it_is_open_after_the_authoritys_end_and_says_what_is_needed(
    packed: Path, now: int
) -> None:
    report = verify(packed, year(now))
    assert report.indication is Indication.INDETERMINATE
    text = "".join(check.message for check in report.checks if check.kind == "review")
    assert "2030-04-02" in text
    assert "WJB-2022-W13.renewals" in text
    assert not [check for check in report.checks if check.kind == "fail"]


@pytest.mark.parametrize(
    ("now", "steps"),
    [
        (2032, [(2028, 2040, 2029)]),
        (2052, [(2028, 2040, 2029), (2038, 2050, 2039), (2048, 2060, 2049)]),
    ],
)
def test_renewed_in_time_it_passes(packed: Path, now: int, steps: list[tuple[int, int, int]]) -> None:
    report = verify(renewed(packed, *steps), year(now))
    assert report.indication is Indication.PASSED, [c for c in report.checks if c.kind != "pass"]


@pytest.mark.parametrize(
    ("now", "steps"),
    [
        (2052, [(2028, 2040, 2029)]),  # renewed once, then forgotten
        (2052, [(2028, 2040, 2029), (2041, 2060, 2042)]),  # too late the second time
        (2032, [(2028, 2040, 2031)]),  # too late the first time
    ],
)
def test_renewed_too_seldom_or_too_late_it_is_open(
    packed: Path, now: int, steps: list[tuple[int, int, int]]
) -> None:
    report = verify(renewed(packed, *steps), year(now))
    assert report.indication is Indication.INDETERMINATE, [c for c in report.checks if c.kind == "fail"]


def test_a_package_never_stamped_is_open_once_its_signer_expired(tmp_path: Path) -> None:
    path = to_folder(package(stamped=False), tmp_path / "WJB-2022-W13")
    assert verify(path, year(2032)).indication is Indication.INDETERMINATE


@pytest.mark.parametrize("now", [2032, 2052])
@pytest.mark.parametrize("stamped", [True, False])
def test_a_pdf_by_itself_is_open_and_never_failed(tmp_path: Path, now: int, stamped: bool) -> None:
    path = tmp_path / "报告.pdf"
    path.write_bytes(sign_pdf(plain_pdf(), world(), SIGNED, certify=False, stamped=stamped))
    report = verify(path, year(now))
    assert report.indication is Indication.INDETERMINATE
    assert any("到期" in check.message for check in report.checks)


@pytest.mark.parametrize("now", [2032, 2052])
def test_a_changed_package_fails_however_old(packed: Path, now: int) -> None:
    (packed / "data/facts.json").write_bytes(b"{}")
    assert verify(packed, year(now)).indication is Indication.FAILED
