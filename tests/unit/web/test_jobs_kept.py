"""A job outlives its server in what is known of it: done, failed, going on elsewhere, or interrupted."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from evidence.errors import UsageError
from evidence.web.jobs import InterruptedJobError, Job, Jobs, Outcome, forgotten
from evidence.web.jobs_kept import JobRecords

GOOD = Outcome(text="做好了", url="/x/", label="下载", back="/friday/")
_SERVER = """
import sys, threading
from pathlib import Path
from evidence.web.jobs import Jobs
begun = threading.Event()
def work(report):
    report("第一步")
    begun.set()
    threading.Event().wait()
job = Jobs(Path(sys.argv[1])).start("移交包", work, back="/plan/")
begun.wait()
print(job.id, flush=True)
sys.stdin.read()
"""


def _ended(jobs: Jobs, work: Callable[[Callable[[str], None]], Outcome]) -> Job:
    job = jobs.start("移交包", work, back="/plan/")
    for thread in threading.enumerate():
        if thread.name == f"job-{job.id}":
            thread.join(timeout=30)
    assert job.done
    return job


def test_what_was_done_is_shown_by_the_next_server(tmp_path: Path) -> None:
    def work(report: Callable[[str], None]) -> Outcome:
        report("第一步")
        return GOOD

    job = _ended(Jobs(tmp_path), work)
    found = Jobs(tmp_path).get(job.id)
    assert found is not None
    assert (found.title, found.steps, found.done, found.error) == ("移交包", ["第一步"], True, None)
    assert found.result is not None
    assert (found.result.text, found.result.url, found.result.back) == ("做好了", "/x/", "/friday/")
    assert list(tmp_path.glob("*.lock")) == []


def test_what_failed_still_says_why(tmp_path: Path) -> None:
    def refuse(_report: object) -> Outcome:
        raise UsageError("缺签名", where="第 2 页", remedy="补签")

    found = Jobs(tmp_path).get(_ended(Jobs(tmp_path), refuse).id)
    assert found is not None
    assert found.done
    assert found.error is not None
    assert (found.error.what, found.error.where, found.error.remedy) == ("缺签名", "第 2 页", "补签")


def test_a_killed_server_s_job_is_interrupted_and_never_waited_for(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _SERVER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            identifier = server.stdout.readline().strip()
            going_on = Jobs(tmp_path).get(identifier)
            assert going_on is not None
            assert not going_on.done, "another process does it"
        finally:
            server.kill()
            server.wait()
    found = Jobs(tmp_path).get(identifier)
    assert found is not None
    assert found.done
    assert isinstance(found.error, InterruptedJobError)
    assert found.error.remedy
    assert (found.title, found.back, found.steps) == ("移交包", "/plan/", ["第一步"])


@pytest.mark.parametrize("identifier", ["", "x", "../../evidence", "a\x00b", "a" * 300])
def test_a_job_nobody_knows_is_none(tmp_path: Path, identifier: str) -> None:
    assert Jobs(tmp_path).get(identifier) is None
    assert forgotten(identifier).done


def test_a_damaged_record_is_no_job(tmp_path: Path) -> None:
    (tmp_path / "abc.json").write_bytes(b"{")
    assert Jobs(tmp_path).get("abc") is None


def test_a_folder_that_cannot_be_written_stops_no_job(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert _ended(Jobs(tmp_path / "file"), lambda _report: GOOD).result is GOOD


def test_only_the_newest_records_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from evidence.web import jobs_kept

    monkeypatch.setattr(jobs_kept, "_MOST", 2)
    jobs = Jobs(tmp_path)
    ids = [_ended(jobs, lambda _report: GOOD).id for _each in range(4)]
    assert len(list(tmp_path.glob("*.json"))) == 2
    assert JobRecords(tmp_path).read(ids[-1]) is not None
