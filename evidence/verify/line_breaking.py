"""Where a line of Chinese text may break (W3C CLREQ, 3.1.3): the PDF library knows blanks only."""

from __future__ import annotations

from collections.abc import Callable, Iterator

NEVER_FIRST = "，。；：、）》〕］】”’！？%…"
NEVER_LAST = "（《〔［【“‘"
Advance = Callable[[str], float]
"""Width of one character, in the unit that the line's width is given in."""


def broken(text: str, width: float, advance: Advance) -> Iterator[str]:
    """Lines that fit; a closing mark starts none, an opening mark ends none, a Latin word breaks only when
    it must. A closing mark may stand in the margin by its own width.
    """
    line, used = "", 0.0
    for word in _words(text):
        length = sum(map(advance, word))
        if used + length <= width or (word in NEVER_FIRST and line):
            line, used = line + word, used + length
            continue
        if line:
            yield line.rstrip()
        line, used = "", 0.0
        for letter in word.lstrip():
            step = advance(letter)
            if line and used + step > width:
                opened = line[len(line.rstrip(NEVER_LAST)) :]
                carried = opened if opened != line else ""
                yield line.removesuffix(carried)
                line, used = carried, sum(map(advance, carried))
            line, used = line + letter, used + step
    if line.strip():
        yield line.rstrip()


def _words(text: str) -> Iterator[str]:
    """Latin words whole, every other character by itself, an opening mark with the next that is no space."""
    word = ""
    for letter in text:
        opened = word.rstrip(" ")[-1:] in NEVER_LAST if word else False
        if " " < letter <= "~" or letter in NEVER_LAST or (opened and letter == " "):
            word += letter
            continue
        if opened:
            yield word + letter
            word = ""
            continue
        if word:
            yield word
            word = ""
        yield letter
    if word:
        yield word
