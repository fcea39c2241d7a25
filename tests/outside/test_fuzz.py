"""A minute of changed files and packages, and proof that the run would see what it looks for.

The numbers are fixed here; `python -m bench fuzz` draws new ones for ten minutes.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import fuzz, fuzz_intake, fuzz_verify
from bench.fuzz_changes import CHANGES
from bench.fuzz_samples import arrivals
from evidence.filetypes.examine import Question, examine
from evidence.filetypes.media import CLAIMS
from evidence.inbox.ingest import Intake
from evidence.ledger.view import Arrival
from evidence.verify.model import Check, CheckKind, Indication, Report
from tests.support.packing import ORIGINAL, to_zip, two_weeks

FIRST, COUNT = 20220329, 240


def test_no_changed_file_or_package_breaks_hides_or_passes() -> None:
    outcome = fuzz.explore(FIRST, count=COUNT)
    assert outcome.faults == {}
    assert (outcome.arrivals, outcome.verified, outcome.typed) == (COUNT, COUNT // 3, COUNT // 3)


def test_every_accepted_kind_has_a_sample_that_is_read_as_itself(tmp_path: Path) -> None:
    kinds = {name.rpartition(".")[2].lower() for name in arrivals()}
    assert {CLAIMS[kind] for kind in kinds} >= set(CLAIMS.values()) - {"audio/mp4"}
    assert kinds <= set(CHANGES)
    for name, content in arrivals().items():
        path = tmp_path / name
        path.write_bytes(content)
        assert examine(Question(path=path, name=name)).media.type == CLAIMS[name.rpartition(".")[2].lower()]


def test_a_number_makes_the_same_case_again(tmp_path: Path) -> None:
    assert [fuzz_intake.make(seed) for seed in range(50)] == [fuzz_intake.make(seed) for seed in range(50)]
    assert fuzz_verify.make(FIRST) == fuzz_verify.make(FIRST)
    fuzz._keep(f"intake:{FIRST}", tmp_path)
    name, content = fuzz_intake.make(FIRST)
    assert (tmp_path / name).read_bytes() == content


def test_a_file_that_breaks_the_intake_is_found_among_its_neighbours_and_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fuzz, "KEPT", tmp_path)
    whole = Intake._take

    def breaking(self: Intake, sighting: object, *rest: object, **more: object) -> object:
        if str(getattr(sighting, "name", "")).startswith(f"{FIRST + 1}/"):
            raise KeyError("nobody expected this")
        return whole(self, sighting, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Intake, "_take", breaking)
    monkeypatch.setattr(fuzz, "_VERIFIED", 0)
    monkeypatch.setattr(fuzz, "_TYPED", 0)
    assert set(fuzz.explore(FIRST, count=3).faults) == {f"intake:{FIRST + 1}"}
    assert f"python -m bench.fuzz --case intake:{FIRST + 1}" in capsys.readouterr().err
    name, content = fuzz_intake.make(FIRST + 1)
    assert (tmp_path / f"intake-{FIRST + 1}" / name).read_bytes() == content


def test_a_file_without_a_row_or_with_other_bytes_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.support.inbox_fixture import Room

    taken = Room.ingest

    def forgetful(self: Room, *paths: Path) -> list[Arrival]:
        return [each for each in taken(self, *paths) if not each.path.startswith(f"{FIRST}/")]

    monkeypatch.setattr(Room, "ingest", forgetful)
    assert fuzz_intake.faults(tmp_path, [FIRST]) == {FIRST: "0 rows for one file"}


def _verdict(indication: Indication, *checks: Check) -> Report:
    return Report(
        subject="x",
        what="package",
        at=fuzz_verify.AT,
        indication=indication,
        sub_indication="",
        evaluation_keys=False,
        checks=checks,
    )


@pytest.mark.parametrize(
    "case",
    [
        pytest.param(
            fuzz_verify.Case(files={**two_weeks()[1], ORIGINAL: b"other"}), id="a folder with another file"
        ),
        pytest.param(
            fuzz_verify.Case(archive=to_zip({**two_weeks()[1], "data/x": b"x"}, fuzz_verify.NAME)),
            id="a zip with one more",
        ),
        pytest.param(fuzz_verify.Case(archive=b"PK"), id="no zip at all"),
        pytest.param(
            fuzz_verify.Case(
                pdf=fuzz_verify._signed_pdfs()[0].replace(b"100", b"999"),
                signed=fuzz_verify._signed_pdfs()[0],
            ),
            id="a PDF with another amount",
        ),
        pytest.param(
            fuzz_verify.Case(
                pdf=fuzz_verify._signed_pdfs()[0] + b"1 0 obj", signed=fuzz_verify._signed_pdfs()[0]
            ),
            id="a PDF with more behind its end",
        ),
    ],
)
def test_whatever_passes_is_held_against_the_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: fuzz_verify.Case
) -> None:
    monkeypatch.setattr(fuzz_verify, "make", lambda seed: case)
    monkeypatch.setattr(fuzz_verify, "verify_path", lambda *_a, **_m: _verdict(Indication.PASSED))
    assert "passed" in fuzz_verify.fault(tmp_path, 1)


def test_a_verdict_beside_its_opposite_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = Check(id="bag.changed", kind=CheckKind.FAIL, message="x")
    report = _verdict(Indication.INDETERMINATE, failed)
    monkeypatch.setattr(fuzz_verify, "verify_path", lambda *_a, **_m: report)
    assert "bag.changed" in fuzz_verify.fault(tmp_path, 1)
