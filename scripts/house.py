"""The size and shape of the program, in figures: `python -m scripts.house`.

A source line holds a token of code: neither blank nor only a comment, and not in a docstring. Imports are
those that `lint-imports` sees, inside functions and for type checking as well. Complexity is ruff's (McCabe),
above ten.
"""

from __future__ import annotations

import ast
import io
import json
import statistics
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path

import grimp

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "evidence"
_SILENT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
LONG_FUNCTION, LONG_MODULE, COMPLEX = 60, 400, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Module:
    """What one file holds."""

    name: str
    lines: int
    """As the file has them."""
    source: int
    """Lines of code."""
    comments: int
    docstring_words: int
    functions: tuple[int, ...]
    """Lines of each, with their docstrings."""


def read_module(path: Path) -> Module:
    """Count one file."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    docstrings = list(_docstrings(tree))
    told = {line for each in docstrings for line in range(each.lineno, (each.end_lineno or each.lineno) + 1)}
    tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    code: set[int] = set()
    for token in tokens:
        if token.type not in _SILENT:
            code.update(range(token.start[0], token.end[0] + 1))
    return Module(
        name=".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"),
        lines=text.count("\n"),
        source=len(code - told),
        comments=sum(token.type == tokenize.COMMENT for token in tokens),
        docstring_words=sum(len(str(each.value).split()) for each in docstrings),
        functions=tuple(_length(node) for node in ast.walk(tree) if isinstance(node, _DEFINITIONS)),
    )


def too_long(text: str) -> Iterator[str]:
    """Functions of a module above the limit that give no reason: `# long: why` in the line of their `def`."""
    lines = text.splitlines()
    for node in ast.walk(ast.parse(text)):
        long = isinstance(node, _DEFINITIONS) and _length(node) > LONG_FUNCTION
        if long and "# long: " not in lines[node.lineno - 1]:
            yield f"{node.name}: {_length(node)}"


def _length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _docstrings(tree: ast.Module) -> Iterator[ast.Constant]:
    """Every string that stands alone as a statement: of modules, classes, functions and attributes."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Expr) or not isinstance(node.value, ast.Constant):
            continue
        if isinstance(node.value.value, str):
            yield node.value


def complex_functions() -> int:
    """Functions whose complexity is above the limit, whatever the linter is told to bear."""
    told = subprocess.run(
        [
            *(sys.executable, "-m", "ruff", "check", "--isolated", "--select", "C901", "--exit-zero"),
            *("--config", f"lint.mccabe.max-complexity={COMPLEX}", "--output-format", "json", str(PACKAGE)),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    return len(json.loads(told.stdout))


def circles(graph: grimp.ImportGraph) -> Iterator[list[str]]:
    """Modules that import each other, by whatever way and wherever the import stands: none can be read alone.

    A circle that shares an import with an earlier one is not told again.
    """
    imported = {each: set(graph.find_modules_directly_imported_by(each)) for each in sorted(graph.modules)}
    while True:
        try:
            TopologicalSorter(imported).prepare()
        except CycleError as error:
            found: list[str] = error.args[1][::-1]
            yield found
            for importer, other in pairwise(found):
                imported[importer].discard(other)
        else:
            return


def figures(modules: list[Module], graph: grimp.ImportGraph) -> Iterator[tuple[str, str]]:
    """The table, a name and a value a row."""
    functions = [length for each in modules for length in each.functions]
    source = sum(each.source for each in modules)
    alone = [
        each.name
        for each in modules
        if len(found := graph.find_modules_that_directly_import(each.name)) == 1
        and next(iter(found)).rpartition(".")[0] == each.name.rpartition(".")[0]
    ]
    longest = max(modules, key=lambda each: each.lines)
    yield "source lines", f"{source:,}"
    yield "lines in all", f"{sum(each.lines for each in modules):,}"
    yield "files", str(len(modules))
    yield "modules with one importer, of their own folder", str(len(alone))
    yield "circles of modules that import each other", str(len(list(circles(graph))))
    yield (
        "lines of a module, median and longest",
        (f"{statistics.median(each.lines for each in modules):.0f}, {longest.lines} ({longest.name})"),
    )
    yield f"modules above {LONG_MODULE} lines", str(sum(each.lines > LONG_MODULE for each in modules))
    yield "lines of a function, median and longest", f"{statistics.median(functions):.0f}, {max(functions)}"
    yield f"functions above {LONG_FUNCTION} lines", str(sum(length > LONG_FUNCTION for length in functions))
    yield f"functions of a complexity above {COMPLEX}", str(complex_functions())
    yield "comments in a thousand source lines", f"{1000 * sum(m.comments for m in modules) / source:.0f}"
    yield "words of docstrings in a source line", f"{sum(m.docstring_words for m in modules) / source:.1f}"


def main() -> None:
    """Print the table."""
    modules = [read_module(path) for path in sorted(PACKAGE.rglob("*.py"))]
    for name, value in figures(modules, grimp.build_graph("evidence", cache_dir=None)):
        print(f"| {name} | {value} |")


if __name__ == "__main__":
    main()
