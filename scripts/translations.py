"""Keep the English catalogue in step with the Chinese source.

    python scripts/translations.py update   collect messages into the .po, compile the .mo
    python scripts/translations.py check    name what is untranslated or stale; exit 1 if anything is

Messages are the literals given to `_()`, the words of `domain/terms.py` that the terminal says, the help
docstrings of click commands, and the one-line summaries of `evidence --help`. What click says by itself
is English in its source; its Chinese is kept by hand in a second catalogue, which must not name a message
that click no longer says. The overview that `evidence --help` prints is kept as click renders it, once in
each language.
"""

from __future__ import annotations

import ast
import inspect
import io
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from evidence.domain.terms import CASE_KINDS, VISIT_KINDS

ROOT = Path(__file__).parent.parent
PO = ROOT / "evidence/locale/en/LC_MESSAGES/evidence.po"
MO = PO.with_suffix(".mo")
CLICK_PO = ROOT / "evidence/locale/zh/LC_MESSAGES/click.po"


LANGUAGES = {"zh": "zh_CN.UTF-8", "en": "en_US.UTF-8"}
"""Folder of a catalogue -> a locale that asks for it."""


def messages_of(tree: ast.Module) -> Iterator[str]:
    """Every message a module can say."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "_"
            and node.args
        ):
            argument = node.args[0]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value
        if isinstance(node, ast.FunctionDef) and any(is_command(item) for item in node.decorator_list):
            text = ast.get_docstring(node, clean=False)
            if text:
                yield inspect.cleandoc(text)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Command":
            yield from (value.value for value in node.args[1:] if isinstance(value, ast.Constant))


def is_command(decorator: ast.expr) -> bool:
    """Whether a decorator makes a click command or group."""
    call = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(call, ast.Attribute) and call.attr in {"command", "group"}


def collect() -> dict[str, list[str]]:
    """Message -> modules that say it."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "evidence").rglob("*.py")):
        for message in messages_of(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(message, []).append(path.relative_to(ROOT).as_posix())
    for message in (*CASE_KINDS.values(), *VISIT_KINDS.values()):
        found.setdefault(message, []).append("evidence/domain/terms.py")
    return found


def load() -> Catalog:
    """The catalogue as it is."""
    if not PO.exists():
        return Catalog(locale="en", project="evidence", fuzzy=False)
    with PO.open("rb") as stream:
        return read_po(stream, locale="en")


def merged() -> Catalog:
    """A catalogue with exactly the source's messages, keeping their translations."""
    old, new = load(), Catalog(locale="en", project="evidence", fuzzy=False)
    new.creation_date = new.revision_date = old.creation_date
    for message, modules in collect().items():
        known = old.get(message)
        new.add(
            message, known.string if known else "", locations=[(name, 0) for name in sorted(set(modules))]
        )
    return new


def compiled(catalog: Catalog) -> bytes:
    """The .mo bytes."""
    buffer = io.BytesIO()
    write_mo(buffer, catalog)
    return buffer.getvalue()


def said_by_click() -> str:
    """Every string in click's source, one after the other."""
    trees = (ast.parse(path.read_text("utf-8")) for path in Path(click.__file__).parent.glob("*.py"))
    constants = (node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return "\0".join(node.value for node in constants if isinstance(node.value, str))


def click_problems() -> Iterator[str]:
    """What is wrong with the second catalogue."""
    with CLICK_PO.open("rb") as stream:
        catalog = read_po(stream, locale="zh")
    source = said_by_click()
    for message in catalog:
        for text in message.id if isinstance(message.id, tuple) else (message.id,):
            if text and text not in source:
                yield f"click no longer says: {text}"
    mo = CLICK_PO.with_suffix(".mo")
    if not mo.exists() or mo.read_bytes() != compiled(catalog):
        yield "click's .mo is not compiled from its .po: run `python scripts/translations.py update`"


def overview(language: str) -> str:
    """What click prints for `evidence --help`, 80 columns wide, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", "from evidence.cli.program import run; run(['--help'])"],
        env={**os.environ, "LC_ALL": LANGUAGES[language], "COLUMNS": "80", "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
        check=True,
    ).stdout


def overview_problems() -> Iterator[str]:
    """Languages whose kept overview is not what click prints."""
    for language in LANGUAGES:
        kept = PO.parents[2] / language / "overview.txt"
        if not kept.exists() or kept.read_text("utf-8") != overview(language):
            yield f"the {language} overview is not click's: run `python scripts/translations.py update`"


def problems() -> list[str]:
    """What is out of step, one line each."""
    catalog, source = load(), collect()
    known = {message.id: message.string for message in catalog if message.id}
    lines = [f"no English for: {message}" for message in source if not known.get(message)]
    lines += [f"no longer said: {message}" for message in known if message not in source]
    if not MO.exists() or MO.read_bytes() != compiled(catalog):
        lines.append("the .mo is not compiled from the .po: run `python scripts/translations.py update`")
    return [*lines, *click_problems(), *overview_problems()]


def update() -> None:
    """Write .po and .mo."""
    catalog = merged()
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as stream:
        write_po(stream, catalog, width=100, sort_output=True, include_lineno=False)
    MO.write_bytes(compiled(load()))
    with CLICK_PO.open("rb") as stream:
        CLICK_PO.with_suffix(".mo").write_bytes(compiled(read_po(stream, locale="zh")))
    for language in LANGUAGES:
        (PO.parents[2] / language / "overview.txt").write_text(overview(language), "utf-8")


if __name__ == "__main__":
    if sys.argv[1:] == ["update"]:
        update()
    lines = problems()
    print("\n".join(lines) or "catalogue and source are in step")
    raise SystemExit(1 if lines else 0)
