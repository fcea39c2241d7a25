"""How Chinese names are typed in Latin letters: initials and whole pinyin, with every reading; pure."""

from __future__ import annotations

from functools import lru_cache
from itertools import product

_MOST = 64
"""Readings of one name; a name of many ambiguous characters keeps the first ones."""
_ALWAYS_SAID_ONE_WAY = frozenset("省市县区镇有限责任股份公司集团厂")
"""What names of companies begin and end with; their rare readings would only multiply those of the rest."""


@lru_cache(maxsize=32_768)
def _syllables(character: str) -> tuple[str, ...]:
    """Every reading of one character, the usual one first; a letter or digit reads as itself."""
    from pypinyin import Style, pinyin

    if character.isascii():
        return (character.lower(),) if character.isalnum() else ("",)
    several = character not in _ALWAYS_SAID_ONE_WAY
    found = pinyin(character, style=Style.NORMAL, heteronym=several, errors="ignore")
    return tuple(dict.fromkeys(each for each in found[0] if each)) if found else ("",)


@lru_cache(maxsize=131_072)
def all_initials(name: str) -> tuple[str, ...]:
    """`hsjm` and `hcjm` for 恒晟精密."""
    letters = [tuple(dict.fromkeys(each[:1] for each in _syllables(one))) for one in name]
    return _joined(letters)


@lru_cache(maxsize=131_072)
def all_pinyin(name: str) -> tuple[str, ...]:
    """`hengshengjingmi` and `hengchengjingmi` for 恒晟精密."""
    return _joined([_syllables(one) for one in name])


def _joined(parts: list[tuple[str, ...]]) -> tuple[str, ...]:
    ways = 1
    kept = []
    for part in parts:
        part = part if ways * len(part) <= _MOST else part[:1]
        ways *= len(part)
        kept.append(part)
    return tuple(dict.fromkeys("".join(each) for each in product(*kept)))
