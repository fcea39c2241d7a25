"""What findings and the journal hold in Chinese and for the terminal, said as the desk says it.

A rule's remedy is a sentence with places; its desk wording is found by that sentence. What the contract's
text or somebody's hand owns stays Chinese, and is marked as such for English readers.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils.html import format_html
from django.utils.safestring import SafeString

from evidence.language import at_desk, chosen_language, reworded
from evidence.rules.registers import BY_ID
from evidence.rules.registry import RULESETS
from evidence.rules.wording import worded, words_of
from evidence.web.finding_sentences import sentences
from evidence.web.matrix import WORDS, state_of
from evidence.web.speech import say

if TYPE_CHECKING:
    from evidence.rules.clause import Finding
    from evidence.rules.parameters import Parameters
    from evidence.rules.rule import Rule

_HAN = re.compile(r"[\u4e00-\u9fff]")
_NAMED = re.compile(r"(台账 ?|[Rr]egisters? )([a-z]+(?:-[a-z]+)*(?:(?:、|, )[a-z]+(?:-[a-z]+)*)*)")
"""A register as remedies name it: by the word that the command takes."""


@lru_cache(maxsize=1)
def _rules() -> dict[str, Rule]:
    """Every rule that a released ruleset knows, the newest edition of each."""
    return {rule.id: rule for edition in RULESETS for rule in (*edition.case_rules, *edition.standing_rules)}


def rule_title(rule_id: str, parameters: Parameters) -> str:
    """What a rule asks, in the reader's language; empty for a rule nobody knows any more."""
    rule = _rules().get(rule_id)
    return _filled(rule.title, parameters) if rule is not None else ""


def remedy_words(finding: Finding, parameters: Parameters) -> str:
    """What to do about a finding, without a command in it."""
    if not finding.remediation:
        return ""
    rule = _rules().get(finding.rule_id)
    if rule is None or worded(rule.remedy, words_of(parameters)) != finding.remediation:
        return _with_register_titles(reworded(finding.remediation))
    return _with_register_titles(_filled(rule.remedy, parameters))


def finding_words(finding: Finding, parameters: Parameters) -> str:
    """What is so; English readers get the rule's title before it."""
    if chosen_language() == "zh":
        return reworded(finding.message)
    state = say(WORDS[state_of(finding)]).capitalize()
    title = rule_title(finding.rule_id, parameters)
    return f"{state}: {title}. {sentence_words(finding.message)}"


def sentence_words(text: str) -> str:
    """A sentence that a rule or the journal holds, in the reader's language."""
    said = reworded(text)
    return said if chosen_language() == "zh" else sentences().english(said)


def as_recorded(text: str) -> str | SafeString:
    """What somebody wrote or named; marked as Chinese where the page is not."""
    said = reworded(text)
    if chosen_language() == "zh" or not _HAN.search(said):
        return said
    return format_html('<span class="recorded" lang="zh-CN">{}</span>', said)


def _filled(sentence: str, parameters: Parameters) -> str:
    words = words_of(parameters)
    words["handover_day"] = say(str(words["handover_day"]))
    return worded(at_desk(sentence) or sentence, words)


def _with_register_titles(text: str) -> str:
    def named(match: re.Match[str]) -> str:
        ids = re.split("、|, ", match[2])
        if any(each not in BY_ID for each in ids):
            return match[0]
        titles = "、".join(f"“{say(BY_ID[each].title)}”" for each in ids)
        return f"{match[1].strip() if match[1].startswith('台账') else match[1]}{titles}"

    return _NAMED.sub(named, text)
