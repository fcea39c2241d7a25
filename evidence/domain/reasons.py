"""When a reason is one: whoever takes an act back or departs from a rule says why in words.

There are two measures. An act of everyday work (a form voided, a visit withdrawn, a case held) may have a
short reason such as 漏项. A decision against a rule or against what the program read needs a sentence.
"""

from __future__ import annotations

from evidence.errors import UsageError
from evidence.language import _

IN_WORDS = 2
OF_SUBSTANCE = 4


def in_words(text: str) -> bool:
    """At least two letters or Han characters, and not one of them repeated."""
    return _letters(text, IN_WORDS)


def substantial(text: str) -> bool:
    """At least four letters or Han characters, and not one of them repeated."""
    return _letters(text, OF_SUBSTANCE)


def require_words(why: str) -> str:
    """The reason for an act of everyday work, as it is journalled.

    Raises:
        UsageError: none is given, or it is no words.
    """
    return _require(why, in_words(why), _("请用文字写明原因，如“漏项”“打印模糊”；原因记入账本。"))


def require_substance(why: str) -> str:
    """The reason for a decision against a rule or a reading, as it is journalled.

    Raises:
        UsageError: none is given, or it says too little.
    """
    return _require(why, substantial(why), _("请至少用四个字写明为什么这样认定，理由记入账本。"))


def _letters(text: str, least: int) -> bool:
    letters = [character for character in text if character.isalpha()]
    return len(letters) >= least and len(set(letters)) > 1


def _require(why: str, enough: bool, remedy: str) -> str:
    given = why.strip()
    if not given:
        raise UsageError(_("请写明原因。"), remedy=_("用 --why 写明。"))
    if not enough:
        raise UsageError(_("理由“{why}”没有实质内容。").format(why=given[:40]), remedy=remedy)
    return given
