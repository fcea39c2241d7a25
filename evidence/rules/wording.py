"""A rule's own sentences in the words and numbers of the contract that is judged.

Titles, remedies and the notes of forms are written once with places such as `{rectification_days}` or
`{section}`; each contract fills them from its parameters and names.
"""

from __future__ import annotations

from dataclasses import fields

from evidence.domain.week import WEEKDAYS
from evidence.rules.parameters import Parameters, contract_text

NUMERALS = "〇一二三四五六七八九十"


def words_of(parameters: Parameters) -> dict[str, object]:
    """What may stand in such a sentence: every parameter, every name, and `handover_day` (周五)."""
    names = contract_text(parameters).names
    words: dict[str, object] = {one.name: getattr(parameters, one.name) for one in fields(Parameters)}
    words |= {one.name: getattr(names, one.name) for one in fields(names)}
    words["handover_day"] = WEEKDAYS[parameters.handover_weekday - 1]
    words |= {f"{name}_clause": clause for name, clause in contract_text(parameters).references.items()}
    words["copies"] = NUMERALS[len(names.holders)]
    words["first_percent"] = parameters.instalment_percent[0]
    return words


def worded(sentence: str, words: dict[str, object]) -> str:
    """The sentence with its places filled.

    Raises:
        KeyError, ValueError, IndexError: a place that nobody knows, or a brace that stands alone.
    """
    return sentence.format_map(words) if "{" in sentence else sentence
