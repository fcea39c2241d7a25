"""Everything the desk says has an English translation, and the compiled catalogue is the written one.

After a change: add the phrase to desk.po and run `pybabel compile -d evidence/web/locale -D desk -f`.
"""

from __future__ import annotations

import ast
import gettext
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from babel.messages.pofile import read_po

from evidence.domain.case import ReviewResult, Trigger
from evidence.domain.case_files import FileRole
from evidence.domain.hazard import Grade, HazardState, ProgressState
from evidence.domain.parties import EnterpriseClass
from evidence.domain.register import PlannedWork
from evidence.domain.terms import BOX_KINDS, CASE_KINDS, FORM_TITLES, ROLES, VISIT_KINDS
from evidence.domain.week import WEEKDAYS
from evidence.forms.catalogue import Catalogue, shipped_templates
from evidence.identity.settings import LdapSettings, OidcSettings
from evidence.inbox.words import PAGE_REASONS
from evidence.ledger.export import DOWNLOADED, TITLES
from evidence.reports.tables import RATE_HEADS
from evidence.rules import agenda, agenda_of_the_office
from evidence.rules.clause import Kind
from evidence.rules.owed_deeds import WORDS as OWED_WORDS
from evidence.rules.register_groups import GROUPS
from evidence.rules.registers import REGISTERS
from evidence.rules.registry import RULESETS
from evidence.web import deeds, entry_form, register_form
from evidence.web.access_kinds import NOT_LET_IN, WAYS, What
from evidence.web.credential_words import DOUBTS
from evidence.web.deeds import GROUP_WORDS, OF_THE_TEAM, PAPERS
from evidence.web.friday_stage import STAGES
from evidence.web.issue_form import fields_of
from evidence.web.listed import BUTTONS, NO_REGISTER, RECEIVE
from evidence.web.lists.lists import LISTINGS
from evidence.web.lists.roster_changes import LABELS
from evidence.web.matrix import COLUMNS, WORDS
from evidence.web.problems import WORDS as PROBLEMS
from evidence.web.roles import ROLE_WORDS, Act
from evidence.web.sheets import VERDICTS
from evidence.web.site.words import PHRASES
from evidence.web.speech import LOCALE_DIR, say, speaking
from evidence.web.templatetags.desk import OUTCOME_SIGNS

WEB = Path(__file__).parents[3] / "evidence/web"
CATALOGUE = LOCALE_DIR / "en/LC_MESSAGES"


WORDS_OF = (EnterpriseClass, FileRole, Grade, HazardState, PlannedWork, ReviewResult, Trigger, Act)


def _said() -> Iterator[str]:
    for path in WEB.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        for match in re.finditer(r"""\{% t (["'])(.*?)\1""", text):
            yield match[2]
        for match in re.finditer(r"\{% sentences[^%]*%\}(.*?)\{% endsentences %\}", text, re.DOTALL):
            yield "".join(line.strip() for line in match[1].splitlines())
    for path in WEB.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say" and node.args:
                argument = node.args[0]
                if isinstance(argument, ast.Constant):
                    yield argument.value
    yield from (column.title for column in COLUMNS)
    yield from WORDS.values()
    yield from DOUBTS.values()
    yield from (words for _sign, _css, words in OUTCOME_SIGNS.values())
    yield from _words_of_lists()
    yield from _named_elsewhere()


def _words_of_lists() -> Iterator[str]:
    """Titles and choices of every list, whose rows no column needs to have titles."""
    known: Any = SimpleNamespace(
        today=None, view=SimpleNamespace(campaigns=tuple, receipts=tuple),
        workspace=SimpleNamespace(checklist_folder=Path("none")),
    )  # fmt: skip
    for listing in LISTINGS:
        yield from (listing.title, listing.empty)
        for column in listing.columns(known):
            yield from (column.title, *(column.choices or ()))
    yield from LABELS.values()
    yield from (*RATE_HEADS, "按月份", "按企业类别", "按检查项", "按检查人员", "按街道（镇）")


def _named_elsewhere() -> Iterator[str]:
    """Words of the trade that pages show by way of a variable."""
    for table in (FORM_TITLES, VISIT_KINDS, CASE_KINDS, entry_form.TITLES, PAGE_REASONS, ROLE_WORDS):
        yield from table.values()
    yield from (words for _sign, _css, words in VERDICTS.values())
    yield from (each.value for kind in WORDS_OF for each in kind)
    yield from (f"整改{each.value}" for each in ProgressState)
    yield from (role + kind for role in ROLES.values() for kind in BOX_KINDS.values())
    yield from WEEKDAYS
    yield from PHRASES
    yield from _words_of_deeds()
    yield from _words_of_registers()
    yield from (each.value for each in What)
    yield from (DOWNLOADED, *TITLES.values())
    yield from (words for pair in PROBLEMS.values() for words in pair)
    yield from (words for _status, *pair in NOT_LET_IN.values() for words in pair)
    yield from WAYS.values()
    yield from (OidcSettings().label, LdapSettings().label)
    yield from ("验证通过", "尚不能认定", "验证不通过")
    yield from ("已办", "计划", "到期", "已过期", "待整改", "空白页", "项目负责人", "资料员", "企业")
    for form in Catalogue.load(shipped_templates()):
        if not form.weekly and form.id != "campaign-summary":
            yield form.short
            blanks, listings = fields_of(form, {each.name: [{}] for each in form.fields})
            yield from (each.name for each in blanks)
            for listing in listings:
                yield from (listing.label, *listing.headings)
    for kind in entry_form.HEADINGS:
        for field in entry_form.head_fields(kind, {}, people=(), devices=()):
            yield from _field_words(field)
        for table in entry_form.LISTS[kind]:
            yield from (table.name, table.note)
            for row in entry_form.list_rows(table, {}).rows[:1]:
                for field in row:
                    yield from _field_words(field)


def _words_of_registers() -> Iterator[str]:
    yield from register_form.LABELS.values()
    yield from (words for each in GROUPS for words in (each.title, each.when))
    for register in REGISTERS:
        yield from (register.title, register_form.hint_of(register))
        yield from (words for _key, words in register_form.keys_of(register) if not words.isdecimal())
        for asked in register_form.asked_of(register):
            yield from (asked.label, *asked.choices)


def _words_of_deeds() -> Iterator[str]:
    """What lines of the worklist ask for, and of whom."""
    yield from (
        *GROUP_WORDS.values(),
        *PAPERS.values(),
        *OF_THE_TEAM.values(),
        *BUTTONS.values(),
        NO_REGISTER,
        RECEIVE,
    )
    yield from (words for pair in OWED_WORDS.values() for words in pair)
    yield from (words for _state, *both in STAGES.values() for words in both)
    yield from (each.words for each in vars(deeds).values() if isinstance(each, deeds.Deed))
    yield from (deeds.RECEIVE_MAJOR, deeds.MISSED_VISIT, deeds.ANY_ARRIVAL, deeds.ANY_RECORD, "、")
    for module in (agenda, agenda_of_the_office):
        text = Path(module.__file__).read_text(encoding="utf-8")
        yield from re.findall(r'"([\u4e00-\u9fff（）、]{4,})"', text)
    for rule in {rule.id for edition in RULESETS for rule in (*edition.case_rules, *edition.standing_rules)}:
        for kind in (*Kind, None):
            made = deeds.deed_for(rule, kind)
            yield from (made.words, made.who)


def _field_words(field: entry_form.Field) -> Iterator[str]:
    yield from (field.heading, field.hint)
    yield from (label for _value, label in field.choices)


def test_every_phrase_has_its_english() -> None:
    known = gettext.translation("desk", LOCALE_DIR, languages=["en"])
    assert {phrase for phrase in _said() if phrase and known.gettext(phrase) == phrase} == set()


def test_the_compiled_catalogue_is_the_written_one() -> None:
    known = gettext.translation("desk", LOCALE_DIR, languages=["en"])
    with (CATALOGUE / "desk.po").open("rb") as stream:
        written = {message.id: message.string for message in read_po(stream, locale="en") if message.id}
    assert all(known.gettext(phrase) == english for phrase, english in written.items())


def test_placeholders_survive_translation() -> None:
    with (CATALOGUE / "desk.po").open("rb") as stream:
        for message in read_po(stream, locale="en"):
            assert re.findall(r"\{.*?\}", message.id) == re.findall(r"\{.*?\}", message.string), message.id


@pytest.mark.parametrize(("language", "word"), [("zh", "今天"), ("en", "Today")])
def test_the_reader_chooses(language: str, word: str) -> None:
    with speaking(language):
        assert say("今天") == word
    assert say("今天") == "今天"


def test_no_phrase_of_the_desk_names_a_command() -> None:
    said = {phrase for phrase in _said() if phrase}
    known = gettext.translation("desk", LOCALE_DIR, languages=["en"])
    told = said | {known.gettext(phrase) for phrase in said}
    assert {
        phrase for phrase in told if re.search(r"(?<![a-z])evidence [a-z]|--[a-z]|\.toml", phrase)
    } == set()
