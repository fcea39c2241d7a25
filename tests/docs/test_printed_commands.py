"""Every command printed in a document is run, in the order of its page, in a workspace of its own.

The examples in the reference of commands, one each and without order, are run by `test_command_examples`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, ROOT, blocks, name_of
from tests.docs.running import (
    CONSOLE,
    IN_DEMO,
    NOT_RUN,
    PYTHON,
    REASONS,
    run_page,
)  # fmt: skip
from tests.support.clamd_server import ClamdRoom
from tests.support.dovecot_server import PASSWORD, USER, Dovecot, letter

FROM_NOTHING = {
    "README.md": "en_US.UTF-8",
    "docs/tutorial.md": "en_US.UTF-8",
    "docs/tutorial.zh.md": "zh_CN.UTF-8",
}
"""Pages from an empty folder on, and the language of their reader; README's twin shows the same commands."""
EXAMPLES = ("docs/commands.md", "docs/commands.zh.md")
TWIN_IS_RUN = ("README.zh-CN.md", "docs/administrator-guide.zh.md")
"""`test_twins` holds their commands to those of the page in the other language."""
ELSEWHERE_RUN = ("archive/README.md",)
"""By tests/unit/archive/test_archive_readme.py, over a journal of its own."""


def run_in_demo(page: Path) -> bool:
    """Whether a page has something to run in the demonstration's workspace."""
    name = name_of(page)
    return not name.startswith((*FROM_NOTHING, *EXAMPLES, *TWIN_IS_RUN, *ELSEWHERE_RUN)) and any(
        block.info in (CONSOLE, PYTHON) for block in blocks(page)
    )


IN_WORKSPACE = [page for page in PAGES if run_in_demo(page)]


@contextmanager
def with_scanner() -> Iterator[str]:
    """A virus scanner that answers, as evidence.toml names it."""
    room = ClamdRoom(limit=100 << 20)
    try:
        yield f'\n[antivirus]\nclamd = "{room.start().socket}"\n'
    finally:
        room.remove()


@contextmanager
def with_mailbox(folder: Path) -> Iterator[str]:
    """A mailbox with one message, as evidence.toml names it."""
    password = folder / "mail.password"
    password.write_text(PASSWORD, "utf-8")
    password.chmod(0o600)
    server = Dovecot()
    try:
        server.start().deliver(letter())
        yield (
            f'\n[mail."整改"]\nhost = "127.0.0.1"\nport = {server.port}\nsecurity = "none"\n'
            f'user = "{USER}"\npassword_file = "{password}"\n'
        )
    finally:
        server.remove()


@pytest.mark.slow
@pytest.mark.office
@pytest.mark.parametrize(("name", "language"), FROM_NOTHING.items(), ids=str)
def test_a_stranger_gets_to_a_verified_package(name: str, language: str, tmp_path: Path) -> None:
    done = run_page(ROOT / name, tmp_path, language=language)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    workspace = tmp_path / "home" / "承安证据"
    assert len(list((workspace / "archive/handover").glob("WJB-*.zip"))) == 1
    assert "TOTAL-PASSED" in done.stdout
    if "tutorial" in name:
        assert "TOTAL-FAILED" in done.stdout


SERVERS: dict[str, Callable[[Path], AbstractContextManager[str]]] = {
    "docs/exchange/antivirus.md": lambda _folder: with_scanner(),
    "docs/exchange/mail.md": with_mailbox,
    "docs/exchange/other-systems.md": lambda _folder: nullcontext("\n[api]\nenabled = true\n"),
}
"""Page -> what its reader has running, or has switched on."""


@pytest.mark.slow
@pytest.mark.office
@pytest.mark.parametrize("page", IN_WORKSPACE, ids=name_of)
def test_a_page_is_run_in_the_workspace_it_speaks_of(page: Path, demo: Path, tmp_path: Path) -> None:
    assert IN_DEMO in page.read_text("utf-8"), "its commands are run nowhere"
    running = SERVERS.get(name_of(page), lambda _folder: nullcontext(""))
    room = tmp_path / "room"
    room.mkdir()
    with running(tmp_path) as settings:
        done = run_page(page, room, demo=demo, settings=settings)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_command_hides_in_a_block_of_another_kind(page: Path) -> None:
    for block in blocks(page):
        if block.info in ("sh", "bash", "shell", ""):
            assert not any(line.startswith(("evidence ", "sudo ")) for line in block.text.splitlines()), block


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_what_is_not_run_says_what_it_needs(page: Path) -> None:
    for block in blocks(page):
        if block.info.startswith(CONSOLE) and block.info != CONSOLE:
            assert block.info.startswith(NOT_RUN), block
            assert any(reason in block.info for reason in REASONS), block
