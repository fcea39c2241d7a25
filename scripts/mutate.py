"""Mutation tester: small wrong changes to the code that decides, each of which some test must notice.

    python scripts/mutate.py                        a seeded sample of 600, at most 60 minutes
    python scripts/mutate.py --sample 40 rules/deadlines.py
                                                    only modules whose path ends so
    python scripts/mutate.py --sample 100 rules domain
                                                    only these folders of the package

Mutants are comparisons (each with its neighbours), `and`/`or`, `not`, and whole numbers one off. They are
made in a copy of the package; the checkout is never touched. Survivors are listed with file and line.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "evidence"
TESTS: dict[str, tuple[str, ...]] = {
    "domain": (
        "tests/unit/domain",
        "tests/unit/rules",
        "tests/property/test_coverage.py",
        "tests/contract_scenarios",
    ),
    "rules": ("tests/unit/rules", "tests/property/rules", "tests/contract_scenarios"),
    "recordings": ("tests/unit/recordings", "tests/unit/domain"),
    "ledger": ("tests/unit/ledger", "tests/property/ledger"),
}
"""Folder of the package -> tests that answer for it, quickest first."""
BESIDE = ("evidence.toml", "templates", "inbox", "archive")
"""What the package reads beside itself in a checkout."""
SECONDS = 240
"""A mutant that keeps its tests busy for longer is killed: it never answers."""
_COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One wrong version of a module."""

    place: str
    """`rules/deadlines.py:42`."""
    what: str
    source: str


def mutants(source: str, name: str) -> Iterator[Mutant]:
    """Every mutant of a module, in order of its lines."""
    tree = ast.parse(source)
    for index, node in enumerate(ast.walk(tree)):
        for what, change in _changes(node):
            wrong = copy.deepcopy(tree)
            target = next(each for at, each in enumerate(ast.walk(wrong)) if at == index)
            change(target)
            line = getattr(node, "lineno", 0)
            yield Mutant(place=f"{name}:{line}", what=what, source=ast.unparse(wrong))


def _changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            for other in _COMPARED.get(type(operator), ()):
                yield f"{type(operator).__name__} -> {other.__name__}", _Operator(place, other)
    elif isinstance(node, ast.BoolOp):
        other = ast.Or if isinstance(node.op, ast.And) else ast.And
        yield f"{type(node.op).__name__} -> {other.__name__}", _Boolean(other)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "not dropped", _WithoutNot()
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield f"{node.value} -> {node.value + 1}", _Number(1)


@dataclass(frozen=True)
class _Operator:
    place: int
    other: type[ast.cmpop]

    def __call__(self, node: ast.AST) -> None:
        assert isinstance(node, ast.Compare)
        node.ops[self.place] = self.other()


@dataclass(frozen=True)
class _Boolean:
    other: type[ast.boolop]

    def __call__(self, node: ast.AST) -> None:
        assert isinstance(node, ast.BoolOp)
        node.op = self.other()


@dataclass(frozen=True)
class _WithoutNot:
    def __call__(self, node: ast.AST) -> None:
        """`not x` becomes `not not x`: the same kind of value, turned round."""
        assert isinstance(node, ast.UnaryOp)
        node.operand = ast.UnaryOp(op=ast.Not(), operand=node.operand)


@dataclass(frozen=True)
class _Number:
    by: int

    def __call__(self, node: ast.AST) -> None:
        assert isinstance(node, ast.Constant)
        assert isinstance(node.value, int)
        node.value += self.by


Change = _Operator | _Boolean | _WithoutNot | _Number


def modules(endings: Sequence[str]) -> Iterator[Path]:
    """Modules that decide; with endings only those whose path ends so, or whose folder is named."""
    for folder in TESTS:
        for path in sorted((PACKAGE / folder).rglob("*.py")):
            if not endings or folder in endings or any(str(path).endswith(each) for each in endings):
                yield path


def survives(mutant: Mutant, copied: Path, tests: Sequence[str]) -> bool:
    """Whether no test notices."""
    path = copied / mutant.place.rpartition(":")[0]
    kept = path.read_text(encoding="utf-8")
    path.write_text(mutant.source, encoding="utf-8")
    try:
        ran = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"),
                # the copy first, so that it is imported and not the checkout
                *("-o", f"pythonpath={copied.parent} {ROOT}"),
                *tests,
            ],
            cwd=ROOT,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    finally:
        path.write_text(kept, encoding="utf-8")
    return ran.returncode == 0


def _unchanged(room: str, copied: Path) -> Mutant:
    """No change at all: what the tests must pass before a failure means anything."""
    path = next((copied / room).glob("*.py"))
    name = path.relative_to(copied).as_posix()
    return Mutant(place=f"{name}:0", what="", source=path.read_text(encoding="utf-8"))


def main() -> int:
    """Run the sample; exit 1 when a mutant survived, 2 when the tests fail without any."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("endings", nargs="*")
    arguments.add_argument("--sample", type=int, default=600)
    arguments.add_argument("--minutes", type=float, default=60)
    arguments.add_argument("--seed", type=int, default=21)
    asked = arguments.parse_args()
    every = [
        one
        for path in modules(asked.endings)
        for one in mutants(path.read_text(encoding="utf-8"), path.relative_to(PACKAGE).as_posix())
    ]
    drawn = random.Random(asked.seed).sample(every, min(asked.sample, len(every)))  # noqa: S311
    until = time.monotonic() + asked.minutes * 60
    tried: Counter[str] = Counter()
    killed: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copied = Path(folder) / "evidence"
        shutil.copytree(PACKAGE, copied, ignore=shutil.ignore_patterns("__pycache__"))
        for beside in BESIDE:
            (copied.parent / beside).symlink_to(ROOT / beside)
        for room in sorted({one.place.partition("/")[0] for one in drawn}):
            if not survives(_unchanged(room, copied), copied, TESTS[room]):
                print(f"{room}: the tests fail without any mutant; nothing is measured")
                return 2
        for one in drawn:
            if time.monotonic() > until:
                break
            room = one.place.partition("/")[0]
            tried[room] += 1
            if survives(one, copied, TESTS[room]):
                print(f"survived  {one.place}  {one.what}", flush=True)
            else:
                killed[room] += 1
    for room, count in sorted(tried.items()):
        print(f"{room}: {killed[room]} of {count} killed ({100 * killed[room] / count:.1f} %)")
    print(f"seed {asked.seed}, {sum(tried.values())} of {len(drawn)} drawn, {len(every)} mutants in all")
    return int(killed != tried)


if __name__ == "__main__":
    sys.exit(main())
