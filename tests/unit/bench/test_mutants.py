"""What the mutation tester changes, and that it tells a killed mutant from one that lives."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from scripts.mutate import Mutant, mutants, survives

SOURCE = "def late(day, last):\n    return day > last and not day == 7\n"


def test_every_comparison_boolean_and_number_is_changed_once_each() -> None:
    made = list(mutants(SOURCE, "rules/x.py"))
    assert sorted(one.what for one in made) == [
        "7 -> 8", "And -> Or", "Eq -> NotEq", "Gt -> GtE", "Gt -> LtE", "not dropped",
    ]  # fmt: skip
    assert {one.place for one in made} == {"rules/x.py:2"}
    same = ast.unparse(ast.parse(SOURCE))
    assert all(one.source != same for one in made)
    assert len({one.source for one in made}) == len(made)


@pytest.mark.parametrize(("check", "lives"), [("late(9, 8)", True), ("not late(8, 8)", False)])
def test_a_mutant_lives_only_where_no_test_notices(tmp_path: Path, check: str, lives: bool) -> None:
    copied = tmp_path / "evidence"
    (copied / "rules").mkdir(parents=True)
    module = copied / "rules" / "x.py"
    module.write_text(SOURCE, encoding="utf-8")
    test = tmp_path / "test_x.py"
    test.write_text(
        f"import runpy\nlate = runpy.run_path({str(module)!r})['late']\ndef test_it():\n    assert {check}\n",
        encoding="utf-8",
    )
    wrong = Mutant(place="rules/x.py:2", what="Gt -> GtE", source=SOURCE.replace(">", ">="))
    assert survives(wrong, copied, [str(test)]) is lives
    assert module.read_text(encoding="utf-8") == SOURCE
