"""Terminals of the world: other character sets, closed streams, broken pipes, narrow and dumb windows.

The exit code is the verdict's, whatever becomes of the text.
"""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from evidence.cli.streams import SUBSTITUTES
from tests.support.own_agency import OWN_AGENCY

PACKAGE = Path(__file__).parents[1] / "golden/packages/WJB-2022-W13.zip"
PROGRAM = [str(Path(sys.executable).with_name("evidence"))]
UNDECIDED = 5
"""What `verify` says of a sound package without trust material."""


def run(*arguments: str, streams: str = "", **variables: str) -> subprocess.CompletedProcess[bytes]:
    """One command through a shell, so that its streams are what a user's shell makes of them."""
    line = " ".join([*PROGRAM, *arguments, streams])
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, env={**kept, **variables}, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("工作区")
    assert run("init", str(folder / "w"), *OWN_AGENCY).returncode == 0
    return folder / "w"


@pytest.mark.parametrize("encoding", ["cp936", "gbk", "ascii", "latin-1", "utf-8"])
def test_a_verdict_keeps_its_exit_code_and_its_signs_in_every_character_set(encoding: str) -> None:
    done = run("verify", str(PACKAGE), PYTHONIOENCODING=encoding)
    assert done.returncode == UNDECIDED, done.stderr
    text = done.stdout.decode(encoding)
    sign = "◐" if encoding == "utf-8" else SUBSTITUTES["◐"]
    assert text.startswith(sign)
    assert b"Traceback" not in done.stderr
    if encoding in {"cp936", "gbk"}:
        assert "尚不能认定" in text


def test_the_four_states_stay_four_signs_where_none_of_them_can_be_written() -> None:
    assert len({SUBSTITUTES[sign] for sign in "●✕◐○"}) == 4
    assert all(len(SUBSTITUTES[sign]) == 1 and SUBSTITUTES[sign].isascii() for sign in "●✕◐○")


@pytest.mark.parametrize("encoding", ["cp936", "ascii"])
def test_json_is_one_document_in_utf_8_whatever_the_character_set(encoding: str) -> None:
    done = run("verify", str(PACKAGE), "--json", PYTHONIOENCODING=encoding)
    assert done.returncode == UNDECIDED
    assert json.loads(done.stdout.decode("utf-8"))["indication"] == "INDETERMINATE"


@pytest.mark.parametrize("streams", [">&-", "2>&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_do_not_change_the_verdict(streams: str) -> None:
    assert run("verify", str(PACKAGE), streams=streams).returncode == UNDECIDED


@pytest.mark.parametrize("arguments", [("verify", str(PACKAGE)), ("verify", str(PACKAGE), "--json")])
def test_a_pipe_that_ends_does_not_change_the_verdict(arguments: tuple[str, ...]) -> None:
    done = run(*arguments, streams="| head -c 1; exit ${PIPESTATUS[0]}")
    assert done.returncode == UNDECIDED, done.stderr
    assert b"Traceback" not in done.stderr
    assert b"Errno" not in done.stderr


@pytest.mark.parametrize("arguments", [("--help",), ("schema", "visit")])
def test_output_lost_on_a_full_disk_is_said_where_nothing_else_failed(arguments: tuple[str, ...]) -> None:
    done = run(*arguments, streams=">/dev/full", LANG="zh_CN.UTF-8")
    assert done.returncode == 7
    assert "磁盘已满" in done.stderr.decode()


def test_no_file_of_ours_takes_the_place_of_a_closed_stream(workspace: Path) -> None:
    closed = run("--workspace", str(workspace), "ingest", streams="<&- >&- 2>&-")
    assert closed.returncode == 0
    journal = workspace / "archive/ledger/journal.jsonl"
    assert not journal.exists() or all(json.loads(line) for line in journal.read_text("utf-8").splitlines())


@pytest.mark.parametrize("columns", [1, 20, 40])
@pytest.mark.parametrize("term", ["dumb", "xterm-256color"])
def test_a_narrow_or_dumb_terminal_is_written_to(columns: int, term: str, workspace: Path) -> None:
    for arguments in (["verify", str(PACKAGE)], ["--help"], ["--workspace", str(workspace), "status"]):
        text, code = on_a_terminal(arguments, columns=columns, term=term)
        assert code == (UNDECIDED if arguments[0] == "verify" else 0), text
        assert "Traceback" not in text
        if "status" not in arguments or term == "dumb":  # what is due decides its colours
            assert ("\x1b[3" in text) == (term != "dumb" and arguments[0] == "verify")


def on_a_terminal(arguments: list[str], *, columns: int, term: str) -> tuple[str, int]:
    """What a command writes on a terminal of its own, and its exit code."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "COLUMNS": str(columns), "TERM": term, "NO_COLOR": ""}
    process = subprocess.Popen(
        [*PROGRAM, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    shown = b""
    while True:
        try:
            more = os.read(ours, 65536)
        except OSError:  # what Linux answers when the last writer is gone
            break
        if not more:
            break
        shown += more
    os.close(ours)
    return shown.decode("utf-8", "replace"), process.wait()


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Programs started here can be interrupted, also where a script runs the tests in the background.

    A shell lets such jobs ignore SIGINT, and an ignored signal is inherited; a caught one is not.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_in_the_middle_of_work_is_130_and_no_bug() -> None:
    process = subprocess.Popen(
        [*PROGRAM, "verify", str(PACKAGE)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    first = process.stderr.read(1)  # it has said that it begins
    process.send_signal(signal.SIGINT)
    said = first + process.stderr.read()
    assert process.wait(timeout=60) == 130
    assert b"Traceback" not in said


@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_at_a_question_is_130(workspace: Path) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, "--workspace", str(workspace), "serve", "--add-account", "wangfang"],
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        preexec_fn=lambda: __import__("fcntl").ioctl(0, __import__("termios").TIOCSCTTY, 0),
    )  # fmt: skip
    os.close(theirs)
    shown = b""
    while "密码".encode() not in shown:
        shown += os.read(ours, 4096)
    os.write(ours, b"\x03")
    assert process.wait(timeout=60) == 130
    os.close(ours)


def test_a_question_nobody_can_answer_is_usage_not_a_bug(workspace: Path) -> None:
    done = run("--workspace", str(workspace), "serve", "--add-account", "wangfang", streams="</dev/null")
    assert done.returncode == 2, done.stderr
