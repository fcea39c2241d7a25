"""Keep the English of the rules' own sentences in step with their source.

    python -m scripts.finding_sentences update   collect sentences into findings.po, compile the .mo
    python -m scripts.finding_sentences check    name what is untranslated or stale; exit 1 if anything is

A rule writes its sentence in Chinese, the language of the record, with its facts set in: packages, reports
and ledgers hold that sentence. The desk says it in English to whoever reads English: each literal with
Chinese in it is one message here, `{0}`, `{1}` … where a fact stands. Titles and remedies of rules have a
catalogue of their own.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parent.parent
PO = ROOT / "evidence/web/locale/en/LC_MESSAGES/findings.po"
DESK = PO.with_name("desk.po")
UNSEEN = frozenset({"evidence/inbox/quarantine.py", "evidence/rules/traceability.py"})
"""A text beside a file, and a page of the documents: the desk shows neither."""
SOURCES = (
    "evidence/rules",
    "evidence/domain",
    "evidence/recordings",
    "evidence/recognition",
    "evidence/inbox",
)
ELSEWHERE = frozenset({"title", "remedy", "quote", "text"})
"""Arguments of a declaration: worded in other catalogues, or the contract's own words."""
_HAN = re.compile(r"[\u4e00-\u9fff]")
_PLACE = re.compile(r"\{\w+\}")
_EXPRESSION = re.compile(r"\\[dsw]|\[一-鿿\]|\(\?P")


def sentences_of(tree: ast.Module) -> Iterator[str]:
    """Every literal with Chinese in it that is no documentation, declaration or message of the program."""
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if id(node) in skipped:
            skipped.update(map(id, ast.iter_child_nodes(node)))
            continue
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            skipped.add(id(node.value))
        if isinstance(node, ast.Call):
            skipped.update(id(each.value) for each in node.keywords if each.arg in ELSEWHERE)
            if isinstance(node.func, ast.Name) and node.func.id in {"_", "Clause"}:
                skipped.update(map(id, node.args))
        if isinstance(node, ast.JoinedStr):
            skipped.update(id(each) for each in node.values if isinstance(each, ast.Constant))
            template = _template(node)
            if _HAN.search(template):
                yield template
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _says_something(node.value):
            yield node.value


def _says_something(text: str) -> bool:
    return bool(_HAN.search(text)) and not _EXPRESSION.search(text)


def _template(node: ast.JoinedStr) -> str:
    parts, places = [], 0
    for each in node.values:
        if isinstance(each, ast.Constant):
            parts.append(str(each.value))
        else:
            parts.append(f"{{{places}}}")
            places += 1
    return "".join(parts)


def collect() -> dict[str, list[str]]:
    """Sentence -> modules that say it; without what the desk's own catalogue has."""
    with DESK.open("rb") as stream:
        desk = {str(each.id) for each in read_po(stream, locale="en") if each.id and each.string}
    found: dict[str, list[str]] = {}
    for source in SOURCES:
        start = ROOT / source
        for path in sorted(start.rglob("*.py")) if start.is_dir() else [start]:
            module = path.relative_to(ROOT).as_posix()
            if module in UNSEEN:
                continue
            for sentence in sentences_of(ast.parse(path.read_text(encoding="utf-8"))):
                if sentence not in desk and module not in found.setdefault(sentence, []):
                    found[sentence].append(module)
    for path in sorted((ROOT / "evidence/contracts").glob("*/contract.toml")):
        for name in names_of(tomllib.loads(path.read_text(encoding="utf-8"))):
            if name not in desk:
                found.setdefault(name, []).append(path.relative_to(ROOT).as_posix())
    return found


def names_of(contract: dict[str, Any]) -> Iterator[str]:
    """What a shipped contract calls those it concerns."""
    for name in contract["names"].values():
        yield from [name] if isinstance(name, str) else name


def load() -> Catalog:
    """The catalogue as it is."""
    if not PO.exists():
        return Catalog(locale="en", project="evidence", fuzzy=False)
    with PO.open("rb") as stream:
        return read_po(stream, locale="en")


def update() -> None:
    """Write every sentence into the catalogue, keep what is translated, drop what nobody says, compile."""
    earlier, catalog = load(), Catalog(locale="en", project="evidence", fuzzy=False)
    for sentence, modules in sorted(collect().items()):
        known = earlier.get(sentence)
        catalog.add(sentence, known.string if known else "", auto_comments=[modules[0]])
    with PO.open("wb") as stream:
        write_po(stream, catalog, width=0, sort_output=True)
    with PO.with_suffix(".mo").open("wb") as stream:
        write_mo(stream, catalog)


def problems() -> list[str]:
    """What is untranslated, stale, still Chinese, or sets in other facts than the sentence does."""
    catalog, said, found = load(), collect(), []
    known = {str(each.id): str(each.string) for each in catalog if each.id}
    found += [f"not collected: {each}" for each in said.keys() - known.keys()]
    found += [f"said by nobody: {each}" for each in known.keys() - said.keys()]
    for sentence, english in sorted(known.items()):
        if not english:
            found.append(f"not translated: {sentence}")
        elif _HAN.search(english):
            found.append(f"still Chinese: {sentence}")
        elif sorted(_PLACE.findall(sentence)) != sorted(set(_PLACE.findall(english))):
            found.append(f"other facts: {sentence}")
    return found


def main(what: str) -> int:
    """Do it and say what is wrong."""
    if what == "update":
        update()
    wrong = problems()
    print("\n".join(wrong) or "every sentence has its English")
    return 1 if wrong and what == "check" else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1] if len(sys.argv) > 1 else "check"))
