"""File names from browsers, where the desk may answer, work beside the pages."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.errors import UsageError
from evidence.web.jobs import BusyError, Jobs, Outcome
from evidence.web.server import Place, admit


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("扫描.pdf", "扫描.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\检查.jpg", "检查.jpg"),
        ("..", "file"),
        ("", "file"),
        (".hidden", "hidden"),
        ("a\x00b\n.pdf", "ab.pdf"),
        ("<img src=x>.pdf", "img src=x.pdf"),
    ],
)
def test_a_browsers_file_name_is_only_a_name(sent: str, kept: str) -> None:
    from evidence.web.names import safe_name

    assert safe_name(sent) == kept


@given(st.text(max_size=300))
def test_no_name_leaves_the_folder(sent: str) -> None:
    from evidence.web.names import safe_name

    name = safe_name(sent)
    assert Path(name).name == name
    assert not name.startswith(".")
    assert 0 < len(name.encode()) <= 255


CERT = Path("cert.pem")
GOOD = Outcome(text="好", url="/", label="看", back="/")


@pytest.mark.parametrize(
    ("place", "accounts", "admitted"),
    [
        (Place(), False, True),
        (Place(host="localhost"), False, True),
        (Place(host="::1"), False, True),
        (Place(host="0.0.0.0"), True, False),  # noqa: S104 what is refused
        (Place(host="192.168.1.5"), True, False),
        (Place(host="192.168.1.5", certificate=CERT, key=CERT), False, False),
        (Place(host="192.168.1.5", certificate=CERT, key=CERT), True, True),
        (Place(certificate=CERT), True, False),
    ],
)
def test_beyond_this_machine_only_by_tls_and_with_accounts(
    place: Place, accounts: bool, admitted: bool
) -> None:
    if admitted:
        admit(place, accounts=accounts)
        return
    with pytest.raises(UsageError) as caught:
        admit(place, accounts=accounts)
    assert caught.value.remedy


def _wait(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not done() and time.monotonic() < deadline:
        time.sleep(0.005)
    assert done()


def test_work_reports_its_steps_and_its_end() -> None:
    jobs = Jobs()

    def work(report: Callable[[str], None]) -> Outcome:
        report("一")
        return GOOD

    job = jobs.start("包", work)
    _wait(lambda: job.done)
    assert (job.steps, job.result, job.error) == (["一"], GOOD, None)
    assert jobs.get(job.id) is job


def test_what_fails_says_why_and_bugs_do_not_vanish() -> None:
    jobs = Jobs()

    def refuse(_report: object) -> Outcome:
        raise UsageError("缺签名", remedy="补签")

    def crash(_report: object) -> Outcome:
        raise ZeroDivisionError

    for work, words in ((refuse, "缺签名"), (crash, "程序出错")):
        job = jobs.start("包", work)
        _wait(lambda job=job: job.done)
        assert job.error is not None
        assert words in str(job.error)


def test_one_piece_of_work_at_a_time() -> None:
    from threading import Event

    jobs, go = Jobs(), Event()
    first = jobs.start("包", lambda _report: (go.wait(5), GOOD)[1])
    with pytest.raises(BusyError):
        jobs.start("包", lambda _report: GOOD)
    go.set()
    _wait(lambda: first.done)
