"""Small wrong changes to a module, all compiled into it at once, each behind a number.

A comparison becomes each of its neighbours, `and` becomes `or`, `not` is dropped, a whole number is one off.
`switched` turns `a < b` into `a <= b if at(1) else a >= b if at(2) else a < b`: no mutant is active until
somebody says so, and `at` remembers which places were asked. Annotations, patterns and literal types decide
nothing while the program runs and stay as they are.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

SWITCH = "_mutants"
"""Module of the copied package that holds `at`, `active` and `asked`."""
SWITCH_SOURCE = '''"""Which mutant is active, and which were asked for."""
import os
active = int(os.environ.get("EVIDENCE_MUTANT", "-1"))
asked = set()
def at(number):
    asked.add(number)
    return number == active
'''
_AT = "_mutant_is_active"
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
_Node = TypeVar("_Node", bound=ast.AST)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One wrong version of one place."""

    number: int
    place: str
    """`rules/deadlines.py:42`."""
    what: str
    """`Gt -> GtE`."""


def switched(source: str, name: str, first: int = 0) -> tuple[str, list[Mutant]]:
    """A module with every mutant in it.

    Args:
        name: the module's path below the package.
        first: number of its first mutant.

    Returns:
        The source to compile, and its mutants in the order of their numbers.
    """
    tree = ast.parse(source)
    switch = _Switch(name, first)
    switch.visit(tree)
    if switch.made:
        after = next(
            (place for place, each in enumerate(tree.body) if not _leads(each)),
            len(tree.body),
        )
        names = [ast.alias(name="at", asname=_AT)]
        tree.body.insert(after, ast.ImportFrom(module=f"evidence.{SWITCH}", names=names, level=0))
    return ast.unparse(ast.fix_missing_locations(tree)), switch.made


def _leads(node: ast.stmt) -> bool:
    """The docstring and what must stand before every other import."""
    if isinstance(node, ast.ImportFrom):
        return node.module == "__future__"
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


class _Switch(ast.NodeTransformer):
    def __init__(self, name: str, first: int) -> None:
        self.made: list[Mutant] = []
        self._name, self._first = name, first

    def visit(self, node: ast.AST) -> ast.AST:
        wrong = list(_changes(node))  # copies of the node as it was, without switches inside
        right = super().visit(node)
        for what, expression in wrong:
            number = self._first + len(self.made)
            place = f"{self._name}:{getattr(node, 'lineno', 0)}"
            self.made.append(Mutant(number=number, place=place, what=what))
            test = ast.Call(func=ast.Name(id=_AT, ctx=ast.Load()), args=[ast.Constant(number)], keywords=[])
            assert isinstance(right, ast.expr)
            right = ast.IfExp(test=test, body=expression, orelse=right)
        return right

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        return self._only(node, "value")

    def visit_arg(self, node: ast.arg) -> ast.AST:
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._only(node, "args", "body", "decorator_list")

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        return self._only(node, "guard", "body")

    def visit_FormattedValue(self, node: ast.FormattedValue) -> ast.AST:
        return self._only(node, "value")

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id in {"Literal", "Annotated"}:
            return node
        return self.generic_visit(node)

    def _only(self, node: _Node, *fields: str) -> _Node:
        for field in fields:
            held = getattr(node, field)
            if isinstance(held, list):
                held[:] = [self.visit(each) for each in held]
            elif held is not None:
                setattr(node, field, self.visit(held))
        return node


def _changes(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Each wrong version of an expression, by itself."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            for other in _COMPARED.get(type(operator), ()):
                wrong = copy.deepcopy(node)
                wrong.ops[place] = other()
                yield f"{type(operator).__name__} -> {other.__name__}", wrong
    elif isinstance(node, ast.BoolOp):
        exchanged = copy.deepcopy(node)
        exchanged.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield f"{type(node.op).__name__} -> {type(exchanged.op).__name__}", exchanged
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        # `not not x`: the same kind of value, turned round
        yield "not dropped", ast.UnaryOp(op=ast.Not(), operand=copy.deepcopy(node))
    elif isinstance(node, ast.Constant) and type(node.value) is int:
        yield f"{node.value} -> {node.value + 1}", ast.Constant(node.value + 1)
