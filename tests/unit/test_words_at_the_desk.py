"""What names a command, an option or a setting is said in other words where there is no terminal."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from evidence.inbox.words import REASONS
from evidence.language import LOCALE_DIR, _, at_desk, reworded, speaking_to
from evidence.rules.registry import RULESETS

ROOT = Path(__file__).parents[2] / "evidence"
LANGUAGES = ("zh", "en")
FOR_THE_TERMINAL = re.compile(
    r"(?<![a-z])evidence [a-z]|(?<!-)--[a-z]|evidence\.toml|\[[a-z_.…]+\]"
    r"|sudo|apt |clamd|pg_[a-z]|change_note|kind: "
)
NEVER_AT_THE_DESK = (
    "cli/", "demo/", "doctor.py", "service/", "new_workspace.py", "web/server.py", "web/apart.py",
    "config.py", "settings.py", "identity/",
    "ledger/place.py", "ledger/migrate.py", "ledger/inspection.py", "ledger/recovery.py", "ledger/proofs.py",
    "archive/backup.py", "mail/", "workers/", "exchange/", "handover/disposal.py", "handover/incurable.py",
    "handover/signed_pack.py", "handover/renewal.py", "handover/signer_change.py", "domain/signer_change.py",
    "handover/receipts.py", "rules/plausible_numbers.py",
)  # fmt: skip
"""Modules that speak before a desk answers, to whoever typed a command, or to the log."""


def _messages() -> Iterator[tuple[str, str]]:
    for path in sorted(ROOT.rglob("*.py")):
        place = path.relative_to(ROOT).as_posix()
        if place.startswith(NEVER_AT_THE_DESK):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_" and node.args:
                argument = node.args[0]
                if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    yield place, argument.value
    for edition in RULESETS:
        for rule in (*edition.case_rules, *edition.standing_rules):
            yield rule.id, rule.remedy
    yield from REASONS.items()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_command_reaches_a_browser(language: str) -> None:
    with speaking_to(language, in_browser=True):
        told = {message: at_desk(message) or message for _place, message in _messages()}
    named = {said for said in told.values() if FOR_THE_TERMINAL.search(said)}
    assert named == set()


def test_every_remedy_and_title_of_a_rule_is_english_for_english_readers() -> None:
    rules = {rule.id: rule for edition in RULESETS for rule in (*edition.case_rules, *edition.standing_rules)}
    with speaking_to("en", in_browser=True):
        missing = {each.id for each in rules.values() if not (at_desk(each.remedy) and at_desk(each.title))}
        missing |= {reason for reason, words in REASONS.items() if not at_desk(words)}
    assert missing == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_the_written_one(language: str) -> None:
    folder = LOCALE_DIR / language / "LC_MESSAGES"
    with (folder / "at_desk.po").open("rb") as written, (folder / "at_desk.mo").open("rb") as compiled:
        said = {each.id: each.string for each in read_po(written, locale=language) if each.id}
        assert said == {each.id: each.string for each in read_mo(compiled) if each.id}


@pytest.mark.parametrize("language", LANGUAGES)
def test_places_survive(language: str) -> None:
    with (LOCALE_DIR / language / "LC_MESSAGES/at_desk.po").open("rb") as stream:
        for each in read_po(stream, locale=language):
            there, here = (set(re.findall(r"\{\w+\}", text)) for text in (str(each.id), str(each.string)))
            assert here <= there, each.id


def test_nothing_is_kept_that_nobody_says() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py"))
    constants = {
        node.value
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    with (LOCALE_DIR / "zh/LC_MESSAGES/at_desk.po").open("rb") as stream:
        stale = {
            each.id
            for each in read_po(stream, locale="zh")
            if each.id and each.id not in constants and str(each.id).partition("{")[0] not in source
        }
    assert stale == set()


def test_the_terminal_keeps_its_commands() -> None:
    message = "请运行 evidence audit，并从备份恢复（evidence restore）。"
    assert _(message) == message
    with speaking_to("zh", in_browser=True):
        assert _(message) == "请管理员核对档案，并从备份恢复。"


def test_a_sentence_that_was_stored_is_known_by_its_places() -> None:
    stored = (
        "与签发的空白文书 WJB22-0001-JC-001 内容相同，没有填写，不能作为它的电子文档。"
        "请录入该次活动后生成转录件（evidence transcribe WJB22-0001-JC-001），或放入填写好的电子文档。"
    )
    with speaking_to("zh", in_browser=True):
        assert reworded(stored).endswith("请录入该次活动后生成转录件，或放入填写好的电子文档。")
        assert "WJB22-0001-JC-001" in reworded(stored)
        assert reworded("别的话。") == "别的话。"
