"""Every attack of docs/threats.md against the ten weeks, by somebody who holds the agency's key or none.

Each forgery is sound in itself: manifests, signature, stamp and hash chain are made right again. What
falls is that its parts do not speak of the same thing.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from evidence.domain.week import Week
from evidence.handover.package import Order, build_package
from evidence.ledger.events import PartiesImported
from evidence.ledger.merkle import Frontier
from evidence.verify.examine import verify_path
from evidence.verify.model import CheckKind, Indication, Report
from tests import world
from tests.custody.forging import (
    FACTS,
    all_lines,
    certified,
    change_json,
    find,
    judged_again,
    random_pdf,
    read_files,
    rechained,
    sealed,
    slice_of,
    spoil,
    with_info,
    with_slice,
    write,
)
from tests.custody.ten_weeks import Weeks, make_pki, sign_text
from tests.handing_over import NAMES, open_office
from tests.packing import Files, plain_pdf
from tests.pki import Pki, days, make_crl, make_identity

LIST = "data/移交清单.pdf"


def judge(weeks: Weeks, path: Path, *previous: str | Path, trust: list[bytes] | None = None) -> Report:
    kept = [weeks.built[each] if isinstance(each, str) else each for each in previous]
    return verify_path(path, trust=trust or weeks.trust, regulator=weeks.regulators, previous=kept)


def fallen(report: Report, kind: CheckKind = CheckKind.FAIL) -> set[str]:
    return {check.id for check in report.checks if check.kind is kind}


# --- what belongs together -------------------------------------------------------------------------


def exchange_an_original(files: Files) -> None:
    files[find(files, ".tif", within="原件/")] = files[find(files, ".tif", within="WJB22-0002")]


def random_bytes_as_original(files: Files) -> None:
    files[find(files, ".tif", within="原件/")] = random_pdf()


def add_an_original(files: Files) -> None:
    folder = find(files, "卷宗.pdf").rpartition("/")[0]
    files[f"{folder}/原件/A-20220401-0999-补充.pdf"] = plain_pdf("never taken in")


def drop_an_original(files: Files) -> None:
    del files[find(files, ".tif", within="原件/")]


def another_cases_dossier(files: Files) -> None:
    files[find(files, "卷宗.pdf", within="WJB22-0002")] = files[find(files, "卷宗.pdf", within="WJB22-0001")]


def drop_the_dossiers(files: Files) -> None:
    for path in [path for path in files if path.endswith("卷宗.pdf")]:
        del files[path]


def empty_the_facts(files: Files) -> None:
    change_json(files, FACTS, lambda document: document["facts"].update(cases=[], moved=[], services=[]))
    judged_again(files)
    for path in [path for path in files if path.startswith("data/企业/")]:
        del files[path]
    files.update(with_info(files, Complete="yes", **{"Owed-This-Week": "0", "Incomplete-Why": ""}))


def drop_a_visit(files: Files) -> None:
    def change(document: Any) -> None:
        document["facts"]["cases"][0]["visits"].pop()

    change_json(files, FACTS, change)
    judged_again(files)


def move_a_page(files: Files) -> None:
    def change(
        document: dict[str, dict[str, list[dict[str, list[dict[str, list[dict[str, int]]]]]]]],
    ) -> None:
        document["facts"]["cases"][0]["documents"][0]["scans"][0]["index"] += 1

    change_json(files, FACTS, change)
    judged_again(files)


def another_form(files: Files) -> None:
    def change(document: Any) -> None:
        document["facts"]["cases"][0]["documents"][0]["form"]["pdf"] = "0" * 64

    change_json(files, FACTS, change)
    judged_again(files)


def of_facts(change: Callable[[Any], None]) -> Callable[[Files], None]:
    """A change to the facts, judged again so that the findings follow."""

    def spoilt(files: Files) -> None:
        change_json(files, FACTS, lambda document: change(document["facts"]))
        judged_again(files)

    return spoilt


def _with(facts: Any, member: str) -> Any:
    """The first case that has some of these."""
    return next(case for case in facts["cases"] if case.get(member))


def drop_a_register_entry(facts: Any) -> None:
    facts["entries"].pop(0)


def invent_a_register_entry(facts: Any) -> None:
    facts["entries"].append({**facts["entries"][0], "key": "invented"})


def change_a_register_entry(facts: Any) -> None:
    facts["entries"][0]["on"] = "2022-01-03"


def drop_a_report(facts: Any) -> None:
    _with(facts, "reports")["reports"].pop()


def change_a_report(facts: Any) -> None:
    _with(facts, "reports")["reports"][0]["received_on"] = "2022-03-30"


def invent_an_escalation(facts: Any) -> None:
    case = facts["cases"][0]
    case.setdefault("escalations", []).append(
        {
            "id": "E1",
            "case": case["case"]["id"],
            "trigger": "不积极整改",
            "recipient": "安监科",
            "reported_at": "2022-03-30T02:00:00Z",
        }
    )


def invent_an_exception(facts: Any) -> None:
    case = facts["cases"][0]
    case.setdefault("waivers", []).append(
        {
            "rule_id": "G08-pages",
            "case": case["case"]["id"],
            "why": "x",
            "by": "P01",
            "at": "2022-03-30T02:00:00Z",
        }
    )


def decide_a_mark(facts: Any) -> None:
    marks = next(scan["marks"] for scan in _scans(facts) if scan.get("marks"))
    marks[0] |= {"verdict": "present", "decided_by": "clerk"}


def turn_a_mark(facts: Any) -> None:
    marks = next(scan["marks"] for scan in _scans(facts) if scan.get("marks"))
    marks[0]["verdict"] = "absent" if marks[0]["verdict"] == "present" else "present"


def _scans(facts: Any) -> list[Any]:
    documents = [document for case in facts["cases"] for document in case["documents"]]
    return [scan for document in documents for scan in document["scans"]]


RECORDS = (
    drop_a_register_entry,
    invent_a_register_entry,
    change_a_register_entry,
    drop_a_report,
    change_a_report,
    invent_an_escalation,
    invent_an_exception,
    decide_a_mark,
    turn_a_mark,
)


@pytest.mark.parametrize("change", RECORDS, ids=[change.__name__ for change in RECORDS])
def test_what_people_entered_and_decided_is_compared_with_the_journal(
    weeks: Weeks, tmp_path: Path, change: Callable[[Any], None]
) -> None:
    report = judge(weeks, spoil(weeks, "W13", of_facts(change), tmp_path))
    assert report.indication is Indication.FAILED
    assert "material.facts" in fallen(report)
    assert not fallen(report) & {"bag.changed", "signature.cms", "judgement.recomputed"}, "sound in itself"


TOGETHER: list[tuple[Callable[[Files], None], str]] = [
    (exchange_an_original, "material.original"),
    (random_bytes_as_original, "material.original"),
    (add_an_original, "material.original"),
    (drop_an_original, "material.original"),
    (another_cases_dossier, "material.paper"),
    (drop_the_dossiers, "material.paper"),
    (empty_the_facts, "material.facts"),
    (drop_a_visit, "material.facts"),
    (move_a_page, "material.facts"),
    (another_form, "material.facts"),
]


@pytest.mark.parametrize("as_zip", [True, False], ids=["zip", "folder"])
@pytest.mark.parametrize(("change", "check"), TOGETHER, ids=[change.__name__ for change, _ in TOGETHER])
def test_parts_that_do_not_belong_together_fail(
    weeks: Weeks, tmp_path: Path, change: Callable[[Files], None], check: str, as_zip: bool
) -> None:
    report = judge(weeks, spoil(weeks, "W13", change, tmp_path, as_zip=as_zip))
    assert report.indication is Indication.FAILED
    assert check in fallen(report)
    assert not fallen(report) & {"bag.changed", "signature.cms", "judgement.recomputed"}, "sound in itself"


@pytest.mark.parametrize("paper", [LIST, "data/接收回执.pdf"])
def test_last_weeks_papers_fail(weeks: Weeks, tmp_path: Path, paper: str) -> None:
    last = read_files(weeks.built["W15"])[paper]
    report = judge(weeks, spoil(weeks, "W16", lambda files: files.update({paper: last}), tmp_path))
    assert (report.indication, fallen(report)) == (Indication.FAILED, {"material.paper"})


def test_a_dossier_that_names_no_case_is_undecided(weeks: Weeks, tmp_path: Path) -> None:
    def change(files: Files) -> None:
        files[find(files, "卷宗.pdf", within="WJB22-0002")] = certified("卷宗", weeks.agency)

    report = judge(weeks, spoil(weeks, "W13", change, tmp_path))
    assert report.indication is Indication.INDETERMINATE
    assert "material.paper" in fallen(report, CheckKind.REVIEW)


@pytest.mark.parametrize("gone", ["all of it", "one line"])
def test_without_the_earlier_lines_it_is_undecided_and_named(weeks: Weeks, tmp_path: Path, gone: str) -> None:
    def change(files: Files) -> None:
        if gone == "all of it":
            del files["data/ledger/earlier.json"]
        else:
            change_json(files, "data/ledger/earlier.json", lambda each: each["lines"].pop(1))

    report = judge(weeks, spoil(weeks, "W15-S1", change, tmp_path))
    assert report.indication is Indication.INDETERMINATE
    assert {check.location for check in report.checks if check.kind is CheckKind.REVIEW} <= {
        "data/ledger/earlier.json"
    }


def test_an_earlier_line_that_is_not_in_the_tree_fails(weeks: Weeks, tmp_path: Path) -> None:
    def change(document: Any) -> None:
        document["lines"][1]["line"] = document["lines"][1]["line"].replace(
            '"actor":"test"', '"actor":"text"'
        )

    path = spoil(
        weeks, "W15-S1", lambda files: change_json(files, "data/ledger/earlier.json", change), tmp_path
    )
    assert "ledger.earlier" in fallen(judge(weeks, path))


# --- the order of times ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "at", "said"),
    [
        ("case.opened/1", "2022-03-01T00:00:00Z", "账本时间倒退"),
        ("package.built/1", "2022-03-01T00:00:00Z", "之前就已记为做好"),
    ],
)
def test_times_that_cannot_have_been_are_asked_about(
    weeks: Weeks, tmp_path: Path, kind: str, at: str, said: str
) -> None:
    files = read_files(weeks.built["W15"])
    before = Frontier.from_json(json.loads(files["data/ledger/frontier.json"]))

    def change(_seq: int, fields: dict[str, object]) -> None:
        if fields["kind"] == kind:
            fields["at"] = at

    lines = rechained(slice_of(files), change, start=before.size)
    past = all_lines(weeks, "W14")
    forged = sealed(with_slice(files, lines, before=before, all_before=past), weeks.agency)
    report = judge(weeks, write(forged, "WJB-2022-W15", tmp_path))
    told = [check.message for check in report.checks if check.id == "ledger.order"]
    assert any(said in text for text in told), told
    assert report.indication is not Indication.PASSED


def test_a_package_judged_for_an_instant_after_it_was_journalled_is_asked_about(
    weeks: Weeks, tmp_path: Path
) -> None:
    """In a rising order: only the instant that the package claims was still to come."""
    files = read_files(weeks.built["W15"])
    before = Frontier.from_json(json.loads(files["data/ledger/frontier.json"]))

    def change(_seq: int, fields: dict[str, Any]) -> None:
        if fields["kind"] == "package.built/1":
            fields["payload"]["package"]["built_at"] = "2022-04-10T07:00:00Z"

    lines = rechained(slice_of(files), change, start=before.size)
    forged = with_slice(files, lines, before=before, all_before=all_lines(weeks, "W14"))
    report = judge(weeks, write(sealed(forged, weeks.agency), "WJB-2022-W15", tmp_path))
    (asked,) = [check for check in report.checks if check.id == "ledger.order"]
    assert "之前就已记为做好" in asked.message
    assert (asked.kind, report.indication) == (CheckKind.REVIEW, Indication.INDETERMINATE)


# --- who signed --------------------------------------------------------------------------------------


def test_another_companys_signature_is_undecided_and_names_both(weeks: Weeks, tmp_path: Path) -> None:
    other = make_pki("商贸", "镇江某某商贸有限公司")
    forged = sealed(_under(read_files(weeks.built["W14"]), other), other)
    report = judge(weeks, write(forged, "WJB-2022-W14", tmp_path), trust=[*weeks.trust, other.root.pem])
    assert report.indication is Indication.INDETERMINATE
    said = " ".join(check.message for check in report.checks if check.id == "signature.identity")
    assert "镇江某某商贸有限公司" in said
    assert NAMES.agency in said
    assert weeks.agency.signer.asn1.sha256.hex() in said
    assert other.signer.asn1.sha256.hex() in said


@pytest.mark.parametrize("kept", [(), ("W16",)], ids=["alone", "with a package kept"])
def test_a_key_that_the_journal_does_not_know_is_undecided(
    weeks: Weeks, tmp_path: Path, kept: tuple[str, ...]
) -> None:
    namesake = make_pki("冒名", NAMES.agency)
    forged = sealed(_under(read_files(weeks.built["W17"]), namesake), namesake)
    report = judge(
        weeks, write(forged, "WJB-2022-W17", tmp_path), *kept, trust=[*weeks.trust, namesake.root.pem]
    )
    assert report.indication is Indication.INDETERMINATE
    assert "signature.identity" in fallen(report, CheckKind.REVIEW)


def _under(files: Files, pki: Pki) -> Files:
    """The same package with another signer's chain and PDFs."""
    changed = dict(files)
    changed["certificates/signer-chain.pem"] = pki.signer.pem + pki.root.pem
    changed["certificates/9-other.crl"] = pki.crl
    return changed


@pytest.mark.parametrize("who", ["the agency's former key", "its manager", "a stranger"])
def test_nobody_but_the_regulator_witnesses(weeks: Weeks, tmp_path: Path, who: str) -> None:
    text = read_files(weeks.built["W20"])["data/ledger/checkpoint-2022-W20.txt"]
    root = weeks.second.root
    signer = {
        "the agency's former key": weeks.agency.signer,
        "its manager": make_identity("朱丽娟", issuer=root, organization=NAMES.agency),
        "a stranger": make_identity("路人", issuer=root, organization="某商贸公司"),
    }[who]
    data = sign_text(text, signer, root)

    def change(files: Files) -> None:
        record = json.loads(files["data/ledger/receipt.json"])
        record |= {"file": "receipt.p7s", "sha256": sha256(data).hexdigest()}
        files["data/ledger/receipt.json"] = json.dumps(record).encode()
        files["data/ledger/receipt.p7s"] = data

    path = spoil(weeks, "W21", change, tmp_path)
    assert not judge(weeks, path).ledger.witnessed
    assert not verify_path(path, trust=weeks.trust, regulator=weeks.regulators).ledger.witnessed
    # and an untrusted copy of the package before is no witness either
    assert not verify_path(path, trust=[weeks.agency.root.pem], previous=weeks.built["W20"]).ledger.witnessed


@pytest.mark.parametrize("same", [True, False], ids=["the same", "another"])
def test_a_second_signed_receipt_for_one_package_is_asked_about(
    weeks: Weeks, tmp_path: Path, same: bool
) -> None:
    files = read_files(weeks.built["W17"])
    before = Frontier.from_json(json.loads(files["data/ledger/frontier.json"]))
    lines = slice_of(files)
    first = next(json.loads(line) for line in lines if b'"receipt.received/1"' in line)["payload"]["receipt"]
    more = {**first, "source": first["source"] if same else "ab" * 32}
    kinds = [json.loads(line) for line in lines]
    place = next(i for i, each in enumerate(kinds) if each["kind"] == "receipt.received/1") + 1
    second = {**kinds[place - 1], "payload": {"receipt": more}}
    raw = [json.dumps(each).encode() for each in (*kinds[:place], second, *kinds[place:])]
    forged = with_slice(
        files,
        rechained(raw, lambda _seq, _fields: None, start=before.size),
        before=before,
        all_before=all_lines(weeks, "W16"),
    )
    report = judge(weeks, write(sealed(forged, weeks.agency), "WJB-2022-W17", tmp_path))
    told = [check.message for check in report.checks if check.id == "ledger.receipt"]
    assert any("不同的签名回执" in each for each in told) is not same
    if not same:
        assert report.indication is Indication.INDETERMINATE


def test_a_revocation_that_is_known_counts_for_a_pinned_certificate(weeks: Weeks) -> None:
    pki = weeks.second
    crl = make_crl(pki.root, revoked={pki.signer.certificate.serial_number: world.FRIDAY - days(30)})
    for trust in ([pki.signer.pem, pki.root.pem], [pki.signer.pem]):
        report = verify_path(weeks.built["W20"], trust=[*trust, pki.authority.pem, crl])
        assert report.indication is not Indication.PASSED
        assert "signature.trust" in fallen(report) | fallen(report, CheckKind.REVIEW)


# --- one history -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kept", [(), ("W15",), ("W15-S1",)], ids=["alone", "with W15", "with the supplement"]
)
def test_a_supplement_that_disappears_is_found(
    weeks: Weeks, without_supplement: Path, kept: tuple[str, ...]
) -> None:
    report = judge(weeks, without_supplement, *kept)
    assert report.indication is Indication.FAILED
    assert "ledger.history" in fallen(report)
    if kept == ("W15-S1",):
        said = " ".join(check.message for check in report.checks if check.id == "ledger.previous")
        assert "WJB-2022-W16" in said
        assert "WJB-2022-W15-S1" in said


def test_a_ledger_begun_anew_is_a_second_history(weeks: Weeks, tmp_path: Path) -> None:
    root = tmp_path / "anew"
    root.mkdir()
    shutil.copytree(weeks.office.root / "keys", root / "keys")
    at = world.FRIDAY + days(49)
    office = replace(
        open_office(root, clock=lambda: at), signer=weeks.office.signer, timestamp=weeks.office.timestamp
    )
    office.ledger.append("test", *_nothing_much(), at=at)
    built = build_package(office, Order(week=Week(2022, 20), at=at, allow_incomplete=True, why="试验"))
    alone = judge(weeks, built.path)
    assert any("其间 23 周没有移交包" in check.message for check in alone.checks)
    for kept in ("W13", "W19", "W20", "W22"):
        report = judge(weeks, built.path, kept)
        assert report.indication is Indication.FAILED, kept
        said = " ".join(check.message for check in report.checks if check.id == "ledger.previous")
        assert "两套历史" in said


def _nothing_much() -> list[PartiesImported]:
    facts = world.week_facts()
    return [
        PartiesImported(source=world.digest("workbook"), enterprises=facts.enterprises, people=facts.people)
    ]


@pytest.mark.parametrize("kept", ["W15-S1", "W13"])
@pytest.mark.parametrize("as_zip", [True, False], ids=["zip", "folder"])
def test_a_package_of_the_older_format_after_a_newer_one_is_asked_about(
    weeks: Weeks, tmp_path: Path, kept: str, as_zip: bool
) -> None:
    def change(files: Files) -> None:
        del files["data/ledger/earlier.json"]
        files.update(with_info(files, **{"Package-Format": "1"}))

    report = judge(weeks, spoil(weeks, "W16", change, tmp_path, as_zip=as_zip), kept)
    told = [check.message for check in report.checks if check.kind is CheckKind.REVIEW]
    assert any("包格式 1" in each and weeks.built[kept].stem in each for each in told), told
    assert report.indication is not Indication.PASSED


@pytest.mark.parametrize("kept", [(), ("W16",), ("W13",)], ids=["alone", "direct predecessor", "oldest"])
def test_old_checkpoints_told_otherwise_fail(weeks: Weeks, tmp_path: Path, kept: tuple[str, ...]) -> None:
    def change(files: Files) -> None:
        path = "data/ledger/checkpoint-2022-W13.txt"
        lines = files[path].decode().split("\n")
        lines[2] = "A" * 43 + "="
        files[path] = "\n".join(lines).encode()

    report = judge(weeks, spoil(weeks, "W17", change, tmp_path), *kept)
    assert report.indication is Indication.FAILED
    assert fallen(report) & {"ledger.consistency", "ledger.previous"}
