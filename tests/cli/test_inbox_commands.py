"""`ingest`, `watch --help` and `inbox …` from the command line, with the real recognition."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from evidence.cli.main import main
from evidence.ledger.embedded import EmbeddedLedger
from tests.support.inbox_fixture import CASE, CHECK, issue, picture, real_pdf

REASONS = {
    "empty", "incomplete", "malformed", "encrypted", "too_large", "unsupported_type", "type_mismatch",
    "not_regular_file", "forged_code", "unknown_code", "void_form", "conflicting_codes", "wrong_case",
    "engine_timeout", "damaged", "not_readable",
}  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    (tmp_path / "evidence.toml").write_text('[contract]\ncode = "WJB"\n[inbox]\nsettle_s = 0.0\n')
    (tmp_path / "inbox").mkdir()
    issue(EmbeddedLedger.open(tmp_path / "archive" / "ledger"))
    return tmp_path


Capture = pytest.CaptureFixture[str]


def run(workspace: Path, *arguments: str, capsys: Capture) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as stopped:
        main([*arguments[:1], *arguments[1:], "--workspace", str(workspace)])
    output = capsys.readouterr()
    return int(stopped.value.code or 0), output.out, output.err


def ingest(workspace: Path, capsys: Capture, *paths: str) -> dict[str, Any]:
    code, out, _err = run(workspace, "ingest", *paths, "--json", capsys=capsys)
    assert code == 0
    document: dict[str, Any] = json.loads(out)
    return document


def test_ingest_prints_the_document_of_the_interface(workspace: Path, capsys: Capture) -> None:
    inbox = workspace / "inbox"
    (inbox / "外来.pdf").write_bytes(real_pdf())
    (inbox / "外来2.pdf").write_bytes(real_pdf())
    (inbox / "猫.jpg").write_bytes(picture("JPEG", (400, 300)))
    (inbox / "空.pdf").write_bytes(b"")
    (inbox / "半.pdf").write_bytes(real_pdf()[:300])
    (inbox / ".DS_Store").write_bytes(b"x")
    (inbox / "链接").symlink_to("/etc/hostname")
    document = ingest(workspace, capsys)
    rows = {row["path"]: row for row in document["arrivals"]}
    assert {path: (row["outcome"], row["reason"]) for path, row in rows.items()} == {
        "外来.pdf": ("unidentified", None),
        "外来2.pdf": ("duplicate", None),
        "猫.jpg": ("unidentified", None),
        "空.pdf": ("quarantined", "empty"),
        "半.pdf": ("quarantined", "incomplete"),
        "链接": ("quarantined", "not_regular_file"),
    }
    assert rows["外来2.pdf"]["duplicate_of"] == rows["外来.pdf"]["arrival"]
    for row in rows.values():
        assert set(row) >= {
            "arrival", "path", "sha256", "bytes", "received_at", "outcome", "reason", "message",
            "duplicate_of", "documents", "recording",
        }  # fmt: skip
        assert row["message"].endswith("。")
        assert row["reason"] is None or row["reason"] in REASONS
    counts = document["summary"]
    assert (
        counts["received"]
        == 6
        == sum(counts[name] for name in ("linked", "unidentified", "quarantined", "duplicate", "waiting"))
    )
    assert counts["ignored"] == 1
    assert ingest(workspace, capsys)["summary"]["received"] == 2, "what stays in the inbox is met again"


def test_every_file_of_a_pass_is_named_the_ignored_ones_too(workspace: Path, capsys: Capture) -> None:
    for name in ("甲.doc", "乙.wps"):
        (workspace / "inbox" / name).write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    (workspace / "inbox" / "Thumbs.db").write_bytes(b"x")
    document = ingest(workspace, capsys)
    (row,) = document["arrivals"]
    assert {row["path"], *row["also_as"]} == {"甲.doc", "乙.wps"}
    assert (document["ignored"], document["summary"]["ignored"]) == (["Thumbs.db"], 1)
    for name in ("甲.doc", "乙.wps"):
        (workspace / "inbox" / name).write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    _code, out, _err = run(workspace, "ingest", capsys=capsys)
    assert "又名" in out
    assert "Thumbs.db" in out


@pytest.mark.parametrize("place", [".", "archive", "archive/ledger", "templates"])
def test_the_workspace_itself_is_never_taken_in(workspace: Path, capsys: Capture, place: str) -> None:
    (workspace / "templates").mkdir()
    code, _out, err = run(workspace, "ingest", str(workspace / place), capsys=capsys)
    assert code == 2
    assert "工作区" in err


def test_a_lost_inbox_is_said_and_never_looks_like_no_files(workspace: Path, capsys: Capture) -> None:
    (workspace / "inbox").rename(workspace / "elsewhere")
    code, out, err = run(workspace, "ingest", capsys=capsys)
    assert (code, out) == (7, "")
    assert "收件夹" in err


def test_a_person_takes_a_broken_file_as_it_is(workspace: Path, capsys: Capture) -> None:
    (workspace / "inbox" / "半.jpg").write_bytes(picture("JPEG", (400, 300))[:9000])
    (row,) = ingest(workspace, capsys)["arrivals"]
    assert row["reason"] == "incomplete"
    decide = ("--by", "王芳", "--why", "只有这些")
    code, out, _err = run(workspace, "inbox", "accept", row["arrival"], *decide, "--json", capsys=capsys)
    assert (code, json.loads(out)["outcome"]) == (0, "unidentified")
    ingest(workspace, capsys)
    assert list((workspace / "inbox").iterdir()) == []


def test_ingest_speaks_to_people_in_lines(workspace: Path, capsys: Capture) -> None:
    (workspace / "inbox" / "空.pdf").write_bytes(b"")
    code, out, err = run(workspace, "ingest", capsys=capsys)
    assert code == 0
    assert out.splitlines()[0].startswith("收到 1 件：")
    assert "✕" in out
    assert "文件是空的" in out
    assert "正在处理第 1 件：空.pdf" in err


def test_a_path_that_is_not_there_is_a_usage_error(workspace: Path, capsys: Capture) -> None:
    code, out, err = run(workspace, "ingest", "/nowhere/x.pdf", capsys=capsys)
    assert (code, out) == (2, "")
    assert "找不到文件或目录" in err


def test_the_clerk_lists_shows_links_and_rejects(workspace: Path, capsys: Capture) -> None:
    (workspace / "inbox" / "隐患.jpg").write_bytes(picture("JPEG", (400, 300)))
    (row,) = ingest(workspace, capsys)["arrivals"]
    arrival = row["arrival"]
    code, out, _err = run(workspace, "inbox", "list", capsys=capsys)
    assert (code, arrival in out) == (0, True)
    decide = ("--by", "王芳", "--why", "现场照片")
    code, out, _err = run(
        workspace, "inbox", "link", arrival, "--case", CASE, *decide, "--json", capsys=capsys
    )
    assert (code, json.loads(out)["outcome"]) == (0, "linked")
    code, out, _err = run(workspace, "inbox", "undo", arrival, *decide, "--json", capsys=capsys)
    assert json.loads(out)["outcome"] == "unidentified"
    code, out, _err = run(workspace, "inbox", "reject", arrival, *decide, "--json", capsys=capsys)
    assert json.loads(out)["outcome"] == "quarantined"
    code, out, _err = run(workspace, "inbox", "retry", arrival, *decide, "--json", capsys=capsys)
    assert json.loads(out)["outcome"] == "unidentified"
    code, out, _err = run(workspace, "inbox", "show", arrival, "--json", capsys=capsys)
    shown = json.loads(out)
    assert [each["decision"] for each in shown["decisions"]] == ["link", "undo", "reject", "retry"]
    assert Path(shown["original"]).is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("link", "A-20220401-0001"), "--why"),
        (("link", "A-20220401-0001", "--case", "x", "--why", "看图确认"), "--by"),
        (("link", "A-20220401-0001", "--by", "王芳", "--why", "看图确认"), "之一"),
        (("link", "A-1", "--case", "x", "--visit", "y", "--by", "王芳", "--why", "看图确认"), "之一"),
        (("link", "A-1", "--to", "甲", "--by", "王芳", "--why", "看图确认"), "不是文书编号"),
        (("split", "A-1", "1:x:y", "--by", "王芳", "--why", "看图确认"), "看不懂"),
        (("reject", "A-1", "--by", " ", "--why", "看图确认"), "不能为空"),
        (("reject", "A-1", "--by", "王芳", "--why", "看图确认"), "没有到件"),
        (("show", "A-1"), "没有到件"),
        (
            ("alteration", "WJB22-0009-JC-001", "1", "accepted", "--by", "王芳", "--why", "看图确认"),
            "没有签发过",
        ),
        (("mark", CHECK, "1", "escort", "present", "--by", "王芳", "--why", "."), "没有实质内容"),
        (("link", "A-1", "--case", CASE, "--by", "王芳", "--why", "啊啊啊啊"), "没有实质内容"),
        (("mark", CHECK, "1", "escort", "maybe", "--by", "王芳", "--why", "看图确认"), "maybe"),
    ],
)
def test_wrong_decisions_are_usage_errors_that_say_what_to_do(
    workspace: Path, capsys: Capture, arguments: tuple[str, ...], words: str
) -> None:
    before = (workspace / "archive/ledger/journal.jsonl").read_bytes()
    code, out, err = run(workspace, "inbox", *arguments, capsys=capsys)
    assert (code, out) == (2, "")
    assert words in err
    assert (workspace / "archive/ledger/journal.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    "command", ["ingest", "watch", "inbox", "inbox link", "inbox split", "inbox alteration"]
)
def test_help_carries_a_worked_example(command: str, capsys: Capture) -> None:
    with pytest.raises(SystemExit):
        main([*command.split(), "--help"])
    assert "例：evidence" in capsys.readouterr().out


def test_nobody_needs_to_be_in_the_workspace(
    workspace: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workspace / "inbox")
    (workspace / "inbox" / "空.pdf").write_bytes(b"")
    with pytest.raises(SystemExit):
        main(["ingest", os.curdir])
    assert "收到 1 件" in capsys.readouterr().out


def test_what_a_person_refused_has_a_reason_and_asks_nobody_again(workspace: Path, capsys: Capture) -> None:
    (workspace / "inbox" / "猫.jpg").write_bytes(picture("JPEG", (400, 300)))
    (row,) = ingest(workspace, capsys)["arrivals"]
    decide = ("--by", "王芳", "--why", "不是本项目材料")
    _code, out, _err = run(workspace, "inbox", "reject", row["arrival"], *decide, "--json", capsys=capsys)
    refused = json.loads(out)
    assert (refused["outcome"], refused["documents"]) == ("quarantined", [])
    assert refused["reason"] in REASONS
    assert refused["message"] == "已由 王芳 退回：不是本项目材料"
    _code, out, _err = run(workspace, "inbox", "list", "--json", capsys=capsys)
    listed = json.loads(out)
    assert listed["arrivals"] == []
    assert listed["summary"]["quarantined"] == 1, "counted still"
    _code, out, _err = run(workspace, "status", "--json", capsys=capsys)
    status = json.loads(out)
    assert status["arrivals"] == listed["summary"]
    assert status["waiting_for_a_person"] == 0
    _code, out, _err = run(workspace, "inbox", "show", row["arrival"], capsys=capsys)
    assert "决定：退回（王芳：不是本项目材料）" in out


def test_a_file_in_quarantine_lists_no_documents(workspace: Path, capsys: Capture) -> None:
    (workspace / "inbox" / "点.png").write_bytes(picture("PNG", (1, 1)))
    (row,) = ingest(workspace, capsys)["arrivals"]
    assert row["outcome"] == "quarantined"
    assert row["documents"] == []
