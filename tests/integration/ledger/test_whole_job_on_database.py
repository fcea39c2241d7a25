"""The main job through the real commands, on a workspace whose evidence.toml names a database."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from evidence import config
from evidence.cli.main import main
from evidence.demo.paperwork import scan_all, sheets
from evidence.demo.roster import write_roster
from evidence.demo.scan_files import write_pdf
from evidence.demo.story import DATA
from evidence.domain.identifiers import Number
from evidence.domain.week import local_instant
from tests.support.own_agency import OWN_AGENCY
from tests.support.postgres_server import Cluster, toml

pytestmark = [pytest.mark.office, pytest.mark.slow]

CASE, RECORD = "WJB22-0001", Number("WJB22-0001-JC-001")
FRIDAY = local_instant(date(2022, 4, 1), 15)
WEEK = ["--week", "2022-W13", "--at", FRIDAY.isoformat()]
VISIT = """
类型: 检查
到达时间: 2022-03-30 09:00
离开时间: 2022-03-30 10:30
检查人员: 李志远
出示工作证: 是
陪同人员: 许静
检查场所: 一车间
情况: 对照二十五项检查内容全面检查，未见异常。
"""
PROGRAM = """
import functools, sys
from datetime import datetime
from evidence import config
from evidence.cli.main import main

now = datetime.fromisoformat(sys.argv.pop(1))
config.open_workspace = functools.partial(config.open_workspace, clock=lambda: now)
main()
"""
"""One command of another host, at the hour the story has reached: all hosts' clocks agree."""
COMPLETE, LACKING, UNDECIDED = 0, 3, 5


@dataclass
class Clerk:
    """Types commands into one workspace, at the hour the story has reached."""

    root: Path
    now: datetime

    def __call__(self, *words: str, codes: tuple[int, ...] = (COMPLETE,)) -> Any:
        """What a command prints as JSON."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out), pytest.raises(SystemExit) as ended:
            main([*words, "--json", "--workspace", str(self.root)])
        assert int(ended.value.code or 0) in codes, (words, ended.value.code, out.getvalue())
        return json.loads(out.getvalue())

    def beside(self, *words: str) -> subprocess.Popen[str]:
        """The same in a process of its own, which goes on while the story does."""
        asked = [*words, "--json", "--workspace", str(self.root)]
        command = [sys.executable, "-c", PROGRAM, self.now.isoformat(), *asked]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def scan(self, number: Number, target: Path, day: str) -> Path:
        """Print a form, have it signed and sealed, scan it."""
        workspace = config.open_workspace(self.root)
        view, store = workspace.ledger.view, workspace.issued
        pages = store.geometry(number)
        people = {box.box: view.person(box.person) for page in pages for box in page.boxes if box.person}
        signed = sheets(
            number,
            store.pdf_path(number),
            pages,
            company="江苏润禾包装材料有限公司",
            names={box: person.name for box, person in people.items() if person is not None},
            day=day,
        )
        write_pdf(scan_all(signed), target)
        return target


@pytest.fixture
def clerk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clerk:
    made = Clerk(tmp_path / "w", local_instant(date(2022, 3, 28), 9))
    monkeypatch.setattr(
        config, "open_workspace", functools.partial(config.open_workspace, clock=lambda: made.now)
    )
    return made


def test_from_init_to_receipt_and_back_into_files_without_a_difference(
    clerk: Clerk, cluster: Cluster, tmp_path: Path
) -> None:
    settings = cluster.ledger_settings()
    clerk("init", str(clerk.root), "--evaluation-keys", *OWN_AGENCY)
    path = clerk.root / config.SETTINGS_FILE
    own = path.read_text(encoding="utf-8") + "\n[inbox]\nsettle_s = 0.0\n"
    path.write_text(f'{own}\n{toml(settings)}\n[jobs]\nwhere = "workers"\n', encoding="utf-8")

    clerk("import", str(write_roster(DATA / "roster.yaml", tmp_path / "名册.xlsx", made=clerk.now)))
    clerk("case", "open", "润禾包装", "--on", "2022-03-28")
    clerk.now = local_instant(date(2022, 3, 30), 11)
    (tmp_path / "检查.yaml").write_text(VISIT, encoding="utf-8")
    clerk("visit", "add", CASE, str(tmp_path / "检查.yaml"))
    clerk("issue", CASE, "JC")
    clerk.scan(RECORD, clerk.root / "inbox" / "检查记录.pdf", "2022  3  30")
    assert not (clerk.root / "archive" / "ledger" / "journal.jsonl").exists()

    clerk.now = local_instant(date(2022, 3, 30), 17)
    (arrival,) = clerk("ingest")["arrivals"]
    assert arrival["outcome"] == "waiting"
    others = [clerk.beside("case", "open", name, "--on", "2022-03-30") for name in ("恒晟精密", "金翎木业")]
    queue = clerk("worker", "--until-empty")  # clerks on other hosts write while it does
    assert (queue["waiting"], queue["running"], queue["dead"]) == (0, 0, [])
    opened = [json.loads(other.communicate(timeout=60)[0])["id"] for other in others]
    assert sorted(opened) == ["WJB22-0002", "WJB22-0003"]
    (row,) = clerk("inbox", "list", "--all")["arrivals"]
    assert row["outcome"] == "linked"

    clerk.now = FRIDAY
    judged = clerk("check", *WEEK, codes=(LACKING, UNDECIDED))
    package = clerk("bundle", *WEEK, "--allow-incomplete", "--why", "录像另行移交")
    trust = ["--trust", str(clerk.root / "keys" / "ca.pem")]
    report = clerk("verify", package["path"], *trust, codes=(LACKING,))
    assert RECORD in package["documents"]
    assert report["completeness"]["recomputed"] == "equal"
    receipt = clerk.scan(
        Number(package["list_number"].replace("-YD-", "-HS-")), tmp_path / "回执.pdf", "2022  4  1"
    )
    assert clerk("receipt", package["package"], str(receipt))["manner"] == "scan"

    found = clerk("ledger", "verify")
    assert found["problems"] == []
    handed = clerk("check", *WEEK, codes=(LACKING, UNDECIDED))
    assert judged != handed
    moved = clerk("ledger", "migrate", "--back")
    assert (moved["lines"], moved["root"]) == (found["lines"], found["root"])
    path.write_text(own, encoding="utf-8")
    assert clerk("ledger", "verify") == found
    assert clerk("check", *WEEK, codes=(LACKING, UNDECIDED)) == handed
