"""Footage in the weekly package: never unasked, whole when asked, and no package when it is not there."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from evidence.domain.facts import Facts
from evidence.domain.identifiers import Sha256
from evidence.domain.week import Week, local_date
from evidence.errors import EvidenceError, ExitCode
from evidence.handover.handover_context import HandoverContext
from evidence.handover.package import Built
from evidence.verify.examine import verify_path
from tests.support import sample
from tests.support.handing_over import WEEK, build, make_office, something_new

CHECK, RECHECK = f"{sample.CLOSED}-V1", f"{sample.CLOSED}-V3"


def film(visit: str) -> bytes:
    """What stands for a film; the package does not look inside."""
    return f"film of {visit}".encode() * 999


def in_week(facts: Facts) -> list[str]:
    """The week's visits that have footage."""
    filmed = {one.visit for case in facts.cases for one in case.recordings}
    return [
        visit.id
        for case in facts.cases
        for visit in case.visits
        if visit.id in filmed and Week.of(local_date(visit.arrived_at)) == WEEK
    ]


def with_films(storage: Path) -> Facts:
    """The week with a real file for each of its films; the recheck's stays on the agency's storage."""
    facts = sample.week_facts()
    storage.mkdir()
    for visit in in_week(facts):
        data = film(visit)
        changes = {"sha256": Sha256(sha256(data).hexdigest()), "bytes": len(data)}
        if visit == RECHECK:
            path = storage / "复查.mp4"
            path.write_bytes(data)
            changes |= {"path": str(path), "name": "DCIM/100MEDIA/复查.mp4"}
        facts = sample.on_recordings(facts, visit, **changes)
    return facts


@pytest.fixture
def office(key_home: Path, tmp_path: Path) -> HandoverContext:
    """A workspace that holds every film of the week but the one that stays on the storage."""
    facts = with_films(tmp_path / "nas")
    made = make_office(tmp_path / "workspace", key_home, facts)
    for visit in in_week(facts):
        if visit != RECHECK:
            made.originals.put_bytes(film(visit))
    return made


def payload(built: Built) -> Iterator[tuple[str, str]]:
    """Path below `data/` and digest of each payload file."""
    with zipfile.ZipFile(built.path) as archive:
        manifest = archive.read(f"{built.package.id}/manifest-sha256.txt").decode()
    for line in manifest.splitlines():
        digest, _gap, path = line.partition("  ")
        yield path.removeprefix("data/"), digest


def digests(visits: list[str]) -> set[str]:
    """What their films hash to."""
    return {sha256(film(visit)).hexdigest() for visit in visits}


def test_footage_never_goes_unasked(office: HandoverContext) -> None:
    built = build(office)
    assert not digests(in_week(sample.week_facts())) & {digest for _path, digest in payload(built)}
    assert not any(path.endswith(".mp4") for path, _digest in payload(built))


def test_the_week_s_films_go_with_their_case_when_asked(office: HandoverContext) -> None:
    visits = in_week(sample.week_facts())
    assert RECHECK in visits
    assert CHECK not in visits, "the check was in an earlier week: its film is not this package's"
    built = build(office, with_footage=True)
    films = {path: digest for path, digest in payload(built) if path.endswith(".mp4")}
    assert set(films.values()) == digests(visits)
    (recheck,) = (path for path in films if path.endswith("复查.mp4"))
    assert f"/{sample.CLOSED}/原件/" in recheck
    assert digests(visits) <= set(built.package.originals)
    report = verify_path(built.path, trust=[(office.root / "keys/ca.pem").read_bytes()])
    assert report.indication == "TOTAL-PASSED", [check for check in report.checks if check.kind == "fail"]
    something_new(office)
    again = build(office, supplement=True, with_footage=True)
    assert not any(path.endswith(".mp4") for path, _digest in payload(again)), (
        "what was sent is not sent again"
    )


def _lost(path: Path) -> None:
    path.unlink()


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def _altered(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"?")


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (_lost, ExitCode.INCOMPLETE),
        (_cut, ExitCode.VERIFICATION_FAILED),
        (_altered, ExitCode.VERIFICATION_FAILED),
    ],
)
def test_a_film_that_is_not_as_registered_is_named_and_nothing_is_made(
    office: HandoverContext, tmp_path: Path, harm: Callable[[Path], None], code: ExitCode
) -> None:
    path = tmp_path / "nas" / "复查.mp4"
    harm(path)
    size = office.ledger.head.size
    with pytest.raises(EvidenceError) as refused:
        build(office, with_footage=True)
    assert refused.value.exit_code is code
    assert str(path) in refused.value.where
    assert office.ledger.head.size == size, "nothing is journalled"
    assert not list(office.folder.glob("WJB*"))
    assert not [each for each in (office.folder / ".building").iterdir() if each.name != "lock"]
    assert build(office).package.complete, "without the film the package can still be made"
