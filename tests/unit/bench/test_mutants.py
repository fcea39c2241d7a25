"""What the mutation tester changes, and that it tells a killed mutant from one that lives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts.mutants import switched

ROOT = Path(__file__).parents[3]
SOURCE = '''"""A rule."""
from __future__ import annotations
LAST = 8
def late(day: int, last: int = LAST) -> bool:
    return day > last and not day == 7
'''
TRY = """
import argparse, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from scripts.mutate import try_all
asked = argparse.Namespace(endings=[], sample=99, minutes=5, seed=1)
sys.exit(try_all(Path({package!r}), asked, [{tests!r}], lambda words: print("::", words)))
"""


def _with(active: int, monkeypatch: pytest.MonkeyPatch) -> Any:
    """`late` with a mutant at work."""
    text, _mutants = switched(SOURCE, "rules/x.py")
    switch = type(sys)("evidence._mutants")
    switch.at = lambda number: number == active  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "evidence._mutants", switch)
    names: dict[str, Any] = {}
    exec(compile(text, "x.py", "exec"), names)  # noqa: S102
    return names["late"]


def test_every_comparison_boolean_and_number_is_changed_once_each(monkeypatch: pytest.MonkeyPatch) -> None:
    _text, made = switched(SOURCE, "rules/x.py")
    assert [(one.number, one.place) for one in made] == [
        (0, "rules/x.py:3"),
        *((number, "rules/x.py:5") for number in range(1, 7)),
    ]
    tried = [(6, 8), (7, 6), (8, 8), (9, 8)]
    seen = {one.what: [bool(_with(one.number, monkeypatch)(*each)) for each in tried] for one in made}
    right = [False, False, False, True]
    assert [_with(-1, monkeypatch)(*each) for each in tried] == right
    assert seen == {
        "8 -> 9": right,
        "Gt -> GtE": [False, False, True, True],
        "Gt -> LtE": [True, False, True, False],
        "7 -> 8": [False, True, False, True],
        "Eq -> NotEq": [False, True, False, False],
        "not dropped": [False, True, False, False],
        "And -> Or": [True, True, True, True],
    }
    assert _with(0, monkeypatch)(9) is False, "the default is taken at import"


def test_what_decides_nothing_while_the_program_runs_is_left_alone() -> None:
    source = """from typing import Literal
Way = Literal[1, 2]
def way(asked: Literal[3], most: "5 < 6" = None) -> Literal[4]:
    held: Literal[7]
    match asked:
        case 8:
            return f"{asked:>9}"
"""
    assert switched(source, "rules/x.py")[1] == []


def test_a_mutant_lives_only_where_no_test_notices(tmp_path: Path) -> None:
    package, tests = tmp_path / "evidence", tmp_path / "tests"
    for folder in ("domain", "rules", "recordings", "ledger"):
        (package / folder).mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "rules" / "x.py").write_text(SOURCE, encoding="utf-8")
    (package / "rules" / "y.py").write_text("def early(day):\n    return day < 1\n", encoding="utf-8")
    tests.mkdir()
    (tests / "test_x.py").write_text(
        "from evidence.rules.x import late\n"
        "def test_it():\n    assert late(9) and not late(8) and late(9, 8)\n",
        encoding="utf-8",
    )
    script = tmp_path / "try.py"
    script.write_text(TRY.format(root=str(ROOT), package=str(package), tests=str(tests)), encoding="utf-8")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=300, check=False)
    told = sorted(line for line in done.stdout.splitlines() if line.startswith("::"))
    assert told == [
        ":: ",
        ":: rules: 6 of 10 killed (60.0 %)",
        ":: seed 1, 10 of 10 drawn, 10 mutants in all",
        ":: survived  rules/x.py:5  7 -> 8",
        ":: survived  rules/y.py:2  1 -> 2  (no test asks)",
        ":: survived  rules/y.py:2  Lt -> GtE  (no test asks)",
        ":: survived  rules/y.py:2  Lt -> LtE  (no test asks)",
    ], done.stdout + done.stderr
    assert done.returncode == 1
