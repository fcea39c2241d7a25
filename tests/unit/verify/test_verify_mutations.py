"""Thousands of changes to a good package: each is noticed, and the changed file is named.

Pure parts whose input did not change are remembered between packages, so that thousands are quick.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from evidence.domain.week import Week
from evidence.verify import examine, package
from evidence.verify.container import Container
from evidence.verify.examine import verify_path
from evidence.verify.model import CheckKind, Indication, Report
from evidence.verify.pdf.signatures import PdfVerdict
from evidence.verify.pdf.task import PdfTask, judge_task
from tests.support.packing import (
    DOSSIER,
    Files,
    Service,
    in_order,
    rebuild_manifests,
    seal_bag,
    sign_cms,
    to_folder,
    to_zip,
    two_weeks,
)
from tests.support.pki import shared_pki

AT = datetime(2022, 4, 2, tzinfo=UTC)
NOON = datetime(2022, 4, 1, 7, tzinfo=UTC)
NAME = "WJB-2022-W13"
SIGNATURE = "tagmanifest-sha256.txt.p7s"
TAGMANIFEST = "tagmanifest-sha256.txt"
FLIPS_PER_FILE = 55
SIGNATURE_CHANGES = 500
HEADER_CHANGES = 500

Verify = Callable[..., Report]


@pytest.fixture(scope="module")
def remembered() -> Iterator[dict[Any, Any]]:
    """Remember verdicts on parts whose bytes are the same."""
    memory: dict[Any, Any] = {}
    patch = pytest.MonkeyPatch()

    def remember(module: ModuleType, name: str, key: Callable[..., Any]) -> None:
        real = getattr(module, name)

        def wrapped(*arguments: Any, **options: Any) -> Any:
            about = (name, key(*arguments, **options))
            if about not in memory:
                memory[about] = real(*arguments, **options)
            return memory[about]

        patch.setattr(module, name, wrapped)

    def bytes_of(container: Container, *prefixes: str) -> tuple[tuple[str, bytes], ...]:
        return tuple(
            (path, extent.read(1 << 24))
            for path, extent in sorted(container.files.items())
            if path.startswith(prefixes)
        )

    remember(
        package,
        "judge_signature",
        lambda container, *_, **__: bytes_of(container, "tagmanifest", "certificates/"),
    )
    remember(
        examine,
        "examine_judgement",
        lambda container, info: (bytes_of(container, "data/fa", "data/fi"), tuple(info.items())),
    )
    yield memory
    patch.undo()


@pytest.fixture
def verify(tmp_path: Path, remembered: dict[Any, Any]) -> Verify:
    def judge(tasks: Sequence[PdfTask]) -> list[PdfVerdict]:
        verdicts = []
        for task in tasks:
            key = (task.file, task.extent.read(1 << 24), task.proven_at)
            if key not in remembered:
                remembered[key] = judge_task(task)
            verdicts.append(remembered[key])
        return verdicts

    def run(data: bytes | Path, **options: Any) -> Report:
        path = data
        if isinstance(path, bytes):
            path = tmp_path / f"{NAME}.zip"
            path.write_bytes(data)  # type: ignore[arg-type]
        return verify_path(path, trust=[shared_pki().root.pem], at=AT, judge_pdfs=judge, **options)

    return run


def good() -> Files:
    return dict(two_weeks()[1])


def failures(report: Report) -> set[tuple[str, str]]:
    return {(check.id, check.location) for check in report.checks if check.kind is CheckKind.FAIL}


def flip(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data))
    return data[:place] + bytes([data[place] ^ chance.randrange(1, 256)]) + data[place + 1 :]


def test_the_unspoilt_package_passes(verify: Verify) -> None:
    assert verify(to_zip(good(), NAME)).indication is Indication.PASSED


@pytest.mark.parametrize("path", [name for name in in_order(two_weeks()[1]) if name != SIGNATURE])
def test_every_byte_flip_fails_and_names_the_file(verify: Verify, path: str) -> None:
    files, chance = good(), random.Random(path)
    for _ in range(FLIPS_PER_FILE):
        report = verify(to_zip({**files, path: flip(files[path], chance)}, NAME))
        assert report.indication is Indication.FAILED
        expected = ("signature.cms", path) if path == TAGMANIFEST else ("bag.changed", path)
        assert expected in failures(report)


@pytest.mark.parametrize("path", [name for name in in_order(two_weeks()[1]) if name != SIGNATURE])
def test_missing_shortened_lengthened_renamed_and_swapped_files_are_named(verify: Verify, path: str) -> None:
    files = good()
    gone = {name: data for name, data in files.items() if name != path}
    report = verify(to_zip(gone, NAME))
    assert report.indication is Indication.FAILED
    assert ("bag.missing", path) in failures(report)
    for data in (files[path][:-1], files[path] + b"\n", b""):
        report = verify(to_zip({**files, path: data}, NAME))
        assert report.indication is Indication.FAILED
        assert path in {location for _, location in failures(report)}
    if path == TAGMANIFEST:
        return
    renamed = path.rpartition("/")[0] + "/x.bin" if "/" in path else "x.bin"
    report = verify(to_zip({**gone, renamed: files[path]}, NAME))
    assert ("bag.renamed", renamed) in failures(report)
    other = "bagit.txt" if path != "bagit.txt" else "bag-info.txt"
    report = verify(to_zip({**files, path: files[other], other: files[path]}, NAME))
    assert {("bag.changed", path), ("bag.changed", other)} <= failures(report)


@pytest.mark.parametrize(
    "path", ["x.txt", "data/x.txt", "certificates/x.pem", "data/企业/x.pdf", "fetch.txt", "manifest-md5.txt"]
)
def test_every_added_file_is_named(verify: Verify, path: str) -> None:
    report = verify(to_zip({**good(), path: b"x"}, NAME))
    assert ("bag.undeclared", path) in failures(report)


def test_no_change_of_the_signature_file_passes(verify: Verify) -> None:
    files, chance = good(), random.Random(8)
    signature = files[SIGNATURE]
    for number in range(SIGNATURE_CHANGES):
        changed = flip(signature, chance)
        if number % 10 == 0:
            changed = signature[: chance.randrange(len(signature))]
        elif number % 10 == 1:
            changed = signature + bytes([chance.randrange(256)])
        assert verify(to_zip({**files, SIGNATURE: changed}, NAME)).indication is not Indication.PASSED, number


def test_no_change_between_the_files_of_the_zip_passes(verify: Verify) -> None:
    files, chance = good(), random.Random(9)
    data = to_zip(files, NAME)
    inside: set[int] = set()
    for content in files.values():
        start = data.index(content) if content else 0
        inside.update(range(start, start + len(content)))
    outside = [place for place in range(len(data)) if place not in inside]
    for _ in range(HEADER_CHANGES):
        place = chance.choice(outside)
        changed = data[:place] + bytes([data[place] ^ chance.randrange(1, 256)]) + data[place + 1 :]
        report = verify(changed)
        stated = any(check.id == "container.repacked" for check in report.checks)
        # a time or an attribute says nothing about the content; that it was written anew is said
        assert report.indication is not Indication.PASSED or stated, place


def forged_service(count: int, text: str) -> Files:
    """The same two weeks by the same key-holder, with another history."""
    service = Service()
    service.write(5, text)
    service.pack(Week(2022, 12))
    service.write(count)
    return service.pack(Week(2022, 13))


def resealed(changes: dict[str, bytes | None]) -> Files:
    """Changes made and signed again by the key-holder himself."""
    files = {name: data for name, data in {**good(), **changes}.items() if data is not None}
    payload = {name: data for name, data in files.items() if name.startswith("data/")}
    oxum = f"{sum(map(len, payload.values()))}.{len(payload)}"
    lines = files["bag-info.txt"].decode().splitlines()
    files["bag-info.txt"] = "".join(
        f"Payload-Oxum: {oxum}\n" if line.startswith("Payload-Oxum") else f"{line}\n" for line in lines
    ).encode()
    return seal_bag(files, shared_pki(), NOON)


def test_rebuilt_manifests_do_not_help(verify: Verify) -> None:
    files = rebuild_manifests({**good(), "data/facts.json": b"{}"})
    report = verify(to_zip(files, NAME))
    assert ("signature.cms", TAGMANIFEST) in failures(report)


def test_an_older_signature_does_not_fit(verify: Verify) -> None:
    earlier, later = two_weeks()
    report = verify(to_zip({**later, SIGNATURE: earlier[SIGNATURE]}, NAME))
    assert ("signature.cms", TAGMANIFEST) in failures(report)


@pytest.mark.parametrize("path", [SIGNATURE, TAGMANIFEST])
def test_a_dropped_signature_or_tag_manifest_fails(verify: Verify, path: str) -> None:
    files = good()
    del files[path]
    assert verify(to_zip(files, NAME)).indication is Indication.FAILED


def test_another_keys_package_is_never_trusted(verify: Verify) -> None:
    files = good()
    stranger = shared_pki("乙")
    files["certificates/signer-chain.pem"] = stranger.signer.pem + stranger.root.pem
    files["certificates/tsa-chain.pem"] = stranger.authority.pem + stranger.root.pem
    files["certificates/1-root.crl"] = stranger.crl
    report = verify(to_zip(seal_bag(files, stranger, NOON), NAME))
    assert report.indication is Indication.INDETERMINATE
    assert not any(row.trusted for row in report.signatures if row.file == SIGNATURE)


def test_a_signature_without_the_declared_certificates_is_irregular(verify: Verify) -> None:
    files = good()
    files["certificates/tsa-chain.pem"] = shared_pki("乙").authority.pem
    assert verify(to_zip(seal_bag(files, shared_pki(), NOON), NAME)).indication is not Indication.PASSED


def test_a_rewritten_journal_with_a_new_chain_betrays_itself_to_whoever_kept_last_week(
    verify: Verify, tmp_path: Path
) -> None:
    forged = forged_service(8, "另一段历史")
    kept = tmp_path / "WJB-2022-W12.zip"
    kept.write_bytes(to_zip(two_weeks()[0], "WJB-2022-W12"))
    assert verify(to_zip(forged, NAME)).indication is Indication.PASSED  # nobody holds an anchor: documented
    report = verify(to_zip(forged, NAME), previous=kept)
    assert report.indication is Indication.FAILED
    assert {check for check, _ in failures(report)} == {"ledger.previous"}
    assert not report.ledger.witnessed


def test_a_rewritten_slice_does_not_fold_to_the_checkpoint(verify: Verify) -> None:
    forged = forged_service(8, "另一段历史")
    for path in ("data/ledger/journal.jsonl", "data/ledger/frontier.json"):
        report = verify(to_zip(resealed({path: forged[path]}), NAME))
        assert report.indication is Indication.FAILED
        assert {check for check, _ in failures(report)} & {"ledger.slice", "ledger.frontier"}


def test_a_changed_consistency_proof_fails(verify: Verify) -> None:
    report = verify(
        to_zip(resealed({"data/ledger/consistency.json": b'{"from":5,"to":13,"proof":[]}'}), NAME)
    )
    assert ("ledger.consistency", "data/ledger/consistency.json") in failures(report)


def test_a_missing_week_fails(verify: Verify) -> None:
    service = Service()
    service.write(5)
    service.pack(Week(2022, 12))
    service.write(3)
    files = service.pack(Week(2022, 14))
    report = verify(to_zip(files, "WJB-2022-W14"))
    assert "ledger.weeks" in {check for check, _ in failures(report)}


def test_a_downgraded_finding_is_recomputed_away(verify: Verify) -> None:
    findings = good()["data/findings.json"].replace(b'"kind":"fail"', b'"kind":"pass"', 1)
    assert findings != good()["data/findings.json"]
    report = verify(to_zip(resealed({"data/findings.json": findings}), NAME))
    assert ("judgement.recomputed", "data/findings.json") in failures(report)
    assert report.completeness.recomputed == "differs"


def test_an_unknown_ruleset_leaves_the_verdict_open(verify: Verify) -> None:
    import json

    facts = json.loads(good()["data/facts.json"])
    facts["ruleset"]["version"] = "2099.1"
    report = verify(to_zip(resealed({"data/facts.json": json.dumps(facts).encode()}), NAME))
    assert report.indication is Indication.INDETERMINATE
    assert report.completeness.recomputed == "unknown_ruleset"


def test_a_dossier_signed_by_nobody_fails_even_in_a_signed_package(verify: Verify) -> None:
    from tests.support.packing import plain_pdf

    report = verify(to_zip(resealed({DOSSIER: plain_pdf()}), NAME))
    assert ("pdf.signature", DOSSIER) in failures(report)


def test_a_signature_over_other_content_with_the_same_key_fails(verify: Verify) -> None:
    files = {**good(), SIGNATURE: sign_cms(b"something else", shared_pki(), NOON)}
    assert ("signature.cms", TAGMANIFEST) in failures(verify(to_zip(files, NAME)))


def test_folders_notice_the_same_changes(verify: Verify, tmp_path: Path) -> None:
    files = good()
    folder = to_folder(files, tmp_path / NAME)
    (folder / "data/facts.json").write_bytes(b"{}")
    (folder / "data/neu.txt").write_bytes(b"x")
    (folder / "bagit.txt").unlink()
    assert {
        ("bag.changed", "data/facts.json"),
        ("bag.undeclared", "data/neu.txt"),
        ("bag.missing", "bagit.txt"),
    } <= failures(verify(folder))


def test_links_and_empty_folders_in_a_folder_fail(verify: Verify, tmp_path: Path) -> None:
    folder = to_folder(good(), tmp_path / NAME)
    (folder / "data/leer").mkdir()
    (folder / "data/link").symlink_to("/etc/hostname")
    outside = tmp_path / "outside.json"
    outside.write_bytes((folder / "data/facts.json").read_bytes())
    (folder / "data/facts.json").unlink()
    (folder / "data/facts.json").symlink_to(outside)
    found = failures(verify(folder))
    assert ("container.entry", "data/link") in found
    assert ("container.entry", "data/facts.json") in found
    assert ("container.entry", "data/leer/") in found


def test_two_thousand_changes_are_tried() -> None:
    files = [name for name in in_order(two_weeks()[1]) if name != SIGNATURE]
    assert len(files) * (FLIPS_PER_FILE + 6) + SIGNATURE_CHANGES + HEADER_CHANGES >= 2000
