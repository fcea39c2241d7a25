"""The rules' own sentences, kept in Chinese on record, in English for whoever reads English.

A sentence on record has its facts set in. It is read back by the literals of the rules' source: the reading
that leaves the least Chinese unexplained is taken. What nobody worded (names, what people typed) stays.
"""

from __future__ import annotations

import gettext
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from evidence.web.speech import LOCALE_DIR

_HAN = re.compile(r"[\u4e00-\u9fff]")
_PLACE = re.compile(r"\{(\w+)\}")
_QUOTED = re.compile(r"“[^“”]*”")
_JOINTS = {
    "。": ". ", "；": "; ", "，": ", ", "、": ", ", "：": ": ", "（": " (", "）": ")", "\n": "\n", " ": " ",
}  # fmt: skip
_VISIT = re.compile(r"(\d{4}-\d\d-\d\d [\u4e00-\u9fff]{2})(.+)", re.DOTALL)
"""`2022-03-14 检查`, followed by what it did."""
_NUMERALS = "〇一二三四五六七八九十"
_CLAUSE = re.compile(r"(第|附件)([一二三四五六七八九十]+)(?:条|(?=[(（]))(\S*)")
"""A place in the contract: `第九条4`, `附件五(二)1`."""
_ONE = re.compile(
    r"\b1 (enterprise|day|page|item|week|file|recording|minute|second|time|place|hazard|line|gap|lead)s\b"
)
_SENTENCE = re.compile(r"[^。]*。|[^。]+")
MOST_PARTS, MOST_MARKS = 250, 24
"""Parts of a text that are looked at, and marks between words of one sentence: what somebody typed may have
any number, and stays as it is beyond them."""
LONGEST, LONGEST_TEXT = 400, 2000
"""Characters of a sentence and of a text; a longer one stays as it is."""
_NEGATIONS = ("不", "未", "没有", "无", "非", "未经", "拒绝")


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A literal with places, and what its finished sentences look like."""

    shape: re.Pattern[str]
    english: str
    literal: int
    """Chinese characters that it explains by itself."""
    begins: bool
    """With words of its own, not with a fact."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to say a text in English."""

    english: str
    unexplained: int = 0
    """Chinese characters that stayed."""
    pieces: int = 1
    pattern: _Pattern | None = None

    @property
    def worth(self) -> tuple[int, int, bool, int]:
        """The smaller, the better: words of its own at the beginning come before a fact there."""
        pattern = self.pattern
        begins = pattern is not None and pattern.begins
        return self.unexplained, self.pieces, not begins, -pattern.literal if pattern else 0


class _Unread(dict[str, _Reading]):
    """Readings of facts that are left as they are."""

    def get(self, text: str, default: object = None) -> _Reading:
        """The text itself."""
        return _Reading(text, len(_HAN.findall(text)))


class FindingSentences:
    """Reads sentences back; one for each catalogue.

    Args:
        catalogue: literal of the rules' source -> English, `{0}` … where a fact stands.
        phrase: the reader's word for a phrase of the desk; itself where there is none.
    """

    def __init__(self, catalogue: Mapping[str, str], phrase: Callable[[str], str]) -> None:
        self._whole = {text: english for text, english in catalogue.items() if not _PLACE.search(text)}
        self._by_start: defaultdict[str, list[_Pattern]] = defaultdict(list)
        for text, english in catalogue.items():
            if _PLACE.search(text):
                longest = max(_PLACE.sub("\0", text).split("\0"), key=len)
                self._by_start[longest[:2]].append(_pattern(text, english))
        self._phrase = phrase
        self.english = lru_cache(maxsize=8192)(self._english)

    def _english(self, text: str) -> str:
        """The text in English; what nobody worded stays."""
        if not _HAN.search(text) or len(text) > LONGEST_TEXT:
            return text
        known: dict[str, _Reading] = {}
        if _marks(text) <= MOST_MARKS and len(text) <= LONGEST:
            return self._sentence(text, known)
        return " ".join(self._sentence(each, known) for each in _SENTENCE.findall(text)).strip()

    def _sentence(self, text: str, known: dict[str, _Reading]) -> str:
        if len(text) > LONGEST:
            return text
        if len(text) == 1:
            return self._phrase(text)
        reading = self._read(text, known) if _marks(text) <= MOST_MARKS else self._plainly(text)
        said = _ONE.sub(r"1 \1", reading.english.strip())
        return said[:1].upper() + said[1:] if text.endswith("。") and reading.pieces else said

    def _plainly(self, text: str) -> _Reading:
        """By one literal for the whole of it, its facts as they are: for lists that somebody typed."""
        known = _Unread()
        return min(self._fitted(text, known), key=lambda each: each.worth, default=_Reading(text, pieces=0))

    def _read(self, text: str, known: dict[str, _Reading]) -> _Reading:
        if (found := known.get(text)) is None:
            if len(known) >= MOST_PARTS:
                return _Reading(text, len(_HAN.findall(text)))
            found = known[text] = self._best(text, known)
        return found

    def _best(self, text: str, known: dict[str, _Reading]) -> _Reading:
        if _QUOTED.fullmatch(text):
            return _Reading(text)  # what somebody wrote
        if not _HAN.search(text):
            return _Reading(_half_width(text), pieces=1 if text else 2)
        if (english := self._whole.get(text)) is not None:
            return _Reading(english)
        if (english := self._whole.get(f"{text}。")) is not None:
            return _Reading(english.removesuffix("."))
        if text.endswith("。") and (english := self._whole.get(text[:-1])) is not None:
            return _Reading(f"{english}.")
        if found := _CLAUSE.fullmatch(text):
            return _Reading(_clause(*found.groups()))
        if len(text) == 1 and text in _NUMERALS:
            return _Reading(str(_NUMERALS.index(text)))
        if len(text) > 1 and (said := self._phrase(text)) != text and not _HAN.search(said):
            return _Reading(said[:1].lower() + said[1:] if said[1:2].islower() else said)
        best = _Reading(text, len(_HAN.findall(text)))
        for reading in (*self._fitted(text, known), *self._joined(text, known), *self._followed(text, known)):
            if reading.worth < best.worth:
                best = reading
        return best

    def _fitted(self, text: str, known: dict[str, _Reading]) -> Iterator[_Reading]:
        """By each literal with places that the text fits."""
        starts = {text[at : at + length] for at in range(len(text)) for length in (1, 2)}
        for start in starts & self._by_start.keys():
            for pattern in self._by_start[start]:
                if (found := pattern.shape.fullmatch(text)) and not _denied(found):
                    reading = self._filled(pattern, found.groupdict(), known)
                    if not text.endswith("。"):
                        reading = replace(reading, english=reading.english.removesuffix("."))
                    # one character as 的 stands in names and in what people type, too
                    if pattern.literal > 1 or not reading.unexplained:
                        yield reading

    def _filled(self, pattern: _Pattern, texts: dict[str, str], known: dict[str, _Reading]) -> _Reading:
        facts = {name: self._read(text, known) for name, text in texts.items()}
        return _Reading(
            _PLACE.sub(lambda place: facts[f"p{place[1]}"].english, pattern.english),
            sum(each.unexplained for each in facts.values()),
            1 + sum(each.pieces for each in facts.values()),
            pattern,
        )

    def _joined(self, text: str, known: dict[str, _Reading]) -> Iterator[_Reading]:
        """In two, at each mark between words that stands in no quotation."""
        quoted = {at for found in _QUOTED.finditer(text) for at in range(*found.span())}
        for at, mark in enumerate(text):
            if mark not in _JOINTS or at in quoted:
                continue
            before, after = self._read(text[:at], known), self._read(text[at + 1 :], known)
            yield _Reading(
                f"{before.english}{_JOINTS[mark]}{_continued(after.english, mark)}",
                before.unexplained + after.unexplained,
                before.pieces + after.pieces,
            )
            if at and at + 1 < len(text):
                after = self._read(text[at:], known)
                yield _Reading(
                    _run_on(before.english, after.english),
                    before.unexplained + after.unexplained,
                    before.pieces + after.pieces,
                )

    def _followed(self, text: str, known: dict[str, _Reading]) -> Iterator[_Reading]:
        """By a visit's name at the beginning or a known phrase at either end, without a mark between."""
        if found := _VISIT.fullmatch(text):
            visit, rest = self._read(found[1], known), self._read(found[2], known)
            if not visit.unexplained:
                yield _Reading(f"{visit.english}: {rest.english}", rest.unexplained, 1 + rest.pieces)
        for at in range(1, len(text)):
            before, after = text[:at], text[at:]
            if before.endswith(_NEGATIONS):
                continue  # half a sentence would say the opposite
            for phrase in (before, after):
                if len(phrase) > 1 and (english := self._whole.get(phrase)) is not None:
                    other = self._read(after if phrase is before else before, known)
                    first, then = (english, other.english) if phrase is before else (other.english, english)
                    # a short word of ours stands at the end of names and of what people type, too
                    if len(phrase) > 2 or not other.unexplained:
                        yield _Reading(_run_on(first, then), other.unexplained, 1 + other.pieces)


_ADJACENT = re.compile(r"\{(\w+)\}\{(\w+)\}")


def _pattern(text: str, english: str) -> _Pattern:
    # Where one fact ends and the next begins nobody can see: they are read as one.
    while (found := _ADJACENT.search(text)) and (
        both := re.sub(rf"\{{{found[1]}\}} ?\{{{found[2]}\}}", found[0][: len(found[1]) + 2], english)
    ) != english:
        text, english = text.replace(found[0], f"{{{found[1]}}}", 1), both
    parts = _PLACE.split(text)
    shape = "".join(f"(?P<p{part}>.*?)" if odd % 2 else re.escape(part) for odd, part in enumerate(parts))
    if text.endswith("。"):
        shape += "?"
    literal = len(_HAN.findall("".join(parts[::2])))
    return _Pattern(re.compile(shape, re.DOTALL), english, literal, bool(parts[0]))


def _run_on(first: str, then: str) -> str:
    gap = "" if first.endswith(" ") or then[:1] in {"", " ", ",", ";", ".", ":"} else " "
    return f"{first}{gap}{then}"


def _denied(found: re.Match[str]) -> bool:
    """Whether a fact ends in a denial of the words after it, which stand in another sentence then."""
    return any(
        fact.endswith(_NEGATIONS) and found.end(name) < len(found.string)
        for name, fact in found.groupdict().items()
    )


def _marks(text: str) -> int:
    outside = _QUOTED.sub("", text)
    return sum(outside.count(mark) for mark in _JOINTS)


def _half_width(text: str) -> str:
    """Marks between words as English sets them; marks alone are what somebody typed."""
    if not any(each.isalnum() for each in text):
        return text
    return "".join(_JOINTS.get(each, each) for each in text)


def _clause(where: str, number: str, rest: str) -> str:
    """`第九条4` as `article 9.4`, `附件五(二)1` as `annex 5(2)1`."""
    tens, ten, ones = number.rpartition("十")
    value = (_NUMERALS.index(tens or "一") * 10 if ten else 0) + (_NUMERALS.index(ones) if ones else 0)
    inner = re.sub("[一二三四五六七八九十]", lambda each: str(_NUMERALS.index(each[0])), rest)
    return f"{'article' if where == '第' else 'annex'} {value}{f'.{inner}' if inner[:1].isdigit() else inner}"


def _continued(english: str, mark: str) -> str:
    """What goes on within a sentence begins with a small letter, unless it is a name or a number."""
    if mark in "。\n" or not english[1:2].islower():
        return english
    return english[:1].lower() + english[1:]


@lru_cache(maxsize=1)
def sentences() -> FindingSentences:
    """Those of the installed catalogue."""
    found = gettext.translation("findings", LOCALE_DIR, languages=["en"], fallback=True)
    known = {
        text: said for text, said in getattr(found, "_catalog", {}).items() if isinstance(text, str) and text
    }
    desk = gettext.translation("desk", LOCALE_DIR, languages=["en"], fallback=True)
    return FindingSentences(known, desk.gettext)
