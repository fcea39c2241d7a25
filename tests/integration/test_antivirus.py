"""Every arrival goes through a real clamd before anything reads it, and the answer is journalled."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from PIL import Image

from evidence.antivirus.clamd import Clamd, ScannerDownError
from evidence.antivirus.settings import AntivirusSettings
from evidence.cli.program import cli
from evidence.config import Workspace, open_workspace, utc_now
from evidence.domain.identifiers import CaseId
from evidence.domain.virus_scan import ScanResult, VirusScan
from evidence.errors import EvidenceError, ExitCode, UsageError
from evidence.handover.virus_scans import security_row
from evidence.health.conditions import conditions
from evidence.inbox import ingest
from evidence.inbox.attachments import RefusedAttachmentError
from evidence.new_workspace import create_workspace, sample_settings
from tests.support.clamd_server import HARMFUL, LIMIT, ClamdRoom

pytestmark = pytest.mark.slow
ROSTER = """
企业:
- 企业名称: 常州甲精密机械有限公司
  简称: 甲精密
  统一社会信用代码: 91320412MA2XDEM01F
  企业类别: 规模以下一般工贸
  主要负责人: 沈国梁
"""


@pytest.fixture(scope="module")
def daemon() -> Iterator[ClamdRoom]:
    room = ClamdRoom()
    try:
        yield room.start()
    finally:
        room.remove()


def office(root: Path, daemon: ClamdRoom, **settings: object) -> Path:
    create_workspace(root, sample_settings())
    given = {"clamd": daemon.socket, "limit_bytes": LIMIT, **settings}
    lines = [f"{name} = {json.dumps(value)}" for name, value in given.items()]
    path = root / "evidence.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n[antivirus]\n" + "\n".join(lines) + "\n", "utf-8")
    return root


def run(root: Path, *words: str) -> Any:
    result = CliRunner().invoke(cli, [*words, "--workspace", str(root), "--json"], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return json.loads(result.stdout)


def invoke(root: Path, *words: str) -> str:
    result = CliRunner().invoke(cli, [*words, "--workspace", str(root)], standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result.stdout


def picture(path: Path, shade: int = 200, size: tuple[int, int] = (400, 300), padding: bytes = b"") -> None:
    Image.new("RGB", size, (shade, shade, shade)).save(path, "JPEG")
    path.write_bytes(path.read_bytes() + padding)


def scan_of(workspace: Workspace, arrival: str) -> VirusScan | None:
    found = workspace.ledger.view.arrival(arrival)  # type: ignore[arg-type]
    assert found is not None
    assert found.judged is not None
    return found.judged.scan


def test_what_the_daemon_says_of_bytes(daemon: ClamdRoom, tmp_path: Path) -> None:
    clamd = Clamd(settings=AntivirusSettings(clamd=daemon.socket, limit_bytes=LIMIT))
    path = tmp_path / "file"
    told = {}
    for name, data in {
        "clean": b"text",
        "harmful": b"x" + HARMFUL,
        "empty": b"",
        "large": bytes(LIMIT + 1),
    }.items():
        path.write_bytes(data)
        told[name] = clamd.scan(path)
    assert {name: scan.result for name, scan in told.items()} == {
        "clean": ScanResult.CLEAN,
        "harmful": ScanResult.INFECTED,
        "empty": ScanResult.CLEAN,
        "large": ScanResult.NOT_SCANNED,
    }
    assert told["harmful"].found == "Evidence.Test.UNOFFICIAL"
    assert all(scan.engine.startswith("ClamAV") for scan in told.values())
    path.write_bytes(bytes(LIMIT + 1))  # the daemon's own limit, when ours is set too high
    careless = Clamd(settings=AntivirusSettings(clamd=daemon.socket, limit_bytes=LIMIT * 9))
    assert careless.scan(path).result is ScanResult.NOT_SCANNED


def test_a_clean_file_is_taken_with_engine_and_result_in_the_journal(
    daemon: ClamdRoom, tmp_path: Path
) -> None:
    root = office(tmp_path / "work", daemon)
    picture(root / "inbox" / "a.jpg")
    (row,) = run(root, "ingest")["arrivals"]
    assert row["outcome"] == "unidentified"
    scan = scan_of(open_workspace(root), row["arrival"])
    assert scan is not None
    assert (scan.result, scan.engine[:6]) == (ScanResult.CLEAN, "ClamAV")


def test_an_infected_file_is_kept_and_neither_read_nor_shown_nor_filed(
    daemon: ClamdRoom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = office(tmp_path / "work", daemon)
    picture(root / "inbox" / "a.jpg", padding=HARMFUL)
    monkeypatch.setattr(ingest, "examined", lambda *_given: pytest.fail("it was read"))
    (row,) = run(root, "ingest")["arrivals"]
    assert (row["outcome"], row["reason"]) == ("quarantined", "infected")
    assert "Evidence.Test" in row["message"]
    workspace = open_workspace(root)
    assert workspace.originals.path(row["sha256"]).is_file()
    quarantined = root / "archive" / "quarantine" / row["arrival"]
    assert [path.name for path in quarantined.iterdir()] == ["原因.txt"]
    assert not list((root / "inbox").glob("*.jpg"))
    assert not [path for path in (root / "archive" / "previews").rglob("*") if path.is_file()]
    with pytest.raises(EvidenceError, match="不能归入"):
        run(
            root, "inbox", "link", row["arrival"], "--case", "WJB22-0001", "--by", "王芳", "--why", "材料齐全"
        )


def test_archives_and_messages_with_something_harmful_are_not_unpacked(
    daemon: ClamdRoom, tmp_path: Path
) -> None:
    root = office(tmp_path / "work", daemon)
    with zipfile.ZipFile(root / "inbox" / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", HARMFUL)
    message = EmailMessage()
    message["Subject"] = "x"
    message.set_content("x")
    message.add_attachment(b"x" + HARMFUL, maintype="image", subtype="jpeg", filename="a.jpg")
    (root / "inbox" / "b.eml").write_bytes(message.as_bytes())
    rows = run(root, "ingest")["arrivals"]
    assert {row["path"]: row["reason"] for row in rows} == {"a.zip": "infected", "b.eml": "infected"}


def test_a_file_above_the_limit_is_taken_and_never_called_clean(daemon: ClamdRoom, tmp_path: Path) -> None:
    root = office(tmp_path / "work", daemon)
    picture(root / "inbox" / "a.jpg", padding=bytes(LIMIT))
    (row,) = run(root, "ingest")["arrivals"]
    scan = scan_of(open_workspace(root), row["arrival"])
    assert scan is not None
    assert scan.result is ScanResult.NOT_SCANNED
    assert "未经病毒扫描" in row["message"]


def test_a_scanner_that_is_down_holds_files_until_it_is_back(tmp_path: Path) -> None:
    own = ClamdRoom()
    try:
        root = office(tmp_path / "work", own)
        picture(root / "inbox" / "a.jpg")
        (row,) = run(root, "ingest")["arrivals"]
        assert row["outcome"] == "waiting"
        assert "病毒扫描服务没有应答" in row["message"]
        assert (root / "inbox" / "a.jpg").exists()
        own.start()
        (row,) = run(root, "ingest")["arrivals"]
        assert row["outcome"] == "unidentified"
    finally:
        own.remove()


def test_a_scanner_that_is_down_lets_files_pass_marked_where_so_configured(tmp_path: Path) -> None:
    absent = ClamdRoom()
    try:
        root = office(tmp_path / "work", absent, when_down="review")
        picture(root / "inbox" / "a.jpg")
        (row,) = run(root, "ingest")["arrivals"]
        assert row["outcome"] == "unidentified"
        assert "扫描程序没有应答" in row["message"]
        scan = scan_of(open_workspace(root), row["arrival"])
        assert scan is not None
        assert scan.result is ScanResult.UNAVAILABLE
    finally:
        absent.remove()


def with_a_case(root: Path) -> str:
    """A case that letters may be filed with."""
    (root / "roster.yaml").write_text(ROSTER, "utf-8")
    invoke(root, "import", str(root / "roster.yaml"))
    (case,) = re.findall(r"WJB\d\d-\d{4}", invoke(root, "case", "open", "甲精密", "--kind", "annual"))[:1]
    return str(case)


def asked(root: Path) -> list[tuple[str, str]]:
    """What `check` says of virus scans: kind and message."""
    found = run(root, "check")["findings"]
    return [(each["kind"], each["message"]) for each in found if each["rule_id"] == "T07-virus-scan"]


def test_what_was_taken_unscanned_is_a_question_until_a_later_scan_answers_it(tmp_path: Path) -> None:
    own = ClamdRoom()
    try:
        root = office(tmp_path / "work", own, when_down="review")
        case = with_a_case(root)
        picture(root / "inbox" / "a.jpg")
        picture(root / "inbox" / "b.jpg", shade=90)
        arrivals = [row["arrival"] for row in run(root, "ingest")["arrivals"]]
        for arrival in arrivals:
            words = ("--case", case, "--by", "王芳", "--why", "企业来函")
            run(root, "inbox", "link", arrival, *words)
        before = asked(root)
        assert [kind for kind, _message in before] == ["review", "review"]
        assert all("没有应答" in message for _kind, message in before)

        with pytest.raises(EvidenceError, match="没有应答"):
            run(root, "antivirus")
        own.start()
        told = run(root, "antivirus")
        assert told["summary"] == {"clean": 2}
        assert [kind for kind, _message in asked(root)] == ["pass", "pass"]
        assert "ClamAV" in told["arrivals"][0]["engine"]
        workspace = open_workspace(root)
        kinds = [entry.kind for entry in workspace.ledger.entries()]
        assert kinds.count("arrival.scanned/1") == 2
        assert run(root, "antivirus")["arrivals"] == []
        assert workspace.ledger.view.arrival(arrivals[0]).message.startswith("经 王芳")  # type: ignore[union-attr]
    finally:
        own.remove()


def test_what_a_later_scan_finds_harmful_leaves_its_case_for_the_quarantine(
    daemon: ClamdRoom, tmp_path: Path
) -> None:
    absent = ClamdRoom()
    try:
        root = office(tmp_path / "work", absent, when_down="review")
        case = with_a_case(root)
        picture(root / "inbox" / "a.jpg", padding=HARMFUL)
        (row,) = run(root, "ingest")["arrivals"]
        run(root, "inbox", "link", row["arrival"], "--case", case, "--by", "王芳", "--why", "企业来函")
        settings = root / "evidence.toml"
        settings.write_text(settings.read_text("utf-8").replace(absent.socket, daemon.socket), "utf-8")
        result = CliRunner().invoke(cli, ["antivirus", "--workspace", str(root)], standalone_mode=False)
        assert result.return_value == ExitCode.UNDECIDED
        assert "Evidence.Test" in result.stdout
        view = open_workspace(root).ledger.view
        known = view.arrival(row["arrival"])
        assert known is not None
        assert (known.outcome, known.reason) == ("quarantined", "infected")
        assert view.materials(CaseId(case)) == view.virus_scans(CaseId(case)) == ()
        assert [kind for kind, _message in asked(root)] == ["notApplicable"]
        assert [path.name for path in (root / "archive/quarantine" / known.id).iterdir()] == ["原因.txt"]
        with pytest.raises(EvidenceError, match="不能归入"):
            run(root, "inbox", "undo", row["arrival"], "--by", "王芳", "--why", "撤销归入")
    finally:
        absent.remove()


def test_a_file_named_is_scanned_again_and_a_person_s_word_keeps_what_was_said(
    daemon: ClamdRoom, tmp_path: Path
) -> None:
    root = office(tmp_path / "work", daemon)
    case = with_a_case(root)
    picture(root / "inbox" / "a.jpg", padding=bytes(LIMIT))
    (row,) = run(root, "ingest")["arrivals"]
    run(root, "inbox", "link", row["arrival"], "--case", case, "--by", "王芳", "--why", "企业来函")
    ((kind, message),) = asked(root)
    assert kind == "review"
    assert "上限" in message
    assert run(root, "antivirus", row["arrival"])["summary"] == {"not_scanned": 1}
    assert [each for each, _message in asked(root)] == ["review"]


def test_without_a_scanner_nothing_is_asked_and_the_command_says_what_to_configure(tmp_path: Path) -> None:
    root = create_workspace(tmp_path / "work", sample_settings()).root
    case = with_a_case(root)
    picture(root / "inbox" / "a.jpg")
    (row,) = run(root, "ingest")["arrivals"]
    run(root, "inbox", "link", row["arrival"], "--case", case, "--by", "王芳", "--why", "企业来函")
    assert [kind for kind, _message in asked(root)] == ["notApplicable"]
    with pytest.raises(UsageError, match="没有配置"):
        run(root, "antivirus", row["arrival"])


def test_a_retry_asks_the_scanner_again(daemon: ClamdRoom, tmp_path: Path) -> None:
    root = office(tmp_path / "work", daemon)
    picture(root / "inbox" / "a.jpg", padding=HARMFUL)
    (row,) = run(root, "ingest")["arrivals"]
    settings = root / "evidence.toml"
    settings.write_text(
        settings.read_text("utf-8").replace(f'clamd = "{daemon.socket}"', 'clamd = ""'), "utf-8"
    )
    run(root, "inbox", "retry", row["arrival"], "--by", "王芳", "--why", "误报，已更新")
    again = open_workspace(root).ledger.view.arrival(row["arrival"])
    assert again is not None
    assert again.outcome == "unidentified"


def test_an_attachment_of_an_act_is_scanned_too(daemon: ClamdRoom, tmp_path: Path) -> None:
    workspace = open_workspace(office(tmp_path / "work", daemon))
    picture(tmp_path / "a.jpg", padding=HARMFUL)
    with pytest.raises(RefusedAttachmentError):
        workspace.attachments.keep(tmp_path / "a.jpg")


def test_something_else_on_the_socket_is_no_scanner(tmp_path: Path) -> None:
    clamd = Clamd(settings=AntivirusSettings(clamd=str(tmp_path / "none")))
    with pytest.raises(ScannerDownError):
        clamd.scan(Path(__file__))


@pytest.mark.parametrize(("when_down", "good"), [("hold", False), ("review", None)])
def test_the_health_page_names_a_scanner_that_is_down_and_one_that_answers(
    daemon: ClamdRoom, tmp_path: Path, when_down: str, good: bool | None
) -> None:
    absent = ClamdRoom()
    try:
        workspace = open_workspace(office(tmp_path / "down", absent, when_down=when_down))
        found = {each.name: each for each in conditions(workspace, utc_now())}
        assert found["scanner"].good is good
        assert "没有应答" in found["scanner"].message
        assert found["scanner"].remedy
        assert found["scanner"].figures == {"evidence_scanner_answers": 0.0}
    finally:
        absent.remove()
    workspace = open_workspace(office(tmp_path / "up", daemon, when_down=when_down))
    found = {each.name: each for each in conditions(workspace, utc_now())}
    assert found["scanner"].good is True
    assert "ClamAV" in found["scanner"].message


CLEAN = VirusScan(result=ScanResult.CLEAN, engine="ClamAV 1.4", signatures="27500/Mon")


@pytest.mark.parametrize(
    ("scans", "state", "said"),
    [
        ([], "open", "由接收单位"),
        ([None, None], "open", "由接收单位"),
        ([CLEAN, CLEAN], "present", "2 件未发现病毒"),
        ([CLEAN, None], "undecided", "1 件到件时没有扫描程序、未经扫描"),
        (
            [CLEAN, VirusScan(result=ScanResult.UNAVAILABLE, why="没有应答")],
            "undecided",
            "1 件到件时扫描程序没有应答、未经扫描",
        ),
        (
            [CLEAN, VirusScan(result=ScanResult.NOT_SCANNED, engine="ClamAV 1.4")],
            "undecided",
            "1 件超过扫描上限",
        ),
    ],
    ids=["no files", "no scanner", "all clean", "one from before", "scanner was down", "one too large"],
)
def test_the_handover_list_claims_what_was_scanned(
    scans: list[VirusScan | None], state: str, said: str
) -> None:
    row = security_row(scans)
    assert row["state"] == state
    assert said in row["how"]
