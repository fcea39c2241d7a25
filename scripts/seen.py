"""What a picture of a page shows, kept beside it: its words and where they stand; and when it is stale."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

OUT = Path(__file__).parent.parent / "docs" / "pictures"
NEAR = 40
"""Pixels by which a word may stand elsewhere: versions of one font differ so much."""
LOOK = """(within) => {
  const seen = [], root = within ? document.querySelectorAll('.page')[1] : document.body;
  const corner = within ? root.getBoundingClientRect() : {x: 0, y: 0};
  const height = within ? Infinity : innerHeight;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.textContent.replace(/\\s+/g, ' ').trim();
    const hidden = 'script,style,option,.unseen,.skip,details:not([open]) > :not(summary)';
    if (!text || walker.currentNode.parentElement.closest(hidden)) continue;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    const box = range.getBoundingClientRect();
    if (!box.width || box.bottom < 0 || box.top > height) continue;
    seen.push([text, Math.round(box.x - corner.x), Math.round(box.y - corner.y)]);
  }
  return seen;
}"""

_CHANCE = re.compile(
    r"\b(?:[0-9a-f]{4}|[0-9A-F]{2}|[A-Z2-7]{4}(?:-[A-Z2-7]{4})+)\b|[0-9A-Za-z]*\d[0-9A-Za-z]*|(?<=周)[一二三四五六日]"
)
"""Digests, fingerprints, instants: what another demonstration says otherwise."""

Seen = dict[str, list[list[Any]]]
"""Picture -> its words, each with where it stands: pixels from the left and the top."""


def without_chance(words: list[list[Any]]) -> list[list[Any]]:
    """Words whose digests, instants and figures are masked."""
    return [[_CHANCE.sub("0", said), *place] for said, *place in words]


def stale(now: Seen, kept: Seen) -> list[str]:
    """What a picture says otherwise than its page now; nothing where all is as it was."""
    found = [f"{picture}: no picture of it" for picture in now.keys() - kept.keys()]
    for picture, words in now.items():
        for said, before in zip(words, kept.get(picture, words), strict=False):
            if said[0] != before[0]:
                found.append(f"{picture}: “{before[0]}” is now “{said[0]}”")
                break
            if max(abs(said[1] - before[1]), abs(said[2] - before[2])) > NEAR:
                found.append(f"{picture}: “{said[0]}” stands at {said[1:]}, was at {before[1:]}")
                break
        else:
            if len(words) != len(kept.get(picture, words)):
                found.append(f"{picture}: {len(words)} words now, {len(kept[picture])} before")
    return found


def main(task: str, kept: Path, look: Callable[[Path | None], Seen]) -> int:
    """Write the pictures and what they show, or name those that are stale.

    Args:
        task: `write` or `check`.
        kept: file with what the pictures show.
        look: goes through the pages; with a folder it takes the pictures into it.
    """
    if task == "write":
        told = (
            f" {json.dumps(name)}: {json.dumps(words, ensure_ascii=False)}"
            for name, words in look(kept.parent).items()
        )
        kept.write_text("{\n" + ",\n".join(told) + "\n}\n", encoding="utf-8")
        return 0
    wrong = stale(look(None), json.loads(kept.read_text(encoding="utf-8")))
    print("\n".join(wrong))
    return 1 if wrong else 0
