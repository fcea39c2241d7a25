"""A LibreOffice that waits for the next document: taken once, replaced, never needed, never left behind."""

from __future__ import annotations

import contextlib
import io
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from docx import Document

from evidence.forms.office import find_office, render
from evidence.forms.settings import FormsSettings
from evidence.forms.warm_office import WarmOffice, offices

pytestmark = [pytest.mark.office, pytest.mark.slow]

SETTINGS = FormsSettings()
KEEPS_ONE_AND_WAITS = """
import sys
from evidence.forms.office import find_office
from evidence.forms.warm_office import offices
with offices.keep_ready(find_office("soffice")):
    print(offices.waiting.process.pid, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def waiting() -> Iterator[WarmOffice]:
    """The LibreOffice that is ready."""
    with offices.keep_ready(find_office(SETTINGS.office)):
        assert offices.waiting is not None
        yield offices.waiting


def printed(text: str) -> str:
    """What stands in the PDF that LibreOffice makes of a document with this text."""
    document, written = Document(), io.BytesIO()
    document.add_paragraph(text)
    document.save(written)
    rendered = render({"one": written.getvalue()}, SETTINGS)["one"]
    assert rendered.pdf is not None, rendered.problem
    return str(pypdfium2.PdfDocument(rendered.pdf)[0].get_textpage().get_text_range())


def test_the_waiting_one_converts_and_ends(waiting: WarmOffice) -> None:
    assert "现场检查" in printed("现场检查")
    assert waiting.process.returncode is not None


def test_each_document_has_a_process_of_its_own(waiting: WarmOffice) -> None:
    assert "第一份" in printed("第一份")
    second = printed("第二份")
    assert "第二份" in second
    assert "第一份" not in second


def test_one_that_crashed_while_it_waited_costs_no_document(waiting: WarmOffice) -> None:
    os.killpg(waiting.process.pid, signal.SIGKILL)
    assert "现场检查" in printed("现场检查")


def test_none_is_left_when_the_program_stops() -> None:
    with offices.keep_ready(find_office(SETTINGS.office)):
        assert offices.waiting is not None
        started = handles(offices.waiting.process.pid)
    assert all_ended(started)
    assert offices.waiting is None


def test_none_is_left_when_the_program_is_killed() -> None:
    program = subprocess.Popen(
        [sys.executable, "-c", KEEPS_ONE_AND_WAITS], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert program.stdout is not None
    started = handles(int(program.stdout.readline()))
    program.kill()
    program.communicate()
    assert all_ended(started)


def handles(group: int) -> list[int]:
    """A handle of every process of a group."""
    members = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(ProcessLookupError):
                if os.getpgid(int(folder.name)) == group:
                    members.append(os.pidfd_open(int(folder.name)))
    assert members
    return members


def all_ended(processes: list[int]) -> bool:
    """Each of them ends within half a minute."""
    ended = [bool(select.select([process], [], [], 30)[0]) for process in processes]
    for process in processes:
        os.close(process)
    return all(ended)
