"""Every example in the reference of the commands is run, in a workspace that has what it names.

Each runs in a process of its own that is forked from this one, so that nothing is imported anew. Examples
stand under their commands and not in an order of work: what fails is run once more when the others have been.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import shlex
import tempfile
from pathlib import Path

import pytest

from scripts.command_pages import PAGES
from tests.docs.example_room import Room, furnish
from tests.docs.pages import ROOT, blocks
from tests.docs.running import CONSOLE

ENDS = {0, 3, 5}
"""Done, something is missing, a person must decide: what a command may well say of the demonstration."""
ELSEWHERE = {
    "evidence antivirus": "docs/exchange/antivirus.md, with a scanner",
    "evidence mail": "docs/exchange/mail.md, with a mail server",
    "evidence import --template": "docs/tutorial.md; here it is filled in already",
    "evidence visit template": "docs/tutorial.md; here it is filled in already",
    "evidence inbox accept": "tests/cli/test_inbox_commands.py; needs a file that is not whole",
    "evidence transcribe": "tests/integration/demo/test_blank_record.py; needs a handwritten record",
    "evidence waive": "tests/cli/rules/test_decisions.py; needs a lead who was not on the visit",
    "evidence demo": "tests/integration/demo; this workspace is its result",
    "evidence ledger migrate": "tests/integration/ledger/test_migrate.py, with PostgreSQL",
    "evidence worker": "tests/integration/jobs/test_worker.py, with PostgreSQL",
    "evidence serve --port": "docs/exchange/other-systems.md; it stays",
    "evidence serve --add-account": "tests/cli/serve; asks for a password at a terminal",
    "evidence watch": "tests/integration/test_inbox_watch.py; it stays",
    "evidence service": "tests/unit/service; needs root, systemd and a workspace outside of home and /tmp",
    "evidence signer change": "tests/custody/test_signer_command.py, with a CA",
    "evidence signer statement": "tests/custody/test_signer_command.py, with a CA",
    "evidence bundle": "docs/tutorial.md; the week's package is built already",
    "evidence receipt": "tests/cli/handover; the receipt must be the one printed",
    "evidence incurable": "tests/cli/handover; needs a gap that an earlier package declared",
    "evidence export WJB22-0001": "tests/integration/handover/test_exchange.py; needs a closed case",
    "evidence disposal --approved": "tests/cli; needs material whose retention has ended",
    "evidence restore": "docs/administrator-guide.md",
}
"""Beginning of an example that is not run here -> what runs it, and what it needs."""


def examples(language: str) -> list[str]:
    """What the page shows, in its order."""
    return [
        line
        for block in blocks(PAGES[language])
        if block.info == CONSOLE
        for line in block.text.splitlines()
        if line.startswith("evidence ")
    ]


def here(line: str) -> bool:
    """Whether an example is run here."""
    return not line.startswith(tuple(ELSEWHERE))


def takes_away(line: str) -> bool:
    """Whether others would miss what an example makes invalid; such are run last."""
    return line.startswith(("evidence reissue", "evidence void"))


def run(line: str, room: Room) -> tuple[int, str]:
    """Run one example; its exit code and what it said."""
    for word, played in room.stands_for.items():
        line = line.replace(word, played)
    with tempfile.TemporaryFile() as said:
        child = multiprocessing.get_context("fork").Process(
            target=_within, args=(shlex.split(line)[1:], room.workspace, said.fileno())
        )
        child.start()
        child.join(timeout=120)
        if child.is_alive():
            child.kill()
            child.join()
        said.seek(0)
        return int(child.exitcode or 0), said.read().decode("utf-8", "replace")


def _within(arguments: list[str], workspace: Path, said: int) -> None:
    from evidence.cli.main import main

    os.chdir(workspace)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(said, 1)
    os.dup2(said, 2)
    import sys

    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  the child's own
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    code = 1
    try:
        main(arguments)
        code = 0
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


@pytest.mark.slow
@pytest.mark.office
def test_every_example_of_a_command_works(
    demo: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    shared = Path("/dev/shm")  # noqa: S108
    with tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None) as disk:
        room = furnish(demo, tmp_path, Path(disk))
        todo = sorted((line for line in dict.fromkeys(examples("zh")) if here(line)), key=takes_away)
        for _attempt in (1, 2):
            failed = {}
            for line in todo:
                code, said = run(line, room)
                if code not in ENDS:
                    failed[line] = (code, said[-300:])
                if code == 0 and line.startswith(("evidence inbox link", "evidence inbox reject")):
                    run("evidence inbox undo A-20220401-0007 --by 王芳 --why 再试一种", room)
            todo = list(failed)
    assert failed == {}


@pytest.mark.parametrize("language", PAGES)
def test_what_is_run_elsewhere_is_still_shown(language: str) -> None:
    shown = examples(language)
    assert len([line for line in shown if here(line)]) > 55
    assert [start for start in ELSEWHERE if not any(line.startswith(start) for line in shown)] == []


def test_what_runs_an_example_elsewhere_is_there() -> None:
    for what in ELSEWHERE.values():
        assert (ROOT / re.split("[,;]", what)[0]).exists(), what


def test_both_languages_show_examples_of_the_same_commands() -> None:
    def commands(language: str) -> list[str]:
        return [line.split()[1] for line in examples(language)]

    assert commands("en") == commands("zh")
