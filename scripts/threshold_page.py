"""Writes docs/thresholds.md: every number that decides a verdict, with its reason.

Values and reasons are read from the source without running it: the fields of the threshold classes, and the
named numbers of the modules that judge marks, films, copies and times. `make docs` writes the page; a number
without a reason is an error.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "thresholds.md"
WORDS = Path(__file__).parent / "words" / "thresholds.toml"
HEAD = """# Every number that decides a verdict

For programmers, and for whoever asks why something was called present, missing or undecided. Lengths are
millimetres on paper, areas square millimetres, tones 0 to 255 with the page's own paper at 255; `_px` and
numbers that say so are pixels at 150 dpi. A sentence that ends in an ellipsis goes on in the next row.
Numbers of the contract stand in [`[rules]`](settings.md#rules).

Written by `make docs` from the source; the reason stands beside each number there, or in
`scripts/words/thresholds.toml`.
"""


@dataclass(frozen=True, slots=True)
class Number:
    """One threshold."""

    place: str
    """`recognition.ink_thresholds.weak`."""
    value: str
    reason: str


def page() -> str:
    """docs/thresholds.md.

    Raises:
        KeyError: a number has no reason.
    """
    words: dict[str, Any] = tomllib.loads(WORDS.read_text("utf-8"))
    lines = [HEAD]
    for group in words["groups"]:
        lines += [f"## {group['title']}", "", group["decides"], ""]
        for module in group["modules"]:
            lines += [
                f"`evidence/{module.replace('.', '/')}.py`",
                "",
                "| number | value | reason |",
                "|---|---|---|",
            ]
            for each in numbers(module):
                if each.place not in words["no_verdict"]:
                    reason = each.reason or words["reasons"][each.place]
                    lines.append(f"| `{each.place.rpartition('.')[2]}` | `{each.value}` | {reason} |")
            lines.append("")
    return "\n".join(lines)


def numbers(module: str) -> Iterator[Number]:
    """The thresholds of one module, in its order."""
    tree = ast.parse((ROOT / "evidence" / f"{module.replace('.', '/')}.py").read_text("utf-8"))
    for body in (tree.body, *(each.body for each in tree.body if isinstance(each, ast.ClassDef))):
        for statement, after in zip(body, [*body[1:], ast.Pass()], strict=True):
            named = _named(statement, inside=body is not tree.body)
            if named is not None:
                yield Number(f"{module}.{named[0]}", named[1], _text(after))


def _named(statement: ast.stmt, *, inside: bool) -> tuple[str, str] | None:
    """Name and value of a number that is given a name."""
    if inside and isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        name, value = statement.target.id, statement.value
    elif not inside and isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        name, value = statement.targets[0].id, statement.value
        if not name.isupper():
            return None
    else:
        return None
    if value is None or not any(_is_number(each) for each in ast.walk(value)):
        return None
    return name, ast.unparse(value)


def _is_number(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, int | float)
        and not isinstance(node.value, bool)
    )


def _text(statement: ast.stmt) -> str:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return " ".join(str(statement.value.value).split()).replace("|", "\\|")
    return ""


def made() -> dict[Path, str]:
    """The page as it should be."""
    return {PAGE: page()}
